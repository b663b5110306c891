"""How each format is encoded."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs_masko.variants.plan import Format

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
