"""Which file is a site's configuration, and what `zensical.toml` has in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from mkdocs_masko.errors import OptionError
from mkdocs_masko.options import read_options
from mkdocs_masko.site_config.settings import (
    CONFIG_NAMES,
    extensions_of,
    find_config,
    find_plugin_options,
    is_watched,
    load_settings,
    options_of,
    read_plugin_options,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY = "masko_" + "5ec2e7a1" * 8
FOX = {"collection": "fox"}


def toml(folder: Path, text: str | bytes) -> Path:
    """Write a `zensical.toml`."""
    path = folder / "zensical.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_configuration_is_found_by_its_name(tmp_path: Path) -> None:
    """ProperDocs' names go before those that MkDocs knows; a folder is no file."""
    assert find_config(tmp_path) is None
    for name in reversed(CONFIG_NAMES):
        (tmp_path / name).mkdir()
        assert find_config(tmp_path) != tmp_path / name
        (tmp_path / name).rmdir()
        (tmp_path / name).touch()
        assert find_config(tmp_path) == tmp_path / name


NAMES_MASKO = {
    "zensical.toml": "[project.markdown_extensions.masko]\ncollection = 'fox'\n",
    "properdocs.yml": "plugins: {masko: {collection: fox}}\n",
    "mkdocs.yml": "plugins: [masko: {collection: fox}]\n",
    "mkdocs.yaml": "markdown_extensions: [masko: {collection: fox}]\n",
}
NO_MASKO = dict.fromkeys(NAMES_MASKO, "") | {"zensical.toml": "[project]\nsite_name = 'Fox'\n"}


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"zensical.toml", "mkdocs.yml"}, "zensical.toml"),
        ({"properdocs.yml", "mkdocs.yml"}, "properdocs.yml"),
        ({"mkdocs.yml"}, "mkdocs.yml"),
        ({"mkdocs.yaml"}, "mkdocs.yaml"),
        (set(), "zensical.toml"),
    ],
)
def test_of_several_files_the_first_that_names_masko_counts(
    tmp_path: Path, files: set[str], name: str
) -> None:
    """A `zensical.toml` beside the `mkdocs.yml` of a site with our plugin is no reason to fail."""
    for file in NAMES_MASKO:
        (tmp_path / file).write_text((NAMES_MASKO if file in files else NO_MASKO)[file])
    found = find_config(tmp_path)
    assert found == tmp_path / name
    assert find_plugin_options(found) == (FOX if files else None)


def test_a_broken_file_before_the_one_that_names_masko_is_told(tmp_path: Path) -> None:
    """Zensical would stop at it, too."""
    toml(tmp_path, "[project\n")
    (tmp_path / "mkdocs.yml").write_text(NAMES_MASKO["mkdocs.yml"])
    with pytest.raises(OptionError, match=r"zensical\.toml:1:9: not valid TOML\. Correct"):
        find_config(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[project.markdown_extensions.masko]\ncollection = 'fox'\n",
        "[project.markdown_extensions]\nabbr = {}\nmasko.collection = 'fox'\n",
        "[project]\nmarkdown_extensions.masko = { collection = 'fox' }\n",
        "[project]\nmarkdown_extensions = ['abbr', { masko = { collection = 'fox' } }]\n",
        "[project]\nmarkdown_extensions = { masko = {\n  collection = 'fox',\n} } # TOML 1.1\n",
        "[markdown_extensions.masko]\ncollection = 'fox'\n",
        "project.markdown_extensions.masko.collection = 'fox'\n",
        "[project]\nplugins.masko.wait = 3\nmarkdown_extensions.masko.collection = 'fox'\n",
        "[project.markdown_extensions.masko]\r\ncollection = 'fox'\r\n",
        "[project.markdown_extensions.'masko']\n\"collection\" = 'fox'",
    ],
)
def test_toml_gives_the_options_in_each_of_its_forms(tmp_path: Path, text: str) -> None:
    """Plugins of the same name are dropped, as Zensical drops them."""
    assert read_plugin_options(toml(tmp_path, text)) == FOX


@pytest.mark.parametrize(
    "text",
    [
        "[project.plugins.masko]\ncollection = 'fox'\n",
        "[project]\nplugins = ['search', { masko = { collection = 'fox' } }]\n",
    ],
)
def test_options_of_a_plugin_that_zensical_drops_are_there_to_be_taken_over(
    tmp_path: Path, text: str
) -> None:
    """No command works with them, but `init` copies them."""
    path = toml(tmp_path, text)
    assert find_plugin_options(path) == FOX
    with pytest.raises(OptionError, match=r"zensical\.toml: Zensical runs no MkDocs plugins, so t"):
        read_plugin_options(path)


def test_the_default_of_the_extension_is_the_first_collection(tmp_path: Path) -> None:
    """The plugin has no such option; the extension has it for sites without `collections`."""
    text = "[markdown_extensions.masko]\ncollections = { fox = 'a', owl = 'b' }\ndefault = 'owl'\n"
    options = read_plugin_options(toml(tmp_path, text))
    assert list(options["collections"].items()) == [("owl", "b"), ("fox", "a")]
    assert read_options(options, {}).default == "owl"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("collection = 'fox'\ndefault = 'owl'", "no collection 'owl'. There are: default"),
        ("collections = {fox = 'a', owl = 'b'}\ndefault = 'bear'", "'bear'. There are: fox, owl"),
        ("collections = {fox = 'a', owl = 'b'}\ndefault = 'owls'", r"'owls' \(did you mean 'owl'"),
        ("collection = 'fox'\ndefault = 3", "no collection '3'"),
    ],
)
def test_a_default_that_is_no_collection_is_refused(
    tmp_path: Path, options: str, told: str
) -> None:
    """A build would show no pose, so that a check is not to pass."""
    path = toml(tmp_path, f"[markdown_extensions.masko]\n{options}\n")
    with pytest.raises(OptionError, match=rf"^option 'default' names .*{told}"):
        read_plugin_options(path)


@pytest.mark.parametrize(
    "options", ["collection = 'fox'\ndefault = 'default'", "default = 'owl'", "default = ''"]
)
def test_a_default_that_may_be_a_collection_is_taken(tmp_path: Path, options: str) -> None:
    """Without collections, the manifest has them."""
    path = toml(tmp_path, f"[markdown_extensions.masko]\n{options}\n")
    assert "default" not in read_plugin_options(path)


@pytest.mark.parametrize("text", ["markdown_extensions = ['masko']", "[markdown_extensions.masko]"])
def test_an_extension_without_options_has_none(tmp_path: Path, text: str) -> None:
    assert find_plugin_options(toml(tmp_path, text)) == {}


def test_the_plugin_goes_before_the_extension_in_a_file_that_mkdocs_reads(tmp_path: Path) -> None:
    """What only the extension has is for what only Zensical needs."""
    path = tmp_path / "mkdocs.yml"
    path.write_text(
        "plugins:\n  masko: {collection: fox, wait: 3}\n"
        "markdown_extensions:\n  masko: {collection: owl, manifest: other.json}\n"
    )
    assert find_plugin_options(path) == {**FOX, "wait": 3, "manifest": "other.json"}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11")
def test_an_extension_that_zensical_inherits_beside_a_list_is_found(tmp_path: Path) -> None:
    """Zensical 0.0 appends the list of the file to the inherited one; MkDocs replaces that."""
    base = "markdown_extensions: [masko: {collection: fox}]\nwatch: [a]\n"
    (tmp_path / "base.yml").write_text(base)
    path = tmp_path / "mkdocs.yml"
    path.write_text("INHERIT: base.yml\nmarkdown_extensions: [abbr]\nwatch: [b]\n")
    assert read_plugin_options(path) == FOX
    assert load_settings(path)["watch"] == ["a", "b"]
    path.write_text(
        "INHERIT: base.yml\nplugins: [masko]\nmarkdown_extensions: [abbr]\nwatch: [b]\n"
    )
    assert read_plugin_options(path) == {}
    assert load_settings(path)["watch"] == ["b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[project]\n", "the Markdown extension 'masko' is not enabled. Run 'mkdocs-masko init'"),
        ("project = 3\n", "the Markdown extension 'masko' is not enabled. Run 'mkdocs-masko "),
        (
            "[project.markdown_extensions]\nmasko = 'fox'\n",
            "options of Markdown extension 'masko' must be a map such as 'collection = ...'",
        ),
        (
            "[project.plugins]\nmasko = ['fox']\n",
            "Zensical runs no MkDocs plugins, so that the plugin 'masko' does nothing",
        ),
        (f"[project]\napi_key = {KEY}\n", "zensical.toml:2:11: not valid TOML. "),
        (f"[project]\n{KEY} {KEY}\n", "zensical.toml:2:72: not valid TOML. "),
        ("[project]\na = 1\na = 2\n", "zensical.toml:3:6: not valid TOML. "),
        ("a = 1\n" * 2, "zensical.toml:2:6: not valid TOML. "),
        (
            "[project]\n<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> b\n",
            "contains merge conflict markers. Resolve the conflict first",
        ),
        (
            b"\xef\xbb\xbf[project]\n",
            "starts with a byte order mark, which Zensical cannot read. Save the file as UTF-8",
        ),
        (b"a = '\xff'\n", "not valid TOML"),
        (b"a = 1\0", "not valid TOML"),
        (b"a = " + b"[" * 5_000, "not valid TOML"),
        ("[project]\r[project.theme]\r", "not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_that_quotes_nothing(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    """A line may hold a key."""
    with pytest.raises(OptionError) as caught:
        read_plugin_options(toml(tmp_path, text))
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert "zensical.toml" in str(caught.value)
    assert KEY[:12] not in str(caught.value)


def test_a_toml_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "zensical.toml").mkdir()
    for name in ("zensical.toml", "gone.toml"):
        with pytest.raises(OptionError, match="cannot be read: "):
            read_plugin_options(tmp_path / name)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, []),
        ({"markdown_extensions": None}, []),
        ({"markdown_extensions": ["abbr", {"toc": {"permalink": True}}]}, ["abbr", "toc"]),
        (
            {"markdown_extensions": {"pymdownx": {"tilde": {}, "blocks": {"tab": {}}}, "abbr": {}}},
            ["abbr", "pymdownx.tilde", "pymdownx.blocks.tab"],
        ),
        (
            {"markdown_extensions": {"zensical": {"extensions": {"macros": {}}, "other": {}}}},
            ["zensical.extensions.macros", "zensical.other"],
        ),
        ({"markdown_extensions": {"pymdownx.tilde": {}}}, ["pymdownx.tilde"]),
    ],
)
def test_extensions_have_the_names_that_zensical_gives_them(
    settings: dict[str, Any], names: list[str]
) -> None:
    assert list(extensions_of(settings)) == names


def test_an_option_that_holds_a_key_is_refused_as_in_mkdocs(tmp_path: Path) -> None:
    """The values pass through the same checks."""
    path = toml(tmp_path, f"[project.markdown_extensions.masko]\napi_key_env = '{KEY}'\n")
    with pytest.raises(OptionError, match="must not hold the API key") as caught:
        read_options(read_plugin_options(path), {})
    assert KEY not in str(caught.value)


def test_settings_are_what_is_below_project(tmp_path: Path) -> None:
    text = "[other]\na = 1\n[project]\ndocs_dir = 'pages'\n[project.theme]\nname = 'x'\n"
    settings = {"docs_dir": "pages", "theme": {"name": "x"}}
    assert load_settings(toml(tmp_path, text)) == settings


@pytest.mark.parametrize(
    ("watch", "covers"),
    [
        (None, False),
        ("masko.manifest.json", False),
        ([], False),
        (["theme", "./masko.manifest.json"], True),
        (["."], True),
        (["masko.manifest"], False),
        ([1, {"a": "b"}, None, ["."]], False),
        ([1, "masko.manifest.json"], True),
    ],
)
def test_a_watched_folder_covers_the_manifest(watch: object, covers: bool) -> None:
    assert is_watched({"watch": watch}, "masko.manifest.json") is covers
    assert is_watched({"watch": ["data/"]}, "data/fox.json")
    assert not is_watched({"watch": ["data/x"]}, "data/fox.json")


@pytest.mark.parametrize(
    ("extensions", "plugins", "options"),
    [
        ({}, {}, None),
        ({}, {"macros": None}, {}),
        ({}, {"macros": {"module_name": "a"}}, {"module_name": "a"}),
        ({}, {"macros": {"enabled": False}}, None),
        ({"zensical.extensions.macros": None}, {"macros": {"module_name": "a"}}, {}),
        ({"zensical.extensions.macros": {"module_name": "b"}}, {}, {"module_name": "b"}),
        ({"zensical.extensions.macros": {"enabled": False}}, {"macros": {}}, None),
    ],
)
def test_an_extension_of_zensical_goes_before_the_plugin(
    extensions: dict[str, object], plugins: dict[str, object], options: dict[str, object] | None
) -> None:
    assert options_of("macros", extensions, plugins) == options
