"""Where in a source a call stands: worked out only when there is something to report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,}).*?^[ \t>]*(?P=fence)"
    r"|(?P<ticks>`+)(?!`)(?:(?!\n[ \t\r>]*\n).)+?(?<!`)(?P=ticks)(?!`)",  # never past a blank line
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"""masko[\w.]*\s*\(\s*["'](?P<call>[^"']+)|masko:(?P<image>[^)\s{]+)""")


def locate(text: str, source: str, number: int = 0) -> tuple[int, int] | None:
    """Find a call in the source of its page.

    Args:
        text: The source, with its front matter.
        source: The call, as it was found by the parser, which drops indents and quote marks; or
            as it was written again from its arguments.
        number: Which of several equal ones, from 0.

    Returns:
        Line and column, both from 1, or None when it is not there: it came from elsewhere.
    """
    prose = _CODE.sub(lambda m: re.sub(r"\S", "\x00", m[0]), text)
    for pattern in _patterns(source):
        found = [match.start() for match in re.finditer(pattern, prose)]
        if found:
            return _position(text, found[min(number, len(found) - 1)])
    return None


def _patterns(source: str) -> Iterator[str]:
    """Yield what to look for, the most exact first."""
    words = source.removeprefix("](").split()
    if words:
        yield r"[\s>]+".join(map(re.escape, words))
    name = _NAME.search(source)
    if name:
        wanted = re.escape(name["call"] or name["image"])
        yield rf"""masko[\w.]*\s*\(\s*["']{wanted}["']|masko:{wanted}(?![\w-])"""
        yield rf"(?<![\w-]){wanted}(?![\w-])"


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
