"""The Markdown extension is put into a `zensical.toml`, and not one other byte is changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from insertions import assert_only_inserted
from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.settings import extensions_of, load_settings
from mkdocs_masko.site_config.toml_insertion import add_extension
from mkdocs_masko.site_config.zensical_toml import default_extensions

DATA = Path(__file__).parents[1] / "data" / "init"
GOLDEN = Path(__file__).parents[1] / "golden" / "init"
OPTIONS = {"collection": "fox", "into": "docs/assets/masko"}
WATCHED = ["masko.manifest.json", "docs/assets/masko"]
TABLE = """
[project.markdown_extensions.masko]
collection = "fox"
into = "docs/assets/masko"
"""
INLINE = 'masko = { collection = "fox", into = "docs/assets/masko" }'
WATCH = 'watch = ["masko.manifest.json", "docs/assets/masko"]\n'


def edited(folder: Path, text: str, options: dict[str, Any] | None = None) -> str:
    """Return a `zensical.toml` with the extension."""
    path = folder / "zensical.toml"
    path.write_bytes(text.encode())
    return add_extension(path, options or OPTIONS, WATCHED).decode()


@pytest.mark.parametrize("shape", sorted(path.stem for path in DATA.glob("*.toml")))
def test_a_form_gets_the_extension_where_a_reader_expects_it(tmp_path: Path, shape: str) -> None:
    """Each file of data/init has a form of its own."""
    new = edited(tmp_path, (DATA / f"{shape}.toml").read_bytes().decode())
    golden = GOLDEN / f"{shape}.toml"
    if os.environ.get("MASKO_UPDATE_GOLDEN") == "1":
        golden.write_bytes(new.encode())
    assert new.encode() == golden.read_bytes()


REFUSED = {
    "has it": (
        "[project.markdown_extensions.masko]\n",
        "has the Markdown extension 'masko' already",
    ),
    "is inline": (
        "project = { site_name = 'T' }\n",
        "its form is not one that can be edited safely",
    ),
    "is no table": ("project = 3\n", "its 'project' is no table"),
    "is several": ("[[project]]\n", "its 'project' is no table"),
    "watches a text": ("[project]\nwatch = 'a'\n", "its 'watch' is no list"),
    "extends by a text": (
        "[project]\nmarkdown_extensions = 'abbr'\n",
        "its 'markdown_extensions' are neither a table nor a list",
    ),
    "has no table": ("[project.theme]\nname = 'x'\n", "it has no table 'project'"),
}


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_be_edited_is_said_with_what_to_add(tmp_path: Path, form: str) -> None:
    """Nothing is written; whoever has such a file knows it best."""
    text, reason = REFUSED[form]
    with pytest.raises(OptionError, match=reason) as caught:
        edited(tmp_path, text)
    if form != "has it":
        assert str(caught.value).endswith(
            "add this by hand: to the table project.markdown_extensions, "
            f'{INLINE}; to the list project.watch, "{WATCHED[0]}", "{WATCHED[1]}"'
        )


def test_a_site_without_extensions_keeps_those_that_zensical_gives_it(tmp_path: Path) -> None:
    """Zensical's defaults end where the file names one extension."""
    old = "[project]\nsite_name = 'T'"
    new = edited(tmp_path, old)
    assert new.startswith(f"{old}\n{WATCH}\n# Zensical's defaults, which it drops")
    assert new.endswith(TABLE)
    (tmp_path / "zensical.toml").write_text(new)
    extensions = extensions_of(load_settings(tmp_path / "zensical.toml"))
    assert extensions == {**default_extensions(), "masko": OPTIONS}


def test_values_of_each_type_are_written_as_toml(tmp_path: Path) -> None:
    """Options may come from a `mkdocs.yml`."""
    options = {
        "collections": {"fox": "a", "ow l": "b"},
        "include": ["wave", "owl/*"],
        "wait": 3,
        "timeout": 2.5,
        "gallery": True,
        "budget": {},
        "cache": 'a "b" \\ \x7f \u2028 \U0001f98a',
    }
    new = edited(tmp_path, "[project]\nmarkdown_extensions.abbr = {}\n", options)
    assert tomli.loads(new)["project"]["markdown_extensions"]["masko"] == options


_TEXTS = st.sampled_from(
    [
        "'T'",
        '"[project] # \\" ]"',
        '"""\nwatch = [\n\\""" # """',
        "'''}\n]'''''",
        "'\\'",
        "[1, [2, {a = ']'}], # ]\n]",
        "{ a = 'b', c = [ ] }",
        "2026-11-26 10:00:00",
        "1e3",
        '"\U0001f98a"',
    ]
)
_COMMENTS = st.sampled_from(["", " # watch = ['a']", "\t# [project.markdown_extensions]", "#"])
_INDENTS = st.sampled_from(["", "  ", "\t"])
_SETTINGS = ("site_name", "copyright", "'edit uri'", "extra . a", '"\\u0041"')
_EXTENSION_LISTS = (
    "[]",
    "['abbr']",
    "[ 'abbr' , { toc = { permalink = true } } , ]",
    "[\n  'abbr',  # a\n  # b\n]",
    "[\n\t'abbr'\n\t, { 'toc' = {} } # ]\n\n]",
    "[ # a\n]",
    "{}",
    "{abbr={}}",
    "{ abbr = { a = [1,\n2] } , pymdownx.tilde = {} }",
    "{\n  abbr = {}, # a\n  toc = { # b\n    a = 1,\n  }\n  # c\n}",
)
_EXTENSION_TABLES = (
    "[project.markdown_extensions]",
    "[project.markdown_extensions]\nabbr = {}\npymdownx.tilde = {}",
    "[project.markdown_extensions.toc]\npermalink = true\n[project.markdown_extensions.pymdownx.a]",
    "[[project.markdown_extensions]]\nabbr = {}\n[[project.markdown_extensions]]\ntoc = {}",
    "",
)
_WATCH_LISTS = (
    "[]",
    "[ ]",
    "['theme']",
    "['theme', ]",
    "[\n  'theme', # a\n  'b' # c ]\n]",
    "[\n  'theme', # a\n  'b', # c ]\n  # d\n  ]",
    "[ 'a',\n'b' ]",
    f"['{WATCHED[0]}']",
)


@st.composite
def _documents(draw: st.DrawFn) -> str:
    """Write a `zensical.toml` of a form that can be edited."""

    def pair(key: str, value: str) -> str:
        return f"{draw(_INDENTS)}{key} = {value}{draw(_COMMENTS)}"

    pairs = [pair(key, draw(_TEXTS)) for key in draw(st.sets(st.sampled_from(_SETTINGS)))]
    tables = [
        "[[project.theme.palette]]\nscheme = 'slate'",
        "[project.theme]",
        "[other.watch]\na = 1",
    ]
    if draw(st.booleans()):
        pairs.append(pair("markdown_extensions", draw(st.sampled_from(_EXTENSION_LISTS))))
    elif draw(st.booleans()):
        pairs.append(pair("markdown_extensions.abbr", "{}"))
    else:
        tables.append(draw(st.sampled_from(_EXTENSION_TABLES)))
    if draw(st.booleans()):
        pairs.append(pair("watch", draw(st.sampled_from(_WATCH_LISTS))))
    project = "\n".join(["[project]" + draw(_COMMENTS), *draw(st.permutations(pairs))])
    parts = draw(st.permutations([project, *tables]))
    text = draw(st.sampled_from(["\n", "\n\n", "\n# ]\n"])).join(["# first", *parts])
    text += draw(st.sampled_from(["", "\n", "\n\n# the end", "  \n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(text=_documents())
def test_whatever_the_form_the_old_document_is_left_and_ours_is_added(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """All that is done is inserting."""
    folder = tmp_path_factory.mktemp("site")
    new = edited(folder, text)
    assert_only_inserted(text, new)
    assert ("\r\n" in text) == ("\r\n" in new)
    assert new.count("\n") in {new.count("\r\n"), new.count("\n") if "\r" not in new else -1}
    before, after = tomli.loads(text), tomli.loads(new)
    old, now = before.pop("project"), after.pop("project")
    given_extensions = extensions_of(old) if "markdown_extensions" in old else default_extensions()
    assert extensions_of(now) == {**given_extensions, "masko": OPTIONS}
    watch = old.pop("watch", [])
    assert now.pop("watch") == [*watch, *(each for each in WATCHED if each not in watch)]
    old.pop("markdown_extensions", None)
    now.pop("markdown_extensions")
    assert (old, before) == (now, after)
