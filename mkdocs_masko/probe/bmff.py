"""The boxes that MP4, QuickTime and AVIF are made of (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR, MediaInfo, image, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.reader import BoundedReader

_SMALLEST = 8  # bytes of a box; QuickTime pads with less
_TO_THE_END, _LONG = 0, 1  # special values of a box's size


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box: its four-character kind, and the offsets of its content in bytes."""

    kind: bytes
    start: int
    end: int


FILE = Box(kind=b"", start=0, end=FAR)
"""Stands for the whole file, whose end is not known."""


def boxes(source: BoundedReader, parent: Box, *, skip: int = 0) -> Iterator[Box]:
    """Give the boxes in a box, after its first `skip` bytes.

    Raises:
        MediaError: A box is larger than what holds it, or the file ends in the middle.
    """
    at = parent.start + skip
    while parent.end - at >= _SMALLEST and not source.ends(at, parent.end):
        box = _box(source, at, parent.end)
        yield box
        at = box.end


def _box(source: BoundedReader, at: int, end: int) -> Box:
    size, kind = struct.unpack(">L4s", source.exactly(at, _SMALLEST))
    header = _SMALLEST
    if size == _LONG:
        header, size = 16, int.from_bytes(source.exactly(at + 8, 8), "big")
    elif size == _TO_THE_END:
        size = end - at
    if size < header or at + size > end:
        raise MediaError("the file has a box of an impossible size")
    return Box(kind=kind, start=at + header, end=at + size)


def find(source: BoundedReader, parent: Box, *path: bytes, skip: int = 0) -> Box | None:
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


def content(source: BoundedReader, box: Box, length: int | None = None) -> bytes:
    """Return the first `length` bytes in a box, or all of them.

    Raises:
        MediaError: The box is shorter, the file ends in it, or it is over 64 KiB.
    """
    size = box.end - box.start
    if length is not None and length > size:
        raise MediaError("the file has a box that is too short")
    return source.exactly(box.start, size if length is None else length)


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


def mp4(mime: str, source: BoundedReader) -> MediaInfo:
    """Read a video whose brand told its type already."""
    movie = find(source, FILE, b"moov")
    if movie is None:
        raise MediaError("the video has no 'moov' box, which tells its size")
    track = _video_track(source, movie)
    entry = _sample_entry(source, track)
    width, height = _size(source, track, entry)
    codec = _CODECS.get(entry.kind, "")
    return MediaInfo(
        type=mime,
        width=width,
        height=height,
        alpha=_alpha(source, entry, codec),
        duration=_duration(source, movie, track),
        codec=codec,
        codecs=_codecs(source, entry) if entry.kind == b"avc1" else "",
    )


def _video_track(source: BoundedReader, movie: Box) -> Box:
    for track in boxes(source, movie):
        handler = find(source, track, b"mdia", b"hdlr") if track.kind == b"trak" else None
        if handler and content(source, handler, 12)[8:] == b"vide":
            return track
    raise MediaError("the file has no video track")


def _sample_entry(source: BoundedReader, track: Box) -> Box:
    table = find(source, track, b"mdia", b"minf", b"stbl", b"stsd")
    entry = next(boxes(source, table, skip=8), None) if table else None
    if entry is None:
        raise MediaError("the video does not tell its codec")
    return entry


def _size(source: BoundedReader, track: Box, entry: Box) -> tuple[int, int]:
    header = find(source, track, b"tkhd")
    shown = _shown_size(source, header) if header else (0, 0)
    if all(shown):
        return shown
    width, height = struct.unpack(">HH", content(source, entry, 28)[24:])
    return width, height


def _shown_size(source: BoundedReader, header: Box) -> tuple[int, int]:
    matrix_at = 52 if content(source, header, 1)[0] else 40
    *matrix, width, height = struct.unpack(
        ">9l2L", content(source, header, matrix_at + 44)[matrix_at:]
    )
    px = (round(width / 65536), round(height / 65536))
    quarter_turn = matrix[0] == matrix[4] == 0 and matrix[1] and matrix[3]
    return (px[1], px[0]) if quarter_turn else px


def _alpha(source: BoundedReader, entry: Box, codec: str) -> bool | None:
    if codec in _NEVER_CLEAR:
        return False
    if codec not in {"hvc1", "hev1"}:
        return None
    record = find(source, entry, b"hvcC", skip=_ENTRY_HEADER)
    return has_alpha(content(source, record)) if record else None


def _codecs(source: BoundedReader, entry: Box) -> str:
    """Return the codec string of H.264: profile, constraints and level (RFC 6381, 3.3)."""
    record = find(source, entry, b"avcC", skip=_ENTRY_HEADER)
    return f"avc1.{content(source, record, 4)[1:].hex().upper()}" if record else ""


def _duration(source: BoundedReader, movie: Box, track: Box) -> float | None:
    headers = (find(source, movie, b"mvhd"), find(source, track, b"mdia", b"mdhd"))
    clocks = [_clock(source, header) for header in headers if header]
    told = next((s for units, scale in clocks if (s := seconds(units, scale))), None)
    if told is not None or not clocks:
        return told
    fragments = find(source, movie, b"mvex", b"mehd")
    return seconds(_long_or_short(source, fragments), clocks[0][1]) if fragments else None


def _clock(source: BoundedReader, header: Box) -> tuple[int, int]:
    """Return duration and units per second; 0 for a duration that is not known."""
    if content(source, header, 1)[0]:
        scale, units = struct.unpack(">LQ", content(source, header, 32)[20:])
        return (0 if units == 2**64 - 1 else units), scale
    scale, units = struct.unpack(">LL", content(source, header, 20)[12:])
    return (0 if units == 2**32 - 1 else units), scale


def _long_or_short(source: BoundedReader, box: Box) -> int:
    size = 8 if content(source, box, 1)[0] else 4
    return int.from_bytes(content(source, box, 4 + size)[4:], "big")


_SPS, _PPS, _PREFIX_SEI = 33, 34, 39
_ALPHA_CHANNEL_INFO = 165
_FIXED = 23  # bytes of the record before its arrays


def has_alpha(record: bytes) -> bool | None:
    """Tell whether a configuration record announces an alpha layer.

    Returns:
        None when the record holds no parameter sets, which are then in the stream itself.

    Raises:
        MediaError: The record ends before what it lists.
    """
    layers: set[tuple[int, int]] = set()
    announced = False
    for unit in _units(record):
        kind, layer = unit[0] >> 1 & 0x3F, (unit[0] & 1) << 5 | unit[1] >> 3
        layers.add((kind, layer))
        announced = announced or (kind == _PREFIX_SEI and _announces_alpha(unit[2:]))
    if (_SPS, 0) not in layers:
        return None
    return announced and {(_SPS, 1), (_PPS, 1)} <= layers


def _units(record: bytes) -> Iterator[bytes]:
    at = _FIXED
    for _ in range(_number(record, at - 1, 1)):
        count = _number(record, at + 1, 2)
        at += 3
        for _ in range(count):
            size = _number(record, at, 2)
            unit = record[at + 2 : at + 2 + size]
            if len(unit) < max(size, 2):
                raise MediaError("the video's codec configuration is damaged")
            yield unit
            at += 2 + size


def _number(record: bytes, at: int, size: int) -> int:
    if len(record) < at + size:
        raise MediaError("the video's codec configuration breaks off")
    return int.from_bytes(record[at : at + size], "big")


def _announces_alpha(data: bytes) -> bool:
    data = data.replace(b"\x00\x00\x03", b"\x00\x00")  # undoes emulation prevention
    at = 0
    while len(data) - at > 2:  # noqa: PLR2004 - less is the trailing bits
        kind, at = _stretched(data, at)
        size, at = _stretched(data, at)
        if kind == _ALPHA_CHANNEL_INFO:
            cancels = data[at : at + 1] >= b"\x80"
            return not cancels
        at += size
    return False


def _stretched(data: bytes, at: int) -> tuple[int, int]:
    """Read a number written as a run of 255 and a last byte."""
    last = at
    while data[last : last + 1] == b"\xff":
        last += 1
    return 255 * (last - at) + int.from_bytes(data[last : last + 1], "big"), last + 1


_ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00",
    b"urn:mpeg:hevc:2015:auxid:1\x00",
)


def avif(source: BoundedReader) -> MediaInfo:
    """Read an AVIF, still or animated; an auxiliary alpha picture makes it transparent."""
    meta = find(source, FILE, b"meta")
    shared = find(source, meta, b"iprp", b"ipco", skip=4) if meta else None
    if meta is None or shared is None:
        raise MediaError("the AVIF does not list its properties")
    properties = list(boxes(source, shared))
    own = [properties[i] for i in _primary_indices(source, meta) if i < len(properties)]
    size = _largest(source, own) or _largest(source, properties)
    if size is None:
        raise MediaError("the AVIF does not tell its size")
    rotated = any(box.kind == b"irot" and content(source, box, 1)[0] & 1 for box in own)
    alpha = any(_means_alpha(source, box) for box in properties)
    return image("image/avif", size[::-1] if rotated else size, alpha=alpha)


def _largest(source: BoundedReader, properties: list[Box]) -> tuple[int, int] | None:
    extents = (content(source, box, 12)[4:] for box in properties if box.kind == b"ispe")
    sizes = [(w, h) for w, h in (struct.unpack(">LL", extent) for extent in extents)]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _means_alpha(source: BoundedReader, box: Box) -> bool:
    if box.kind != b"auxC":
        return False
    length = min(box.end - box.start, 4 + len(_ALPHA[0]))
    return content(source, box, length)[4:].startswith(_ALPHA)


def _primary_indices(source: BoundedReader, meta: Box) -> list[int]:
    """Return which of the shared properties, counted from 0, the shown picture has."""
    primary = find(source, meta, b"pitm", skip=4)
    links = find(source, meta, b"iprp", b"ipma", skip=4)
    if primary is None or links is None:
        return []
    width = 4 if content(source, primary, 1)[0] else 2
    number = content(source, primary, 4 + width)[4:]
    return _linked(content(source, links), int.from_bytes(number, "big"))


def _linked(table: bytes, number: int) -> list[int]:
    version, flags, count = struct.unpack_from(">BxxBL", table.ljust(8, b"\x00"))
    item_width, link_width = (4 if version else 2), (2 if flags & 1 else 1)
    at = 8
    for _ in range(min(count, len(table))):
        item = int.from_bytes(table[at : at + item_width], "big")
        first = at + item_width + 1
        at = first + link_width * int.from_bytes(table[first - 1 : first], "big")
        if item == number:
            essential = 1 << (8 * link_width - 1)
            links = (table[i : i + link_width] for i in range(first, at, link_width))
            found = (int.from_bytes(link, "big") & ~essential for link in links)
            return [index - 1 for index in found if index]
    return []
