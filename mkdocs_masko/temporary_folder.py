"""A temporary folder that is removed for certain: by this process, or by the next one.

A process that is killed (SIGTERM, a cancelled CI job) cannot remove what it made. So whoever makes
a folder removes those that nobody uses any more. A file in each says so: as long as its process
lives, it is locked on POSIX, and cannot be removed on Windows.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import IO, Final

from mkdocs_masko.files import GRACE, lock_file

PREFIX: Final = "masko-"
"""How the names of these folders begin."""

IN_USE: Final = ".in-use"
"""The name of the file in each that its process holds."""


class TemporaryFolder:
    """A folder that is made when it is needed, and removed together with this object.

    Attributes:
        path: The folder, or None before it is made.
    """

    def __init__(self) -> None:
        self.path: Path | None = None
        self._lock = Lock()

    def make(self) -> Path:
        """Return the folder, made if it is not there (any more).

        Raises:
            OSError: The system's temporary folder cannot be written.
        """
        with self._lock:
            if self.path is None or not self.path.is_dir():
                _remove_unused(Path(tempfile.gettempdir()))
                self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
                weakref.finalize(self, _remove, self.path, _hold(self.path / IN_USE))
            return self.path


def _hold(path: Path) -> IO[bytes]:
    """Create a file, and hold it until this process ends or closes it."""
    file = path.open("wb")
    with suppress(OSError):  # where there are no locks, nobody removes the folder
        lock_file(file.fileno())
    return file


def _remove(folder: Path, held: IO[bytes]) -> None:
    held.close()  # Windows removes no open file
    rmtree(folder, ignore_errors=True)


def _remove_unused(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            is_unused = _is_unused(folder)
        except OSError:  # somebody else removes it, or it is none of ours
            continue
        if is_unused:
            rmtree(folder, ignore_errors=True)


def _is_unused(folder: Path) -> bool:
    """Tell whether this user's process that made a folder has ended."""
    status = folder.lstat()
    # It is made first, and then held.
    if not stat.S_ISDIR(status.st_mode) or time.time() - status.st_mtime < GRACE:
        return False
    if sys.platform == "win32":
        (folder / IN_USE).unlink()  # fails as long as it is open
        return True
    if status.st_uid != os.getuid():
        return False
    with (folder / IN_USE).open("r+b") as file:  # NFS locks no file that is only read
        return lock_file(file.fileno())
