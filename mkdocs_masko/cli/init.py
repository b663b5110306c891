"""`init`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.options import collection_names, config_option
from mkdocs_masko.cli.output import console, is_for_a_person, waiting
from mkdocs_masko.cli.session import open_session, options_of
from mkdocs_masko.errors import NotReady, OptionError

if TYPE_CHECKING:
    from mkdocs_masko.cli.session import ApiSession
    from mkdocs_masko.sync import SyncResult

_SANDBOX = {"collection": "fox", "api_url": "sandbox"}


@click.command()
@click.option(
    "--collection",
    metavar="COLLECTION",
    shell_complete=collection_names,
    help="The mascot: its id, its name, or the start of one.",
)
@click.option("--sandbox", is_flag=True, help="Try it with an invented mascot; needs no key.")
@click.option("--api-url", metavar="URL", help="Address of the API, to be put into the file.")
@config_option("The site's configuration [mkdocs.yml].")
def init(
    *, collection: str | None, sandbox: bool, api_url: str | None, config_file: Path | None
) -> None:
    """Add the plugin to a site, and write its first manifest.

    Asks which mascot is meant, unless --collection says so. Of mkdocs.yml nothing else is changed:
    comments, order and line ends stay.

    \b
    Examples:
      mkdocs-masko init
      mkdocs-masko init --collection "Fox Mascot"
      mkdocs-masko init --sandbox
    """
    from mkdocs_masko.manifest.file import replace_file
    from mkdocs_masko.mkdocs_yml import add_plugin, find_config

    path = config_file or find_config(Path.cwd())
    if path is None:
        raise OptionError("there is no mkdocs.yml here; make a site first with 'mkdocs new .'")
    path = path.resolve()  # a link stays one
    add_plugin(path, _SANDBOX)  # says what is in the way, before anybody is asked
    options = _chosen(path, collection, api_url, sandbox=sandbox)
    content = add_plugin(path, options)
    outcome, unready = _synced(path, options)
    try:
        replace_file(path, content)
    except OSError as error:
        raise OptionError(f"{path.name}: cannot be written: {error.strerror}") from None
    click.echo(f"{path.name}: plugin added")
    if unready or outcome is None:
        click.echo("Next: publish the mascot in Masko, then run 'mkdocs-masko sync --wait 600'.")
        raise unready or NotReady("nothing is published yet (409)")
    _tell(path, options, outcome)


def _chosen(
    path: Path, collection: str | None, api_url: str | None, *, sandbox: bool
) -> dict[str, Any]:
    """Return the options of the plugin, asking for what is not given."""
    if sandbox or api_url == "sandbox":
        return {**_SANDBOX, **({"collection": collection} if collection else {})}
    name = options_of(path, api_url, None).api_key_env
    if not os.environ.get(name, "").strip():
        if collection or not sys.stdin.isatty():
            raise OptionError(f"no key in {name}: set it, or try the plugin with --sandbox")
        question = f"There is no key in {name}. Try the plugin with an invented mascot?"
        click.confirm(question, default=True, abort=True, err=True)
        return dict(_SANDBOX)
    with open_session(path, api_url, None) as there:
        id_ = there.collection(collection) if collection else _asked(there)
    return {"collection": id_, **({"api_url": api_url} if api_url else {})}


def _asked(there: ApiSession) -> str:
    """Ask which mascot is meant."""
    from mkdocs_masko.cli.browse import COLLECTIONS
    from mkdocs_masko.cli.output import as_table, grid
    from mkdocs_masko.cli.session import pick

    if not sys.stdin.isatty():
        raise OptionError("say which mascot with --collection; 'mkdocs-masko collections' has them")
    found = list(there.objects.collections())
    if not found:
        raise OptionError("there is no mascot in this workspace yet; make one in Masko first")
    terminal = console()
    terminal.print(as_table(grid(COLLECTIONS, found), terminal.width))
    hint = found[0]["id"] if len(found) == 1 else None
    answer = click.prompt("\nWhich mascot (id or name)", default=hint, err=True)
    return str(pick(answer, found, "collection")["id"])


def _synced(path: Path, options: dict[str, Any]) -> tuple[SyncResult | None, NotReady | None]:
    """Write the manifest, if something is published."""
    from mkdocs_masko.cli.options import variables
    from mkdocs_masko.options import read_options
    from mkdocs_masko.sync import site_of, update

    environ = variables(options.get("api_url"))
    site = site_of(read_options({**options, "not_ready": "fail"}, environ), path.parent, environ)
    try:
        with waiting(0) as patience:
            return update(site, patience, anew=True), None
    except NotReady as error:
        return None, error


def _tell(path: Path, options: dict[str, Any], outcome: SyncResult) -> None:
    poses = sorted(outcome.manifest.collections["default"].poses)
    name = "masko.manifest.json"
    click.echo(f"{name}: written, {len(poses)} poses")
    pose = "wave" if "wave" in poses else next(iter(poses), "wave")
    click.secho("\nNext:", bold=is_for_a_person())
    click.echo(f"  1. Write ![What it shows](masko:{pose}) on a page, and run 'mkdocs serve'.")
    click.echo(f"  2. git add {path.name} {name}")
    if options.get("api_url") == "sandbox":
        click.echo("\nFor a mascot of your own, put its id in 'collection' and drop 'api_url'.")


_PORT = 8765


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="Misbehave; see above.")
def sandbox(port: int, faults: tuple[str, ...]) -> None:
    """Serve the API and its CDN, with invented mascots.

    It runs on this machine and accepts any well-formed key. Collections: fox (complete), owl
    (every odd case) and draft (not published: 409).

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
    from threading import Event

    from mkdocs_masko.sandbox import Fault, Sandbox

    with Sandbox(port=port, faults=[Fault.parse(text) for text in faults]) as running:
        click.echo(f"API:  {running.api_url}\nCDN:  {running.cdn_url}\n")
        click.echo("Use it with:\n")
        click.echo(f"  export MASKO_API_URL={running.api_url}")
        click.echo(f"  export MASKO_API_KEY=masko_{'1' * 64}\n\nStop it with Ctrl+C.")
        with suppress(KeyboardInterrupt):
            Event().wait()
