"""What is done with a page as a whole: before its text is parsed, and when all of it is HTML."""

from __future__ import annotations

import re
from functools import partial
from html import escape, unescape
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, tostring

from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER, HTML_PLACEHOLDER_RE, STX, AtomicString
from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.markdown.syntax import (
    CALL,
    NO_ATTRIBUTE,
    is_macro,
    is_misspelled,
    misspelled_macro,
    read_flag,
    read_image,
    read_macro,
    stray_attributes,
    unterminated_source,
)
from mkdocs_masko.rendering import MARK, changed_result
from mkdocs_masko.sources.html_reader import (
    HEADINGS,
    VERBATIM,
    VERBATIM_CLASSES,
    TextReader,
)
from mkdocs_masko.sources.slips import find_slips
from mkdocs_masko.urls import may_name_pose, plain_text, pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown import Markdown
    from mkdocs_masko.markdown.stash import EmbedStash, ShownPose
    from mkdocs_masko.rendering import Call

    FinishPage = Callable[[str, Sequence[ShownPose], Sequence[dict[str, Any]]], str]

_MARKDOWN_IMAGE = re.compile(
    r"!?\[[^\[\]\n]{0,500}\][ \t]*\(\s*<?(?:m|&#109;)asko(?:\\?:|%3a|&colon;|&#58;)"
    r"[^()\n]{0,500}\)?",
    re.IGNORECASE,
)
_MACRO = re.compile(CALL, re.DOTALL)
_PARAGRAPH = re.compile(rf"<p>((?:\s*{HTML_PLACEHOLDER % '[0-9]+'})+\s*)</p>")
_NO_MARKDOWN = (
    'Markdown is not parsed in this HTML. Write <img src="masko:...">, or give the element '
    "the attribute markdown."
)
_OWN = {"src", "decoding"}  # attributes of an <img> that the embed writes itself


class _Replacement(Struct, frozen=True):
    """New HTML for a part of the old, which offsets mark."""

    start: int
    end: int
    html: str


class _PoseFinder(TextReader):
    """Finds what to replace in a piece of raw HTML; the rest stays as it is, to the letter.

    Args:
        html: The HTML as the author wrote it.
        image: Gets the src, the other attributes and the text of an image's tag; returns its HTML.
        text: Gets each stretch of text and whether it is inside code; returns what stands there.
        tag: Gets every other tag that is not inside code; returns what stands there.
        pictures: In how many `<picture>` elements it stands: no pose is shown in one.
    """

    def __init__(
        self,
        html: str,
        image: Callable[[str, dict[str, Any], str], str],
        text: Callable[[str, bool], str],
        tag: Callable[[str], str],
        pictures: int,
    ) -> None:
        super().__init__(html)
        self.pictures = pictures
        self.replacements: list[_Replacement] = []
        self._image, self._text, self._tag = image, text, tag
        self._verbatim = 0
        self.read()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self.end_text()
        attributes = dict(reversed(attrs))  # of a repeated attribute, the first counts
        src = (attributes.get("src") or "").strip()
        source = self.get_starttag_text() or ""
        end = start + len(source)
        self.pictures += tag == "picture"
        if tag == "img" and pose_of(src) is not None and not self.pictures:
            arguments = {name: value for name, value in attributes.items() if name not in _OWN}
            self._replace(start, end, self._image(src, arguments, source))
        elif not self._verbatim:
            self._replace(start, end, self._tag(source))
        self._verbatim += tag in VERBATIM

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._verbatim -= tag in VERBATIM

    def handle_endtag(self, tag: str) -> None:
        self.end_text()
        self._verbatim = max(0, self._verbatim - (tag in VERBATIM))
        self.pictures = max(0, self.pictures - (tag == "picture"))

    def read_text(self, start: int, end: int) -> None:
        self._replace(start, end, self._text(self.html[start:end], self._verbatim > 0))

    def _replace(self, start: int, end: int, html: str) -> None:
        if html != self.html[start:end]:
            self.replacements.append(_Replacement(start, end, html))

    def result(self) -> str:
        """Return the HTML with everything replaced."""
        position = 0
        parts: list[str] = []
        for replacement in self.replacements:
            parts += self.html[position : replacement.start], replacement.html
            position = replacement.end
        return "".join([*parts, self.html[position:]])


class PageStart(Preprocessor):
    """Notes that a page is started, and hands on its file, as far as the host has told that.

    MkDocs makes links relative by a processor that knows the file (read in 1.6.1).
    """

    _links = "relpath"

    def __init__(self, md: Markdown, stash: EmbedStash, on_page: Callable[[Any], None]) -> None:
        super().__init__(md)
        self._stash, self._on_page = stash, on_page

    def run(self, lines: list[str]) -> list[str]:
        """Note it."""
        self._stash.start()
        processors = self.md.treeprocessors
        links = processors[self._links] if self._links in processors else None  # noqa: SIM401 - it has no `get`
        self._on_page(getattr(links, "file", None))
        return lines


class LazyRegistration(Preprocessor):
    """Registers processors at the first page that needs them: most pages never do.

    Args:
        md: The parser.
        register: By the text that must stand on a page, however it is escaped, what registers the
            processors for it.
    """

    def __init__(self, md: Markdown, register: dict[str, Callable[[Markdown], None]]) -> None:
        super().__init__(md)
        self._pending = dict(register)

    def run(self, lines: list[str]) -> list[str]:
        """Search a page that is about to be parsed, with the HTML that was stashed before us."""
        if self._pending:
            stashed = map(_text_of, self.md.htmlStash.rawHtmlBlocks)
            text = "\n".join([*lines, *stashed])
            if may_name_pose(text):
                text = plain_text(text)
                for mark in [mark for mark in self._pending if mark in text]:
                    self._pending.pop(mark)(self.md)
        return lines


def _text_of(block: object) -> str:
    """Return the text of a stashed block; Markdown inside HTML is stashed as an element."""
    return unescape(tostring(block, "unicode")) if isinstance(block, Element) else str(block)


class AttributeCleaner(Treeprocessor):
    """Keeps embeds out of alt texts and titles, where their markup would break the page."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(md)
        self._stash = stash

    def run(self, root: Element) -> None:
        """Restore macros in attributes, note which stashed HTML is code, and inline figures."""
        self._show_raw_texts(root)
        figures = self._stash.figures
        headings = HEADINGS if "toc" in self.md.treeprocessors else ()
        for element in root.iter():
            for name, value in element.items():
                if value and (STX in value or MARK in value):
                    element.set(name, self._stash.report_attribute(value))
            if element.tag in headings:
                self._label_heading(element)
        for number in _inline_placeholders(root) if figures else ():
            if number in figures:
                self._stash.show_inline(number)

    def _label_heading(self, heading: Element) -> None:
        """Name a heading that is a pose alone by its alt text, in the table of contents."""
        text = "".join(heading.itertext())
        if STX not in text or heading.get(_TOC_LABEL) is not None:
            return
        numbers = [int(match[1]) for match in HTML_PLACEHOLDER_RE.finditer(text)]
        is_alone = not HTML_PLACEHOLDER_RE.sub("", text).strip()
        if is_alone and numbers and numbers[0] in self._stash.sources:
            alt = _ALT.search(str(self.md.htmlStash.rawHtmlBlocks[numbers[0]]))
            if alt and alt[1]:
                heading.set(_TOC_LABEL, alt[1])

    def _show_raw_texts(self, element: Element) -> None:
        """Show macros in texts that no inline processor reads: HTML in HTML with Markdown.

        What an element with code has is noted: raw texts of `pymdownx.blocks.html` are stashed.
        """
        classes = element.get("class")
        is_code = element.tag in VERBATIM or (
            classes and not VERBATIM_CLASSES.isdisjoint(str(classes).split())
        )
        if is_code:
            text = "".join(element.itertext())
            if STX in text:
                self._stash.code.update(int(m[1]) for m in HTML_PLACEHOLDER_RE.finditer(text))
            return
        if isinstance(element.text, AtomicString):
            element.text = self._raw_text(element.text)
        for child in element:
            self._show_raw_texts(child)
            if isinstance(child.tail, AtomicString):
                child.tail = self._raw_text(child.tail)

    def _raw_text(self, text: AtomicString) -> AtomicString:
        if not may_name_pose(text):
            return text
        return AtomicString(_show_raw_text(text, self._stash, self._stash.add))


_TOC_LABEL = "data-toc-label"  # which the extension `toc` reads, and removes
_ALT = re.compile(r"""<img\b[^>]*? alt="([^"]*)\"""")


# Where a figure may stand; all else of a page holds running text (HTML standard, 3.2.5.2).
_FLOW = {"blockquote", "caption", "dd", "details", "div", "figcaption", "li", "section", "td", "th"}


def _inline_placeholders(root: Element) -> Iterator[int]:
    """Yield the stash's numbers of what stands in running text."""
    for element in root.iter():
        if element.tag not in _FLOW and not _is_wrapper(element):
            for text in (element.text, *(child.tail for child in element)):
                yield from (int(match[1]) for match in HTML_PLACEHOLDER_RE.finditer(text or ""))


def _is_wrapper(element: Element) -> bool:
    """Tell whether the parser takes a paragraph away, because a block alone is in it."""
    alone = element.tag == "p" and not len(element) and not element.attrib
    return alone and HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip()) is not None


class RawHtmlPostprocessor(Postprocessor):
    """Shows the poses in the raw HTML of a page before the parser puts it back."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(md)
        self._stash = stash

    def run(self, text: str) -> str:
        """Search every stashed block that is neither an embed nor code."""
        stash, blocks = self._stash, self.md.htmlStash.rawHtmlBlocks
        pictures = 0  # each tag of inline HTML is a block of its own
        for number in range(stash.searched, len(blocks)):
            block = blocks[number]
            if number in stash.sources or number in stash.code or not isinstance(block, str):
                continue
            if STX in block and stash.sources:
                # A macro inside the tag of inline HTML; the parser puts a backslash before it.
                block = stash.restore(block.replace(f"\\{STX}", STX), escape)
            if may_name_pose(block) or "picture" in block:
                finder = _PoseFinder(block, self._image, self._text, self._tag, pictures)
                block, pictures = finder.result(), finder.pictures
            blocks[number] = block
        stash.searched = len(blocks)  # the parser comes here for each heading of a toc too
        return _PARAGRAPH.sub(self._unwrap, text) if stash.preloads else text

    def _unwrap(self, paragraph: re.Match[str]) -> str:
        """Drop the tags of a paragraph that only fetches images: it would be an empty line."""
        numbers = {int(number) for number in HTML_PLACEHOLDER_RE.findall(paragraph[1])}
        return paragraph[1] if numbers <= self._stash.preloads else paragraph[0]

    def _image(self, src: str, attributes: dict[str, Any], source: str) -> str:
        alt = attributes.pop("alt", "")
        alt = "" if alt is None else alt
        return self._stash.show(source, lambda: _read_tag(src, alt, attributes), alt)

    def _text(self, text: str, in_code: bool) -> str:
        if in_code or not may_name_pose(text):
            return text
        return _show_raw_text(text, self._stash, self._stash.show)

    def _tag(self, tag: str) -> str:
        """Put URLs into attributes; anything else of ours would break the tag."""
        if "masko" in tag.lower():
            tag = _MACRO.sub(lambda match: _url(match, self._stash), tag)
        return self._stash.report_attribute(tag, escape) if MARK in tag else tag


def _show_raw_text(text: str, stash: EmbedStash, show: Callable[..., str]) -> str:
    """Show the macros in a text that Markdown does not parse, and report its images.

    Args:
        text: The text.
        stash: The embeds of the page.
        show: Gets a macro as written and what reads it; returns what stands in its place.
    """
    for image in _MARKDOWN_IMAGE.finditer(text):
        stash.report(ReferenceProblem(_NO_MARKDOWN), image[0])
    text = _MACRO.sub(lambda match: _embed(match, stash, show), text)
    return stash.placeholders.pattern.sub(lambda m: show(*stash.placeholders.get(m)), text)


def _embed(match: re.Match[str], stash: EmbedStash, show: Callable[..., str]) -> str:
    if not is_macro(match):
        return match[0]
    if is_misspelled(match) or match["function"] == "masko_url":
        return _url(match, stash)
    stray = stray_attributes(match.string, match.end(), block=True).strip()
    return show(match[0], partial(read_macro, match, unescape, stray=stray))


def _url(match: re.Match[str], stash: EmbedStash) -> str:
    if not is_macro(match):
        return match[0]
    if is_misspelled(match):
        source = unterminated_source(match.string, match.start())
        stash.report(misspelled_macro(match), source)
        return match[0]
    return stash.placeholders.put_url(unescape(match[0]), partial(_read_url, match))


def _read_url(match: re.Match[str]) -> Call:
    call = read_macro(match, unescape)
    if call.function != "masko_url":
        raise ReferenceProblem(NO_ATTRIBUTE)
    return call


def _read_tag(src: str, alt: str, attributes: dict[str, Any]) -> Call:
    """Read an `<img>`; an attribute without a value is a flag."""
    flags = {name: read_flag(name) for name, value in attributes.items() if value is None}
    return read_image(src, alt, attributes | flags)


class TreeEnd(Treeprocessor):
    """Notes that the tree of a page is complete."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(md)
        self._stash = stash

    def run(self, root: Element) -> None:  # noqa: ARG002 - Markdown's own signature
        """Note it: until now postprocessors ran for single headings, for a table of contents."""
        self._stash.complete_tree()


class SlipPostprocessor(Postprocessor):
    """Reports the poses that a page names where none can be shown, when all of it is HTML."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(md)
        self._stash = stash

    def run(self, text: str) -> str:
        """Search the whole page, once, but for the embeds on it."""
        if self._stash.is_tree_complete:
            self._stash.mark_reviewed()
            authored = text
            for html in self._stash.quotes:
                authored = authored.replace(html, "")
            for slip in find_slips(authored):
                self._stash.report(slip.problem, slip.source)
        return text


class PageEnd(Postprocessor):
    """Hands over the page when all of it is HTML.

    Args:
        md: The parser.
        stash: The embeds of the page.
        finish: Gets the HTML, its poses and the entries of its table of contents; returns what is
            published.
    """

    def __init__(self, md: Markdown, stash: EmbedStash, finish: FinishPage) -> None:
        super().__init__(md)
        self._stash, self._finish = stash, finish

    def run(self, text: str) -> str:
        """Finish the page, and no text that was parsed for it."""
        if not self._stash.is_tree_complete or self._stash.is_part:
            return text
        return self._finish(text, self._stash.poses, getattr(self.md, "toc_tokens", []))


class PlaceholderPostprocessor(Postprocessor):
    """Replaces the placeholders that are left when the whole page is HTML.

    Those of embeds are in code or in an attribute, and become the macro that was written. Those of
    URLs become the URLs.
    """

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(md)
        self._stash = stash

    def run(self, text: str) -> str:
        """Put macros and URLs in the placeholders' places."""
        if MARK not in text.lower():
            return text
        placeholders = self._stash.placeholders
        text = placeholders.url_pattern.sub(self._url, text)
        text = placeholders.pattern.sub(lambda match: escape(placeholders.get(match)[0]), text)
        return placeholders.changed.sub(self._changed, text)

    def _changed(self, match: re.Match[str]) -> str:
        source, read = self._stash.placeholders.get(match)
        if self._stash.is_tree_complete:  # not for a heading of a toc
            self._stash.report(changed_result(read().function), source)
        return escape(source)

    def _url(self, match: re.Match[str]) -> str:
        urls = self._stash.urls  # the parser comes here for each heading of a toc too
        if match[1] not in urls:
            urls[match[1]] = self._stash.show(*self._stash.placeholders.get(match))
        return escape(unescape(urls[match[1]]))
