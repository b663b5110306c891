"""What changed between two manifests, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.manifest.schema import Collection, Manifest, Medium, Pose


class Change(Struct, frozen=True, kw_only=True):
    """One difference.

    Attributes:
        kind: What happened.
        collection: The collection's alias.
        pose: The pose's slug, or an empty string when the whole collection is meant.
        details: Which of the pose's media differ, and how.
    """

    kind: Literal["added", "removed", "changed"]
    collection: str
    pose: str = ""
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"{self.collection}/{self.pose}" if self.pose else f"collection {self.collection}"
        details = f": {', '.join(self.details)}" if self.details else ""
        return f"{self.kind} {sanitize(name)}{details}"


def differences(old: Manifest | None, new: Manifest) -> tuple[Change, ...]:
    """Return every difference, in the order of aliases and slugs."""
    before = old.collections if old else {}
    return tuple(
        change
        for alias in sorted({*before, *new.collections})
        for change in _collection(alias, before.get(alias), new.collections.get(alias))
    )


def _collection(alias: str, old: Collection | None, new: Collection | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(kind="added" if new else "removed", collection=alias)
        return
    named = tuple(field for field in ("id", "name") if getattr(old, field) != getattr(new, field))
    if named:
        yield Change(kind="changed", collection=alias, details=named)
    for slug in sorted({*old.poses, *new.poses}):
        yield from _pose(alias, slug, old.poses.get(slug), new.poses.get(slug))


def _pose(alias: str, slug: str, old: Pose | None, new: Pose | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(kind="added" if new else "removed", collection=alias, pose=slug)
    elif old != new:
        details = tuple(_details(old, new))
        yield Change(kind="changed", collection=alias, pose=slug, details=details)


def _details(old: Pose, new: Pose) -> Iterator[str]:
    if old.name != new.name:
        yield "name"
    before, after = dict(old.media()), dict(new.media())
    for place in sorted({*before, *after}):
        if place not in before:
            yield f"{place} is new"
        elif place not in after:
            yield f"{place} is gone"
        elif before[place] != after[place]:
            yield from _medium(place, before[place], after[place])
    if any(_is_hashed(before[place], after[place]) for place in before.keys() & after.keys()):
        yield "its files are hashed"


def _medium(place: str, old: Medium, new: Medium) -> Iterator[str]:
    """Name a medium; bytes that changed in place are what nobody can see from outside."""
    if old.url == new.url and old.sha256 and new.sha256 and old.sha256 != new.sha256:
        yield f"{place} has new bytes at its old address"
    elif not _is_hashed(old, new):
        yield place


def _is_hashed(old: Medium, new: Medium) -> bool:
    """Tell whether a hash is all that is new."""
    return old != new and old.sha256 is None and structs.replace(new, sha256=None) == old
