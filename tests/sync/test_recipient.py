"""Who gets the API key: the vendor, this machine, and whom the environment or a flag names.

Whoever opens a pull request can change `mkdocs.yml`. A proxy of the environment stands between us
and every host that is not this machine, and sees whom we mean to talk to.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import sites
from cli_process import KEY, NAME, config, run, variables
from mkdocs_masko.errors import OptionError
from mkdocs_masko.options import Options, read_options
from mkdocs_masko.sandbox import Sandbox
from mkdocs_masko.sync import site_of
from raw_server import Wire, answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVIL = "https://evil.example/v1"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # noqa: S105 - the one of AWS's documentation
REFUSED = "names https://evil.example, to which the key is not sent"
REMEDY = f"export MASKO_API_URL={EVIL}"


@pytest.fixture
def proxy() -> Iterator[Wire]:
    """Start a proxy that lets nobody through."""
    with Wire(lambda exchange: exchange.send(answer(status="502 Bad Gateway"))) as running:
        yield running


def through(proxy: Wire, **more: str) -> dict[str, str]:
    """Return the variables of a job with a key, and with secrets that are none of our business."""
    host = f"http://127.0.0.1:{proxy.port}"
    secrets = {"MASKO_API_KEY": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    return {"HTTPS_PROXY": host, "HTTP_PROXY": host, "NO_PROXY": "", **secrets, **more}


KNOWN = [
    "https://api.masko.ai/v1",
    "https://api.masko.ai",
    "https://api.masko.ai:443/v1",
    "HTTPS://API.MASKO.AI/v1",
    "https://api.masko.ai/v2/beta",
    "http://127.0.0.1:8765/v1",
    "https://127.0.0.1/v1",
    "http://localhost:1/v1",
    "http://LocalHost/v1",
    "http://[::1]:8765/v1",
    "sandbox",
]
FOREIGN = [
    EVIL,
    "https://api.masko.ai:8443/v1",
    "https://api.masko.ai.:443/v1",
    "https://api.masko.ai./v1",
    "https://api.masko.ai.evil.example/v1",
    "https://xapi.masko.ai/v1",
    "https://masko.ai/v1",
    "https://assets.masko.ai/v1",
    "https://evil.example/api.masko.ai/v1",
    "https://evil.example/https://api.masko.ai/v1",
    "https://127.0.0.1.evil.example/v1",
    "https://localhost.evil.example/v1",
    "https://localhost./v1",
    "https://[::2]/v1",
    "https://[::ffff:127.0.0.1]/v1",
    "https://0.0.0.0/v1",
    "https://2130706433/v1",
    "https://127.1/v1",
    "https://0177.0.0.1/v1",
    "https://169.254.169.254/v1",
]
UNUSABLE = [
    *(url.replace("https:", "http:") for url in FOREIGN),
    "http://api.masko.ai/v1",
    "https://api.masko.ai@evil.example/v1",
    "https://user:word@api.masko.ai/v1",
    "https://api.masko.ai\\@evil.example/v1",
    "https://api.masko.ai%2eevil.example/v1",
    "https://api.masko.ai\t.evil.example/v1",
    "https://evil.example/v1?x=https://api.masko.ai",
    "https://evil.example#.masko.ai/v1",
    "//api.masko.ai/v1",
    "https:api.masko.ai/v1",
    "ftp://127.0.0.1/v1",
    "file:///etc/passwd",
    "https://\u0430pi.masko.ai/v1",
    "https://api\uff0emasko.ai/v1",
    "Sandbox",
    "SANDBOX",
    "sandbox/v1",
    "api.masko.ai",
    "api.masko.ai/v1",
    "",
]


def check(url: str, environ: dict[str, str] | None = None, flag: str | None = None) -> None:
    """Ask whether the key may go where a site's configuration says."""
    variables = {"MASKO_API_KEY": KEY, **(environ or {})}
    options = read_options(
        {"collection": "fox", "api_url": url}, variables, flags={"api_url": flag}
    )
    site_of(options, sites.ROOT, variables, api_url=flag).check_recipient()


@pytest.mark.parametrize("url", KNOWN)
def test_a_file_may_name_the_vendor_and_this_machine(url: str) -> None:
    check(url)


@pytest.mark.parametrize("url", FOREIGN)
def test_a_file_may_name_nobody_else(url: str) -> None:
    with pytest.raises(OptionError, match="to which the key is not sent") as caught:
        check(url)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("url", UNUSABLE, ids=ascii)
def test_what_is_no_safe_url_is_no_option(url: str) -> None:
    """Whoever names it, whatever the mode, and whether or not there is a key."""
    for environ in ({}, {"MASKO_MODE": "frozen"}, {"MASKO_API_URL": url} if url else {}):
        with pytest.raises(OptionError, match="must be an https URL or 'sandbox'") as caught:
            read_options({"collection": "fox", "api_url": url}, environ)
        assert "user:word" not in str(caught.value)


@pytest.mark.parametrize("url", FOREIGN)
def test_the_environment_and_a_flag_may_name_anybody(url: str) -> None:
    check("sandbox", {"MASKO_API_URL": url})
    check(url, {"MASKO_API_URL": url})
    check("sandbox", flag=url)
    check(url, {"MASKO_API_URL": "sandbox"}, flag=url)


def test_without_a_key_there_is_nothing_to_refuse() -> None:
    options = read_options({"collection": "fox", "api_url": EVIL}, {})
    site_of(options, sites.ROOT, {}).check_recipient()


ASKING = [
    ("sync",),
    ("sync", "--locked"),
    ("check",),
    ("diff",),
    ("projects",),
    ("collections",),
    ("status",),
    ("items", "fox"),
    ("export", "fox"),
    ("asset", "82fe47af-5b46-5ea2-be64-0c392112b396"),
    ("rename", "wave", "--name", "x"),
    ("delete", "item", "wave", "--yes"),
]


@pytest.mark.parametrize("arguments", ASKING, ids=" ".join)
def test_no_command_talks_to_a_host_that_only_the_file_names(
    arguments: tuple[str, ...], proxy: Wire, tmp_path: Path
) -> None:
    config(tmp_path, collections=sites.SANDBOX["collections"], api_url=EVIL)
    (tmp_path / NAME).write_text(sites.manifest())
    done = run(tmp_path, *arguments, **through(proxy))
    assert (done.code, proxy.requests) == (2, [])
    assert REFUSED in done.err
    assert REMEDY in done.err


def test_a_file_that_is_inherited_and_a_variable_of_its_choice_are_the_file(
    proxy: Wire, tmp_path: Path
) -> None:
    (tmp_path / "base.yml").write_text("plugins: {masko: {collection: fox, api_url: !ENV OTHER}}\n")
    (tmp_path / "mkdocs.yml").write_text("INHERIT: base.yml\nsite_name: Fox\n")
    done = run(tmp_path, "sync", **through(proxy, OTHER=EVIL))
    assert (done.code, proxy.requests) == (2, [])
    assert REFUSED in done.err


@pytest.mark.usefixtures("no_second_attempt")
@pytest.mark.parametrize("by_flag", [True, False])
def test_a_host_that_the_user_names_is_asked(by_flag: bool, proxy: Wire, tmp_path: Path) -> None:
    config(tmp_path)
    flag = ("--api-url", EVIL) if by_flag else ()
    given = {} if by_flag else {"MASKO_API_URL": EVIL}
    done = run(tmp_path, "projects", *flag, **through(proxy, **given))
    assert done.code == 1
    assert proxy.requests[0].startswith(b"CONNECT evil.example:443 ")


def test_doctor_finds_a_host_that_only_the_file_names(proxy: Wire, tmp_path: Path) -> None:
    """Its other checks go on, and nothing is sent."""
    config(tmp_path, api_url=EVIL)
    done = run(tmp_path, "doctor", "--json", **through(proxy))
    errors = [each for each in json.loads(done.out) if each["level"] == "error"]
    assert (done.code, proxy.requests) == (1, [])
    assert [(each["subject"], each["text"]) for each in errors] == [
        ("key", "MASKO_API_KEY is set, but not for this API")
    ]
    assert REMEDY in errors[0]["remedy"]


@pytest.mark.parametrize(
    ("mode", "host"), [("auto", "mkdocs"), ("locked", "mkdocs"), ("auto", "properdocs")]
)
def test_no_build_talks_to_a_host_that_only_the_file_names(
    host: str, mode: str, proxy: Wire, tmp_path: Path
) -> None:
    options = {**sites.SANDBOX, "api_url": EVIL, "mode": mode}
    files = {NAME: sites.manifest()}
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=options, files=files)
    built = sites.build(tmp_path, host=host, env=through(proxy))
    assert (built.code, proxy.requests) == (1, [])
    assert REFUSED in built.output
    assert KEY not in built.output


@pytest.mark.parametrize("environ", [{"MASKO_MODE": "frozen"}, {"MASKO_API_KEY": ""}])
def test_a_build_that_needs_no_key_does_not_mind_whom_the_file_names(
    environ: dict[str, str], proxy: Wire, tmp_path: Path
) -> None:
    """So that the pull requests of a fork, which get no secrets, still build."""
    options, files = {**sites.SANDBOX, "api_url": EVIL}, {NAME: sites.manifest()}
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=options, files=files)
    sites.build(tmp_path, "--strict", env=through(proxy, **environ)).good()
    assert proxy.requests == []


@pytest.mark.parametrize("api_url", ["https://api.masko.ai/v1", "sandbox"])
@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "masko_key", "MASKO_"])
def test_a_file_chooses_no_secret_of_others(name: str, api_url: str) -> None:
    """Not even for the vendor, who has no business with it either."""
    raw = {"collection": "fox", "api_key_env": name, "api_url": api_url}
    with pytest.raises(OptionError, match=r"starts with 'MASKO_'.*MASKO_API_KEY_ENV") as caught:
        read_options(raw, {name: SECRET})
    assert SECRET not in str(caught.value)


def test_the_environment_names_any_variable_for_the_key(tmp_path: Path) -> None:
    config(tmp_path, api_key_env="MASKO_UNSET")
    with Sandbox() as sandbox:
        given = variables(sandbox) | {"MASKO_API_KEY": "", "MASKO_API_KEY_ENV": "CI_MASCOT"}
        assert run(tmp_path, "sync", CI_MASCOT=KEY, **given).code == 0
        keys = {request.headers.get("authorization", "") for request in sandbox.requests}
    assert keys == {"", f"Bearer {KEY}"}


def test_a_job_can_pin_the_shared_cache() -> None:
    """So that a pull request does not choose what is read and written with its credentials."""
    raw = {"collection": "fox", "cache": "s3://evil/bucket"}
    assert read_options(raw, {"MASKO_CACHE": "s3://ours/x"}).cache == "s3://ours/x"
    assert read_options(raw, {"MASKO_CACHE": ""}).cache == "s3://evil/bucket"
    assert Options().cache is None


HOSTILE_CODE = "import pathlib\npathlib.Path('it-ran').touch()\n"


@pytest.mark.parametrize("command", ["check", "sync", "doctor", "list", "diff"])
def test_no_command_runs_code_of_the_repository(command: str, tmp_path: Path) -> None:
    """As the manual says: hooks, extensions, macros and templates are for builds."""
    files = dict.fromkeys(("hook.py", "main.py", "extension.py", "markdown.py"), HOSTILE_CODE)
    files |= {"theme/masko/image.html": "{{ 1 / 0 }}", "theme/main.html": "{{ 1 / 0 }}"}
    sites.make(
        tmp_path,
        {"index.md": "![A fox](masko:wave) {{ 1 / 0 }} {{ masko_image('wave') }}"},
        options=sites.SANDBOX,
        plugins=["macros", "masko"],
        files={**files, NAME: sites.manifest()},
        hooks=["hook.py"],
        markdown_extensions=["extension", "attr_list"],
    )
    run(tmp_path, command, process=True)
    assert not (tmp_path / "it-ran").exists()


def test_init_says_where_else_a_host_has_to_be_named(tmp_path: Path) -> None:
    """A host on this machine needs no more than the file."""
    (tmp_path / "mkdocs.yml").write_text("site_name: Fox\n")
    with Sandbox() as sandbox:
        done = run(tmp_path, "init", "--collection", "fox", **variables(sandbox))
    assert done.code == 0
    assert "MASKO_API_URL" not in done.out
