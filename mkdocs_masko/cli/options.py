"""What commands that work on a site share: its options, and the site that comes of them."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec import structs

from mkdocs_masko.errors import MaskoError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sync import PollPolicy, Site


SYNC_TIMEOUT: Final = 600.0
"""Seconds for the network work of a command that reads all media of a site."""


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which site a command works on."""
    for option in (
        api_url_option(),
        click.option("--manifest", metavar="PATH", help="The manifest [masko.manifest.json]."),
        click.option("--collection", metavar="ID", help="Collection to use, without a site."),
        config_option("Configuration of the site [mkdocs.yml or zensical.toml]."),
    ):
        command = option(command)
    return command


def config_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option `--config-file`, which names the site's configuration."""
    kind = click.Path(path_type=Path, dir_okay=False, exists=True)
    return click.option("-f", "--config-file", type=kind, help=text)


def api_url_option(
    text: str = "URL of the API, or 'sandbox'.",
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option `--api-url`."""
    return click.option("--api-url", metavar="URL", help=text)


def load_site(
    config_file: Path | None,
    collection: str | None,
    manifest: str | None,
    api_url: str | None,
    **overrides: Any,  # noqa: ANN401 - options of the plugin
) -> Site:
    """Return the site that the configuration describes, with options of the command line.

    Args:
        config_file: The site's configuration; None stands for the one in the current folder.
        collection: Id of a collection to use instead of the plugin's options in the configuration.
        manifest: Overrides the plugin's option, unless None.
        api_url: Overrides the plugin's option, unless None.
        **overrides: Other options of the plugin to override, unless None.

    Raises:
        OptionError: There is no configuration and no collection, or options cannot be used.
    """
    from mkdocs_masko.options import read_options
    from mkdocs_masko.site_config.option_places import option_places
    from mkdocs_masko.site_config.settings import chosen_config, read_plugin_options
    from mkdocs_masko.sync import site_of

    path = chosen_config(config_file)
    if path is None and collection is None:
        raise OptionError(
            "no mkdocs.yml or zensical.toml in this folder. Name one with -f, or give --collection."
        )
    is_of_site = path is not None and collection is None
    flags = {**overrides, "manifest": manifest, "api_url": api_url}
    environ = environment()
    with option_places(path if is_of_site else None):
        raw = read_plugin_options(path) if path and is_of_site else {"collection": collection}
        options = read_options(raw, environ, flags=flags)
    return site_of(options, path.parent if path else Path.cwd(), environ, api_url=api_url)


def site_folder(config_file: Path | None) -> Path:
    """Return the folder of the site's configuration, or the current one without any."""
    from mkdocs_masko.site_config.settings import chosen_config

    path = chosen_config(config_file)
    return path.absolute().parent if path else Path.cwd()


def require_api_access(site: Site, alternative: str) -> None:
    """Refuse to go on without a key, where one is needed.

    Args:
        site: The site.
        alternative: What the command can do without one, as the end of a sentence.

    Raises:
        OptionError: There is no key.
    """
    if not site.has_api_access:
        raise OptionError(f"no key in {site.options.api_key_env}: set it{alternative}")


def environment() -> dict[str, str]:
    """Return the environment without MASKO_MODE, which is for builds."""
    return {name: value for name, value in os.environ.items() if name != "MASKO_MODE"}


def timeout_option(seconds: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option `--timeout`.

    Args:
        seconds: What it is where nobody gives it, for the help.
    """
    text = f"Seconds for all network work [{seconds:.0f}]."
    kind = click.FloatRange(0.1, 86400)
    return click.option("--timeout", type=kind, metavar="SECONDS", help=text)


def give_time(site: Site, timeout: float | None) -> Site:
    """Return a site for a command that somebody waits for, and that reads media.

    The option `timeout` is for builds. A collection with thousands of media takes longer, and
    whoever started the command sees how far it is.

    Args:
        site: The site.
        timeout: Seconds for all network work; None for ten minutes, or the site's option if that
            is longer.
    """
    seconds = timeout or max(SYNC_TIMEOUT, site.options.timeout)
    return structs.replace(site, options=structs.replace(site.options, timeout=seconds))


def poll_policy(site: Site, *, time_setting: str = "timeout") -> PollPolicy:
    """Return how to poll for as long as the site's options say, with lines on standard error.

    Args:
        site: The site.
        time_setting: What the user raises to get more time for network work.
    """
    from mkdocs_masko.cli.output import log_not_ready, show_downloads, show_reading, show_retry
    from mkdocs_masko.sync import PollPolicy

    return PollPolicy(
        site.options.wait,
        time.sleep,
        log_not_ready,
        show_downloads,
        show_reading,
        sleep_before_retry=show_retry,
        time_setting=time_setting,
    )


def collection_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete a collection of the site: its alias or its id."""
    ids: dict[str, str] = {}
    with suppress(MaskoError, OSError):  # a shell has no place for an error
        ids = completion_site(ctx).options.ids
    return sorted(name for name in {*ids, *ids.values()} if name.startswith(incomplete))


def completion_site(ctx: click.Context) -> Site:
    """Return the site that an unfinished command line is about."""
    options = {name: ctx.params.get(name) for name in ("config_file", "manifest", "api_url")}
    return load_site(collection=None, **options)
