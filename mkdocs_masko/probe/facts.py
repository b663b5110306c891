"""What is known of a medium once its first bytes are read."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

Read = Callable[[int, int], bytes]
"""Gives the bytes at (offset, length): at most that many, `b""` past the end."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the bytes of an image or a video say of it.

    Attributes:
        type: MIME type by content: `image/png`, `image/jpeg`, `image/gif`, `image/webp`,
            `image/avif`, `video/webm`, `video/mp4` or `video/quicktime`.
        width: Width as shown, in px.
        height: Height as shown, in px.
        alpha: Whether it can be transparent; None when the container does not tell.
        duration: Seconds, to the millisecond; None for images and where a video does not tell.
        codec: For videos `vp9`, `vp8`, `av1`, `hvc1`, `hev1`, `avc1` or `prores`; empty for
            any other codec and for images.
        codecs: For H.264 the full string that tells a browser which profile and level it has to
            decode: `avc1.42E01E`; else empty.
    """

    type: str
    width: int
    height: int
    alpha: bool | None
    duration: float | None
    codec: str
    codecs: str = ""


def image(mime: str, size: tuple[int, int], *, alpha: bool) -> Facts:
    """Make the facts of an image of (width, height) in px."""
    width, height = size
    return Facts(type=mime, width=width, height=height, alpha=alpha, duration=None, codec="")


def seconds(units: float, per_second: float) -> float | None:
    """Turn a duration in a file's own units into seconds, or None when it means nothing."""
    if per_second <= 0 or not math.isfinite(units) or units <= 0:
        return None
    return round(units / per_second, 3) or None
