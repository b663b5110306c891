"""Size, codec, transparency and duration of WebM, which is made of EBML elements.

Browsers play Matroska by the same rules, whatever its name (Chromium 156, Firefox 153).

EBML: https://www.rfc-editor.org/rfc/rfc8794
Matroska: https://www.rfc-editor.org/rfc/rfc9559
WebM: https://www.webmproject.org/docs/container/
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR, MediaInfo, stretch, to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.reader import BoundedReader

SEGMENT, CLUSTER = 0x18538067, 0x1F43B675

_MAY_HAVE_UNKNOWN_SIZE = {SEGMENT, CLUSTER}  # as live streams have
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


def iter_elements(source: BoundedReader, parent: Element) -> Iterator[Element]:
    """Yield the elements in an element.

    Raises:
        MediaError: An element is larger than what holds it, or of unknown size where that
            is not allowed, or the file ends in the middle.
    """
    at = parent.start
    while not source.is_end(at, parent.end):
        head = source.read_up_to(at, _LONGEST_ID + _LONGEST_SIZE)
        element = _parse_element(head, at, parent.end)
        yield element
        at = element.end


def _parse_element(head: bytes, at: int, end: int) -> Element:
    id_length = _number_length(head, _LONGEST_ID)
    number = int.from_bytes(head[:id_length], "big")
    size_length = _number_length(head[id_length:], _LONGEST_SIZE)
    start = at + id_length + size_length
    mask = (1 << 7 * size_length) - 1
    size = int.from_bytes(head[id_length : id_length + size_length], "big") & mask
    if size == mask:  # all bits set: of unknown size
        size = end - start if number in _MAY_HAVE_UNKNOWN_SIZE else FAR
    if size < 0 or start + size > end:
        raise MediaError("the WebM has an element of an impossible size")
    return Element(id=number, start=start, end=start + size)


def _number_length(data: bytes, longest: int) -> int:
    """Return how many bytes a number takes: one more than it has leading zero bits."""
    length = 9 - data[0].bit_length() if data else 9
    if length > min(longest, len(data)):
        raise MediaError("the WebM is damaged, or ends before its size")
    return length


def read_uint(source: BoundedReader, element: Element | None, default: int = 0) -> int:
    """Return an unsigned number, or the default for an element that is not there."""
    if element is None:
        return default
    return int.from_bytes(_read_value(source, element, 8), "big")


def read_float(source: BoundedReader, element: Element | None) -> float:
    """Return a floating point number, 0.0 for an element that is not there."""
    data = _read_value(source, element, 8) if element else b""
    layout = {4: ">f", 8: ">d"}.get(len(data))
    return float(struct.unpack(layout, data)[0]) if layout else 0.0


def read_text(source: BoundedReader, element: Element | None) -> bytes:
    """Return a short text without its padding, empty for an element that is not there."""
    return _read_value(source, element, 64).rstrip(b"\x00") if element else b""


def _read_value(source: BoundedReader, element: Element, longest: int) -> bytes:
    size = element.end - element.start
    if size > longest:
        raise MediaError("the WebM has a value of an impossible length")
    return source.read_exactly(element.start, size)


_EBML_HEADER, _DOC_TYPE = 0x1A45DFA3, 0x4282
_INFO, _TIMECODE_SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK_ENTRY, _TRACK_TYPE, _CODEC_ID = 0x1654AE6B, 0xAE, 0x83, 0x86
_VIDEO, _ALPHA_MODE = 0xE0, 0x53C0
_PIXEL_SIZE, _DISPLAY_SIZE, _DISPLAY_UNIT = (0xB0, 0xBA), (0x54B0, 0x54BA), 0x54B2
_CROPS = ((0x54CC, 0x54DD), (0x54BB, 0x54AA))  # left and right, top and bottom
_UNKNOWN_UNIT = 4  # a value of _DISPLAY_UNIT; any other one tells an aspect ratio
_PROJECTION, _PROJECTION_TYPE, _YAW, _PITCH, _ROLL = 0x7670, 0x7671, 0x7673, 0x7674, 0x7675
_DOC_TYPES = {b"webm", b"matroska"}
_VIDEO_TRACK = 1  # a value of _TRACK_TYPE
_MILLISECOND = 1_000_000  # ns, the default of _TIMECODE_SCALE
_CODECS = {b"V_VP9": "vp9", b"V_VP8": "vp8", b"V_AV1": "av1"}

_Fields = dict[int, "Element"]


def read_webm(source: BoundedReader) -> MediaInfo:
    """Read a WebM; with `AlphaMode`, each frame carries a second one with its transparency."""
    parts = _find_parts(source, _find_segment(source))
    track = _find_video_track(source, parts[_TRACKS])
    video = _fields(source, track.get(_VIDEO))
    width, height = _read_size(source, video)
    return MediaInfo(
        type="video/webm",
        width=width,
        height=height,
        alpha=bool(read_uint(source, video.get(_ALPHA_MODE))),
        duration=_read_duration(source, _fields(source, parts.get(_INFO))),
        codec=_CODECS.get(read_text(source, track.get(_CODEC_ID)), ""),
    )


def _find_segment(source: BoundedReader) -> Element:
    for element in iter_elements(source, FILE):
        if element.id == SEGMENT:
            return element
        if element.id == _EBML_HEADER:
            doc_type = _fields(source, element).get(_DOC_TYPE)
            if read_text(source, doc_type) not in _DOC_TYPES:
                raise MediaError("the file says of itself that it is not WebM")
    raise MediaError("the WebM has no segment")


def _find_parts(source: BoundedReader, segment: Element) -> _Fields:
    """Return the segment's description, without walking through the frames after it."""
    parts: _Fields = {}
    for element in iter_elements(source, segment):
        if element.id == CLUSTER and _TRACKS in parts:
            break
        parts.setdefault(element.id, element)
        if _INFO in parts and _TRACKS in parts:
            break
    if _TRACKS not in parts:
        raise MediaError("the WebM has no tracks")
    return parts


def _find_video_track(source: BoundedReader, tracks: Element) -> _Fields:
    for entry in iter_elements(source, tracks):
        fields = _fields(source, entry) if entry.id == _TRACK_ENTRY else {}
        if read_uint(source, fields.get(_TRACK_TYPE)) == _VIDEO_TRACK:
            return fields
    raise MediaError("the WebM has no video track")


def _fields(source: BoundedReader, parent: Element | None) -> _Fields:
    return {e.id: e for e in iter_elements(source, parent)} if parent else {}


def _read_size(source: BoundedReader, video: _Fields) -> tuple[int, int]:
    """Return the size as shown: the frames', with wide pixels and a turn applied.

    Chromium and Firefox crop no frame, but take what is cropped out of a pixel's shape.
    """
    width, height = (read_uint(source, video.get(field)) for field in _PIXEL_SIZE)
    if read_uint(source, video.get(_DISPLAY_UNIT)) != _UNKNOWN_UNIT:
        crops = (sum(read_uint(source, video.get(field)) for field in pair) for pair in _CROPS)
        frame = [px - crop for px, crop in zip((width, height), crops, strict=True)]
        display = [read_uint(source, video.get(field)) for field in _DISPLAY_SIZE]
        across, down = (d or px for d, px in zip(display, frame, strict=True))
        if min(*frame, across, down) > 0:
            width, height = stretch(width, height, across * frame[1] / (down * frame[0]))
    return (height, width) if _is_quarter_turn(source, video) else (width, height)


def _is_quarter_turn(source: BoundedReader, video: _Fields) -> bool:
    """Tell whether a video is turned by 90 degrees, as Chromium does; Firefox 153 does not."""
    projection = _fields(source, video.get(_PROJECTION))
    yaw, pitch, roll = (read_float(source, projection.get(axis)) for axis in (_YAW, _PITCH, _ROLL))
    is_flat = read_uint(source, projection.get(_PROJECTION_TYPE)) == 0
    return is_flat and pitch == 0 and yaw in {-180, 0, 180} and roll % 180 == 90  # noqa: PLR2004 - degrees


def _read_duration(source: BoundedReader, info: _Fields) -> float | None:
    scale = read_uint(source, info.get(_TIMECODE_SCALE), _MILLISECOND)
    return to_seconds(read_float(source, info.get(_DURATION)) * scale, 1_000_000_000)
