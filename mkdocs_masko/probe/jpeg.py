"""Size of a JPEG as browsers show it (ITU-T T.81, and Exif 2.32 for the orientation)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.facts import Facts, image

if TYPE_CHECKING:
    from mkdocs_masko.probe.reader import Source

_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_START_OF_SCAN, _END, _EXIF, _FILL = 0xDA, 0xD9, 0xE1, 0xFF
_ORIENTATION, _QUARTER_TURNS = 0x0112, {5, 6, 7, 8}


def jpeg(source: Source) -> Facts:
    """Read a JPEG; width and height change places when Exif says it lies on its side."""
    at, lies = 2, False
    while True:
        at, marker = _marker(source, at)
        if marker in _FRAME_HEADERS:
            height, width = struct.unpack(">HH", source.exactly(at + 3, 4))
            return image("image/jpeg", (height, width) if lies else (width, height), alpha=False)
        if marker in {_START_OF_SCAN, _END}:
            raise MediaError("the JPEG has no header that tells its size")
        if marker in _ALONE:
            continue
        size = int.from_bytes(source.exactly(at, 2), "big")
        if marker == _EXIF:
            lies = lies or _lies_on_its_side(source.exactly(at, size)[2:])
        at += max(size, 2)


def _marker(source: Source, at: int) -> tuple[int, int]:
    """Return what follows the marker at an offset, and the marker."""
    prefix, marker = source.exactly(at, 2)
    if prefix != _FILL:
        raise MediaError("the JPEG has a segment of a wrong length")
    while marker == _FILL:
        at += 1
        marker = source.exactly(at + 1, 1)[0]
    return at + 2, marker


def _lies_on_its_side(segment: bytes) -> bool:
    tiff = segment[6:] if segment.startswith(b"Exif\x00\x00") else b""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:  # noqa: PLR2004 - the size of a TIFF header
        return False
    directory = tiff[struct.unpack_from(order + "L", tiff, 4)[0] :]
    count = struct.unpack(order + "H", directory[:2].rjust(2, b"\x00"))[0]
    whole = min(count, (len(directory) - 2) // 12)
    entries = struct.iter_unpack(order + "H6xH2x", directory[2 : 2 + 12 * max(whole, 0)])
    return next((turn in _QUARTER_TURNS for tag, turn in entries if tag == _ORIENTATION), False)
