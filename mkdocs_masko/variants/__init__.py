"""Variants: still images as AVIF, WebP and PNG, animations as WebM and MOV, as small as their box.

The pool is imported when it is used: a build that finds all variants in its cache starts no
process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_masko.variants.images import EncoderFailure, encode
from mkdocs_masko.variants.plan import (
    VIDEO_FORMATS,
    Format,
    ImageFormat,
    Variant,
    VideoFormat,
    full_video_size,
    plan_variants,
    plan_video_size,
)
from mkdocs_masko.variants.recipe import recipe_of, settings_of

if TYPE_CHECKING:
    from mkdocs_masko.variants.batch import compare_all, encode_all

__all__ = [
    "VIDEO_FORMATS",
    "EncoderFailure",
    "Format",
    "ImageFormat",
    "Variant",
    "VideoFormat",
    "compare_all",
    "encode",
    "encode_all",
    "full_video_size",
    "plan_variants",
    "plan_video_size",
    "recipe_of",
    "settings_of",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name in {"compare_all", "encode_all"}:
        from mkdocs_masko.variants import batch  # noqa: PLC0415 - see above

        return getattr(batch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
