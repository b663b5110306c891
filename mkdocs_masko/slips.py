"""Poses named where none can be shown: `masko:wave` as a link, in CSS, in `<video src>`.

A browser would only show that something is missing there, so every page that is finished is
searched for them, whichever syntax, plugin or template wrote it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import SCHEME, may_name_pose, plain_text, pose_of

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBATIM: Final = frozenset({"code", "kbd", "pre", "samp", "script", "style", "textarea", "title"})
"""Elements whose content is shown, or run, as it is written."""

VERBATIM_CLASSES: Final = frozenset({"mermaid", "arithmatex"})
"""Classes of what scripts turn into diagrams and formulas."""

# Attributes that hold a URL (HTML standard, "Attributes"; SVG 2), and what scripts load later.
_URL_ATTRIBUTES: Final = {
    *("action", "background", "cite", "content", "data", "formaction", "href", "icon"),
    *("longdesc", "manifest", "poster", "src", "xlink:href"),
    *("data-background", "data-bg", "data-href", "data-original", "data-poster", "data-src"),
}
_URL_LISTS: Final = frozenset({"data-srcset", "imagesrcset", "ping", "srcset"})
_CSS_URL: Final = re.compile(
    r"""(?:\burl\(|\b(?:image-set|image|src)\()\s*["']?\s*(masko(?::|%3a)[^"')\s]*)|"""
    r"""@import\s+["'](masko(?::|%3a)[^"']*)""",
    re.IGNORECASE,
)
_LINKS: Final = {"a", "area"}
_MACRO: Final = re.compile(r"\{[{%][-+]?\s*(masko\w*)\b[^{}]*", re.IGNORECASE)


class Slip(Struct, frozen=True, kw_only=True):
    """One place where a pose is named and cannot be shown.

    Attributes:
        source: What names it: `masko:wave`, or a macro.
        message: What is wrong, and how to fix it.
    """

    source: str
    message: str


class HtmlReader(HTMLParser):
    """Reads HTML as it is written, and fails on none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def parse_html_declaration(self, i: int) -> int:
        """Take any `<![...` but CDATA for a comment; some releases of Python fail on others."""
        if self.rawdata.startswith("<![", i) and not self.rawdata.startswith("<![CDATA[", i):
            return self.parse_bogus_comment(i)
        return super().parse_html_declaration(i)


def find_slips(html: str, *, has_macros: bool = True) -> list[Slip]:
    """Find the poses that HTML or CSS names where none can be shown.

    Args:
        html: A page that is finished, or a part of one; embeds hold no `masko:` any more.
        has_macros: Whether macros run where the text was written. They do on Markdown pages and in
            theme templates, and not in HTML files that are copied as they are.

    Returns:
        The slips, in the order of the text.
    """
    if not may_name_pose(html):
        return []
    plain = plain_text(html)
    if SCHEME not in plain and (has_macros or not _MACRO.search(plain)):
        return []
    finder = _SlipFinder(has_macros=has_macros)
    finder.feed(html)
    finder.close()
    return finder.slips


def find_css_slips(css: str) -> list[Slip]:
    """Find the poses that a style sheet names."""
    if SCHEME not in plain_text(css):
        return []
    return [_slip("a style sheet cannot load", url, has_macros=False) for url in _css_urls(css)]


class _SlipFinder(HtmlReader):
    """Collects slips; a `<picture>` and what is shown as it is written are remembered."""

    def __init__(self, *, has_macros: bool) -> None:
        super().__init__()
        self.slips: list[Slip] = []
        self._has_macros = has_macros
        self._verbatim, self._depth = "", 0  # the element that holds it, and how deep in its like
        self._pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._verbatim:
            self._depth += tag == self._verbatim
            return
        self._pictures += tag == "picture"
        source = self.get_starttag_text() or ""
        if pose_of(tag) is not None:  # `<masko:wave>` is meant as a link, and is parsed as a tag
            self._add("a link cannot lead to", source[1:].rstrip("/>").split()[0])
        for name, value in attrs:
            for url in _pose_urls(name, value or ""):
                self._add_attribute(tag, name, url)
            self._search_macros(value or "")
        classes = (dict(attrs).get("class") or "").split()
        if tag in VERBATIM or not VERBATIM_CLASSES.isdisjoint(classes):
            self._verbatim, self._depth = tag, 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._verbatim:
            self._depth -= 1
            if not self._depth:
                self._verbatim = ""
        elif not self._verbatim:
            self._pictures = max(0, self._pictures - (tag == "picture"))

    def handle_data(self, data: str, /) -> None:
        if self._verbatim == "style":
            for url in _css_urls(data):
                self._add("a style sheet cannot load", url)
        elif not self._verbatim:
            self._search_macros(data)

    def _search_macros(self, text: str) -> None:
        for match in () if self._has_macros else _MACRO.finditer(text):
            remedy = "Show the pose on a Markdown page."
            message = f"{sanitize(match[1])}: no macro runs in a file of HTML. {remedy}"
            self.slips.append(Slip(source=match[0].rstrip(), message=message))

    def _add_attribute(self, tag: str, name: str, url: str) -> None:
        if self._pictures:
            image = f'<img src="{sanitize(url)}">'
            remedy = f'Write {image} alone; with dark="...", it has a pose for each palette.'
            self.slips.append(
                Slip(source=url, message=f"a pose cannot stand in <picture>. {remedy}")
            )
        elif tag in _LINKS:
            self._add("a link cannot lead to", url)
        elif name == "style":
            self._add("a style sheet cannot load", url)
        elif tag == "img" and name == "src":
            self._add("only a Markdown page can show", url)
        else:
            is_video = tag in {"source", "video"} and name == "src"
            problem = f"<{sanitize(tag)} {sanitize(name)}> cannot show"
            self._add(problem, url, ', "video"' if is_video else "")

    def _add(self, problem: str, url: str, key: str = "") -> None:
        self.slips.append(_slip(problem, url, key, has_macros=self._has_macros))


def _slip(problem: str, url: str, key: str = "", *, has_macros: bool) -> Slip:
    pose = sanitize(pose_of(url) or "wave")
    if has_macros:
        macro, url_macro = f'{{{{ masko("{pose}") }}}}', f'{{{{ masko_url("{pose}"{key}) }}}}'
        remedy = f"Write {macro} to show the pose, or {url_macro} for the URL of its file."
    else:
        remedy = "Show the pose on a Markdown page, or use a URL that 'mkdocs-masko show' prints."
    return Slip(source=url, message=f"{problem} {sanitize(url)!r}. {remedy}")


def _pose_urls(name: str, value: str) -> Iterator[str]:
    """Yield the URLs of an attribute that name a pose."""
    if name == "style":
        yield from _css_urls(value)
    elif name in _URL_ATTRIBUTES and pose_of(value) is not None:
        if name != "content" or not re.search(r"\s", value.strip()):  # a description is prose
            yield value.strip()
    elif name in _URL_LISTS:
        for candidate in re.split(r"[,\s]+", value):
            if pose_of(candidate) is not None:
                yield candidate


def _css_urls(css: str) -> Iterator[str]:
    for match in _CSS_URL.finditer(css):
        yield match[1] or match[2]
