"""Which variants of a still image or an animation a page needs: their sizes and formats.

What they are encoded with stands in `images.py` and `videos.py`.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import msgspec

ImageFormat: TypeAlias = Literal["avif", "webp", "png"]
"""Best first: a browser takes the first `<source>` that it can decode."""

VideoFormat: TypeAlias = Literal["webm", "mov"]
"""VP9 and HEVC, both with alpha: no browser plays both with their transparency."""

Format: TypeAlias = Literal[ImageFormat, VideoFormat]

VIDEO_FORMATS: Final[tuple[VideoFormat, ...]] = get_args(VideoFormat)

_DENSITIES = (1, 2)  # device pixels per CSS px

_LADDER = (160, 240, 320, 480, 640, 960)
# Sizes of animations, in px of the longer side. A page has boxes of any size, and an animation
# takes seconds to encode: so those of about the same size share a file. At each step, a file has
# at most 1.5 times as many px a side as the one before.


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A resized and re-encoded copy of a still image or an animation.

    Attributes:
        format: What it is encoded in.
        width: Width in px.
        height: Height in px.
    """

    format: Format
    width: int
    height: int


def plan_variants(
    width: int, height: int, box_width: int | None, box_height: int | None
) -> tuple[Variant, ...]:
    """Return the variants of a still for a box, for plain and for dense screens, in every format.

    A variant is never larger than the original. A box with another aspect ratio than the image's
    is covered, so that the image is sharp however it is fitted in.

    Args:
        width: Width of the original in px.
        height: Height of the original in px.
        box_width: Width of the box in CSS px, or None where the height decides.
        box_height: Height of the box in CSS px, or None where the width decides; with neither,
            the original's size is the only one.

    Returns:
        AVIF, then WebP, then PNG, each from the narrowest to the widest.
    """
    scale = _cover(width, height, box_width, box_height)
    sizes = dict.fromkeys(_scale_size(width, height, scale * density) for density in _DENSITIES)
    return tuple(
        Variant(format=format_, width=w, height=h)
        for format_ in get_args(ImageFormat)
        for w, h in sizes
    )


def plan_video_size(
    width: int, height: int, box_width: int, box_height: int
) -> tuple[int, int] | None:
    """Return the size of an animation's variant for a box: sharp on dense screens, and no larger.

    It is the least of a few sizes that covers twice the box. Both sides are even, as 4:2:0 needs
    it, and within a px of the original's aspect ratio.

    Args:
        width: Width of the original in px.
        height: Height of the original in px.
        box_width: Width of the box in CSS px.
        box_height: Height of the box in CSS px.

    Returns:
        Width and height in px, or None where no size below the original's is large enough.
    """
    longer = max(width, height)
    for step in _LADDER:
        size = _even(width * step / longer), _even(height * step / longer)
        if step >= longer or min(size) < 2:  # noqa: PLR2004 - the least that 4:2:0 can halve
            continue
        if size[0] >= _DENSITIES[-1] * box_width and size[1] >= _DENSITIES[-1] * box_height:
            return size
    return None


def full_video_size(width: int, height: int) -> tuple[int, int]:
    """Return the largest size of a variant of an animation: the original's, with even sides."""
    return width - width % 2, height - height % 2


def _cover(width: int, height: int, box_width: int | None, box_height: int | None) -> float:
    ratios = [box / side for box, side in ((box_width, width), (box_height, height)) if box]
    return max(ratios, default=1.0)


def _scale_size(width: int, height: int, scale: float) -> tuple[int, int]:
    scale = min(scale, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _even(side: float) -> int:
    return 2 * round(side / 2)
