"""The two syntaxes in running text."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import UnescapeTreeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, INLINE_PLACEHOLDER_RE, STX

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.markdown.syntax import (
    ATTRIBUTES,
    CALL,
    CODE_START,
    ends_image,
    is_macro,
    is_misspelled,
    misspelled_macro,
    read_attributes,
    read_image,
    read_macro,
    stray_attributes,
    stray_list,
    unterminated_source,
)
from mkdocs_masko.sources.html_reader import HEADINGS
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown import Markdown
    from mkdocs_masko.markdown.stash import EmbedStash
    from mkdocs_masko.rendering import Call

Replacement: TypeAlias = tuple[Element | str | None, int | None, int | None]
"""What stands in the text instead, and from where to where; or three times None."""

_NOTHING: Replacement = (None, None, None)
_TAG = re.compile(r"<[^>]*>")
_CODE = re.compile(r"<(/?)(?:code|kbd|pre|samp)\b|<!--|-->", re.IGNORECASE)
_MARKS = ("masko", "Masko", "MASKO", "){", "]{")
_BLOCKS_WITH_ATTRIBUTES = HEADINGS | {"td", "th", "dt"}
_CALL_OR_CODE = f"{CALL}|{ATTRIBUTES}|{CODE_START}"
_UNBALANCED_LIST = re.compile(r"\{(?![{%])([^{}\n]{0,2000})\}")
# An image whose parenthesis is missing, or stands apart.
_BROKEN_IMAGE = re.compile(
    r"!\[[^\[\]\n]{0,500}\]"
    r"(?:[ \t]+\(\s*<?masko(?:\\?:|%3a)|\(\s*<?masko(?:\\?:|%3a)[^()\n\x02]*(?=[\n\x02]|\Z))",
    re.IGNORECASE,
)


class _MacroPattern:
    """A pattern that costs a text without anything of ours no more than a look for it."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        # From where the parser goes on: to search the beginning again takes quadratic time.
        has_name = text.find("{", start) >= 0 and any(
            text.find(mark, start) >= 0 for mark in _MARKS
        )
        return self._pattern.finditer(text, start) if has_name else iter(())


class _AttributeList(str):
    """An attribute list as the author wrote it, among what the parser has replaced in a text."""

    __slots__ = ()


class _HtmlCode:
    """Tells whether a position is in code or in a comment that is written as HTML.

    The parser replaces one macro after another, so that a text is asked for again with the same
    beginning: that is not read twice.
    """

    def __init__(self) -> None:
        self._read = ""
        self._depth, self._comment = 0, False

    def holds(self, data: str, end: int) -> bool:
        """Tell it of a position in a text."""
        if end < len(self._read) or not data.startswith(self._read):
            self._read, self._depth, self._comment = "", 0, False
        for mark in _CODE.finditer(data, len(self._read), end):
            if mark[0] == "<!--":
                self._comment = True
            elif mark[0] == "-->":
                self._comment = False
            else:
                self._depth = max(0, self._depth - 1) if mark[1] else self._depth + 1
        self._read = data[:end]
        return self._depth > 0 or self._comment


class _ReportedSlips:
    """Tells slips that have been reported already.

    Python-Markdown before 3.11 reads a text from its beginning again whenever a part of it was
    replaced by a placeholder.
    """

    def __init__(self) -> None:
        self._text, self._at, self._end = "", 0, 0

    def add(self, text: str, end: int) -> bool:
        """Note a slip; return whether it is a new one.

        Args:
            text: The text that is read.
            end: Where the slip ends in it.
        """
        if text == self._text:
            is_other = end <= self._at  # a text that is just like the one before
        else:
            replaced = text.find(STX, self._end)
            is_other = replaced < 0 or not self._text.startswith(text[:replaced])
        is_new = is_other or end > self._end
        self._text, self._at = text, end
        self._end = end if is_new else self._end
        return is_new


class CallInlineProcessor(InlineProcessor):
    """Macros in running text: `{{ masko(...) }}`.

    Code spans are found in the same pass, by the parser's own processor: of a macro with backticks
    in it and code with a macro in it, the one that starts first is meant. So are the attribute
    lists of images, before any other processor sees what is in them.
    """

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(_CALL_OR_CODE, md)
        self._stash = stash
        self.compiled_re = cast("re.Pattern[str]", _MacroPattern(self.compiled_re))
        self._html_code, self._slips = _HtmlCode(), _ReportedSlips()

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Replacement:
        """Take a macro, unless it is in raw code; report one that is not written well."""
        if m["attributes"] is not None:
            is_pose = ends_image(data, m.start(), self.md.references)
            return (_AttributeList(m["attributes"]), m.start(), m.end()) if is_pose else _NOTHING
        function = m["function"]
        if function is None:
            return self._code_span(m.start(), data)
        if not is_macro(m) or self._html_code.holds(data, m.start()):
            return _NOTHING
        if is_misspelled(m):
            if self._slips.add(data, m.end()):
                self._stash.report(misspelled_macro(m), unterminated_source(data, m.start()))
            return _NOTHING
        stray = stray_attributes(data, m.end(), block=True)
        read, source = partial(read_macro, m, stray=stray.strip()), m[0] + stray
        if function == "masko_url":
            return self._stash.placeholders.put_url(source, read), m.start(), m.end()
        return self._stash.add(source, read, m[0] if stray else None), m.start(), m.end()

    def _code_span(self, start: int, data: str) -> Replacement:
        processor: Any = self.md.inlinePatterns["backtick"]
        match = processor.getCompiledRegExp().match(data, start)
        return cast("Replacement", processor.handleMatch(match, data)) if match else _NOTHING


def _stray_attributes(md: Markdown, data: str, end: int) -> str:
    """Return what begins an attribute list that stands behind a pose and does not belong to it."""
    ancestors = cast("Any", md.treeprocessors["inline"]).ancestors
    in_block = bool(ancestors) and ancestors[-1] in _BLOCKS_WITH_ATTRIBUTES
    return stray_attributes(data, end, block=in_block)


class PlaceholderInlineProcessor(InlineProcessor):
    """Placeholders of macros that mkdocs-macros ran."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(stash.placeholders.pattern.pattern, md)
        self._stash = stash
        self._html_code = _HtmlCode()

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Replacement:
        """Put the embed in the placeholder's place."""
        if self._html_code.holds(data, m.start()):
            return _NOTHING
        source, read = self._stash.placeholders.get(m)
        stray = stray_attributes(data, m.end(), block=True)
        if stray:
            problem = stray_list(stray)
            return self._stash.add(source, partial(_refuse, problem)), m.start(), m.end()
        return self._stash.add(source, read), m.start(), m.end()


def _refuse(problem: ReferenceProblem) -> Call:
    raise problem


class ImageInlineProcessor(InlineProcessor):
    """`![alt](masko:wave){ width=240 }`, and the forms with a reference.

    Args:
        syntax: The parser's own processor of one form; what it finds is read here.
        md: The parser.
        stash: The embeds of the page.
        is_inline: Whether it is the form whose URL stands in parentheses.
    """

    def __init__(
        self, syntax: InlineProcessor, md: Markdown, stash: EmbedStash, *, is_inline: bool
    ) -> None:
        super().__init__(syntax.pattern, md)
        self._syntax, self._is_inline = syntax, is_inline
        self._html_code, self._slips = _HtmlCode(), _ReportedSlips()
        self._stash = stash

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Replacement:
        """Take the image if it is one of ours; in code that is written as HTML it stays text."""
        match: Any = self._syntax.handleMatch(m, data)
        image, start, end = match
        if not self._is_ours(image):
            if image is None and self._is_inline:
                self._report_broken(m.start(), data)
            return _NOTHING
        if self._html_code.holds(data, start):
            return data[start:end], start, end
        attributes, stop = self._attribute_list(data, end)
        source = data[max(start, data.rfind("](", start, end)) : end]
        alt = self._alt(m.end(), data)
        if attributes is None:
            misplaced, problem = self._misplaced_list(data, end)
            source += misplaced
        else:
            source, problem = f"{source}{{{attributes}}}", ""
        read = partial(self._read, image, alt, attributes or "", problem)
        return self._stash.add(source, read, alt), start, stop

    def _attribute_list(self, data: str, end: int) -> tuple[_AttributeList | None, int]:
        """Return the attribute list at a position, and where it ends.

        It was put aside, unless a quote is missing in it.
        """
        placeholder = INLINE_PLACEHOLDER_RE.match(data, end)
        if placeholder:
            nodes = cast("Any", self.md.treeprocessors["inline"]).stashed_nodes
            node = nodes.get(placeholder[1])
            if isinstance(node, _AttributeList):
                return node, placeholder.end()
        unbalanced = _UNBALANCED_LIST.match(data, end)
        if unbalanced:
            return _AttributeList(self._plain(unbalanced[1])), unbalanced.end()
        return None, end

    def _report_broken(self, start: int, data: str) -> None:
        """Report an image of a pose that the parser takes for text."""
        broken = _BROKEN_IMAGE.match(data, start)
        if broken and self._slips.add(data, broken.end()):
            self._stash.report(
                ReferenceProblem(
                    "an image needs its URL in parentheses, right behind the brackets: "
                    "![...](masko:wave)"
                ),
                broken[0],
            )

    def _misplaced_list(self, data: str, end: int) -> tuple[str, str]:
        """Return what begins an attribute list that cannot be read, and what is wrong with it."""
        if data.startswith("{", end) and not data.startswith(("{{", "{%"), end):
            problem = "unterminated attribute list: a quote or } is missing"
            return unterminated_source(data, end), problem
        stray = _stray_attributes(self.md, data, end)
        problem = "an attribute list must stand right behind its image, without a space"
        return stray, stray and f"{problem}; got {sanitize(stray)!r}"

    def _read(self, image: Element, alt: str, attributes: str, problem: str) -> Call:
        if problem:
            raise ReferenceProblem(problem)
        if image.get("title"):
            raise ReferenceProblem("an image of a pose takes no title; write { caption='...' }")
        return read_image(self._plain(image.get("src", "")), alt, read_attributes(attributes))

    def _alt(self, start: int, data: str) -> str:
        """Return the text of what stands in the brackets, from where they open."""
        text, *_ = cast("Any", self._syntax).getText(data, start)
        return self._plain(INLINE_PLACEHOLDER_RE.sub(self._node_text, text))

    def _node_text(self, match: re.Match[str]) -> str:
        """Return the text of what the parser has already replaced."""
        nodes = cast("Any", self.md.treeprocessors["inline"]).stashed_nodes
        node = nodes.get(match[1], "")
        return node if isinstance(node, str) else _text_of(node)

    def _plain(self, text: str) -> str:
        """Undo what the parser did to escapes and references, so that the text is the text."""
        text = self._stash.restore(UnescapeTreeprocessor(self.md).unescape(text))
        return unescape(HTML_PLACEHOLDER_RE.sub(self._code, text))

    def _is_ours(self, image: object) -> TypeGuard[Element]:
        src = image.get("src", "") if isinstance(image, Element) else ""
        return pose_of(self._plain(src)) is not None

    def _code(self, match: re.Match[str]) -> str:
        """Return the text of code that another extension stashed as HTML."""
        return _TAG.sub("", str(self.md.htmlStash.rawHtmlBlocks[int(match[1])]))


def _text_of(element: Element) -> str:
    """Return the text of an element. A formula has it twice: for readers, and in a script."""
    if element.tag == "script":
        return ""
    children = (_text_of(child) + (child.tail or "") for child in element)
    return (element.text or "") + "".join(children)
