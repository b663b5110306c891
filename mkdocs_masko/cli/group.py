"""The group of all commands: where each one is, and how a failure is reported."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from traceback import format_exception
from typing import TYPE_CHECKING, Any, Final

import click

from mkdocs_masko.errors import MaskoError, NotReady, OptionError

if TYPE_CHECKING:
    from types import TracebackType

COMMANDS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Start": {
        "init": ("init", "Add Masko to a site and write its first manifest."),
    },
    "Manifest": {
        "sync": ("sync", "Update the manifest with what is published."),
        "check": ("sync", "Compare the manifest with the API and the pages; write nothing."),
        "diff": ("sync", "Show what a sync would change; write nothing."),
        "list": ("poses", "List the poses in the manifest."),
        "show": ("poses", "Show a pose: its files, its markup and how to write it."),
        "gallery": ("poses", "Open a page with all poses in the browser."),
    },
    "Media": {
        "prune": ("sync", "Remove media from the cache that the manifest does not need."),
    },
    "Browse": {
        "status": ("status", "Show which poses are published, generating or incomplete."),
        "projects": ("browse", "List the projects of the workspace."),
        "collections": ("browse", "List the collections; each is a mascot."),
        "collection": ("browse", "Show a collection with its prompt and style."),
        "items": ("browse", "List the items of a collection: poses, published or not."),
        "assets": ("browse", "List the assets of a collection, or all assets."),
        "asset": ("browse", "Show an asset."),
        "export": ("browse", "Show what a collection has published, with all URLs."),
    },
    "Change": {
        "rename": ("change", "Change the name or the prompt of an item."),
        "delete": ("change", "Delete an item, or archive an asset."),
    },
    "Tools": {
        "doctor": ("doctor", "Find problems and say how to fix them."),
        "completion": ("editors", "Print a script that completes commands and poses in a shell."),
        "schema": ("editors", "Print the JSON Schema of mkdocs.yml or of the manifest."),
        "snippets": ("editors", "Write VS Code snippets for all poses."),
        "sandbox": ("sandbox", "Run a local API and CDN with sample mascots."),
    },
}
"""By section and command: the module in `mkdocs_masko.cli`, and the first line of its docstring.

The module has the command under its own name, or with `_` after it where Python or the module
needs the name: `list_`. The line stands here too so that the help need not import the module.
"""

COMPLETION_VARIABLE: Final = "_MKDOCS_MASKO_COMPLETE"
"""The environment variable by which a shell asks click for completion."""

_EXIT_FAILURE, _EXIT_USAGE, _EXIT_NOT_READY = 1, 2, 3


def commands_by_name() -> dict[str, tuple[str, str]]:
    """Return the entries of `COMMANDS` without the sections."""
    return {name: entry for section in COMMANDS.values() for name, entry in section.items()}


class CommandGroup(click.Group):
    """Imports a command when it runs, and reports a failure in one line without a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command line, or complete it for a shell."""
        _escape_unencodable_output()
        if os.environ.get(COMPLETION_VARIABLE, "").startswith("powershell"):
            import mkdocs_masko.cli.powershell  # noqa: F401 - adds the shell to those of click

        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all names, in the order of the help."""
        return [*commands_by_name()]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command."""
        commands = commands_by_name()
        if cmd_name not in commands:
            return None
        module = import_module(f"mkdocs_masko.cli.{commands[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_", None) or getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; name those that come close to one that is not there."""
        name = click.utils.make_str(args[0])
        if name not in commands_by_name() and not name.startswith("-"):
            from mkdocs_masko.text import sanitize, suggest

            hint = suggest(name.lower(), commands_by_name())
            ctx.fail(f"No such command {sanitize(name)!r}{hint}.")
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands by section, without importing any."""
        # click aligns each section by itself; names of equal length align all of them.
        width = max(map(len, commands_by_name()))
        for title, commands in COMMANDS.items():
            with formatter.section(title):
                rows = [(name.ljust(width), text) for name, (_, text) in commands.items()]
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command; an error becomes a line on standard error and an exit code."""
        sys.excepthook = _print_traceback
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            from mkdocs_masko.text import printable

            vars(error)["message"] = printable(error.message)  # it quotes what was typed
            raise
        except MaskoError as error:
            color = False if os.environ.get("NO_COLOR") else None  # click does not read it
            click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=color)
            click.echo(str(error), err=True)
            ctx.exit(_exit_code(error))


def _escape_unencodable_output() -> None:
    """Escape letters that the encoding of a pipe lacks; standard error does so by itself."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="backslashreplace")


def _print_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback of what nobody caught, so that a message in it is only text."""
    from mkdocs_masko.text import printable

    for part in format_exception(kind, error, trace):
        for line in part.splitlines():
            click.echo(printable(line), err=True)


def _exit_code(error: MaskoError) -> int:
    if isinstance(error, OptionError):
        return _EXIT_USAGE
    return _EXIT_NOT_READY if isinstance(error, NotReady) else _EXIT_FAILURE
