"""Where the bytes of the site's files come from, for all files that pages use at once.

From the cache, a folder of the project, the shared cache or, over the network, from the CDN; and
variants that nobody has made, from worker processes.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.assets.cache import variant_path
from mkdocs_masko.assets.encoding import Encoder, no_progress
from mkdocs_masko.assets.ledger import CANNOT_BE_ENCODED
from mkdocs_masko.assets.site_files import file_name
from mkdocs_masko.errors import CacheError, MaskoError, MediaError
from mkdocs_masko.text import list_some
from mkdocs_masko.variants import recipe_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.encoding import Key, Progress
    from mkdocs_masko.assets.ledger import Ledger
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.assets.site_files import SiteFile
    from mkdocs_masko.manifest import Medium

    Download = Callable[[list[SiteFile]], Mapping[str, Path | MaskoError]]

_MOST_SHOWN = 5  # media named in one message


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

    def find_variant(self, file: SiteFile) -> Path | None:
        """Return what `sync --into` has written as a variant; nobody has compared its bytes."""
        name = file.path.rpartition("/")[2]
        paths = (folder / name for folder in self._folders)
        return next((path for path in paths if path.is_file() and not path.is_symlink()), None)


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
        """Paths in the site of variants that cannot be made."""
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
        files = tuple(files)
        self._adopt_variants(files)
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
        self._adopt_variants(files)
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

    def _adopt_variants(self, files: Iterable[SiteFile]) -> None:
        """Take variants that lie in the docs into the cache, to be compared like others in it."""
        for file in files:
            path = variant_path(file.sha256, file.variant) if file.variant else None
            if path is None or self._cache.locate(path) is not None:
                continue
            variant = self._sources.find_variant(file)
            if variant is not None:
                with suppress(OSError, CacheError):  # it is encoded again
                    self._cache.put(path, variant.read_bytes(), durable=False)

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
