"""From a manifest to the cards of the gallery, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.manifest import Match, pose_gaps, usable_keys
from mkdocs_masko.media_types import (
    MEDIA_TYPES,
    MP4,
    STACKED,
    TRANSPARENT_VIDEOS,
    VIDEOS,
    size_variants,
)
from mkdocs_masko.snippets import image_snippet
from mkdocs_masko.text import format_size, replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_masko.manifest import Collection, Gap, Manifest, Medium, Pose
    from mkdocs_masko.media_types import Video


class FileRow(Struct, frozen=True, kw_only=True):
    """One format.

    Attributes:
        format: `PNG`, `WebM`.
        note: What is to be known of it: `opaque`, `stacked`; or empty.
        sizes: Of each file, the largest first: `512 px, 88 kB`.
    """

    format: str
    note: str
    sizes: tuple[str, ...]


def lines(pose: Pose) -> Iterator[FileRow]:
    """Yield the formats of a pose: its still images, then its animations."""
    if pose.transparent_image:
        yield _still_row(pose, pose.transparent_image, "transparent_image", "")
    if pose.image:
        yield _still_row(pose, pose.image, "image", "opaque")
    for number, animation in enumerate(pose.animations, 1):
        yield from _video_rows(animation, f"{number}" if len(pose.animations) > 1 else "")


def _still_row(pose: Pose, medium: Medium, key: str, note: str) -> FileRow:
    media = variants({key: medium, **pose.image_sizes}, key)
    sizes = tuple(size(each) for each in media)
    return FileRow(format=MEDIA_TYPES[medium.type].name, note=note, sizes=sizes)


def _video_rows(animation: Mapping[str, Medium], number: str) -> Iterator[FileRow]:
    for video in VIDEOS.values():
        media = variants(animation, video.key)
        if media:
            yield FileRow(
                format=f"{video.name} {number}".rstrip(),
                note=_note(video, media),
                sizes=tuple(size(medium) for medium in media),
            )


def _note(video: Video, media: Iterable[Medium]) -> str:
    if video == STACKED:
        return "stacked"
    return "opaque" if video == MP4 or all(each.alpha is False for each in media) else ""


def size(medium: Medium) -> str:
    """Describe how large a file is: `512 px, 88 kB`; the bytes only where they are known."""
    square = medium.width == medium.height
    px = f"{medium.width}" if square else f"{medium.width}\N{MULTIPLICATION SIGN}{medium.height}"
    return f"{px} px" if medium.bytes is None else f"{px} px, {format_size(medium.bytes)}"


def variants(animation: Mapping[str, Medium], key: str) -> list[Medium]:
    """Return a file of an animation in all its sizes, the largest first."""
    sizes = size_variants(animation, key)
    return sorted(sizes, key=lambda medium: (-medium.width, medium.url))


_SEARCHED = 400  # characters of a card's words; more would be no help to find it


class Frame(Struct, frozen=True, kw_only=True):
    """One look at a pose.

    Attributes:
        title: What is written below it: `Still image`, `Animation`.
        arguments: Those of the embed, without its size; None where there is nothing to show.
        still: Those of the still image that stands in until an animation is near the viewport.
        duration: How long the animation lasts, where it is known: `2 s`.
    """

    title: str
    arguments: Mapping[str, object] | None
    still: Mapping[str, object] | None = None
    duration: str = ""


class Card(Struct, frozen=True, kw_only=True):
    """All that is said of one pose.

    Attributes:
        match: The pose, as it is looked up.
        name: Its name, fit to be shown.
        reference: The name that pages use.
        markdown: What to write, to be copied.
        frames: The still image, and each animation.
        lines: Its files by format.
        gaps: What is missing.
        words: What the filter looks through, in small letters.
    """

    match: Match
    name: str
    reference: str
    markdown: str
    frames: tuple[Frame, ...]
    lines: tuple[FileRow, ...]
    gaps: tuple[Gap, ...]
    words: str


class Group(Struct, frozen=True, kw_only=True):
    """The cards of one collection.

    Attributes:
        alias: Its name on pages.
        name: Its own name, fit to be shown.
        cards: Its poses, in the order of their slugs.
    """

    alias: str
    name: str
    cards: tuple[Card, ...]


def groups(manifest: Manifest, default: str, alias: str | None = None) -> tuple[Group, ...]:
    """Return the gallery: a group for each collection, the default one first.

    Args:
        manifest: The poses.
        default: The collection whose poses need no prefix.
        alias: The one collection to show; by default, all.
    """
    collections = {alias: manifest.collections[alias]} if alias else manifest.collections
    order = sorted(collections, key=lambda name: (name != default, name))
    return tuple(_group(name, collections[name], default) for name in order)


def _group(alias: str, collection: Collection, default: str) -> Group:
    cards = (_card(Match(alias, s, p), default) for s, p in sorted(collection.poses.items()))
    return Group(alias=alias, name=sanitize(collection.name) or alias, cards=tuple(cards))


def _card(match: Match, default: str) -> Card:
    pose, missing, files = match.pose, pose_gaps(match.pose), tuple(lines(match.pose))
    name = sanitize(pose.name) or match.slug
    words = (*_keys(missing), *_names(files), match.alias, match.slug, name)
    return Card(
        match=match,
        name=name,
        reference=replace_controls(match.reference(default)),
        markdown=str(image_snippet(match, default)),
        frames=(_still_frame(pose), *_animations(pose)),
        lines=files,
        gaps=missing,
        words=replace_controls(" ".join(words).casefold())[:_SEARCHED],
    )


def _names(files: tuple[FileRow, ...]) -> Iterable[str]:
    return dict.fromkeys(line.format.partition(" ")[0] for line in files)


def _keys(missing: tuple[Gap, ...]) -> tuple[str, ...]:
    return tuple(gap.key for gap in missing) or ("complete",)


def _still_frame(pose: Pose) -> Frame:
    if not _has_still(pose):
        return Frame(title="No still image", arguments=None)
    title = "Still image" if pose.transparent_image else "Opaque still image"
    return Frame(title=title, arguments={"kind": "image"})


def _has_still(pose: Pose) -> bool:
    return bool(pose.transparent_image or pose.image)


def _animations(pose: Pose) -> Iterator[Frame]:
    if not pose.animations:
        yield Frame(title="No animation", arguments=None)
    for number in range(len(pose.animations)):
        count = f" {number + 1}" if len(pose.animations) > 1 else ""
        yield _animation(pose, number, count)


def _animation(pose: Pose, number: int, count: str) -> Frame:
    animation = pose.animations[number]
    keys = usable_keys(animation)
    transparent = any(video.key in keys for video in TRANSPARENT_VIDEOS)
    if not transparent and MP4.key not in keys:
        return Frame(title=f"No animation{count}", arguments=None)
    title = "Animation" if transparent else "Opaque animation"
    background = {"background": not transparent}
    arguments = {"kind": "animation", "play": "hover", "animation": number, **background}
    still = {"kind": "image", **background} if _has_still(pose) else None
    duration = _duration(animation)
    return Frame(title=title + count, arguments=arguments, still=still, duration=duration)


def _duration(animation: Mapping[str, Medium]) -> str:
    seconds = [medium.duration for medium in animation.values() if medium.duration]
    return f"{max(seconds):.3g} s" if seconds else ""
