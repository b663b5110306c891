"""The shared cache: one that machines share, on any storage that fsspec knows.

It sits behind the local cache, with the same layout. Whoever may write to the storage must not be
able to put a file of theirs on a site, so media are compared with the hash in the manifest; a
variant, whose hash no manifest has, follows its own hash and is checked for damage only. A build
never needs the shared cache: any failure is a cache miss.
"""

from __future__ import annotations

import hashlib
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from mkdocs_masko.assets.cache import medium_path, variants_folder
from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.variants import Variant

    Key = tuple[str, Variant]

_DIGEST_SIZE = 32  # bytes of a sha256
_BATCH = 32  # files in memory at once
_TIMEOUT = 30.0  # seconds for one batch

T = TypeVar("T")


class RemoteCache:
    """Media and variants that machines share.

    The first failure is reported, and the storage is not used for the rest of the build.

    Args:
        url: Of a folder: `s3://bucket/folder`, `gs://`, `az://`, `memory://`, any of fsspec's.
        cache: The local cache, which gets every hit.
        warn: Called at most once, at the first failure.
        timeout: Seconds for the transfer of one batch of files.

    Raises:
        OptionError: fsspec, or what it needs for this storage, is not installed; or the URL is
            not one of a storage.
    """

    def __init__(
        self, url: str, cache: Cache, warn: Callable[[str], None], *, timeout: float = _TIMEOUT
    ) -> None:
        self._cache, self._warn, self._timeout = cache, warn, timeout
        self._has_failed = False
        self._root = url.rstrip("/")
        self._storage = _open_storage(self._root)

    def get_media(self, digests: Iterable[str]) -> dict[str, Path]:
        """Download media into the local cache.

        Returns:
            The hits, by sha256.
        """
        names = {medium_path(sha256).as_posix(): sha256 for sha256 in digests}
        return {
            names[name]: self._cache.put_medium(names[name], content)
            for name, content in self._read(list(names))
            if hashlib.sha256(content).hexdigest() == names[name]
        }

    def get_variants(self, keys: Iterable[Key]) -> dict[Key, Path]:
        """Download variants into the local cache.

        Args:
            keys: For each the sha256 of its medium, and the variant.

        Returns:
            The hits.
        """
        names = {_variant_name(*key): key for key in keys}
        return {
            names[name]: self._cache.put_variant(*names[name], content[_DIGEST_SIZE:])
            for name, content in self._read(list(names))
            if hashlib.sha256(content[_DIGEST_SIZE:]).digest() == content[:_DIGEST_SIZE]
        }

    def put_media(self, files: Mapping[str, Path]) -> None:
        """Upload media, given by their sha256."""
        names = {medium_path(sha256).as_posix(): path for sha256, path in files.items()}
        self._write(names, bytes)

    def put_variants(self, files: Mapping[Key, Path]) -> None:
        """Upload variants, each behind its own hash."""
        names = {_variant_name(*key): path for key, path in files.items()}
        self._write(names, _prepend_digest)

    def _read(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        for batch in _batches(names):
            paths = {self._path(name): name for name in batch}
            contents = self._run(partial(self._storage.cat, list(paths), on_error="return")) or {}
            for path, content in contents.items():
                if isinstance(content, bytes):
                    yield paths[path], content
                elif not isinstance(content, FileNotFoundError):
                    self._report_failure(content)

    def _write(self, files: Mapping[str, Path], transform: Callable[[bytes], bytes]) -> None:
        for batch in _batches(list(files)):
            contents = {self._path(name): transform(files[name].read_bytes()) for name in batch}
            self._run(partial(self._storage.pipe, contents))

    def _path(self, name: str) -> str:
        return str(self._storage._strip_protocol(f"{self._root}/{name}"))  # noqa: SLF001 - fsspec documents it under this name

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

    def _report_failure(self, error: Exception) -> None:
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


def _open_storage(url: str) -> Any:  # noqa: ANN401 - fsspec has no types
    try:
        import fsspec  # noqa: PLC0415 - an extra

        return fsspec.core.url_to_fs(url, **_STORAGE_OPTIONS.get(url.partition(":")[0], {}))[0]
    except ImportError as error:
        raise OptionError(
            f"needs a library that is not installed ({sanitize(str(error))}): "
            "pip install 'mkdocs-masko[remote-cache]'",
            option="cache",
        ) from None
    except Exception as error:  # noqa: BLE001 - each storage has its own exceptions
        reason = sanitize(str(error))
        raise OptionError(f"must be the URL of a storage: {reason}", option="cache") from None


def _batches(names: list[str]) -> Iterator[list[str]]:
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))


def _variant_name(sha256: str, variant: Variant) -> str:
    name = f"{variant.width}x{variant.height}.{variant.format}"
    return (variants_folder(sha256) / name).as_posix()


def _prepend_digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content
