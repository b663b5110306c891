"""The table of commands: what the help says without importing a command is what there is."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from mkdocs_masko.cli import main
from mkdocs_masko.cli.group import COMMANDS, commands_by_name

HEAVY = {"requests", "urllib3", "mkdocs", "markdown", "rich", "PIL", "tenacity", "yaml", "msgspec"}


def command(name: str) -> click.Command:
    """Import a command, as running it does."""
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", commands_by_name())
def test_each_line_is_the_first_of_the_commands_own_help(name: str) -> None:
    """The table is no second truth: it repeats each docstring's first line."""
    _, text = commands_by_name()[name]
    assert (command(name).help or "").splitlines()[0] == text
    assert len(text) + max(map(len, commands_by_name())) + 4 <= 78
    assert command(name).name == name


def test_no_command_stands_in_two_sections() -> None:
    """And each section has one."""
    assert sum(map(len, COMMANDS.values())) == len(commands_by_name())
    assert all(COMMANDS.values())


def test_a_command_that_is_not_there_is_none() -> None:
    """Click then says so, with the exit code of wrong usage."""
    assert main.get_command(click.Context(main), "synk") is None


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_imports_nothing_heavy(flag: str) -> None:
    """Neither a library but click, nor a room of ours but the command line."""
    code = (
        "import sys\nfrom mkdocs_masko.cli import main\n"
        f"try: main([{flag!r}])\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    loaded = set(done.stderr.split())
    assert not HEAVY & loaded
    ours = {name for name in loaded if name.startswith("mkdocs_masko")}
    rooms = ("", ".cli", ".cli.group", ".errors", "._version")
    assert ours == {f"mkdocs_masko{room}" for room in rooms}
