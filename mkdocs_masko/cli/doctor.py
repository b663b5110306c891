"""`doctor`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.desk import desk_options, options_of
from mkdocs_masko.cli.output import (
    console,
    is_for_a_person,
    json_option,
    print_json,
)

if TYPE_CHECKING:
    from mkdocs_masko.doctor import Finding

_SIGNS = {"good": ("✓", "green"), "odd": ("!", "yellow"), "bad": ("✗", "red")}
_WIDTH = 20  # columns of the terminal for what was looked at


@click.command()
@desk_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, /, *, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """Look for what is wrong, and say what to do about it.

    Versions, the site's plugins, the manifest, the key, the API with its workspace, and the CDN.
    Exits with 1 when something is broken. The key is never shown.

    \b
    Examples:
      mkdocs-masko doctor
      mkdocs-masko doctor --api-url sandbox --json
    """
    from msgspec import to_builtins

    from mkdocs_masko.doctor import examine
    from mkdocs_masko.mkdocs_yml import find_config, settings
    from mkdocs_masko.sync import site_of

    path = where["config_file"] or find_config(Path.cwd())
    site = site_of(options_of(**where), path.parent if path else Path.cwd(), os.environ)
    found = []
    for finding in examine(site, settings(path) if path else None):
        found.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json(to_builtins(found))
    if any(finding.level == "bad" for finding in found):
        ctx.exit(1)


def _print(finding: Finding) -> None:
    if not is_for_a_person():
        parts = (finding.level, finding.subject, finding.text, finding.remedy)
        click.echo("\t".join(parts))
        return
    from rich.table import Table
    from rich.text import Text

    sign, style = _SIGNS[finding.level]
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(width=_WIDTH, overflow="fold")
    line.add_column(overflow="fold")
    text = Text(finding.text)
    if finding.remedy:
        text.append(f"\n→ {finding.remedy}", style=style)
    line.add_row(Text(sign, style=f"bold {style}"), Text(finding.subject), text)
    console().print(line)
