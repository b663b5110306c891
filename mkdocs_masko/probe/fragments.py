"""How long the fragments of an MP4 last, which follow its header one by one.

ISO/IEC 14496-12, 8.8: https://www.iso.org/standard/83102.html
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.bmff import FILE, find_box, iter_boxes, read_content

if TYPE_CHECKING:
    from mkdocs_masko.probe.bmff import Box
    from mkdocs_masko.probe.reader import BoundedReader

# Flags of `tfhd` and `trun`, and the bytes of what they announce.
_FRAGMENT_DURATION = 0x08
_BEFORE_FRAGMENT_DURATION = {0x01: 8, 0x02: 4}
_BEFORE_SAMPLES = {0x01: 4, 0x04: 4}
_SAMPLE_DURATION = 0x100
_SAMPLE_FIELDS = {_SAMPLE_DURATION: 4, 0x200: 4, 0x400: 4, 0x800: 4}


def read_fragments(source: BoundedReader, track: Box, extends: Box) -> list[int] | None:
    """Return how long each fragment of a track lasts, in units of the track.

    Args:
        source: The file.
        track: The track's box.
        extends: The movie's `mvex` box, which holds the defaults.

    Returns:
        None where they lie too far apart to read them all.

    Raises:
        MediaError: The file ends in the middle of one.
    """
    try:
        number = _read_track_number(source, track)
        default = _read_default(source, extends, number)
        fragments = [box for box in iter_boxes(source, FILE) if box.kind == b"moof"]
        return [_read_fragment(source, box, number, default) for box in fragments]
    except MediaError:
        if source.is_spent:
            return None
        raise


def _read_track_number(source: BoundedReader, track: Box) -> int:
    header = find_box(source, track, b"tkhd")
    if header is None:
        return 1
    at = 20 if read_content(source, header, 1)[0] else 12
    return int.from_bytes(read_content(source, header, at + 4)[at:], "big")


def _read_default(source: BoundedReader, extends: Box, number: int) -> int:
    for box in iter_boxes(source, extends):
        if box.kind == b"trex":
            track, _, duration = struct.unpack(">3L", read_content(source, box, 16)[4:])
            if track == number:
                return int(duration)
    return 0


def _read_fragment(source: BoundedReader, fragment: Box, number: int, default: int) -> int:
    units = 0
    for part in iter_boxes(source, fragment):
        header = find_box(source, part, b"tfhd") if part.kind == b"traf" else None
        if header is None:
            continue
        flags, track = struct.unpack(">LL", read_content(source, header, 8))
        if track != number:
            continue
        each = default
        if flags & _FRAGMENT_DURATION:
            at = 8 + _count_bytes(flags, _BEFORE_FRAGMENT_DURATION)
            each = int.from_bytes(read_content(source, header, at + 4)[at:], "big")
        runs = (box for box in iter_boxes(source, part) if box.kind == b"trun")
        units += sum(_read_run(source, run, each) for run in runs)
    return units


def _read_run(source: BoundedReader, run: Box, each: int) -> int:
    flags, samples = struct.unpack(">LL", read_content(source, run, 8))
    if not flags & _SAMPLE_DURATION:
        return int(samples) * each
    start, size = 8 + _count_bytes(flags, _BEFORE_SAMPLES), _count_bytes(flags, _SAMPLE_FIELDS)
    rows = read_content(source, run, start + samples * size)[start:]
    return sum(struct.unpack_from(">L", rows, at)[0] for at in range(0, len(rows), size))


def _count_bytes(flags: int, fields: dict[int, int]) -> int:
    return sum(size for flag, size in fields.items() if flags & flag)
