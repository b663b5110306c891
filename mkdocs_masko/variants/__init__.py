"""Variants of still images: AVIF, WebP and PNG at the widths that a page's boxes ask for.

The pool is imported when it is used: a build that finds all variants in its cache needs no
`multiprocessing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_masko.variants.images import SETTINGS, encode
from mkdocs_masko.variants.plan import Format, Variant, plan_variants

if TYPE_CHECKING:
    from mkdocs_masko.variants.pool import encode_all

__all__ = ["SETTINGS", "Format", "Variant", "encode", "encode_all", "plan_variants"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name == "encode_all":
        from mkdocs_masko.variants.pool import encode_all  # noqa: PLC0415 - see above

        return encode_all
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
