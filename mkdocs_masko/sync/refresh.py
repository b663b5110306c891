"""What the manifest should say now: the API's exports, and what the CDN has of their media.

`refresh` fetches the exports, decides which collections keep their last good content, learns
about the media that the old manifest does not know, and plans each collection anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import NotReady
from mkdocs_masko.manifest import Collection, Manifest, make
from mkdocs_masko.sync.connection import fetch_exports, name_collections
from mkdocs_masko.sync.journal import ProbeResult
from mkdocs_masko.sync.media import MediaReader, changed_urls, media_lookup
from mkdocs_masko.sync.plan import media_urls, plan_collection
from mkdocs_masko.sync.site import Message
from mkdocs_masko.text import list_some

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from mkdocs_masko.api.models import Export
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.sync.connection import Connection, PollPolicy
    from mkdocs_masko.sync.plan import CollectionPlan, MediaFault, MediaLookup
    from mkdocs_masko.sync.site import Site

_MOST_SHOWN = 3  # media named in one message


class Refreshed(Struct, frozen=True, kw_only=True):
    """The manifest of now, and what the author should know about it.

    Attributes:
        manifest: What it should say.
        messages: What the author should know.
        current: Aliases of the collections that are whole, and nothing of an older manifest.
        dead: Media of the manifest that readers do not get: the CDN has no good file at their URLs.
    """

    manifest: Manifest
    messages: tuple[Message, ...]
    current: frozenset[str]
    dead: tuple[str, ...]


def refresh(  # noqa: PLR0913 - all that decides what a sync reads and keeps
    connection: Connection,
    site: Site,
    old: Manifest | None,
    poll_policy: PollPolicy,
    *,
    revalidate: bool,
    keep_unpublished: bool = True,
) -> Refreshed:
    """Ask the API what is published, and the CDN what new media are.

    Args:
        connection: To both of them.
        site: Whose mascots.
        old: The manifest so far, or None.
        poll_policy: How long to poll for an export that is not ready.
        revalidate: Read all media again, not only those at new URLs.
        keep_unpublished: Whether the last good content of a collection stays while its export is
            not ready, or has suddenly no poses.

    Raises:
        NotReady: An export is not ready, and there is nothing to fall back to.
        ApiError: Any other failure; nothing can be said of the media then.
    """
    ids = site.options.ids
    last_good = _last_good(old, ids)
    responses = fetch_exports(connection, ids, poll_policy)
    exports = {a: each for a, each in responses.items() if not isinstance(each, NotReady)}
    refusals = {a: each for a, each in responses.items() if isinstance(each, NotReady)}
    keeps = keep_unpublished and site.options.not_ready == "keep"
    _check_refusals(refusals, site, may_keep=keeps and bool(last_good or exports))
    # Where nothing is published the API answers 409, so a build takes an export that is suddenly
    # empty for a fault. A sync command and a comparison take it at its word.
    emptied_aliases = (
        [a for a in exports if _is_emptied(exports[a], last_good, a)]
        if keep_unpublished and not revalidate
        else []
    )
    exports = {alias: export for alias, export in exports.items() if alias not in emptied_aliases}
    lookup, is_damaged = _read_media(
        exports, last_good, connection, site, poll_policy, revalidate=revalidate
    )
    plans = {
        alias: plan_collection(
            alias, ids[alias], export, lookup, last_good.get(alias), is_damaged=is_damaged
        )
        for alias, export in exports.items()
    }
    faults = [fault for plan in plans.values() for fault in plan.faults]
    # Who serves the media has their bytes.
    dead = () if site.is_self_hosted else (f.place for f in faults if f.is_at_its_url)
    messages = [
        *(_not_ready(alias, site, is_kept=alias in last_good) for alias in refusals),
        *(_emptied(alias, site) for alias in emptied_aliases),
        *_odd_items(exports),
        *_faulty(faults),
        *_empty(exports),
    ]
    collections = _merge(ids, plans, last_good)
    current = frozenset(alias for alias, plan in plans.items() if not plan.faults)
    return Refreshed(
        manifest=make(collections), messages=tuple(messages), current=current, dead=tuple(dead)
    )


def _last_good(old: Manifest | None, ids: dict[str, str]) -> dict[str, Collection]:
    """Return the old collections, without those whose alias now stands for another id."""
    collections = old.collections if old else {}
    return {a: c for a, c in collections.items() if ids.get(a) == c.id}


def _check_refusals(refusals: Mapping[str, NotReady], site: Site, *, may_keep: bool) -> None:
    if refusals and not may_keep:
        error = next(iter(refusals.values()))
        is_one_of_several = len(site.options.ids) > 1
        raise error.at(name_collections([*refusals])) if is_one_of_several else error


def _is_emptied(export: Export, last_good: Mapping[str, Collection], alias: str) -> bool:
    return not export.items and alias in last_good and bool(last_good[alias].poses)


def _merge(
    ids: Iterable[str],
    plans: Mapping[str, CollectionPlan],
    last_good: Mapping[str, Collection],
) -> dict[str, Collection]:
    """Take each collection as planned, else its last good content, else leave it out."""
    planned_collections = {alias: plan.collection for alias, plan in plans.items()}
    collections = {**last_good, **planned_collections}
    return {alias: collections[alias] for alias in ids if alias in collections}


def _read_media(  # noqa: PLR0913 - all that decides how media are read
    exports: Mapping[str, Export],
    last_good: Mapping[str, Collection],
    connection: Connection,
    site: Site,
    poll_policy: PollPolicy,
    *,
    revalidate: bool,
) -> tuple[MediaLookup, Callable[[Medium], bool]]:
    """Learn about every medium of the exports, from the manifest where that is enough.

    Returns:
        What describes each medium, and what tells whether a medium of the manifest is damaged.
    """
    pairs = {pair for e in exports.values() for item in e.items for pair in media_urls(item)}
    old_media = _media_by_key(last_good, need_hash=site.is_self_hosted)
    known_media = {} if revalidate else _reusable_media(old_media, pairs, connection, site)
    reader = MediaReader(connection, site, poll_policy, revalidate=revalidate)
    results = reader.read(pairs - known_media.keys())
    return media_lookup(known_media, results, old_media), _damage_test(results, site)


def _damage_test(results: Mapping[str, ProbeResult | str], site: Site) -> Callable[[Medium], bool]:
    """Return a function that tells whether readers would get a damaged file of a medium.

    A site that serves its media serves the bytes whose hash the manifest has, whatever is at the
    URL now. From a CDN, readers get what is there.
    """
    damaged = {u: r for u, r in results.items() if isinstance(r, ProbeResult) and r.damage}
    digests = {result.sha256 for result in damaged.values()}

    def is_damaged(medium: Medium) -> bool:
        if site.is_self_hosted and medium.sha256:
            return medium.sha256 in digests
        return medium.url in damaged

    return is_damaged


def _reusable_media(
    media: Mapping[tuple[str, str], Medium],
    pairs: Container[tuple[str, str]],
    connection: Connection,
    site: Site,
) -> dict[tuple[str, str], Medium]:
    """Return, by API key and URL, the media that need not be read again."""
    reusable = {pair: medium for pair, medium in media.items() if pair in pairs}
    if not site.is_self_hosted or site.options.mode != "auto":
        return reusable  # in `locked`, a replaced medium fails with a message that names it
    replaced_urls = changed_urls(reusable.values(), connection, site)
    return {pair: medium for pair, medium in reusable.items() if medium.url not in replaced_urls}


def _media_by_key(
    collections: Mapping[str, Collection], *, need_hash: bool
) -> dict[tuple[str, str], Medium]:
    """Index media by API key and URL: a URL that is good for an image may be no good video."""
    poses = (pose for collection in collections.values() for pose in collection.poses.values())
    places_and_media = (pair for pose in poses for pair in pose.media())
    return {
        (place.rpartition(".")[2], medium.url): medium
        for place, medium in places_and_media
        if medium.sha256 or not need_hash
    }


def _not_ready(alias: str, site: Site, *, is_kept: bool) -> Message:
    consequence = "it is left out until the next sync"
    if is_kept:
        consequence = f"its last good content is used, from a file that is {site.manifest_age} old"
    return Message(level="warning", text=f"collection {alias!r} is not ready (409); {consequence}")


def _emptied(alias: str, site: Site) -> Message:
    text = (
        f"collection {alias!r} has no poses any more; its last good content is used, from a file "
        f"that is {site.manifest_age} old. Run 'mkdocs-masko sync' if they were removed on purpose"
    )
    return Message(level="warning", text=text)


def _empty(exports: Mapping[str, Export]) -> list[Message]:
    empty = [alias for alias, export in exports.items() if not export.items]
    return [Message(level="warning", text=f"collection {alias!r} has no poses") for alias in empty]


def _odd_items(exports: Mapping[str, Export]) -> list[Message]:
    """Report what an export has that breaks the API's contract, and was left out."""
    texts = (
        f"collection {alias!r}: {list_some(export.problems, _MOST_SHOWN, separator='; ')}; "
        "left out until the next sync"
        for alias, export in exports.items()
        if export.problems
    )
    return [Message(level="warning", text=text) for text in texts]


def _faulty(faults: Iterable[MediaFault]) -> list[Message]:
    """Report each reason once, with the media that it concerns."""
    places: dict[tuple[str, bool], list[str]] = {}
    for fault in faults:
        places.setdefault((fault.reason, fault.is_kept), []).append(fault.place)
    return [_fault(reason, is_kept, names) for (reason, is_kept), names in places.items()]


def _fault(reason: str, is_kept: bool, places: list[str]) -> Message:
    names = list_some(places, _MOST_SHOWN)
    consequence = "the last good one is kept" if is_kept else "left out until the next sync"
    return Message(level="warning", text=f"{names}: {reason}; {consequence}")
