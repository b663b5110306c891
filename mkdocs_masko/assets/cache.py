"""The local cache: downloaded media, and the variants that were encoded from them.

```
media/ab/abcdef...                       a medium, named by the sha256 of its bytes
variants/abcdef.../240x240.01234567.avif a variant: its original, its size, how it is encoded
downloads/abcdef....json                 what was downloaded from a URL, and its ETag
downloads/abcdef....part, .etag          a partial download, to resume
downloads/abcdef....lock                 who downloads it, so that one is enough
unfinished/01234567.json                 what an unfinished sync has read, for the next one
```

No path inside is longer than 73 characters, because Windows takes 260 for the whole. Nothing in
here is trusted: whoever reads a file says which bytes it must have, or has signed it. Any number of
builds may share a cache: a file appears under its name only when it is complete, and is only ever
replaced. The folder may be deleted at any time; that costs only the downloads and the encoding.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from mkdocs_masko.errors import CacheError
from mkdocs_masko.files import move_file, replace_file, stamp_of
from mkdocs_masko.temporary_folder import TemporaryFolder
from mkdocs_masko.variants import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mkdocs_masko.variants import Format, Variant

    T = TypeVar("T")

_CHUNK = 256 * 1024  # bytes
_ORIGINAL_DIGITS = 20  # hex digits of the original's hash, in the path of a variant
_SETTINGS_DIGITS = 8


class Cache:
    """A folder of media and variants.

    Args:
        folder: Where; it need not exist.
        warn: Called at most once, when something in the folder cannot be written. It then goes
            to a temporary folder that lasts as long as the process.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self._warn = warn
        self.checker = IntegrityChecker()
        self._lock = Lock()
        self._temporary = TemporaryFolder()
        self._has_warned = False

    def __repr__(self) -> str:
        return f"Cache({str(self.folder)!r})"

    def get_medium(self, sha256: str) -> Path | None:
        """Return the path of a medium, or None on a cache miss."""
        return self.find(medium_path(sha256), sha256)

    def lacks(self, sha256: str) -> bool:
        """Tell whether a medium is a cache miss, without reading its bytes."""
        return self.locate(medium_path(sha256)) is None

    def put_medium(self, sha256: str, content: bytes) -> Path:
        """Cache a medium. The caller has compared its hash."""
        return self.put(medium_path(sha256), content)

    def find(self, name: Path, sha256: str) -> Path | None:
        """Return the path of a file that has these very bytes, or None on a cache miss.

        Args:
            name: Its path inside the cache.
            sha256: Of its bytes.
        """
        for root in self._roots():
            with suppress(OSError):  # missing, or not readable: a cache miss like any other
                if self.checker.is_intact(root / name, sha256):
                    return root / name
        return None

    def locate(self, name: Path) -> Path | None:
        """Return the path of a file whose bytes nobody has compared, or None on a cache miss."""
        for root in self._roots():
            with suppress(OSError):
                if stat.S_ISREG((root / name).lstat().st_mode):
                    return root / name
        return None

    def read(self, name: Path) -> bytes | None:
        """Return the content of a small file without a hash in its name, or None on a miss."""
        path = self.locate(name)
        if path is not None:
            with suppress(OSError):
                return path.read_bytes()
        return None

    def put(self, name: Path, content: bytes, *, durable: bool = True) -> Path:
        """Write a file: all of it, or nothing.

        Args:
            name: Its path inside the cache.
            content: All of it.
            durable: Whether it must be complete even if the machine stops right after.

        Raises:
            CacheError: Not even the system's temporary folder can be written.
        """

        def write(root: Path) -> Path:
            path = root / name
            with as_cache_error():
                path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(path, content, durable=durable, keep_mode=False)
            return path

        return self.write(write)

    def write(self, write: Callable[[Path], T]) -> T:
        """Write something into the cache, or where that fails, into a temporary folder.

        Every write is an attempt of its own: builds and threads need not agree on whether the
        cache can be written, and a disk that is full may have room for the next file.

        Args:
            write: Gets the folder to write into, and raises CacheError where it cannot.

        Raises:
            CacheError: Not even the system's temporary folder can be written.
        """
        try:
            return write(self.folder)
        except CacheError as error:
            self._report(error)
        with as_cache_error():
            folder = self._temporary.make()
        return write(folder)

    def adopt(self, path: Path, sha256: str) -> Path:
        """Move a complete and durable file to its place as a medium of the same folder.

        Raises:
            CacheError: Its place cannot be written.
        """
        root = next(root for root in self._roots() if path.is_relative_to(root))
        target = root / medium_path(sha256)
        with as_cache_error():
            target.parent.mkdir(parents=True, exist_ok=True)
            move_file(path, target)
        return target

    def _report(self, error: CacheError) -> None:
        with self._lock:
            if self._has_warned:
                return
            self._has_warned = True
        reason = getattr(error.__cause__, "strerror", None) or error
        self._warn(
            f"the cache {self.folder.as_posix()} cannot be written ({reason}); the next build has "
            "to download and encode again. MASKO_CACHE_DIR names another folder"
        )

    def _roots(self) -> list[Path]:
        return [self.folder, *([self._temporary.path] if self._temporary.path else [])]


def medium_path(sha256: str) -> Path:
    """Return where a medium is, inside a cache."""
    return Path("media", sha256[:2], sha256)


def variant_path(sha256: str, variant: Variant) -> Path:
    """Return where a variant of a medium is, inside a cache; other settings are another path."""
    name = f"{variant.width}x{variant.height}.{settings_mark(variant.format)}.{variant.format}"
    return Path("variants", original_mark(sha256), name)


def original_mark(sha256: str) -> str:
    """Return what stands for an original in the paths of its variants."""
    return sha256[:_ORIGINAL_DIGITS]


def settings_mark(format_: Format) -> str:
    """Return what stands for today's encoder settings in the names of variants of a format."""
    return settings_of(format_)[:_SETTINGS_DIGITS]


class IntegrityChecker:
    """Compares files with their hashes, and remembers those that did not change since.

    A server that builds again and again has one for all its builds.
    """

    def __init__(self) -> None:
        self._stamps: dict[tuple[str, str], tuple[int, ...]] = {}

    def is_intact(self, path: Path, sha256: str) -> bool:
        """Tell whether a file has these very bytes. A symbolic link never is intact.

        Raises:
            OSError: The file is missing or cannot be read.
        """
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return False
        stamp = stamp_of(status)
        if self._stamps.get((str(path), sha256)) == stamp:
            return True
        if digest_of(path) != sha256:
            return False
        self._stamps[str(path), sha256] = stamp
        return True


def digest_of(path: Path) -> str:
    """Return the sha256 of a file in hex. A symbolic link is not followed.

    Raises:
        OSError: The file cannot be read.
    """
    return hash_file(path).hexdigest()


def hash_file(path: Path) -> hashlib._Hash:
    """Return the sha256 of a file as an object that takes more bytes.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    # Windows has no O_NOFOLLOW, and opens files as text without O_BINARY, which others lack.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest


@contextmanager
def as_cache_error() -> Iterator[None]:
    """Translate errors of the file system."""
    try:
        yield
    except OSError as error:
        raise CacheError(f"the cache of media cannot be written: {error.strerror}") from error
