"""A message about an option names the file and the line that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli_process import run
from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.option_places import find_line, option_places

if TYPE_CHECKING:
    from pathlib import Path

TOML = {
    "a table": ("[project]\n\n[project.markdown_extensions.masko]\n# c\nwait = 3\n", 5, 3),
    "a dotted key": ("project.markdown_extensions.masko.wait = 3\n", 1, 1),
    "an inline table": ("[project.markdown_extensions]\nabbr = {}\nmasko = { wait = 3 }\n", 3, 3),
    "all in one": ("[project]\nmarkdown_extensions = { masko = { wait = 3 } }\n", 2, 2),
    "a list": ('[project]\nmarkdown_extensions = ["abbr", { masko = { wait = 3 } }]\n', 2, 2),
    "an array of tables": ("[[project.markdown_extensions]]\nmasko.wait = 3\n", 2, 2),
    "without a project": ("[markdown_extensions.masko]\nwait = 3\n", 2, 1),
    "another table": ("[project.extra.masko]\nwait = 3\n", 0, 0),
    "damaged": ("[project\n", 0, 0),
}
YML = {
    "a list": ("plugins:\n  - search\n  - masko:\n      # c\n      wait: 3\n", 5, 3),
    "a map": ("plugins:\n  masko:\n    wait: 3\n", 3, 2),
    "beside masko": ("plugins:\n- masko:\n  # c\n  wait: 3\n- search\n", 4, 2),
    "in a map beside masko": ("plugins:\n  masko:\n  wait: 3\n", 2, 2),
    "in brackets": ("\nplugins: [masko: {wait: 3}]\n", 2, 2),
    "the extension": ("markdown_extensions:\n- abbr\n- masko: {a: 1,\n    wait: 3}\n", 4, 3),
    "both": ("markdown_extensions: [masko: {wait: 3}]\nplugins:\n- masko: {wait: 4}\n", 3, 3),
    "a name alone": ("plugins: [masko]\n", 0, 0),
    "a tag": ("a: !!python/name:b.c\nplugins:\n- masko: {wait: !ENV A}\n", 3, 3),
    "inherited": ("INHERIT: base.yml\n", 0, 0),
    "a byte order mark": ("\ufeffplugins:\n- masko: {wait: 3}\n", 2, 2),
    "no map": ("- a\n", 0, 0),
    "damaged": ("a: [\n", 0, 0),
}
ROWS = [("zensical.toml", *row) for row in TOML.values()]
ROWS += [("mkdocs.yml", *row) for row in YML.values()]


@pytest.mark.parametrize(
    ("name", "text", "line", "masko"), ROWS, ids=[*(f"toml-{n}" for n in TOML), *YML]
)
def test_an_option_is_found_or_else_where_masko_begins(
    name: str, text: str, line: int, masko: int, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert (find_line(path, "wait"), find_line(path, "collection")) == (line, masko)


def test_each_of_several_options_has_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "zensical.toml"
    path.write_text("[project.markdown_extensions.masko]\nwait = -1\n\nhostng = 'self'\n")
    errors = [
        OptionError("is too small", option="wait"),
        OptionError("is unknown", option="hostng"),
        OptionError("no key in MASKO_API_KEY"),
    ]
    with pytest.raises(OptionError) as caught, option_places(path):
        raise OptionError("x", errors=errors)
    assert str(caught.value) == (
        "zensical.toml:2: option 'wait' is too small; "
        "zensical.toml:4: option 'hostng' is unknown; no key in MASKO_API_KEY"
    )


OPTIONS = "[project.markdown_extensions.masko]\ncollection = 'fox'\napi_url = 'sandbox'\n"


@pytest.mark.parametrize(
    ("command", "line", "told"),
    [
        ("check", "wait = -1", "zensical.toml:4: option 'wait' must be seconds"),
        ("list", "wait = -1", "zensical.toml:4: option 'wait' must be seconds"),
        ("sync", "default = 'owl'", "zensical.toml:4: option 'default' names no collection 'owl'"),
        ("sync", "into = 'media'", "zensical.toml:4: option 'into' must be below the docs folder"),
    ],
)
def test_commands_name_the_place(command: str, line: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "zensical.toml").write_text(f"{OPTIONS}{line}\n")
    done = run(tmp_path, command)
    assert (done.code, done.err.startswith(f"error: {told}")) == (2, True)


def test_what_the_environment_says_is_in_no_file(tmp_path: Path) -> None:
    (tmp_path / "zensical.toml").write_text(OPTIONS)
    done = run(tmp_path, "check", MASKO_API_URL="x")
    assert done.err.startswith("error: option 'api_url' must be an https URL or")


@pytest.mark.parametrize("kind", ["plugins", "markdown_extensions"])
@pytest.mark.parametrize("command", ["check", "sync", "list", "doctor"])
def test_an_option_beside_masko_is_told_to_be_indented(
    command: str, kind: str, tmp_path: Path
) -> None:
    """YAML reads it as the name of another plugin; MkDocs only says 'Invalid Plugins'."""
    text = f"site_name: Fox\n{kind}:\n  - masko:\n    collection: fox\n    api_url: sandbox\n"
    (tmp_path / "mkdocs.yml").write_text(text)
    done = run(tmp_path, command)
    problem = "option 'collection' must be indented further than 'masko:'"
    assert (done.code, done.err) == (2, f"error: mkdocs.yml:4: {problem}\n")
