"""The cache that the machines of a team share, where the options name one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.assets import Cache
    from mkdocs_masko.assets.remote_cache import RemoteCache
    from mkdocs_masko.sync.site import Site


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
