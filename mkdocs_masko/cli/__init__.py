"""The command `mkdocs-masko`: parse, call, print, exit code.

`group.COMMANDS` says which module has which command. A module is imported when its command runs, so
that `--help` and shell completion cost no more than click itself.
"""

from __future__ import annotations

import click

from mkdocs_masko._version import VERSION
from mkdocs_masko.cli.group import CommandGroup


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 success, 1 failure, 2 wrong usage or options, 3 not ready.",
)
@click.version_option(VERSION, message="%(prog)s %(version)s")
def main() -> None:
    """Masko mascots for sites of MkDocs, ProperDocs and Zensical.

    The manifest holds the poses that pages may show: 'sync' updates it, 'check' compares it with
    the API and the pages, 'list' prints it. 'init' adds the plugin or the Markdown extension to a
    site; 'doctor' finds problems.

    \b
    Examples:
      mkdocs-masko init --sandbox
      mkdocs-masko sync --wait 600
      mkdocs-masko status
      mkdocs-masko check
    """
