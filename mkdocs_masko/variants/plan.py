"""Which forms of a still a page's box asks for."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import distribution
from typing import Any, Literal, get_args

import msgspec

Format = Literal["avif", "webp", "png"]

_DENSITIES = (1, 2)  # px of a screen for each px of CSS


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One file that a still can be had as.

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
        Variant(format=format_, width=w, height=h) for format_ in get_args(Format) for w, h in sizes
    )


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    scale = min(scale, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


SAVING: dict[Format, dict[str, Any]] = {
    "avif": {
        "codec": "aom",
        "quality": 47,
        "subsampling": "4:4:4",  # outlines are where the colour changes, and blur with less
        "speed": 4,
        "max_threads": 1,  # stills are encoded side by side
        "advanced": {
            "color:tune": "ssim",
            "color:enable-ab-partitions": "0",  # a fifth of the time, for no loss
            "color:enable-filter-intra": "0",
            "color:enable-intrabc": "0",  # nor are these of use to soft shades
            "color:enable-palette": "0",
            "alpha:tune": "ssim",
            "alpha:cpu-used": "6",
            "alpha:cq-level": "32",
        },
    },
    "webp": {"quality": 80, "method": 4, "alpha_quality": 100},
    "png": {"compress_level": 6},  # zlib's `optimize` takes five times as long for 1.5 %
}
"""What Pillow is told, by format.

Chosen on 24 drawn stills at 160, 320 and 640 px (`benchmarks/media_stills.py`). The codec's own
settings are those of libaom; what begins with `alpha:` is for the picture of the transparency.
"""
EXACT_ALPHA: dict[str, Any] = {
    **SAVING["avif"],
    "advanced": {**SAVING["avif"]["advanced"], "alpha:lossless": "1"},
}
"""For an AVIF of the original's own size, whose transparency nothing has touched yet."""

LOSSLESS: dict[str, Any] = {"lossless": True, "quality": 60}
"""For a WebP of few colours, which is then smaller as well."""

FEW_COLOURS = 256

_REVISION = 2  # raised with any change of what is done to the pixels before they are encoded
_COMPILED = re.compile(r"^[^,]+\.(?:so|pyd|dylib|dll)[^,]*,sha256=[^,]+", re.MULTILINE)


def _settings() -> str:
    pillow = distribution("pillow")
    # The list of installed files tells which builds of the codecs came along, at no import.
    builds = sorted(_COMPILED.findall(pillow.read_text("RECORD") or ""))
    how = [SAVING, EXACT_ALPHA, LOSSLESS, FEW_COLOURS]
    told = json.dumps([_REVISION, how, pillow.version, builds], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


SETTINGS = _settings()
"""Changes whenever a setting does, or a library that shapes the bytes: part of a cache's key."""
