"""What is seen: a screenshot, and boxes of it held against colours and pictures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageChops, ImageStat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGENTA = (255, 0, 255)
_INSET = 3  # px from the corner of a box
_NEAR = 12  # of 255, for a channel: screenshots of one colour differ by less


class Box(NamedTuple):
    """A part of the page as it is seen, in px."""

    left: float
    top: float
    width: float
    height: float


class Seen:
    """A screenshot of the page's visible part, a pixel for each px."""

    def __init__(self, png: bytes) -> None:
        with Image.open(io.BytesIO(png)) as image:
            self.image = image.convert("RGB")

    def cut(self, box: Box) -> Image.Image:
        """Return what is seen in a box."""
        left, top = round(box.left), round(box.top)
        return self.image.crop((left, top, left + round(box.width), top + round(box.height)))

    def is_clear(self, box: Box) -> bool:
        """Tell whether the page is seen through the four corners of a box, but not all of it."""
        part = self.cut(box)
        middle = part.getcolors(part.width * part.height)
        return all(_near(each) for each in _corners(part)) and len(middle or ()) > 1

    def is_opaque(self, box: Box) -> bool:
        """Tell whether nothing of the page is seen through any corner of a box."""
        return not any(_near(each) for each in _corners(self.cut(box)))


def _corners(part: Image.Image) -> Iterator[tuple[int, ...]]:
    for x in (_INSET, part.width - 1 - _INSET):
        for y in (_INSET, part.height - 1 - _INSET):
            pixel = part.getpixel((x, y))
            assert isinstance(pixel, tuple)
            yield pixel


def _near(pixel: tuple[int, ...]) -> bool:
    return all(abs(have - want) <= _NEAR for have, want in zip(pixel, MAGENTA, strict=True))


def over(picture: Path, size: tuple[int, int]) -> Image.Image:
    """Return how a picture file has to look on a magenta page, at a size in px."""
    with Image.open(picture) as image:
        drawn = image.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    page = Image.new("RGBA", size, (*MAGENTA, 255))
    return Image.alpha_composite(page, drawn).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how far two pictures of one size differ, as the mean of all channels, of 255."""
    if one.size != other.size:
        raise ValueError(f"pictures of {one.size} and {other.size} cannot be compared")
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3
