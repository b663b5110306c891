"""The command `mkdocs-masko`: parse, call, print, exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.errors import MaskoError, NotReady, OptionError
from mkdocs_masko.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sync import Outcome, Patience, Site

_FAILED, _USAGE, _NOT_READY = 1, 2, 3
_PORT = 8765


class _Commands(click.Group):
    """Says what went wrong in one line; a traceback helps nobody who can do something."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        if isinstance(sys.stdout, TextIOWrapper):  # names may have letters that a pipe lacks
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except MaskoError as error:
            plain = False if os.environ.get("NO_COLOR") else None
            click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=plain)
            click.echo(str(error), err=True)
            ctx.exit(_exit_code(error))


def _exit_code(error: MaskoError) -> int:
    if isinstance(error, OptionError):
        return _USAGE
    return _NOT_READY if isinstance(error, NotReady) else _FAILED


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 fine, 1 it failed, 2 wrong usage or options, 3 not ready yet (409).",
)
@click.version_option(package_name="mkdocs-masko", message="%(prog)s %(version)s")
def main() -> None:
    """Masko's mascots for MkDocs sites.

    The manifest holds what pages may show. 'sync' writes it, 'check' compares it with the API,
    'list' shows it. All three read the plugin's options from mkdocs.yml.

    \b
    Examples:
      export MASKO_API_KEY=masko_...
      mkdocs-masko sync
      mkdocs-masko check
      mkdocs-masko list
    """


def _site_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--api-url", metavar="URL", help="Address of the API, or 'sandbox'."),
        click.option("--manifest", metavar="PATH", help="The manifest [masko.manifest.json]."),
        click.option("--collection", metavar="ID", help="The collection, where no file names it."),
        click.option(
            "-f",
            "--config-file",
            type=click.Path(path_type=Path, dir_okay=False, exists=True),
            help="The site's configuration [mkdocs.yml].",
        ),
    ):
        command = option(command)
    return command


@main.command()
@_site_options
@click.option("--locked", is_flag=True, help="Compare only; fail when something differs.")
@click.option("--frozen", is_flag=True, help="Read the manifest only; use no network.")
@click.option("--wait", type=click.FloatRange(0, 86400), metavar="SECONDS", help="Poll that long.")
def sync(*, locked: bool, frozen: bool, wait: float | None, **where: Any) -> None:  # noqa: ANN401
    """Bring the manifest up to date with what is published.

    Reads type, size and transparency of all media from their first bytes. The file is written
    only when something changed.

    \b
    Examples:
      mkdocs-masko sync
      mkdocs-masko sync --wait 600
      mkdocs-masko sync --collection fox --api-url sandbox
    """
    from mkdocs_masko.sync import prepare, update  # noqa: PLC0415

    if locked and frozen:
        raise click.UsageError("--locked and --frozen cannot both be given.")
    mode = "locked" if locked else "frozen" if frozen else "auto"
    site = _site(mode=mode, wait=wait, not_ready="fail", **where)
    patience = _patience(site)
    if mode == "auto":
        _say(site, update(site, patience, anew=True))
    else:
        _say(site, prepare(site, patience))


@main.command()
@_site_options
def check(**where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Compare the manifest with the API; write nothing.

    Exits with 1 when they differ, so that a CI job fails.

    \b
    Examples:
      mkdocs-masko check
      mkdocs-masko check -f docs/mkdocs.yml
    """
    from mkdocs_masko.sync import compare  # noqa: PLC0415

    site = _site(mode="locked", not_ready="fail", **where)
    _say(site, compare(site, _patience(site), anew=True))


@main.command(name="list")
@_site_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def list_(*, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """List the poses that pages may show, from the manifest.

    \b
    Examples:
      mkdocs-masko list
      mkdocs-masko list --json
    """
    from mkdocs_masko.listing import as_document, as_lines, as_table  # noqa: PLC0415
    from mkdocs_masko.sync import prepare  # noqa: PLC0415

    site = _site(mode="frozen", **where)
    manifest = prepare(site, _patience(site)).manifest
    if as_json:
        click.echo(as_document(manifest))
    elif sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415

        Console().print(as_table(manifest, site.options.default))
    else:
        click.echo("\n".join(as_lines(manifest, site.options.default)))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="Misbehave; see above.")
def sandbox(port: int, faults: tuple[str, ...]) -> None:
    """Serve the API and its CDN on this machine, with invented mascots.

    Any well-formed key is accepted. Collections: fox (complete), owl (every odd case) and
    draft (not published: 409).

    \b
    Faults:
      not-ready:3          answer 409 to the next 3 exports
      not-ready:20s        answer 409 to exports for 20 seconds
      rate-limit:2:5       answer 429 twice, with 'Retry-After: 5'
      error:503:2          answer 503 twice
      placeholder:*.webm   serve the placeholder picture at these addresses

    \b
    Examples:
      mkdocs-masko sandbox
      mkdocs-masko sandbox --port 9000 --fault not-ready:3
    """
    from threading import Event  # noqa: PLC0415

    from mkdocs_masko.sandbox import Fault, Sandbox  # noqa: PLC0415

    with Sandbox(port=port, faults=[Fault.parse(text) for text in faults]) as running:
        click.echo(f"API:  {running.api_url}\nCDN:  {running.cdn_url}\n")
        click.echo("Use it with:\n")
        click.echo(f"  export MASKO_API_URL={running.api_url}")
        click.echo(f"  export MASKO_API_KEY=masko_{'1' * 64}\n\nStop it with Ctrl+C.")
        with suppress(KeyboardInterrupt):
            Event().wait()


def _site(
    config_file: Path | None,
    collection: str | None,
    manifest: str | None,
    api_url: str | None,
    **given: Any,  # noqa: ANN401 - the options of the plugin
) -> Site:
    """Put together what the files say and what the command line says, which wins."""
    from mkdocs_masko.options import read_options  # noqa: PLC0415
    from mkdocs_masko.project import find_config, plugin_options  # noqa: PLC0415
    from mkdocs_masko.sync import site_of  # noqa: PLC0415

    path = config_file or find_config(Path.cwd())
    if path is None and collection is None:
        raise OptionError("there is no mkdocs.yml here; name one with -f, or give --collection")
    raw = plugin_options(path) if path and collection is None else {"collection": collection}
    given |= {"manifest": manifest, "api_url": api_url}
    raw |= {name: value for name, value in given.items() if value is not None}
    environ = {n: v for n, v in os.environ.items() if n != "MASKO_MODE"}
    if api_url:
        environ.pop("MASKO_API_URL", None)
    return site_of(read_options(raw, environ), path.parent if path else Path.cwd(), environ)


def _patience(site: Site) -> Patience:
    import time  # noqa: PLC0415

    from mkdocs_masko.sync import Patience  # noqa: PLC0415

    return Patience(site.options.wait, time.sleep, _tell)


def _tell(collection: str, seconds: float) -> None:
    click.echo(f"{collection} is not ready (409); asking again in {seconds:.0f} s", err=True)


def _say(site: Site, outcome: Outcome) -> None:
    for note in outcome.notes:
        click.echo(f"{note.level}: {note.text}", err=True)
    for change in outcome.changes:
        click.echo(f"  {one_line(str(change))}")
    state = "written" if outcome.written else "up to date"
    click.echo(f"{site.manifest.name}: {state}, revision {outcome.manifest.revision}")
