"""Whether a file on disk is still what it was: checked at every read, hashed when it may differ."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_STEP = 256 * 1024


class Checker:
    """Compares files with their hashes, and remembers those that did not change since.

    A server that builds again and again has one for all its builds.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, ...]] = {}

    def is_sound(self, path: Path, sha256: str) -> bool:
        """Tell whether a file has just these bytes; a link never does.

        Raises:
            OSError: It cannot be read; also when there is none.
        """
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or not found.st_size:
            return False
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)
        if self._known.get((str(path), sha256)) == stamp:
            return True
        if digest_of(path) != sha256:
            return False
        self._known[str(path), sha256] = stamp
        return True


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, which is read through no link.

    Raises:
        OSError: It cannot be read.
    """
    return hashed(path).hexdigest()


def hashed(path: Path) -> hashlib._Hash:
    """Return the sha256 of a file, to go on from."""
    digest = hashlib.sha256()
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        while piece := file.read(_STEP):
            digest.update(piece)
    return digest
