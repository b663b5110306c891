"""What a sync has to know of a site."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.options import SANDBOX, Options
from mkdocs_masko.urls import media_origins

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


CACHE = ".cache/plugin/masko"
"""The cache's folder beside `mkdocs.yml`, unless MASKO_CACHE_DIR names another."""

_AGES = ((86400, "day"), (3600, "hour"), (60, "minute"))  # seconds


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
        return _spoken(time.time() - self.manifest.stat().st_mtime)

    @property
    def hosts_itself(self) -> bool:
        """Whether the site serves the media, so that their bytes have to be known."""
        return self.options.hosting == "self"

    @property
    def can_ask(self) -> bool:
        """Whether the API can be asked: there is a key, or it is the sandbox."""
        return bool(self.key) or self.options.api_url == SANDBOX


def _spoken(seconds: float) -> str:
    for length, name in _AGES:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {name}{'s' * (count > 1)}"
    return "less than a minute"


def site_of(options: Options, folder: Path, environ: Mapping[str, str]) -> Site:
    """Describe the site whose `mkdocs.yml` lies in a folder."""
    key = environ.get(options.api_key_env, "").strip() or None
    cache = folder / (environ.get("MASKO_CACHE_DIR", "").strip() or CACHE)
    return Site(options=options, manifest=folder / options.manifest, key=key, cache=cache)
