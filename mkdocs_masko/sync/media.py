"""Type, size and transparency of media, read from their first bytes on the CDN."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mkdocs_masko.errors import MediaError, NotFound, Refused
from mkdocs_masko.manifest import Medium
from mkdocs_masko.probe import Facts, contradicts, probe
from mkdocs_masko.urls import check_media_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mkdocs_masko.sync.plan import Known

    Fetch = Callable[[str, int, int], tuple[bytes, int | None]]
    T = TypeVar("T")

_AT_ONCE = 8  # connections; what a browser opens to one host, and a little more


class Probed(Struct, frozen=True, kw_only=True):
    """What the bytes at an address are."""

    facts: Facts
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
    except (MediaError, NotFound, Refused) as error:
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
    except (MediaError, NotFound, Refused):
        return None


def knowing(old: Mapping[tuple[str, str], Medium], probed: Mapping[str, Probed | str]) -> Known:
    """Say what is known of a medium: from the manifest, else from its bytes."""

    def known(key: str, url: str) -> Medium | str:
        if (key, url) in old:
            return old[key, url]
        found = probed[url]
        if isinstance(found, str):
            return found
        return contradicts(key, found.facts) or _medium(url, found)

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
