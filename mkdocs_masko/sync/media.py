"""What media are: type, size and transparency, from their bytes on the CDN.

Where readers get media from the CDN, a `MediaReader` reads their first bytes by range requests.
Where the site serves them, the manifest needs their hashes, so it downloads them whole into the
cache, and `changed_urls` finds those whose bytes were replaced at the same URL. What was read once
is read again only where the server says that it has changed. A build then gets the cache's misses
with `download_missing`.
"""

from __future__ import annotations

import time
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import (
    Download,
    Downloader,
    DownloadRequest,
)
from mkdocs_masko.assets.signature import Signer
from mkdocs_masko.assets.url_index import UrlIndex
from mkdocs_masko.errors import ApiError, MediaError, NotFound, RequestRejected, TimedOut
from mkdocs_masko.manifest import Medium
from mkdocs_masko.manifest.schema import MOST_SECONDS
from mkdocs_masko.probe import find_damage, mismatch, probe
from mkdocs_masko.sync.connection import connect, map_in_order, network_budget
from mkdocs_masko.sync.journal import Journal, ProbeResult
from mkdocs_masko.sync.probes import Prober, ProbeRecords
from mkdocs_masko.sync.site import shared_cache

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.sync.connection import Connection, PollPolicy, Progress
    from mkdocs_masko.sync.plan import MediaLookup
    from mkdocs_masko.sync.site import Site

    FetchRange = Callable[[str, int, int], tuple[bytes, int | None]]

    Note = Callable[[str, ProbeResult | str], bool]
    """Notes what was read at a URL; returns whether that can be used."""

    T = TypeVar("T")


_LOCK_TIMEOUT = 30.0  # seconds to wait for another build that downloads the same


class MediaReader:
    """Finds out what media are: from their first bytes, or by downloading them.

    Args:
        connection: To the CDN.
        site: Whose media.
        poll_policy: Reports the work.
        revalidate: Ask the server also for media that the cache has.
    """

    def __init__(
        self, connection: Connection, site: Site, poll_policy: PollPolicy, *, revalidate: bool
    ) -> None:
        self._connection, self._site, self._revalidate = connection, site, revalidate
        self._poll_policy = poll_policy
        self._cache = Cache(site.cache)
        self._signer = Signer(site.key)

    def read(self, pairs: Collection[tuple[str, str]]) -> dict[str, ProbeResult | str]:
        """Read media; what a sync that was not finished has read of them is not read again.

        Args:
            pairs: The API's key and the URL of each medium.

        Returns:
            For each URL the result, or the reason why the medium cannot be used.

        Raises:
            ApiError: The CDN cannot be reached or fails, or the time is up. The message says how
                many media are read; the next sync goes on from there.
            CacheError: The disk is full, or fails.
        """
        keys: dict[str, set[str]] = {}
        for key, url in pairs:
            keys.setdefault(url, set()).add(key)
        journal = Journal(self._cache, self._signer, self._site)
        results: dict[str, ProbeResult | str] = {**journal.results(keys)}

        def note(url: str, result: ProbeResult | str) -> bool:
            results[url] = result
            # A placeholder may be replaced at any moment, so the next sync reads it again.
            if any(_problem(key, result) for key in keys[url]):
                return False
            assert isinstance(result, ProbeResult)  # noqa: S101 - a text is a problem
            journal.add(url, result)
            return True

        read = self._download_all if self._site.is_self_hosted else self._probe_all
        try:
            read(sorted(keys.keys() - results.keys()), note)
        except ApiError as error:
            raise _with_progress(error, len(results), len(keys), is_kept=journal.save()) from error
        except BaseException:  # such as Ctrl+C
            journal.save()
            raise
        journal.remove(keys)
        return results

    def _probe_all(self, urls: list[str], note: Note) -> None:
        """Probe media by range requests, eight at once."""
        records = ProbeRecords(self._site, self._signer)
        prober = Prober(self._connection, self._site.origins, records)
        with self._poll_policy.reading(len(urls)) as advance:

            def read(url: str) -> None:
                prober.probe(url, note)
                advance(0)

            try:
                _map_each(urls, read)
            finally:
                records.save()

    def _download_all(self, urls: list[str], note: Note) -> None:
        """Download media into the cache, share new ones, and probe them."""
        index = UrlIndex(self._cache, self._signer)

        def on_download(url: str, download: Download) -> None:
            # A file that takes the place of a placeholder may be older than that.
            if not note(url, _probe_download(download)):
                index.forget_date(url)

        downloads = _download(
            [DownloadRequest(url=url) for url in urls],
            self._connection,
            self._site,
            self._cache,
            self._poll_policy.progress,
            revalidate=self._revalidate,
            on_download=on_download,
        )
        for url, download in downloads.items():
            if not isinstance(download, Download):
                note(url, str(download))
        new = {d.sha256: d.path for d in downloads.values() if isinstance(d, Download) and d.is_new}
        remote_cache = shared_cache(self._site, self._cache)
        if remote_cache and new:
            remote_cache.put_media(new)


def _with_progress(error: ApiError, done: int, count: int, *, is_kept: bool) -> ApiError:
    """Say how far the work came, and how to go on where the time was up."""
    if not done:
        return error
    progress = f"{done:,} of {count:,} media read" + is_kept * ", which are kept"
    if isinstance(error, TimedOut):
        return error.with_message(
            f"timed out after {error.seconds:g} s with {progress}. Run 'mkdocs-masko sync' to read "
            f"the rest, or raise {error.setting!r}"
        )
    return error.at(progress)


def _map_each(urls: Iterable[str], function: Callable[[str], T]) -> dict[str, T]:
    unique = sorted(set(urls))
    return dict(zip(unique, map_in_order(function, unique), strict=True))


def media_lookup(
    known_media: Mapping[tuple[str, str], Medium],
    results: Mapping[str, ProbeResult | str],
    old_media: Mapping[tuple[str, str], Medium],
) -> MediaLookup:
    """Return a function that describes a medium: from the manifest, else from its bytes.

    Args:
        known_media: Media of the manifest by API key and URL, which were not read.
        results: What was read of the others, by URL.
        old_media: All media of the manifest.
    """

    def look_up(key: str, url: str) -> Medium | str:
        if (key, url) in known_media:
            return known_media[key, url]
        result = results[url]
        if isinstance(result, str):
            return result
        return _problem(key, result) or _keep_hash(_medium(url, result), old_media.get((key, url)))

    return look_up


def _keep_hash(medium: Medium, old: Medium | None) -> Medium:
    """Keep the hash of a medium of which nothing else has changed, where only its start was read.

    Otherwise a site that no longer serves its media would differ from its manifest in them alone,
    which no page shows.
    """
    if medium.sha256 is None and old and structs.replace(old, sha256=None) == medium:
        return old
    return medium


def _problem(key: str, result: ProbeResult | str) -> str:
    """Say why a medium cannot be used for a key, or return an empty string."""
    if isinstance(result, str):
        return result
    return result.damage or mismatch(key, result.info)


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


def _probe_download(download: Download) -> ProbeResult | str:
    try:
        with download.path.open("rb") as file:

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            info = probe(read)
            with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
                damage = find_damage(info, content, download.size)
    except MediaError as error:
        return str(error)
    return ProbeResult(info=info, size=download.size, sha256=download.sha256, damage=damage)


def changed_urls(
    media: Iterable[Medium],
    connection: Connection,
    site: Site,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> set[str]:
    """Return the URLs where the CDN has a file of another size than the manifest says.

    A size costs one request of one byte. Media in the cache are not asked for: a build goes on
    with those. A quarter of the time for network work is spent on it at most, because where a file
    is not what it should be, its download finds out as well.

    Args:
        media: Those of the manifest.
        connection: To the CDN.
        site: Whose cache, and how long network work may take.
        clock: Returns a time in seconds that never goes back.

    Raises:
        ApiError: The CDN cannot be reached or fails.
    """
    cache = Cache(site.cache)
    expected_sizes = {
        m.url: m.bytes for m in media if m.bytes and m.sha256 and cache.lacks(m.sha256)
    }
    end = clock() + site.options.timeout / 4

    def fetch_size(url: str) -> int | None:
        return _fetch_size(url, connection.fetch_range) if clock() < end else None

    sizes = _map_each(expected_sizes, fetch_size)
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
    finished_urls: list[str] = []
    try:
        with connect(site, network_budget(site, elapsed=elapsed)) as connection:
            downloads = _download(
                requests,
                connection,
                site,
                cache,
                progress,
                on_download=lambda url, _: finished_urls.append(url),
            )
    except ApiError as error:
        raise _with_progress(error, len(finished_urls), len(requests), is_kept=True) from error
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
    on_download: Callable[[str, Download], None] = lambda *_: None,
) -> dict[str, Download | MaskoError]:
    with progress(len(requests)) as advance:

        def on_finished(url: str, download: Download) -> None:
            on_download(url, download)
            advance(download.size if download.is_new else 0)

        downloader = Downloader(
            cache,
            connection.download,
            site.origins,
            signer=Signer(site.key),
            on_finished=on_finished,
            revalidate=revalidate,
            lock_timeout=min(site.options.timeout, _LOCK_TIMEOUT),
        )
        return downloader.download_all(requests)
