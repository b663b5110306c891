"""The CDN: the cast's media on disk, their paths, and answers with ranges and validators."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.cast import COLLECTIONS
from mkdocs_masko.sandbox.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mkdocs_masko.sandbox.models import Collection, Item
    from mkdocs_masko.sandbox.responses import Request

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
    name = f"{item.public_slug}-{digest(medium.file)[:8]}{medium.file.suffix}"
    return f"/{collection.user_prefix}/{collection.public_slug}/{name}"


def files_of(collection: Collection, media_dir: Path) -> dict[str, Path]:
    """Return every medium of a collection by its path on the CDN."""
    return {
        cdn_path(collection, item, medium): medium.file
        for item in collection.items
        for medium in media_of(item, media_dir)
    }


@cache
def _shipped() -> dict[str, Path]:
    return {path: file for c in COLLECTIONS for path, file in files_of(c, MEDIA_DIR).items()}


def media_file(url_path: str) -> Path | None:
    """Find the file behind a CDN path of the cast that ships, without a server.

    Args:
        url_path: The path of a URL in an export, from its first slash.

    Returns:
        The file, or None: paths are looked up whole, none is ever built from the argument.
    """
    return _shipped().get(url_path)


_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def media_answer(request: Request, content: bytes) -> Answer:
    """Answer with a medium, or the part of it that was asked for.

    The type follows the suffix of the path, whatever the bytes are. A URL may get other bytes
    later, so caches have to revalidate after five minutes.
    """
    path = PurePosixPath(request.path.partition("?")[0])
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=300",
        "ETag": etag,
    }
    if _matches_etag(request, etag):
        return Answer(status=304, headers=headers)
    headers["Content-Type"] = TYPES.get(path.suffix, "application/octet-stream")
    byte_range = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or not byte_range or _is_outdated(request, etag):
        return Answer(body=content, headers=headers)
    return _part(content, headers, *byte_range.groups())


def _matches_etag(request: Request, etag: str) -> bool:
    etags = request.headers.get("if-none-match", "")
    return etags.strip() == "*" or etag in re.findall(r'"[^"]*"', etags)


def _is_outdated(request: Request, etag: str) -> bool:
    return request.headers.get("if-range", etag) != etag


def _part(content: bytes, headers: Mapping[str, str], first: str, last: str) -> Answer:
    size = len(content)
    if not first and not last:
        return Answer(body=content, headers=headers)
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < int(first):
        return Answer(body=content, headers=headers)
    if start >= size:
        return Answer(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    part = {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{size}"}
    return Answer(status=206, body=content[start:stop], headers=part)
