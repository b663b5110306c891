"""The files behind the names: found, fetched or made, all missing ones at once."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.text import sanitize, slugify
from mkdocs_masko.variants import SETTINGS, Variant, plan_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.manifest import Medium

    Key = tuple[str, Variant]

    Bring = Callable[[list["UsedFile"]], Mapping[str, Path | MaskoError]]

FOLDER = "assets/masko"
"""Where the plugin's files lie in the site."""

OURS = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.[a-z0-9]{3,4}")
"""What every name of a medium looks like."""

_EXTENSIONS = {
    "image/avif": "avif",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_LONGEST_NAME = 48
_SHOWN = 16  # hex digits of a hash: no two of 10,000 files are alike by chance
_HASH = re.compile(r"-[0-9a-f]{8,}\Z")  # the CDN's, which ours stands for


def file_name(medium: Medium, sha256: str) -> str:
    """Name a file by its content: `<slug>.<16 hex>.<ext>`.

    The extension is ours, from what the bytes are, and never that of the address.
    """
    return f"{_stem(medium)}.{sha256[:_SHOWN]}.{_EXTENSIONS[medium.type]}"


def variant_name(medium: Medium, sha256: str, form: Variant) -> str:
    """Name a small form by what it is made of, and how, before there is one."""
    made = f"{sha256} {form.format} {form.width}x{form.height} {SETTINGS}"
    digest = hashlib.sha256(made.encode()).hexdigest()[:_SHOWN]
    return f"{_stem(medium)}.{digest}.{form.format}"


def _stem(medium: Medium) -> str:
    stem = _HASH.sub("", Path(medium.url.rpartition("/")[2]).stem)
    return re.sub(r"[^a-z0-9]+", "-", slugify(stem)).strip("-")[:_LONGEST_NAME] or "pose"


_MOST_SHOWN = 5  # media named in one message


class Work(Struct):
    """What had to be done.

    Attributes:
        fetched: Media that came over the network.
        made: Small forms that were encoded.
    """

    fetched: int = 0
    made: int = 0


class FileResolver:
    """Gets the bytes of what pages want.

    Args:
        cache: Where they lie, and where what is made is put.
        originals: Finds media.
        bring: Fetches media, and returns them by their hashes; None for a build
            that uses no network.
        store: The shared cache, where there is one.
        named: Returns what people call a medium: `fox/wave image`.
    """

    def __init__(
        self,
        cache: Cache,
        originals: LocalSources,
        *,
        bring: Bring | None = None,
        store: RemoteCache | None = None,
        named: Callable[[Medium], str] = lambda medium: medium.url,
    ) -> None:
        self._cache, self._originals = cache, originals
        self._bring, self._store, self._named = bring, store, named
        self.work = Work()

    def gather(self, wants: Mapping[str, UsedFile]) -> dict[str, Path]:
        """Return a sound file for each path of the site.

        Raises:
            MediaError: Some cannot be had, or not be made; all of them are named.
            ApiError: The server of the media cannot be reached, or fails.
            CacheError: The disk is full, or fails.
        """
        wanted = {(want.sha256, want.form): want for want in wants.values() if want.form}
        made = self._there(wanted)
        missing = [want for key, want in wanted.items() if key not in made]
        plain = [want for want in wants.values() if not want.form]
        originals = self._sources({want.sha256: want for want in [*plain, *missing]})
        made |= self._made(missing, originals)
        return {
            path: made[want.sha256, want.form] if want.form else originals[want.sha256]
            for path, want in wants.items()
        }

    def _there(self, wanted: Iterable[Key]) -> dict[Key, Path]:
        found = {key: file for key in wanted if (file := self._cache.get_variant(*key))}
        missing = [key for key in wanted if key not in found]
        return found | (self._store.get_variants(missing) if self._store and missing else {})

    def _sources(self, wants: Mapping[str, UsedFile]) -> dict[str, Path]:
        find = self._originals.find
        found = {sha: file for sha, want in wants.items() if (file := find(want.medium, sha))}
        missing = [sha for sha in wants if sha not in found]
        if self._store and missing:
            found |= self._store.get_media(missing)
        return found | self._brought([want for sha, want in wants.items() if sha not in found])

    def _brought(self, missing: list[UsedFile]) -> dict[str, Path]:
        if not missing:
            return {}
        if self._bring is None:
            raise MediaError(
                f"{self._listed(want.medium for want in missing)}: not in the cache, and this "
                "build uses no network. Run 'mkdocs-masko sync' where there is one, and keep its "
                "cache; or commit the media with 'mkdocs-masko sync --into docs/assets/masko'."
            )
        fetched = self._bring(missing)
        self._refuse({want.medium: fetched[want.sha256] for want in missing})
        self.work.fetched += len(missing)
        found = {sha: file for sha, file in fetched.items() if not isinstance(file, MaskoError)}
        if self._store:
            self._store.put_media(found)
        return found

    def _made(self, wants: Iterable[UsedFile], originals: Mapping[str, Path]) -> dict[Key, Path]:
        jobs: dict[Path, list[UsedFile]] = {}
        for want in wants:
            jobs.setdefault(originals[want.sha256], []).append(want)
        if not jobs:
            return {}
        from mkdocs_masko.variants import encode_all  # noqa: PLC0415 - only who encodes pays for it

        done: dict[Key, Path] = {}
        failed: dict[Medium, Path | MaskoError] = {}
        for path, form, content in encode_all((p, _forms(some)) for p, some in jobs.items()):
            want = jobs[path][0]
            if isinstance(content, MediaError):
                failed[want.medium] = content
            else:
                done[want.sha256, form] = self._cache.put_variant(want.sha256, form, content)
        self.work.made += len(done)
        self._refuse(failed)
        if self._store:
            self._store.put_variants(done)
        return done

    def _refuse(self, found: Mapping[Medium, Path | MaskoError]) -> None:
        reasons: dict[str, list[Medium]] = {}
        for medium, file in found.items():
            if isinstance(file, MaskoError):
                reasons.setdefault(str(file).rstrip("."), []).append(medium)
        if reasons:
            told = (f"{self._listed(media)}: {reason}" for reason, media in reasons.items())
            raise MediaError("; ".join(told) + ".")

    def _listed(self, media: Iterable[Medium]) -> str:
        names = [sanitize(self._named(medium)) for medium in media]
        more = len(names) - _MOST_SHOWN
        return ", ".join(names[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _forms(wants: Iterable[UsedFile]) -> tuple[Variant, ...]:
    return tuple(dict.fromkeys(want.form for want in wants if want.form))


class LocalSources:
    """Finds media without asking their server.

    Args:
        cache: The local one.
        folders: Folders where `sync --into` may have laid them down.
        packaged: Returns the file of a medium that comes with the package.
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
        return self._cache.get_medium(sha256) or self._laid_down(medium, sha256)

    def _laid_down(self, medium: Medium, sha256: str) -> Path | None:
        paths = [folder / file_name(medium, sha256) for folder in self._folders]
        packaged = self._packaged(medium.url)
        for path in [*paths, *([packaged.resolve()] if packaged else [])]:
            with suppress(OSError):
                if self._cache.checker.is_intact(path, sha256):
                    return path
        return None


class UsedFile(Struct, frozen=True, kw_only=True):
    """A file of the site that a page names.

    Attributes:
        medium: What it is, or is made of.
        sha256: Of the medium's bytes.
        form: Which small form it is, or None for the medium as it is.
    """

    medium: Medium
    sha256: str
    form: Variant | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One format of a still.

    Attributes:
        type: Its MIME type.
        paths: The files in the site, for plain screens and, where that is another, dense ones.
    """

    type: str
    paths: tuple[str, ...]


class UsedFiles:
    """Names files while pages render; their bytes are got later, all together.

    Args:
        digest: Returns the sha256 of a medium that the site serves, or None when readers get
            it from elsewhere. May raise ReferenceProblem.
        small: Whether stills are published in small forms.
    """

    def __init__(self, digest: Callable[[Medium], str | None], *, small: bool = False) -> None:
        self._digest, self._small = digest, small
        self._digests: dict[str, str | None] = {}
        self._paths: dict[tuple[str, Variant | None], str] = {}
        self.wants: dict[str, UsedFile] = {}

    def take(self, medium: Medium) -> str | None:
        """Note that a medium is used.

        Returns:
            Its path in the site, or None when it is not served by the site.
        """
        sha256 = self._known(medium)
        if sha256 is None:
            return None
        return self._path(medium, sha256)

    def still(
        self, medium: Medium, box_width: int | None, box_height: int | None
    ) -> tuple[Choice, ...]:
        """Note that a still is used in a box of so many px, in every format.

        Returns:
            The formats, best first; none when there are no small forms.
        """
        sha256 = self._known(medium) if self._small else None
        if sha256 is None:
            return ()
        found: dict[str, list[str]] = {}
        for form in plan_variants(medium.width, medium.height, box_width, box_height):
            path = self._path(medium, sha256, form)
            found.setdefault(f"image/{form.format}", []).append(path)
        return tuple(Choice(type=type_, paths=tuple(paths)) for type_, paths in found.items())

    def _known(self, medium: Medium) -> str | None:
        if medium.url not in self._digests:
            self._digests[medium.url] = self._digest(medium)
        return self._digests[medium.url]

    def _path(self, medium: Medium, sha256: str, form: Variant | None = None) -> str:
        """Name a file, and want it, the first time that a page uses it."""
        known = (medium.url, form)
        if known not in self._paths:
            name = variant_name(medium, sha256, form) if form else file_name(medium, sha256)
            path = self._paths[known] = f"{FOLDER}/{name}"
            self.wants[path] = UsedFile(medium=medium, sha256=sha256, form=form)
        return self._paths[known]
