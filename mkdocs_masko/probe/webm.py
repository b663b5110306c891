"""Size, codec, transparency and duration of WebM (RFC 9559 and the WebM guidelines)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import FAR, MediaInfo, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.probe.reader import BoundedReader

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


def elements(source: BoundedReader, parent: Element) -> Iterator[Element]:
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


def uint(source: BoundedReader, element: Element | None, default: int = 0) -> int:
    """Return an unsigned number, or the default for an element that is not there."""
    if element is None:
        return default
    return int.from_bytes(_value(source, element, 8), "big")


def real(source: BoundedReader, element: Element | None) -> float:
    """Return a floating point number, 0.0 for an element that is not there."""
    data = _value(source, element, 8) if element else b""
    form = {4: ">f", 8: ">d"}.get(len(data))
    return float(struct.unpack(form, data)[0]) if form else 0.0


def text(source: BoundedReader, element: Element | None) -> bytes:
    """Return a short text without its padding, empty for an element that is not there."""
    return _value(source, element, 64).rstrip(b"\x00") if element else b""


def _value(source: BoundedReader, element: Element, longest: int) -> bytes:
    size = element.end - element.start
    if size > longest:
        raise MediaError("the WebM has a value of an impossible length")
    return source.exactly(element.start, size)


_HEADER, _DOC_TYPE = 0x1A45DFA3, 0x4282
_INFO, _TIMECODE_SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK_ENTRY, _TRACK_TYPE, _CODEC_ID = 0x1654AE6B, 0xAE, 0x83, 0x86
_VIDEO, _ALPHA_MODE = 0xE0, 0x53C0
_PIXEL_SIZE, _DISPLAY_SIZE, _DISPLAY_UNIT = (0xB0, 0xBA), (0x54B0, 0x54BA), 0x54B2
_VIDEO_TRACK = 1
_MILLISECOND = 1_000_000  # ns
_CODECS = {b"V_VP9": "vp9", b"V_VP8": "vp8", b"V_AV1": "av1"}

_Fields = dict[int, "Element"]


def webm(source: BoundedReader) -> MediaInfo:
    """Read a WebM; `AlphaMode` says whether its frames carry a second, transparent picture."""
    parts = _parts(source, _segment(source))
    track = _video_track(source, parts[_TRACKS])
    video = _fields(source, track.get(_VIDEO))
    width, height = _size(source, video)
    return MediaInfo(
        type="video/webm",
        width=width,
        height=height,
        alpha=bool(uint(source, video.get(_ALPHA_MODE))),
        duration=_duration(source, _fields(source, parts.get(_INFO))),
        codec=_CODECS.get(text(source, track.get(_CODEC_ID)), ""),
    )


def _segment(source: BoundedReader) -> Element:
    for element in elements(source, FILE):
        if element.id == SEGMENT:
            return element
        if element.id == _HEADER:
            doc_type = _fields(source, element).get(_DOC_TYPE)
            if text(source, doc_type) != b"webm":
                raise MediaError("the file is Matroska, but not WebM")
    raise MediaError("the WebM holds nothing")


def _parts(source: BoundedReader, segment: Element) -> _Fields:
    """Return the segment's description, without walking through the frames after it."""
    parts: _Fields = {}
    for element in elements(source, segment):
        if element.id == CLUSTER and _TRACKS in parts:
            break
        parts.setdefault(element.id, element)
        if _INFO in parts and _TRACKS in parts:
            break
    if _TRACKS not in parts:
        raise MediaError("the WebM does not list its tracks")
    return parts


def _video_track(source: BoundedReader, tracks: Element) -> _Fields:
    for entry in elements(source, tracks):
        fields = _fields(source, entry) if entry.id == _TRACK_ENTRY else {}
        if uint(source, fields.get(_TRACK_TYPE)) == _VIDEO_TRACK:
            return fields
    raise MediaError("the WebM has no video track")


def _fields(source: BoundedReader, parent: Element | None) -> _Fields:
    return {e.id: e for e in elements(source, parent)} if parent else {}


def _size(source: BoundedReader, video: _Fields) -> tuple[int, int]:
    stored = [uint(source, video.get(field)) for field in _PIXEL_SIZE]
    if uint(source, video.get(_DISPLAY_UNIT)) == 0:
        shown = [uint(source, video.get(field)) for field in _DISPLAY_SIZE]
        stored = [s or p for s, p in zip(shown, stored, strict=True)]
    return stored[0], stored[1]


def _duration(source: BoundedReader, info: _Fields) -> float | None:
    scale = uint(source, info.get(_TIMECODE_SCALE), _MILLISECOND)
    return seconds(real(source, info.get(_DURATION)) * scale, 1_000_000_000)
