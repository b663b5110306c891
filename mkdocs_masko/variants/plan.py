"""Which variants of a still image a page needs: their sizes and formats.

What they are encoded with stands in `images.py`.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Format = Literal["avif", "webp", "png"]
"""Best first: a browser takes the first `<source>` that it can decode."""

_DENSITIES = (1, 2)  # device pixels per CSS px


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A resized and re-encoded copy of a still image.

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
    """Return the variants for a box, for plain and for dense screens, in every format.

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
    ratios = [box / side for box, side in ((box_width, width), (box_height, height)) if box]
    scale = max(ratios, default=1.0)
    sizes = dict.fromkeys(_scale_size(width, height, scale * density) for density in _DENSITIES)
    return tuple(
        Variant(format=format_, width=w, height=h) for format_ in get_args(Format) for w, h in sizes
    )


def _scale_size(width: int, height: int, scale: float) -> tuple[int, int]:
    scale = min(scale, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))
