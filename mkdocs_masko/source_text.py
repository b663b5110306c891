"""Where in its source something of a page stands, for messages: line and column.

A parser hands on what it read without its place, and without the indents and quote marks before its
lines. So its text is searched for in the source, but not in code, which looks the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING

from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(
    r"""masko[\w.]*\s*\(\s*["'](?P<call>[^"']+)|(?i:masko(?::|%3a))(?P<image>[^)\s{]+)"""
)
_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|[0-9]+[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})(?P<info>.*)", re.MULTILINE
)
_BLANK_LINE = re.compile(r"\n[ \t\r>]*(?=\n)")
_TICKS = re.compile(r"(?<!\\)`+")
# Comments and code that are written as HTML. Each starts with plain text, and none is nested.
_HTML_CODE = re.compile(r"<!--|-->|<(/?)(?:pre|code|kbd|samp|script|style)\b", re.IGNORECASE)
# The scheme, with its letters and its colon in every form that HTML and URLs have for them.
_SCHEME = re.compile(
    "".join(
        f"(?:{re.escape(c)}|&#0*(?:{ord(c)}|{ord(c.upper())});?"
        f"|&#x0*(?:{ord(c):x}|{ord(c.upper()):x});?|%{ord(c):x}|%{ord(c.upper()):x})"
        for c in "masko"
    )
    + "(?::|&#0*58;?|&#x0*3a;?|&colon;|%3a)",
    re.IGNORECASE,
)
_MOST_LINES = 12  # of a statement in a template
# What stands before a URL: in a tag, in Markdown's parentheses, in the definition of a reference.
_TAG = re.compile(r"<[a-z]", re.IGNORECASE)
_IMAGE_SOURCE = re.compile(r"""<img\s(?:.*\s)?src\s*=\s*["']?\s*\Z""", re.IGNORECASE | re.DOTALL)
_OPEN_QUOTE = re.compile(r"""=\s*(["'])(?:(?!\1).)*\Z""", re.DOTALL)
_OPEN_PARENTHESIS = re.compile(r"\]\(\s*<?\Z")
_DEFINITION = re.compile(r"^[ \t>]*\[[^\[\]]*\]:\s*<?\Z", re.MULTILINE)
_URL_END_IN_TAG = {True: r"""["',)]|\s+(?:[\d.]+[xw])?\s*[,"']""", False: r"[\s>]"}
_LONGEST = 2_000  # characters of a link's text, a tag or a URL that are looked at


class SourceText:
    """The source of one page.

    Args:
        text: The source, with its front matter.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets: dict[str, list[int]] = {}

    def location(self, source: str, number: int = 0) -> tuple[int, int] | None:
        """Find what a parser read.

        Args:
            source: A macro or an image as the parser has it, which drops indents and quote marks;
                a macro that was written again from its arguments; or the URL of a pose alone,
                which stands where no pose is shown.
            number: Which of several equal ones, from 0.

        Returns:
            Line and column, both from 1, or None when it is not there: it came from elsewhere.
        """
        pose = pose_of(source)
        if pose is not None:
            offsets = self._misplaced(pose)
            return self._position(offsets[min(number, len(offsets) - 1)]) if offsets else None
        for pattern in _patterns(source):
            offsets = self._find(pattern)
            if offsets:
                return self._position(offsets[min(number, len(offsets) - 1)])
        return None

    def location_below(self, source: str, line: int) -> tuple[int, int]:
        """Find a macro of a template, of which Jinja knows the line.

        Args:
            source: The macro, written again from its arguments.
            line: Where the statement begins that calls it.

        Returns:
            Line and column; at worst, the beginning of that line.
        """
        start = self._lines[min(line, len(self._lines)) - 1]
        end = self._lines[line + _MOST_LINES] if line + _MOST_LINES < len(self._lines) else None
        for pattern in _patterns(source):
            match = re.search(pattern, self._text[start:end])
            if match:
                return self._position(start + match.start())
        return line, 1

    def _find(self, pattern: str) -> list[int]:
        if pattern not in self._offsets:
            matches = re.finditer(pattern, self._prose)
            self._offsets[pattern] = [match.start() for match in matches]
        return self._offsets[pattern]

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line starts."""
        return [0, *(match.end() for match in re.finditer("\n", self._text))]

    @cached_property
    def _prose(self) -> str:
        """The source, with code and comments blanked out."""
        blanked = _blank(self._text, _fenced_code(self._text))
        blanked = _blank(blanked, _code_spans(blanked))
        return _blank(blanked, _html_code(blanked))

    def _misplaced(self, pose: str) -> list[int]:
        """Return where a pose is named by its URL and not shown; at worst, where it is named."""
        for kinds in (("link",), ("definition",), ("image", "text")):
            offsets = [at for kind in kinds for at in self._urls.get((kind, pose), ())]
            if offsets:
                return offsets
        return []

    @cached_property
    def _urls(self) -> dict[tuple[str, str], list[int]]:
        """Where the URLs of poses stand, by what they belong to and the name of the pose."""
        urls: dict[tuple[str, str], list[int]] = {}
        for match in _SCHEME.finditer(self._prose):
            kind, end = _place_of(self._prose, match.start())
            url = self._prose[match.start() : match.start() + _LONGEST]
            pose = pose_of(unescape(re.split(end, url, maxsplit=1)[0]))
            urls.setdefault((kind, pose or ""), []).append(match.start())
        return urls


def _place_of(text: str, at: int) -> tuple[str, str]:
    """Tell what the URL at a place belongs to, and what ends it, as a pattern."""
    before = text[max(0, at - _LONGEST) : at]
    tag = before[before.rfind("<") :] if before.rfind("<") > before.rfind(">") else ""
    if _TAG.match(tag):
        in_picture = before.rfind("<picture") > before.rfind("</picture")
        is_image = _IMAGE_SOURCE.match(tag) and not in_picture
        return ("image" if is_image else "link"), _URL_END_IN_TAG[bool(_OPEN_QUOTE.search(tag))]
    if _OPEN_PARENTHESIS.search(before):
        return ("image" if _is_image(before) else "link"), r"[)>\s]"
    if _DEFINITION.search(before):
        return "definition", r"[\s>]"
    return ("link" if tag == "<" else "text"), r"[\s>)]"


def _is_image(before: str) -> bool:
    """Tell whether an exclamation mark stands before the brackets that a text ends with."""
    depth = 0
    for match in reversed([*re.finditer(r"(?<!\\)[\[\]]", before)]):
        depth += 1 if match[0] == "]" else -1
        if not depth:
            return before[: match.start()].endswith("!")
    return False


def _blank(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """Replace all but white space in parts of a text, so that offsets stay."""
    parts: list[str] = []
    position = 0
    for start, end in spans:
        parts += text[position:start], re.sub(r"\S", "\x00", text[start:end])
        position = end
    return "".join([*parts, text[position:]])


def _fenced_code(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts between two equal fences. One that is not closed is text."""
    fences = [*_FENCE.finditer(text)]
    ends: dict[str, list[int]] = {}
    for match in fences:
        if not match["info"].strip():
            ends.setdefault(match["fence"], []).append(match.end())
    position = 0
    for match in fences:
        if match.start() < position or "`" in match["info"]:
            continue
        closing = ends.get(match["fence"], [])
        index = bisect_right(closing, match.end())
        if index < len(closing):
            position = closing[index]
            yield match.start(), position


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts between as many backticks; they do not go past a blank line."""
    runs = [*_TICKS.finditer(text)]
    if not runs:
        return
    breaks = [match.start() for match in _BLANK_LINE.finditer(text)]
    starts: dict[int, list[int]] = {}
    for run in runs:
        starts.setdefault(run.end() - run.start(), []).append(run.start())
    position = 0
    for run in runs:
        if run.start() < position:
            continue
        length = run.end() - run.start()
        index = bisect_right(starts[length], run.start())
        if index == len(starts[length]):
            continue
        end = starts[length][index]
        if bisect_left(breaks, run.start()) == bisect_left(breaks, end):
            position = end + length
            yield run.start(), position


def _html_code(text: str) -> Iterator[tuple[int, int]]:
    """Yield comments, and the outermost elements with code."""
    start, depth, comment = 0, 0, False
    for match in _HTML_CODE.finditer(text):
        is_comment = match[0] in {"<!--", "-->"}
        if comment:
            if match[0] == "-->":
                yield start, match.end()
                comment = False
        elif is_comment and not depth and match[0] == "<!--":
            start, comment = match.start(), True
        elif not is_comment and not match[1]:
            start = start if depth else match.start()
            depth += 1
        elif not is_comment and depth:
            depth -= 1
            if not depth:
                yield start, match.end()


def _patterns(source: str) -> Iterator[str]:
    """Yield what to look for, the most exact first."""
    words = source.removeprefix("](").split()
    if words:
        # What lacks its parenthesis is not one that has it.
        is_open = source.startswith("![") and "](" in source and ")" not in words[-1]
        end = r"(?![^\s()]*\))" if is_open else ""
        yield r"[\s>]+".join(map(re.escape, words)) + end
    name = _NAME.search(source)
    if name:
        reference = re.escape(name["call"] or name["image"])
        yield rf"""masko[\w.]*\s*\(\s*["']{reference}["']|(?i:masko(?::|%3a)){reference}(?![\w-])"""
        yield rf"(?<![\w-]){reference}(?![\w-])"
