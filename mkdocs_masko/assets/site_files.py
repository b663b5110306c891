"""Files that the site serves: their names, and where their bytes come from.

Names come first, while pages render: they hold a hash of the content, so browsers may keep a file
for ever. The bytes come later, for all files that pages use at once: from the cache, a folder of
the project, the shared cache or, over the network, from the CDN.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.media_types import MEDIA_TYPES
from mkdocs_masko.text import list_some, slugify
from mkdocs_masko.variants import SETTINGS, Variant, plan_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.manifest import Medium

    Key = tuple[str, Variant]

    Download = Callable[[list["SiteFile"]], Mapping[str, Path | MaskoError]]

FOLDER = "assets/masko"
"""Where the plugin's files lie in the site."""

OURS = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.[a-z0-9]{3,4}")
"""What the name of every medium and variant looks like."""

_MOST_SHOWN = 5  # media named in one message
_LONGEST_NAME = 48
_HASH_DIGITS = 16  # hex digits of a hash: no two of 10,000 files are alike by chance
_CDN_HASH = re.compile(r"-[0-9a-f]{8,}\Z")  # ours takes its place


def file_name(medium: Medium, sha256: str) -> str:
    """Name a file by its content: `<slug>.<16 hex>.<ext>`.

    The suffix comes from what the bytes are, never from the URL: servers tell a type by it.
    """
    return f"{_stem(medium)}.{sha256[:_HASH_DIGITS]}.{MEDIA_TYPES[medium.type].suffix}"


def variant_name(medium: Medium, sha256: str, variant: Variant) -> str:
    """Name a variant by its original and how it is encoded, so that it has a name before bytes."""
    recipe = f"{sha256} {variant.format} {variant.width}x{variant.height} {SETTINGS}"
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:_HASH_DIGITS]
    return f"{_stem(medium)}.{digest}.{variant.format}"


def _stem(medium: Medium) -> str:
    stem = _CDN_HASH.sub("", Path(medium.url.rpartition("/")[2]).stem)
    return re.sub(r"[^a-z0-9]+", "-", slugify(stem)).strip("-")[:_LONGEST_NAME] or "pose"


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


class StillFormat(Struct, frozen=True, kw_only=True):
    """One format that a still is offered in.

    Attributes:
        type: Its MIME type.
        files: The file for screens of one pixel a px, then, where it differs, that for two.
    """

    type: str
    files: tuple[SiteFile, ...]


class SiteFiles:
    """Names the files that the site serves for media, before there are any bytes.

    Naming is pure: the same medium has the same name in every build, and nothing is published
    because it was named. What pages use, the build reads from what it shows.

    Args:
        digest: Returns the sha256 of a medium that the site serves, or None when readers load
            it from the CDN; by default they load all from there. May raise ReferenceProblem.
        variants: Whether stills are published as variants.
    """

    def __init__(
        self, digest: Callable[[Medium], str | None] = lambda _: None, *, variants: bool = False
    ) -> None:
        self._digest, self._variants = digest, variants
        self._digests: dict[str, str | None] = {}
        self._files: dict[tuple[str, Variant | None], SiteFile] = {}

    def file(self, medium: Medium) -> SiteFile | None:
        """Return the site's file for a medium, or None when the site does not serve it."""
        sha256 = self._digest_of(medium)
        return None if sha256 is None else self._named(medium, sha256)

    def still(
        self, medium: Medium, box_width: int | None, box_height: int | None
    ) -> tuple[StillFormat, ...]:
        """Return the formats that a still is offered in, best first; none without variants.

        Args:
            medium: The still.
            box_width: Width of its box in px of CSS, or None where the height decides.
            box_height: Height of its box in px of CSS, or None where the width decides.
        """
        sha256 = self._digest_of(medium) if self._variants else None
        if sha256 is None:
            return ()
        formats: dict[str, list[SiteFile]] = {}
        for variant in plan_variants(medium.width, medium.height, box_width, box_height):
            file = self._named(medium, sha256, variant)
            formats.setdefault(f"image/{variant.format}", []).append(file)
        return tuple(StillFormat(type=type_, files=tuple(f)) for type_, f in formats.items())

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
        download: Downloads media, and returns their files by hash; None for a build without
            network.
        store: The shared cache, where there is one.
        describe: Returns what people call a medium: `fox/wave image`.
    """

    def __init__(
        self,
        cache: Cache,
        sources: LocalSources,
        *,
        download: Download | None = None,
        store: RemoteCache | None = None,
        describe: Callable[[Medium], str] = lambda medium: medium.url,
    ) -> None:
        self._cache, self._sources = cache, sources
        self._download, self._store, self._describe = download, store, describe
        self.work = Work()

    def resolve(self, files: Iterable[SiteFile]) -> dict[str, Path]:
        """Return a sound file on disk for each path of the site.

        Raises:
            MediaError: Some cannot be had, or not be encoded; all of them are named.
            ApiError: The server of the media cannot be reached, or fails.
            CacheError: The disk is full, or fails.
        """
        files = tuple(files)
        variants = {(file.sha256, file.variant): file for file in files if file.variant}
        paths = self._cached_variants(variants)
        to_encode = [file for key, file in variants.items() if key not in paths]
        # A variant that is in the cache needs no original: that may never have been downloaded.
        needed = [*(file for file in files if not file.variant), *to_encode]
        originals = self._originals({file.sha256: file for file in needed})
        paths |= self._encoded_variants(to_encode, originals)
        return {
            file.path: paths[file.sha256, file.variant] if file.variant else originals[file.sha256]
            for file in files
        }

    def _cached_variants(self, keys: Iterable[Key]) -> dict[Key, Path]:
        paths = {key: path for key in keys if (path := self._cache.get_variant(*key))}
        missing = [key for key in keys if key not in paths]
        return paths | (self._store.get_variants(missing) if self._store and missing else {})

    def _originals(self, files: Mapping[str, SiteFile]) -> dict[str, Path]:
        find = self._sources.find
        paths = {sha: path for sha, file in files.items() if (path := find(file.medium, sha))}
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
        self.work.downloads += len(missing)
        paths = {sha: path for sha, path in results.items() if not isinstance(path, MaskoError)}
        if self._store:
            self._store.put_media(paths)
        return paths

    def _encoded_variants(
        self, files: Iterable[SiteFile], originals: Mapping[str, Path]
    ) -> dict[Key, Path]:
        jobs: dict[Path, list[SiteFile]] = {}
        for file in files:
            jobs.setdefault(originals[file.sha256], []).append(file)
        if not jobs:
            return {}
        from mkdocs_masko.variants import encode_all  # noqa: PLC0415 - only who encodes pays for it

        paths: dict[Key, Path] = {}
        failures: dict[Medium, Path | MaskoError] = {}
        for source, variant, content in encode_all((p, _variants(f)) for p, f in jobs.items()):
            file = jobs[source][0]
            if isinstance(content, MediaError):
                failures[file.medium] = content
            else:
                path = self._cache.put_variant(file.sha256, variant, content)
                paths[file.sha256, variant] = path
        self.work.variants += len(paths)
        self._raise_failures(failures)
        if self._store:
            self._store.put_variants(paths)
        return paths

    def _raise_failures(self, results: Mapping[Medium, Path | MaskoError]) -> None:
        """Raise one error for all that failed: media with the same reason are named together."""
        reasons: dict[str, list[Medium]] = {}
        for medium, result in results.items():
            if isinstance(result, MaskoError):
                reasons.setdefault(str(result).rstrip("."), []).append(medium)
        if reasons:
            lines = (f"{self._list(media)}: {reason}" for reason, media in reasons.items())
            raise MediaError("; ".join(lines) + ".")

    def _list(self, media: Iterable[Medium]) -> str:
        return list_some(map(self._describe, media), _MOST_SHOWN)


def _variants(files: Iterable[SiteFile]) -> tuple[Variant, ...]:
    return tuple(dict.fromkeys(file.variant for file in files if file.variant))
