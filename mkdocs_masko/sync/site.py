"""What a sync has to know of a site."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mkdocs_masko.options import SANDBOX, Options
from mkdocs_masko.text import format_duration
from mkdocs_masko.urls import media_origins

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mkdocs_masko.assets import Cache
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.manifest import Change, Manifest

CACHE = ".cache/plugin/masko"
"""The cache's folder beside `mkdocs.yml`, unless MASKO_CACHE_DIR names another."""

_MINUTE = 60.0  # seconds


class Site(Struct, frozen=True, kw_only=True, eq=True):
    """A site, as far as its mascots are concerned.

    Attributes:
        options: What it says in `mkdocs.yml`.
        manifest: Path of its manifest.
        key: The API key, where there is one.
        cache: Folder of the media that are fetched, and of what is made of them.
    """

    options: Options
    manifest: Path
    key: str | None
    cache: Path

    def __repr__(self) -> str:
        return f"Site(manifest={str(self.manifest)!r})"

    @property
    def origins(self) -> frozenset[str]:
        """Where its media may come from."""
        return media_origins(self.options.api_url)

    @property
    def age(self) -> str:
        """How old the manifest's file is, in words."""
        seconds = time.time() - self.manifest.stat().st_mtime
        return format_duration(seconds) if seconds >= _MINUTE else "less than a minute"

    @property
    def hosts_itself(self) -> bool:
        """Whether the site serves the media, so that their bytes have to be known."""
        return self.options.hosting == "self"

    @property
    def can_ask(self) -> bool:
        """Whether the API can be asked: there is a key, or it is the sandbox."""
        return bool(self.key) or self.options.api_url == SANDBOX


def site_of(options: Options, folder: Path, environ: Mapping[str, str]) -> Site:
    """Describe the site whose `mkdocs.yml` lies in a folder."""
    key = environ.get(options.api_key_env, "").strip() or None
    cache = folder / (environ.get("MASKO_CACHE_DIR", "").strip() or CACHE)
    return Site(options=options, manifest=folder / options.manifest, key=key, cache=cache)


class Message(Struct, frozen=True, kw_only=True):
    """Something that people should hear of; the plugin and the command line say it.

    Attributes:
        level: How loud.
        text: One line.
    """

    level: Literal["info", "warning"]
    text: str


class SyncResult(Struct, frozen=True, kw_only=True):
    """The manifest to build with, and how it came about.

    Attributes:
        manifest: What pages may show.
        changes: What differs from the manifest there was before.
        notes: What people should hear of.
        written: Whether the file was written.
    """

    manifest: Manifest
    changes: tuple[Change, ...] = ()
    notes: tuple[Message, ...] = ()
    written: bool = False


def shared_cache(
    site: Site, cache: Cache, warn: Callable[[str], None] = lambda _: None
) -> RemoteCache | None:
    """Open the shared cache; a frozen build uses no network, and so has none.

    Raises:
        OptionError: What it needs is not installed, or the address is none.
    """
    if not site.options.cache or not site.hosts_itself or site.options.mode == "frozen":
        return None
    from mkdocs_masko.assets.remote_cache import RemoteCache  # noqa: PLC0415 - an extra

    return RemoteCache(site.options.cache, cache, warn)
