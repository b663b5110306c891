"""Size and transparency of PNG, GIF, WebP and JPEG.

Layouts: the PNG specification (W3C, third edition), GIF89a, the WebP container and lossless
bitstream specifications and RFC 6386 for VP8.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import MediaInfo, image

if TYPE_CHECKING:
    from mkdocs_masko.probe.reader import BoundedReader

_PNG_FIRST_CHUNK = b"\x00\x00\x00\x0dIHDR"
_PNG_GREY_ALPHA, _PNG_RGBA = 4, 6

_GIF_EXTENSION, _GIF_GRAPHIC_CONTROL = 0x21, 0xF9


def png(source: BoundedReader) -> MediaInfo:
    """Read a PNG; a palette or plain colour is transparent by a `tRNS` chunk."""
    if source.exactly(8, 8) != _PNG_FIRST_CHUNK:
        raise MediaError("the PNG does not begin with its header")
    width, height, _, colour = struct.unpack(">LLBB", source.exactly(16, 10))
    alpha = colour in {_PNG_GREY_ALPHA, _PNG_RGBA} or _has_transparent_colour(source)
    return image("image/png", (width, height), alpha=alpha)


def _has_transparent_colour(source: BoundedReader) -> bool:
    at = 33
    while True:
        size, kind = struct.unpack(">L4s", source.exactly(at, 8))
        if kind in {b"tRNS", b"IDAT"}:
            return bool(kind == b"tRNS")
        at += 12 + size


def gif(source: BoundedReader) -> MediaInfo:
    """Read a GIF; the first frame's transparent colour decides."""
    width, height, flags = struct.unpack("<HHB", source.exactly(6, 5))
    first_block = 13 + _colour_table_size(flags)
    return image("image/gif", (width, height), alpha=_first_frame_is_clear(source, first_block))


def _colour_table_size(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _first_frame_is_clear(source: BoundedReader, at: int) -> bool:
    while source.exactly(at, 1)[0] == _GIF_EXTENSION:
        _, label, size, flags = source.exactly(at, 4)
        if label == _GIF_GRAPHIC_CONTROL:
            return bool(flags & 1)
        at += 2
        while size:
            at += 1 + size
            size = source.exactly(at, 1)[0]
        at += 1
    return False


def webp(source: BoundedReader) -> MediaInfo:
    """Read a WebP of any of its three forms: lossy, lossless, extended."""
    size, alpha = _WEBP_FORMS[source.exactly(12, 4)](source.exactly(20, 10))
    return image("image/webp", size, alpha=alpha)


def _lossy(data: bytes) -> tuple[tuple[int, int], bool]:
    start, width, height = struct.unpack("<3x3sHH", data)
    if start != b"\x9d\x01\x2a":
        raise MediaError("the WebP does not begin with a key frame")
    return (width & 0x3FFF, height & 0x3FFF), False


def _lossless(data: bytes) -> tuple[tuple[int, int], bool]:
    signature, bits = struct.unpack_from("<BL", data)
    if signature != 0x2F:  # noqa: PLR2004 - the signature's only use
        raise MediaError("the WebP does not begin with a lossless picture")
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bool(bits >> 28 & 1)


def _extended(data: bytes) -> tuple[tuple[int, int], bool]:
    width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (4, 7))
    return (width, height), bool(data[0] & 0x10)


_WEBP_FORMS = {b"VP8 ": _lossy, b"VP8L": _lossless, b"VP8X": _extended}

_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_START_OF_SCAN, _END, _EXIF, _FILL = 0xDA, 0xD9, 0xE1, 0xFF
_ORIENTATION, _QUARTER_TURNS = 0x0112, {5, 6, 7, 8}


def jpeg(source: BoundedReader) -> MediaInfo:
    """Read a JPEG; width and height change places when Exif says it lies on its side."""
    at, rotated = 2, False
    while True:
        at, marker = _marker(source, at)
        if marker in _FRAME_HEADERS:
            height, width = struct.unpack(">HH", source.exactly(at + 3, 4))
            return image("image/jpeg", (height, width) if rotated else (width, height), alpha=False)
        if marker in {_START_OF_SCAN, _END}:
            raise MediaError("the JPEG has no header that tells its size")
        if marker in _ALONE:
            continue
        size = int.from_bytes(source.exactly(at, 2), "big")
        if marker == _EXIF:
            rotated = rotated or _is_rotated(source.exactly(at, size)[2:])
        at += max(size, 2)


def _marker(source: BoundedReader, at: int) -> tuple[int, int]:
    """Return what follows the marker at an offset, and the marker."""
    prefix, marker = source.exactly(at, 2)
    if prefix != _FILL:
        raise MediaError("the JPEG has a segment of a wrong length")
    while marker == _FILL:
        at += 1
        marker = source.exactly(at + 1, 1)[0]
    return at + 2, marker


def _is_rotated(segment: bytes) -> bool:
    tiff = segment[6:] if segment.startswith(b"Exif\x00\x00") else b""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:  # noqa: PLR2004 - the size of a TIFF header
        return False
    directory = tiff[struct.unpack_from(order + "L", tiff, 4)[0] :]
    count = struct.unpack(order + "H", directory[:2].rjust(2, b"\x00"))[0]
    whole = min(count, (len(directory) - 2) // 12)
    entries = struct.iter_unpack(order + "H6xH2x", directory[2 : 2 + 12 * max(whole, 0)])
    return next((turn in _QUARTER_TURNS for tag, turn in entries if tag == _ORIENTATION), False)
