"""What the cache remembers of URLs, so that a server can be asked whether a file has changed.

A record says what was read from a URL, and the validator that the server sent with it. It is signed
with the API key, because what it says gets into the manifest when the server answers that the file
has not changed. A record that is lost, forged or older than 30 days costs one more read.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from mkdocs_masko.errors import CacheError

if TYPE_CHECKING:
    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.signature import Signer

_URL_DIGITS = 32  # hex digits of a URL's hash: no two of a site's are alike by chance
VALIDITY = 30 * 86_400.0
"""Seconds for which a server is believed that a file has not changed; none is always right."""


class UrlRecord(Struct, frozen=True, kw_only=True):
    """What was downloaded from a URL.

    Attributes:
        sha256: Of the whole medium.
        etag: A strong ETag, or an empty string.
        modified: A date in `Last-Modified` that is as good as one, or an empty string.
        read_at: When the bytes came, in seconds since the epoch; 0 stands for now.
        asked_at: When the server was asked, in seconds since the epoch.
    """

    sha256: str
    etag: str = ""
    modified: str = ""
    read_at: float = 0.0
    asked_at: float = 0.0


class UrlIndex:
    """Remembers what was downloaded from URLs; part of a cache.

    Args:
        cache: Where.
        signer: Signs the records. Without a key there are none.
    """

    def __init__(self, cache: Cache, signer: Signer) -> None:
        self._cache, self._signer = cache, signer

    def get(self, url: str, *, since: float = 0) -> UrlRecord | None:
        """Return the record of a URL, or None where there is no valid one.

        Args:
            url: The URL.
            since: Seconds since the epoch; records of files that the server was asked for before
                do not count.
        """
        signed = self._cache.read(file_path(url, "json")) or b""
        content = self._signer.verify(_purpose(url), signed)
        with suppress(msgspec.MsgspecError):
            record = msgspec.json.decode(content or b"", type=UrlRecord)
            is_valid = 0 <= time.time() - record.read_at < VALIDITY
            return record if is_valid and record.asked_at >= since else None
        return None

    def put(self, url: str, record: UrlRecord) -> None:
        """Write the record of a URL that the server was asked for now.

        Where that is not possible, a build only asks more.
        """
        if self._signer:
            now = time.time()
            record = structs.replace(record, asked_at=now, read_at=record.read_at or now)
            content = self._signer.sign(_purpose(url), msgspec.json.encode(record))
            with suppress(CacheError):
                self._cache.put(file_path(url, "json"), content, durable=False)

    def forget_date(self, url: str) -> None:
        """Forget when the file at a URL was modified, where that does not tell if it changed."""
        record = self.get(url)
        if record and record.modified:
            self.put(url, structs.replace(record, modified=""))


def _purpose(url: str) -> str:
    return f"download of {url}"


def file_path(url: str, suffix: str) -> Path:
    """Return where a file about a URL is, inside a cache."""
    return Path("downloads", f"{url_key(url)}.{suffix}")


def url_key(url: str) -> str:
    """Return what the names of the cache's files about a URL start with."""
    return hashlib.sha256(url.encode()).hexdigest()[:_URL_DIGITS]
