"""Media that the site serves itself: fetched whole, hashed, and kept in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import Fetched, Fetcher, Wanted
from mkdocs_masko.errors import ApiError, MediaError
from mkdocs_masko.probe import probe
from mkdocs_masko.sync.connection import connect
from mkdocs_masko.sync.media import Probed, sizes
from mkdocs_masko.sync.shared import shared_cache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mkdocs_masko.assets import Want
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.sync.connection import Connection
    from mkdocs_masko.sync.exports import Watch
    from mkdocs_masko.sync.site import Site


def hold_all(
    urls: list[str], connection: Connection, site: Site, watch: Watch, *, anew: bool
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
    new = {f.sha256: f.path for f in found.values() if isinstance(f, Fetched) and f.new}
    store = shared_cache(site, cache)
    if store and new:
        store.put_media(new)
    return {url: _probed(each) for url, each in found.items()}


def replaced(media: Iterable[Medium], connection: Connection, site: Site) -> set[str]:
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
    site: Site, cache: Cache, wants: Iterable[Want], watch: Watch, *, spent: float = 0
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
    wanted = [Wanted(url=want.medium.url, sha256=want.sha256) for want in wants]
    with connect(site, wait=site.options.wait - spent) as connection:
        found = _fetched(wanted, connection, site, cache, watch)
    by_url = {each.url: each.sha256 for each in wanted}
    return {by_url[url]: f.path if isinstance(f, Fetched) else f for url, f in found.items()}


def _unknown(url: str) -> Wanted:
    return Wanted(url=url)


def _fetched(  # noqa: PLR0913 - what a download needs
    wanted: Iterable[Wanted],
    connection: Connection,
    site: Site,
    cache: Cache,
    watch: Watch,
    *,
    anew: bool = False,
) -> dict[str, Fetched | MaskoError]:
    todo, done = list(wanted), []
    with watch(len(todo)) as tell:

        def count(size: int) -> None:
            done.append(size)
            tell(size)

        fetcher = Fetcher(
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


def _probed(found: Fetched | MaskoError) -> Probed | str:
    if not isinstance(found, Fetched):
        return str(found)
    try:
        with found.path.open("rb") as file:

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            return Probed(facts=probe(read), size=found.size, sha256=found.sha256)
    except MediaError as error:
        return str(error)
