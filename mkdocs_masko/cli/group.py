"""The group of all commands: imports one when it is run, and says errors in one line."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from mkdocs_masko.cli.table import TABLE, places
from mkdocs_masko.errors import MaskoError, NotReady, OptionError

_FAILED, _USAGE, _NOT_READY = 1, 2, 3


class Commands(click.Group):
    """Says what went wrong in one line; a traceback helps nobody who can do something."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all names, in the order of the help."""
        return [*places()]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command."""
        if cmd_name not in places():
            return None
        module = import_module(f"mkdocs_masko.cli.{places()[cmd_name][0]}")
        found = getattr(module, f"{cmd_name}_", None) or getattr(module, cmd_name)
        return found if isinstance(found, click.Command) else None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands by section, without importing any."""
        widest = max(map(len, places()))
        for title, commands in TABLE.items():
            with formatter.section(title):
                rows = [(name.ljust(widest), text) for name, (_, text) in commands.items()]
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; what it fails with becomes a line and an exit code."""
        _take_any_letter()
        try:
            return super().invoke(ctx)
        except MaskoError as error:
            plain = False if os.environ.get("NO_COLOR") else None
            click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=plain)
            click.echo(str(error), err=True)
            ctx.exit(_exit_code(error))


def _take_any_letter() -> None:
    """Names may have letters that a pipe lacks."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="backslashreplace")


def _exit_code(error: MaskoError) -> int:
    if isinstance(error, OptionError):
        return _USAGE
    return _NOT_READY if isinstance(error, NotReady) else _FAILED
