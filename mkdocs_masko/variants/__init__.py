"""Small forms of a still: AVIF, WebP and PNG at the widths that a page's boxes ask for.

The encoders are imported when they are used: a build whose forms are made needs their names alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_masko.variants.plan import SETTINGS, Format, Variant, plan_variants

if TYPE_CHECKING:
    from mkdocs_masko.variants.images import encode
    from mkdocs_masko.variants.pool import encode_all

__all__ = ["SETTINGS", "Format", "Variant", "encode", "encode_all", "plan_variants"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name == "encode":
        from mkdocs_masko.variants.images import encode  # noqa: PLC0415

        return encode
    if name == "encode_all":
        from mkdocs_masko.variants.pool import encode_all  # noqa: PLC0415

        return encode_all
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
