"""The boxes that MP4, QuickTime and AVIF are made of (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.reader import Source

_SMALLEST = 8  # bytes of a box; QuickTime pads with less
_TO_THE_END, _LONG = 0, 1  # special values of a box's size


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box: its four-character kind, and the offsets of its content in bytes."""

    kind: bytes
    start: int
    end: int


FILE = Box(kind=b"", start=0, end=FAR)
"""Stands for the whole file, whose end is not known."""


def boxes(source: Source, parent: Box, *, skip: int = 0) -> Iterator[Box]:
    """Give the boxes in a box, after its first `skip` bytes.

    Raises:
        MediaError: A box is larger than what holds it, or the file ends in the middle.
    """
    at = parent.start + skip
    while parent.end - at >= _SMALLEST and not source.ends(at, parent.end):
        box = _box(source, at, parent.end)
        yield box
        at = box.end


def _box(source: Source, at: int, end: int) -> Box:
    size, kind = struct.unpack(">L4s", source.exactly(at, _SMALLEST))
    header = _SMALLEST
    if size == _LONG:
        header, size = 16, int.from_bytes(source.exactly(at + 8, 8), "big")
    elif size == _TO_THE_END:
        size = end - at
    if size < header or at + size > end:
        raise MediaError("the file has a box of an impossible size")
    return Box(kind=kind, start=at + header, end=at + size)


def find(source: Source, parent: Box, *path: bytes, skip: int = 0) -> Box | None:
    """Return the first box at the end of a path of kinds, or None.

    `skip` counts for the first step only.
    """
    for kind in path:
        inner = boxes(source, parent, skip=skip)
        found = next((box for box in inner if box.kind == kind), None)
        if found is None:
            return None
        parent, skip = found, 0
    return parent


def content(source: Source, box: Box, length: int | None = None) -> bytes:
    """Return the first `length` bytes in a box, or all of them.

    Raises:
        MediaError: The box is shorter, the file ends in it, or it is over 64 KiB.
    """
    size = box.end - box.start
    if length is not None and length > size:
        raise MediaError("the file has a box that is too short")
    return source.exactly(box.start, size if length is None else length)
