"""What a shell offers while a command is typed: names from the site, without asking anybody."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MaskoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from mkdocs_masko.sync import Site


def pose_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the poses of the manifest, as pages name them."""
    found: list[str] = []
    with suppress(MaskoError, OSError):  # a shell has no place for an error
        found = list(_poses(_site(ctx)))
    return [name for name in found if name.startswith(incomplete.removeprefix("masko:"))]


def collection_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the collections of the site: the names that it gives them, and their ids."""
    found: dict[str, str] = {}
    with suppress(MaskoError, OSError):
        found = _site(ctx).options.ids
    return sorted(name for name in {*found, *found.values()} if name.startswith(incomplete))


def _site(ctx: click.Context) -> Site:
    from mkdocs_masko.cli.site import site_from

    given = {name: ctx.params.get(name) for name in ("config_file", "manifest", "api_url")}
    return site_from(collection=None, **given)


def _poses(site: Site) -> Iterator[str]:
    from mkdocs_masko.listing import rows
    from mkdocs_masko.sync import reload

    for written, *_ in rows(reload(site), site.options.default):
        yield written.removeprefix("masko:")
