"""What is open at a place of a page is what html5lib, which follows the standard, finds there."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_masko.markdown.first_pose import find_first
from mkdocs_masko.markdown.stash import END_MARK, ShownPose
from mkdocs_masko.rendering import make_call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

XHTML = "{http://www.w3.org/1999/xhtml}"
INERT = {"audio", "canvas", "datalist", "rp", "select", "template", "video"}
POSE = "¦"

PAGES = {
    "text area": ("<textarea><h2></textarea>¦", 0),
    "text area with a pose": ("<textarea>¦</textarea>¦", 1),
    "text area that closes itself": ("<textarea/><h2></textarea>¦", 0),
    "title": ("<title><h2></title>¦", 0),
    "frame": ("<iframe><h2></iframe>¦", 0),
    "noscript": ("<noscript><h2>¦</noscript>¦", 1),
    "noscript with half a tag": ("<noscript><div hidden></noscript>¦", 0),
    "template": ("<template><h2>¦</template>¦", 1),
    "template with half an element": ("<template><div></template>¦", 0),
    "select": ("<select><option>¦<h2></select>¦", 1),
    "video": ("<video><h2></h2>¦</video>¦", 1),
    "canvas": ("<canvas>¦</canvas>¦", 1),
    "dialog": ("<dialog>¦</dialog>¦", 1),
    "open dialog": ("<dialog open>¦</dialog>¦", 0),
    "paragraph without its end": ("<p hidden>¦<p>¦", 1),
    "paragraph before a block": ("<p hidden>¦<div>¦</div>", 1),
    "paragraph in a button": ("<p hidden><button><p>¦</button></p>¦", 1),
    "item without its end": ("<ul><li hidden>¦<li>¦</ul>", 1),
    "item of an inner list": ("<ul><li hidden><ul><li>¦</ul>¦</ul>¦", 2),
    "term without its end": ("<dl><dt hidden>¦<dd>¦</dl>", 1),
    "cell without its end": ("<table><tr><td hidden>¦<td>¦</table>", 1),
    "row without its end": ("<table><tr hidden><td>¦<tr><td>¦</table>", 1),
    "group without its end": ("<table><thead hidden><tr><td>¦<tbody><tr><td>¦</table>", 1),
    "heading without its end": ("<h1 hidden>x<h3>¦", 0),
    "end of a block in a cell": ("<div hidden><table><tr><td></div>¦</table>¦</div>¦", 2),
    "end of running text in a block": ("<span hidden><div></span>¦</div></span>¦", 1),
    "formatting over a block": ("<b hidden><div></b>¦</div>", 0),
    "formatting without its end": ("<p><b hidden>x</p><p>¦</p>", None),
    "end without a start": ("<div hidden></p></b></span></td>¦</div>¦", 1),
    "second summary": ("<details><summary>x</summary><summary>¦</summary></details>¦", 1),
    "summary": ("<details><summary>¦</summary>¦</details>", 0),
    "summary in something hidden": (
        "<div hidden><details><summary>¦</summary></details></div>¦",
        1,
    ),
    "hidden summary": ("<details><summary hidden>¦</summary></details>¦", 1),
    "SVG that closes itself": ('<svg style="display:none"/>¦', 0),
    "element of SVG that closes itself": (
        "<svg><g style='display:none'/><desc>¦</desc></svg>¦",
        0,
    ),
    "element of SVG with a name of HTML": ("<svg><video><desc>¦</desc></video></svg>¦", 0),
    "HTML in SVG": ("<svg style='display:none'><g><p>¦</p>", 0),
    "CDATA in SVG": ("<svg><![CDATA[<h2>¦]]></svg>¦", 1),
    "CDATA in HTML": ("<![CDATA[ > <h2> ]]>¦", None),
    "comment": ("<!-- <h2> -->¦", 0),
    "comment that ends at once": ("<!--><h2>¦-->", None),
    "comment that ends with a dash": ("<!---><h2>¦-->", None),
    "comment that ends with an exclamation mark": ("<!-- --!><h2>¦", None),
    "comment with a space in its end": ("<!-- -- ><h2>-->¦", 0),
    "instruction": ("<?php <h2> ?>¦", 0),
    "declaration": ("<!doctype <h2>¦", 0),
    "end tag of nothing": ("</ <h2>¦", 0),
    "bracket in quotes": ('<p title=">" hidden>¦<p>¦', 1),
    "bracket without quotes": ("<p title=a>b hidden>¦", 0),
    "quote in a bare value": ("""<p title=a"b>¦<p title=">">""", 0),
    "attribute twice": ('<p style="" style="display:none">¦', 0),
    "void element": ("<input hidden>¦", 0),
    "void element with a slash": ("<br hidden/>¦", 0),
    "slash on an element": ("<div hidden/>¦</div>¦", 1),
}


def first_of(html: str) -> int | None:
    """Return which of the marked poses comes first, as the plugin finds it."""
    parts = html.split(POSE)
    call = make_call("masko", ["wave"], {}, "")
    poses = [ShownPose(html=_embed(n), call=call, source="") for n in range(len(parts) - 1)]
    marks = [f"{pose.html}<!--{END_MARK}{n}-->" for n, pose in enumerate(poses)]
    return find_first("".join(map("".join, zip_longest(parts, marks, fillvalue=""))), poses)


def first_by_standard(html: str) -> int | None:
    """Return the same from the tree that a browser builds."""
    parts = html.split(POSE)
    body = "".join(f"{part}{_embed(n)}" for n, part in enumerate(parts[:-1])) + parts[-1]
    tree = html5lib.HTMLParser().parse(f"<!doctype html><body>{body}", scripting=True)
    return next(_shown(tree, is_hidden=False, is_label_hidden=False, is_inert=False), None)


def _embed(number: int) -> str:
    return f'<span class="pose">{number}</span>'


def _shown(
    element: Element, *, is_hidden: bool, is_label_hidden: bool, is_inert: bool
) -> Iterator[int | None]:
    summary = element.find(f"{XHTML}summary")
    for child in element:
        if not isinstance(child.tag, str):  # a comment
            continue
        name = child.tag.removeprefix(XHTML)
        if child.get("class") == "pose" and not is_hidden:
            yield int(child.text or "")
        if name == "h2" and not is_inert:
            yield None
        is_label = element.tag == f"{XHTML}details" and child is summary
        yield from _shown(
            child,
            is_hidden=_hides(name, child) or (is_label_hidden if is_label else is_hidden),
            is_label_hidden=is_hidden,
            is_inert=is_inert or name in INERT,
        )


def _hides(name: str, element: Element) -> bool:
    is_closed = name in {"details", "dialog"} and element.get("open") is None
    is_html = not name.startswith("{")
    is_unseen = is_html and element.get("hidden") is not None
    return is_closed or is_unseen or name in INERT or "display:none" in element.get("style", "")


@pytest.mark.parametrize("name", PAGES)
def test_the_first_pose_is_that_which_a_browser_shows_first(name: str) -> None:
    html, expected = PAGES[name]
    assert first_of(html) == expected
    if "<template>" not in html:  # html5lib knows none
        assert first_by_standard(html) == expected


TOKENS = [
    *("¦", "<p>", "<p hidden>", "</p>", "<div>", "<div hidden>", "</div>", "<li>", "<li hidden>"),
    *("<ul>", "</ul>", "</li>", "<dl>", "</dl>", "<dt hidden>", "<dd>", "<span hidden>", "</span>"),
    *("<h1>", "</h1>", "<h3 hidden>", "</h3>", "<h2>", "</h2>", "<details>", "</details>", "<svg>"),
    *("</svg>", "<g>", "</g>", "<g/>", "<br>", "<!-- x -->", "<![CDATA[x]]>", "<section>"),
    *("</section>", "<textarea>", "</textarea>", "<video>", "</video>", "x", "<button>"),
]
"""As far as html5lib knows what the standard has changed since."""


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
def test_the_same_pose_comes_first_as_in_a_browser(html: str) -> None:
    assert first_of(html + POSE) == first_by_standard(html + POSE)
