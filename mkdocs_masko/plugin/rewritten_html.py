"""Embeds in HTML that another plugin has written anew.

mkdocs-glightbox parses each page and writes it again, and so do plugins that use Beautiful Soup or
lxml: quotes, the values of boolean attributes and white space are others then, though the page is
the same. So an embed that is not found to the letter is looked for tag by tag.
"""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.sources.html_reader import VOID, TextReader

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


class _Piece(Struct, frozen=True):
    """A tag or a text: what it says, however it is written, and where it stands."""

    content: Hashable
    start: int
    end: int


class _PieceReader(TextReader):
    """Reads HTML as pieces, without white space between them."""

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.pieces: list[_Piece] = []
        self.read()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self.end_text()
        attributes = frozenset((name, value or "") for name, value in attrs)
        end = start + len(self.get_starttag_text() or "")
        self.pieces.append(_Piece((tag, attributes), start, end))

    def handle_endtag(self, tag: str) -> None:
        start = self.end_text()
        if tag in VOID:  # as lxml writes `<source></source>`
            return
        self.pieces.append(_Piece(f"/{tag}", start, self.html.find(">", start) + 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no such tags

    def read_text(self, start: int, end: int) -> None:
        text = " ".join(unescape(self.html[start:end]).split())
        if text:
            self.pieces.append(_Piece(text, start, end))


def replace_embeds(html: str, embeds: Mapping[str, str]) -> str:
    """Return HTML of a page with other HTML in the place of embeds.

    Args:
        html: A page, or a part of one.
        embeds: What is to stand there, by the HTML of each embed.
    """
    # The HTML of a still may also be a part of a longer one.
    longest_first = sorted(filter(None, embeds), key=len, reverse=True)
    if not all(embed in html for embed in longest_first):
        return _replace_rewritten(html, {embed: embeds[embed] for embed in longest_first})
    for embed in longest_first:
        html = html.replace(embed, embeds[embed])
    return html


def _replace_rewritten(html: str, embeds: Mapping[str, str]) -> str:
    pieces = _PieceReader(html).pieces
    contents: list[Hashable] = [piece.content for piece in pieces]
    # By content, so that a page with many embeds is not searched as a whole for each of them.
    places: dict[Hashable, list[int]] = {}
    for index, content in enumerate(contents):
        places.setdefault(content, []).append(index)
    replacements: list[tuple[int, int, str]] = []
    for embed, other in embeds.items():
        sequence = [piece.content for piece in _PieceReader(embed).pieces]
        for start in places.get(sequence[0], ()) if sequence else ():
            end = start + len(sequence)
            if contents[start:end] == sequence:
                contents[start:end] = [None] * len(sequence)  # no other embed is looked for in it
                replacements.append((pieces[start].start, pieces[end - 1].end, other))
    parts, position = [], 0
    for piece_start, piece_end, other in sorted(replacements):
        parts += [html[position:piece_start], other]
        position = piece_end
    return "".join([*parts, html[position:]])
