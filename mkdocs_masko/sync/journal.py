"""What an unfinished sync has read of media, so that the next one goes on from there.

A sync whose time is up, or that is interrupted, leaves a journal in the cache. The next sync takes
from it what was read less than a day ago, without asking the CDN again, and removes it when all
media are read. A sync that is finished within a few seconds writes none.

The journal is signed with the API key, because what it says goes into the manifest: a cache that a
pull request brings along, or that a job without the key has written to, changes nothing. It can
bring back only what was read with the same key in the last day.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mkdocs_masko._version import VERSION
from mkdocs_masko.errors import CacheError
from mkdocs_masko.files import remove_file
from mkdocs_masko.probe import MediaInfo  # noqa: TC001 - msgspec reads the annotation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mkdocs_masko.assets import Cache
    from mkdocs_masko.assets.signature import Signer
    from mkdocs_masko.sync.site import Site

_VALIDITY = 86_400.0  # seconds
_INTERVAL = 5.0  # seconds between two writes, for a sync that is killed


class ProbeResult(Struct, frozen=True, kw_only=True):
    """What the bytes at a URL are.

    Attributes:
        info: What the file's own header says.
        size: In bytes, where it is known.
        sha256: Of the whole file, where it was downloaded.
        damage: What is wrong with it, as a sentence without its subject; empty when all is well.
    """

    info: MediaInfo
    size: int | None
    sha256: str | None = None
    damage: str = ""


class _Entry(Struct, frozen=True, kw_only=True):
    """A result, and when it was read, in seconds since the epoch."""

    result: ProbeResult
    read_at: float


class Journal:
    """The results of a sync so far.

    Args:
        cache: Where the journal is.
        signer: Signs it; without a key nothing is kept.
        site: Whose media are read.
        clock: Returns the seconds since the epoch.
    """

    def __init__(
        self, cache: Cache, signer: Signer, site: Site, *, clock: Callable[[], float] = time.time
    ) -> None:
        options = site.options
        # Another version may read the same bytes in another way.
        self._purpose = f"journal {VERSION} {options.hosting} {options.api_url}"
        name = hashlib.sha256(self._purpose.encode()).hexdigest()[:16]
        self._cache, self._signer, self._clock = cache, signer, clock
        self._name = Path("unfinished", f"{name}.json")
        self._lock = Lock()
        self._entries = self._load()
        self._is_on_disk = bool(self._entries)
        self._written_at = clock()

    def results(self, urls: Iterable[str]) -> dict[str, ProbeResult]:
        """Return what an earlier sync has read of media."""
        return {url: self._entries[url].result for url in urls if url in self._entries}

    def add(self, url: str, result: ProbeResult) -> None:
        """Note a result; may be called in several threads."""
        with self._lock:
            now = self._clock()
            self._entries[url] = _Entry(result=result, read_at=now)
            if now - self._written_at >= _INTERVAL:
                self._write()

    def save(self) -> bool:
        """Write all results to the disk; return whether the next sync will find them."""
        with self._lock:
            return bool(self._entries) and self._write()

    def remove(self, urls: Iterable[str]) -> None:
        """Remove results from the disk, because a sync has finished reading these media.

        Those of other media stay: a build that reads only what is new does not spoil the work of
        a sync that reads everything.
        """
        with self._lock:
            for url in urls:
                self._entries.pop(url, None)
            if not self._is_on_disk:
                return
            if self._entries:
                self._write()
                return
            with suppress(OSError):
                remove_file(self._cache.folder / self._name)
            self._is_on_disk = False

    def _load(self) -> dict[str, _Entry]:
        signed = self._cache.read(self._name) if self._signer else None
        content = self._signer.verify(self._purpose, signed) if signed else None
        if content is None:
            return {}
        now = self._clock()
        try:
            entries = msgspec.json.decode(content, type=dict[str, _Entry])
        except msgspec.MsgspecError:
            return {}
        return {url: e for url, e in entries.items() if 0 <= now - e.read_at < _VALIDITY}

    def _write(self) -> bool:
        self._written_at = self._clock()
        if not self._signer:
            return False
        content = self._signer.sign(self._purpose, msgspec.json.encode(self._entries))
        try:
            path = self._cache.put(self._name, content, durable=False)
        except CacheError:
            return False
        self._is_on_disk = path.is_relative_to(self._cache.folder)
        return self._is_on_disk
