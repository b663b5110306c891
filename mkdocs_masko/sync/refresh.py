"""What the manifest should hold now, asked of the API and its CDN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import NotReady
from mkdocs_masko.manifest import Collection, Manifest, make
from mkdocs_masko.sync.connection import fetch_exports
from mkdocs_masko.sync.media import media_lookup, probe_all
from mkdocs_masko.sync.plan import addresses, plan
from mkdocs_masko.sync.site import Message
from mkdocs_masko.text import list_some

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from mkdocs_masko.api.models import Export
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.sync.connection import Connection, PollPolicy
    from mkdocs_masko.sync.media import Probed
    from mkdocs_masko.sync.plan import Fault
    from mkdocs_masko.sync.site import Site

    Look = Callable[[list[str]], dict[str, Probed | str]]

_MOST_SHOWN = 3  # media named in one note


class Refreshed(Struct, frozen=True, kw_only=True):
    """The content that was found, and what was odd about it."""

    manifest: Manifest
    notes: tuple[Message, ...]


def refresh(
    connection: Connection, site: Site, old: Manifest | None, patience: PollPolicy, *, anew: bool
) -> Refreshed:
    """Ask the API what is published, and the CDN what new media are.

    Args:
        connection: To both of them.
        site: Whose mascots.
        old: What the manifest holds, if there is one.
        patience: How long to wait for an export that is not ready.
        anew: Read all media again, not only those at new addresses.

    Raises:
        NotReady: An export is not ready, and there is nothing to keep.
        ApiError: Any other failure; nothing can be said then.
    """
    ids = site.options.ids
    before = _same(old, ids)
    answers = fetch_exports(connection, ids, patience)
    exports = {alias: found for alias, found in answers.items() if not isinstance(found, NotReady)}
    waiting = {alias: found for alias, found in answers.items() if isinstance(found, NotReady)}
    for alias, error in waiting.items():
        if site.options.not_ready == "fail" or not (before or exports):
            raise error.at(f"collection {alias!r}") if len(ids) > 1 else error
    suspect = [] if anew else [a for a in exports if not exports[a].items and _has(before, a)]
    exports = {alias: export for alias, export in exports.items() if alias not in suspect}
    look = _look(connection, site, patience, anew=anew)
    wanted = {pair for e in exports.values() for item in e.items for pair in addresses(item)}
    kept = {} if anew else _kept(before, wanted, connection, site)
    known = media_lookup(kept, look(sorted({url for _, url in wanted - kept.keys()})))
    plans = {a: plan(a, ids[a], export, known, before.get(a)) for a, export in exports.items()}
    new = {alias: made.collection for alias, made in plans.items()}
    fresh = {alias: found for alias in ids if (found := new.get(alias) or before.get(alias))}
    notes = [
        *(_unready(alias, site, kept=alias in before) for alias in waiting),
        *(_emptied(alias, site) for alias in suspect),
        *_faulty(fault for made in plans.values() for fault in made.faults),
        *_empty(exports),
    ]
    return Refreshed(manifest=make(fresh), notes=tuple(notes))


def _same(old: Manifest | None, ids: dict[str, str]) -> dict[str, Collection]:
    """What is known of a collection of another id says nothing of this one."""
    collections = old.collections if old else {}
    return {a: c for a, c in collections.items() if ids.get(a) == c.id}


def _kept(
    before: Mapping[str, Collection],
    wanted: Container[tuple[str, str]],
    connection: Connection,
    site: Site,
) -> dict[tuple[str, str], Medium]:
    """Return those of the wanted media that need no other look."""
    media = _media(before, hashed=site.hosts_itself)
    found = {pair: medium for pair, medium in media.items() if pair in wanted}
    if not site.hosts_itself or site.options.mode != "auto":
        return found  # in `locked`, pages that need a replaced one fail by its name
    from mkdocs_masko.sync.media import changed_sizes  # noqa: PLC0415 - only such sites need it

    gone = changed_sizes(found.values(), connection, site)
    return {pair: medium for pair, medium in found.items() if medium.url not in gone}


def _media(collections: Mapping[str, Collection], *, hashed: bool) -> dict[tuple[str, str], Medium]:
    """What is good at one key is not at another: a picture is no video."""
    poses = (pose for collection in collections.values() for pose in collection.poses.values())
    placed = (pair for pose in poses for pair in pose.media())
    return {
        (place.rpartition(".")[2], medium.url): medium
        for place, medium in placed
        if medium.sha256 or not hashed
    }


def _look(connection: Connection, site: Site, patience: PollPolicy, *, anew: bool) -> Look:
    """Say how new media are seen: by their first bytes, or whole where the site hosts them."""
    if not site.hosts_itself:
        return lambda urls: probe_all(urls, connection.fetch_range, site.origins)
    from mkdocs_masko.sync.media import download_all  # noqa: PLC0415 - only such sites need it

    return lambda urls: download_all(urls, connection, site, patience.watch, anew=anew)


def _has(collections: Mapping[str, Collection], alias: str) -> bool:
    return alias in collections and bool(collections[alias].poses)


def _unready(alias: str, site: Site, *, kept: bool) -> Message:
    then = "it is left out until the next sync"
    if kept:
        then = f"its last good content is used, from a file that is {site.age} old"
    return Message(level="warning", text=f"collection {alias!r} is not ready (409); {then}")


def _emptied(alias: str, site: Site) -> Message:
    text = (
        f"collection {alias!r} has no poses any more; its last good content is used, from a file "
        f"that is {site.age} old. Run 'mkdocs-masko sync' if they are meant to be gone"
    )
    return Message(level="warning", text=text)


def _empty(exports: Mapping[str, Export]) -> list[Message]:
    empty = [alias for alias, export in exports.items() if not export.items]
    return [Message(level="warning", text=f"collection {alias!r} has no poses") for alias in empty]


def _faulty(faults: Iterable[Fault]) -> list[Message]:
    """Say each reason once, with the media that it concerns."""
    places: dict[tuple[str, bool], list[str]] = {}
    for fault in faults:
        places.setdefault((fault.reason, fault.kept), []).append(fault.place)
    return [_fault(reason, kept, found) for (reason, kept), found in places.items()]


def _fault(reason: str, kept: bool, places: list[str]) -> Message:
    then = "the last good one is kept" if kept else "left out until the next sync"
    return Message(level="warning", text=f"{list_some(places, _MOST_SHOWN)}: {reason}; {then}")
