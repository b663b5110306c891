"""What the cache holds and no manifest of the site needs any more."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mkdocs_masko.assets.cache import UNFINISHED
from mkdocs_masko.assets.download import address_key
from mkdocs_masko.assets.site_files import OURS
from mkdocs_masko.errors import CacheError
from mkdocs_masko.manifest.file import replace_file
from mkdocs_masko.variants import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.manifest import Manifest

_KINDS = {"media", "forms", "addresses", "parts", "locks"}
_RECENT = 3600.0  # seconds: what is younger may be at work


class Pruned(Struct, frozen=True, kw_only=True):
    """What was removed.

    Attributes:
        files: How many.
        size: Their bytes.
        kept: How many media and forms stay.
    """

    files: int
    size: int
    kept: int


def prune(folder: Path, manifest: Manifest | None, *, dry: bool = False) -> Pruned:
    """Remove what a manifest does not need: other media, and forms of them or of old settings.

    Args:
        folder: The cache. Only what a cache has in it is touched.
        manifest: What is needed; without one, nothing is.
        dry: Only count.
    """
    needed = _Needed(manifest)
    gone: list[int] = []
    kept = 0
    for path in sorted(_files(folder)):
        if needed.has(path.relative_to(folder).parts, path):
            kept += path.parts[len(folder.parts)] in {"media", "forms"}
            continue
        with suppress(OSError):
            size = path.lstat().st_size
            if not dry:
                path.unlink()
            gone.append(size)
    if not dry:
        _remove_empty(folder)
    return Pruned(files=len(gone), size=sum(gone), kept=kept)


class _Needed:
    """Decides for each file of a cache."""

    def __init__(self, manifest: Manifest | None) -> None:
        self._all = manifest is None
        media = [medium for _, _, medium in manifest.media()] if manifest else []
        self._digests = {medium.sha256 for medium in media}
        self._addresses = {address_key(medium.url) for medium in media}

    def has(self, parts: tuple[str, ...], path: Path) -> bool:
        """Tell whether a file has to stay."""
        if self._all:
            return False
        kind, last = parts[0], parts[-1]
        if kind in {"parts", "locks"} or last.endswith(UNFINISHED):
            return _is_recent(path)
        if kind == "addresses":
            return last.removesuffix(".json") in self._addresses
        current = kind == "media" or (len(parts) > 3 and parts[3] == SETTINGS)  # noqa: PLR2004 - its place in the path
        return len(parts) > 2 and parts[2] in self._digests and current  # noqa: PLR2004 - as above


def _is_recent(path: Path) -> bool:
    try:
        return path.lstat().st_mtime > time.time() - _RECENT
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    for kind in sorted(_KINDS):
        if not (folder / kind).is_symlink():
            found = (folder / kind).rglob("*")
            yield from (path for path in found if path.is_symlink() or not path.is_dir())


def _remove_empty(folder: Path) -> None:
    for kind in _KINDS:
        for path in sorted((folder / kind).rglob("*"), reverse=True):
            with suppress(OSError):
                path.rmdir()  # refuses what is not an empty folder
        with suppress(OSError):
            (folder / kind).rmdir()


INDEX: Final = "files.json"
"""Which file is which medium, by pose and key."""


class ExportSummary(Struct, frozen=True, kw_only=True):
    """What lies in the folder now.

    Attributes:
        files: How many media.
        size: Their bytes.
        written: How many of them are new.
        removed: How many that no pose has any more were removed.
    """

    files: int
    size: int
    written: int
    removed: int


def export_to(
    index: Mapping[str, Mapping[str, str]], files: Mapping[str, Path], folder: Path
) -> ExportSummary:
    """Put media into a folder.

    What is there already is left alone. Of the other files only those are removed that an
    earlier run laid down.

    Args:
        index: Their names by pose and key, which is written beside them.
        files: What lies under each name.
        folder: Where; it need not be there.

    Raises:
        CacheError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        removed = _remove_old(folder, files)
        written = [_copy(file, folder / name) for name, file in files.items()]
        _replace(folder / INDEX, json.dumps(index, indent=2, sort_keys=True) + "\n")
    except OSError as error:
        raise CacheError(f"{folder}: cannot be written: {error.strerror}.") from error
    size = sum((folder / name).stat().st_size for name in files)
    return ExportSummary(files=len(files), size=size, written=sum(written), removed=removed)


def _remove_old(folder: Path, files: Mapping[str, Path]) -> int:
    """Remove what the index of an earlier run lists, and nothing else."""
    removed = 0
    with suppress(OSError, ValueError, AttributeError, TypeError):
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        listed = {name for pose in index.values() for name in pose.values()}
        for name in sorted(name for name in listed - files.keys() if OURS.fullmatch(name)):
            with suppress(FileNotFoundError):
                (folder / name).unlink()
                removed += 1
    return removed


def _copy(source: Path, target: Path) -> bool:
    if not target.is_symlink() and target.is_file() and _same(source, target):
        return False
    new = target.with_name(f".{target.name}.{secrets.token_hex(8)}.new")
    try:
        shutil.copyfile(source, new)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return True


def _same(source: Path, target: Path) -> bool:
    return source.samefile(target) or source.read_bytes() == target.read_bytes()


def _replace(path: Path, text: str) -> None:
    if not path.is_symlink() and path.is_file() and path.read_bytes() == text.encode():
        return
    replace_file(path, text.encode())
