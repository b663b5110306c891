"""The files behind the names: found, fetched or made, all missing ones at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.originals import Originals
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.assets.shelf import Want
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.variants import Form

    Key = tuple[str, Form]
    Bring = Callable[[list[Want]], Mapping[str, Path | MaskoError]]

_MOST_SHOWN = 5  # media named in one message


class Work(Struct):
    """What had to be done.

    Attributes:
        fetched: Media that came over the network.
        made: Small forms that were encoded.
    """

    fetched: int = 0
    made: int = 0


class Gatherer:
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
        originals: Originals,
        *,
        bring: Bring | None = None,
        store: RemoteCache | None = None,
        named: Callable[[Medium], str] = lambda medium: medium.url,
    ) -> None:
        self._cache, self._originals = cache, originals
        self._bring, self._store, self._named = bring, store, named
        self.work = Work()

    def gather(self, wants: Mapping[str, Want]) -> dict[str, Path]:
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
        found = {key: file for key in wanted if (file := self._cache.form(*key))}
        missing = [key for key in wanted if key not in found]
        return found | (self._store.forms(missing) if self._store and missing else {})

    def _sources(self, wants: Mapping[str, Want]) -> dict[str, Path]:
        find = self._originals.find
        found = {sha: file for sha, want in wants.items() if (file := find(want.medium, sha))}
        missing = [sha for sha in wants if sha not in found]
        if self._store and missing:
            found |= self._store.media(missing)
        return found | self._brought([want for sha, want in wants.items() if sha not in found])

    def _brought(self, missing: list[Want]) -> dict[str, Path]:
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

    def _made(self, wants: Iterable[Want], originals: Mapping[str, Path]) -> dict[Key, Path]:
        jobs: dict[Path, list[Want]] = {}
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
                done[want.sha256, form] = self._cache.keep_form(want.sha256, form, content)
        self.work.made += len(done)
        self._refuse(failed)
        if self._store:
            self._store.put_forms(done)
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
        names = [one_line(self._named(medium)) for medium in media]
        more = len(names) - _MOST_SHOWN
        return ", ".join(names[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _forms(wants: Iterable[Want]) -> tuple[Form, ...]:
    return tuple(dict.fromkeys(want.form for want in wants if want.form))
