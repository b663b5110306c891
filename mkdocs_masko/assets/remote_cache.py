"""The shared cache: one that machines share, on any storage that fsspec knows.

It sits behind the local cache, with the same layout. Whoever may write to the storage must not be
able to put a file of theirs on a site: media are compared with the hash in the manifest, and
variants are only copied into the local cache, where nothing is trusted either. A build never needs
the shared cache: any failure is a cache miss.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from posixpath import dirname
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from mkdocs_masko.assets.cache import medium_path, variant_path
from mkdocs_masko.errors import CacheError, OptionError
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.variants import Variant

    Key = tuple[str, Variant]

_WITH_FOLDERS = {"file", "local", "ftp", "sftp", "smb", "ssh"}  # others have none to make
_BATCH = 32  # files in memory at once
_TIMEOUT = 30.0  # seconds for one batch

T = TypeVar("T")


class RemoteCache:
    """Media and variants that machines share.

    The first failure is reported, and the storage is not used for the rest of the build. So it is
    where fsspec, or what it needs for this storage, is not installed.

    Args:
        url: Of a folder: `s3://bucket/folder`, `gs://`, `az://`, `file://`, any of fsspec's.
        cache: The local cache, which gets every hit.
        warn: Called at most once, at the first failure.
        timeout: Seconds for the transfer of one batch of files.

    Raises:
        OptionError: The URL is not one of a storage.
    """

    def __init__(
        self, url: str, cache: Cache, warn: Callable[[str], None], *, timeout: float = _TIMEOUT
    ) -> None:
        self._cache, self._warn, self._timeout = cache, warn, timeout
        self._has_failed = False
        self._root = url.rstrip("/")
        self._protocol = self._root.partition(":")[0]
        self._opened_storage: Any = None
        try:
            _check_url(self._root)
        except ImportError as error:
            self._report_failure(
                f"it needs a library that is not installed ({sanitize(str(error))}): "
                "pip install 'mkdocs-masko[remote-cache]'"
            )

    def get_media(self, digests: Iterable[str]) -> dict[str, Path]:
        """Download media into the local cache.

        Returns:
            The hits, by sha256.
        """
        names = {medium_path(sha256).as_posix(): sha256 for sha256 in digests}
        paths: dict[str, Path] = {}
        for name, content in self._read(list(names)):
            sha256 = names[name]
            if hashlib.sha256(content).hexdigest() == sha256:
                with suppress(CacheError):
                    paths[sha256] = self._cache.put_medium(sha256, content)
        return paths

    def get_variants(self, keys: Iterable[Key]) -> None:
        """Copy variants into the local cache. They may be anything.

        Args:
            keys: For each the sha256 of its medium, and the variant.
        """
        for name, content in self._read([variant_path(*key).as_posix() for key in keys]):
            with suppress(CacheError):
                self._cache.put(Path(name), content)

    def put_media(self, files: Mapping[str, Path]) -> None:
        """Upload media, given by their sha256."""
        self._write({medium_path(sha256).as_posix(): path for sha256, path in files.items()})

    def put_variants(self, files: Mapping[Key, Path]) -> None:
        """Upload variants."""
        self._write({variant_path(*key).as_posix(): path for key, path in files.items()})

    def _read(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        for batch in _batches(names):
            contents = self._run(partial(self._read_batch, batch)) or {}
            for name, content in contents.items():
                if isinstance(content, bytes):
                    yield name, content
                elif not isinstance(content, (FileNotFoundError, IsADirectoryError)):
                    self._report_failure(content)

    def _read_batch(self, names: list[str]) -> dict[str, bytes | Exception]:
        storage = self._storage()
        paths = {self._path(storage, name): name for name in names}
        contents = storage.cat(list(paths), on_error="return")
        return {paths[path]: content for path, content in contents.items()}

    def _write(self, files: Mapping[str, Path]) -> None:
        for batch in _batches(list(files)):
            contents: dict[str, bytes] = {}
            for name in batch:
                with suppress(OSError):  # somebody may prune the local cache right now
                    contents[name] = files[name].read_bytes()
            self._run(partial(self._write_batch, contents))

    def _write_batch(self, contents: Mapping[str, bytes]) -> None:
        storage = self._storage()
        by_path = {self._path(storage, name): content for name, content in contents.items()}
        if self._protocol in _WITH_FOLDERS:
            for folder in dict.fromkeys(map(dirname, by_path)):
                storage.makedirs(folder, exist_ok=True)
        storage.pipe(by_path)

    def _storage(self) -> Any:  # noqa: ANN401 - fsspec has no types
        """Open the storage, which may connect to a server."""
        if self._opened_storage is None:
            import fsspec  # noqa: PLC0415 - an extra

            options = _STORAGE_OPTIONS.get(self._protocol, {})
            self._opened_storage = fsspec.core.url_to_fs(self._root, **options)[0]
        return self._opened_storage

    def _path(self, storage: Any, name: str) -> str:  # noqa: ANN401 - fsspec has no types
        return str(storage._strip_protocol(f"{self._root}/{name}"))  # noqa: SLF001 - fsspec documents it under this name

    def _run(self, call: Callable[[], T]) -> T | None:
        """Return the result of a call, or None where it fails.

        It runs in a daemon thread that is abandoned when it times out: the timeouts of storage
        libraries add up to hours.
        """
        if self._has_failed:
            return None
        queue: SimpleQueue[T | Exception] = SimpleQueue()
        Thread(target=lambda: queue.put(_result_of(call)), daemon=True).start()
        try:
            result = queue.get(timeout=self._timeout)
        except Empty:
            result = TimeoutError(f"timed out after {self._timeout:g} s")
        if isinstance(result, Exception):
            self._report_failure(result)
            return None
        return result

    def _report_failure(self, error: Exception | str) -> None:
        if not self._has_failed:
            self._has_failed = True
            reason = sanitize(str(error)) or type(error).__name__
            self._warn(f"the shared cache {self._root} is not used in this build: {reason}")


def _result_of(call: Callable[[], T]) -> T | Exception:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - storages raise whatever their libraries do
        return error


_STORAGE_OPTIONS = {
    # s3fs waits 15 s for each read and botocore retries four times, which outlasts a batch.
    "s3": {
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 10,
            "retries": {"max_attempts": 2},
        },
        "skip_instance_cache": True,
    }
}


def _check_url(url: str) -> None:
    """Check that a URL is one of a storage, without opening it.

    Raises:
        OptionError: It is not.
        ImportError: fsspec, or what it needs for this storage, is not installed.
    """
    from fsspec import get_filesystem_class  # noqa: PLC0415 - an extra

    try:
        get_filesystem_class(url.partition(":")[0])
    except ValueError as error:
        reason = sanitize(str(error))
        raise OptionError(f"must be the URL of a storage: {reason}", option="cache") from None


def _batches(names: list[str]) -> Iterator[list[str]]:
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))
