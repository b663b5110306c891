"""A TOML document as it is written: its statements and texts with their offsets.

A parser has read the document before, so nothing is checked here: https://toml.io/en/v1.1.0
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import tomli
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = r"(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[A-Za-z0-9_-]+)"
_KEYS: Final = re.compile(rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*")
_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_TOKEN: Final = re.compile(
    # Up to two quotes may stand before the three that end a text over several lines.
    r'(?P<text>"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*')"
    r"|(?P<comment>#[^\n]*)|(?P<space>[ \t\r\n]+)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)"
    r"|[^\s\[\]{},#\"']+",
    re.DOTALL,
)


class Statement(Struct, frozen=True, kw_only=True):
    """A table header, or a key with its value.

    Attributes:
        path: Its whole name, from the top of the document.
        table: The table that it stands in, or that it starts.
        start: Offset of its first character.
        value: Offset of the value; -1 for a header.
        end: Offset after its last character but a comment.
        is_array: Whether it is a header such as `[[project.nav]]`.
    """

    path: tuple[str, ...]
    table: tuple[str, ...]
    start: int
    value: int
    end: int
    is_array: bool = False


class Container(Struct, frozen=True, kw_only=True):
    """An array or an inline table.

    Attributes:
        start: Offset after its opening bracket.
        last: Offset after the last token before its closing bracket.
        is_empty: Whether it has no entry.
        ends_with_comma: Whether the last token is a comma.
    """

    start: int
    last: int
    is_empty: bool
    ends_with_comma: bool


def scan_statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a document.

    Raises:
        ValueError: The document has a form that only a later version of TOML knows.
    """
    table: tuple[str, ...] = ()
    position = skip_space(text, 0)
    while position < len(text):
        start, is_header = position, text[position] == "["
        is_array = text.startswith("[[", position)
        position = skip_space(text, position + is_header + is_array)
        keys = _KEYS.match(text, position)
        if keys is None:
            raise ValueError("a key of a form that is not known")
        names = _names(keys[0])
        if is_header:
            table, end = names, text.index("]", keys.end()) + 1 + is_array
            path, value = names, -1
        else:
            path, value = (*table, *names), skip_space(text, text.index("=", keys.end()) + 1)
            end = _value_end(text, value)
        yield Statement(
            path=path, table=table, start=start, value=value, end=end, is_array=is_array
        )
        position = skip_space(text, end)


def skip_space(text: str, position: int) -> int:
    """Return the offset of what comes after space, line ends and comments."""
    return _SPACE.match(text, position).end()  # type: ignore[union-attr] # it matches anything


def _names(keys: str) -> tuple[str, ...]:
    """Return the names that a dotted key consists of, quoted or not."""
    names, value = [], tomli.loads(f"{keys} = 0")
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)


def _tokens(text: str, position: int) -> Iterator[re.Match[str]]:
    while match := _TOKEN.match(text, position):
        yield match
        position = match.end()


def _value_end(text: str, start: int) -> int:
    depth, end = 0, start
    for token in _tokens(text, start):
        if not depth and (token["comment"] or "\n" in (token["space"] or "")):
            break
        depth += bool(token["open"]) - bool(token["close"])
        if not (token["space"] or token["comment"]):
            end = token.end()
    return end


def find_container(text: str, start: int) -> Container:
    """Return the array or the inline table that starts at an offset."""
    depth, last, is_empty, comma = 0, start + 1, True, False
    for token in _tokens(text, start):
        depth += bool(token["open"]) - bool(token["close"])
        if not depth:
            break
        if token.start() > start and not (token["space"] or token["comment"]):
            last, is_empty, comma = token.end(), False, bool(token["comma"])
    return Container(start=start + 1, last=last, is_empty=is_empty, ends_with_comma=comma)


def find_texts(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the strings in a part of a document, with the offsets that they are between.

    Args:
        text: The document.
        start: Where the part begins, outside of a string.
        end: Where it ends.
    """
    for token in _tokens(text, start):
        if token.start() >= end:
            break
        if token["text"]:
            yield tomli.loads(f"a = {token[0]}")["a"], token.start(), token.end()
