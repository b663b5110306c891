"""Poses in raw HTML: `<img src="masko:wave">` and calls in its text, but not in code."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mkdocs_masko.markdown.syntax import SCHEME

if TYPE_CHECKING:
    from collections.abc import Callable

_VERBATIM = {"code", "kbd", "pre", "samp", "script", "style", "textarea", "title"}
_OWN = {"src", "decoding"}  # attributes of an <img> that the embed writes itself


class Piece(Struct, frozen=True):
    """A part of the HTML to be replaced, as offsets into it."""

    start: int
    end: int
    html: str


class _Finder(HTMLParser):
    """Finds the pieces; everything else of the HTML stays as it is, to the letter."""

    def __init__(
        self,
        html: str,
        image: Callable[[str, dict[str, Any], str], str],
        text: Callable[[str, bool], str],
        tag: Callable[[str], str],
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[Piece] = []
        self._html, self._image, self._text, self._tag = html, image, text, tag
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._verbatim = 0
        self._text_start: int | None = None
        self.feed(html)
        self.close()
        self._end_text(len(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._end_text(self._here())
        given = dict(reversed(attrs))  # of a repeated attribute, the first counts
        src = (given.get("src") or "").strip()
        written = self.get_starttag_text() or ""
        if tag == "img" and src.startswith(SCHEME):
            rest = {n: True if v is None else v for n, v in given.items() if n not in _OWN}
            self._replace(start, start + len(written), self._image(src, rest, written))
        elif not self._verbatim:
            self._replace(start, start + len(written), self._tag(written))
        self._verbatim += tag in _VERBATIM

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._verbatim -= tag in _VERBATIM

    def handle_endtag(self, tag: str) -> None:
        self._end_text(self._here())
        self._verbatim = max(0, self._verbatim - (tag in _VERBATIM))

    def handle_data(self, _: str, /) -> None:
        if self._text_start is None:
            self._text_start = self._here()

    def handle_entityref(self, name: str) -> None:
        self.handle_data(name)

    def handle_charref(self, name: str) -> None:
        self.handle_data(name)

    def handle_comment(self, _: str, /) -> None:
        self._end_text(self._here())

    def parse_html_declaration(self, i: int) -> int:
        if self.rawdata.startswith("<![", i) and not self.rawdata.startswith("<![CDATA[", i):
            return self.parse_bogus_comment(i)  # on others some releases of Python stumble
        return super().parse_html_declaration(i)

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _end_text(self, end: int) -> int:
        start, self._text_start = self._text_start, None
        if start is not None:
            self._replace(start, end, self._text(self._html[start:end], self._verbatim > 0))
        return end

    def _replace(self, start: int, end: int, html: str) -> None:
        if html != self._html[start:end]:
            self.pieces.append(Piece(start, end, html))


def replace(
    html: str,
    image: Callable[[str, dict[str, Any], str], str],
    text: Callable[[str, bool], str],
    tag: Callable[[str], str],
) -> str:
    """Replace the poses in a piece of raw HTML.

    Args:
        html: The HTML as the author wrote it.
        image: Gets the src, the other attributes and the text of an image's tag; returns its HTML.
        text: Gets each stretch of text and whether it is inside code; returns what stands there.
        tag: Gets every other tag that is not inside code; returns what stands there.
    """
    done = 0
    parts: list[str] = []
    for piece in _Finder(html, image, text, tag).pieces:
        parts += html[done : piece.start], piece.html
        done = piece.end
    return "".join([*parts, html[done:]])
