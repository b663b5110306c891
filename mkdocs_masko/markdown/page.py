"""What happens to a page as a whole, when its text has been parsed."""

from __future__ import annotations

import re
from functools import partial
from html import escape, unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, tostring

from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, STX
from msgspec import Struct

from mkdocs_masko.markdown.syntax import (
    CALL,
    SCHEME,
    is_ours,
    no_end,
    read_call,
    read_image,
    with_rest,
)
from mkdocs_masko.rendering import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown import Markdown
    from mkdocs_masko.markdown.stash import EmbedStash

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


class LazyRegistration(Preprocessor):
    """Looks for our name when a page is about to be parsed: most pages do not have it.

    Args:
        md: The parser.
        register: By what must stand on a page, what registers the processors for it.
    """

    def __init__(self, md: Markdown, register: dict[str, Callable[[Markdown], None]]) -> None:
        super().__init__(md)
        self._waiting = dict(register)

    def run(self, lines: list[str]) -> list[str]:
        """Register processors at the first page that needs them."""
        texts = [*lines, *map(_text_of, self.md.htmlStash.rawHtmlBlocks)]
        if any("masko" in text for text in texts):
            for mark in [mark for mark in self._waiting if any(mark in text for text in texts)]:
                self._waiting.pop(mark)(self.md)
        return lines


def _text_of(block: object) -> str:
    """Return the text of a stashed block; Markdown inside HTML is stashed as an element."""
    return tostring(block, "unicode") if isinstance(block, Element) else str(block)


class AttributeCleaner(Treeprocessor):
    """A call inside an alt text or a title is text: markup there would break the page."""

    def __init__(self, md: Markdown, poses: EmbedStash) -> None:
        super().__init__(md)
        self._poses = poses

    def run(self, root: Element) -> None:
        """Put calls back as text in the attributes of every element, and note what is code."""
        texts = self._poses.texts
        for code in root.iter("code"):
            found = HTML_PLACEHOLDER_RE.finditer(code.text or "")
            self._poses.code.update(int(match[1]) for match in found)
        if not texts:
            return
        for element in root.iter():
            for name, value in element.items():
                if value and STX in value:
                    element.set(name, self._poses.written(value))
        for number in _running(root) if self._poses.figures else ():
            if number in self._poses.figures:
                self._poses.run_in(number)


# Where a figure may stand; all else of a page holds running text (HTML standard, 3.2.5.2).
_FLOW = {"blockquote", "caption", "dd", "details", "div", "figcaption", "li", "section", "td", "th"}


def _running(root: Element) -> Iterator[int]:
    """Yield the numbers of what stands in running text."""
    for element in root.iter():
        if element.tag not in _FLOW and not _is_wrapper(element):
            for text in (element.text, *(child.tail for child in element)):
                yield from (int(found[1]) for found in HTML_PLACEHOLDER_RE.finditer(text or ""))


def _is_wrapper(element: Element) -> bool:
    """Tell whether the parser takes a paragraph away, because a block alone is in it."""
    alone = element.tag == "p" and not len(element) and not element.attrib
    return alone and HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip()) is not None


class RawHtmlPostprocessor(Postprocessor):
    """Looks through the raw HTML of a page before the parser puts it back."""

    def __init__(self, md: Markdown, poses: EmbedStash) -> None:
        super().__init__(md)
        self._poses = poses
        self._call = re.compile(CALL, re.DOTALL)

    def run(self, text: str) -> str:
        """Show the poses in every stashed block that is not ours."""
        blocks = self.md.htmlStash.rawHtmlBlocks
        for number in range(self._poses.searched, len(blocks)):
            block = blocks[number]
            known = number in self._poses.texts or number in self._poses.code
            if known or not isinstance(block, str):
                continue
            if STX in block and self._poses.texts:
                # A call inside the tag of inline HTML; the parser puts a backslash before it.
                block = self._poses.written(block.replace(f"\\{STX}", STX), escape)
            if "masko" in block:
                block = replace(block, self._image, self._text, self._tag)
            blocks[number] = block
        self._poses.searched = len(blocks)  # the parser comes here for each heading of a toc too
        return text

    def _image(self, src: str, given: dict[str, Any], written: str) -> str:
        alt = given.pop("alt", "")
        alt = "" if alt is True else alt
        return self._poses.show(written, lambda: read_image(src, alt, given), alt)

    def _text(self, text: str, in_code: bool) -> str:
        if in_code or "masko" not in text:
            return text
        shown = self._call.sub(self._written, text)
        return self._poses.tokens.pattern.sub(self._token, shown)

    def _tag(self, tag: str) -> str:
        """Put addresses into attributes; anything else of ours would break the tag."""
        return self._call.sub(self._address, tag) if "masko_url" in tag else tag

    def _address(self, match: re.Match[str]) -> str:
        if match["function"] != "masko_url" or match["arguments"] is None:
            return match[0]
        read = partial(read_call, "masko_url", unescape(match["arguments"]), match[0])
        return self._poses.tokens.put_address(match[0], read)

    def _token(self, match: re.Match[str]) -> str:
        return self._poses.show(*self._poses.tokens.get(match))

    def _written(self, match: re.Match[str]) -> str:
        if not is_ours(match["function"]):
            return match[0]
        if match["arguments"] is None:
            source = with_rest(match.string, match.start())
            self._poses.report(no_end(match["function"]), source)
            return match[0]
        if match["function"] == "masko_url":
            return self._address(match)
        read = partial(read_call, match["function"], unescape(match["arguments"]), match[0])
        return self._poses.show(match[0], read)


class PlaceholderPostprocessor(Postprocessor):
    """What is left of tokens when the whole page is HTML.

    Those of embeds ended up in code, or in an attribute, and become the call that was written.
    Those of addresses become the addresses.
    """

    def __init__(self, md: Markdown, poses: EmbedStash) -> None:
        super().__init__(md)
        self._poses = poses

    def run(self, text: str) -> str:
        """Put calls and addresses in the tokens' places."""
        if MARK not in text:
            return text
        tokens = self._poses.tokens
        text = tokens.address_pattern.sub(self._address, text)
        return tokens.pattern.sub(lambda m: escape(tokens.get(m)[0]), text)

    def _address(self, match: re.Match[str]) -> str:
        known = self._poses.addresses  # the parser comes here for each heading of a toc too
        if match[1] not in known:
            known[match[1]] = self._poses.show(*self._poses.tokens.get(match))
        return escape(unescape(known[match[1]]))
