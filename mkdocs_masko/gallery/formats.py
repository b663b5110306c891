"""The media of a pose by what they are for, each with its size variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko import rendering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_masko.manifest import Medium

MOV = "transparent_video_mov"
WEBM = "transparent_video_webm"
OPAQUE = "video"
STACKED = "transparent_video_android"


def variants(animation: Mapping[str, Medium], key: str) -> list[Medium]:
    """Return a file of an animation in all its sizes, the largest first."""
    found = rendering.variants(animation, key)
    return sorted(found, key=lambda medium: (-medium.width, medium.url))


def moves(animation: Mapping[str, Medium], key: str) -> bool:
    """Tell whether an animation has a file that pages can show with its transparency."""
    return any(medium.alpha is not False for medium in variants(animation, key))
