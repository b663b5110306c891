"""Sizes of files, as people write and read them."""

from __future__ import annotations

import re

_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "kib": 1024, "mib": 1024**2}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([a-z]*)")
_KILO = 1000


def read_size(text: object) -> int | None:
    """Read a size: `500000`, `500 kB`, `1.5 MB`, `2 MiB`.

    Returns:
        Bytes, at least 1, or None when it is no size.
    """
    found = _SIZE.fullmatch(str(text).strip().lower()) if not isinstance(text, bool) else None
    if not found or found[2] not in _UNITS:
        return None
    return int(float(found[1]) * _UNITS[found[2]]) or None


def spoken_size(size: int) -> str:
    """Name a size in its largest fitting unit: 48200 bytes are `48 kB`."""
    if size < _KILO:
        return f"{size} bytes" if size != 1 else "1 byte"
    if size < 999_500:  # noqa: PLR2004 - what is rounded to a thousand
        return f"{size / _KILO:.0f} kB" if size >= 9_950 else f"{size / _KILO:.1f} kB"  # noqa: PLR2004
    return f"{size / _KILO**2:.1f} MB"
