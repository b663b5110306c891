"""The cache: media by the hash of their bytes, and the small forms made of them.

```
media/ab/abcdef...                                 a medium, named by its sha256
forms/ab/abcdef.../<settings>/240x240.<sha256>.avif  made of that medium; named by its own sha256
addresses/<sha256 of the address>.json             what was found at an address, and its ETag
parts/<sha256 of the address>                      the beginning of a medium, to go on from
locks/                                             who fetches what, so that one is enough
```

What is read is compared with its name every time; what does not match is removed, and so is got
again. Any number of builders may share a cache: files appear under their names complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import IO, TYPE_CHECKING, Final
from weakref import finalize

from mkdocs_masko.errors import CacheError
from mkdocs_masko.variants import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mkdocs_masko.variants import Variant

_STEP = 256 * 1024


class IntegrityChecker:
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


UNFINISHED: Final = ".new"
"""What a file's name ends with until it is complete."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Cache:
    """A folder that may be deleted at any time, without any harm but the time it takes.

    Args:
        folder: Where; it need not be there.
        warn: Hears once when nothing can be written there. What is written then lies in a
            temporary folder until the process ends.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self._warn = warn
        self.checker = IntegrityChecker()
        self._spare: Path | None = None
        self._tried = False

    def __repr__(self) -> str:
        return f"Cache({str(self.folder)!r})"

    def medium(self, sha256: str) -> Path | None:
        """Return the file of a medium, when it is there and sound."""
        return self._first(root / _medium(sha256) for root in self._roots())

    def lacks(self, sha256: str) -> bool:
        """Tell whether a medium is not there; nothing of it is read."""
        return not any((root / _medium(sha256)).is_file() for root in self._roots())

    def form(self, sha256: str, form: Variant) -> Path | None:
        """Return a form of a medium with the settings of today, when it is there and sound."""
        start, end = f"{form.width}x{form.height}.", f".{form.format}"
        for root in self._roots():
            with suppress(OSError):  # most of all: there is no such folder
                paths = sorted((root / _forms(sha256)).iterdir())
                found = self._first(p for p in paths if _is_between(start, p.name, end))
                if found:
                    return found
        return None

    def keep_form(self, sha256: str, form: Variant, content: bytes) -> Path:
        """Put a form into the cache."""
        own = hashlib.sha256(content).hexdigest()
        name = f"{form.width}x{form.height}.{own}.{form.format}"
        return self.keep(_forms(sha256) / name, content)

    def keep_medium(self, sha256: str, content: bytes) -> Path:
        """Put a medium into the cache, whose hash the caller has compared."""
        return self.keep(_medium(sha256), content)

    def keep(self, name: Path, content: bytes, *, durable: bool = True) -> Path:
        """Put a file into the cache: the whole of it, or nothing.

        Args:
            name: Where, from the cache's folder.
            content: All of it.
            durable: Whether it has to be whole even when the machine stops right after.

        Raises:
            CacheError: The disk is full, or fails.
        """
        place = self.place(name)
        new = place.with_name(f"{place.name}.{secrets.token_hex(8)}{UNFINISHED}")
        with as_cache_error(), _gone_on_failure(new):
            _write(new, content, durable=durable)
            new.replace(place)
        return place

    def adopt(self, path: Path, sha256: str) -> Path:
        """Give a complete and flushed file of the cache its final name."""
        place = self.place(_medium(sha256))
        with as_cache_error():
            path.replace(place)
        return place

    def read(self, name: Path) -> bytes | None:
        """Return the content of a small file that is no medium, when it is there."""
        for root in self._roots():
            with suppress(OSError):
                if not (root / name).is_symlink():
                    return (root / name).read_bytes()
        return None

    def place(self, name: Path) -> Path:
        """Return where a file of the cache belongs, in a folder that is there.

        Raises:
            CacheError: Not even the system's temporary folder can be written.
        """
        with as_cache_error():
            path = self._writable() / name
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _writable(self) -> Path:
        if self._spare is None and not self._tried:
            self._tried = True
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                with TemporaryDirectory(dir=self.folder, prefix=".try-"):
                    return self.folder
            except OSError as error:
                self._warn(
                    f"the cache {self.folder} cannot be written ({error.strerror}); "
                    "what is made now is made again by the next build"
                )
                self._spare = Path(mkdtemp(prefix="masko-"))
                finalize(self, rmtree, self._spare, ignore_errors=True)
        return self._spare or self.folder

    def _roots(self) -> list[Path]:
        return [self.folder, *([self._spare] if self._spare else [])]

    def _first(self, paths: Iterable[Path]) -> Path | None:
        return next((path for path in paths if self._is_sound(path)), None)

    def _is_sound(self, path: Path) -> bool:
        """Compare a file with the hash in its name, and remove what does not match."""
        named = _DIGEST.search(path.name)
        if not named:
            return False
        try:
            if self.checker.is_sound(path, named[0]):
                return True
            path.unlink()
        except OSError:
            pass  # not there, or not to be had: a miss like any other
        return False


def _is_between(start: str, name: str, end: str) -> bool:
    return name.startswith(start) and name.endswith(end)


def _medium(sha256: str) -> Path:
    return Path("media", sha256[:2], sha256)


def _forms(sha256: str) -> Path:
    return Path("forms", sha256[:2], sha256, SETTINGS)


def _write(path: Path, content: bytes, *, durable: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        if durable:
            flush(file)


def flush(file: IO[bytes]) -> None:
    """Have the disk hold what was written, so that its name never stands for less."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _gone_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


@contextmanager
def as_cache_error() -> Iterator[None]:
    """Turn trouble with the disk into an error that says so."""
    try:
        yield
    except OSError as error:
        raise CacheError(f"the cache of media cannot be written: {error.strerror}") from error
