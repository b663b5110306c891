"""`gallery`."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click

from mkdocs_masko.cli.site import patience_of, site_from, site_options


@click.command()
@site_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write it to [a new one among the temporary files].",
)
@click.option("--no-open", is_flag=True, help="Write it only; open no browser.")
def gallery(*, output: Path | None, no_open: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Look at all poses in a browser.

    Shows every pose as picture and animation, its files and what is missing, and the Markdown to
    copy. It is a folder of files, which needs no server. The poses are those of the manifest;
    where there is none, those that the API has now. The manifest is not written.

    \b
    Examples:
      mkdocs-masko gallery
      mkdocs-masko gallery --collection fox --api-url sandbox
      mkdocs-masko gallery --output poses --no-open
    """
    from mkdocs_masko.gallery import write
    from mkdocs_masko.sync import look

    site = site_from(**where)
    outcome = look(site, patience_of(site))
    for note in outcome.notes:
        click.echo(f"{note.level}: {note.text}", err=True)
    folder = output or Path(mkdtemp(prefix="masko-gallery-"))
    page = write(outcome.manifest, folder, default=site.options.default, find=_file)
    click.echo(page)
    if not no_open and not webbrowser.open(page.absolute().as_uri()):
        click.echo("there is no browser to open it with", err=True)


def _file(url: str) -> Path | None:
    """The embedded sandbox's media are copied: nobody serves them."""
    from mkdocs_masko.sandbox import media_file
    from mkdocs_masko.urls import SANDBOX_ORIGIN

    origin, path = url[: len(SANDBOX_ORIGIN)], url[len(SANDBOX_ORIGIN) :]
    return media_file(path) if origin == SANDBOX_ORIGIN else None
