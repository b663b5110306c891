"""The boxes that MP4, QuickTime and AVIF are made of.

ISO/IEC 14496-12: https://www.iso.org/standard/83102.html
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.reader import BoundedReader

_SMALLEST_BOX = 8  # bytes; QuickTime pads with less
_SIZE_TO_THE_END, _SIZE_IS_64_BIT = 0, 1  # special values of a box's size


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box: its four-character kind, and the offsets of its content in bytes."""

    kind: bytes
    start: int
    end: int


FILE = Box(kind=b"", start=0, end=FAR)
"""Stands for the whole file, whose end is not known."""


def iter_boxes(source: BoundedReader, parent: Box, *, skip: int = 0) -> Iterator[Box]:
    """Yield the boxes in a box, after its first `skip` bytes.

    Raises:
        MediaError: A box is larger than what holds it, or the file ends in the middle.
    """
    at = parent.start + skip
    while parent.end - at >= _SMALLEST_BOX and not source.is_end(at, parent.end):
        box = _read_box(source, at, parent.end)
        yield box
        at = box.end


def _read_box(source: BoundedReader, at: int, end: int) -> Box:
    size, kind = struct.unpack(">L4s", source.read_exactly(at, _SMALLEST_BOX))
    header = _SMALLEST_BOX
    if size == _SIZE_IS_64_BIT:
        header, size = 16, int.from_bytes(source.read_exactly(at + 8, 8), "big")
    elif size == _SIZE_TO_THE_END:
        size = end - at
    if size < header or at + size > end:
        raise MediaError("the file has a box of an impossible size")
    return Box(kind=kind, start=at + header, end=at + size)


def find_box(source: BoundedReader, parent: Box, *path: bytes, skip: int = 0) -> Box | None:
    """Return the first box at the end of a path of kinds, or None.

    `skip` counts for the first step only.
    """
    for kind in path:
        inner = iter_boxes(source, parent, skip=skip)
        child = next((box for box in inner if box.kind == kind), None)
        if child is None:
            return None
        parent, skip = child, 0
    return parent


def read_content(source: BoundedReader, box: Box, length: int | None = None) -> bytes:
    """Return the first `length` bytes in a box, or all of them.

    Raises:
        MediaError: The box is shorter, the file ends in it, or it is over 64 KiB.
    """
    size = box.end - box.start
    if length is not None and length > size:
        raise MediaError("the file has a box that is too short")
    return source.read_exactly(box.start, size if length is None else length)


VISUAL_ENTRY_HEADER = 78
"""Bytes of a visual sample entry before the boxes in it."""


def find_track(source: BoundedReader, movie: Box, kind: bytes) -> Box | None:
    """Return the first track of a kind: `vide`, `pict`, `auxv`; or None."""
    for track in iter_boxes(source, movie):
        handler = find_box(source, track, b"mdia", b"hdlr") if track.kind == b"trak" else None
        if handler and read_content(source, handler, 12)[8:] == kind:
            return track
    return None


def find_sample_entry(source: BoundedReader, track: Box) -> Box | None:
    """Return the first sample entry of a track, which names its codec, or None."""
    table = find_box(source, track, b"mdia", b"minf", b"stbl", b"stsd")
    return next(iter_boxes(source, table, skip=8), None) if table else None


def read_track_header(source: BoundedReader, header: Box) -> tuple[tuple[int, ...], float, float]:
    """Return what a `tkhd` says: the nine numbers of the matrix, width and height in px."""
    matrix_at = 52 if read_content(source, header, 1)[0] else 40
    *matrix, width, height = struct.unpack(
        ">9l2L", read_content(source, header, matrix_at + 44)[matrix_at:]
    )
    return tuple(matrix), width / 65536, height / 65536
