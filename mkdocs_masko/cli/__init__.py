"""The command `mkdocs-masko`: parse, call, print, exit code.

A command is imported when it is run. `COMMANDS` says where each one is, so that asking for help
costs no more than click itself.
"""

from __future__ import annotations

import click

from mkdocs_masko._version import VERSION
from mkdocs_masko.cli.group import Commands


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 fine, 1 it failed, 2 wrong usage or options, 3 not ready yet (409).",
)
@click.version_option(VERSION, message="%(prog)s %(version)s")
def main() -> None:
    """Masko's mascots for MkDocs sites.

    The manifest holds what pages may show: 'sync' writes it, 'check' compares it with the API and
    the pages, 'list' shows it. 'init' adds the plugin to a site; 'doctor' says what is wrong.

    \b
    Examples:
      mkdocs-masko init --sandbox
      mkdocs-masko sync --wait 600
      mkdocs-masko status
      mkdocs-masko check
    """
