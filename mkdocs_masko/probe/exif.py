"""How Exif turns and scales an image, in PNG and JPEG.

Exif: https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf
What a resolution does: https://html.spec.whatwg.org/multipage/images.html#density-corrected-intrinsic-width-and-height

What is not written down there is what Chromium 156 and Firefox 153 do with files made for it: a
value of another type or count than the standard's is ignored, and the first of two tags counts.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x0112, 0x011A, 0x011B, 0x0128
_EXIF_DIRECTORY, _PIXEL_WIDTH, _PIXEL_HEIGHT = 0x8769, 0xA002, 0xA003
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_TYPES = {
    _ORIENTATION: {_SHORT},
    _X_RESOLUTION: {_RATIONAL},
    _Y_RESOLUTION: {_RATIONAL},
    _RESOLUTION_UNIT: {_SHORT},
    _EXIF_DIRECTORY: {_LONG},
    _PIXEL_WIDTH: {_SHORT, _LONG},
    _PIXEL_HEIGHT: {_SHORT, _LONG},
}
# What is read, and as what: any other tag is of no interest, any other type is ignored.
_INCH = 2  # a value of _RESOLUTION_UNIT
_PLAIN_DPI = 72  # an image of so many pixels per inch is shown pixel by pixel
_HEADER, _ENTRY = 8, 12  # bytes
_BYTE_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_QUARTER_TURNS = range(5, 9)

Size = tuple[int, int]


class Exif(msgspec.Struct, frozen=True, kw_only=True):
    """What browsers heed of an image's Exif.

    Attributes:
        orientation: How the pixels are turned and mirrored, 1 to 8.
        dpi: Pixels per inch, across and down; None where it is not said, or makes no sense.
        size: Width and height in px that it claims, before any turn; None where it claims none.
    """

    orientation: int = 1
    dpi: tuple[float, float] | None = None
    size: Size | None = None

    def density_corrected(self, size: Size) -> Size:
        """Return the size of unturned pixels as shown: scaled where resolution and claim agree."""
        if self.dpi is None or self.size is None:
            return size
        scaled = [
            math.floor(px * _PLAIN_DPI / dpi + 0.5) for px, dpi in zip(size, self.dpi, strict=True)
        ]
        return self.size if tuple(scaled) == self.size else size


def turn(size: Size, orientation: int) -> Size:
    """Return a size after a turn: by a quarter, width and height change places."""
    return size[::-1] if orientation in _QUARTER_TURNS else size


def read_exif(tiff: bytes) -> Exif:
    """Read Exif from its TIFF header on; what is damaged says nothing."""
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None or len(tiff) < _HEADER:
        return Exif()
    values = dict(_iter_values(tiff, order, int(struct.unpack_from(order + "L", tiff, 4)[0])))
    inner = dict(_iter_values(tiff, order, int(values.get(_EXIF_DIRECTORY, len(tiff)))))
    orientation = int(values.get(_ORIENTATION, 1))
    dpi = (values.get(_X_RESOLUTION, 0.0), values.get(_Y_RESOLUTION, 0.0))
    size = (int(inner.get(_PIXEL_WIDTH, 0)), int(inner.get(_PIXEL_HEIGHT, 0)))
    return Exif(
        orientation=orientation if 1 <= orientation <= max(_QUARTER_TURNS) else 1,
        dpi=dpi if all(dpi) and values.get(_RESOLUTION_UNIT) == _INCH else None,
        size=size if all(size) else None,
    )


def _iter_values(tiff: bytes, order: str, at: int) -> Iterator[tuple[int, float]]:
    """Yield the numbers of a directory by their tags, the last first, so that the first counts."""
    if at + 2 > len(tiff):
        return
    count = struct.unpack_from(order + "H", tiff, at)[0]
    complete = min(count, (len(tiff) - at - 2) // _ENTRY)  # it may end in the middle of the last
    for number in reversed(range(complete)):
        start = at + 2 + _ENTRY * number
        tag, type_, values = struct.unpack_from(order + "HHL", tiff, start)
        if values == 1 and type_ in _TYPES.get(tag, ()):
            yield tag, _read_number(tiff, order, start + 8, type_)


def _read_number(tiff: bytes, order: str, at: int, type_: int) -> float:
    if type_ == _SHORT:
        return float(struct.unpack_from(order + "H", tiff, at)[0])
    number = int(struct.unpack_from(order + "L", tiff, at)[0])
    if type_ == _LONG:
        return float(number)
    pair = tiff[number : number + 8]  # a fraction stands elsewhere
    numerator, denominator = struct.unpack(order + "LL", pair) if len(pair) == 8 else (0, 0)  # noqa: PLR2004 - two longs
    return numerator / denominator if denominator else 0.0
