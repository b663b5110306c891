"""From the name on a page to the pose in the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import nearest, one_line, slug

if TYPE_CHECKING:
    from mkdocs_masko.manifest.schema import Collection, Manifest, Pose


class Match(Struct, frozen=True):
    """A pose that was found."""

    alias: str
    slug: str
    pose: Pose

    def reference(self, default: str) -> str:
        """Return the name that pages use: `wave`, or `owl/wave` outside the default collection."""
        return self.slug if self.alias == default else f"{self.alias}/{self.slug}"


def find(manifest: Manifest, reference: str, default: str = "") -> Match:
    """Find a pose: exactly by name, then by slug.

    Args:
        manifest: Where to look.
        reference: `wave`, `Plush Swagger`, or `owl/wave` with the alias of a collection.
        default: The collection meant by a reference without one; without a default, the only
            collection there is.

    Raises:
        ReferenceProblem: No such collection or pose; the message has the nearest names.
    """
    alias, name = _split(manifest, reference, default)
    collection = manifest.collections[alias]
    key = _key(collection, name)
    if key is None:
        names = {n for s, pose in collection.poses.items() for n in (s, pose.name)}
        # The one collection of a site has no alias of the author's own.
        place = alias if len(manifest.collections) > 1 else one_line(collection.name) or alias
        raise ReferenceProblem(
            f"no pose {one_line(name)!r} in {place!r}{nearest(name, sorted(names))}. "
            "Run 'mkdocs-masko sync' if it is new."
        )
    return Match(alias, key, collection.poses[key])


def _split(manifest: Manifest, reference: str, default: str) -> tuple[str, str]:
    alias, slash, name = reference.partition("/")
    if slash and alias in manifest.collections:
        return alias, name
    only = default or (next(iter(manifest.collections)) if len(manifest.collections) == 1 else "")
    if only in manifest.collections and (not slash or _key(manifest.collections[only], reference)):
        return only, reference
    raise ReferenceProblem(_no_collection(manifest, reference, alias if slash else default))


def _no_collection(manifest: Manifest, reference: str, alias: str) -> str:
    known = sorted(map(one_line, manifest.collections))
    if not known:
        return "there are no collections. Run 'mkdocs-masko sync'."
    if not alias:
        return f"there are several collections: write {known[0] + '/' + one_line(reference)!r}"
    listed = ", ".join(known)
    return f"no collection {one_line(alias)!r}{nearest(alias, known)}. There are: {listed}."


def _key(collection: Collection, name: str) -> str | None:
    exact = (key for key, pose in collection.poses.items() if pose.name == name)
    wanted = slug(name)
    return min(exact, default=wanted if wanted in collection.poses else None)
