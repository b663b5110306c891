"""Media laid down in a folder, for tools that need them on disk, or for a repository."""

from __future__ import annotations

import json
import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mkdocs_masko.assets.naming import OURS
from mkdocs_masko.errors import CacheError
from mkdocs_masko.manifest.file import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INDEX: Final = "files.json"
"""Which file is which medium, by pose and key."""


class Laid(Struct, frozen=True, kw_only=True):
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


def lay_down(
    index: Mapping[str, Mapping[str, str]], files: Mapping[str, Path], folder: Path
) -> Laid:
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
    return Laid(files=len(files), size=size, written=sum(written), removed=removed)


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
