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

from mkdocs_masko.text import blank
from mkdocs_masko.urls import find_schemes, pose_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAME = re.compile(
    r"""masko[\w.]*\s*\(\s*["'](?P<call>[^"']+)|(?i:masko(?:\\?:|%3a))(?P<image>[^)\s{]+)"""
)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?^(?:---|\.\.\.)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|[0-9]+[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})(?P<info>.*)", re.MULTILINE
)
_EXECUTED = re.compile(r"\bexec=")
_BLANK_LINE = re.compile(r"\n[ \t\r>]*(?=\n)")
# A line without the white space at its end, and what begins a block that goes on where it is
# indented.
_LINE = re.compile(r"^(?P<indent>    |\t)?(?P<text>.*?)[ \t\r]*$", re.MULTILINE)
_BLOCK = re.compile(r" {0,3}(?:[-*+:][ \t]|[0-9]+[.)][ \t]|!!!|\?\?\?|===|///|\[\^|<)")
_TICKS = re.compile(r"(?<!\\)`+")
# Comments and code that are written as HTML. Each starts with plain text, and none is nested.
_HTML_CODE = re.compile(r"<!--|-->|<(/?)(?:pre|code|kbd|samp|script|style)\b", re.IGNORECASE)
# The same for URLs, which style sheets have too.
_NO_URLS = re.compile(r"<!--|-->|<(/?)(?:pre|code|kbd|samp|script|textarea|title)\b", re.IGNORECASE)
_HIDDEN = "\x00"  # stands for what is code
_MOST_LINES = 12  # of a statement in a template
# What stands before a URL: in a tag, in Markdown's parentheses, in the definition of a reference.
_TAG = re.compile(r"<([a-z][^\s/>]*)", re.IGNORECASE)
# A name is tried from its beginning alone, which keeps the search linear.
_ATTRIBUTE = re.compile(r"""(?<![^\s"'<>/={])([^\s"'<>/={]+)\s*=\s*(?:"[^"]*|'[^']*|[^\s"'>]*)\Z""")
_STYLE = re.compile(r"""\(\s*["']?\Z|@import\s+["']\Z""", re.IGNORECASE)
_OPEN_QUOTE = re.compile(r"""=\s*(["'])(?:(?!\1).)*\Z""", re.DOTALL)
_OPEN_PARENTHESIS = re.compile(r"\]\(\s*<?\Z")
_DEFINITION = re.compile(r"^[ \t>]*\[[^\[\]]*\]:\s*<?\Z", re.MULTILINE)
_URL_END_IN_TAG = {True: r"""["',)]|\s+(?:[\d.]+[xw])?\s*[,"']""", False: r"[\s>]"}
_MARKDOWN_URLS = {"a href", "img src"}  # which a definition may be for
_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_CALL = re.compile(r"\{\{\s*(masko.*\))\s*\}\}", re.DOTALL)
_OPENING = re.compile(r"\{\{[-+]?\s*\Z")
_LONGEST_STYLE = 100_000  # characters of a style sheet that are looked at
_LONGEST = 2_000  # characters of a link's text, a tag or a URL that are looked at


class SourceText:
    """The source of one page.

    Args:
        text: The source, with its front matter.
        is_markdown: Whether it is a page of Markdown, where an indent can make code.
    """

    def __init__(self, text: str, *, is_markdown: bool = True) -> None:
        self._text, self._is_markdown = text, is_markdown
        self._offsets: dict[str, list[int]] = {}

    def location(self, source: str, number: int = 0) -> tuple[int, int] | None:
        """Find what a parser read.

        Args:
            source: A macro or an image as the parser has it, which drops indents and quote marks;
                or a macro that was written again from its arguments.
            number: Which of several equal ones, from 0.

        Returns:
            Line and column, both from 1, or None when it is not there: it came from elsewhere.
        """
        return self._nth(next(filter(None, self.offsets(source)), []), number)

    def offsets(self, source: str) -> list[list[int]]:
        """Return where there is what a parser read; the argument is that of `location`.

        Returns:
            Where it stands as it was read, where a macro or an image has its name, and where that
            name stands as a value.
        """
        words = source.removeprefix("](").split()
        reference = reference_of(source)
        return [
            self._find_written(source, words),
            self._find(_name_pattern(reference)) if reference else [],
            self._find_value(reference) if reference else [],
        ]

    def location_in(self, host: str, url: str, number: int = 0) -> tuple[int, int] | None:
        """Find the URL of a pose that stands where none is shown.

        Args:
            host: What holds it, as `MisplacedPose` has it.
            url: The URL.
            number: Which of several for that pose in equal hosts, from 0.

        Returns:
            As `location`. What the source has in another place is something else.
        """
        return self._nth(self.offsets_in(host, url), number)

    def offsets_in(self, host: str, url: str) -> list[int]:
        """Return where there is such a URL; the arguments are those of `location_in`."""
        pose = pose_of(url) or ""
        hosts = [host, "definition"] if host in _MARKDOWN_URLS else [host]
        offsets = [at for each in hosts for at in self._urls.get((each, pose), ())]
        return offsets or self._urls.get((host.rpartition(" ")[2], pose), [])

    def _nth(self, offsets: list[int], number: int) -> tuple[int, int] | None:
        return self.position(offsets[min(number, len(offsets) - 1)]) if offsets else None

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
        reference = reference_of(source)
        patterns = [_exact_pattern(source, source.split())] if source.strip() else []
        patterns += [_name_pattern(reference), re.escape(reference)] if reference else []
        for pattern in patterns:
            match = re.search(pattern, self._text[start:end])
            if match:
                return self.position(start + match.start())
        return line, 1

    def location_above(self, source: str, lines_below: int) -> tuple[int, int] | None:
        """Find a macro that stands where it does not matter what is code.

        Args:
            source: The macro, as it is written.
            lines_below: How many lines there are below it; the end of the file may have more.

        Returns:
            Line and column of the one that is nearest, or None when it is not there.
        """
        line = len(self._lines) - lines_below
        matches = re.finditer(re.escape(source), self._text)
        places = [self.position(match.start()) for match in matches]
        return min(places, key=lambda place: abs(place[0] - line), default=None)

    def has_prose(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether a pattern is anywhere but in code and comments."""
        matches = pattern.finditer(self._prose)
        return any(not self._is_unlikely(match.start()) for match in matches)

    def _find(self, pattern: str) -> list[int]:
        if pattern not in self._offsets:
            offsets = [match.start() for match in re.finditer(pattern, self._prose)]
            self._offsets[pattern] = [at for at in offsets if not self._is_unlikely(at)] or offsets
        return self._offsets[pattern]

    def _find_written(self, source: str, words: Sequence[str]) -> list[int]:
        """Find what a parser read, also where a macro stands in an expression or a statement."""
        written = self._find(_exact_pattern(source, words)) if words else []
        call = _CALL.fullmatch(source)
        if call is None:
            return written
        inner = self._find(_exact_pattern(call[1], call[1].split()))
        alone = [at for at in inner if not _OPENING.search(self._text, max(0, at - _LONGEST), at)]
        return sorted([*written, *alone])

    def _find_value(self, name: str) -> list[int]:
        """Find a name in quotes, or as a value of the front matter; a template may use either."""
        quoted = self._find(rf"""(?<=["']){re.escape(name)}(?=["'])""")
        front_matter = _FRONT_MATTER.match(self._text)
        if front_matter is None:
            return quoted
        value = re.compile(rf"[:-][ \t]+({re.escape(name)})[ \t\r]*$", re.MULTILINE)
        return [m.start(1) for m in value.finditer(self._text, 0, front_matter.end())] + quoted

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of what stands at an offset."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line starts."""
        return [0, *(match.end() for match in re.finditer("\n", self._text))]

    @cached_property
    def _prose(self) -> str:
        """The source, with code and comments blanked out."""
        return blank(self._markup, _html_code(self._markup, _HTML_CODE), _HIDDEN)

    @cached_property
    def _markup(self) -> str:
        """The source, with Markdown's code blanked out."""
        blanked = blank(self._text, _fenced_code(self._text), _HIDDEN)
        return blank(blanked, _code_spans(blanked), _HIDDEN)

    @cached_property
    def _urls(self) -> dict[tuple[str, str], list[int]]:
        """Where the URLs of poses stand, by what holds them and the name of the pose."""
        urls: dict[tuple[str, str], list[int]] = {}
        text = blank(self._markup, _html_code(self._markup, _NO_URLS), _HIDDEN)
        for start in find_schemes(text):
            host, end = _host_of(text, start)
            url = text[start : start + _LONGEST]
            pose = pose_of(unescape(re.split(end, url, maxsplit=1)[0]))
            urls.setdefault((host, pose or ""), []).append(start)
        return {
            key: [at for at in offsets if not self._is_unlikely(at)] or offsets
            for key, offsets in urls.items()
        }

    def _is_unlikely(self, offset: int) -> bool:
        """Tell whether a place is in code that is indented, or in a comment of Jinja's.

        Only what stands elsewhere too is left out there: what an extension makes of an indent,
        nobody but the parser knows, and Jinja runs few pages.
        """
        for parts in (self._indented, self._jinja_comments):
            index = bisect_right(parts, (offset, len(self._text))) - 1
            if index >= 0 and offset < parts[index][1]:
                return True
        return False

    @cached_property
    def _jinja_comments(self) -> list[tuple[int, int]]:
        # To the last end alone, for which each start before it has one.
        end = max(0, self._text.rfind("#}")) + 2
        return [match.span() for match in _JINJA_COMMENT.finditer(self._text, 0, end)]

    @cached_property
    def _indented(self) -> list[tuple[int, int]]:
        return [*_indented_code(self._markup)] if self._is_markdown else []


def _host_of(text: str, at: int) -> tuple[str, str]:
    """Tell what holds the URL at a place, as `MisplacedPose` says it, and the pattern of its end.

    An attribute that Markdown has in an attribute list is without a tag.
    """
    before = text[max(0, at - _LONGEST) : at]
    tag = before[before.rfind("<") :] if before.rfind("<") > before.rfind(">") else ""
    name = _TAG.match(tag)
    if _STYLE.search(before) and (name or _is_in_style_sheet(text, at)):
        return "css", r"""["')\s]"""
    if name:
        end = _URL_END_IN_TAG[bool(_OPEN_QUOTE.search(tag))]
        if before.rfind("<picture") > before.rfind("</picture"):
            return "picture", end
        attribute = _ATTRIBUTE.search(before)
        return f"{name[1]} {attribute[1] if attribute else ''}".lower(), end
    return _host_in_markdown(before, is_autolink=tag == "<")


def _host_in_markdown(before: str, *, is_autolink: bool) -> tuple[str, str]:
    """Tell what holds the URL that stands behind a text of Markdown, as `_host_of`."""
    if _OPEN_PARENTHESIS.search(before):
        return ("img src" if _is_image(before) else "a href"), r"[)>\s]"
    if _DEFINITION.search(before):
        return "definition", r"[\s>]"
    if is_autolink:
        return "a href", r"[\s>]"
    attribute = _ATTRIBUTE.search(before)
    return (attribute[1].lower() if attribute else ""), r"""[\s>)}"']"""


def _is_in_style_sheet(text: str, at: int) -> bool:
    """Tell whether a place is in a `<style>`, and not in a comment there."""
    start = max(0, at - _LONGEST_STYLE)
    sheet = text.rfind("<style", start, at)
    comment = text.rfind("/*", max(sheet, start), at)
    return sheet > text.rfind("</style", start, at) and comment <= text.rfind("*/", start, at)


def _is_image(before: str) -> bool:
    """Tell whether an exclamation mark stands before the brackets that a text ends with."""
    depth = 0
    for match in reversed([*re.finditer(r"(?<!\\)[\[\]]", before)]):
        depth += 1 if match[0] == "]" else -1
        if not depth:
            return before[: match.start()].endswith("!")
    return False


def _fenced_code(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts between two equal fences. One that is not closed is text.

    What markdown-exec runs is no code to show: it prints what may be on the page.
    """
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
            if _EXECUTED.search(match["info"]):
                yield match.span()
                yield text.rfind("\n", 0, position) + 1, position
            else:
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


def _indented_code(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines that an indent behind a blank line makes code, one by one.

    Below a list, an admonition or HTML, an indent is a part of that.
    """
    is_below_block = is_in_code = False
    follows_blank = True
    for line in _LINE.finditer(text):
        if not line["text"]:
            follows_blank = True
            continue
        if not line["indent"]:
            is_in_code = False
            is_below_block = _BLOCK.match(line["text"]) is not None or (
                is_below_block and (not follows_blank or line["text"].startswith(" "))
            )
        elif not is_below_block and (follows_blank or is_in_code):
            is_in_code = True
            yield line.span()
        follows_blank = False


def _html_code(text: str, code: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield comments, and the outermost elements with code, of which a pattern finds the ends."""
    start, depth, comment = 0, 0, False
    for match in code.finditer(text):
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


def reference_of(source: str) -> str | None:
    """Return the name of the pose that a macro or an image has."""
    name = _NAME.search(source)
    return (name["call"] or name["image"]) if name else None


def _exact_pattern(source: str, words: Sequence[str]) -> str:
    # What lacks its parenthesis is not one that has it.
    is_open = source.startswith("![") and "](" in source and ")" not in words[-1]
    end = r"(?![^\s()]*\))" if is_open else ""
    return r"[\s>]+".join(map(re.escape, words)) + end


def _name_pattern(reference: str) -> str:
    name = re.escape(reference)
    macro, url = r"""masko[\w.]*\s*\(\s*["']""", r"(?i:masko(?:\\?:|%3a))"
    return rf"""{macro}{name}["']|{url}{name}(?![\w-])"""
