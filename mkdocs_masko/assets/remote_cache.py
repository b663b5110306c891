"""A cache that machines share, on any storage that fsspec knows; never required."""

from __future__ import annotations

import hashlib
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.variants import Variant

    Key = tuple[str, Variant]

_DIGEST = 32  # bytes of a sha256
_BATCH = 32  # files that are in memory at once
_SECONDS = 30.0  # the longest that one batch may take

T = TypeVar("T")


class RemoteCache:
    """Media and small forms behind the local cache.

    What comes from it is compared with its hash. Whatever goes wrong is a miss: the first time
    it is told of, and then the store is left alone for the rest of the build.

    Args:
        url: Where: `s3://bucket/folder`, `gs://`, `az://`, `memory://`, any of fsspec's.
        cache: The local one, which gets what was found.
        warn: Hears of trouble, once.
        seconds: The longest that a transfer may take.

    Raises:
        OptionError: fsspec, or what it needs for this storage, is not installed.
    """

    def __init__(
        self, url: str, cache: Cache, warn: Callable[[str], None], *, seconds: float = _SECONDS
    ) -> None:
        self._cache, self._warn, self._seconds = cache, warn, seconds
        self._broken = False
        self._root = url.rstrip("/")
        self._system = _opened(self._root)

    def media(self, digests: Iterable[str]) -> dict[str, Path]:
        """Bring media into the local cache, as far as they are there and sound."""
        names = {_medium(sha256): sha256 for sha256 in digests}
        return {
            names[name]: self._cache.keep_medium(names[name], content)
            for name, content in self._read(list(names))
            if hashlib.sha256(content).hexdigest() == names[name]
        }

    def forms(self, wanted: Iterable[Key]) -> dict[Key, Path]:
        """Bring small forms into the local cache, as far as they are there and sound."""
        names = {_form(*key): key for key in wanted}
        return {
            names[name]: self._cache.keep_form(*names[name], content[_DIGEST:])
            for name, content in self._read(list(names))
            if hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]
        }

    def put_media(self, files: Mapping[str, Path]) -> None:
        """Share media that the store did not have, by their hashes."""
        self._write({_medium(sha256): path for sha256, path in files.items()}, bytes)

    def put_forms(self, files: Mapping[Key, Path]) -> None:
        """Share small forms; the hash of each stands before it."""
        self._write({_form(*key): path for key, path in files.items()}, _sealed)

    def _read(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        for some in _batches(names):
            paths = {self._path(name): name for name in some}
            found = self._tried(partial(self._system.cat, list(paths), on_error="return")) or {}
            for path, content in found.items():
                if isinstance(content, bytes):
                    yield paths[path], content
                elif not isinstance(content, FileNotFoundError):
                    self._trouble(content)

    def _write(self, files: Mapping[str, Path], seal: Callable[[bytes], bytes]) -> None:
        for some in _batches(list(files)):
            contents = {self._path(name): seal(files[name].read_bytes()) for name in some}
            self._tried(partial(self._system.pipe, contents))

    def _path(self, name: str) -> str:
        return str(self._system._strip_protocol(f"{self._root}/{name}"))  # noqa: SLF001 - fsspec's own name for what it documents

    def _tried(self, call: Callable[[], T]) -> T | None:
        """Call in a thread that nothing waits for: storages have timeouts of hours."""
        if self._broken:
            return None
        outcome: SimpleQueue[T | Exception] = SimpleQueue()
        Thread(target=lambda: outcome.put(_outcome(call)), daemon=True).start()
        try:
            found = outcome.get(timeout=self._seconds)
        except Empty:
            found = TimeoutError("no answer in time")
        if isinstance(found, Exception):
            self._trouble(found)
            return None
        return found

    def _trouble(self, error: Exception) -> None:
        if not self._broken:
            self._broken = True
            reason = sanitize(str(error)) or type(error).__name__
            self._warn(f"the shared cache {self._root} is not used in this build: {reason}")


def _outcome(call: Callable[[], T]) -> T | Exception:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - storages raise whatever their libraries do
        return error


def _opened(url: str) -> Any:  # noqa: ANN401 - fsspec has no types
    try:
        import fsspec  # noqa: PLC0415 - an extra

        return fsspec.core.url_to_fs(url, **_OPTIONS.get(url.partition(":")[0], {}))[0]
    except ImportError as error:
        raise OptionError(
            f"needs a library that is not installed ({sanitize(str(error))}): "
            "pip install 'mkdocs-masko[remote-cache]'",
            option="cache",
        ) from None
    except Exception as error:  # noqa: BLE001 - each storage has its own exceptions
        reason = sanitize(str(error))
        raise OptionError(f"takes an address of a storage: {reason}", option="cache") from None


_OPTIONS = {
    "s3": {
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 10,
            "retries": {"max_attempts": 2},
        },
        "skip_instance_cache": True,
    }
}


def _batches(names: list[str]) -> Iterator[list[str]]:
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))


def _medium(sha256: str) -> str:
    return f"media/{sha256[:2]}/{sha256}"


def _form(sha256: str, form: Variant) -> str:
    size = f"{form.width}x{form.height}"
    return f"forms/{sha256[:2]}/{sha256}/{SETTINGS}/{size}.{form.format}"


def _sealed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content
