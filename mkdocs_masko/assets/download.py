"""Media from their addresses into the cache: side by side, hashed on the way, each about once."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mkdocs_masko.assets.cache import as_cache_error, flush, hashed
from mkdocs_masko.errors import DriftError, MalformedResponse, MediaError, NotFound, RequestRejected
from mkdocs_masko.probe import sniff
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import check_media_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import IO

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.http import Stream, Transport


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold a lock while the block runs, where the file system and the time allow it.

    Args:
        path: The lock's file.
        seconds: The longest wait.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only who fetches pays for it

    with ExitStack() as stack:
        with suppress(Timeout, OSError, NotImplementedError):  # some network disks know no locks
            stack.enter_context(FileLock(path, timeout=seconds))
        yield


_MIB = 1024 * 1024
_HEAD = 1024  # bytes, of which the type is told
CAPS = {"image": 25 * _MIB, "video": 200 * _MIB}
"""The most bytes that a medium may have, by the first word of its type."""


def address_key(url: str) -> str:
    """Return what the files about an address are named by."""
    return hashlib.sha256(url.encode()).hexdigest()


class UrlRecord(Struct, frozen=True, kw_only=True):
    """What was found at an address, and when it was written down is the file's time.

    Attributes:
        sha256: Of the whole medium.
        etag: The server's name for it, or an empty string.
    """

    sha256: str
    etag: str = ""


class UrlIndex:
    """Remembers what was found at addresses; a cache has one."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, url: str, *, since: float = 0) -> UrlRecord | None:
        """Return what was found at an address.

        Args:
            url: The address.
            since: Seconds since the epoch; what was found earlier does not count.
        """
        name = _finding(url)
        with suppress(OSError, msgspec.MsgspecError):
            if since and (self._cache.folder / name).stat().st_mtime < since:
                return None
            return msgspec.json.decode(self._cache.read(name) or b"", type=UrlRecord)
        return None

    def put(self, url: str, finding: UrlRecord) -> None:
        """Write down what was found."""
        self._cache.keep(_finding(url), msgspec.json.encode(finding), durable=False)


def _finding(url: str) -> Path:
    return Path("addresses", f"{address_key(url)}.json")


class PartialDownload:
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
        with as_cache_error():
            file = self._opened()
        try:
            with file:
                self._note(stream.etag)
                for piece in stream.chunks:
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
        with as_cache_error(), self.path.open("r+b") as file:
            flush(file)

    def _opened(self) -> IO[bytes]:
        if self.size:
            return self.path.open("ab")
        with suppress(FileNotFoundError):
            self.path.unlink()  # a link would lead elsewhere
        return os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")

    def _note(self, etag: str) -> None:
        if etag != self.etag:
            with as_cache_error():
                self._tag.write_text(etag, encoding="ascii")
            self.etag = etag

    def _append(self, file: IO[bytes], piece: bytes) -> None:
        if not self.size:
            self._cap = _cap(piece)
        if self.size + len(piece) > self._cap:
            raise MediaError(f"is larger than {self._cap // _MIB} MiB, the most that is taken")
        with as_cache_error():
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


AT_ONCE = 8
"""Connections; what a browser opens to one host, and a little more."""

_WORKERS = AT_ONCE + 4  # some write to the disk while others have the connections

_RECENT = 60.0  # seconds: what other builders of the same moment found is found


class DownloadRequest(Struct, frozen=True, kw_only=True):
    """A medium to fetch.

    Attributes:
        url: Its address.
        sha256: What its bytes must be, or an empty string where that is to be found out.
    """

    url: str
    sha256: str = ""


class Download(Struct, frozen=True, kw_only=True):
    """A medium that lies in the cache.

    Attributes:
        path: Where.
        sha256: Of its bytes.
        size: In bytes.
        new: Whether the bytes came just now.
    """

    path: Path
    sha256: str
    size: int
    new: bool = False


class Downloader:
    """Fetches media into a cache.

    Args:
        cache: Where they are put.
        download: Calls what fetches one, in as many attempts as make sense.
        origins: Where media may come from.
        tell: Hears after each medium how many bytes came; from several threads.
        anew: Ask the server for media that are known, where only that tells of new bytes.
        wait: Seconds to wait for another builder that fetches the same.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of whoever fetches
        self,
        cache: Cache,
        download: Callable[[Callable[[Transport], str | None]], str | None],
        origins: Collection[str],
        *,
        tell: Callable[[int], None] = lambda _: None,
        anew: bool = False,
        wait: float = 30,
    ) -> None:
        self._cache, self._findings = cache, UrlIndex(cache)
        self._download, self._origins = download, origins
        self._tell, self._wait = tell, wait
        self._since = time.time() - (0 if anew else _RECENT)

    def fetch_all(self, wanted: Iterable[DownloadRequest]) -> dict[str, Download | MaskoError]:
        """Fetch media, eight at once.

        Returns:
            By address the medium, or why there is none. What was fetched stays in the cache,
            whatever happens to the others.

        Raises:
            ApiError: The server cannot be reached or fails; nothing can be said of its media.
            CacheError: The disk is full, or fails.
        """
        todo = list(dict.fromkeys(wanted))
        with ThreadPoolExecutor(_WORKERS) as pool:
            running = [pool.submit(self._attempt, each) for each in todo]
            try:
                done = [future.result() for future in running]
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        return {each.url: found for each, found in zip(todo, done, strict=True)}

    def _attempt(self, wanted: DownloadRequest) -> Download | MaskoError:
        try:
            check_media_url(wanted.url, self._origins)
            found = self._fetch(wanted)
        except (MediaError, DriftError, NotFound, RequestRejected) as error:
            return error
        self._tell(found.size if found.new else 0)
        return found

    def _fetch(self, wanted: DownloadRequest) -> Download:
        lock = self._cache.place(Path("locks", address_key(wanted.url)))
        with locked(lock, self._wait):
            there = self._there(wanted)
            return there or self._from_server(wanted)

    def _there(self, wanted: DownloadRequest) -> Download | None:
        """Return what another builder fetched while this one waited for the lock."""
        if wanted.sha256:
            return self._found(wanted.sha256)
        recent = self._findings.get(wanted.url, since=self._since)
        return self._found(recent.sha256) if recent else None

    def _found(self, sha256: str) -> Download | None:
        path = self._cache.medium(sha256)
        return Download(path=path, sha256=sha256, size=path.stat().st_size) if path else None

    def _from_server(self, wanted: DownloadRequest) -> Download:
        part = PartialDownload(
            self._cache.place(Path("parts", address_key(wanted.url))), trusted=bool(wanted.sha256)
        )
        finding = None if wanted.sha256 else self._findings.get(wanted.url)
        known = self._found(finding.sha256) if finding else None
        etag = finding.etag if finding and known else ""
        sha256 = self._received(wanted, part, etag)
        if sha256 is None and finding and known:
            self._findings.put(wanted.url, finding)
            return known
        if sha256 is None or wanted.sha256 not in {"", sha256}:
            part.drop()
            raise DriftError(
                f"other bytes stand at {sanitize(wanted.url)} than the manifest says. "
                "Run 'mkdocs-masko sync' and commit the manifest."
            )
        return self._kept(wanted.url, part, sha256)

    def _received(self, wanted: DownloadRequest, part: PartialDownload, etag: str) -> str | None:
        """Return the hash of what came, or None for what the ETag stands for.

        What goes on from an earlier run and does not fit is fetched from its start, once.
        """
        attempt = partial(_receive, wanted.url, part, etag)
        if not part.size:
            return self._download(attempt)
        with suppress(MalformedResponse, RequestRejected, MediaError):
            sha256 = self._download(attempt)
            if wanted.sha256 in {"", sha256}:
                return sha256
        part.drop()
        return self._download(attempt)

    def _kept(self, url: str, part: PartialDownload, sha256: str) -> Download:
        part.flush()
        finding = UrlRecord(sha256=sha256, etag=part.etag)
        path = self._cache.adopt(part.path, sha256)
        done = Download(path=path, sha256=sha256, size=part.size, new=True)
        part.drop()
        self._findings.put(url, finding)
        return done


def _receive(url: str, part: PartialDownload, known: str, transport: Transport) -> str | None:
    part.settle()
    return transport.stream(
        url,
        part.write,
        offset=part.size,
        etag=part.etag if part.size else "",
        known_etag="" if part.size else known,
    )
