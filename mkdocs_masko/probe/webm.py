"""Size, codec, transparency and duration of WebM (RFC 9559 and the WebM guidelines)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.ebml import CLUSTER, FILE, SEGMENT, elements, real, text, uint
from mkdocs_masko.probe.facts import Facts, seconds

if TYPE_CHECKING:
    from mkdocs_masko.probe.ebml import Element
    from mkdocs_masko.probe.reader import Source

_HEADER, _DOC_TYPE = 0x1A45DFA3, 0x4282
_INFO, _TIMECODE_SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK_ENTRY, _TRACK_TYPE, _CODEC_ID = 0x1654AE6B, 0xAE, 0x83, 0x86
_VIDEO, _ALPHA_MODE = 0xE0, 0x53C0
_PIXEL_SIZE, _DISPLAY_SIZE, _DISPLAY_UNIT = (0xB0, 0xBA), (0x54B0, 0x54BA), 0x54B2
_VIDEO_TRACK = 1
_MILLISECOND = 1_000_000  # ns
_CODECS = {b"V_VP9": "vp9", b"V_VP8": "vp8", b"V_AV1": "av1"}

_Fields = dict[int, "Element"]


def webm(source: Source) -> Facts:
    """Read a WebM; `AlphaMode` says whether its frames carry a second, transparent picture."""
    parts = _parts(source, _segment(source))
    track = _video_track(source, parts[_TRACKS])
    video = _fields(source, track.get(_VIDEO))
    width, height = _size(source, video)
    return Facts(
        type="video/webm",
        width=width,
        height=height,
        alpha=bool(uint(source, video.get(_ALPHA_MODE))),
        duration=_duration(source, _fields(source, parts.get(_INFO))),
        codec=_CODECS.get(text(source, track.get(_CODEC_ID)), ""),
    )


def _segment(source: Source) -> Element:
    for element in elements(source, FILE):
        if element.id == SEGMENT:
            return element
        if element.id == _HEADER:
            doc_type = _fields(source, element).get(_DOC_TYPE)
            if text(source, doc_type) != b"webm":
                raise MediaError("the file is Matroska, but not WebM")
    raise MediaError("the WebM holds nothing")


def _parts(source: Source, segment: Element) -> _Fields:
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


def _video_track(source: Source, tracks: Element) -> _Fields:
    for entry in elements(source, tracks):
        fields = _fields(source, entry) if entry.id == _TRACK_ENTRY else {}
        if uint(source, fields.get(_TRACK_TYPE)) == _VIDEO_TRACK:
            return fields
    raise MediaError("the WebM has no video track")


def _fields(source: Source, parent: Element | None) -> _Fields:
    return {e.id: e for e in elements(source, parent)} if parent else {}


def _size(source: Source, video: _Fields) -> tuple[int, int]:
    stored = [uint(source, video.get(field)) for field in _PIXEL_SIZE]
    if uint(source, video.get(_DISPLAY_UNIT)) == 0:
        shown = [uint(source, video.get(field)) for field in _DISPLAY_SIZE]
        stored = [s or p for s, p in zip(shown, stored, strict=True)]
    return stored[0], stored[1]


def _duration(source: Source, info: _Fields) -> float | None:
    scale = uint(source, info.get(_TIMECODE_SCALE), _MILLISECOND)
    return seconds(real(source, info.get(_DURATION)) * scale, 1_000_000_000)
