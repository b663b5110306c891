"""The manifest's types, and their text."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.errors import ManifestError, MediaError, ReferenceProblem
from mkdocs_masko.media_types import KEY_PATTERN, MimeType
from mkdocs_masko.text import sanitize, slugify, suggest
from mkdocs_masko.urls import ID_PATTERN, check_media_url

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from collections.abc import Iterator, Mapping

VERSION: Final = 1
"""The version of the format; a file of a later one is refused, never overwritten."""

_REMEDY = "Restore it from version control, or delete it and run 'mkdocs-masko sync'."

_END = r"(?![\s\S])"  # `$` of the schema's regular expressions; Python's lets a line break pass

Px: TypeAlias = Annotated[int, Meta(ge=1, le=65535, description="Pixels.")]
Key: TypeAlias = Annotated[
    str,
    Meta(
        pattern=f"^{KEY_PATTERN}{_END}",
        description="The API's key of a video, with `_<px>` for a size variant.",
    ),
]
Slug: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]


class Medium(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file on the CDN."""

    url: Annotated[str, Meta(max_length=2000)]
    type: MimeType
    """What the bytes are, whatever the address ends in."""
    width: Px
    height: Px
    bytes: Annotated[int, Meta(ge=1)] | None = None
    """Size of the file, where the CDN tells it."""
    sha256: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{64}}{_END}")] | None = None
    alpha: bool | None = None
    """Whether a video can be transparent."""
    duration: Annotated[float, Meta(ge=0)] | None = None
    """Seconds, of a video."""
    codecs: Annotated[str, Meta(pattern=rf"^avc1\.[0-9A-F]{{6}}{_END}")] | None = None
    """Which H.264 a video is, as browsers are told: `avc1.42E01E`."""


class Pose(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One pose: a still picture and any number of animations of it."""

    name: Annotated[str, Meta(min_length=1)]
    image: Medium | None = None
    transparent_image: Medium | None = None
    animations: tuple[dict[Key, Medium], ...] = ()

    def media(self) -> Iterator[tuple[str, Medium]]:
        """Yield every file with its place in the pose: `animations[0].video`."""
        if self.image:
            yield "image", self.image
        if self.transparent_image:
            yield "transparent_image", self.transparent_image
        for number, animation in enumerate(self.animations):
            for key, medium in sorted(animation.items()):
                yield f"animations[{number}].{key}", medium


class Collection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One mascot."""

    id: Annotated[str, Meta(pattern=f"^{ID_PATTERN}{_END}")]
    name: str
    poses: dict[Slug, Pose]


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every mascot of a site, by the alias that its pages use."""

    version: Literal[1]
    revision: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{16}}{_END}")]
    """The version of the content: it changes when, and only when, something shown changes."""
    collections: dict[Slug, Collection]

    def media(self) -> Iterator[tuple[str, str, Medium]]:
        """Yield every file with its pose, `owl/wave`, and its place in that."""
        for alias, collection in self.collections.items():
            for key, pose in collection.poses.items():
                yield from ((f"{alias}/{key}", place, medium) for place, medium in pose.media())


def make(collections: Mapping[str, Collection]) -> Manifest:
    """Build a manifest, with the revision of its content.

    Raises:
        ManifestError: Content that could not be read again from a file: an empty name, a size
            that is no number.
    """
    try:
        found = msgspec.convert(msgspec.to_builtins(dict(collections)), dict[Slug, Collection])
        revision = _revision(found)
    except (msgspec.ValidationError, ValueError) as error:
        raise ManifestError(
            f"content that a manifest cannot hold: {sanitize(str(error))}"
        ) from None
    return Manifest(version=VERSION, revision=revision, collections=found)


def _revision(collections: dict[str, Collection]) -> str:
    content = {"collections": msgspec.to_builtins(collections), "version": VERSION}
    return hashlib.sha256(_text(content).encode()).hexdigest()[:16]


def dumps(manifest: Manifest) -> str:
    """Write a manifest as text: sorted keys, two spaces, LF; equal content is equal text."""
    return _text(msgspec.to_builtins(manifest))


def _text(content: object) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str | bytes, origins: Container[str]) -> Manifest:
    """Read a manifest from its text, trusting nothing in it.

    Args:
        text: The content of the file.
        origins: Where media may come from, as `scheme://host`.

    Raises:
        ManifestError: No JSON, a later version, not the schema, an address on another host, or
            a revision that is not that of the content.
    """
    try:
        _check_version(msgspec.json.decode(text))
        manifest = msgspec.json.decode(text, type=Manifest)
        for _, _, medium in manifest.media():
            check_media_url(medium.url, origins)
    except (msgspec.MsgspecError, MediaError, UnicodeError, RecursionError) as error:
        raise ManifestError(f"{sanitize(str(error))}. {_REMEDY}") from None
    if manifest.revision != _revision(manifest.collections):
        raise ManifestError(f"its revision is not that of its content: it was edited. {_REMEDY}")
    return manifest


def _check_version(content: object) -> None:
    version = content.get("version") if isinstance(content, dict) else None
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
        place = alias if len(manifest.collections) > 1 else sanitize(collection.name) or alias
        raise ReferenceProblem(
            f"no pose {sanitize(name)!r} in {place!r}{suggest(name, sorted(names))}. "
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
    if slash or default or not manifest.collections:
        raise unknown_collection(manifest, alias if slash else default)
    first = min(map(sanitize, manifest.collections))
    raise ReferenceProblem(
        f"there are several collections: write {first + '/' + sanitize(reference)!r}"
    )


def unknown_collection(manifest: Manifest, alias: str) -> ReferenceProblem:
    """Make the error for an alias that the manifest does not have."""
    aliases = sorted(map(sanitize, manifest.collections))
    if not aliases:
        return ReferenceProblem("there are no collections. Run 'mkdocs-masko sync'.")
    listed = ", ".join(aliases)
    return ReferenceProblem(
        f"no collection {sanitize(alias)!r}{suggest(alias, aliases)}. There are: {listed}."
    )


def _key(collection: Collection, name: str) -> str | None:
    exact = (key for key, pose in collection.poses.items() if pose.name == name)
    wanted = slugify(name)
    return min(exact, default=wanted if wanted in collection.poses else None)
