"""What a manifest should hold: a plain function of the exports and of what is known of media."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from mkdocs_masko.manifest import Collection, Medium, Pose
from mkdocs_masko.media_types import IMAGE_KEYS
from mkdocs_masko.text import sanitize, slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mkdocs_masko.api.models import Export, ExportItem

_LONGEST_SLUG = 200  # characters; a name may be longer, and is found whole


class Fault(Struct, frozen=True, kw_only=True):
    """A medium that cannot be used as it is.

    Attributes:
        place: Where it belongs: `fox/wave image`.
        reason: Why, to go on from the words "the medium".
        kept: Whether the manifest's last good one stays in its place.
    """

    place: str
    reason: str
    kept: bool


Known: TypeAlias = "Callable[[str, str], Medium | str]"
"""Gives, for a key of the API and an address, the medium, or why it is none."""


class Plan(Struct, frozen=True, kw_only=True):
    """One collection as it should be in the manifest, and what was wrong on the way."""

    collection: Collection
    faults: tuple[Fault, ...]


def plan(
    alias: str, collection_id: str, export: Export, known: Known, old: Collection | None
) -> Plan:
    """Make a collection of the manifest from its export.

    The order of the export's items does not matter, so that equal content is equal bytes.

    Args:
        alias: The collection's name on the site's pages.
        collection_id: Its id.
        export: What the API says is published.
        known: What is known of each medium.
        old: What the manifest held before; its media stay where new ones cannot be used.
    """
    faults: list[Fault] = []
    poses: dict[str, Pose] = {}
    for name, item in named(export.items):
        before = _before(old, name)
        chosen = _Choice(f"{alias}/{name}", known, before, faults)
        pose = _pose(item, chosen.medium)
        if any(pose.media()):
            poses[name] = pose
    return Plan(
        collection=Collection(id=collection_id, name=export.collection, poses=poses),
        faults=tuple(faults),
    )


def _before(old: Collection | None, name: str) -> dict[str, Medium]:
    pose = old.poses.get(name) if old else None
    return dict(pose.media()) if pose else {}


def named(items: Iterable[ExportItem]) -> Iterator[tuple[str, ExportItem]]:
    """Give each item its slug; of those with the same, the later ones get a number."""
    taken: set[str] = set()
    for item in sorted(items, key=_order):
        base = slugify(item.name)[:_LONGEST_SLUG].rstrip("-")
        name, number = base, 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        yield name, item


def _order(item: ExportItem) -> tuple[str, str, str]:
    # The name first, so that an item keeps its slug when its media change.
    return (
        slugify(item.name),
        item.name,
        repr((item.transparent_image, item.image, item.animations)),
    )


def addresses(item: ExportItem) -> Iterator[tuple[str, str]]:
    """Yield the API's key and the address of every medium of an item."""
    yield from ((key, url) for key in IMAGE_KEYS if (url := getattr(item, key)))
    for animation in item.animations:
        yield from sorted(animation.items())


def _pose(item: ExportItem, medium: Callable[[str, str, str], Medium | None]) -> Pose:
    animations = (
        {key: medium(f"animations[{number}].{key}", key, url) for key, url in animation.items()}
        for number, animation in enumerate(item.animations)
    )
    # One without usable media stays as an empty place: pages count animations.
    found = tuple({k: m for k, m in animation.items() if m} for animation in animations)
    pictures = {key: medium(key, key, url) for key in IMAGE_KEYS if (url := getattr(item, key))}
    return Pose(name=item.name, animations=found if any(found) else (), **pictures)


class _Choice:
    """Decides between a new medium and the last good one, for the media of one pose."""

    def __init__(
        self, pose: str, known: Known, before: Mapping[str, Medium], faults: list[Fault]
    ) -> None:
        self._pose, self._known, self._before, self._faults = pose, known, before, faults

    def medium(self, place: str, key: str, url: str) -> Medium | None:
        found = self._known(key, url)
        if isinstance(found, Medium):
            return found
        old = self._before.get(place)
        where = f"{self._pose} {place}"
        self._faults.append(Fault(place=where, reason=sanitize(found), kept=old is not None))
        return old
