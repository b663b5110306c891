"""What a collection should be in the manifest: a plain function of its export and of its media.

Each item of the export becomes a pose under a slug of its own. A medium that cannot be used, such
as a placeholder that the CDN serves until a video is ready, is replaced by the last good one of
the old manifest, or left out; either way it is reported as a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from mkdocs_masko.manifest import Collection, Medium, Pose
from mkdocs_masko.media_types import image_keys
from mkdocs_masko.text import sanitize, slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mkdocs_masko.api.models import Export, ExportItem

_LONGEST_SLUG = 200  # characters; a name may be longer, and a page may give all of it


MediaLookup: TypeAlias = "Callable[[str, str], Medium | str]"
"""Returns, for an API key and a URL, the medium, or the reason why it cannot be used."""


class MediaFault(Struct, frozen=True, kw_only=True):
    """A medium that cannot be used as it is.

    Attributes:
        place: Where it belongs: `fox/wave image`.
        reason: Why, as a sentence about the medium without its subject.
        is_kept: Whether the last good medium stays in its place.
        is_at_its_url: Whether that one is at the same URL, so that only who has its bytes can
            still serve it.
    """

    place: str
    reason: str
    is_kept: bool
    is_at_its_url: bool = False


class CollectionPlan(Struct, frozen=True, kw_only=True):
    """A collection as it should be in the manifest, and the media of it that cannot be used."""

    collection: Collection
    faults: tuple[MediaFault, ...]


def plan_collection(  # noqa: PLR0913 - all that a collection is made of
    alias: str,
    collection_id: str,
    export: Export,
    lookup: MediaLookup,
    old: Collection | None,
    *,
    is_damaged: Callable[[Medium], bool] = lambda _: False,
) -> CollectionPlan:
    """Turn an export into a collection of the manifest.

    The order of the export's items does not matter, so that equal content gives equal bytes.

    Args:
        alias: The collection's name on the site's pages.
        collection_id: Its id.
        export: What the API says is published.
        lookup: Describes each medium.
        old: The collection so far; its media stay where new ones cannot be used.
        is_damaged: Tells whether readers would get a damaged file of a medium of the old
            collection, which then is no good one.
    """
    faults: list[MediaFault] = []
    poses: dict[str, Pose] = {}
    for slug, item in assign_slugs(export.items):
        chooser = _MediumChooser(
            f"{alias}/{slug}", lookup, _media_of(old, slug, is_damaged), faults
        )
        pose = _plan_pose(item, chooser.choose)
        if any(pose.media()):
            poses[slug] = pose
    collection = Collection(id=collection_id, name=export.collection, poses=poses)
    return CollectionPlan(collection=collection, faults=tuple(faults))


def assign_slugs(items: Iterable[ExportItem]) -> Iterator[tuple[str, ExportItem]]:
    """Yield each item with its slug; of those with the same, the later ones get a number."""
    taken_slugs: set[str] = set()
    for item in sorted(items, key=_sort_key):
        base = slugify(item.name)[:_LONGEST_SLUG].rstrip("-")
        slug, number = base, 2
        while slug in taken_slugs:
            slug, number = f"{base}-{number}", number + 1
        taken_slugs.add(slug)
        yield slug, item


def _sort_key(item: ExportItem) -> tuple[str, ...]:
    # The name first, so that an item keeps its slug when its media change.
    return (
        slugify(item.name),
        item.name,
        repr((item.transparent_image, item.image, item.animations)),
        repr(sorted(item.image_sizes.items())),
    )


def media_urls(item: ExportItem) -> Iterator[tuple[str, str]]:
    """Yield the API's key and the URL of every medium of an item."""
    yield from _images(item)
    for animation in item.animations:
        yield from sorted(animation.items())


def _images(item: ExportItem) -> Iterator[tuple[str, str]]:
    yield from ((key, getattr(item, key)) for key in image_keys(item))
    yield from sorted(item.image_sizes.items())


def _media_of(
    collection: Collection | None, slug: str, is_damaged: Callable[[Medium], bool]
) -> dict[str, Medium]:
    pose = collection.poses.get(slug) if collection else None
    media = pose.media() if pose else ()
    return {place: medium for place, medium in media if not is_damaged(medium)}


def _plan_pose(item: ExportItem, choose: Callable[[str, str, str], Medium | None]) -> Pose:
    animations = []
    for number, animation in enumerate(item.animations):
        media = {key: choose(f"animations[{number}].{key}", key, u) for key, u in animation.items()}
        animations.append({key: medium for key, medium in media.items() if medium})
    images = {key: choose(key, key, url) for key, url in _images(item)}
    sizes = {key: images.pop(key) for key in item.image_sizes}
    return Pose(
        name=item.name,
        image_sizes={key: medium for key, medium in sizes.items() if medium},
        # One without usable media stays as an empty one, because pages count animations.
        animations=tuple(animations) if any(animations) else (),
        **images,
    )


class _MediumChooser:
    """Decides between a new medium and the last good one, for the media of one pose."""

    def __init__(
        self,
        pose: str,
        lookup: MediaLookup,
        last_good: Mapping[str, Medium],
        faults: list[MediaFault],
    ) -> None:
        self._pose, self._lookup, self._last_good = pose, lookup, last_good
        self._faults = faults

    def choose(self, place: str, key: str, url: str) -> Medium | None:
        """Return the medium for a place of the pose, and note a fault where there is one."""
        medium = self._lookup(key, url)
        if isinstance(medium, Medium):
            return medium
        last_good = self._last_good.get(place)
        self._faults.append(
            MediaFault(
                place=f"{self._pose} {place}",
                reason=sanitize(medium),
                is_kept=last_good is not None,
                is_at_its_url=last_good is not None and last_good.url == url,
            )
        )
        return last_good
