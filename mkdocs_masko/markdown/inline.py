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
    SCHEME,
    is_ours,
    no_end,
    read_attributes,
    read_call,
    read_image,
    with_rest,
)

if TYPE_CHECKING:
    from markdown import Markdown
    from mkdocs_masko.markdown.stash import EmbedStash
    from mkdocs_masko.rendering import Call

Found: TypeAlias = tuple[Element | str | None, int | None, int | None]
"""What stands in the text instead, and from where to where; or three times None."""

_NOTHING: Found = (None, None, None)
_ATTRIBUTES = re.compile(r"\{(?![{%]):?[ ]*([^}\n]*)\}")
_TAG = re.compile(r"<[^>]*>")
_CODE = re.compile(r"<(/?)(?:code|kbd|pre|samp)\b", re.IGNORECASE)


class CallInlineProcessor(InlineProcessor):
    """`{{ masko(...) }}`.

    Code spans are found in the same pass, by the parser's own processor: of a call with backticks
    in it and code with a call in it, the one that starts first is meant.
    """

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(f"{CALL}|{CODE_START}", md)
        self._stash = stash

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Found:
        """Take the call, unless it lies in raw code; report one that has no end."""
        if m["function"] is None:
            return self._code(m.start(), data) if "masko" in data else _NOTHING
        if not is_ours(m["function"]) or _inside_code(data, m.start()):
            return _NOTHING
        if m["arguments"] is None:
            self._stash.report(no_end(m["function"]), with_rest(data, m.start()))
            return _NOTHING
        call = (m["function"], m["arguments"], m[0])
        read = partial(read_call, *call)
        if m["function"] == "masko_url":
            return self._stash.placeholders.put_url(m[0], read), m.start(), m.end()
        return self._stash.add(m[0], read), m.start(), m.end()

    def _code(self, start: int, data: str) -> Found:
        spans: Any = self.md.inlinePatterns["backtick"]
        found = spans.getCompiledRegExp().match(data, start)
        return cast("Found", spans.handleMatch(found, data)) if found else _NOTHING


class PlaceholderInlineProcessor(InlineProcessor):
    """Tokens of calls that mkdocs-macros made."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(stash.placeholders.pattern.pattern, md)
        self._stash = stash

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name and shape
        self, m: re.Match[str], data: str
    ) -> Found:
        """Put the embed in the token's place."""
        if _inside_code(data, m.start()):
            return _NOTHING
        return self._stash.add(*self._stash.placeholders.get(m)), m.start(), m.end()


def _inside_code(data: str, end: int) -> bool:
    """Tell whether a place lies in code, or in a comment, that is written as HTML."""
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
    ) -> Found:
        """Take the image if it is one of ours."""
        if SCHEME not in data and not self.md.references:
            return _NOTHING
        found: Any = self._syntax.handleMatch(m, data)
        image, start, end = found
        if not _is_ours(image):
            return _NOTHING
        attributes = _ATTRIBUTES.match(data, end)
        stop = attributes.end() if attributes else end
        source = data[max(start, data.rfind("](", start, end)) : stop]
        listed = attributes[1] if attributes else ""
        alt = self._plain(image.get("alt", ""))
        read = lambda: self._read(image, alt, listed)  # noqa: E731 - read where it is shown
        return self._stash.add(source, read, alt), start, stop

    def _read(self, image: Element, alt: str, listed: str) -> Call:
        if image.get("title"):
            raise ReferenceProblem("an image of a pose takes no title; write { caption='...' }")
        src = self._plain(image.get("src", "")).strip()
        return read_image(src, alt, read_attributes(self._plain(listed)))

    def _plain(self, text: str) -> str:
        """Undo what the parser did to escapes and references, so that the text is the text."""
        text = self._stash.restore(UnescapeTreeprocessor(self.md).unescape(text))
        return unescape(HTML_PLACEHOLDER_RE.sub(self._code, text))

    def _code(self, match: re.Match[str]) -> str:
        """Return the text of code that another extension stashed as HTML."""
        return _TAG.sub("", str(self.md.htmlStash.rawHtmlBlocks[int(match[1])]))


def _is_ours(image: object) -> TypeGuard[Element]:
    src = image.get("src", "") if isinstance(image, Element) else ""
    return src.strip().startswith(SCHEME)
