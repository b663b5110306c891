"""Files, where systems differ about them: how they are replaced, removed and named.

On Windows, nobody can replace or remove a file that another program has open. A virus scanner, a
synchronized folder or a second build mostly closes it within moments, so that is waited for.

A file is written beside its place and then moved there. A process that is killed meanwhile, as in a
cancelled CI job, leaves what it wrote; the next one that writes to the folder removes it. A file
that is still being written is locked on POSIX; on Windows, it is younger than `GRACE`.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")

TEMPORARY_SUFFIX: Final = ".new"
"""How the name of a file ends while it is written."""

GRACE: Final = 60.0
"""Seconds before what another process has just made can be taken for what nobody uses."""

_LEFTOVER = re.compile(r"\.masko-[0-9a-f]{16}" + re.escape(TEMPORARY_SUFFIX))
_tidy_folders: set[Path] = set()  # those that this process has looked through

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

    def write(file: IO[bytes]) -> None:
        file.write(content)
        if durable:
            file.flush()
            flush_to_disk(file)

    _write_beside(path, write, keep_mode=keep_mode)


def copy_file(source: Path, target: Path) -> None:
    """Copy the bytes of a file atomically, as `replace_file` writes them; its mode is the umask's.

    Raises:
        OSError: It cannot be copied.
    """
    with source.open("rb") as opened:
        _write_beside(target, lambda file: shutil.copyfileobj(opened, file), keep_mode=False)


def _write_beside(path: Path, write: Callable[[IO[bytes]], None], *, keep_mode: bool) -> None:
    """Write a file under another name, then move it into its place."""
    remove_leftovers(path.parent)
    with _temporary_file(path) as temporary:
        with temporary.open("wb") as file:
            write(file)
        with suppress(OSError):  # a disk without modes, such as a network share, may refuse
            mode = path.lstat().st_mode
            if keep_mode and stat.S_ISREG(mode):
                temporary.chmod(stat.S_IMODE(mode))
        move_file(temporary, path)


@contextmanager
def _temporary_file(path: Path) -> Iterator[Path]:
    """Create a file beside another one, which nobody removes while the block runs.

    What is not moved away meanwhile is removed.
    """
    temporary, handle = _create_temporary(path)
    if sys.platform == "win32":
        os.close(handle)  # Windows moves no open file
    try:
        yield temporary
    except BaseException:
        with suppress(OSError):
            remove_file(temporary)
        raise
    finally:
        if sys.platform != "win32":
            os.close(handle)


def _create_temporary(path: Path) -> tuple[Path, int]:
    # Unlike in tempfile, the mode of a new file is the umask's.
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    while True:
        # Short, because Windows takes 260 characters for a path, and others 255 for a name.
        temporary = path.with_name(f".masko-{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")
        handle = os.open(temporary, flags, 0o666)
        try:
            # Another process may take it for a leftover before it is locked, and remove it.
            is_ours = lock_file(handle) and os.fstat(handle).st_nlink
        except OSError:  # a disk without locks, where no leftover can be told from a file in use
            is_ours = True
        if is_ours:
            return temporary, handle
        os.close(handle)


def lock_file(handle: int) -> bool:
    """Lock a file until it is closed, unless another process has; Windows locks what is open.

    Returns:
        Whether no other process holds it.

    Raises:
        OSError: Its disk knows no locks.
    """
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - Windows has none

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def remove_leftovers(folder: Path) -> None:
    """Remove the files that killed processes have not finished; once a process, as it is rare."""
    if folder in _tidy_folders:
        return
    _tidy_folders.add(folder)
    with suppress(OSError):
        for path in folder.iterdir():
            if _LEFTOVER.fullmatch(path.name):
                with suppress(OSError):  # somebody else removes it, or the disk knows no locks
                    _remove_leftover(path)


def _remove_leftover(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return
    if sys.platform == "win32":
        if time.time() - status.st_mtime > GRACE:
            path.unlink()
        return
    if status.st_uid == os.getuid():
        with path.open("r+b") as file:  # NFS locks no file that is only read
            if lock_file(file.fileno()):
                path.unlink()


def flush_to_disk(file: IO[bytes]) -> None:
    """Wait until a file is on the disk, if that is of a kind that can tell.

    Raises:
        OSError: It could not be written.
    """
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}:
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
    remove_leftovers(path.parent)
    is_there = path.is_file() and not path.is_symlink()
    if is_there and read_file(path).replace(b"\r\n", b"\n") == content:
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
            remove_file(source)

    _insist(move, target)


def remove_file(path: Path, *, missing_ok: bool = False) -> None:
    """Remove a file, a read-only one too.

    Raises:
        OSError: It cannot be removed.
    """
    _insist(lambda: path.unlink(missing_ok=missing_ok), path)


def read_file(path: Path, size: int = -1) -> bytes:
    """Read a file, or only its start; on Windows, another program may just be replacing it.

    Args:
        path: The file.
        size: The most bytes to read; by default all.

    Raises:
        OSError: It cannot be read.
    """

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(size)

    return _insist(read, path, only_reads=True)


def _insist(act: Callable[[], T], path: Path, *, only_reads: bool = False) -> T:
    """Act on a file again and again, for as long as only another program is in the way."""
    end = time.monotonic() + _PATIENCE
    is_in_the_way = _is_locked if only_reads else _is_held
    while True:
        try:
            return act()
        except OSError as error:
            if not is_in_the_way(error) or time.monotonic() > end:
                raise
        if not only_reads:
            with suppress(OSError):
                if not path.lstat().st_mode & stat.S_IWRITE:
                    path.chmod(stat.S_IWRITE | stat.S_IREAD)
        time.sleep(_PAUSE)


def _is_held(error: OSError) -> bool:
    return getattr(error, "winerror", None) in _HELD  # which only errors of Windows have


def _is_locked(error: OSError) -> bool:
    # `open` goes through C, which knows no numbers of Windows.
    return sys.platform == "win32" and isinstance(error, PermissionError)


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


def folder_prefix(path: Path | str, folder: Path | str) -> str:
    """Return the same for a folder whose files are to be named; empty for the folder itself."""
    name = relative_name(path, folder)
    return "" if name == "." else name


def named_folder(environ: Mapping[str, str], variable: str) -> Path | None:
    """Return the folder that an environment variable names, if it does.

    A `~` is the user's folder: no shell has replaced it in a file of a CI system.
    """
    name = environ.get(variable, "").strip()
    if not name:
        return None
    with suppress(RuntimeError):  # a user without a home
        return Path(name).expanduser()
    return Path(name)


def fold_name(name: str) -> str:
    """Return what two names have in common that are one file on macOS or Windows.

    There, names that differ in case, or in how their accents are written, are the same.
    """
    return normalize("NFC", normalize("NFC", name).casefold())
