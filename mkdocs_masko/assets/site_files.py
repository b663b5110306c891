"""Files that the site serves: their names, and which of them a page offers.

Names come first, while pages render: they hold a hash of the content, so browsers may keep a file
for ever. The bytes come later, for all files that pages use at once (`resolver.py`). Only then it
is known which of the variants that were named are worth publishing.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.media_types import MEDIA_TYPES, MOV, WEBM
from mkdocs_masko.text import is_portable_name, slugify
from mkdocs_masko.variants import (
    Variant,
    full_video_size,
    plan_variants,
    plan_video_size,
    recipe_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.variants import VideoFormat

FOLDER = "assets/masko"
"""Where the plugin's files lie in the site."""

_HASH, _SUFFIX = r"[0-9a-f]{16}", r"[a-z0-9]{2,4}"

OURS = re.compile(rf"[a-z0-9][a-z0-9-]{{0,47}}\.{_HASH}\.{_SUFFIX}")
"""What the name of every medium, variant, style sheet and script looks like."""

HASH_IN_NAME = re.compile(rf"\.({_HASH})\.{_SUFFIX}")
"""The hash in such a name, wherever a text has one."""

_LONGEST_NAME = 48
_HASH_DIGITS = 16  # hex digits of a hash: no two of 10,000 files are alike by chance
_BYTES_BY_SCALE = 1.8
# Bytes of an animation go by this power of its size: of one of 1,024 px, a sixth to a fifth is left
# at 480 px, and an eleventh at 240 px, as was measured on a real export.
_CDN_HASH = re.compile(r"-[0-9a-f]{8,}\Z")  # ours takes its place


def file_name(medium: Medium, sha256: str) -> str:
    """Name a file by its content: `<slug>.<16 hex>.<ext>`.

    The suffix comes from what the bytes are, never from the URL: servers tell a type by it.
    """
    return f"{_stem(medium)}.{sha256[:_HASH_DIGITS]}.{MEDIA_TYPES[medium.type].suffix}"


def variant_name(medium: Medium, sha256: str, variant: Variant) -> str:
    """Name a variant by its original and how it is encoded, so that it has a name before bytes."""
    return f"{_stem(medium)}.{recipe_of(sha256, variant)[:_HASH_DIGITS]}.{variant.format}"


def _stem(medium: Medium) -> str:
    stem = _CDN_HASH.sub("", Path(medium.url.rpartition("/")[2]).stem)
    name = re.sub(r"[^a-z0-9]+", "-", slugify(stem)).strip("-")[:_LONGEST_NAME]
    return name if is_portable_name(name) else f"pose-{name}".strip("-")


def name_in_folder(path: str) -> str:
    """Return the name of a file of ours, which stands in one folder of the site."""
    return path.removeprefix(f"{FOLDER}/")


class SiteFile(Struct, frozen=True, kw_only=True):
    """A file that the site serves.

    Attributes:
        path: Where it stands in the site: `assets/masko/wave.0123456789abcdef.png`.
        medium: What it is, or is made of.
        sha256: Of the medium's bytes, in hex.
        variant: Which resized copy it is, or None for the medium as it is.
    """

    path: str
    medium: Medium
    sha256: str
    variant: Variant | None = None


class MediaFormat(Struct, frozen=True, kw_only=True):
    """One format that a still or an animation is offered in.

    Attributes:
        type: The `type` of its `<source>`.
        files: Of a still, the file for screens of one pixel a px, then, where it differs, that
            for two. Of an animation, the only file.
    """

    type: str
    files: tuple[SiteFile, ...]


class _StillBox(Struct, frozen=True):
    """A still, and the box that it is shown in: px of CSS, or None where the other side decides."""

    medium: Medium
    width: int | None
    height: int | None


class _AnimationBox(Struct, frozen=True):
    """An animation by the types of its sources, and the box that it is shown in, in px of CSS."""

    media: tuple[tuple[str, Medium], ...]
    width: int
    height: int


_VIDEO_FORMATS: dict[str, VideoFormat] = {MOV.source_type: "mov", WEBM.source_type: "webm"}
"""What variants of animations are encoded in, by the types of their sources, best first."""

_SMALLEST_SIDES: dict[VideoFormat, int] = {"mov": 16, "webm": 2}  # px that the encoders take


class SiteFiles:
    """Names the files that the site serves for media, before there are any bytes.

    Naming is pure: the same medium has the same name in every build, and nothing is published
    because it was named. What pages use, the build reads from what it shows. Once it has the
    bytes, it says how large they are, and from then on media are offered only in what is worth it.

    Args:
        digest: Returns the sha256 of a medium that the site serves, or None when readers load
            it from the CDN; by default they load all from there. May raise ReferenceProblem.
        variants: Whether stills are published as variants.
        videos: Whether animations are.
    """

    def __init__(
        self,
        digest: Callable[[Medium], str | None] = lambda _: None,
        *,
        variants: bool = False,
        videos: bool = False,
    ) -> None:
        self._digest, self._variants, self._videos = digest, variants, videos
        self._digests: dict[str, str | None] = {}
        self._files: dict[tuple[str, Variant | None], SiteFile] = {}
        self._sizes: dict[str, float] = {}
        self.stand_ins: dict[str, str] = {}
        """Paths of what every browser gets, by the paths of the variants in whose place it is."""
        self._stills: dict[_StillBox, tuple[MediaFormat, ...]] = {}
        self._animations: dict[_AnimationBox, tuple[MediaFormat, ...]] = {}

    def file(self, medium: Medium) -> SiteFile | None:
        """Return the site's file for a medium, or None when the site does not serve it."""
        sha256 = self._digest_of(medium)
        return None if sha256 is None else self._named(medium, sha256)

    def still(
        self, medium: Medium, box_width: int | None, box_height: int | None
    ) -> tuple[MediaFormat, ...]:
        """Return the formats that a still is offered in, best first; none without variants.

        Args:
            medium: The still.
            box_width: Width of its box in px of CSS, or None where the height decides.
            box_height: Height of its box in px of CSS, or None where the width decides.
        """
        if not self._variants:
            return ()
        box = _StillBox(medium, box_width, box_height)
        if box not in self._stills:
            self._stills[box] = self._choose_formats(box)
        return self._stills[box]

    def animation(
        self, media: Mapping[str, Medium], box_width: int, box_height: int
    ) -> tuple[MediaFormat, ...]:
        """Return the formats that an animation is offered in, best first; none without variants.

        Where the export has it in one format only, it is offered in the other one as well.

        Args:
            media: What the export has of it, by the type of each `<source>`.
            box_width: Width of its box in px of CSS.
            box_height: Height of its box in px of CSS.
        """
        if not self._variants or _VIDEO_FORMATS.keys().isdisjoint(media):
            return ()
        box = _AnimationBox(tuple(media.items()), box_width, box_height)
        if box not in self._animations:  # also where there are no variants, for `possible_savings`
            self._animations[box] = self._choose_videos(box)
        return self._animations[box]

    def learn_sizes(self, sizes: Mapping[str, float]) -> set[str]:
        """Take in how large files turned out.

        Args:
            sizes: Bytes of files by their path in the site; infinite for a variant that cannot
                be made.

        Returns:
            The URLs of media that are offered in other formats from now on.
        """
        self._sizes |= sizes
        changed: set[str] = set()
        for still, planned in self._stills.items():
            self._stills[still] = chosen = self._choose_formats(still)
            if chosen != planned:
                self._stand_in(planned[-1], chosen[-1])
                changed.add(still.medium.url)
        for animation, planned in self._animations.items():
            self._animations[animation] = chosen = self._choose_videos(animation)
            if chosen != planned:
                by_type = {each.type: each for each in chosen}
                for each in planned:
                    self._stand_in(each, by_type.get(each.type, each))
                changed |= {medium.url for _, medium in animation.media}
        return changed

    def _stand_in(self, planned: MediaFormat, chosen: MediaFormat) -> None:
        for number, file in enumerate(planned.files):
            stand_in = chosen.files[min(number, len(chosen.files) - 1)]
            self.stand_ins[file.path] = stand_in.path

    @property
    def variant_sizes(self) -> dict[str, float]:
        """Bytes of all variants that were planned, by path, as far as they are known.

        Infinite for one that cannot be made.
        """
        planned = (file.path for file in self._files.values() if file.variant)
        return {path: self._sizes[path] for path in planned if path in self._sizes}

    @property
    def has_variants(self) -> bool:
        """Whether stills are published as variants."""
        return self._variants

    @property
    def has_video_variants(self) -> bool:
        """Whether variants of animations are planned."""
        return self._videos

    def possible_savings(self) -> tuple[int, int]:
        """Estimate what variants of the animations would save, where none are made.

        Returns:
            The bytes of all animations that were asked for and are larger than their box needs,
            and about how many their variants would have.
        """
        bytes_of: dict[Medium, int] = {}
        for box in self._animations:
            for type_, medium in box.media:
                size = plan_video_size(medium.width, medium.height, box.width, box.height)
                if type_ in _VIDEO_FORMATS and size and medium.bytes:
                    scale = max(size) / max(medium.width, medium.height)
                    estimate = round(medium.bytes * scale**_BYTES_BY_SCALE)
                    bytes_of[medium] = max(bytes_of.get(medium, 0), estimate)
        return sum(medium.bytes or 0 for medium in bytes_of), sum(bytes_of.values())

    def _choose_formats(self, box: _StillBox) -> tuple[MediaFormat, ...]:
        medium, sha256 = box.medium, self._digest_of(box.medium)
        if sha256 is None:
            return ()
        formats: dict[str, list[SiteFile]] = {}
        for variant in plan_variants(medium.width, medium.height, box.width, box.height):
            file = self._named(medium, sha256, variant)
            formats.setdefault(f"image/{variant.format}", []).append(file)
        planned = tuple(MediaFormat(type=type_, files=tuple(f)) for type_, f in formats.items())
        if any(file.path not in self._sizes for each in planned for file in each.files):
            return planned
        return lightest_formats(planned, self._named(medium, sha256), self._sizes)

    def _choose_videos(self, box: _AnimationBox) -> tuple[MediaFormat, ...]:
        if not self._videos:
            return ()
        files = {type_: self._choose_video(box, type_) for type_ in _VIDEO_FORMATS}
        return tuple(MediaFormat(type=type_, files=(f,)) for type_, f in files.items() if f)

    def _choose_video(self, box: _AnimationBox, type_: str) -> SiteFile | None:
        """Return the file of one type: the export's, or a variant that is smaller or missing."""
        media = dict(box.media)
        own = media.get(type_)
        medium = own or next(each for name, each in media.items() if name in _VIDEO_FORMATS)
        sha256 = self._digest_of(medium)
        if sha256 is None:
            return None
        size = plan_video_size(medium.width, medium.height, box.width, box.height)
        if own and not size:
            return self._named(own, sha256)
        width, height = size or full_video_size(medium.width, medium.height)
        if min(width, height) < _SMALLEST_SIDES[_VIDEO_FORMATS[type_]]:
            return self._named(own, sha256) if own else None
        variant = Variant(format=_VIDEO_FORMATS[type_], width=width, height=height)
        file = self._named(medium, sha256, variant)
        bytes_without = (own.bytes if own else None) or math.inf
        if self._sizes.get(file.path, 0) < bytes_without:
            return file
        return self._named(own, sha256) if own else None

    def _digest_of(self, medium: Medium) -> str | None:
        if medium.url not in self._digests:
            self._digests[medium.url] = self._digest(medium)
        return self._digests[medium.url]

    def _named(self, medium: Medium, sha256: str, variant: Variant | None = None) -> SiteFile:
        file = self._files.get((medium.url, variant))
        if file is None:
            name = variant_name(medium, sha256, variant) if variant else file_name(medium, sha256)
            file = SiteFile(path=f"{FOLDER}/{name}", medium=medium, sha256=sha256, variant=variant)
            self._files[medium.url, variant] = file
        return file


def lightest_formats(
    planned: tuple[MediaFormat, ...], original: SiteFile, sizes: Mapping[str, float]
) -> tuple[MediaFormat, ...]:
    """Leave out every variant that is not smaller than what browsers load without it.

    Without variants, they load the original. Without a format, they load the next one.

    Args:
        planned: The formats, best first; the last one is for every browser.
        original: The still as it is.
        sizes: Bytes of every variant by its path in the site.
    """

    def size(file: SiteFile) -> float:
        return sizes[file.path] if file.variant else file.medium.bytes or math.inf

    *others, last = planned
    # A larger variant is sharp on plain screens too, and may be smaller in bytes.
    least = tuple(min(original, *last.files[at:], key=size) for at in range(len(last.files)))
    type_ = last.type if least[-1].variant else original.medium.type
    chosen = [MediaFormat(type=type_, files=tuple(dict.fromkeys(least)))]
    for each in reversed(others):
        best = tuple(min(each.files[at:], key=size) for at in range(len(each.files)))
        if all(size(file) < size(other) for file, other in zip(best, least, strict=True)):
            chosen.insert(0, MediaFormat(type=each.type, files=tuple(dict.fromkeys(best))))
            least = best
    return tuple(chosen)
