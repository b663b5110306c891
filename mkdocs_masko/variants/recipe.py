"""What tells a variant from every other one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mkdocs_masko.variants.images import settings
from mkdocs_masko.variants.plan import VIDEO_FORMATS

if TYPE_CHECKING:
    from mkdocs_masko.variants.plan import Format, Variant


def settings_of(format_: Format) -> str:
    """Return what shapes the bytes of variants of a format: settings and libraries, hashed."""
    if format_ in VIDEO_FORMATS:
        from mkdocs_masko.variants.videos import video_settings  # noqa: PLC0415 - an extra

        return video_settings()
    return settings()


def recipe_of(sha256: str, variant: Variant) -> str:
    """Return what tells a variant from every other one: its original, size and settings, hashed.

    Args:
        sha256: Of the original's bytes, in hex.
        variant: Its format and size.
    """
    settings = settings_of(variant.format)
    recipe = f"{sha256} {variant.format} {variant.width}x{variant.height} {settings}"
    return hashlib.sha256(recipe.encode()).hexdigest()
