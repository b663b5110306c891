"""From a manifest to the cards of the catalogue, as plain data."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from mkdocs_masko import rendering
from mkdocs_masko.manifest import Match
from mkdocs_masko.text import replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_masko.manifest import Collection, Manifest, Medium, Pose

MOV = "transparent_video_mov"
WEBM = "transparent_video_webm"
OPAQUE = "video"
STACKED = "transparent_video_android"

_LONGEST = 80  # characters of a name; a longer one is no text for a picture
_MARKS = re.compile(r"[\\`*_\[\](){}#!|~^=+.:$/'\"-]")
_ACTING = frozenset("\\`*_[]{}")
_ODD = re.compile(r"[^\w.-]")


def markdown_for(match: Match, default: str) -> str:
    """Return the Markdown that shows a pose: `![Plush Swagger](masko:owl/plush-swagger)`."""
    return f"![{escaped(match.pose.name)}](masko:{_address(match.reference(default))})"


def _address(name: str) -> str:
    return "/".join(_ODD.sub(_percent, part) for part in name.split("/"))


def _percent(odd: re.Match[str]) -> str:
    return quote(odd[0], safe="", errors="replace")


def escaped(text: str) -> str:
    """Write a text so that Markdown shows it as it is, on one line."""
    short = replace_controls(text).strip()
    short = short if len(short) <= _LONGEST else short[: _LONGEST - 1].rstrip() + "…"
    return "".join(_safe(char) for char in short)


def _safe(char: str) -> str:
    return f"\\{char}" if char in _ACTING else escape(char, quote=False)


_FORMATS = {
    "image/avif": "AVIF",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
}
_VIDEOS = ((MOV, "MOV", ""), (WEBM, "WebM", ""), (OPAQUE, "MP4", "opaque"))
_STACKED = (STACKED, "MP4", "stacked")
_KILO, _MEGA = 1000, 1_000_000  # bytes


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
    """Yield the formats of a pose: pictures, then each animation's."""
    if pose.transparent_image:
        yield _still_row(pose.transparent_image, "")
    if pose.image:
        yield _still_row(pose.image, "opaque")
    for number, animation in enumerate(pose.animations, 1):
        which = f"{number}" if len(pose.animations) > 1 else ""
        yield from _videos(animation, which)


def _still_row(medium: Medium, note: str) -> FileRow:
    return FileRow(format=_FORMATS.get(medium.type, medium.type), note=note, sizes=(size(medium),))


def _videos(animation: Mapping[str, Medium], which: str) -> Iterator[FileRow]:
    for key, name, note in (*_VIDEOS, _STACKED):
        found = variants(animation, key)
        if found:
            kind = note or ("opaque" if all(m.alpha is False for m in found) else "")
            yield FileRow(
                format=f"{name} {which}".rstrip(),
                note=kind,
                sizes=tuple(size(medium) for medium in found),
            )


def size(medium: Medium) -> str:
    """Say how large a file is: `512 px, 88 kB`; the bytes only where they are known."""
    square = medium.width == medium.height
    px = f"{medium.width}" if square else f"{medium.width}\N{MULTIPLICATION SIGN}{medium.height}"
    return f"{px} px" if medium.bytes is None else f"{px} px, {spoken(medium.bytes)}"


def spoken(count: int) -> str:
    """Say a number of bytes: `88 kB`, `1.4 MB`."""
    if count < _KILO:
        return f"{count} B"
    kilos = round(count / _KILO)
    return f"{kilos} kB" if kilos < _KILO else f"{count / _MEGA:.1f} MB"


class Gap(Struct, frozen=True, kw_only=True):
    """Something that is missing.

    Attributes:
        key: One word to filter by: `no-mov`.
        name: The same for people: `no MOV`.
        effect: What readers see therefore.
    """

    key: str
    name: str
    effect: str


_NO_IMAGE = Gap(
    key="no-transparent-picture",
    name="no transparent picture",
    effect="the one with a background stands in",
)
_NO_PICTURE = Gap(key="no-picture", name="no picture", effect="its name stands there instead")
_NO_OPAQUE_IMAGE = Gap(
    key="no-opaque-picture", name="no opaque picture", effect="“background” shows the transparent"
)
_NO_ANIMATION = Gap(key="no-animation", name="no animation", effect="all see the picture")
_NO_MOV = Gap(key="no-mov", name="no MOV", effect="Safari shows the still")
_NO_WEBM = Gap(key="no-webm", name="no WebM", effect="only Safari shows it move")
_NOT_CLEAR = Gap(
    key="no-transparent-animation",
    name="no transparent animation",
    effect="it moves with “background” only",
)
_NO_MP4 = Gap(key="no-mp4", name="no MP4", effect="with “background” it does not move")


def missing_files(pose: Pose) -> tuple[Gap, ...]:
    """Return what is missing, the same thing once."""
    return tuple(dict.fromkeys([*_still(pose), *_moving(pose)]))


def _still(pose: Pose) -> Iterator[Gap]:
    if not pose.transparent_image:
        yield _NO_IMAGE if pose.image else _NO_PICTURE
    elif not pose.image:
        yield _NO_OPAQUE_IMAGE


def _moving(pose: Pose) -> Iterator[Gap]:
    if not pose.animations:
        yield _NO_ANIMATION
    for animation in pose.animations:
        yield from _files(animation)


def _files(animation: Mapping[str, Medium]) -> Iterator[Gap]:
    mov, webm = moves(animation, MOV), moves(animation, WEBM)
    if not mov and not webm:
        yield _NOT_CLEAR
    elif not mov:
        yield _NO_MOV
    elif not webm:
        yield _NO_WEBM
    if not variants(animation, OPAQUE):
        yield _NO_MP4


def variants(animation: Mapping[str, Medium], key: str) -> list[Medium]:
    """Return a file of an animation in all its sizes, the largest first."""
    found = rendering.variants(animation, key)
    return sorted(found, key=lambda medium: (-medium.width, medium.url))


def moves(animation: Mapping[str, Medium], key: str) -> bool:
    """Tell whether an animation has a file that pages can show with its transparency."""
    return any(medium.alpha is not False for medium in variants(animation, key))


_SEARCHED = 400  # characters of a card's words; more would be no help to find it


class Frame(Struct, frozen=True, kw_only=True):
    """One look at a pose.

    Attributes:
        title: What is written under it: `Picture`, `Animation`.
        arguments: Those of the embed, without its size; None when there is nothing to show.
        still: Those of the picture that stands there until an animation is near, if it has one.
        seconds: How long the animation lasts, where it is known: `2 s`.
    """

    title: str
    arguments: Mapping[str, object] | None
    still: Mapping[str, object] | None = None
    seconds: str = ""


class Card(Struct, frozen=True, kw_only=True):
    """All that is said of one pose.

    Attributes:
        match: The pose, as it is looked up.
        name: Its name, fit to be shown.
        reference: The name that pages use.
        markdown: What to write, to be copied.
        frames: The picture, and each animation.
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
    """Return the catalogue: a group for each collection, the default one first.

    Args:
        manifest: What there is.
        default: The collection whose poses need no prefix.
        alias: The one collection that is wanted; by default all are.
    """
    found = {alias: manifest.collections[alias]} if alias else manifest.collections
    order = sorted(found, key=lambda each: (each != default, each))
    return tuple(_group(each, found[each], default) for each in order)


def _group(alias: str, collection: Collection, default: str) -> Group:
    cards = (_card(Match(alias, s, p), default) for s, p in sorted(collection.poses.items()))
    return Group(alias=alias, name=sanitize(collection.name) or alias, cards=tuple(cards))


def _card(match: Match, default: str) -> Card:
    pose, missing, files = match.pose, missing_files(match.pose), tuple(lines(match.pose))
    name = sanitize(pose.name) or match.slug
    words = (*_keys(missing), *_names(files), match.alias, match.slug, name)
    return Card(
        match=match,
        name=name,
        reference=replace_controls(match.reference(default)),
        markdown=markdown_for(match, default),
        frames=(_picture(pose), *_animations(pose)),
        lines=files,
        gaps=missing,
        words=replace_controls(" ".join(words).casefold())[:_SEARCHED],
    )


def _names(files: tuple[FileRow, ...]) -> Iterable[str]:
    return dict.fromkeys(line.format.partition(" ")[0] for line in files)


def _keys(missing: tuple[Gap, ...]) -> tuple[str, ...]:
    return tuple(gap.key for gap in missing) or ("complete",)


def _picture(pose: Pose) -> Frame:
    if not _has_picture(pose):
        return Frame(title="No picture", arguments=None)
    title = "Picture" if pose.transparent_image else "Opaque picture"
    return Frame(title=title, arguments={"kind": "image"})


def _has_picture(pose: Pose) -> bool:
    return bool(pose.transparent_image or pose.image)


def _animations(pose: Pose) -> Iterator[Frame]:
    if not pose.animations:
        yield Frame(title="No animation", arguments=None)
    for number in range(len(pose.animations)):
        count = f" {number + 1}" if len(pose.animations) > 1 else ""
        yield _animation(pose, number, count)


def _animation(pose: Pose, number: int, count: str) -> Frame:
    animation = pose.animations[number]
    clear = moves(animation, MOV) or moves(animation, WEBM)
    if not clear and not variants(animation, OPAQUE):
        return Frame(title=f"No animation{count}", arguments=None)
    title = "Animation" if clear else "Opaque animation"
    found = {"kind": "animation", "play": "hover", "animation": number, "background": not clear}
    still = {"kind": "image", "background": not clear} if _has_picture(pose) else None
    return Frame(title=title + count, arguments=found, still=still, seconds=_seconds(animation))


def _seconds(animation: Mapping[str, Medium]) -> str:
    known = [medium.duration for medium in animation.values() if medium.duration]
    return f"{max(known):.3g} s" if known else ""
