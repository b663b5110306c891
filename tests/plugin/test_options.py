"""Options, keys and manifests that cannot be used: one line that says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import asdict

import sites
from mkdocs_masko.options import Options
from mkdocs_masko.plugin.config import MaskoConfig
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

FOX = {"collection": "fox"}
PASTED = "masko_" + "7e57" * 16
_HOLDS = (
    "must not hold the API key: remove it from the file, make a new key if the file was shared, "
    "and set it in the environment: export MASKO_API_KEY=..."
)
_MISSING = (
    "option 'collection': is missing: give the id of your mascot's collection, "
    "or try 'collection: fox' with 'api_url: sandbox'"
)
OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, _MISSING),
    (
        {"colection": "fox"},
        "option 'colection': is unknown (did you mean 'collection' or 'collections'?)",
    ),
    (
        FOX | {"mode": "fast"},
        "option 'mode': must be one of 'auto', 'locked', 'frozen'; got 'fast'",
    ),
    (FOX | {"wait": "long"}, "option 'wait': must be seconds from 0 to 86400; got 'long'"),
    (FOX | {"timeout": 0}, "option 'timeout': must be seconds above 0, up to 86400; got 0"),
    (FOX | {"not_ready": True}, "option 'not_ready': must be one of 'keep', 'fail'; got True"),
    (
        FOX | {"manifest": "masko.yml"},
        "option 'manifest': must be a path that ends in .json; got 'masko.yml'",
    ),
    (FOX | {"api_key": PASTED}, f"option 'api_key': {_HOLDS}"),
    (FOX | {"api_key": "anything"}, f"option 'api_key': {_HOLDS}"),
    (FOX | {"api_key_env": PASTED}, f"option 'api_key_env': {_HOLDS}"),
    (FOX | {"api_url": f"https://{PASTED}@api.masko.ai/v1"}, f"option 'api_url': {_HOLDS}"),
]
_RESTORE = "Restore it from version control, or delete it and run 'mkdocs-masko sync'."
MANIFESTS = {
    "": f"Input data was truncated. {_RESTORE}",
    "{": f"Input data was truncated. {_RESTORE}",
    "[]": f"Expected `object`, got `array`. {_RESTORE}",
    '{"version": 1}': f"Object missing required field `revision`. {_RESTORE}",
    '{"version": 2}': (
        "version 2 of the format is newer than this mkdocs-masko reads (version 1). "
        "Upgrade mkdocs-masko."
    ),
    "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n": (
        "it contains merge conflict markers. "
        "Take either side of the conflict, then run 'mkdocs-masko sync'."
    ),
}
BAD_KEYS = {
    "a newline": f"{PASTED}\nX-Injected: 1",
    "a space": f"{PASTED} {PASTED}",
    "too short": "short",
    "not ascii": f"masko_ä{PASTED}",
}


def _only_error(built: sites.Built) -> str:
    """Check that the build failed with one line; return it."""
    assert built.code == 1, built.output
    assert "Traceback" not in built.output
    errors = built.lines("ERROR")
    assert len(errors) == 1
    after = built.output.partition(errors[0])[2].splitlines()
    told = [line for line in after if line and not line.startswith("DEBUG")]
    assert len(told) == 1, "that it was aborted, and nothing else"
    return errors[0]


def _build(folder: Path, options: dict[str, Any], *arguments: str, **env: str) -> sites.Built:
    sites.make(folder, {"index.md": "x"}, options=options)
    return sites.build(folder, *arguments, env=env)


@pytest.mark.parametrize(("options", "message"), OPTIONS)
def test_an_option_that_cannot_be_used_is_one_line(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    built = _build(tmp_path, options, "-v")
    assert _only_error(built) == f"Config value 'plugins': Plugin 'masko' {message}"
    assert PASTED not in built.output


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "MASKO_MODE",
            "quick",
            "option 'mode': must be one of 'auto', 'locked', 'frozen'; got 'quick'",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(
    name: str, value: str, message: str, tmp_path: Path
) -> None:
    built = _build(tmp_path, FOX | {"mode": "frozen"}, **{name: value})
    wanted = f"Config value 'plugins': Plugin 'masko' {message} (from {name})"
    assert _only_error(built) == wanted


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_all_options_that_cannot_be_used_are_listed_at_once(host: str, tmp_path: Path) -> None:
    """In one error of MkDocs, as a list of a line each."""
    sites.make(tmp_path, {"index.md": "x"}, options={"mode": "fast", "wait": "long", "manifst": 1})
    built = sites.build(tmp_path, host=host)
    assert built.code == 1
    assert "Traceback" not in built.output
    lines = [line for line in built.output.splitlines() if "Plugin 'masko'" in line]
    assert [line.partition("Plugin 'masko' option ")[2] for line in lines] == [
        "'mode': must be one of 'auto', 'locked', 'frozen'; got 'fast'",
        "'wait': must be seconds from 0 to 86400; got 'long'",
        "'manifst': is unknown (did you mean 'manifest'?)",
        _MISSING.removeprefix("option "),
    ]


@pytest.mark.parametrize(
    ("mode", "host"), [("auto", "mkdocs"), ("frozen", "mkdocs"), ("frozen", "properdocs")]
)
def test_a_url_that_cannot_be_used_is_told_though_there_is_a_manifest(
    mode: str, host: str, tmp_path: Path
) -> None:
    """Without a key and in `frozen` too, together with everything else that is wrong."""
    options = {"collections": {"fox": "fox"}, "mode": mode, "api_url": "Sandbox", "wait": "long"}
    sites.make(tmp_path, {"index.md": "x"}, options={**sites.FROZEN, **options, "hosting": "own"})
    built = sites.build(tmp_path, host=host)
    assert built.code == 1
    lines = [line for line in built.output.splitlines() if "Plugin 'masko'" in line]
    assert [line.partition("Plugin 'masko' option ")[2] for line in lines] == [
        "'wait': must be seconds from 0 to 86400; got 'long'",
        "'hosting': must be one of 'cdn', 'self'; got 'own'",
        "'api_url': must be an https URL or 'sandbox'; got 'Sandbox' (did you mean 'sandbox'?)",
    ]


_HOOK = """
def on_env(env, *, config, files):
    options = config.plugins["masko"].config
    shown = options.hosting, options["mode"], options.wait, options.include, options.limits
    print("hook:", type(options).__name__, *shown)
"""


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_hook_reads_the_options_as_mkdocs_holds_them(host: str, tmp_path: Path) -> None:
    """With defaults filled in, values converted, and overrides from the environment applied."""
    options = sites.FROZEN | {"mode": "auto", "wait": "2", "budget": {"page": "5 kB"}}
    files = {"hook.py": _HOOK, "masko.manifest.json": sites.manifest()}
    sites.make(tmp_path, {"index.md": "x"}, options=options, files=files, hooks=["hook.py"])
    built = sites.build(tmp_path, host=host, env={"MASKO_MODE": "frozen"}).good()
    wanted = "hook: MaskoConfig cdn frozen 2.0 () {'page': 5000}"
    assert [line for line in built.output.splitlines() if line.startswith("hook")] == [wanted]


def test_the_typed_config_is_made_from_the_options() -> None:
    """The same names and defaults, and everything that is computed from them."""
    config = MaskoConfig()
    assert dict(config) == asdict(Options())
    assert list(config) == [*Options.__struct_fields__]
    computed = {name for name, value in vars(Options).items() if isinstance(value, property)}
    for name in [*computed, *config]:
        assert getattr(config, name) == getattr(Options(), name)


@pytest.mark.parametrize(("text", "message"), MANIFESTS.items(), ids=range(len(MANIFESTS)))
@pytest.mark.parametrize("mode", ["auto", "frozen"])
def test_a_manifest_that_cannot_be_used_is_one_line_and_stays(
    mode: str, text: str, message: str, tmp_path: Path
) -> None:
    sites.make(tmp_path, {"index.md": "x"}, options=sites.SANDBOX | {"mode": mode})
    (tmp_path / "masko.manifest.json").write_text(text, encoding="utf-8")
    error = _only_error(sites.build(tmp_path))
    assert error == f"masko: masko.manifest.json: {message}"
    assert (tmp_path / "masko.manifest.json").read_text(encoding="utf-8") == text


def test_a_manifest_that_somebody_edited_is_not_believed(tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "x"})
    path = tmp_path / "masko.manifest.json"
    content = json.loads(sites.manifest())
    content["collections"]["fox"]["poses"]["wave"]["name"] = "Wafe"
    path.write_text(json.dumps(content), encoding="utf-8")
    wanted = "its revision is not that of its content: it was edited"
    assert _only_error(sites.build(tmp_path)) == f"masko: masko.manifest.json: {wanted}. {_RESTORE}"


def test_a_manifest_cannot_lead_readers_to_another_host(tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "![x](masko:wave)"})
    path = tmp_path / "masko.manifest.json"
    path.write_text(sites.manifest().replace(SANDBOX_ORIGIN, "https://evil.example"), "utf-8")
    error = _only_error(sites.build(tmp_path))
    assert error.startswith("masko: masko.manifest.json: URL 'https://evil.example/")
    assert "is not on a host that media may come from: https://assets.masco.dev, " in error
    assert error.endswith(_RESTORE)


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
@pytest.mark.parametrize("with_manifest", [False, True])
def test_a_key_that_is_none_is_refused_and_never_shown(
    key: str, with_manifest: bool, tmp_path: Path
) -> None:
    sites.make(tmp_path, {"index.md": "x"}, options=FOX)
    if with_manifest:
        (tmp_path / "masko.manifest.json").write_text(sites.manifest(), encoding="utf-8")
    built = sites.build(tmp_path, "--verbose", env={"MASKO_API_KEY": key})
    assert _only_error(built) == (
        "masko: MASKO_API_KEY does not hold a valid API key: expected one word of 8 to 512 "
        "letters and digits, such as masko_...; copy it again from Masko's settings"
    )
    assert PASTED not in built.output
    assert "Injected" not in built.output


def test_neither_key_nor_manifest_tells_the_two_ways_out(tmp_path: Path) -> None:
    assert _only_error(_build(tmp_path, FOX)) == (
        "masko: there is neither a manifest (masko.manifest.json) nor a key: set MASKO_API_KEY, "
        "or try the plugin with 'api_url: sandbox' and 'collection: fox'"
    )


def test_a_build_without_a_key_says_so_once_and_is_fine(tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "![x](masko:wave)"}, options=sites.FROZEN)
    options = {"collections": sites.FROZEN["collections"], "api_key_env": "MASKO_MY_KEY"}
    sites.make(tmp_path, {}, options=options)
    built = sites.build(tmp_path, "--strict").good()
    said = "masko: no key in MASKO_MY_KEY: building from masko.manifest.json as it is"
    assert [line for line in built.lines("INFO") if "masko" in line] == [said]


@pytest.mark.parametrize("mode", ["locked", "frozen"])
def test_the_careful_modes_need_a_manifest(mode: str, tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "x"}, options=sites.SANDBOX | {"mode": "auto"})
    assert _only_error(sites.build(tmp_path, env={"MASKO_MODE": mode})) == (
        "masko: masko.manifest.json: there is no such manifest. "
        "Run 'mkdocs-masko sync' and commit the file."
    )
