"""The manifest: its types, its text, and how a page's reference finds a pose in it.

`make` builds a manifest from collections, `dumps` and `loads` turn it into text and back, and
`find_pose` looks up what a page names. The JSON Schema that editors use is made from the types, so
their class docstrings are its descriptions.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.errors import (
    BoundManifest,
    ManifestError,
    MediaError,
    MissingPose,
    ReferenceProblem,
)
from mkdocs_masko.media_types import IMAGE_KEY_PATTERN, KEY_PATTERN, MimeType
from mkdocs_masko.options import DEFAULT_ALIAS
from mkdocs_masko.text import Suggester, list_some, sanitize, slugify, suggest
from mkdocs_masko.urls import ID_PATTERN, SCHEME, check_media_url, local_server

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from collections.abc import Iterator, Mapping

VERSION: Final = 1
"""The version of the format. A file of a later one is refused, and never overwritten."""

NEW_POSE: Final = "Run 'mkdocs-masko sync' if it is new."
NEW_COLLECTION: Final = "Run 'mkdocs-masko sync'."
"""What helps where nothing is known but the manifest."""

_MOST_LISTED: Final = 8  # names in one message
_LONGEST_LIST: Final = 160  # characters of them

MOST_BYTES: Final = 2**40
"""More than any medium has; a larger number is a mistake, or an attack on what adds them up."""

MOST_SECONDS: Final = 1_000_000
"""Longer than any video."""

REMEDY: Final = "Restore it from version control, or delete it and run 'mkdocs-masko sync'."

# The end of a text. Python's `$` also matches before a final line break, and `\Z` is unknown to
# the regular expressions of JSON Schema, which are JavaScript's (ECMA-262).
_END = r"(?![\s\S])"

Px: TypeAlias = Annotated[int, Meta(ge=1, le=65535, description="Pixels.")]
Key: TypeAlias = Annotated[
    str,
    Meta(
        pattern=f"^{KEY_PATTERN}{_END}",
        description="The API's key of a video, with `_<px>` for a size variant.",
    ),
]
ImageKey: TypeAlias = Annotated[
    str,
    Meta(
        pattern=f"^{IMAGE_KEY_PATTERN}{_END}",
        description="The API's key of a still image, with `_<px>` for its size.",
    ),
]
Slug: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]


class Medium(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file on the CDN."""

    url: Annotated[str, Meta(max_length=2000)]
    type: MimeType
    """What the bytes are, whatever the URL ends in."""
    width: Px
    height: Px
    bytes: Annotated[int, Meta(ge=1, le=MOST_BYTES)] | None = None
    """Size of the file, where the CDN says so."""
    sha256: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{64}}{_END}")] | None = None
    alpha: bool | None = None
    """Whether a video can be transparent."""
    duration: Annotated[float, Meta(ge=0, le=MOST_SECONDS)] | None = None
    """Of a video, in seconds."""
    codecs: Annotated[str, Meta(pattern=rf"^avc1\.[0-9A-F]{{6}}{_END}")] | None = None
    """Profile and level of H.264, as in a `codecs` parameter (RFC 6381): `avc1.42E01E`."""


class Pose(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One pose: a still picture and any number of animations of it."""

    name: Annotated[str, Meta(min_length=1)]
    image: Medium | None = None
    transparent_image: Medium | None = None
    image_sizes: dict[ImageKey, Medium] = {}
    """Size variants of the still images, where the export has them."""
    animations: tuple[dict[Key, Medium], ...] = ()

    def media(self) -> Iterator[tuple[str, Medium]]:
        """Yield every medium with its place in the pose: `animations[0].video`."""
        if self.image:
            yield "image", self.image
        if self.transparent_image:
            yield "transparent_image", self.transparent_image
        yield from sorted(self.image_sizes.items())
        for number, animation in enumerate(self.animations):
            for key, medium in sorted(animation.items()):
                yield f"animations[{number}].{key}", medium


class Collection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One mascot."""

    id: Annotated[str, Meta(pattern=f"^{ID_PATTERN}{_END}")]
    name: str
    poses: dict[Slug, Pose]

    def find_slug(self, name: str) -> str | None:
        """Return the slug of a pose by its exact name, else by its slug, or None.

        A slash in front, as in `masko://wave`, is not left out: it belongs to a path or a host.
        """
        slug = self._slugs.get(name)
        if slug is None and not name.startswith("/") and (typed := slugify(name)) in self.poses:
            return typed
        return slug

    def suggest(self, name: str) -> str:
        """Say which poses come close to a wrong name."""
        return self._suggester.suggest(name)

    # Indexes, because a site may look up thousands of names in thousands of poses.

    @cached_property
    def _slugs(self) -> dict[str, str]:
        """The first slug of every name."""
        return {pose.name: slug for slug, pose in sorted(self.poses.items(), reverse=True)}

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester(name for slug, pose in self.poses.items() for name in (slug, pose.name))


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every mascot of a site, by the alias that its pages use."""

    version: Literal[1]
    revision: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{16}}{_END}")]
    """A hash of the content: it changes if, and only if, the content does."""
    collections: dict[Slug, Collection]

    @property
    def server(self) -> str:
        """Origin of the server on this machine that has its media; empty if others have them."""
        return next(filter(None, map(local_server, self.urls())), "")

    def urls(self) -> Iterator[str]:
        """Yield the URL of every medium."""
        for collection in self.collections.values():
            for pose in collection.poses.values():
                yield from (m.url for m in (pose.image, pose.transparent_image) if m)
                yield from (medium.url for medium in pose.image_sizes.values())
                for animation in pose.animations:
                    yield from (medium.url for medium in animation.values())

    def media(self) -> Iterator[tuple[str, str, Medium]]:
        """Yield every medium with its pose, `owl/wave`, and its place in the pose."""
        for alias, collection in self.collections.items():
            for key, pose in collection.poses.items():
                yield from ((f"{alias}/{key}", place, medium) for place, medium in pose.media())


def make(collections: Mapping[str, Collection]) -> Manifest:
    """Build a manifest, with the revision of its content.

    Raises:
        ManifestError: The content does not fit the schema, so that the file could not be read
            again: an empty name, a size that is not a number.
    """
    try:
        # msgspec checks constraints when it decodes, not when a struct is created.
        checked_collections = msgspec.convert(
            msgspec.to_builtins(dict(collections)), dict[Slug, Collection]
        )
        revision = _revision(checked_collections)
    except (msgspec.ValidationError, ValueError) as error:
        raise ManifestError(
            f"content that a manifest cannot hold: {sanitize(str(error))}"
        ) from None
    return Manifest(version=VERSION, revision=revision, collections=checked_collections)


def _revision(collections: dict[str, Collection]) -> str:
    content = {"collections": collections, "version": VERSION}
    return hashlib.sha256(_to_text(content)).hexdigest()[:16]


def dumps(manifest: Manifest) -> str:
    """Write a manifest as text: sorted keys, two spaces, LF. Equal content gives equal text."""
    return _to_text(manifest).decode()


def _to_text(content: object) -> bytes:
    # The bytes that Python's json writes, in a tenth of its time.
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=2) + b"\n"


def loads(text: str | bytes, origins: Container[str], *, may_be_bound: bool = False) -> Manifest:
    """Read a manifest from its text, trusting nothing in it.

    Args:
        text: The content of the file.
        origins: Where media may come from, as `scheme://host`.
        may_be_bound: Whether they may also be on any server on this machine.

    Raises:
        BoundManifest: It is valid, but its media are on another server on this machine.
        ManifestError: The text is not JSON, is of a later version, does not fit the schema, has a
            URL on another host, or has a revision that is not that of its content.
    """
    try:
        # First, because a later version may well not fit this one's schema.
        _check_version(msgspec.json.decode(text, type=_Versioned).version)
        manifest = msgspec.json.decode(text, type=Manifest)
        servers = {server for url in manifest.urls() if (server := _check_origin(url, origins))}
    except (msgspec.MsgspecError, MediaError, UnicodeError, RecursionError) as error:
        raise ManifestError(f"{sanitize(str(error))}. {REMEDY}") from None
    if manifest.revision != _revision(manifest.collections):
        raise ManifestError(f"its revision is not that of its content: it was edited. {REMEDY}")
    if servers and not may_be_bound:
        raise BoundManifest(
            f"its media are on {' and '.join(sorted(servers))}, a server on this machine that "
            "'api_url' does not name. Run 'mkdocs-masko sync', or set MASKO_API_URL to that server."
        )
    return manifest


def _check_origin(url: str, origins: Container[str]) -> str:
    """Check the URL of a medium; return its origin if that is another server on this machine."""
    try:
        check_media_url(url, origins)
    except MediaError:
        own_origin = local_server(url)
        if not own_origin or own_origin in origins:
            raise
        check_media_url(url, {own_origin})
        return own_origin
    return ""


class _Versioned(Struct):
    """A manifest of any version, of which nothing else is read."""

    version: Any = None


def _check_version(version: object) -> None:
    if isinstance(version, int) and version > VERSION:
        raise ManifestError(
            f"version {sanitize(str(version))} of the format is newer than this mkdocs-masko reads "
            f"(version {VERSION}). Upgrade mkdocs-masko."
        )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the manifest, generated from the types."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest of mkdocs-masko",
        **msgspec.json.schema(Manifest),
    }


class Match(Struct, frozen=True):
    """A pose, and under which collection and slug the manifest has it."""

    alias: str
    slug: str
    pose: Pose

    def reference(self, default: str) -> str:
        """Return the name that pages use: `wave`, or `owl/wave` outside the default collection."""
        return self.slug if self.alias == default else f"{self.alias}/{self.slug}"


def find_pose(manifest: Manifest, reference: str, default: str = "") -> Match:
    """Find the pose that a page names: by its exact name, else by its slug.

    Args:
        manifest: Where to look.
        reference: `wave`, `Plush Swagger`, or `owl/wave` with the alias of a collection; with or
            without `masko:` in front.
        default: Alias of the collection for a reference without one. It may be left out where
            the manifest has a single collection.

    Raises:
        MissingPose: No such collection or pose; the message has the closest names, or all names.
        ReferenceProblem: There are several collections, and the reference names none.
    """
    alias, name = _split_reference(manifest, reference, default)
    collection = manifest.collections[alias]
    slug = collection.find_slug(name)
    if slug is None and reference.startswith(SCHEME):
        return find_pose(manifest, reference.removeprefix(SCHEME), default)
    if slug is None:
        raise _missing_pose(manifest, alias, name, default)
    return Match(alias, slug, collection.poses[slug])


def _missing_pose(manifest: Manifest, alias: str, name: str, default: str) -> MissingPose:
    collection = manifest.collections[alias]
    # In a site with one collection its alias is ours, so authors know it by its name.
    place = alias if len(manifest.collections) > 1 else sanitize(collection.name) or alias
    problem = f"no pose {sanitize(name)!r} in {place!r}"
    elsewhere = [match.reference(default) for match in _matches(manifest, name)]
    if elsewhere:
        problem += f" (did you mean {SCHEME}{sanitize(elsewhere[0])}?)"
    else:
        problem += collection.suggest(name) or f". {_list_poses(collection)}"
    return MissingPose(problem, remedy=NEW_POSE, alias=alias, slug=slugify(name))


def _matches(manifest: Manifest, name: str) -> Iterator[Match]:
    """Yield the poses of a name in all collections, in the order of their aliases."""
    for alias, collection in sorted(manifest.collections.items()):
        slug = collection.find_slug(name)
        if slug is not None:
            yield Match(alias, slug, collection.poses[slug])


def _list_poses(collection: Collection) -> str:
    """Say which poses there are, or, where they are too many for a message, what lists them."""
    if not collection.poses:
        return "It has no poses"
    listed = ", ".join(map(sanitize, sorted(collection.poses)))
    if len(collection.poses) <= _MOST_LISTED and len(listed) <= _LONGEST_LIST:
        return f"There are: {listed}"
    return f"'mkdocs-masko list' lists all {len(collection.poses)}"


def _split_reference(manifest: Manifest, reference: str, default: str) -> tuple[str, str]:
    """Return the collection's alias and the pose's name; a name may contain a slash itself."""
    alias, slash, name = reference.removeprefix(SCHEME).partition("/")
    has_alias = bool(slash and alias)
    if has_alias and alias in manifest.collections:
        return alias, name
    if not default and len(manifest.collections) == 1:
        default = next(iter(manifest.collections))
    collection = manifest.collections.get(default)
    # A name with a slash in it that another collection has is no collection that is missing.
    if collection and (not has_alias or any(_matches(manifest, reference))):
        return default, reference
    if has_alias or default or not manifest.collections:
        if has_alias:
            raise unknown_collection(manifest, alias, pose=name)
        raise unknown_collection(manifest, default)
    first = next(_matches(manifest, reference), None)
    owner = first.alias if first else min(manifest.collections)
    raise ReferenceProblem(
        f"there are several collections: write {sanitize(owner) + '/' + sanitize(reference)!r}"
    )


def unknown_collection(manifest: Manifest, alias: str, *, pose: str = "") -> MissingPose:
    """Make the error for an alias that the manifest does not have.

    Args:
        manifest: The collections there are.
        alias: What stands for one.
        pose: The name behind it, where a pose was meant.
    """
    aliases = sorted(map(sanitize, manifest.collections))
    if not aliases:
        return MissingPose("there are no collections", remedy=NEW_COLLECTION, alias=alias)
    if aliases == [DEFAULT_ALIAS]:  # which authors do not know: it is ours, for `collection`
        instead = f"name the pose alone: {sanitize(pose)!r}" if pose else "leave its name out"
        return MissingPose(
            f"no collection {sanitize(alias)!r}",
            remedy=f"This site has one collection, so {instead}.",
            alias=alias,
        )
    listed = list_some(aliases, _MOST_LISTED)
    return MissingPose(
        f"no collection {sanitize(alias)!r}{suggest(alias, aliases)}",
        remedy=f"There are: {listed}.",
        alias=alias,
    )
