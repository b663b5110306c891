"""`sync` and `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.site import patience_of, site_from, site_options
from mkdocs_masko.wording import one_line

if TYPE_CHECKING:
    from mkdocs_masko.sync import Outcome, Site


@click.command()
@site_options
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
    from mkdocs_masko.sync import prepare, update

    if locked and frozen:
        raise click.UsageError("--locked and --frozen cannot both be given.")
    mode = "locked" if locked else "frozen" if frozen else "auto"
    site = site_from(mode=mode, wait=wait, not_ready="fail", **where)
    patience = patience_of(site)
    if mode == "auto":
        _say(site, update(site, patience, anew=True))
    else:
        _say(site, prepare(site, patience))


@click.command()
@site_options
def check(**where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Compare the manifest with the API; write nothing.

    Exits with 1 when they differ, so that a CI job fails.

    \b
    Examples:
      mkdocs-masko check
      mkdocs-masko check -f docs/mkdocs.yml
    """
    from mkdocs_masko.sync import compare

    site = site_from(mode="locked", not_ready="fail", **where)
    _say(site, compare(site, patience_of(site), anew=True))


def _say(site: Site, outcome: Outcome) -> None:
    for note in outcome.notes:
        click.echo(f"{note.level}: {note.text}", err=True)
    for change in outcome.changes:
        click.echo(f"  {one_line(str(change))}")
    state = "written" if outcome.written else "up to date"
    click.echo(f"{site.manifest.name}: {state}, revision {outcome.manifest.revision}")
