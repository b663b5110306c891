"""Caches, and fetchers that fill them from a real server."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_masko.api.retry import retry
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import Downloader
from mkdocs_masko.assets.signature import Signer
from mkdocs_masko.http import MAX_MEDIA_BYTES, Budget, Limits, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEDIA = Path(__file__).parents[2] / "mkdocs_masko/sandbox/media"
PNG = (MEDIA / "fox/wave/image.png").read_bytes()
"""A real still, of 512 px."""
WEBM = (MEDIA / "fox/wave/0/transparent_video_webm.webm").read_bytes()


SIGNER = Signer("masko_" + "1" * 64)


def sha(content: bytes) -> str:
    """Return the sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def fetching(
    folder: Path,
    origin: str,
    *,
    seconds: float = 20,
    sleep: Callable[[float], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
    **more: Any,  # noqa: ANN401 - what a fetcher takes
) -> Iterator[tuple[Downloader, Cache]]:
    """Give a fetcher for the media of one server, and the cache that it fills."""
    budget = Budget(seconds)
    transport = Transport(budget, limits=Limits(response=MAX_MEDIA_BYTES + 2**20))
    cache = Cache(folder, warn)

    def download(attempt: Callable[[Transport], str | None]) -> str | None:
        return retry(partial(attempt, transport), budget, sleep=sleep)

    yield Downloader(cache, download, [origin], signer=SIGNER, **more), cache
    transport.close()


def shared_cache() -> dict[str, str]:
    """Return the variable for a cache that all tests of a worker share.

    It is for tests that are not about encoding, which takes seconds; the tests' ledger knows what
    is in it.
    """
    return {"MASKO_CACHE_DIR": str(Path(os.environ["MASKO_STATE_DIR"]) / "shared-cache")}


def files(folder: Path, kind: str) -> list[Path]:
    """Return the files of one kind in a cache."""
    return sorted(path for path in (folder / kind).rglob("*") if not path.is_dir())
