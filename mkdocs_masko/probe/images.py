"""Size and transparency of PNG, GIF and WebP.

Layouts: the PNG specification (W3C, third edition), GIF89a, the WebP container and lossless
bitstream specifications and RFC 6386 for VP8.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.facts import Facts, image

if TYPE_CHECKING:
    from mkdocs_masko.probe.reader import Source

_PNG_FIRST_CHUNK = b"\x00\x00\x00\x0dIHDR"
_PNG_GREY_ALPHA, _PNG_RGBA = 4, 6

_GIF_EXTENSION, _GIF_GRAPHIC_CONTROL = 0x21, 0xF9


def png(source: Source) -> Facts:
    """Read a PNG; a palette or plain colour is transparent by a `tRNS` chunk."""
    if source.exactly(8, 8) != _PNG_FIRST_CHUNK:
        raise MediaError("the PNG does not begin with its header")
    width, height, _, colour = struct.unpack(">LLBB", source.exactly(16, 10))
    alpha = colour in {_PNG_GREY_ALPHA, _PNG_RGBA} or _has_transparent_colour(source)
    return image("image/png", (width, height), alpha=alpha)


def _has_transparent_colour(source: Source) -> bool:
    at = 33
    while True:
        size, kind = struct.unpack(">L4s", source.exactly(at, 8))
        if kind in {b"tRNS", b"IDAT"}:
            return bool(kind == b"tRNS")
        at += 12 + size


def gif(source: Source) -> Facts:
    """Read a GIF; the first frame's transparent colour decides."""
    width, height, flags = struct.unpack("<HHB", source.exactly(6, 5))
    first_block = 13 + _colour_table_size(flags)
    return image("image/gif", (width, height), alpha=_first_frame_is_clear(source, first_block))


def _colour_table_size(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _first_frame_is_clear(source: Source, at: int) -> bool:
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


def webp(source: Source) -> Facts:
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
