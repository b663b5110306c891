"""What commands print: a table on a terminal, lines in a pipe, or one JSON document."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console

    from mkdocs_masko.tables import Grid


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--json`."""
    text = "One JSON document instead of a table."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def is_for_a_person() -> bool:
    """Tell whether somebody looks at the output, rather than a program."""
    return sys.stdout.isatty()


def console() -> Console:
    """Return the terminal."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


def print_json(document: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print one document, in letters that every pipe knows and no terminal obeys."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))


def print_grid(table: Grid, *, title: str = "") -> None:
    """Print a table."""
    from mkdocs_masko.tables import as_lines, as_table

    if not is_for_a_person():
        click.echo("".join(f"{line}\n" for line in as_lines(table)), nl=False)
        return
    terminal = console()
    if title:
        terminal.print(title, style="bold")
    terminal.print(as_table(table, terminal.width))


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print what is known of one thing."""
    print_groups([("", pairs)])


def print_groups(groups: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    """Print pairs below titles; into a pipe each pair is a line that begins with its title."""
    from mkdocs_masko.tables import as_pairs

    if not is_for_a_person():
        for title, pairs in groups:
            for pair in pairs:
                click.echo("\t".join([title, *pair] if title else pair))
        return
    terminal = console()
    for number, (title, pairs) in enumerate(groups):
        if title:
            terminal.print(f"\n{title}" if number else title, style="bold")
        for line in as_pairs(pairs, terminal.width, indent=2 if title else 0):
            terminal.print(line, soft_wrap=True)
