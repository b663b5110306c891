"""The local cache: media by the hash of their bytes, and the variants made of them.

```
media/ab/abcdef...                                   a medium, named by its sha256
forms/ab/abcdef.../<settings>/240x240.<sha256>.avif  a variant of it, named by its own sha256
addresses/<sha256 of the URL>.json                   what was downloaded from a URL, and its ETag
parts/<sha256 of the URL>                            a partial download, to resume
locks/                                               who downloads what, so that one is enough
```

Every read compares the file with the hash in its name. A corrupt cache entry is removed, and is a
cache miss. Any number of builds may share a cache: a file appears under its name only when it is
complete. The folder may be deleted at any time; that costs only the downloads and the encoding.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING
from weakref import finalize

from mkdocs_masko.errors import CacheError
from mkdocs_masko.manifest.file import replace_file
from mkdocs_masko.variants import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mkdocs_masko.variants import Variant

_CHUNK = 256 * 1024  # bytes
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Cache:
    """A folder of media and variants.

    Args:
        folder: Where; it need not exist.
        warn: Called at most once, when the folder cannot be written. What is cached then goes to
            a temporary folder that lasts as long as the process.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self._warn = warn
        self.checker = IntegrityChecker()
        self._temporary: Path | None = None
        self._tried_folder = False

    def __repr__(self) -> str:
        return f"Cache({str(self.folder)!r})"

    def get_medium(self, sha256: str) -> Path | None:
        """Return the path of a medium, or None on a cache miss."""
        return self._first_intact(root / medium_path(sha256) for root in self._roots())

    def lacks(self, sha256: str) -> bool:
        """Tell whether a medium is a cache miss, without reading its bytes."""
        return not any((root / medium_path(sha256)).is_file() for root in self._roots())

    def put_medium(self, sha256: str, content: bytes) -> Path:
        """Cache a medium. The caller has compared its hash."""
        return self.put(medium_path(sha256), content)

    def get_variant(self, sha256: str, variant: Variant) -> Path | None:
        """Return the path of a medium's variant, or None on a cache miss.

        Variants of other encoder settings than today's are misses.
        """
        start, end = f"{variant.width}x{variant.height}.", f".{variant.format}"
        for root in self._roots():
            with suppress(OSError):  # most of all, the folder does not exist
                paths = sorted((root / variants_folder(sha256)).iterdir())
                candidates = [p for p in paths if p.name.startswith(start) and p.suffix == end]
                path = self._first_intact(candidates)
                if path:
                    return path
        return None

    def put_variant(self, sha256: str, variant: Variant, content: bytes) -> Path:
        """Cache a variant of a medium; its own hash goes into its name."""
        digest = hashlib.sha256(content).hexdigest()
        name = f"{variant.width}x{variant.height}.{digest}.{variant.format}"
        return self.put(variants_folder(sha256) / name, content)

    def read(self, name: Path) -> bytes | None:
        """Return the content of a small file without a hash in its name, or None on a miss."""
        for root in self._roots():
            with suppress(OSError):
                if not (root / name).is_symlink():
                    return (root / name).read_bytes()
        return None

    def put(self, name: Path, content: bytes, *, durable: bool = True) -> Path:
        """Write a file: all of it, or nothing.

        Args:
            name: Its path inside the cache.
            content: All of it.
            durable: Whether it must be complete even if the machine stops right after.

        Raises:
            CacheError: The disk is full, or fails.
        """
        path = self.path_for(name)
        with as_cache_error():
            replace_file(path, content, durable=durable)
        return path

    def adopt(self, path: Path, sha256: str) -> Path:
        """Move a complete and durable file of the cache to its place as a medium."""
        target = self.path_for(medium_path(sha256))
        with as_cache_error():
            path.replace(target)
        return target

    def path_for(self, name: Path) -> Path:
        """Return where to write a file of the cache; its folder exists then.

        Raises:
            CacheError: Not even the system's temporary folder can be written.
        """
        with as_cache_error():
            path = self._writable_root() / name
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _writable_root(self) -> Path:
        if self._temporary is None and not self._tried_folder:
            self._tried_folder = True
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                # Only a write tells: permission bits say nothing of a read-only mount or of root.
                with TemporaryDirectory(dir=self.folder, prefix=".try-"):
                    return self.folder
            except OSError as error:
                self._warn(
                    f"the cache {self.folder} cannot be written ({error.strerror}); "
                    "the next build has to download and encode again"
                )
                self._temporary = Path(mkdtemp(prefix="masko-"))
                finalize(self, rmtree, self._temporary, ignore_errors=True)
        return self._temporary or self.folder

    def _roots(self) -> list[Path]:
        return [self.folder, *([self._temporary] if self._temporary else [])]

    def _first_intact(self, paths: Iterable[Path]) -> Path | None:
        return next((path for path in paths if self._is_intact(path)), None)

    def _is_intact(self, path: Path) -> bool:
        """Compare a file with the hash in its name, and remove a corrupt one."""
        digest = _DIGEST.search(path.name)
        if not digest:
            return False
        try:
            if self.checker.is_intact(path, digest[0]):
                return True
            path.unlink()
        except OSError:
            pass  # missing, or not readable: a cache miss like any other
        return False


def medium_path(sha256: str) -> Path:
    """Return where a medium is, inside a cache."""
    return Path("media", sha256[:2], sha256)


def variants_folder(sha256: str) -> Path:
    """Return where the variants of a medium are, inside a cache, for today's settings."""
    return Path("forms", sha256[:2], sha256, SETTINGS)


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
        # ctime as well: a program can set the mtime of a file that it changed.
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)
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
    """Return the sha256 of a file as an object that takes more bytes."""
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
