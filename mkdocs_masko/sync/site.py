"""What a sync starts from, a `Site`, and what it ends with, a `SyncResult`.

Both are plain data. A `Site` is made from the plugin's options and the environment, without
MkDocs, so that the plugin and the command line sync alike.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mkdocs_masko.assets.ledger import default_folder
from mkdocs_masko.errors import OptionError
from mkdocs_masko.files import named_folder
from mkdocs_masko.options import SANDBOX, VARIABLES, Options
from mkdocs_masko.text import format_duration, sanitize
from mkdocs_masko.urls import is_known_api, media_origins, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mkdocs_masko.assets import Cache
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.errors import MissingPose
    from mkdocs_masko.manifest import Change, Manifest

DEFAULT_CACHE = ".cache/plugin/masko"
"""The cache's folder beside the site's configuration, unless MASKO_CACHE_DIR names another.

Material's plugins use `.cache/plugin/<name>` too, so one cached folder in CI serves all of them:
https://squidfunk.github.io/mkdocs-material/plugins/privacy/
"""

_MINUTE = 60.0  # seconds

_REMOVED_POSE = (
    "This sync removed it from the manifest, because it is not published any more: publish it "
    "again in Masko, or name another pose."
)
_REMOVED_COLLECTION = (
    "This sync removed it from the manifest, because the site does not name it any more."
)
_UNPUBLISHED = (
    "The manifest is up to date, so no pose of this name is published; "
    "'mkdocs-masko status' shows what is not published yet."
)


class Site(Struct, frozen=True, kw_only=True, eq=True):
    """A site, as far as its mascots are concerned.

    Attributes:
        options: The plugin's options, from the site's configuration.
        manifest: Path of its manifest.
        key: The API key, or None.
        is_api_named: Whether the environment or the command line names the API's URL.
        cache: Folder of the cache, for downloaded media and their variants.
        state: Folder outside of the project for what this machine knows about its own work.
    """

    options: Options
    manifest: Path
    key: str | None
    cache: Path
    state: Path
    is_api_named: bool = False

    def __repr__(self) -> str:
        return f"Site(manifest={str(self.manifest)!r})"  # a traceback must not show the key

    @property
    def origins(self) -> frozenset[str]:
        """Where its media may come from, as `scheme://host`."""
        return media_origins(self.options.api_url)

    @property
    def manifest_age(self) -> str:
        """How long ago the manifest's file was written, in words: `3 d`."""
        seconds = time.time() - self.manifest.stat().st_mtime
        return (
            format_duration(seconds, elapsed=True) if seconds >= _MINUTE else "less than a minute"
        )

    @property
    def is_self_hosted(self) -> bool:
        """Whether the site serves the media, so that the manifest needs their hashes."""
        return self.options.hosting == "self"

    @property
    def has_api_access(self) -> bool:
        """Whether the API can be used: there is a key, or it is the sandbox."""
        return bool(self.key) or self.options.api_url == SANDBOX

    def check_recipient(self) -> None:
        """Check that the key may be sent to the API that the options name.

        Raises:
            OptionError: Only the site's configuration names the host, and it is neither the
                vendor's nor this machine. Anybody who opens a pull request can write that.
        """
        url = self.options.api_url
        if not self.key or self.is_api_named or url == SANDBOX or is_known_api(url):
            return
        raise OptionError(
            f"names {sanitize(origin_of(url))}, to which the key is not sent, because only the "
            "site's configuration names it. If that is the API you use, name it in the "
            f"environment: export {VARIABLES['api_url']}={sanitize(url)}",
            option="api_url",
        )


def site_of(
    options: Options, folder: Path, environ: Mapping[str, str], *, api_url: str | None = None
) -> Site:
    """Describe the site whose configuration is in a folder.

    Args:
        options: The plugin's options.
        folder: The folder of the site's configuration, which relative paths start from.
        environ: The environment, for the API key, MASKO_CACHE_DIR, MASKO_STATE_DIR and
            MASKO_API_URL.
        api_url: What the command line says.
    """
    key = environ.get(options.api_key_env, "").strip() or None
    return Site(
        options=options,
        manifest=folder / options.manifest,
        key=key,
        cache=folder / (named_folder(environ, "MASKO_CACHE_DIR") or DEFAULT_CACHE),
        state=folder / default_folder(environ),
        is_api_named=options.api_url in {api_url, environ.get(VARIABLES["api_url"])},
    )


class Message(Struct, frozen=True, kw_only=True):
    """One line for the author; the plugin logs it and the command line prints it."""

    level: Literal["info", "warning"]
    text: str


class SyncResult(Struct, frozen=True, kw_only=True):
    """The manifest to build with, and how it came about.

    Attributes:
        manifest: What pages may show.
        changes: How it differs from the manifest before.
        messages: What the author should know.
        is_written: Whether the manifest's file was written.
        current: Aliases of the collections that the manifest has just as the API has them now.
        dead: Media of the manifest that readers do not get: the CDN has no good file at their URLs.
    """

    manifest: Manifest
    changes: tuple[Change, ...] = ()
    messages: tuple[Message, ...] = ()
    is_written: bool = False
    current: frozenset[str] = frozenset()
    dead: tuple[str, ...] = ()

    def binding(self, *, is_self_hosted: bool) -> str:
        """Return what to know where pages get media from a port of this machine."""
        server = "" if is_self_hosted else self.manifest.server
        return f"bound to {server}: pages show poses only while that server runs" if server else ""

    def remedy(self, problem: MissingPose) -> str:
        """Return what helps where a page names a pose that the manifest lacks.

        Another sync does not, where the pose is missing because of this one.
        """
        alias, slug = problem.alias, problem.slug
        removed = {(c.collection, c.pose) for c in self.changes if c.kind == "removed"}
        if (alias, slug) in removed and self.is_written:
            return _REMOVED_POSE if slug else _REMOVED_COLLECTION
        collection = self.manifest.collections.get(alias)
        if alias in self.current and (collection is None or slug not in collection.poses):
            return _UNPUBLISHED
        return problem.remedy


def shared_cache(
    site: Site, cache: Cache, warn: Callable[[str], None] = lambda _: None
) -> RemoteCache | None:
    """Open the shared cache, where the options name one; a frozen build uses no network.

    Args:
        site: The site.
        cache: The local cache, which the shared one fills.
        warn: Called at most once, when the shared cache fails.

    Raises:
        OptionError: A library that it needs is not installed, or its URL is not one of a storage.
    """
    if not site.options.cache or not site.is_self_hosted or site.options.mode == "frozen":
        return None
    from mkdocs_masko.assets.remote_cache import RemoteCache  # noqa: PLC0415 - an extra

    return RemoteCache(site.options.cache, cache, warn)
