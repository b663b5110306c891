"""What the commands of a site have in common: its options, and what they make of them."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.output import tell
from mkdocs_masko.errors import MaskoError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sync import PollPolicy, Site


def config_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option that names the site's configuration."""
    kind = click.Path(path_type=Path, dir_okay=False, exists=True)
    return click.option("-f", "--config-file", type=kind, help=text)


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which site a command is for."""
    for option in (
        click.option("--api-url", metavar="URL", help="Address of the API, or 'sandbox'."),
        click.option("--manifest", metavar="PATH", help="The manifest [masko.manifest.json]."),
        click.option("--collection", metavar="ID", help="The collection, where no file names it."),
        config_option("The site's configuration [mkdocs.yml]."),
    ):
        command = option(command)
    return command


def site_from(
    config_file: Path | None,
    collection: str | None,
    manifest: str | None,
    api_url: str | None,
    **given: Any,  # noqa: ANN401 - the options of the plugin
) -> Site:
    """Put together what the files say and what the command line says, which wins."""
    from mkdocs_masko.mkdocs_yml import find_config, read_plugin_options
    from mkdocs_masko.options import read_options
    from mkdocs_masko.sync import site_of

    path = config_file or find_config(Path.cwd())
    if path is None and collection is None:
        raise OptionError("there is no mkdocs.yml here; name one with -f, or give --collection")
    raw = read_plugin_options(path) if path and collection is None else {"collection": collection}
    given |= {"manifest": manifest, "api_url": api_url}
    raw |= {name: value for name, value in given.items() if value is not None}
    environ = variables(api_url)
    return site_of(read_options(raw, environ), path.parent if path else Path.cwd(), environ)


def variables(api_url: str | None) -> dict[str, str]:
    """Return the environment, without what is for builds or is overridden."""
    unwanted = {"MASKO_MODE", *(["MASKO_API_URL"] if api_url else [])}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def patience_of(site: Site) -> PollPolicy:
    """Return the wait that the options ask for, told on standard error."""
    from mkdocs_masko.cli.output import watch
    from mkdocs_masko.sync import PollPolicy

    return PollPolicy(site.options.wait, time.sleep, tell, watch)


def collection_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the collections of the site: the names that it gives them, and their ids."""
    found: dict[str, str] = {}
    with suppress(MaskoError, OSError):
        found = _site(ctx).options.ids
    return sorted(name for name in {*found, *found.values()} if name.startswith(incomplete))


def _site(ctx: click.Context) -> Site:

    given = {name: ctx.params.get(name) for name in ("config_file", "manifest", "api_url")}
    return site_from(collection=None, **given)
