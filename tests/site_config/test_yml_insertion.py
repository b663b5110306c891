"""The Markdown extension is put into a `mkdocs.yml` for Zensical, and nothing else is changed.

How the plugin is put there: `cli/test_init.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insertions import assert_only_inserted
from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.mkdocs_yml import load_yml
from mkdocs_masko.site_config.settings import extensions_of
from mkdocs_masko.site_config.yml_insertion import add_extension, add_plugin
from mkdocs_masko.site_config.zensical_toml import default_extensions

DATA = Path(__file__).parents[1] / "data" / "init" / "zensical"
GOLDEN = Path(__file__).parents[1] / "golden" / "init" / "zensical"
OPTIONS = {"collection": "fox", "into": "docs/assets/masko"}
WATCHED = ["masko.manifest.json", "docs/assets/masko"]


def edited(folder: Path, text: str, *, appends_lists: bool = True) -> str:
    """Return a `mkdocs.yml` with the extension."""
    path = folder / "mkdocs.yml"
    path.write_bytes(text.encode())
    return add_extension(path, OPTIONS, WATCHED, appends_lists=appends_lists).decode()


@pytest.mark.parametrize("shape", sorted(path.stem for path in DATA.glob("*.yml")))
def test_a_form_gets_the_extension_where_a_reader_expects_it(tmp_path: Path, shape: str) -> None:
    """Zensical 0.0 appends a list to the one that it inherits, where MkDocs replaces it."""
    (tmp_path / "base.yml").write_text("markdown_extensions: [toc: {permalink: true}]\n")
    new = edited(tmp_path, (DATA / f"{shape}.yml").read_bytes().decode())
    golden = GOLDEN / f"{shape}.yml"
    if os.environ.get("MASKO_UPDATE_GOLDEN") == "1":
        golden.write_bytes(new.encode())
    assert new.encode() == golden.read_bytes()


def test_a_list_that_replaces_the_inherited_one_repeats_it(tmp_path: Path) -> None:
    """As in MkDocs; a site without it would lose the extensions of its base."""
    (tmp_path / "base.yml").write_text("markdown_extensions: [abbr, tables]\nwatch: [a]\n")
    new = edited(tmp_path, "INHERIT: base.yml\n", appends_lists=False)
    (tmp_path / "mkdocs.yml").write_text(new)
    settings = load_yml(tmp_path / "mkdocs.yml")
    assert extensions(settings) == {"abbr": {}, "tables": {}, "masko": OPTIONS}
    assert settings["watch"] == ["a", *WATCHED]


def test_a_list_with_options_that_would_be_replaced_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text("markdown_extensions: [toc: {permalink: true}]\n")
    with pytest.raises(OptionError, match="inherits a list of Markdown extensions with options"):
        edited(tmp_path, "INHERIT: base.yml\n", appends_lists=False)


def extensions(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the extensions; one without options has none, however that is written."""
    return {name: options or {} for name, options in extensions_of(settings).items()}


@pytest.mark.parametrize("old", ["site_name: T\n", "{site_name: T}", "site_name: T", "a: '}'\r\n"])
def test_a_site_without_extensions_keeps_those_that_zensical_gives_it(
    tmp_path: Path, old: str
) -> None:
    """Zensical's defaults end where the file names one extension."""
    new = edited(tmp_path, old)
    (tmp_path / "mkdocs.yml").write_bytes(new.encode())
    settings = load_yml(tmp_path / "mkdocs.yml")
    assert extensions(settings) == {**default_extensions(), "masko": OPTIONS}
    assert settings["watch"] == WATCHED


BY_HAND = (
    "add this by hand: to 'markdown_extensions', "
    "masko: {collection: fox, into: docs/assets/masko}; to 'watch', masko.manifest.json, "
    "docs/assets/masko"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("markdown_extensions: [masko]\n", "has the Markdown extension 'masko' already"),
        (
            "a: &a [abbr]\nmarkdown_extensions: *a\n",
            f"its Markdown extensions are an alias; {BY_HAND}",
        ),
        ("markdown_extensions: abbr\n", "its Markdown extensions are neither a list nor a map"),
        ("markdown_extensions: []\nwatch: a\n", "its watched paths are neither a list nor a map"),
        ("markdown_extensions: []\nwatch: {a: b}\n", "its watched paths are no list"),
        ("markdown_extensions: []\nwatch: !ENV A\n", "its watched paths have the tag !ENV"),
        ("markdown_extensions: [a]\n...\n", f"it ends with a document marker; {BY_HAND}"),
        ("- a\n", "it is not a map of settings"),
    ],
)
def test_what_cannot_be_edited_is_said_with_what_to_add(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(OptionError) as caught:
        edited(tmp_path, text)
    assert message in str(caught.value)


def test_values_of_each_type_are_written_as_yaml(tmp_path: Path) -> None:
    """Options may come from the plugin's, in any form."""
    path = tmp_path / "mkdocs.yml"
    options = {
        "collections": {"fox": "a", "no": "1", "a, b": "x: y"},
        "include": ["wave", "owl/*", "*"],
        "wait": 3,
        "timeout": 2.5,
        "gallery": True,
        "budget": {},
        "cache": 'a "b" \\ \x7f \u2028 \U0001f98a # c',
        "mode": "- a\nb",
    }
    for text in ("plugins: []\n", "plugins: [search]\nmarkdown_extensions:\n  - abbr\n"):
        path.write_text(text)
        path.write_bytes(add_extension(path, options, WATCHED, appends_lists=True))
        path.write_bytes(add_plugin(path, options))
        settings = load_yml(path)
        assert extensions_of(settings)["masko"] == options
        assert settings["plugins"][-1] == {"masko": options}


_SETTINGS = st.sampled_from(
    [
        "site_name: 'markdown_extensions: [ # ]'",
        "copyright: |\n  watch:\n    - a # b",
        "theme:\n  name: material # [watch]\n\n  # c\n  features: [a, b]",
        "extra: {markdown_extensions: [], watch: []}",
        "# a comment",
        "'nav': [\n  a.md, # b\n  ]",
        "plugins:\n- search:\n    lang: en",
    ]
)
_EXTENSIONS = st.sampled_from(
    [
        "",
        "markdown_extensions:",
        "markdown_extensions: # a",
        "markdown_extensions: []",
        "markdown_extensions: [abbr, toc: {permalink: true}] # ]",
        "markdown_extensions: [\n  abbr, # ,\n  toc\n  ]",
        "markdown_extensions:\n- abbr\n\n- toc:\n    permalink: '# a' # b",
        "markdown_extensions:\n  - abbr # a\n  # b\n  - toc:\n      title: |\n        a\n        b",
        "markdown_extensions:\n    abbr: {}\n    toc:\n      permalink: true",
        "markdown_extensions: {abbr: , toc: {}}",
        "'markdown_extensions': [abbr]",
    ]
)
_WATCH = st.sampled_from(
    [
        "",
        "watch:",
        "watch: []",
        "watch: [ a, b ] # c",
        "watch:\n- a # b",
        "watch:\n  - '# a'\n  # b",
    ]
)


@st.composite
def _documents(draw: st.DrawFn) -> str:
    """Write a `mkdocs.yml` of a form that can be edited."""
    settings = [*draw(st.sets(_SETTINGS)), draw(_EXTENSIONS), draw(_WATCH)]
    parts = [part for part in draw(st.permutations(settings)) if part]
    text = draw(st.sampled_from(["\n", "\n\n", "\n# c\n"])).join(["site_url: ''", *parts])
    # A line end after a text over several lines would be one more character of it.
    ends = ["\n", "\n\n# the end\n", *([] if parts and "|" in parts[-1] else [""])]
    text += draw(st.sampled_from(ends))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(text=_documents())
def test_whatever_the_form_the_old_document_is_left_and_ours_is_added(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """All that is done is inserting."""
    folder = tmp_path_factory.mktemp("site")
    new = edited(folder, text)
    assert_only_inserted(text, new)
    assert new.count("\r\n") == (new.count("\n") if "\r" in text else 0)
    before = load_yml(folder / "mkdocs.yml")
    after = load_yml(folder / "mkdocs.yml", new.encode())
    old = extensions(before) if "markdown_extensions" in before else default_extensions()
    assert extensions(after) == {**old, "masko": OPTIONS}
    assert after["watch"] == [*(before.get("watch") or []), *WATCHED]
    ours = {"markdown_extensions": None, "watch": None}
    assert {**before, **ours} == {**after, **ours}
