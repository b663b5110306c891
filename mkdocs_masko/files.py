"""Files, where systems differ about them: how they are replaced, removed and named.

On Windows, nobody can replace or remove a file that another program has open. A virus scanner, a
synchronized folder or a second build mostly closes it within moments, so that is waited for.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

TEMPORARY_SUFFIX: Final = ".new"
"""How the name of a file ends while it is written."""

_PATIENCE = 1.0  # seconds for another program to close a file
_PAUSE = 0.05  # seconds between two attempts

# ERROR_ACCESS_DENIED, which a read-only file causes too, ERROR_SHARING_VIOLATION and
# ERROR_LOCK_VIOLATION:
# https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-
_HELD = {5, 32, 33}


def stamp_of(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes with a file's content.

    The time at which its inode changed is part of it: a program can set that of its content.
    """
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def path_stamp(path: Path) -> tuple[int, ...] | None:
    """Return what changes with a file's content, or None where there is no such file."""
    try:
        return stamp_of(path.stat())
    except OSError:
        return None


def replace_file(
    path: Path, content: bytes, *, durable: bool = True, keep_mode: bool = True
) -> None:
    """Write a file atomically: all of the new content, or the file stays as it is.

    Args:
        path: The file; a symbolic link is replaced.
        content: All of it.
        durable: Whether it must be complete even if the machine stops right after.
        keep_mode: Whether the new file gets the mode of an existing one.

    Raises:
        OSError: It cannot be written.
    """
    temporary = temporary_path(path)
    # Unlike in tempfile, the mode of a new file is the umask's. Without O_BINARY, which only
    # Windows has, the system would change line ends.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            mode = path.lstat().st_mode
            if keep_mode and stat.S_ISREG(mode):
                temporary.chmod(stat.S_IMODE(mode))
        move_file(temporary, path)
    except BaseException:
        with suppress(OSError):
            remove_file(temporary)
        raise


def create_file(path: Path, content: bytes) -> None:
    """Write a file that must not be there yet, in whatever way; a symbolic link counts.

    Raises:
        FileExistsError: It is there.
        OSError: It cannot be written.
    """
    with path.open("xb") as file:
        try:
            file.write(content)
            file.flush()
        except BaseException:
            file.close()
            remove_file(path)
            raise


def update_file(path: Path, content: bytes) -> bool:
    """Write a text file, unless it has this very content; Git may have changed its line ends.

    Returns:
        Whether it was written. An unchanged file keeps its modification time.

    Raises:
        OSError: It cannot be read or written.
    """
    is_there = path.is_file() and not path.is_symlink()
    if is_there and path.read_bytes().replace(b"\r\n", b"\n") == content:
        return False
    replace_file(path, content)
    return True


def renew_file(path: Path) -> None:
    """Write a file again as it is, for programs that watch it: its time alone is not enough.

    Raises:
        OSError: It cannot be read or written.
    """
    time_before = path.stat().st_mtime
    replace_file(path, path.read_bytes())
    if int(path.stat().st_mtime) == int(time_before):
        antedate(path)


def antedate(path: Path) -> None:
    """Give a file another time, in whole seconds, which some programs compare.

    It is in the past, so that no time at which the file is written is the same.

    Raises:
        OSError: The file is not there, or somebody else's.
    """
    earlier = int(path.stat().st_mtime) - 1
    os.utime(path, (earlier, earlier))


def temporary_path(path: Path) -> Path:
    """Return where a file is written before it is moved into its place."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")


def move_file(source: Path, target: Path) -> None:
    """Move a file into its place, over what is there.

    Where another program holds a file with the same bytes, that one stays.

    Raises:
        OSError: The target cannot be replaced.
    """

    def move() -> None:
        try:
            source.replace(target)
        except OSError as error:
            if not (_is_held(error) and have_same_bytes(source, target)):
                raise
            source.unlink()

    _insist(move, target)


def remove_file(path: Path, *, missing_ok: bool = False) -> None:
    """Remove a file, a read-only one too.

    Raises:
        OSError: It cannot be removed.
    """
    _insist(lambda: path.unlink(missing_ok=missing_ok), path)


def _insist(act: Callable[[], None], path: Path) -> None:
    """Act on a file again and again, for as long as only another program is in the way."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except OSError as error:
            if not _is_held(error) or time.monotonic() > end:
                raise
        with suppress(OSError):
            if not path.lstat().st_mode & stat.S_IWRITE:
                path.chmod(stat.S_IWRITE | stat.S_IREAD)
        time.sleep(_PAUSE)


def _is_held(error: OSError) -> bool:
    return getattr(error, "winerror", None) in _HELD  # which only errors of Windows have


def have_same_bytes(one: Path, other: Path) -> bool:
    """Tell whether two files are equal; one that cannot be read equals none."""
    with suppress(OSError):
        return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    return False


def relative_name(path: Path | str, folder: Path | str) -> str:
    """Return the path of a file as seen from a folder, with `/`, for messages and glob patterns.

    On Windows there is none from one drive to another: then it is the whole path.
    """
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return Path(path).absolute().as_posix()


def fold_name(name: str) -> str:
    """Return what two names have in common that are one file on macOS or Windows.

    There, names that differ in case, or in how their accents are written, are the same.
    """
    return normalize("NFC", normalize("NFC", name).casefold())
