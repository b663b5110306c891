"""`list`."""

from __future__ import annotations

import sys
from typing import Any

import click

from mkdocs_masko.cli.site import patience_of, site_from, site_options


@click.command(name="list")
@site_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def list_(*, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """List the poses that pages may show, from the manifest.

    \b
    Examples:
      mkdocs-masko list
      mkdocs-masko list --json
    """
    from mkdocs_masko.listing import as_document, as_lines, as_table
    from mkdocs_masko.sync import prepare

    site = site_from(mode="frozen", **where)
    manifest = prepare(site, patience_of(site)).manifest
    if as_json:
        click.echo(as_document(manifest))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console().print(as_table(manifest, site.options.default))
    else:
        click.echo("\n".join(as_lines(manifest, site.options.default)))
