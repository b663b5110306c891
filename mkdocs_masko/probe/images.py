"""Size, turn and transparency of PNG, GIF, WebP and JPEG, as Chromium and Firefox show them.

PNG: https://www.w3.org/TR/png-3/
GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
WebP: https://www.rfc-editor.org/rfc/rfc9649; its lossy frames: https://www.rfc-editor.org/rfc/rfc6386
JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.exif import Exif, read_exif, turn
from mkdocs_masko.probe.reader import PIECE, TRUNCATED, MediaInfo, image_info

if TYPE_CHECKING:
    from mkdocs_masko.probe.reader import BoundedReader

_PNG_FIRST_CHUNK = b"\x00\x00\x00\x0dIHDR"
_PNG_GREY_ALPHA, _PNG_RGBA = 4, 6
_PNG_SECOND_CHUNK = 33  # offset in bytes: signature, then length, type, content and CRC of IHDR


def read_png(source: BoundedReader) -> MediaInfo:
    """Read a PNG; a palette or plain colour is transparent by a `tRNS` chunk.

    Its first `eXIf` chunk turns it. Chromium does not let that scale it, and Firefox does.
    """
    if source.read_exactly(8, 8) != _PNG_FIRST_CHUNK:
        raise MediaError("the PNG does not begin with its header chunk")
    width, height, _, colour = struct.unpack(">LLBB", source.read_exactly(16, 10))
    chunks = _find_chunks(source)
    orientation = _read_png_exif(source, *chunks[b"eXIf"]).orientation if b"eXIf" in chunks else 1
    return image_info(
        "image/png",
        turn((width, height), orientation),
        alpha=colour in {_PNG_GREY_ALPHA, _PNG_RGBA} or b"tRNS" in chunks,
        orientation=orientation,
    )


def _find_chunks(source: BoundedReader) -> dict[bytes, tuple[int, int]]:
    """Return the first chunk of each kind before the pixels: offset and size of its content.

    What turns an image or makes it transparent has to come before the pixels.
    """
    chunks: dict[bytes, tuple[int, int]] = {}
    at = _PNG_SECOND_CHUNK
    while True:
        size, kind = struct.unpack(">L4s", source.read_exactly(at, 8))
        if kind == b"IDAT":
            return chunks
        chunks.setdefault(kind, (at + 8, size))
        at += 12 + size  # length, type and CRC are four bytes each


def _read_png_exif(source: BoundedReader, at: int, size: int) -> Exif:
    """Read an `eXIf` chunk; browsers ignore one whose checksum is wrong."""
    if size > PIECE - 4:  # too much to be checked; the orientation stands near its beginning
        return read_exif(source.read_exactly(at, PIECE))
    content = source.read_exactly(at, size + 4)
    tiff, checksum = content[:size], int.from_bytes(content[size:], "big")
    return read_exif(tiff) if zlib.crc32(b"eXIf" + tiff) == checksum else Exif()


_GIF_EXTENSION, _GIF_GRAPHIC_CONTROL, _GIF_IMAGE = 0x21, 0xF9, 0x2C
_GIF_CONTROL_SIZE = 8  # bytes


def read_gif(source: BoundedReader) -> MediaInfo:
    """Read a GIF; the first frame's transparent colour decides.

    A first frame that is larger than the screen enlarges that.
    """
    width, height, flags = struct.unpack("<HHB", source.read_exactly(6, 5))
    alpha, at = _find_first_frame(source, 13 + colour_table_size(flags))
    frame = source.read_up_to(at, 9)
    if frame[:1] == bytes([_GIF_IMAGE]) and len(frame) == 9:  # noqa: PLR2004 - what is unpacked
        frame_width, frame_height = struct.unpack("<5xHH", frame)
        width, height = max(width, frame_width), max(height, frame_height)
    return image_info("image/gif", (width, height), alpha=alpha)


def colour_table_size(flags: int) -> int:
    """Return the bytes of a GIF's colour table, by the flags of its screen or of a frame."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _find_first_frame(source: BoundedReader, at: int) -> tuple[bool, int]:
    """Return whether the first frame has a transparent colour, and its offset."""
    while source.read_exactly(at, 1)[0] == _GIF_EXTENSION:
        _, label, size, flags = source.read_exactly(at, 4)
        if label == _GIF_GRAPHIC_CONTROL:
            return bool(flags & 1), at + _GIF_CONTROL_SIZE
        at += 2
        while size:  # sub-blocks, up to one of no bytes
            at += 1 + size
            size = source.read_exactly(at, 1)[0]
        at += 1
    return False, at


def read_webp(source: BoundedReader) -> MediaInfo:
    """Read a WebP in any of its three layouts: lossy, lossless, extended.

    No browser heeds its Exif.
    """
    length, read = _WEBP_LAYOUTS[source.read_exactly(12, 4)]
    size, alpha = read(source.read_exactly(20, length))
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


_WEBP_LAYOUTS = {
    b"VP8 ": (10, _read_lossy),
    b"VP8L": (5, _read_lossless),
    b"VP8X": (10, _read_extended),
}
# By the first chunk's kind: how many bytes of it are read, and by what.


_JPEG_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF; not DHT, JPG and DAC
_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}  # TEM and RST markers
_JPEG_SCAN_OR_END, _JPEG_APP1, _EXIF = {0xDA, 0xD9}, 0xE1, b"Exif\x00\x00"
# Decoders skip what does not begin with a marker, fill bytes before it, and 0xFF in the pixels.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff])")
_JPEG_STEP = 4096  # bytes that are searched for a marker at a time


def read_jpeg(source: BoundedReader) -> MediaInfo:
    """Read a JPEG; its first Exif may turn it, and may say that it is shown larger or smaller."""
    size: tuple[int, int] | None = None
    exif: Exif | None = None
    at = 2
    while marker_at := _find_marker(source, at, is_complete=size is not None):
        at, marker = marker_at
        if marker in _JPEG_SCAN_OR_END:
            break
        if marker in _JPEG_WITHOUT_LENGTH:
            continue
        length = int.from_bytes(source.read_exactly(at, 2), "big")
        if marker in _JPEG_FRAME_HEADERS and size is None:
            height, width = struct.unpack(">HH", source.read_exactly(at + 3, 4))
            size = width, height
        elif marker == _JPEG_APP1 and exif is None:
            segment = source.read_exactly(at, length)[2:]
            exif = read_exif(segment[len(_EXIF) :]) if segment.startswith(_EXIF) else None
        at += max(length, 2)
    if size is None:
        raise MediaError("the JPEG has no frame header before its pixels")
    exif = exif or Exif()
    size = turn(exif.density_corrected(size), exif.orientation)
    return image_info("image/jpeg", size, alpha=False, orientation=exif.orientation)


def _find_marker(source: BoundedReader, at: int, *, is_complete: bool) -> tuple[int, int] | None:
    """Return what follows the next marker, and the marker; None at the end of a complete file."""
    start = at
    while True:
        piece = source.read_up_to(at, _JPEG_STEP)
        match = _JPEG_MARKER.search(piece)
        if match:
            return at + match.end(), match[1][0]
        if len(piece) < _JPEG_STEP:
            break
        at += _JPEG_STEP - 1  # the last byte may be the first of a marker
    if is_complete:
        return None
    is_junk = source.read_up_to(start, 1) not in {b"", b"\xff"}
    raise MediaError("the JPEG has a segment of a wrong length" if is_junk else TRUNCATED)
