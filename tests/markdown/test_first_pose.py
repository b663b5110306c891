"""Which pose of a page is fetched early: the first one above the first `h2` that is not hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sites
from manifest_samples import FOX, manifest
from markdown import Markdown
from mkdocs_masko.manifest import save
from mkdocs_masko.markdown import MaskoExtension

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

EXTENSIONS = [
    *("admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc"),
    *("pymdownx.blocks.details", "pymdownx.details", "pymdownx.highlight", "pymdownx.snippets"),
    "pymdownx.superfences",
]
FIRST, LATER, EAGER = "eager high", "lazy", "eager"
"""How an image is fetched: its `loading` and its `fetchpriority`."""
WAVE, STILL = "![a](masko:wave)", '{{ masko_image("still", alt="b") }}'
DETAILS = "<details{}><summary>x</summary>{}</details>"


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("first") / "poses.json"
    save(path, manifest(fox={name: FOX[name] for name in ("wave", "still", "night", "faceless")}))
    return {"manifest": str(path), "default": "fox"}


def fetched(
    text: str,
    options: dict[str, Any],
    extensions: Sequence[Any] = EXTENSIONS,
    configs: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[str]:
    """Return how each image of a page is fetched."""
    masko = MaskoExtension(**options)
    md = Markdown(extensions=[*extensions, masko], extension_configs=configs or {})
    html = md.convert(text)
    assert not {"\x02", "\x03"} & set(html)
    assert "<!--" not in html.replace("<!-- c -->", "").replace("<!-- <h2> -->", "")
    images = sites.parse(html).iter("img")
    return [
        " ".join(filter(None, (image.get("loading"), image.get("fetchpriority"))))
        for image in images
    ]


PAGES = {
    "image": (WAVE, [FIRST]),
    "macro": (STILL, [FIRST]),
    "in running text": (f"Some {WAVE} words", [FIRST]),
    "only the first": (f"{WAVE}\n\n{STILL}\n\n{WAVE}", [FIRST, LATER, LATER]),
    "the first of equal ones": (f"{WAVE} {WAVE}", [FIRST, LATER]),
    "above the first h2": (f"# T\n\n{WAVE}\n\n## A\n\n{STILL}", [FIRST, LATER]),
    "below the first h2": (f"# T\n\n## A\n\n{WAVE}\n\n{STILL}", [LATER, LATER]),
    "below an h3": (f"# T\n\n### A\n\n{WAVE}", [FIRST]),
    "below an underlined h1": (f"T\n===\n\n{WAVE}", [FIRST]),
    "below an underlined h2": (f"A\n---\n\n{WAVE}", [LATER]),
    "below a raw h2": (f"<h2>A</h2>\n\n{WAVE}", [LATER]),
    "below a raw H2": (f"<H2 id=a>A</H2>\n\n{WAVE}", [LATER]),
    "below an inline h2": (f"x <h2>A</h2> {WAVE}", [LATER]),
    "below an h2 in an element": (f"<div markdown>\n\n## A\n\n</div>\n\n{WAVE}", [LATER]),
    "below an h2 in code": (f"`<h2>`\n\n```html\n<h2>\n```\n\n{WAVE}", [FIRST]),
    "below an h2 in a comment": (f"<!-- <h2> -->\n\n{WAVE}", [FIRST]),
    "below an h2 in an attribute": (f'<p title="<h2>">x</p>\n\n{WAVE}', [FIRST]),
    "below an h2 in a script": (f"<script>'<h2>'</script>\n\n{WAVE}", [FIRST]),
    "below an h2 in a template": (f"<template><h2>A</h2></template>\n\n{WAVE}", [FIRST]),
    "in the h1": (f"# {WAVE} T", [FIRST]),
    "in the first h2": (f"# T\n\n## {WAVE} A\n\n{STILL}", [LATER, LATER]),
    "in an h1 that a toc shows": (f"[TOC]\n\n# T {STILL}\n\n{WAVE}", [FIRST, LATER]),
    "raw image": ('<img src="masko:wave" alt="a">', [FIRST]),
    "raw image in running text": ('x <img src="masko:wave" alt="a"> y', [FIRST]),
    "macro in raw HTML": (f"<div>{STILL}</div>\n\n{WAVE}", [FIRST, LATER]),
    "Markdown in raw HTML": (f"<div markdown>\n\n{STILL}\n\n</div>\n\n{WAVE}", [FIRST, LATER]),
    "raw image behind Markdown": (f'{WAVE}\n\n<div><img src="masko:still"></div>', [FIRST, LATER]),
    "Markdown behind a raw image": (
        f'<div><img src="masko:still"></div>\n\n{WAVE}',
        [FIRST, LATER],
    ),
    "two in one piece of raw HTML": (f"<div>{STILL} {STILL}</div>", [FIRST, LATER]),
    "table": (f"| a | b |\n|---|---|\n| {WAVE} | {STILL} |", [FIRST, LATER]),
    "admonition": (f"!!! note\n    {WAVE}\n\n{STILL}", [FIRST, LATER]),
    "definition": (f"a\n:   {WAVE}", [FIRST]),
    "figure": (f'![a](masko:wave){{ caption="C" }}\n\n{STILL}', [FIRST, LATER]),
    "figure in running text": ('x ![a](masko:wave){ caption="C" } y', [FIRST]),
    "link": (f"[{WAVE}](x.md)", [FIRST]),
    "footnote": (f"x[^1] {STILL}\n\n[^1]: {WAVE}", [FIRST, LATER]),
    "code": (f"`{WAVE}`\n\n    {WAVE}\n\n{STILL}", [FIRST]),
    "closed details": (f"??? note\n    {WAVE}\n\n{STILL}", [LATER, FIRST]),
    "open details": (f"???+ note\n    {WAVE}\n\n{STILL}", [FIRST, LATER]),
    "details as a block": (f"/// details | x\n{WAVE}\n///\n\n{STILL}", [LATER, FIRST]),
    "summary of closed details": (f'??? note "{WAVE}"\n    x\n\n{STILL}', [FIRST, LATER]),
    "raw details": (DETAILS.format("", STILL) + f"\n\n{WAVE}", [LATER, FIRST]),
    "open raw details": (DETAILS.format(" open", STILL) + f"\n\n{WAVE}", [FIRST, LATER]),
    "details in details": (
        DETAILS.format(" open", DETAILS.format("", STILL)) + f"\n\n{WAVE}",
        [LATER, FIRST],
    ),
    "h2 in closed details": (f"{DETAILS.format('', '<h2>A</h2>')}\n\n{WAVE}", [LATER]),
    "hidden": (f"<div hidden>{STILL}</div>\n\n{WAVE}", [LATER, FIRST]),
    "hidden by a style": (
        f'<div style="display: none">{STILL}</div>\n\n{WAVE}',
        [LATER, FIRST],
    ),
    "hidden by a style with a tab": (
        f'<div style="display:\tnone">{STILL}</div>\n\n{WAVE}',
        [LATER, FIRST],
    ),
    "invisible": (
        f'<div style="visibility: hidden">{STILL}</div>\n\n{WAVE}',
        [LATER, FIRST],
    ),
    "closed dialog": (f"<dialog>{STILL}</dialog>\n\n{WAVE}", [LATER, FIRST]),
    "nothing but details": (f"??? note\n    {WAVE}", [LATER]),
    "lazy by its author": ("![a](masko:wave){ loading=lazy }\n\n" + WAVE, [LATER, LATER]),
    "eager by its author": ("![a](masko:wave){ loading=eager }\n\n" + WAVE, [FIRST, LATER]),
    "later ones by their author": (
        f"{WAVE} ![](masko:wave){{loading=eager}} ![](masko:wave){{loading=lazy}}",
        [FIRST, EAGER, LATER],
    ),
    "auto by its author": ("![a](masko:wave){ loading=auto } " + WAVE, [FIRST, LATER]),
    "a pose without a still image": (f"![](masko:faceless)\n\n{WAVE}", [LATER]),
    "a URL is no pose": (f'[x]({{{{ masko_url("still") }}}}) {WAVE}', [FIRST]),
    "a preload is no pose": (f'{{{{ masko_preload("still") }}}} {WAVE}', [FIRST]),
    "a comment of the author's": (f"<!-- c -->\n\n{WAVE}", [FIRST]),
    "no pose": ("# T\n\nWords.", []),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_first_pose_above_the_first_h2_is_fetched_early(
    name: str, options: dict[str, Any]
) -> None:
    text, expected = PAGES[name]
    assert fetched(text, options) == expected


TABS = '=== "A"\n\n    {}\n\n=== "B"\n\n    {}\n\n'


@pytest.mark.parametrize("alternate", [True, False])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(WAVE, STILL, [FIRST, LATER, LATER]), ("x", STILL, [LATER, FIRST])],
)
def test_of_tabs_only_the_first_is_seen(
    alternate: bool, first: str, second: str, expected: list[str], options: dict[str, Any]
) -> None:
    extensions = [*EXTENSIONS, "pymdownx.tabbed"]
    configs = {"pymdownx.tabbed": {"alternate_style": alternate}}
    text = TABS.format(first, second) + WAVE
    assert fetched(text, options, extensions, configs) == expected


def test_a_pose_of_an_included_file_counts_too(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "part.md").write_text(STILL)
    configs = {"pymdownx.snippets": {"base_path": [str(tmp_path)]}}
    text = f'--8<-- "part.md"\n\n{WAVE}'
    assert fetched(text, options, configs=configs) == [FIRST, LATER]


def test_each_page_of_a_parser_has_a_first_pose(options: dict[str, Any]) -> None:
    md = Markdown(extensions=[MaskoExtension(**options)])
    pages = [md.reset().convert(text) for text in (WAVE, f"## A\n\n{WAVE}", WAVE)]
    assert [page.count('fetchpriority="high"') for page in pages] == [1, 0, 1]


def test_a_hidden_pose_of_two_palettes_is_not_preloaded(options: dict[str, Any]) -> None:
    text = f"??? note\n    ![a](masko:wave){{ dark=night }}\n\n{STILL}"
    assert fetched(text, options) == [LATER, LATER, FIRST]
