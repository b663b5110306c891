"""Where readers load media from: the CDN, or the site itself."""

from __future__ import annotations

import math
import time
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.assets import FileResolver, LocalSources, SiteFiles, Work
from mkdocs_masko.assets.cache import digest_of
from mkdocs_masko.assets.encoding import no_progress
from mkdocs_masko.assets.ledger import Ledger
from mkdocs_masko.errors import ManifestError, ReferenceProblem
from mkdocs_masko.sync import shared_cache
from mkdocs_masko.text import format_size, sanitize
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.assets import Cache, SiteFile
    from mkdocs_masko.assets.encoding import Progress as EncodingProgress
    from mkdocs_masko.errors import MaskoError
    from mkdocs_masko.laid_files import LaidFiles
    from mkdocs_masko.manifest import Manifest, Medium
    from mkdocs_masko.options import Options
    from mkdocs_masko.sync import Progress, Site


_MUCH = 100_000  # bytes; less is not worth a hint


class ResolvedFiles(Struct, frozen=True, kw_only=True):
    """The bytes of files of the site, and what they change.

    Attributes:
        paths: A file on disk for each path of the site.
        changed: URLs of stills that are offered in other formats, now that sizes are known.
    """

    paths: dict[str, Path]
    changed: set[str] = set()


class CdnHosting:
    """Readers load media from the URLs of the manifest.

    Only the embedded sandbox's media are published with the site: no CDN serves them.

    Args:
        files: Names the files of the site; by default those of the sandbox.
    """

    hint = ""
    gap_remedy = ""

    def __init__(self, files: SiteFiles | None = None) -> None:
        self.files = files or SiteFiles(_packaged_digest)
        self.work = Work()

    def begin(self, files: Iterable[SiteFile]) -> None:
        """There are no variants to begin with."""

    def close(self) -> None:
        """Nothing was begun."""

    def resolve(self, files: Iterable[SiteFile]) -> ResolvedFiles:
        """Return a file on disk for each path of the site."""
        paths = ((file.path, packaged_file(file.medium.url)) for file in files)
        return ResolvedFiles(paths={path: source.resolve() for path, source in paths if source})


class SelfHosting:
    """The site serves every medium that its pages use, verified against the manifest's hashes.

    Args:
        site: What its options say.
        manifest: The media there are.
        local_cache: Where media lie between builds.
        media_folder: The folder where `sync --into` may have put media.
        warn: Hears of trouble after which readers get the right thing.
        warn_readers: Hears of what readers miss; by default the same as `warn`.
        progress: Sees downloads.
        encoding: Sees the encoding of variants, as for `assets.encoding.Encoder`.
        elapsed: Seconds of the time for network work that are used up.
        files: Names the files of the site; by default all media and their variants.

    Raises:
        ManifestError: The manifest has no hashes.
        OptionError: The shared cache cannot be used.
    """

    def __init__(  # noqa: PLR0913 - what stands around a build
        self,
        site: Site,
        manifest: Manifest,
        local_cache: Cache,
        *,
        media_folder: Path,
        warn: Callable[[str], None],
        warn_readers: Callable[[str], None] | None = None,
        progress: Progress,
        encoding: EncodingProgress = no_progress,
        elapsed: float = 0,
        files: SiteFiles | None = None,
    ) -> None:
        _require_hashes(site, manifest)
        self._site, self._manifest, self._cache = site, manifest, local_cache
        self._progress, self._elapsed = progress, elapsed
        self.files = files or self_hosted_files(manifest, videos=encodes_videos(site.options))
        self._resolver = FileResolver(
            local_cache,
            LocalSources(local_cache, folders=[media_folder], packaged=packaged_file),
            Ledger(site.state),
            download=None if site.options.mode == "frozen" else self._download,
            store=shared_cache(site, local_cache, warn),
            describe=self._describe,
            report=warn,
            report_damage=warn_readers or warn,
            progress=encoding,
        )

    @property
    def work(self) -> Work:
        """What had to be downloaded and encoded."""
        return self._resolver.work

    def begin(self, files: Iterable[SiteFile]) -> None:
        """Begin with variants that a page is about to use, before it is asked for their bytes."""
        self._resolver.begin(files)

    def close(self) -> None:
        """Give up what was begun, because nobody will ask for it."""
        self._resolver.close()

    @property
    def hint(self) -> str:
        """What the extra for animations would save, or nothing where it would not be much."""
        if not self._lacks_extra:
            return ""
        now, then = self.files.possible_savings()
        if now - then < _MUCH:
            return ""
        return (
            f"animations are published as exported, in {format_size(now)}; as small as their "
            f"boxes they would have about {format_size(then)}: pip install 'mkdocs-masko[video]'. "
            "With 'videos: original', this hint is not shown"
        )

    @property
    def gap_remedy(self) -> str:
        """What makes the other half of an animation, where this build could not."""
        text = "with 'mkdocs-masko[video]' installed, the build makes a missing MOV or WebM"
        return text if self._lacks_extra else ""

    @property
    def _lacks_extra(self) -> bool:
        return self._site.options.videos == "auto" and not _can_encode_videos()

    def resolve(self, files: Iterable[SiteFile]) -> ResolvedFiles:
        """Return a sound file on disk for each path of the site.

        Raises:
            MaskoError: Some cannot be had; all of them are named.
        """
        paths = self._resolver.resolve(files)
        sizes: dict[str, float] = {path: file.stat().st_size for path, file in paths.items()}
        sizes |= dict.fromkeys(self._resolver.stand_ins, math.inf)
        return ResolvedFiles(paths=paths, changed=self.files.learn_sizes(sizes))

    def _download(self, files: list[SiteFile]) -> Mapping[str, Path | MaskoError]:
        from mkdocs_masko.sync.media import download_missing  # noqa: PLC0415 - a frozen build never downloads

        start = time.monotonic()
        try:
            return download_missing(
                self._site, self._cache, files, self._progress, elapsed=self._elapsed
            )
        finally:
            self._elapsed += time.monotonic() - start

    def _describe(self, medium: Medium) -> str:
        return _describe(self._manifest, medium)


def served_files(site: Site, manifest: Manifest) -> SiteFiles:
    """Return what names the files that a site serves, whether or not they have been downloaded.

    Raises:
        ManifestError: The site serves its media, and the manifest has no hashes.
    """
    if not site.is_self_hosted:
        return SiteFiles(_packaged_digest)
    _require_hashes(site, manifest)
    return self_hosted_files(manifest, videos=encodes_videos(site.options))


def laid_site_files(site: Site, manifest: Manifest, laid: LaidFiles) -> SiteFiles:
    """Return what names the files of a site as they lie in a folder: with the same choice.

    Raises:
        ManifestError: The site serves its media, and the manifest has no hashes.
    """
    if not site.is_self_hosted:
        return served_files(site, manifest)
    _require_hashes(site, manifest)
    videos = laid.videos and site.options.videos == "auto"
    files = self_hosted_files(manifest, videos=videos)
    files.learn_sizes(laid.sizes())
    return files


def self_hosted_files(manifest: Manifest, *, videos: bool, variants: bool = True) -> SiteFiles:
    """Return what names the files of a site that serves all its media.

    Args:
        manifest: The media there are.
        videos: Whether animations have variants.
        variants: Whether anything has.
    """

    def digest(medium: Medium) -> str:
        if medium.sha256 is None:
            raise ReferenceProblem(
                f"the manifest has no sha256 of {_describe(manifest, medium)}, which "
                "'hosting: self' needs. Run 'mkdocs-masko sync' and commit the manifest."
            )
        return medium.sha256

    return SiteFiles(digest, variants=variants, videos=variants and videos)


def encodes_videos(options: Options) -> bool:
    """Tell whether animations of a self-hosted site have variants."""
    return options.videos == "auto" and _can_encode_videos()


def _can_encode_videos() -> bool:
    from mkdocs_masko.variants.ffmpeg_package import is_available  # noqa: PLC0415 - only self-hosting asks

    return is_available()


def _describe(manifest: Manifest, medium: Medium) -> str:
    """Return what people call a medium; searched for only when there is trouble to report."""
    names = (f"{pose} {place}" for pose, place, each in manifest.media() if each.url == medium.url)
    return next(names, medium.url)


def packaged_file(url: str) -> Path | None:
    """Return the file behind a URL of the embedded sandbox, which comes with the package."""
    if not url.startswith(f"{SANDBOX_ORIGIN}/"):
        return None
    from mkdocs_masko.sandbox import media_file  # noqa: PLC0415 - only demos need it

    return media_file(url.removeprefix(SANDBOX_ORIGIN))


def _packaged_digest(medium: Medium) -> str | None:
    file = packaged_file(medium.url)
    return _digest_of(file.resolve()) if file else None


@cache
def _digest_of(file: Path) -> str:
    return digest_of(file)


def _require_hashes(site: Site, manifest: Manifest) -> None:
    hashes = [medium.sha256 for _, _, medium in manifest.media()]
    if hashes and not any(hashes):
        raise ManifestError(
            f"{site.manifest.name}: has no hashes (sha256) of the media, which 'hosting: self' "
            "needs. Run 'mkdocs-masko sync' and commit the file."
        )


def select_included(
    manifest: Manifest, patterns: tuple[str, ...], default: str
) -> Iterator[tuple[str, list[tuple[str, str, Medium]]]]:
    """Find the media that `include:` names.

    Args:
        manifest: Where to look.
        patterns: `wave`, `owl/*`, or with a key of the API `wave:transparent_video_webm*`.
        default: Alias of the collection that a pattern without one means.

    Yields:
        Each pattern with the media it matches, which may be none: pose, key and medium.
    """
    for pattern in patterns:
        pose, _, key = pattern.partition(":")
        pose_pattern = pose if "/" in pose else f"{default}/{pose}"
        yield (
            pattern,
            [
                (name, place, medium)
                for name, place, medium in manifest.media()
                if fnmatchcase(name, pose_pattern)
                and fnmatchcase(place.rpartition(".")[2], key or "*")
            ],
        )


def unmatched_include(pattern: str) -> str:
    """Return the warning about a pattern of `include:` that matches no pose."""
    return f"option 'include': {sanitize(pattern)!r} matches no pose. See 'mkdocs-masko list'."
