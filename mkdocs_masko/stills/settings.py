"""How each format is encoded."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs_masko.stills.forms import Format

SAVING: dict[Format, dict[str, Any]] = {
    "avif": {
        "quality": 60,
        "speed": 6,
        "subsampling": "4:4:4",
        "max_threads": 1,  # stills are encoded side by side
        "advanced": {"alpha:lossless": "1"},
    },
    "webp": {"quality": 80, "method": 4, "alpha_quality": 100},
    "png": {"optimize": True},
}
"""What Pillow is told, by format."""

_REVISION = 1  # raised with any change of what is done to the pixels before they are encoded
_COMPILED = re.compile(r"^[^,]+\.(?:so|pyd|dylib|dll)[^,]*,sha256=[^,]+", re.MULTILINE)


def _settings() -> str:
    pillow = distribution("pillow")
    # The list of installed files tells which builds of the codecs came along, at no import.
    builds = sorted(_COMPILED.findall(pillow.read_text("RECORD") or ""))
    told = json.dumps([_REVISION, SAVING, pillow.version, builds], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


SETTINGS = _settings()
"""Changes whenever a setting does, or a library that shapes the bytes: part of a cache's key."""
