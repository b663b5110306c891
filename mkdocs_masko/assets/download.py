"""Downloads of media into the cache: in parallel, hashed as they arrive, each about once.

A `Downloader` takes `DownloadRequest`s and returns a `Download` or an error for each. Under a lock
for each URL it first looks whether another build was quicker. A `PartialDownload` keeps what a
broken connection left, and is resumed by a range request; without a lock it is this build's own.
A revalidation costs no bytes where nothing changed, because the `UrlIndex` remembers which hash and
which validator a URL had; a `NotModifiedCheck` finds servers whose word for it is worth nothing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mkdocs_masko.assets.cache import as_cache_error, hash_file
from mkdocs_masko.assets.url_index import UrlIndex, UrlRecord, file_path
from mkdocs_masko.errors import (
    CacheError,
    DriftError,
    MalformedResponse,
    MediaError,
    NotFound,
    RequestRejected,
)
from mkdocs_masko.files import flush_to_disk, remove_file, replace_file
from mkdocs_masko.http import NO_VALIDATOR, NotModified, Validator
from mkdocs_masko.probe import sniff
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import check_media_url, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path
    from typing import IO

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.signature import Signer
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.http import Stream, Transport

    Attempt = Callable[[Transport], Any]

MAX_CONNECTIONS = 8
"""At once, to one host: the six of a browser, and a little more."""

# While some threads flush to the disk, others use the connections.
_THREADS = MAX_CONNECTIONS + 4

_RECENT = 60.0  # seconds; builds that start together share what they find
_MIB = 1024 * 1024
_HEAD = 1024  # bytes, enough to tell the type
_MAX_BYTES = {"image": 25 * _MIB, "video": 200 * _MIB}


class DownloadRequest(Struct, frozen=True, kw_only=True):
    """A medium to download.

    Attributes:
        url: Where it is.
        sha256: Of its bytes, or an empty string where it is not known yet.
    """

    url: str
    sha256: str = ""


class Download(Struct, frozen=True, kw_only=True):
    """A medium in the cache.

    Attributes:
        path: Its file.
        sha256: Of its bytes.
        size: In bytes.
        is_new: Whether it came over the network just now.
    """

    path: Path
    sha256: str
    size: int
    is_new: bool = False


class Downloader:
    """Downloads media into a cache.

    Args:
        cache: Where to put them.
        download: Runs one download, with retries.
        origins: Where media may come from, as `scheme://host`.
        signer: Signs what is remembered of URLs, which others could otherwise write.
        on_finished: Called after each medium, in several threads, with its URL.
        revalidate: Ask the server also for media without a known hash that the cache has.
        lock_timeout: Seconds to wait for another build that downloads the same medium.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of the caller
        self,
        cache: Cache,
        download: Callable[[Attempt], Any],
        origins: Collection[str],
        *,
        signer: Signer,
        on_finished: Callable[[str, Download], None] = lambda *_: None,
        revalidate: bool = False,
        lock_timeout: float = 30,
    ) -> None:
        self._cache, self._index = cache, UrlIndex(cache, signer)
        self._download, self._origins = download, origins
        self._check = NotModifiedCheck(download)
        self._on_finished, self._lock_timeout = on_finished, lock_timeout
        self._since = time.time() - (0 if revalidate else _RECENT)

    def download_all(self, requests: Iterable[DownloadRequest]) -> dict[str, Download | MaskoError]:
        """Download media, eight at once.

        Returns:
            By URL the download, or the error of that medium. What was downloaded stays in the
            cache, whatever happens to the others.

        Raises:
            ApiError: The server cannot be reached or fails; nothing can be said of its media.
            CacheError: The disk is full, or fails.
        """
        unique = list(dict.fromkeys(requests))
        with ThreadPoolExecutor(_THREADS) as pool:
            futures = [pool.submit(self._try_download, request) for request in unique]
            try:
                results = [future.result() for future in futures]
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        return {request.url: result for request, result in zip(unique, results, strict=True)}

    def _try_download(self, request: DownloadRequest) -> Download | MaskoError:
        try:
            check_media_url(request.url, self._origins)
            lock = self._cache.folder / file_path(request.url, "lock")
            with _try_lock(lock, self._lock_timeout) as is_locked:
                # Under the lock, because another build may have been downloading the same.
                download = self._find_in_cache(request) or self._cache.write(
                    partial(self._download_into, request, is_locked)
                )
        except (MediaError, DriftError, NotFound, RequestRejected) as error:
            return error
        self._on_finished(request.url, download)
        return download

    def _find_in_cache(self, request: DownloadRequest) -> Download | None:
        if request.sha256:
            return self._cached(request.sha256)
        record = self._index.get(request.url, since=self._since)
        return self._cached(record.sha256) if record else None

    def _cached(self, sha256: str) -> Download | None:
        path = self._cache.get_medium(sha256)
        with suppress(OSError):  # somebody may prune the cache right now
            return Download(path=path, sha256=sha256, size=path.stat().st_size) if path else None
        return None

    def _download_into(self, request: DownloadRequest, is_locked: bool, folder: Path) -> Download:
        part = _open_part(folder, request, is_shared=is_locked)
        try:
            return self._complete(request, part)
        except CacheError:
            part.discard()  # a full disk needs the room
            raise
        finally:
            if not is_locked:
                part.discard()  # no other build knows its name

    def _complete(self, request: DownloadRequest, part: PartialDownload) -> Download:
        record = None if request.sha256 else self._index.get(request.url)
        cached_download = self._cached(record.sha256) if record else None
        if record and cached_download:
            known = Validator(etag=record.etag, modified=record.modified)
            sha256 = self._receive_new(request, part, known)
            if sha256 is None:
                self._index.put(request.url, record)
                return cached_download
        else:
            sha256 = self._receive(request, part)
        if request.sha256 not in {"", sha256}:
            part.discard()
            raise DriftError(
                f"the file at {sanitize(request.url)} is not the one in the manifest. "
                "Run 'mkdocs-masko sync' and commit the manifest."
            )
        return self._adopt(request.url, part, sha256)

    def _receive_new(
        self, request: DownloadRequest, part: PartialDownload, known: Validator
    ) -> str | None:
        """Return the hash of the medium, or None where it is the known one."""
        if part.size:  # a part is requested under another condition, `If-Range`
            return self._receive(request, part)
        # A server that has another ETag, or refuses the condition, is asked without one.
        with suppress(MalformedResponse, RequestRejected):
            result = self._download(partial(_stream_into, request.url, part, known))
            if not isinstance(result, NotModified):
                return str(result)
            if self._check.is_meant(result, request.url, known):
                return None
        return self._receive(request, part)

    def _receive(self, request: DownloadRequest, part: PartialDownload) -> str:
        """Return the hash of the medium.

        A resumed download whose rest does not fit starts over, once.
        """
        attempt = partial(_stream_into, request.url, part, NO_VALIDATOR)
        if not part.size:
            return str(self._download(attempt))
        with suppress(MalformedResponse, RequestRejected, MediaError):
            sha256 = str(self._download(attempt))
            if request.sha256 in {"", sha256}:
                return sha256
        part.discard()
        return str(self._download(attempt))

    def _adopt(self, url: str, part: PartialDownload, sha256: str) -> Download:
        part.flush()
        validator = part.validator
        record = UrlRecord(sha256=sha256, etag=validator.etag, modified=validator.modified)
        path = self._cache.adopt(part.path, sha256)
        download = Download(path=path, sha256=sha256, size=part.size, is_new=True)
        part.discard()
        # Last: the index must not name a medium that the cache does not have yet.
        self._index.put(url, record)
        return download


def _stream_into(
    url: str, part: PartialDownload, known: Validator, transport: Transport
) -> str | NotModified:
    part.discard_unless_resumable()
    return transport.stream(
        url,
        part.write,
        offset=part.size,
        etag=part.etag if part.size else "",  # If-Range
        known=NO_VALIDATOR if part.size else known,  # what resumed may start over
    )


_NEVER = Validator(modified="Thu, 01 Jan 1970 00:00:00 GMT")


class NotModifiedCheck:
    """Finds out whether a 304 means anything: some servers send it under any condition.

    A 304 that says which bytes it means is believed. Where one does not, the server is asked for
    one byte under a condition that no file meets, once for each host and kind of condition.

    Args:
        download: Runs one attempt, with retries.
    """

    def __init__(self, download: Callable[[Attempt], Any]) -> None:
        self._download = download
        self._verdicts: dict[tuple[str, bool], bool] = {}
        self._lock = threading.Lock()

    def is_meant(self, answer: NotModified, url: str, known: Validator) -> bool:
        """Tell whether the medium at a URL is the known one, as the answer says."""
        if answer.is_stated:
            return True
        server = origin_of(url), bool(known.etag)
        with self._lock:
            if server not in self._verdicts:
                self._verdicts[server] = self._sends_bytes(url, known)
            return self._verdicts[server]

    def _sends_bytes(self, url: str, known: Validator) -> bool:
        never = Validator(etag=f'"{secrets.token_hex(16)}"') if known.etag else _NEVER
        with suppress(NotFound, MalformedResponse, RequestRejected):
            part = self._download(lambda transport: transport.fetch_part(url, 0, 1, known=never))
            return not isinstance(part, NotModified)
        return False


@contextmanager
def _try_lock(path: Path, timeout: float) -> Iterator[bool]:
    """Hold a lock while the block runs, where the file system and the time allow it.

    Without the lock a medium may be downloaded twice, which does no harm.

    Args:
        path: The lock's file.
        timeout: Seconds to wait for it.

    Yields:
        Whether it is held.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only downloads pay for the import

    with ExitStack() as stack:
        is_locked = False
        with suppress(Timeout, OSError, NotImplementedError):  # some network disks have no locks
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(path, timeout=timeout))
            is_locked = True
        yield is_locked


def _open_part(folder: Path, request: DownloadRequest, *, is_shared: bool) -> PartialDownload:
    """Open a partial download in a folder.

    Args:
        folder: The cache's, or the one that stands in for it.
        request: What to download.
        is_shared: Whether a lock keeps other builds from writing to it at the same time.
    """
    suffix = "part" if is_shared else f"{secrets.token_hex(4)}.part"
    path = folder / file_path(request.url, suffix)
    with as_cache_error():
        path.parent.mkdir(parents=True, exist_ok=True)
    return PartialDownload(path, has_known_hash=bool(request.sha256))


class PartialDownload:
    """The bytes of a medium so far, from this run or from an earlier one.

    Args:
        path: Their file. The ETag of the whole is in a file beside it.
        has_known_hash: Whether the hash of the whole is known. If so, bytes without an ETag can
            be resumed too, because the hash tells whether the rest fits.
    """

    def __init__(self, path: Path, *, has_known_hash: bool) -> None:
        self.path = path
        self._etag_path = path.with_suffix(".etag")
        self._has_known_hash = has_known_hash
        self._digest, self.size, self.etag, self._max_bytes = hashlib.sha256(), 0, "", 0
        self.validator = NO_VALIDATOR
        try:
            if not _is_regular(path):
                raise OSError  # noqa: TRY301 - a pipe would be waited for
            self._max_bytes = _max_bytes(_read_head(path))
            self._digest, self.size = hash_file(path), path.stat().st_size
            if _is_regular(self._etag_path):
                self.etag = self._etag_path.read_text(encoding="ascii")
        except (OSError, ValueError, MediaError):
            self.discard()

    def discard_unless_resumable(self) -> None:
        """Discard the bytes where neither an ETag nor a hash tells whether the rest fits."""
        if self.size and not (self.etag or self._has_known_hash):
            self.discard()

    def discard(self) -> None:
        """Remove all bytes."""
        for path in (self.path, self._etag_path):
            with suppress(OSError):
                remove_file(path)
        self._digest, self.size, self.etag = hashlib.sha256(), 0, ""

    def write(self, stream: Stream) -> str:
        """Write a response to its end.

        Returns:
            The sha256 of the whole medium.

        Raises:
            MediaError: It is no image or video, or too large.
            CacheError: The disk is full, or fails.
        """
        if stream.start != self.size or not stream.start:
            self.discard()
        with as_cache_error():
            file = self._open()
        try:
            self._save_etag(stream.etag)
            self.validator = stream.validator
            for piece in stream.chunks:
                self._append(file, piece)
            with as_cache_error():
                file.flush()
        except MediaError:
            self.discard()
            raise
        finally:
            with suppress(OSError):  # on a full disk, closing fails again
                file.close()
        if not self.size:
            self.discard()
            raise MediaError("the file is empty")
        return self._digest.hexdigest()

    def flush(self) -> None:
        """Flush the bytes to the disk: apart from `write`, so that no connection waits for it.

        Raises:
            CacheError: The disk is full, or fails.
        """
        with as_cache_error(), self.path.open("r+b") as file:
            flush_to_disk(file)

    def _open(self) -> IO[bytes]:
        if self.size:
            return self.path.open("ab")
        with suppress(FileNotFoundError):
            remove_file(self.path)  # it may be a symbolic link, which would be written through
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(self.path, flags, 0o666), "wb")

    def _save_etag(self, etag: str) -> None:
        if etag != self.etag:
            with as_cache_error():
                content = etag.encode("ascii")
                replace_file(self._etag_path, content, durable=False, keep_mode=False)
            self.etag = etag

    def _append(self, file: IO[bytes], piece: bytes) -> None:
        if not self.size:
            self._max_bytes = _max_bytes(piece)
        if self.size + len(piece) > self._max_bytes:
            raise _too_large(self._max_bytes)
        with as_cache_error():
            file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)


def _is_regular(path: Path) -> bool:
    """Tell whether a file is there itself: in a cache that others bring, a link leads anywhere."""
    with suppress(FileNotFoundError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def check_media_size(media_type: str, size: int | None) -> None:
    """Check the size of a medium.

    Args:
        media_type: Its MIME type.
        size: In bytes, where it is known.

    Raises:
        MediaError: It is larger than any real one of its type.
    """
    limit = _MAX_BYTES[media_type.partition("/")[0]]
    if size is not None and size > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> MediaError:
    return MediaError(f"is larger than {limit // _MIB} MiB, the limit for its type")


def _max_bytes(head: bytes) -> int:
    """Return the most bytes that a medium with this beginning may have.

    Raises:
        MediaError: The bytes are no image and no video.
    """
    kind = sniff(head).partition("/")[0]
    if kind not in _MAX_BYTES:
        raise MediaError("the file is not an image or video of a supported type")
    return _MAX_BYTES[kind]
