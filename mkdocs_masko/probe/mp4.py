"""Size, codec, transparency and duration of MP4 and QuickTime videos.

Layouts: ISO/IEC 14496-12, and Apple's QuickTime File Format for `.mov`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import hevc
from mkdocs_masko.probe.bmff import FILE, boxes, content, find
from mkdocs_masko.probe.facts import Facts, seconds

if TYPE_CHECKING:
    from mkdocs_masko.probe.bmff import Box
    from mkdocs_masko.probe.reader import Source

_CODECS = {
    b"hvc1": "hvc1",
    b"hev1": "hev1",
    b"avc1": "avc1",
    b"avc3": "avc1",
    b"vp09": "vp9",
    b"vp08": "vp8",
    b"av01": "av1",
    **dict.fromkeys((b"apco", b"apcs", b"apcn", b"apch", b"ap4h", b"ap4x"), "prores"),
}
_NEVER_CLEAR = {"avc1", "vp9", "vp8", "av1"}  # in this container
_ENTRY_HEADER = 78  # bytes of a visual sample entry before the boxes in it


def mp4(mime: str, source: Source) -> Facts:
    """Read a video whose brand told its type already."""
    movie = find(source, FILE, b"moov")
    if movie is None:
        raise MediaError("the video has no 'moov' box, which tells its size")
    track = _video_track(source, movie)
    entry = _sample_entry(source, track)
    width, height = _size(source, track, entry)
    codec = _CODECS.get(entry.kind, "")
    return Facts(
        type=mime,
        width=width,
        height=height,
        alpha=_alpha(source, entry, codec),
        duration=_duration(source, movie, track),
        codec=codec,
        codecs=_codecs(source, entry) if entry.kind == b"avc1" else "",
    )


def _video_track(source: Source, movie: Box) -> Box:
    for track in boxes(source, movie):
        handler = find(source, track, b"mdia", b"hdlr") if track.kind == b"trak" else None
        if handler and content(source, handler, 12)[8:] == b"vide":
            return track
    raise MediaError("the file has no video track")


def _sample_entry(source: Source, track: Box) -> Box:
    table = find(source, track, b"mdia", b"minf", b"stbl", b"stsd")
    entry = next(boxes(source, table, skip=8), None) if table else None
    if entry is None:
        raise MediaError("the video does not tell its codec")
    return entry


def _size(source: Source, track: Box, entry: Box) -> tuple[int, int]:
    header = find(source, track, b"tkhd")
    shown = _shown_size(source, header) if header else (0, 0)
    if all(shown):
        return shown
    width, height = struct.unpack(">HH", content(source, entry, 28)[24:])
    return width, height


def _shown_size(source: Source, header: Box) -> tuple[int, int]:
    matrix_at = 52 if content(source, header, 1)[0] else 40
    *matrix, width, height = struct.unpack(
        ">9l2L", content(source, header, matrix_at + 44)[matrix_at:]
    )
    px = (round(width / 65536), round(height / 65536))
    quarter_turn = matrix[0] == matrix[4] == 0 and matrix[1] and matrix[3]
    return (px[1], px[0]) if quarter_turn else px


def _alpha(source: Source, entry: Box, codec: str) -> bool | None:
    if codec in _NEVER_CLEAR:
        return False
    if codec not in {"hvc1", "hev1"}:
        return None
    record = find(source, entry, b"hvcC", skip=_ENTRY_HEADER)
    return hevc.has_alpha(content(source, record)) if record else None


def _codecs(source: Source, entry: Box) -> str:
    """Return the codec string of H.264: profile, constraints and level (RFC 6381, 3.3)."""
    record = find(source, entry, b"avcC", skip=_ENTRY_HEADER)
    return f"avc1.{content(source, record, 4)[1:].hex().upper()}" if record else ""


def _duration(source: Source, movie: Box, track: Box) -> float | None:
    headers = (find(source, movie, b"mvhd"), find(source, track, b"mdia", b"mdhd"))
    clocks = [_clock(source, header) for header in headers if header]
    told = next((s for units, scale in clocks if (s := seconds(units, scale))), None)
    if told is not None or not clocks:
        return told
    fragments = find(source, movie, b"mvex", b"mehd")
    return seconds(_long_or_short(source, fragments), clocks[0][1]) if fragments else None


def _clock(source: Source, header: Box) -> tuple[int, int]:
    """Return duration and units per second; 0 for a duration that is not known."""
    if content(source, header, 1)[0]:
        scale, units = struct.unpack(">LQ", content(source, header, 32)[20:])
        return (0 if units == 2**64 - 1 else units), scale
    scale, units = struct.unpack(">LL", content(source, header, 20)[12:])
    return (0 if units == 2**32 - 1 else units), scale


def _long_or_short(source: Source, box: Box) -> int:
    size = 8 if content(source, box, 1)[0] else 4
    return int.from_bytes(content(source, box, 4 + size)[4:], "big")
