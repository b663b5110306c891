"""Size, codec, transparency and duration of MP4, QuickTime and AVIF, which are made of boxes.

Boxes: ISO/IEC 14496-12, https://www.iso.org/standard/83102.html
QuickTime: https://developer.apple.com/documentation/quicktime-file-format
HEVC in boxes: ISO/IEC 14496-15, 8.3.2; its alpha layer: https://www.itu.int/rec/T-REC-H.265, F.14
AVIF: https://aomediacodec.github.io/av1-avif/, on the items of ISO/IEC 23008-12
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR, MediaInfo, image_info, to_seconds

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


# Kinds of sample entries: https://mp4ra.org/registered-types/sampleentries
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
_NEVER_TRANSPARENT = {"avc1", "vp9", "vp8", "av1"}  # in this container
_ENTRY_HEADER = 78  # bytes of a visual sample entry before the boxes in it


def read_mp4(mime: str, source: BoundedReader) -> MediaInfo:
    """Read a video whose MIME type is known from its brand."""
    movie = find_box(source, FILE, b"moov")
    if movie is None:
        raise MediaError("the video has no 'moov' box")
    track = _find_video_track(source, movie)
    entry = _find_sample_entry(source, track)
    width, height = _read_size(source, track, entry)
    codec = _CODECS.get(entry.kind, "")
    return MediaInfo(
        type=mime,
        width=width,
        height=height,
        alpha=_read_alpha(source, entry, codec),
        duration=_read_duration(source, movie, track),
        codec=codec,
        codecs=_codec_string(source, entry) if entry.kind == b"avc1" else "",
    )


def _find_video_track(source: BoundedReader, movie: Box) -> Box:
    for track in iter_boxes(source, movie):
        handler = find_box(source, track, b"mdia", b"hdlr") if track.kind == b"trak" else None
        if handler and read_content(source, handler, 12)[8:] == b"vide":
            return track
    raise MediaError("the file has no video track")


def _find_sample_entry(source: BoundedReader, track: Box) -> Box:
    table = find_box(source, track, b"mdia", b"minf", b"stbl", b"stsd")
    entry = next(iter_boxes(source, table, skip=8), None) if table else None
    if entry is None:
        raise MediaError("the video has no sample entry, which names its codec")
    return entry


def _read_size(source: BoundedReader, track: Box, entry: Box) -> tuple[int, int]:
    header = find_box(source, track, b"tkhd")
    track_size = _read_track_size(source, header) if header else (0, 0)
    if all(track_size):
        return track_size
    width, height = struct.unpack(">HH", read_content(source, entry, 28)[24:])
    return width, height


def _read_track_size(source: BoundedReader, header: Box) -> tuple[int, int]:
    matrix_at = 52 if read_content(source, header, 1)[0] else 40
    *matrix, width, height = struct.unpack(
        ">9l2L", read_content(source, header, matrix_at + 44)[matrix_at:]
    )
    px = (round(width / 65536), round(height / 65536))
    # The matrix is {a, b, u, c, d, v, x, y, w}: a turn by 90 degrees has b and c alone.
    quarter_turn = matrix[0] == matrix[4] == 0 and matrix[1] and matrix[3]
    return (px[1], px[0]) if quarter_turn else px


def _read_alpha(source: BoundedReader, entry: Box, codec: str) -> bool | None:
    if codec in _NEVER_TRANSPARENT:
        return False
    if codec not in {"hvc1", "hev1"}:
        return None
    record = find_box(source, entry, b"hvcC", skip=_ENTRY_HEADER)
    return has_alpha_layer(read_content(source, record)) if record else None


def _codec_string(source: BoundedReader, entry: Box) -> str:
    """Return the codec string of H.264: profile, constraints and level (RFC 6381, 3.3)."""
    record = find_box(source, entry, b"avcC", skip=_ENTRY_HEADER)
    return f"avc1.{read_content(source, record, 4)[1:].hex().upper()}" if record else ""


def _read_duration(source: BoundedReader, movie: Box, track: Box) -> float | None:
    headers = (find_box(source, movie, b"mvhd"), find_box(source, track, b"mdia", b"mdhd"))
    clocks = [_read_clock(source, header) for header in headers if header]
    duration = next((s for units, scale in clocks if (s := to_seconds(units, scale))), None)
    if duration is not None or not clocks:
        return duration
    # The movie header of a fragmented file has no duration; an extra box may have it.
    fragments = find_box(source, movie, b"mvex", b"mehd")
    return to_seconds(_read_version_sized(source, fragments), clocks[0][1]) if fragments else None


def _read_clock(source: BoundedReader, header: Box) -> tuple[int, int]:
    """Return duration and units per second; 0 for a duration that is not known."""
    if read_content(source, header, 1)[0]:
        scale, units = struct.unpack(">LQ", read_content(source, header, 32)[20:])
        return (0 if units == 2**64 - 1 else units), scale
    scale, units = struct.unpack(">LL", read_content(source, header, 20)[12:])
    return (0 if units == 2**32 - 1 else units), scale


def _read_version_sized(source: BoundedReader, box: Box) -> int:
    size = 8 if read_content(source, box, 1)[0] else 4
    return int.from_bytes(read_content(source, box, 4 + size)[4:], "big")


_SPS, _PPS, _PREFIX_SEI = 33, 34, 39  # NAL unit types: H.265, table 7-1
_ALPHA_CHANNEL_INFO = 165  # payload type of the SEI message: H.265, F.14
_RECORD_HEADER = 23  # bytes of the configuration record before its arrays


def has_alpha_layer(record: bytes) -> bool | None:
    """Return whether a configuration record of HEVC announces an alpha layer.

    Returns:
        None when the record holds no parameter sets, which are then in the stream itself.

    Raises:
        MediaError: The record ends before what it lists.
    """
    layers: set[tuple[int, int]] = set()
    announced = False
    for unit in _iter_nal_units(record):
        # Header: a zero bit, 6 bits of type, 6 bits of layer, 3 bits of temporal id.
        kind, layer = unit[0] >> 1 & 0x3F, (unit[0] & 1) << 5 | unit[1] >> 3
        layers.add((kind, layer))
        announced = announced or (kind == _PREFIX_SEI and _announces_alpha(unit[2:]))
    if (_SPS, 0) not in layers:
        return None
    return announced and {(_SPS, 1), (_PPS, 1)} <= layers


def _iter_nal_units(record: bytes) -> Iterator[bytes]:
    at = _RECORD_HEADER
    for _ in range(_read_uint(record, at - 1, 1)):
        count = _read_uint(record, at + 1, 2)
        at += 3
        for _ in range(count):
            size = _read_uint(record, at, 2)
            unit = record[at + 2 : at + 2 + size]
            if len(unit) < max(size, 2):
                raise MediaError("the video's codec configuration is damaged")
            yield unit
            at += 2 + size


def _read_uint(record: bytes, at: int, size: int) -> int:
    if len(record) < at + size:
        raise MediaError("the video's codec configuration is too short")
    return int.from_bytes(record[at : at + size], "big")


def _announces_alpha(data: bytes) -> bool:
    data = data.replace(b"\x00\x00\x03", b"\x00\x00")  # undoes emulation prevention
    at = 0
    while len(data) - at > 2:  # noqa: PLR2004 - less is the trailing bits
        kind, at = _read_ff_coded(data, at)
        size, at = _read_ff_coded(data, at)
        if kind == _ALPHA_CHANNEL_INFO:
            cancels = data[at : at + 1] >= b"\x80"
            return not cancels
        at += size
    return False


def _read_ff_coded(data: bytes, at: int) -> tuple[int, int]:
    """Read a number that is coded as a run of 0xFF and a last byte (H.265, 7.3.5)."""
    last = at
    while data[last : last + 1] == b"\xff":
        last += 1
    return 255 * (last - at) + int.from_bytes(data[last : last + 1], "big"), last + 1


_AUXILIARY_ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00",
    b"urn:mpeg:hevc:2015:auxid:1\x00",
)


def read_avif(source: BoundedReader) -> MediaInfo:
    """Read an AVIF, still or animated; an auxiliary alpha image makes it transparent."""
    meta = find_box(source, FILE, b"meta")
    shared = find_box(source, meta, b"iprp", b"ipco", skip=4) if meta else None
    if meta is None or shared is None:
        raise MediaError("the AVIF has no item properties")
    properties = list(iter_boxes(source, shared))
    own = [properties[i] for i in _primary_properties(source, meta) if i < len(properties)]
    size = _largest_extent(source, own) or _largest_extent(source, properties)
    if size is None:
        raise MediaError("the AVIF has no property with its size")
    rotated = any(box.kind == b"irot" and read_content(source, box, 1)[0] & 1 for box in own)
    alpha = any(_is_alpha_property(source, box) for box in properties)
    return image_info("image/avif", size[::-1] if rotated else size, alpha=alpha)


def _largest_extent(source: BoundedReader, properties: list[Box]) -> tuple[int, int] | None:
    extents = (read_content(source, box, 12)[4:] for box in properties if box.kind == b"ispe")
    sizes = [(w, h) for w, h in (struct.unpack(">LL", extent) for extent in extents)]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _is_alpha_property(source: BoundedReader, box: Box) -> bool:
    if box.kind != b"auxC":
        return False
    length = min(box.end - box.start, 4 + len(_AUXILIARY_ALPHA[0]))
    return read_content(source, box, length)[4:].startswith(_AUXILIARY_ALPHA)


def _primary_properties(source: BoundedReader, meta: Box) -> list[int]:
    """Return which of the shared properties, counted from 0, the primary item has."""
    primary = find_box(source, meta, b"pitm", skip=4)
    links = find_box(source, meta, b"iprp", b"ipma", skip=4)
    if primary is None or links is None:
        return []
    width = 4 if read_content(source, primary, 1)[0] else 2
    number = read_content(source, primary, 4 + width)[4:]
    return _associated(read_content(source, links), int.from_bytes(number, "big"))


def _associated(table: bytes, number: int) -> list[int]:
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
            indices = (int.from_bytes(link, "big") & ~essential for link in links)
            return [index - 1 for index in indices if index]
    return []
