"""What media are: type, size and transparency, from their bytes on the CDN.

Where readers get media from the CDN, `probe_all` reads their first bytes by range requests. Where
the site serves them, the manifest needs their hashes, so `download_all` downloads them whole into
the cache, and `changed_urls` finds those whose bytes were replaced at the same URL. A build then
gets the cache's misses with `download_missing`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import (
    MAX_CONNECTIONS,
    Download,
    Downloader,
    DownloadRequest,
    check_media_size,
)
from mkdocs_masko.errors import ApiError, MediaError, NotFound, RequestRejected
from mkdocs_masko.manifest import Medium
from mkdocs_masko.manifest.schema import MOST_SECONDS
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
    from mkdocs_masko.sync.plan import MediaLookup
    from mkdocs_masko.sync.site import Site

    FetchRange = Callable[[str, int, int], tuple[bytes, int | None]]

    T = TypeVar("T")


class ProbeResult(Struct, frozen=True, kw_only=True):
    """What the bytes at a URL are.

    Attributes:
        info: What the file's own header says.
        size: In bytes, where it is known.
        sha256: Of the whole file, where it was downloaded.
    """

    info: MediaInfo
    size: int | None
    sha256: str | None = None


def probe_all(
    urls: Iterable[str], fetch_range: FetchRange, origins: Collection[str]
) -> dict[str, ProbeResult | str]:
    """Probe media by range requests, eight at once.

    Args:
        urls: As the API gives them.
        fetch_range: Returns a range of a medium's bytes, and the size of the whole.
        origins: Where media may come from, as `scheme://host`.

    Returns:
        For each URL the result, or the reason why the medium cannot be used.

    Raises:
        ApiError: The CDN cannot be reached or fails; nothing can be said of its media then.
    """
    return _map_each(urls, lambda url: _probe_url(url, fetch_range, origins))


def _map_each(urls: Iterable[str], function: Callable[[str], T]) -> dict[str, T]:
    unique = sorted(set(urls))
    with ThreadPoolExecutor(MAX_CONNECTIONS) as pool:
        return dict(zip(unique, pool.map(function, unique), strict=True))


def _probe_url(url: str, fetch_range: FetchRange, origins: Collection[str]) -> ProbeResult | str:
    size: int | None = None

    def read(offset: int, length: int) -> bytes:
        nonlocal size
        content, size = fetch_range(url, offset, length)
        return content

    try:
        check_media_url(url, origins)
        info = probe(read)
        check_media_size(info.type, size)
    except (MediaError, NotFound, RequestRejected) as error:
        return str(error)
    return ProbeResult(info=info, size=size)


def media_lookup(
    known_media: Mapping[tuple[str, str], Medium], results: Mapping[str, ProbeResult | str]
) -> MediaLookup:
    """Return a function that describes a medium: from the manifest, else from its bytes.

    Args:
        known_media: Media of the manifest by API key and URL.
        results: What was read of the others, by URL.
    """

    def look_up(key: str, url: str) -> Medium | str:
        if (key, url) in known_media:
            return known_media[key, url]
        result = results[url]
        if isinstance(result, str):
            return result
        return mismatch(key, result.info) or _medium(url, result)

    return look_up


def _medium(url: str, result: ProbeResult) -> Medium:
    info = result.info
    is_video = info.type.startswith("video/")
    return Medium(
        url=url,
        type=info.type,  # type: ignore[arg-type] # the prober and the manifest know the same types
        width=info.width,
        height=info.height,
        bytes=result.size or None,
        sha256=result.sha256,
        alpha=info.alpha if is_video else None,
        duration=info.duration if (info.duration or 0) <= MOST_SECONDS else None,
        codecs=info.codecs or None,
    )


def download_all(
    urls: list[str], connection: Connection, site: Site, progress: Progress, *, revalidate: bool
) -> dict[str, ProbeResult | str]:
    """Download media into the cache, share new ones, and probe them.

    Args:
        urls: As the API gives them.
        connection: To the CDN.
        site: Whose cache.
        progress: Reports the downloads.
        revalidate: Ask the server also for media that the cache has.

    Returns:
        For each URL the result, or the reason why the medium cannot be used.

    Raises:
        ApiError: The CDN cannot be reached or fails. What was downloaded stays in the cache.
        CacheError: The disk is full, or fails.
    """
    cache = Cache(site.cache)
    requests = [DownloadRequest(url=url) for url in urls]
    downloads = _download(requests, connection, site, cache, progress, revalidate=revalidate)
    new = {d.sha256: d.path for d in downloads.values() if isinstance(d, Download) and d.is_new}
    remote_cache = shared_cache(site, cache)
    if remote_cache and new:
        remote_cache.put_media(new)
    return {url: _probe_download(download) for url, download in downloads.items()}


def _probe_download(download: Download | MaskoError) -> ProbeResult | str:
    if not isinstance(download, Download):
        return str(download)
    try:
        with download.path.open("rb") as file:

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            return ProbeResult(info=probe(read), size=download.size, sha256=download.sha256)
    except MediaError as error:
        return str(error)


def changed_urls(media: Iterable[Medium], connection: Connection, site: Site) -> set[str]:
    """Return the URLs where the CDN has a file of another size than the manifest says.

    A size costs one request of one byte. Media in the cache are not asked for: a build goes on
    with those.

    Raises:
        ApiError: The CDN cannot be reached or fails.
    """
    cache = Cache(site.cache)
    expected_sizes = {
        m.url: m.bytes for m in media if m.bytes and m.sha256 and cache.lacks(m.sha256)
    }
    sizes = _map_each(expected_sizes, lambda url: _fetch_size(url, connection.fetch_range))
    return {url for url, size in expected_sizes.items() if sizes[url] not in {None, size}}


def _fetch_size(url: str, fetch_range: FetchRange) -> int | None:
    try:
        return fetch_range(url, 0, 1)[1]
    except (MediaError, NotFound, RequestRejected):
        return None


def download_missing(
    site: Site,
    cache: Cache,
    files: Iterable[SiteFile],
    progress: Progress,
    *,
    elapsed: float = 0,
) -> dict[str, Path | MaskoError]:
    """Download media that pages use and no cache has; their hashes are known.

    Args:
        site: The site.
        cache: Where to put them.
        files: What pages use.
        progress: Reports the downloads.
        elapsed: Seconds of the time for network work that have passed.

    Returns:
        Their paths by sha256, or the error that there is instead.

    Raises:
        ApiError: The CDN cannot be reached or fails. What was downloaded stays in the cache.
        CacheError: The disk is full, or fails.
    """
    requests = [DownloadRequest(url=file.medium.url, sha256=file.sha256) for file in files]
    with connect(site, wait=site.options.wait - elapsed) as connection:
        downloads = _download(requests, connection, site, cache, progress)
    digests = {request.url: request.sha256 for request in requests}
    return {
        digests[url]: download.path if isinstance(download, Download) else download
        for url, download in downloads.items()
    }


def _download(  # noqa: PLR0913 - what a download needs
    requests: list[DownloadRequest],
    connection: Connection,
    site: Site,
    cache: Cache,
    progress: Progress,
    *,
    revalidate: bool = False,
) -> dict[str, Download | MaskoError]:
    finished_sizes: list[int] = []
    with progress(len(requests)) as advance:

        def on_finished(size: int) -> None:
            finished_sizes.append(size)
            advance(size)

        downloader = Downloader(
            cache,
            connection.download,
            site.origins,
            on_finished=on_finished,
            revalidate=revalidate,
            lock_timeout=site.options.timeout,
        )
        try:
            return downloader.download_all(requests)
        except ApiError as error:
            progress_text = f"{len(finished_sizes)} of {len(requests)} media are in the cache"
            raise error.at(progress_text) from error
