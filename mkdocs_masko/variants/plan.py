"""Which forms of a still a page's box asks for."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Format = Literal["avif", "webp", "png"]

_DENSITIES = (1, 2)  # px of a screen for each px of CSS


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One file that a still can be had as.

    Attributes:
        format: What it is encoded in.
        width: Width in px.
        height: Height in px.
    """

    format: Format
    width: int
    height: int


def forms(
    width: int, height: int, box_width: int | None, box_height: int | None
) -> tuple[Form, ...]:
    """Return the forms that a box asks for: for plain and for dense screens, in every format.

    A form is never larger than the original. A box whose shape is another than the still's is
    covered, so that the still is sharp however it is fitted in.

    Args:
        width: Width of the original in px.
        height: Height of the original in px.
        box_width: Width of the box in px of CSS, or None where the height decides.
        box_height: Height of the box in px of CSS, or None where the width decides; with
            neither, the original's size is the only one.

    Returns:
        AVIF, then WebP, then PNG, each from the narrowest to the widest.
    """
    scales = [box / side for box, side in ((box_width, width), (box_height, height)) if box]
    scale = max(scales, default=1.0)
    sizes = dict.fromkeys(_scaled(width, height, scale * density) for density in _DENSITIES)
    return tuple(
        Form(format=format_, width=w, height=h) for format_ in get_args(Format) for w, h in sizes
    )


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    scale = min(scale, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))
