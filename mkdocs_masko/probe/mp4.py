"""Size, codec, transparency and duration of MP4 and QuickTime videos.

ISO/IEC 14496-12: https://www.iso.org/standard/83102.html
QuickTime: https://developer.apple.com/documentation/quicktime-file-format
H.264 and HEVC in boxes: ISO/IEC 14496-15
HEVC's alpha layer: https://www.itu.int/rec/T-REC-H.265, F.14
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.bmff import (
    FILE,
    VISUAL_ENTRY_HEADER,
    find_box,
    find_sample_entry,
    find_track,
    read_content,
    read_track_header,
)
from mkdocs_masko.probe.fragments import read_fragments
from mkdocs_masko.probe.reader import MediaInfo, stretch, to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.bmff import Box
    from mkdocs_masko.probe.reader import BoundedReader

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


def read_mp4(mime: str, source: BoundedReader) -> MediaInfo:
    """Read a video whose MIME type is known from its brand."""
    movie = find_box(source, FILE, b"moov")
    if movie is None:
        raise MediaError("the video has no 'moov' box")
    track = find_track(source, movie, b"vide")
    if track is None:
        raise MediaError("the file has no video track")
    entry = find_sample_entry(source, track)
    if entry is None:
        raise MediaError("the video has no sample entry, which names its codec")
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


def _read_size(source: BoundedReader, track: Box, entry: Box) -> tuple[int, int]:
    """Return the size as shown: the frames', with wide pixels and a turn applied.

    The size in the track's header says nothing but the shape of a pixel, and that only where no
    `pasp` box does.
    """
    width, height = struct.unpack(">HH", read_content(source, entry, 28)[24:])
    header = find_box(source, track, b"tkhd")
    if header is None or not (width and height):
        return width, height
    matrix, *track_size = read_track_header(source, header)
    across, down = map(round, track_size)
    track_ratio = across * height / (down * width) if across and down else 1
    size = stretch(width, height, _read_pixel_ratio(source, entry) or track_ratio)
    return size[::-1] if _is_quarter_turn(matrix) else size


def _is_quarter_turn(matrix: tuple[int, ...]) -> bool:
    """Tell whether a matrix {a, b, u, c, d, v, x, y, w} turns by 90 degrees: b and c alone."""
    return matrix[0] == matrix[4] == 0 and bool(matrix[1] and matrix[3])


def _read_pixel_ratio(source: BoundedReader, entry: Box) -> float:
    """Return how many times as wide as high a pixel is, or 0 where no `pasp` box says it."""
    box = find_box(source, entry, b"pasp", skip=VISUAL_ENTRY_HEADER)
    across, down = struct.unpack(">LL", read_content(source, box, 8)) if box else (0, 0)
    return across / down if down else 0


def _read_alpha(source: BoundedReader, entry: Box, codec: str) -> bool | None:
    if codec in _NEVER_TRANSPARENT:
        return False
    if codec not in {"hvc1", "hev1"}:
        return None
    record = find_box(source, entry, b"hvcC", skip=VISUAL_ENTRY_HEADER)
    return has_alpha_layer(read_content(source, record)) if record else None


# A NAL unit behind a start code, of type 7, a sequence parameter set: H.264, table 7-1 and annex B
_ANNEX_B_SPS = re.compile(rb"\x00\x00\x01[\x07\x27\x47\x67](.{3})", re.DOTALL)
_RECORD_SPS = re.compile(rb"\x01(.{3})", re.DOTALL)


def _codec_string(source: BoundedReader, entry: Box) -> str:
    """Return the codec string of H.264: profile, constraints and level (RFC 6381, 3.3).

    Some muxers put parameter sets as of annex B in the place of the record; Chromium plays that.
    """
    box = find_box(source, entry, b"avcC", skip=VISUAL_ENTRY_HEADER)
    record = read_content(source, box) if box else b""
    match = _RECORD_SPS.match(record) or _ANNEX_B_SPS.search(record)
    return f"avc1.{match[1].hex().upper()}" if match else ""


def _read_duration(source: BoundedReader, movie: Box, track: Box) -> float | None:
    headers = (find_box(source, movie, b"mvhd"), find_box(source, track, b"mdia", b"mdhd"))
    clocks = [_read_clock(source, header) for header in headers if header]
    extends = find_box(source, movie, b"mvex")
    if extends and clocks:
        # The headers of a fragmented file are no more than what its first part says.
        movie_scale, (track_units, track_scale) = clocks[0][1], clocks[-1]
        total = find_box(source, extends, b"mehd")
        if total:
            return to_seconds(_read_version_sized(source, total), movie_scale)
        durations = read_fragments(source, track, extends)
        if durations is None:
            return None
        if not durations and not track_units:
            raise MediaError("the video ends before its first fragment")
        return to_seconds(sum(durations) + track_units, track_scale)
    return next((s for units, scale in clocks if (s := to_seconds(units, scale))), None)


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
