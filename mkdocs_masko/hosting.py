"""How the media of a site get from the manifest into its folder."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from mkdocs_masko.assets import FileResolver, LocalSources, UsedFiles, Work
from mkdocs_masko.assets.cache import digest_of
from mkdocs_masko.errors import ManifestError, ReferenceProblem
from mkdocs_masko.sync import shared_cache
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.assets import Cache, UsedFile
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.manifest import Manifest, Medium
    from mkdocs_masko.sync import Progress, Site


class CdnHosting:
    """Serves nothing: readers get the media from where the manifest says."""

    def __init__(self) -> None:
        self.shelf = UsedFiles(lambda _: None)
        self.limits: dict[str, int] = {}
        self.work = Work()

    def name(self, medium: Medium) -> str:
        """Return the address."""
        return medium.url

    def gather(self) -> dict[str, Path]:
        """Return no files."""
        return {}


class SelfHosting:
    """Decides which media the site serves, and gets them.

    Args:
        site: What its options say.
        manifest: The media there are.
        store: The cache, where they lie between builds.
        laid: The folder where `sync --into` may have laid media down.
        warn: Hears of trouble that stops nothing.
        watch: Sees downloads.
        spent: Seconds of the time for network work that are used up.

    Raises:
        ManifestError: The site shall serve media whose hashes the manifest does not have.
        OptionError: The shared cache cannot be used.
    """

    def __init__(  # noqa: PLR0913 - what stands around a build
        self,
        site: Site,
        manifest: Manifest,
        store: Cache,
        *,
        laid: Path,
        warn: Callable[[str], None],
        watch: Progress,
        spent: float = 0,
    ) -> None:
        self._site, self._cache = site, store
        self._watch, self._spent = watch, spent
        self._media = tuple((m, f"{pose} {place}") for pose, place, m in manifest.media())
        self._places = {medium.url: place for medium, place in self._media}
        if site.is_self_hosted:
            _check(site, manifest)
        self.shelf = UsedFiles(self._digest, small=site.is_self_hosted)
        self._files: dict[str, Path] = {}
        self._gatherer = FileResolver(
            store,
            LocalSources(store, folders=[laid], packaged=packaged_file),
            bring=None if site.options.mode == "frozen" else self._bring,
            store=shared_cache(site, store, warn),
            named=self.name,
        )

    @property
    def limits(self) -> dict[str, int]:
        """The site's budget in bytes."""
        return self._site.options.limits

    @property
    def work(self) -> Work:
        """What had to be fetched and made."""
        return self._gatherer.work

    def name(self, medium: Medium) -> str:
        """Return what people call a medium: `fox/wave transparent_image`."""
        return self._places.get(medium.url, medium.url)

    def take_all(self) -> dict[str, dict[str, str]]:
        """Note that every medium of the manifest is used.

        Returns:
            Their paths in the site, by pose and key.
        """
        index: dict[str, dict[str, str]] = {}
        for medium, place in self._media:
            pose, _, key = place.partition(" ")
            path = self.shelf.take(medium)
            if path is not None:
                index.setdefault(pose, {})[key] = path
        return index

    def gather(self) -> dict[str, Path]:
        """Return a sound file for each path of the site that was named so far.

        Raises:
            MaskoError: Some cannot be had, or not be made; all of them are named.
        """
        wants = {path: w for path, w in self.shelf.wants.items() if path not in self._files}
        self._files |= self._gatherer.gather(wants)
        return self._files

    def _bring(self, wants: list[UsedFile]) -> Mapping[str, Path | MaskoError]:
        from mkdocs_masko.sync.media import download_missing  # noqa: PLC0415 - a frozen build has no use for it

        start = time.monotonic()
        try:
            return download_missing(
                self._site, self._cache, wants, self._watch, elapsed=self._spent
            )
        finally:
            self._spent += time.monotonic() - start

    def _digest(self, medium: Medium) -> str | None:
        if not self._site.is_self_hosted:
            file = packaged_file(medium.url)
            return _digest_of(file.resolve()) if file else None
        if medium.sha256 is None:
            raise ReferenceProblem(
                f"the manifest has no sha256 of {self.name(medium)}, which 'hosting: self' needs. "
                "Run 'mkdocs-masko sync' and commit the manifest."
            )
        return medium.sha256


def packaged_file(url: str) -> Path | None:
    """Return the file behind an address of the sandbox's: nobody else serves them."""
    if not url.startswith(f"{SANDBOX_ORIGIN}/"):
        return None
    from mkdocs_masko.sandbox import media_file  # noqa: PLC0415 - only demos need it

    return media_file(url.removeprefix(SANDBOX_ORIGIN))


@cache
def _digest_of(file: Path) -> str:
    return digest_of(file)


def _check(site: Site, manifest: Manifest) -> None:
    hashes = [medium.sha256 for _, _, medium in manifest.media()]
    if hashes and not any(hashes):
        raise ManifestError(
            f"{site.manifest.name}: has no hashes (sha256) of the media, which 'hosting: self' "
            "needs. Run 'mkdocs-masko sync' and commit the file."
        )


def included(
    manifest: Manifest, patterns: tuple[str, ...], default: str
) -> Iterator[tuple[str, list[Medium]]]:
    """Find the media that `include:` names.

    Args:
        manifest: Where to look.
        patterns: `wave`, `owl/*`, or with a key of the API `wave:transparent_video_webm*`.
        default: Alias of the collection that a pattern without one means.

    Yields:
        Each pattern with what it matches, which may be nothing.
    """
    for pattern in patterns:
        pose, _, key = pattern.partition(":")
        wanted = pose if "/" in pose else f"{default}/{pose}"
        yield (
            pattern,
            [
                medium
                for name, place, medium in manifest.media()
                if fnmatchcase(name, wanted) and fnmatchcase(place.rpartition(".")[2], key or "*")
            ],
        )
