"""The two syntaxes in running text."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import UnescapeTreeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.markdown.syntax import (
    CALL,
    CODE_START,
    is_ours,
    read_attributes,
    read_call,
    read_image,
    unterminated_macro,
    unterminated_source,
)
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown import Markdown
    from mkdocs_masko.markdown.stash import EmbedStash
    from mkdocs_masko.rendering import Call

Replacement: TypeAlias = tuple[Element | str | None, int | None, int | None]
"""What stands in the text instead, and from where to where; or three times None."""

_NOTHING: Replacement = (None, None, None)
_ATTRIBUTES = re.compile(r"\{(?![{%]):?[ ]*([^}\n]*)\}")
_TAG = re.compile(r"<[^>]*>")
_CODE = re.compile(r"<(/?)(?:code|kbd|pre|samp)\b", re.IGNORECASE)


class _MacroPattern:
    """A pattern that costs a text without our name no more than a look for it."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        return self._pattern.finditer(text, start) if "masko" in text else iter(())


class CallInlineProcessor(InlineProcessor):
    """Macros in running text: `{{ masko(...) }}`.

    Code spans are found in the same pass, by the parser's own processor: of a macro with backticks
    in it and code with a macro in it, the one that starts first is meant.
    """

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(f"{CALL}|{CODE_START}", md)
        self._stash = stash
        self._pattern: Any = _MacroPattern(self.compiled_re)

    def getCompiledRegExp(self) -> re.Pattern[str]:  # noqa: N802 - Markdown's own name
        """Return what the parser searches each text with, once for every processor."""
        return cast("re.Pattern[str]", self._pattern)

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Replacement:
        """Take a macro, unless it is in raw code; report one that is not terminated."""
        function = m["function"]
        if function is None:
            return self._code_span(m.start(), data)
        if not is_ours(function) or _inside_code(data, m.start()):
            return _NOTHING
        if m["arguments"] is None:
            self._stash.report(unterminated_macro(function), unterminated_source(data, m.start()))
            return _NOTHING
        read = partial(read_call, function, m["arguments"], m[0])
        if function == "masko_url":
            return self._stash.placeholders.put_url(m[0], read), m.start(), m.end()
        return self._stash.add(m[0], read), m.start(), m.end()

    def _code_span(self, start: int, data: str) -> Replacement:
        processor: Any = self.md.inlinePatterns["backtick"]
        match = processor.getCompiledRegExp().match(data, start)
        return cast("Replacement", processor.handleMatch(match, data)) if match else _NOTHING


class PlaceholderInlineProcessor(InlineProcessor):
    """Placeholders of macros that mkdocs-macros ran."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(stash.placeholders.pattern.pattern, md)
        self._stash = stash

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Replacement:
        """Put the embed in the placeholder's place."""
        if _inside_code(data, m.start()):
            return _NOTHING
        return self._stash.add(*self._stash.placeholders.get(m)), m.start(), m.end()


def _inside_code(data: str, end: int) -> bool:
    """Tell whether a position is in code or in a comment that is written as HTML."""
    depth = 0
    for tag in _CODE.finditer(data, 0, end):
        depth = max(0, depth - 1) if tag[1] else depth + 1
    return depth > 0 or data.rfind("<!--", 0, end) > data.rfind("-->", 0, end)


class ImageInlineProcessor(InlineProcessor):
    """`![alt](masko:wave){ width=240 }`, and the forms with a reference.

    Args:
        syntax: The parser's own processor of one form; what it finds is read here.
        md: The parser.
        stash: The embeds of the page.
    """

    def __init__(self, syntax: InlineProcessor, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(syntax.pattern, md)
        self._syntax = syntax
        self._stash = stash

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Replacement:
        """Take the image if it is one of ours."""
        match: Any = self._syntax.handleMatch(m, data)
        image, start, end = match
        if not _is_ours(image):
            return _NOTHING
        attributes = _ATTRIBUTES.match(data, end)
        stop = attributes.end() if attributes else end
        source = data[max(start, data.rfind("](", start, end)) : stop]
        attribute_list = attributes[1] if attributes else ""
        alt = self._plain(image.get("alt", ""))
        read = lambda: self._read(image, alt, attribute_list)  # noqa: E731 - read where it is shown
        return self._stash.add(source, read, alt), start, stop

    def _read(self, image: Element, alt: str, attribute_list: str) -> Call:
        if image.get("title"):
            raise ReferenceProblem("an image of a pose takes no title; write { caption='...' }")
        src = self._plain(image.get("src", "")).strip()
        return read_image(src, alt, read_attributes(self._plain(attribute_list)))

    def _plain(self, text: str) -> str:
        """Undo what the parser did to escapes and references, so that the text is the text."""
        text = self._stash.restore(UnescapeTreeprocessor(self.md).unescape(text))
        return unescape(HTML_PLACEHOLDER_RE.sub(self._code, text))

    def _code(self, match: re.Match[str]) -> str:
        """Return the text of code that another extension stashed as HTML."""
        return _TAG.sub("", str(self.md.htmlStash.rawHtmlBlocks[int(match[1])]))


def _is_ours(image: object) -> TypeGuard[Element]:
    src = image.get("src", "") if isinstance(image, Element) else ""
    return pose_of(unescape(src)) is not None
