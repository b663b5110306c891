"""The elements that WebM is made of (RFC 8794)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.reader import Source

SEGMENT, CLUSTER = 0x18538067, 0x1F43B675

_MAY_BE_ENDLESS = {SEGMENT, CLUSTER}
_LONGEST_ID, _LONGEST_SIZE = 4, 8  # bytes


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """An element: its ID, and the offsets of its content in bytes.

    One of unknown size reaches to the end of what holds it.
    """

    id: int
    start: int
    end: int


FILE = Element(id=0, start=0, end=FAR)
"""Stands for the whole file, whose end is not known."""


def elements(source: Source, parent: Element) -> Iterator[Element]:
    """Give the elements in an element.

    Raises:
        MediaError: An element is larger than what holds it, or of unknown size where that
            is not allowed, or the file ends in the middle.
    """
    at = parent.start
    while not source.ends(at, parent.end):
        head = source.some(at, _LONGEST_ID + _LONGEST_SIZE)
        element = _element(head, at, parent.end)
        yield element
        at = element.end


def _element(head: bytes, at: int, end: int) -> Element:
    id_length = _length(head, _LONGEST_ID)
    number = int.from_bytes(head[:id_length], "big")
    size_length = _length(head[id_length:], _LONGEST_SIZE)
    start = at + id_length + size_length
    mask = (1 << 7 * size_length) - 1
    size = int.from_bytes(head[id_length : id_length + size_length], "big") & mask
    if size == mask:
        size = end - start if number in _MAY_BE_ENDLESS else FAR
    if size < 0 or start + size > end:
        raise MediaError("the WebM has an element of an impossible size")
    return Element(id=number, start=start, end=start + size)


def _length(data: bytes, longest: int) -> int:
    """Return how many bytes a number takes, which its leading zero bits tell."""
    length = 9 - data[0].bit_length() if data else 9
    if length > min(longest, len(data)):
        raise MediaError("the WebM is damaged, or ends before its size is told")
    return length


def uint(source: Source, element: Element | None, default: int = 0) -> int:
    """Return an unsigned number, or the default for an element that is not there."""
    if element is None:
        return default
    return int.from_bytes(_value(source, element, 8), "big")


def real(source: Source, element: Element | None) -> float:
    """Return a floating point number, 0.0 for an element that is not there."""
    data = _value(source, element, 8) if element else b""
    form = {4: ">f", 8: ">d"}.get(len(data))
    return float(struct.unpack(form, data)[0]) if form else 0.0


def text(source: Source, element: Element | None) -> bytes:
    """Return a short text without its padding, empty for an element that is not there."""
    return _value(source, element, 64).rstrip(b"\x00") if element else b""


def _value(source: Source, element: Element, longest: int) -> bytes:
    size = element.end - element.start
    if size > longest:
        raise MediaError("the WebM has a value of an impossible length")
    return source.exactly(element.start, size)
