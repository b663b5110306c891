"""Whether a WebM or a MOV has nothing in it but one plain video.

ffmpeg and the browsers do not follow alike what else a container can say: that frames are turned,
cropped, stretched, left out, of other colours, or in another track. What they are shown as is
compared only with ffmpeg, so a file from elsewhere must say no such thing.

Elements of WebM: https://www.rfc-editor.org/rfc/rfc9559
Boxes of MP4 and QuickTime: ISO/IEC 14496-12 and -15, and
https://developer.apple.com/documentation/quicktime-file-format
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import TYPE_CHECKING, Final

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import bmff, webm
from mkdocs_masko.probe.reader import BoundedReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs_masko.probe.bmff import Box
    from mkdocs_masko.probe.webm import Element

_MOST_PARTS = 20_000  # a variant of two minutes has some hundreds


class _Content(BoundedReader):
    """A file in memory, of which any part may be read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(lambda offset, length: content[offset : offset + length])
        self._content = content
        self._parts = 0

    def read_up_to(self, offset: int, length: int) -> bytes:
        self._parts += 1
        if self._parts > 2 * _MOST_PARTS:
            raise MediaError("the file has too many parts")
        return self._content[offset : offset + length]


def has_video_alone(content: bytes, format_: str) -> bool:
    """Tell whether a browser shows the frames of a file as they are, and nothing else.

    Args:
        content: The file.
        format_: `webm` or `mov`.
    """
    source = _Content(content)
    try:
        return _is_plain_webm(source) if format_ == "webm" else _is_plain_mov(source)
    except (MediaError, struct.error):
        return False


_INFO, _TRACKS, _TRACK, _VIDEO, _COLOUR = 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0x55B0
_EBML, _VOID = 0x1A45DFA3, 0xEC
_SEEK_HEAD, _CUES, _TAGS = 0x114D9B74, 0x1C53BB6B, 0x1254C367
_IN_WEBM: Final = {
    0: {_EBML, webm.SEGMENT},
    webm.SEGMENT: {_SEEK_HEAD, _INFO, _TRACKS, _CUES, _TAGS, _VOID, webm.CLUSTER},
    # Scale of time, duration, and the two programs that every file has to name.
    _INFO: {0x2AD7B1, 0x4489, 0x4D80, 0x5741, _VOID},
    _TRACKS: {_TRACK},
    # Number, UID, type, flags (default, lacing), language, codec and what belongs to it, duration
    # of a frame, and that blocks have additions.
    _TRACK: {0xD7, 0x73C5, 0x83, 0x88, 0x9C, 0x22B59C, 0x86, 0x63A2, 0x23E383, 0x55EE, 0x41E4}
    | {_VIDEO, _VOID},
    # Size, not interlaced, with alpha; the size as shown, which `probe` has compared.
    _VIDEO: {0xB0, 0xBA, 0x9A, 0x53C0, 0x54B0, 0x54BA, _COLOUR},
    # Matrix, range, transfer, primaries, and where chroma lies.
    _COLOUR: {0x55B1, 0x55B9, 0x55BA, 0x55BB, 0x55B7, 0x55B8},
}
_BT709, _BT601, _LIMITED = 1, 6, 1
_COLOURS = {0x55B1: _BT601, 0x55B9: _LIMITED, 0x55BA: _BT709, 0x55BB: _BT709}
_ONCE = {_EBML, webm.SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO, _COLOUR, 0xB0, 0xBA, 0x53C0}


def _is_plain_webm(source: BoundedReader) -> bool:
    counts: Counter[int] = Counter()
    parents: list[tuple[int, Element]] = [(0, webm.FILE)]
    while parents:
        kind, parent = parents.pop()
        for element in webm.iter_elements(source, parent):
            counts[element.id] += 1
            if element.id not in _IN_WEBM[kind]:
                return False
            if _COLOURS.get(element.id, 0) and not _says(source, element):
                return False
            if element.id in _IN_WEBM:
                parents.append((element.id, element))
    return all(counts[kind] == 1 for kind in (*_ONCE, *_COLOURS))


def _says(source: BoundedReader, element: Element) -> bool:
    return webm.read_uint(source, element) == _COLOURS[element.id]


_IN_MOV: Final = {
    b"": {b"ftyp", b"moov", b"mdat", b"free", b"wide"},
    b"moov": {b"mvhd", b"trak"},
    b"trak": {b"tkhd", b"edts", b"mdia", b"tapt"},
    b"edts": {b"elst"},
    b"mdia": {b"mdhd", b"hdlr", b"minf"},
    b"minf": {b"vmhd", b"hdlr", b"dinf", b"stbl"},
    b"stbl": {b"stsd", b"stts", b"stss", b"ctts", b"stsc", b"stsz", b"stco", b"co64", b"sdtp"}
    | {b"cslg", b"sgpd", b"sbgp"},
    b"stsd": {b"hvc1"},
    b"hvc1": {b"hvcC", b"colr", b"pasp", b"fiel", b"btrt"},
}
_SKIP = {b"stsd": 8, b"hvc1": bmff.VISUAL_ENTRY_HEADER}
_ONE_EACH = (b"ftyp", b"moov", b"trak", b"tkhd", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1")
_SQUARE = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)  # the matrix that changes nothing
_AT_NORMAL_SPEED = 0x10000


def _is_plain_mov(source: BoundedReader) -> bool:
    boxes: dict[bytes, list[Box]] = {}
    parents = [bmff.FILE]
    while parents:
        parent = parents.pop()
        for box in bmff.iter_boxes(source, parent, skip=_SKIP.get(parent.kind, 0)):
            if box.kind not in _IN_MOV[parent.kind]:
                return False
            boxes.setdefault(box.kind, []).append(box)
            if box.kind in _IN_MOV:
                parents.append(box)
    return (
        all(len(boxes.get(kind, ())) == 1 for kind in (*_ONE_EACH, b"colr", b"hvcC"))
        and len(boxes.get(b"elst", ())) <= 1
        and all(_settings(source, boxes))
    )


def _settings(source: BoundedReader, boxes: dict[bytes, list[Box]]) -> Iterable[bool]:
    """Yield whether each setting is the one that changes nothing."""
    matrix, *_ = bmff.read_track_header(source, boxes[b"tkhd"][0])
    yield matrix == _SQUARE
    yield bmff.read_content(source, boxes[b"colr"][0]) == struct.pack(">4s3H", b"nclc", 1, 1, 1)
    for edits in boxes.get(b"elst", ()):
        version_count = struct.unpack(">LL", bmff.read_content(source, edits, 8))
        yield version_count == (0, 1)
        yield bmff.read_content(source, edits, 20)[16:] == struct.pack(">L", _AT_NORMAL_SPEED)
    for pixel in boxes.get(b"pasp", ()):
        across, down = struct.unpack(">LL", bmff.read_content(source, pixel, 8))
        yield across == down
