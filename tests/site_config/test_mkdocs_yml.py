"""The plugin's options are found where, and as, MkDocs finds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from mkdocs.utils.yaml import get_yaml_loader, yaml_load

from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.settings import read_plugin_options

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "masko_" + "5ec2e7a1" * 8
CASES = sorted(
    path.parent for path in Path(__file__).parents[1].glob("data/projects/*/expected.json")
)
PLAIN = b"site_name: Fox\nplugins:\n  - masko:\n      collection: fox\n"


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what the files ask for."""
    monkeypatch.setenv("MASCOT", "owl")
    for name in ("SITE", "OTHER", "ADDRESS", "NOT_SET_ANYWHERE"):
        monkeypatch.delenv(name, raising=False)


def expected(case: Path) -> Any:  # noqa: ANN401 - JSON
    """Return what should come of a case: `{"options": ...}` or `{"error": ...}`."""
    return json.loads((case / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_project_gives_its_options_or_one_clear_error(case: Path) -> None:
    """Each folder of data/projects holds a project, and what should come of it."""
    wanted, path = expected(case), case / "site" / "mkdocs.yml"
    if "error" in wanted:
        with pytest.raises(OptionError) as caught:
            read_plugin_options(path)
        assert str(caught.value).replace(str(path.parent), "FOLDER") == wanted["error"]
        assert str(caught.value).isprintable()
    else:
        assert read_plugin_options(path) == wanted["options"]


def theirs(path: Path) -> object:
    """Return the plugins as MkDocs reads them."""

    class Loader(yaml.SafeLoader):
        """Knows no tags of Python, whose modules need not be there."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    Loader.add_constructor("!relative", lambda *_: None)
    with path.open("rb") as file:
        loaded = yaml_load(file, get_yaml_loader(Loader))
    plugins = loaded["plugins"]
    listed = plugins if isinstance(plugins, list) else [plugins]
    maps = [entry if isinstance(entry, dict) else {entry: None} for entry in listed]
    return next(entry["masko"] or {} for entry in maps if "masko" in entry)


@pytest.mark.parametrize(
    "case", [case for case in CASES if "options" in expected(case)], ids=lambda c: str(c.name)
)
def test_the_options_are_those_that_mkdocs_would_give(case: Path) -> None:
    """The command line and the build work with the same options."""
    path = case / "site" / "mkdocs.yml"
    assert read_plugin_options(path) == theirs(path)


@pytest.mark.parametrize(
    "save",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.rstrip(),
        lambda text: b"%YAML 1.2\n---\n" + text,
    ],
    ids=["CRLF", "CR", "BOM", "UTF-16", "no newline at the end", "with a directive"],
)
def test_it_does_not_matter_how_an_editor_saves(
    tmp_path: Path, save: Callable[[bytes], bytes]
) -> None:
    """Line ends and marks at the start are no content."""
    path = tmp_path / "mkdocs.yml"
    path.write_bytes(save(PLAIN))
    assert read_plugin_options(path) == {"collection": "fox"}


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\xfa", b"\x00", b"a: \xe9\n", b"[" * 1_100, b"{" * 1_100, b"n: " + b"9" * 9_000],
    ids=["no UTF-16", "NUL", "Latin 1", "deep lists", "deep maps", "a long number"],
)
def test_what_is_no_text_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    """However a file is damaged, there is one line about it."""
    path = tmp_path / "mkdocs.yml"
    path.write_bytes(content)
    with pytest.raises(OptionError, match=r"mkdocs\.yml(:\d+:\d+)?: not valid YAML"):
        read_plugin_options(path)


def test_files_that_inherit_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    """A circle has what its files have, and no more."""
    (tmp_path / "mkdocs.yml").write_text("INHERIT: b.yml\n")
    (tmp_path / "b.yml").write_text("INHERIT: mkdocs.yml\n")
    with pytest.raises(OptionError, match="no plugin 'masko'"):
        read_plugin_options(tmp_path / "mkdocs.yml")
    (tmp_path / "b.yml").write_text("INHERIT: mkdocs.yml\nplugins: {masko: {collection: fox}}\n")
    assert read_plugin_options(tmp_path / "mkdocs.yml") == {"collection": "fox"}


def test_a_broken_line_with_a_key_is_not_quoted(tmp_path: Path) -> None:
    """YAML's own error quotes the line, and with it what should stay secret."""
    path = tmp_path / "mkdocs.yml"
    path.write_text(f"plugins:\n  - masko:\n      api_key: {KEY}: x\n")
    with pytest.raises(OptionError, match=r"mkdocs\.yml:3:\d+: not valid") as caught:
        read_plugin_options(path)
    assert KEY not in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    """What is not there, or is no file, cannot be read."""
    for path in (tmp_path, tmp_path / "mkdocs.yml"):
        with pytest.raises(OptionError, match="cannot be read: "):
            read_plugin_options(path)
