"""What commands do with files of the cache; no build imports it.

`prune` removes what no manifest of the site needs any more.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from mkdocs_masko.assets.cache import original_mark, settings_mark
from mkdocs_masko.assets.url_index import url_key
from mkdocs_masko.errors import CacheError
from mkdocs_masko.files import TEMPORARY_SUFFIX, remove_file
from mkdocs_masko.variants import VIDEO_FORMATS, Format
from mkdocs_masko.variants.ffmpeg_package import is_available

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mkdocs_masko.manifest import Manifest

_KINDS = {"media", "variants", "downloads", "unfinished"}  # the layout is in assets/cache.py
_OLD_KINDS = {"forms", "addresses", "parts", "locks"}  # what version 0.1 had beside the media
_RECENT = 3600.0  # seconds; another build may be using what is younger


class PruneSummary(Struct, frozen=True, kw_only=True):
    """What was removed.

    Attributes:
        files: How many.
        size: Their bytes.
        kept: How many media and variants stay.
    """

    files: int
    size: int
    kept: int


def prune(folder: Path, manifest: Manifest | None, *, dry_run: bool = False) -> PruneSummary:
    """Remove media that the manifest does not need, and variants of those or of old settings.

    Args:
        folder: The cache. Anything else in it is left alone.
        manifest: What is needed; None removes everything.
        dry_run: Only count.

    Raises:
        CacheError: The folder cannot be read.
    """
    needed_files = _NeededFiles(manifest)
    sizes: list[int] = []
    kept = 0
    try:
        paths = sorted(_cache_files(folder))
    except OSError as error:
        place = folder.as_posix()
        raise CacheError(f"the cache {place} cannot be read: {error.strerror}") from error
    for path in paths:
        parts = path.relative_to(folder).parts
        if needed_files.contains(parts, path):
            kept += parts[0] in {"media", "variants"}
            continue
        with suppress(OSError):
            size = path.lstat().st_size
            if not dry_run:
                remove_file(path)
            sizes.append(size)
    if not dry_run:
        _remove_empty_folders(folder)
    return PruneSummary(files=len(sizes), size=sum(sizes), kept=kept)


class CacheContents(Struct, frozen=True, kw_only=True):
    """What is in a cache.

    Attributes:
        media: How many originals.
        stills: How many variants of still images.
        animations: How many variants of animations.
        size: The bytes of all of them.
    """

    media: int
    stills: int
    animations: int
    size: int


def count_contents(folder: Path) -> CacheContents:
    """Count what is in a cache, whether or not anything needs it.

    Args:
        folder: The cache; it need not exist.
    """
    kinds: list[str] = []
    size = 0
    with suppress(OSError):
        for path in _cache_files(folder):
            kind = path.relative_to(folder).parts[0]
            if kind in {"media", "variants"}:
                is_video = kind == "variants" and path.suffix[1:] in VIDEO_FORMATS
                kinds.append("animations" if is_video else kind)
                size += path.lstat().st_size
    return CacheContents(
        media=kinds.count("media"),
        stills=kinds.count("variants"),
        animations=kinds.count("animations"),
        size=size,
    )


class _NeededFiles:
    """Decides which files of a cache stay."""

    def __init__(self, manifest: Manifest | None) -> None:
        self._is_empty = manifest is None
        media = [medium for _, _, medium in manifest.media()] if manifest else []
        self._digests = {medium.sha256 for medium in media if medium.sha256}
        self._originals = set(map(original_mark, self._digests))
        self._url_keys = {url_key(medium.url) for medium in media}

    def contains(self, parts: tuple[str, ...], path: Path) -> bool:
        """Tell whether a file stays.

        Args:
            parts: Its path inside the cache: `("variants", "abcd...", "240x240.0123abcd.avif")`.
            path: Its whole path.
        """
        if self._is_empty:
            return False
        if parts[0] == "unfinished" or path.name.endswith(TEMPORARY_SUFFIX):
            return _is_recent(path)
        match parts:
            case ("media", _, sha256):
                return sha256 in self._digests
            case ("variants", original, name):
                return original in self._originals and _has_settings_of_today(name)
            case ("downloads", name):
                key, _, suffix = name.partition(".")
                return key in self._url_keys if suffix == "json" else _is_recent(path)
        return False


def _has_settings_of_today(name: str) -> bool:
    """Tell whether a variant is encoded as a build would do it now, as far as that is known."""
    stem, _, format_ = name.rpartition(".")
    if format_ in VIDEO_FORMATS and not is_available():
        return True
    formats = (each for each in get_args(Format) if each == format_)
    return any(stem.endswith(f".{settings_mark(each)}") for each in formats)


def _is_recent(path: Path) -> bool:
    try:
        return path.lstat().st_mtime > time.time() - _RECENT
    except OSError:
        return False


def _kinds(folder: Path) -> Iterator[Path]:
    """Yield the folders of a cache. A symbolic link may lead out of it, and is none.

    Raises:
        OSError: The cache is there and cannot be read. Only a listing says so: `rglob` yields
            nothing then, as do the questions of a path from Python 3.14 on.
    """
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    kinds = (path for path in paths if path.name in _KINDS | _OLD_KINDS)
    yield from (kind for kind in kinds if not kind.is_symlink())


def _cache_files(folder: Path) -> Iterator[Path]:
    for kind in _kinds(folder):
        paths = kind.rglob("*")
        yield from (path for path in paths if path.is_symlink() or not path.is_dir())


def _remove_empty_folders(folder: Path) -> None:
    for kind in _kinds(folder):
        # In reverse, a folder comes after those inside it.
        for path in [*sorted(kind.rglob("*"), reverse=True), kind]:
            with suppress(OSError):
                path.rmdir()  # fails where it is a file, or not empty
