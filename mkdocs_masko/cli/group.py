"""The group of all commands: imports one when it is run, and says errors in one line."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, Final

import click

from mkdocs_masko.errors import MaskoError, NotReady, OptionError

COMMANDS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Start": {
        "init": ("init", "Add the plugin to a site, and write its first manifest."),
    },
    "Manifest": {
        "sync": ("sync", "Bring the manifest up to date with what is published."),
        "check": ("sync", "Compare manifest, pages and API; write nothing."),
        "diff": ("sync", "Say what a sync would change; write nothing."),
        "list": ("poses", "List the poses that pages may show, from the manifest."),
        "show": ("poses", "Show a pose: its files, its markup, and how to write it."),
        "gallery": ("poses", "Look at all poses in a browser."),
    },
    "Media": {
        "prune": ("sync", "Remove media from the cache that the manifest does not need."),
    },
    "Browse": {
        "status": ("status", "Say how far each pose is: published, generating, incomplete."),
        "projects": ("browse", "List the projects of the key's workspace."),
        "collections": ("browse", "List the collections: each is a mascot."),
        "collection": ("browse", "Show a collection with what it is drawn from."),
        "items": ("browse", "List the items of a collection: poses, published or not."),
        "assets": ("browse", "List the drawn files, of a collection or of all."),
        "asset": ("browse", "Show a drawn file."),
        "export": ("browse", "Show what a collection has published: every address."),
    },
    "Change": {
        "rename": ("change", "Give an item another name or prompt."),
        "delete": ("change", "Delete an item, or archive a drawn file."),
    },
    "Tools": {
        "doctor": ("doctor", "Look for what is wrong, and say what to do about it."),
        "completion": ("editors", "Print what makes a shell complete commands and poses."),
        "schema": ("editors", "Print a JSON Schema: of mkdocs.yml, or of the manifest."),
        "snippets": ("editors", "Write snippets of all poses for VS Code."),
        "sandbox": ("init", "Serve the API and its CDN, with invented mascots."),
    },
}
"""By section and command: the module in `mkdocs_masko.cli`, and the first line of its docstring.

The module has the command under its own name, or with `_` after it where Python or the module
needs the name: `list_`.
"""


def places() -> dict[str, tuple[str, str]]:
    """Return all commands, without the sections."""
    return {name: place for section in COMMANDS.values() for name, place in section.items()}


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
        for title, commands in COMMANDS.items():
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
