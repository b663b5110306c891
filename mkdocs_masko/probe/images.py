"""Size and transparency of PNG, GIF, WebP and JPEG.

PNG: https://www.w3.org/TR/png-3/
GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
WebP: https://www.rfc-editor.org/rfc/rfc9649; its lossy frames: https://www.rfc-editor.org/rfc/rfc6386
JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf
Exif: https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.reader import MediaInfo, image_info

if TYPE_CHECKING:
    from mkdocs_masko.probe.reader import BoundedReader

_PNG_FIRST_CHUNK = b"\x00\x00\x00\x0dIHDR"
_PNG_GREY_ALPHA, _PNG_RGBA = 4, 6
_PNG_SECOND_CHUNK = 33  # offset in bytes: signature, then length, type, content and CRC of IHDR


def read_png(source: BoundedReader) -> MediaInfo:
    """Read a PNG; a palette or plain colour is transparent by a `tRNS` chunk."""
    if source.read_exactly(8, 8) != _PNG_FIRST_CHUNK:
        raise MediaError("the PNG does not begin with its header chunk")
    width, height, _, colour = struct.unpack(">LLBB", source.read_exactly(16, 10))
    alpha = colour in {_PNG_GREY_ALPHA, _PNG_RGBA} or _has_transparent_colour(source)
    return image_info("image/png", (width, height), alpha=alpha)


def _has_transparent_colour(source: BoundedReader) -> bool:
    at = _PNG_SECOND_CHUNK
    while True:
        size, kind = struct.unpack(">L4s", source.read_exactly(at, 8))
        if kind in {b"tRNS", b"IDAT"}:  # tRNS has to come before the pixels
            return bool(kind == b"tRNS")
        at += 12 + size  # length, type and CRC are four bytes each


_GIF_EXTENSION, _GIF_GRAPHIC_CONTROL = 0x21, 0xF9


def read_gif(source: BoundedReader) -> MediaInfo:
    """Read a GIF; the first frame's transparent colour decides."""
    width, height, flags = struct.unpack("<HHB", source.read_exactly(6, 5))
    first_block = 13 + _colour_table_size(flags)
    return image_info(
        "image/gif", (width, height), alpha=_has_transparent_first_frame(source, first_block)
    )


def _colour_table_size(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _has_transparent_first_frame(source: BoundedReader, at: int) -> bool:
    while source.read_exactly(at, 1)[0] == _GIF_EXTENSION:
        _, label, size, flags = source.read_exactly(at, 4)
        if label == _GIF_GRAPHIC_CONTROL:
            return bool(flags & 1)
        at += 2
        while size:  # sub-blocks, up to one of no bytes
            at += 1 + size
            size = source.read_exactly(at, 1)[0]
        at += 1
    return False


def read_webp(source: BoundedReader) -> MediaInfo:
    """Read a WebP in any of its three layouts: lossy, lossless, extended."""
    size, alpha = _WEBP_LAYOUTS[source.read_exactly(12, 4)](source.read_exactly(20, 10))
    return image_info("image/webp", size, alpha=alpha)


def _read_lossy(data: bytes) -> tuple[tuple[int, int], bool]:
    start, width, height = struct.unpack("<3x3sHH", data)
    if start != b"\x9d\x01\x2a":
        raise MediaError("the WebP does not begin with a key frame")
    return (width & 0x3FFF, height & 0x3FFF), False  # the upper two bits are a hint to scale


def _read_lossless(data: bytes) -> tuple[tuple[int, int], bool]:
    signature, bits = struct.unpack_from("<BL", data)
    if signature != 0x2F:  # noqa: PLR2004 - the signature's only use
        raise MediaError("the WebP does not begin with a lossless image")
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bool(bits >> 28 & 1)


def _read_extended(data: bytes) -> tuple[tuple[int, int], bool]:
    width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (4, 7))
    return (width, height), bool(data[0] & 0x10)


_WEBP_LAYOUTS = {b"VP8 ": _read_lossy, b"VP8L": _read_lossless, b"VP8X": _read_extended}


_JPEG_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF; not DHT, JPG and DAC
_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}  # TEM and RST markers
_JPEG_START_OF_SCAN, _JPEG_END, _JPEG_APP1, _JPEG_FILL = 0xDA, 0xD9, 0xE1, 0xFF
_EXIF_ORIENTATION, _EXIF_QUARTER_TURNS = 0x0112, {5, 6, 7, 8}


def read_jpeg(source: BoundedReader) -> MediaInfo:
    """Read a JPEG; its Exif may rotate it, so that width and height change places."""
    at, rotated = 2, False
    while True:
        at, marker = _read_marker(source, at)
        if marker in _JPEG_FRAME_HEADERS:
            height, width = struct.unpack(">HH", source.read_exactly(at + 3, 4))
            return image_info(
                "image/jpeg", (height, width) if rotated else (width, height), alpha=False
            )
        if marker in {_JPEG_START_OF_SCAN, _JPEG_END}:
            raise MediaError("the JPEG has no frame header before its pixels")
        if marker in _JPEG_WITHOUT_LENGTH:
            continue
        size = int.from_bytes(source.read_exactly(at, 2), "big")
        if marker == _JPEG_APP1:
            rotated = rotated or _is_rotated(source.read_exactly(at, size)[2:])
        at += max(size, 2)


def _read_marker(source: BoundedReader, at: int) -> tuple[int, int]:
    """Return what follows the marker at an offset, and the marker."""
    prefix, marker = source.read_exactly(at, 2)
    if prefix != _JPEG_FILL:
        raise MediaError("the JPEG has a segment of a wrong length")
    while marker == _JPEG_FILL:
        at += 1
        marker = source.read_exactly(at + 1, 1)[0]
    return at + 2, marker


def _is_rotated(segment: bytes) -> bool:
    tiff = segment[6:] if segment.startswith(b"Exif\x00\x00") else b""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:  # noqa: PLR2004 - the size of a TIFF header
        return False
    directory = tiff[struct.unpack_from(order + "L", tiff, 4)[0] :]
    count = struct.unpack(order + "H", directory[:2].rjust(2, b"\x00"))[0]
    # Entries of 12 bytes; a segment may end in the middle of the last one.
    complete = min(count, (len(directory) - 2) // 12)
    entries = struct.iter_unpack(order + "H6xH2x", directory[2 : 2 + 12 * max(complete, 0)])
    return next(
        (turn in _EXIF_QUARTER_TURNS for tag, turn in entries if tag == _EXIF_ORIENTATION), False
    )
