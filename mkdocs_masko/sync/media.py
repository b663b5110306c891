"""Type, size and transparency of media, read from their first bytes on the CDN."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import Download, Downloader, DownloadRequest
from mkdocs_masko.errors import ApiError, MediaError, NotFound, RequestRejected
from mkdocs_masko.manifest import Medium
from mkdocs_masko.probe import MediaInfo, mismatch, probe
from mkdocs_masko.sync.connection import connect
from mkdocs_masko.sync.site import shared_cache
from mkdocs_masko.urls import check_media_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.sync.connection import Connection, Progress
    from mkdocs_masko.sync.plan import Known
    from mkdocs_masko.sync.site import Site

    Fetch = Callable[[str, int, int], tuple[bytes, int | None]]

    T = TypeVar("T")

_AT_ONCE = 8  # connections; what a browser opens to one host, and a little more


class Probed(Struct, frozen=True, kw_only=True):
    """What the bytes at an address are."""

    facts: MediaInfo
    size: int | None
    sha256: str | None = None


def probe_all(
    urls: Iterable[str], fetch: Fetch, origins: Collection[str]
) -> dict[str, Probed | str]:
    """Read what is needed of each medium, eight at once.

    Args:
        urls: The addresses, as the API gives them.
        fetch: Gives bytes of a medium, and its size.
        origins: Where media may come from.

    Returns:
        For each address what is there, or in words why it cannot be used.

    Raises:
        ApiError: The CDN cannot be reached or fails; nothing can be said of its media then.
    """
    return _of_each(urls, lambda url: _probe(url, fetch, origins))


def _of_each(urls: Iterable[str], ask: Callable[[str], T]) -> dict[str, T]:
    wanted = sorted(set(urls))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(ask, wanted), strict=True))


def _probe(url: str, fetch: Fetch, origins: Collection[str]) -> Probed | str:
    sizes: list[int | None] = [None]

    def read(offset: int, length: int) -> bytes:
        content, sizes[0] = fetch(url, offset, length)
        return content

    try:
        check_media_url(url, origins)
        return Probed(facts=probe(read), size=sizes[0])
    except (MediaError, NotFound, RequestRejected) as error:
        return str(error)


def sizes(urls: Iterable[str], fetch: Fetch) -> dict[str, int | None]:
    """Ask for a byte of each medium, and so for the size of the whole, eight at once.

    Args:
        urls: The addresses, of a manifest.
        fetch: Gives bytes of a medium, and its size.

    Returns:
        For each address the size in bytes, where there is a medium that tells.

    Raises:
        ApiError: The CDN cannot be reached or fails.
    """
    return _of_each(urls, lambda url: _size(url, fetch))


def _size(url: str, fetch: Fetch) -> int | None:
    try:
        return fetch(url, 0, 1)[1]
    except (MediaError, NotFound, RequestRejected):
        return None


def media_lookup(
    old: Mapping[tuple[str, str], Medium], probed: Mapping[str, Probed | str]
) -> Known:
    """Say what is known of a medium: from the manifest, else from its bytes."""

    def known(key: str, url: str) -> Medium | str:
        if (key, url) in old:
            return old[key, url]
        found = probed[url]
        if isinstance(found, str):
            return found
        return mismatch(key, found.facts) or _medium(url, found)

    return known


def _medium(url: str, probed: Probed) -> Medium | str:
    facts = probed.facts
    video = facts.type.startswith("video/")
    return Medium(
        url=url,
        type=facts.type,  # type: ignore[arg-type] # the prober and the manifest know the same types
        width=facts.width,
        height=facts.height,
        bytes=probed.size or None,
        sha256=probed.sha256,
        alpha=facts.alpha if video else None,
        duration=facts.duration,
        codecs=facts.codecs or None,
    )


def download_all(
    urls: list[str], connection: Connection, site: Site, watch: Progress, *, anew: bool
) -> dict[str, Probed | str]:
    """Bring media into the cache, and read what they are.

    Returns:
        For each address what is there, or in words why it cannot be used.

    Raises:
        ApiError: The CDN cannot be reached or fails. What was fetched stays.
        CacheError: The disk is full, or fails.
    """
    cache = Cache(site.cache)
    found = _fetched(map(_unknown, urls), connection, site, cache, watch, anew=anew)
    new = {f.sha256: f.path for f in found.values() if isinstance(f, Download) and f.new}
    store = shared_cache(site, cache)
    if store and new:
        store.put_media(new)
    return {url: _probed(each) for url, each in found.items()}


def changed_sizes(media: Iterable[Medium], connection: Connection, site: Site) -> set[str]:
    """Find out where other bytes stand than the manifest says, as far as their size tells.

    What the cache holds is not asked for: a build goes on with it.

    Returns:
        The addresses.

    Raises:
        ApiError: The CDN cannot be reached or fails.
    """
    cache = Cache(site.cache)
    old = {m.url: m.bytes for m in media if m.bytes and m.sha256 and cache.lacks(m.sha256)}
    now = sizes(old, connection.fetch_range)
    return {url for url, size in old.items() if now[url] not in {None, size}}


def bring(
    site: Site, cache: Cache, wants: Iterable[SiteFile], watch: Progress, *, spent: float = 0
) -> dict[str, Path | MaskoError]:
    """Bring media that the manifest knows into the cache.

    Args:
        site: Whose.
        cache: Where they are put.
        wants: Which.
        watch: Sees the downloads.
        spent: Seconds of the time for network work that are used up.

    Returns:
        Their files by their hashes, or why there is none.

    Raises:
        ApiError: The CDN cannot be reached or fails. What was fetched stays.
        CacheError: The disk is full, or fails.
    """
    wanted = [DownloadRequest(url=want.medium.url, sha256=want.sha256) for want in wants]
    with connect(site, wait=site.options.wait - spent) as connection:
        found = _fetched(wanted, connection, site, cache, watch)
    by_url = {each.url: each.sha256 for each in wanted}
    return {by_url[url]: f.path if isinstance(f, Download) else f for url, f in found.items()}


def _unknown(url: str) -> DownloadRequest:
    return DownloadRequest(url=url)


def _fetched(  # noqa: PLR0913 - what a download needs
    wanted: Iterable[DownloadRequest],
    connection: Connection,
    site: Site,
    cache: Cache,
    watch: Progress,
    *,
    anew: bool = False,
) -> dict[str, Download | MaskoError]:
    todo, done = list(wanted), []
    with watch(len(todo)) as tell:

        def count(size: int) -> None:
            done.append(size)
            tell(size)

        fetcher = Downloader(
            cache,
            connection.download,
            site.origins,
            tell=count,
            anew=anew,
            wait=site.options.timeout,
        )
        try:
            return fetcher.fetch_all(todo)
        except ApiError as error:
            raise error.at(f"{len(done)} of {len(todo)} media are in the cache") from error


def _probed(found: Download | MaskoError) -> Probed | str:
    if not isinstance(found, Download):
        return str(found)
    try:
        with found.path.open("rb") as file:

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            return Probed(facts=probe(read), size=found.size, sha256=found.sha256)
    except MediaError as error:
        return str(error)
