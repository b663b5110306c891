"""A download that may stop at any byte, and go on in another run."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mkdocs_masko.assets.cache import flush, told
from mkdocs_masko.assets.checking import hashed
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import sniff

if TYPE_CHECKING:
    from typing import IO

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.http import Stream

_MIB = 1024 * 1024
_HEAD = 1024  # bytes, of which the type is told
CAPS = {"image": 25 * _MIB, "video": 200 * _MIB}
"""The most bytes that a medium may have, by the first word of its type."""


def address_key(url: str) -> str:
    """Return what the files about an address are named by."""
    return hashlib.sha256(url.encode()).hexdigest()


class Finding(Struct, frozen=True, kw_only=True):
    """What was found at an address, and when it was written down is the file's time.

    Attributes:
        sha256: Of the whole medium.
        etag: The server's name for it, or an empty string.
    """

    sha256: str
    etag: str = ""


class Findings:
    """Remembers what was found at addresses; a cache has one."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, url: str, *, since: float = 0) -> Finding | None:
        """Return what was found at an address.

        Args:
            url: The address.
            since: Seconds since the epoch; what was found earlier does not count.
        """
        name = _finding(url)
        with suppress(OSError, msgspec.MsgspecError):
            if since and (self._cache.folder / name).stat().st_mtime < since:
                return None
            return msgspec.json.decode(self._cache.read(name) or b"", type=Finding)
        return None

    def put(self, url: str, finding: Finding) -> None:
        """Write down what was found."""
        self._cache.keep(_finding(url), msgspec.json.encode(finding), durable=False)


def _finding(url: str) -> Path:
    return Path("addresses", f"{address_key(url)}.json")


class Part:
    """The bytes of a medium that are there so far, from this run or an earlier one.

    Args:
        path: Where they lie. The ETag of what they are part of lies beside them.
        trusted: Whether bytes without an ETag are of use, because the hash of the whole is
            known and will tell.
    """

    def __init__(self, path: Path, *, trusted: bool) -> None:
        self.path = path
        self._tag = path.with_name(f"{path.name}.etag")
        self._trusted = trusted
        self._digest, self.size, self.etag, self._cap = hashlib.sha256(), 0, "", 0
        try:
            self._cap = _cap(_head(path))
            self._digest, self.size = hashed(path), path.stat().st_size
            self.etag = self._tag.read_text(encoding="ascii") if self._tag.exists() else ""
        except (OSError, ValueError, MediaError):
            self.drop()

    def settle(self) -> None:
        """Drop bytes that nothing can tell the rest of."""
        if self.size and not (self.etag or self._trusted):
            self.drop()

    def drop(self) -> None:
        """Forget all bytes."""
        for path in (self.path, self._tag):
            with suppress(OSError):
                path.unlink()
        self._digest, self.size, self.etag = hashlib.sha256(), 0, ""

    def write(self, stream: Stream) -> str:
        """Write what comes, to the end.

        Returns:
            The sha256 of the whole.

        Raises:
            MediaError: It is no medium, or larger than one may be.
            CacheError: The disk is full, or fails.
        """
        if stream.start != self.size or not stream.start:
            self.drop()
        with told():
            file = self._opened()
        try:
            with file:
                self._note(stream.etag)
                for piece in stream.pieces:
                    self._append(file, piece)
        except MediaError:
            self.drop()
            raise
        if not self.size:
            self.drop()
            raise MediaError("the file is empty")
        return self._digest.hexdigest()

    def flush(self) -> None:
        """Have the disk hold the bytes: apart from `write`, so that no connection waits for it.

        Raises:
            CacheError: The disk is full, or fails.
        """
        with told(), self.path.open("r+b") as file:
            flush(file)

    def _opened(self) -> IO[bytes]:
        if self.size:
            return self.path.open("ab")
        with suppress(FileNotFoundError):
            self.path.unlink()  # a link would lead elsewhere
        return os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")

    def _note(self, etag: str) -> None:
        if etag != self.etag:
            with told():
                self._tag.write_text(etag, encoding="ascii")
            self.etag = etag

    def _append(self, file: IO[bytes], piece: bytes) -> None:
        if not self.size:
            self._cap = _cap(piece)
        if self.size + len(piece) > self._cap:
            raise MediaError(f"is larger than {self._cap // _MIB} MiB, the most that is taken")
        with told():
            file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _cap(head: bytes) -> int:
    """Return the most bytes of a medium that begins like this.

    Raises:
        MediaError: It is none.
    """
    kind = sniff(head).partition("/")[0]
    if kind not in CAPS:
        raise MediaError("the file is no image and no video that is known here")
    return CAPS[kind]
