"""The CDN: the cast's media on disk, and their paths.

No server is needed to find them: a build with the sandbox publishes them with the site.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.cast import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs_masko.sandbox.models import Collection, Item

MEDIA_DIR = Path(__file__).parent / "media"
"""The media of the cast that ships: `<mascot>/<pose>/` and the placeholder."""

IMAGE_KEYS = ("image", "transparent_image")
VIDEO_KEYS = (
    "video",
    "transparent_video_webm",
    "transparent_video_mov",
    "transparent_video_android",
)
TYPES = {
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
}

_KEYS = IMAGE_KEYS + VIDEO_KEYS
_SIZED = re.compile(r"(.+)_([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One file of a pose.

    Attributes:
        animation: Which animation it belongs to, or None for a still.
        key: The API's key, with the size of a variant (`video_256`).
        file: The file.
    """

    animation: int | None
    key: str
    file: Path

    @property
    def base_key(self) -> str:
        """The key without a size."""
        sized = _SIZED.fullmatch(self.key)
        return sized[1] if sized else self.key

    @property
    def place(self) -> str:
        """Its place in its pose: `image`, `0/video`."""
        return self.base_key if self.animation is None else f"{self.animation}/{self.base_key}"


@cache
def media_in(folder: Path) -> tuple[Medium, ...]:
    """List the media of a pose, in the API's order of keys, smaller variants last."""
    stills = (Medium(animation=None, key=file.stem, file=file) for file in _files(folder))
    moving = (
        Medium(animation=int(inner.name), key=file.stem, file=file)
        for inner in folder.glob("[0-9]*")
        for file in _files(inner)
    )
    return tuple(sorted([*stills, *moving], key=_order))


def _files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.glob("*") if file.suffix in TYPES)


def _order(medium: Medium) -> tuple[int, int, int]:
    sized = _SIZED.fullmatch(medium.key)
    which = -1 if medium.animation is None else medium.animation
    key = _KEYS.index(medium.base_key) if medium.base_key in _KEYS else len(_KEYS)
    return which, -int(sized[2]) if sized else -(10**9), key


@cache
def digest(file: Path) -> str:
    """Hash a file's content: sha256 in hex, computed once a process."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def media_of(item: Item, media_dir: Path) -> tuple[Medium, ...]:
    """List the media of an item; none while it is not drawn."""
    return media_in(media_dir / item.media) if item.media else ()


def cdn_path(collection: Collection, item: Item, medium: Medium) -> str:
    """Return the path of a medium on the CDN.

    It holds a hash of the file's own content, so the webm and the mov of one animation
    differ, as they do on the vendor's CDN, and a redrawn pose has a new URL.
    """
    name = f"{digest(medium.file)[:8]}{medium.file.suffix}"
    return f"{_item_path(collection, item)}-{name}"


def _item_path(collection: Collection, item: Item) -> str:
    return f"/{collection.user_prefix}/{collection.public_slug}/{item.public_slug}"


def files_of(collection: Collection, media_dir: Path) -> dict[str, Path]:
    """Return every medium of a collection by its path on the CDN."""
    return {
        cdn_path(collection, item, medium): medium.file
        for item in collection.items
        for medium in media_of(item, media_dir)
    }


@cache
def _shipped(item_path: str) -> dict[str, Path]:
    """Return the media at `/<owner>/<collection>/<item>`; the rest of their names is a hash."""
    pairs = ((c, item) for c in COLLECTIONS for item in c.items)
    return {
        cdn_path(collection, item, medium): medium.file
        for collection, item in pairs
        if item_path == _item_path(collection, item)
        for medium in media_of(item, MEDIA_DIR)
    }


def media_file(url_path: str) -> Path | None:
    """Find the file behind a CDN path of the cast that ships, without a server.

    Args:
        url_path: The path of a URL in an export, from its first slash.

    Returns:
        The file, or None: paths are looked up whole, none is ever built from the argument.
    """
    # Hashing the media of one pose takes a hundredth of the time for the whole cast.
    return _shipped(url_path.rpartition("-")[0]).get(url_path)
