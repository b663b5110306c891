"""Files that the site serves: their names, and where their bytes come from.

Names come first, while pages render: they hold a hash of the content, so browsers may keep a file
for ever. The bytes come later, for all files that pages use at once: from the cache, a folder of
the project, the shared cache or, over the network, from the CDN. Only then it is known which of the
variants that were named are worth publishing.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.assets.cache import variant_path
from mkdocs_masko.assets.encoding import Encoder, no_progress
from mkdocs_masko.assets.ledger import CANNOT_BE_ENCODED
from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.media_types import MEDIA_TYPES, MOV, WEBM
from mkdocs_masko.text import is_portable_name, list_some, slugify
from mkdocs_masko.variants import (
    Variant,
    full_video_size,
    plan_variants,
    plan_video_size,
    recipe_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.encoding import Key, Progress
    from mkdocs_masko.assets.ledger import Ledger
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.variants import VideoFormat

    Download = Callable[[list["SiteFile"]], Mapping[str, Path | MaskoError]]

FOLDER = "assets/masko"
"""Where the plugin's files lie in the site."""

OURS = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.[a-z0-9]{3,4}")
"""What the name of every medium and variant looks like."""

_MOST_SHOWN = 5  # media named in one message
_LONGEST_NAME = 48
_HASH_DIGITS = 16  # hex digits of a hash: no two of 10,000 files are alike by chance
_BYTES_BY_SCALE = 1.5  # of an animation at half the size, about a third of the bytes is left
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
        if not (width and height):  # a line of one px, which 4:2:0 cannot halve
            return None
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


class LocalSources:
    """Finds media on this machine.

    Args:
        cache: The local one.
        folders: Folders where `sync --into` may have put them.
        packaged: Returns the file of a medium that comes with the package, by its URL.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        folders: Iterable[Path] = (),
        packaged: Callable[[str], Path | None] = lambda _: None,
    ) -> None:
        self._cache, self._folders = cache, tuple(folders)
        self._packaged = packaged

    def find(self, medium: Medium, sha256: str) -> Path | None:
        """Return a file with just these bytes, or None."""
        return self._cache.get_medium(sha256) or self._outside_cache(medium, sha256)

    def _outside_cache(self, medium: Medium, sha256: str) -> Path | None:
        paths = [folder / file_name(medium, sha256) for folder in self._folders]
        packaged = self._packaged(medium.url)
        for path in [*paths, *([packaged.resolve()] if packaged else [])]:
            with suppress(OSError):
                if self._cache.checker.is_intact(path, sha256):
                    return path
        return None


class Work(Struct):
    """What a build had to do for its files.

    Attributes:
        downloads: Media that came over the network.
        variants: Variants that were encoded.
    """

    downloads: int = 0
    variants: int = 0


class FileResolver:
    """Gets the bytes of the files that pages use: all that are missing at once.

    Args:
        cache: Where media and variants lie, and where new ones are kept.
        sources: Finds media without the network.
        ledger: Knows which bytes a variant has.
        download: Downloads media, and returns their files by hash; None for a build without
            network.
        store: The shared cache, where there is one.
        describe: Returns what people call a medium: `fox/wave image`.
        report: Hears of trouble after which readers get the right thing.
        report_damage: Hears of originals that no browser shows, or not to the end.
        progress: Reports the encoding, as for `Encoder`.
    """

    def __init__(  # noqa: PLR0913 - where bytes can come from, and who hears of it
        self,
        cache: Cache,
        sources: LocalSources,
        ledger: Ledger,
        *,
        download: Download | None = None,
        store: RemoteCache | None = None,
        describe: Callable[[Medium], str] = lambda medium: medium.url,
        report: Callable[[str], None] = lambda _: None,
        report_damage: Callable[[str], None] = lambda _: None,
        progress: Progress = no_progress,
    ) -> None:
        self._cache, self._sources, self._ledger = cache, sources, ledger
        self._download, self._store, self._describe = download, store, describe
        self._report, self._report_damage = report, report_damage
        self._encoder = Encoder(cache, ledger, progress)
        self._downloads = 0
        self.stand_ins: set[str] = set()
        """Paths in the site of variants that cannot be made; they have the original's bytes."""
        self._reported: set[Medium] = set()

    @property
    def work(self) -> Work:
        """What had to be done so far."""
        return Work(downloads=self._downloads, variants=len(self._encoder.paths))

    def begin(self, files: Iterable[SiteFile]) -> None:
        """Have variants encoded that pages are about to use, where that is sure to be needed.

        It is where the cache has none, and the originals are at hand. With a shared cache it is
        not: that is asked for all of them at once.
        """
        for file in files if self._store is None else ():
            if file.variant and self._has_to_be_encoded((file.sha256, file.variant)):
                source = self._sources.find(file.medium, file.sha256)
                if source:
                    self._encoder.begin((file.sha256, file.variant), source)

    def close(self) -> None:
        """Give up variants that were begun, because nobody will ask for them."""
        self._encoder.close()

    def resolve(self, files: Iterable[SiteFile]) -> dict[str, Path]:
        """Return a sound file on disk for each path of the site.

        Raises:
            MediaError: Some cannot be had; all of them are named.
            ApiError: The server of the media cannot be reached, or fails.
            CacheError: Not even the system's temporary folder can be written.
        """
        try:
            return self._resolve(tuple(files))
        finally:
            self.close()

    def _resolve(self, files: tuple[SiteFile, ...]) -> dict[str, Path]:
        variants = {(file.sha256, file.variant): file for file in files if file.variant}
        paths = self._cached_variants(variants)
        missing = {key: file for key, file in variants.items() if key not in paths}
        # A variant that is known to be good needs no original: it may never have been downloaded.
        needed = [*(file for file in files if not file.variant), *missing.values()]
        originals = self._originals({file.sha256: file for file in needed}, missing)
        paths |= self._compared_variants(missing, originals)
        paths |= self._encoded_variants(
            [file for key, file in missing.items() if key not in paths], originals
        )
        self.stand_ins |= {file.path for key, file in missing.items() if key not in paths}
        return {
            file.path: (file.variant and paths.get((file.sha256, file.variant)))
            or originals[file.sha256]
            for file in files
            # In another format than the original's, nothing can take its place.
            if (file.sha256, file.variant) in paths or not _is_other_half(file)
        }

    def _has_to_be_encoded(self, key: Key) -> bool:
        """Tell whether nobody has made a variant yet, as far as it is known without reading any."""
        return (
            key not in self._encoder
            and self._cache.locate(variant_path(*key)) is None
            and self._ledger.get(recipe_of(*key)) != CANNOT_BE_ENCODED
        )

    def _cached_variants(self, keys: Iterable[Key]) -> dict[Key, Path]:
        """Return the variants whose bytes are known, from the cache or the shared one."""
        paths = self._known_variants(keys)
        digests = {key: self._ledger.get(recipe_of(*key)) for key in keys if key not in paths}
        missing = [key for key, digest in digests.items() if digest != CANNOT_BE_ENCODED]
        if self._store and missing:
            self._store.get_variants(missing)
            paths |= self._known_variants(missing)
        return paths

    def _known_variants(self, keys: Iterable[Key]) -> dict[Key, Path]:
        paths: dict[Key, Path] = {}
        for key in keys:
            digest = self._ledger.get(recipe_of(*key))
            path = self._cache.find(variant_path(*key), digest) if digest else None
            if path:
                paths[key] = path
        return paths

    def _compared_variants(
        self, missing: Mapping[Key, SiteFile], originals: Mapping[str, Path]
    ) -> dict[Key, Path]:
        """Compare variants that others made with their originals, and note those that pass."""
        located = {key: self._cache.locate(variant_path(*key)) for key in missing}
        jobs = [
            (key, originals[key[0]], path)
            for key, path in located.items()
            if path and key not in self._encoder and self._ledger.get(recipe_of(*key)) is None
        ]
        if not jobs:
            return {}
        from mkdocs_masko.variants.compare import NotTheVariant  # noqa: PLC0415 - only who compares pays for it

        digests: dict[Key, str] = {}
        failures: list[SiteFile] = []
        for key, result in self._encoder.compare(jobs):
            if isinstance(result, NotTheVariant):
                failures.append(missing[key])
            elif isinstance(result, str):  # else encoding reports what is wrong with the original
                digests[key] = result
        if failures:
            media = dict.fromkeys(file.medium for file in failures)
            self._report(
                f"{len(failures)} variant{'s' * (len(failures) > 1)} in the cache show something "
                f"else than the original, and are encoded again: {self._list(media)}"
            )
        self._ledger.add({recipe_of(*key): sha256 for key, sha256 in digests.items()})
        return self._known_variants(digests)

    def _originals(
        self, files: Mapping[str, SiteFile], variants: Mapping[Key, SiteFile]
    ) -> dict[str, Path]:
        """Return the originals; encode variants of those at hand while others are downloaded."""
        find = self._sources.find
        paths = {sha: path for sha, file in files.items() if (path := find(file.medium, sha))}
        for key in variants:
            if key[0] in paths and self._has_to_be_encoded(key):
                self._encoder.begin(key, paths[key[0]])
        missing = [sha for sha in files if sha not in paths]
        if self._store and missing:
            paths |= self._store.get_media(missing)
        return paths | self._downloaded([file for sha, file in files.items() if sha not in paths])

    def _downloaded(self, missing: list[SiteFile]) -> dict[str, Path]:
        if not missing:
            return {}
        if self._download is None:
            raise MediaError(
                f"{self._list(file.medium for file in missing)}: not in the cache, and this "
                "build uses no network. Run 'mkdocs-masko sync' where there is one, and keep its "
                "cache; or commit the media with 'mkdocs-masko sync --into docs/assets/masko'."
            )
        results = self._download(missing)
        self._raise_failures({file.medium: results[file.sha256] for file in missing})
        self._downloads += len(missing)
        paths = {sha: path for sha, path in results.items() if not isinstance(path, MaskoError)}
        if self._store:
            self._store.put_media(paths)
        return paths

    def _encoded_variants(
        self, files: list[SiteFile], originals: Mapping[str, Path]
    ) -> dict[Key, Path]:
        """Encode variants, and return their files; report what cannot be encoded."""
        failures: dict[Medium, MediaError] = {}
        before = self._encoder.paths
        for file in files:
            assert file.variant is not None  # noqa: S101 - the caller asked
            key = file.sha256, file.variant
            is_bad = self._ledger.get(recipe_of(*key)) == CANNOT_BE_ENCODED
            if is_bad and key not in self._encoder:
                failures[file.medium] = MediaError("cannot be encoded, as a build before found")
            else:
                self._encoder.begin(key, originals[file.sha256])
        results = self._encoder.finish()
        for file in files:
            result = results.get((file.sha256, file.variant)) if file.variant else None
            if isinstance(result, MediaError):
                failures[file.medium] = result
        self._report_unencoded(failures, originals)
        new = {key: path for key, path in self._encoder.paths.items() if key not in before}
        if self._store and new:
            self._store.put_variants(new)
        return new

    def _report_unencoded(
        self, failures: Mapping[Medium, MediaError], originals: Mapping[str, Path]
    ) -> None:
        """Report media that cannot be encoded: are they damaged, or do browsers show them?"""
        new = {medium: error for medium, error in failures.items() if medium not in self._reported}
        self._reported |= new.keys()
        damages = {medium: _damage_of(originals[medium.sha256 or ""]) for medium in new}
        damaged = {medium: MediaError(damage) for medium, damage in damages.items() if damage}
        for reason, media in _by_reason(damaged).items():
            is_still = all(medium.type.startswith("image/") for medium in media)
            shown = "a broken image" if is_still else "an animation that breaks off"
            self._report_damage(
                f"{self._list(media)}: {reason}; readers see {shown}. Run "
                "'mkdocs-masko sync' once the file is mended, and commit the manifest."
            )
        sound = {medium: error for medium, error in new.items() if medium not in damaged}
        for reason, media in _by_reason(sound).items():
            self._report(f"{self._list(media)}: published as it is, without variants: {reason}")

    def _raise_failures(self, results: Mapping[Medium, Path | MaskoError]) -> None:
        """Raise one error for all that failed: media with the same reason are named together."""
        reasons = _by_reason(results)
        if reasons:
            lines = (f"{self._list(media)}: {reason}" for reason, media in reasons.items())
            raise MediaError("; ".join(lines) + ".")

    def _list(self, media: Iterable[Medium]) -> str:
        return list_some(map(self._describe, media), _MOST_SHOWN)


def _is_other_half(file: SiteFile) -> bool:
    """Tell whether a file is the WebM of an animation that is none, or the other way round."""
    is_webm = file.medium.type == "video/webm"
    return file.variant is not None and (file.variant.format == "webm") != is_webm


def _damage_of(path: Path) -> str:
    """Return what browsers find wrong with a file, or an empty string."""
    from mkdocs_masko.probe import find_damage, probe_bytes  # noqa: PLC0415 - few files are damaged

    try:
        content = path.read_bytes()
        return find_damage(probe_bytes(content), content, len(content))
    except (MediaError, OSError) as error:
        return str(error)


def _by_reason(results: Mapping[Medium, Path | MaskoError]) -> dict[str, list[Medium]]:
    """Return the media that failed, by what went wrong."""
    reasons: dict[str, list[Medium]] = {}
    for medium, result in results.items():
        if isinstance(result, MaskoError):
            # In the cache a file is named by its hash, which tells nobody anything.
            reason = str(result).removeprefix(f"{medium.sha256}: ").rstrip(".")
            reasons.setdefault(reason, []).append(medium)
    return reasons
