"""What changed between two manifests, as lines like `changed fox/wave: image`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.manifest.schema import Collection, Manifest, Medium, Pose


class Change(Struct, frozen=True, kw_only=True):
    """One difference, of a collection or of a pose.

    Attributes:
        kind: What happened to it.
        collection: The collection's alias.
        pose: The pose's slug, or an empty string for a whole collection.
        details: Which fields or media changed, and how.
    """

    kind: Literal["added", "removed", "changed"]
    collection: str
    pose: str = ""
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"{self.collection}/{self.pose}" if self.pose else f"collection {self.collection}"
        details = f": {', '.join(self.details)}" if self.details else ""
        return f"{self.kind} {sanitize(name)}{details}"


def diff_manifests(old: Manifest | None, new: Manifest) -> tuple[Change, ...]:
    """Return every difference, in the order of aliases and slugs."""
    before = old.collections if old else {}
    return tuple(
        change
        for alias in sorted({*before, *new.collections})
        for change in _diff_collections(alias, before.get(alias), new.collections.get(alias))
    )


def _diff_collections(
    alias: str, old: Collection | None, new: Collection | None
) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(kind="added" if new else "removed", collection=alias)
        return
    fields = tuple(field for field in ("id", "name") if getattr(old, field) != getattr(new, field))
    if fields:
        yield Change(kind="changed", collection=alias, details=fields)
    for slug in sorted({*old.poses, *new.poses}):
        yield from _diff_poses(alias, slug, old.poses.get(slug), new.poses.get(slug))


def _diff_poses(alias: str, slug: str, old: Pose | None, new: Pose | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(kind="added" if new else "removed", collection=alias, pose=slug)
    elif old != new:
        details = tuple(_pose_details(old, new))
        yield Change(kind="changed", collection=alias, pose=slug, details=details)


def _pose_details(old: Pose, new: Pose) -> Iterator[str]:
    if old.name != new.name:
        yield "name"
    before, after = dict(old.media()), dict(new.media())
    for place in sorted({*before, *after}):
        if place not in before:
            yield f"{place} is new"
        elif place not in after:
            yield f"{place} is gone"
        elif before[place] != after[place]:
            yield from _medium_details(place, before[place], after[place])
    # One line for the whole pose: `hosting: self` adds a hash to every medium at once.
    if any(_differ_in_hash_only(before[place], after[place]) for place in before.keys() & after):
        yield "its files are hashed"


def _medium_details(place: str, old: Medium, new: Medium) -> Iterator[str]:
    if old.url == new.url and old.sha256 and new.sha256 and old.sha256 != new.sha256:
        # Nothing else shows that somebody replaced the file, so the line says so.
        yield f"{place} has new bytes at its old URL"
    elif not _differ_in_hash_only(old, new):
        yield place


def _differ_in_hash_only(old: Medium, new: Medium) -> bool:
    return old != new and old.sha256 is None and structs.replace(new, sha256=None) == old
