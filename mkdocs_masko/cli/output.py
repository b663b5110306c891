"""What commands print: a table on a terminal, lines in a pipe, or one JSON document."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import Console
    from rich.status import Status
    from rich.table import Table
    from rich.text import Text

    from mkdocs_masko.sync import PollPolicy


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


@contextmanager
def watch(count: int) -> Iterator[Callable[[int], None]]:
    """Show downloads on standard error: a bar on a terminal, elsewhere a line at the end."""
    from mkdocs_masko.text import format_size

    with watch_in_a_line(count) as counted:
        if not (count and sys.stderr.isatty()):
            yield counted
            return
        sizes: list[int] = []
        with _bar(count) as advance:

            def note(size: int) -> None:
                counted(size)
                sizes.append(size)
                advance(f"fetching media, {format_size(sum(sizes))}")

            yield note


@contextmanager
def watch_in_a_line(count: int) -> Iterator[Callable[[int], None]]:
    """Say in a line, at the end, what came."""
    from mkdocs_masko.text import format_size

    sizes: list[int] = []
    start = time.monotonic()
    yield sizes.append
    if count:
        there = f"{len(sizes)} of {count} media are in the cache"
        seconds = time.monotonic() - start
        click.echo(f"{there}; {format_size(sum(sizes))} fetched in {seconds:.1f} s", err=True)


@contextmanager
def _bar(count: int) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("fetching media", total=count)
        yield lambda text: progress.update(task, advance=1, description=text)


_GAP = 2  # columns of the terminal between two of a table
_MARKS = {
    "yes": "green",
    "no": "yellow",
    "completed": "green",
    "published": "green",
    "processing": "yellow",
    "generating": "yellow",
    "failed": "red",
}
"""Words that are seen before they are read."""

_LEAST = 12  # columns of the terminal that a folded column keeps


def plain(value: object) -> str:
    """Show a value of an API object in one line; null is nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return sanitize(str(value))


def day(value: object) -> str:
    """Show the day of a time as the API writes it: `2026-02-01T10:00:00Z`."""
    return plain(value)[:10]


class Column(Struct, frozen=True, kw_only=True):
    """A column of a table.

    Attributes:
        title: Its head.
        key: The field of the API's objects that it shows.
        show: Makes a text of the field's value.
        style: How rich prints it.
        whole: Whether it is there to be copied, and so never folded.
        spare: Whether a narrow terminal can do without it.
    """

    title: str
    key: str
    show: Callable[[object], str] = plain
    style: str = ""
    whole: bool = False
    spare: bool = False


class Grid(Struct, frozen=True, kw_only=True):
    """A table: its columns, and the text of each cell."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def grid(columns: Sequence[Column], objects: Iterable[Mapping[str, Any]]) -> Grid:
    """Make a table of API objects, or of anything with the columns' keys."""
    rows = tuple(tuple(c.show(thing.get(c.key)) for c in columns) for thing in objects)
    return Grid(columns=tuple(columns), rows=rows)


def as_lines(table: Grid) -> Iterator[str]:
    """Yield one line a row, its parts parted by tabs, for other programs."""
    yield from ("\t".join(row) for row in table.rows)


def as_table(table: Grid, width: int) -> Table:
    """Return a table for a terminal of so many columns; what can be spared goes from the right."""
    from rich.table import Table
    from rich.text import Text

    shown = _fitting(table, width)
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
    for number in shown:
        column = table.columns[number]
        made.add_column(column.title, no_wrap=column.whole, overflow="fold")
    for row in table.rows:
        styles = (table.columns[n].style or _MARKS.get(row[n], "") for n in shown)
        made.add_row(*(Text(row[n], style=s) for n, s in zip(shown, styles, strict=True)))
    return made


def _fitting(table: Grid, width: int) -> list[int]:
    """Return the columns that a terminal has room for."""
    shown = list(range(len(table.columns)))
    for number in reversed(shown.copy()):
        if _needed(table, shown) <= width:
            break
        if table.columns[number].spare:
            shown.remove(number)
    return shown


def _needed(table: Grid, shown: list[int]) -> int:
    """Return the room that is needed: of a folded column, not all it could fill."""
    widths = [_width(table, number) for number in shown]
    bounded = [
        width if table.columns[n].whole or table.columns[n].spare else min(width, _LEAST * 2)
        for n, width in zip(shown, widths, strict=True)
    ]
    return sum(bounded) + _GAP * (len(shown) - 1)


def _width(table: Grid, number: int) -> int:
    from rich.cells import cell_len

    cells = [table.columns[number].title, *(row[number] for row in table.rows)]
    return max(map(cell_len, cells))


def as_pairs(pairs: Sequence[tuple[str, str]], width: int, *, indent: int = 0) -> Iterator[Text]:
    """Yield names and values for a terminal, one below the other; an address stays whole."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=width)
    margin = indent + max((len(name) for name, _ in pairs), default=0) + _GAP
    for name, value in pairs:
        label = Text(" " * indent + name.ljust(margin - indent), style="dim")
        room = max(width - margin, _LEAST)
        text = Text(value)
        lines = [text] if "://" in value else list(text.wrap(console, room)) or [text]
        yield label + lines[0]
        yield from (Text(" " * margin) + line for line in lines[1:])


_TICK = 0.25  # seconds between two changes of what is shown


@contextmanager
def waiting(seconds: float) -> Iterator[PollPolicy]:
    """Give a patience of so many seconds, and show on standard error that it is used."""
    from mkdocs_masko.sync import PollPolicy

    if not sys.stderr.isatty() or not seconds:
        yield PollPolicy(seconds, time.sleep, tell, watch)
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    display = _Display(console.status("asking what is published", spinner="line"), seconds)
    with display.status:
        yield PollPolicy(seconds, display.sleep, display.tell, watch_in_a_line)


def tell(collection: str, seconds: float) -> None:
    """Say in a line that an export is not ready."""
    click.echo(f"{collection} is not ready (409); asking again in {seconds:.0f} s", err=True)


class _Display:
    """One line that changes: what is waited for, when it is asked again, and how long it may take.

    Args:
        status: The line.
        seconds: How long the wait may be.
    """

    def __init__(self, status: Status, seconds: float) -> None:
        self.status = status
        self._end = time.monotonic() + seconds
        self._collection, self._asked = "", 0

    def tell(self, collection: str, _: float) -> None:
        """Hear why there is a pause."""
        self._collection, self._asked = collection, self._asked + 1

    def sleep(self, seconds: float) -> None:
        """Count a pause down."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.status.update(self._line(left))
            time.sleep(min(_TICK, left))
        self.status.update(f"{self._collection}: asking again")

    def _line(self, left: float) -> str:
        times = "once" if self._asked == 1 else f"{self._asked} times"
        budget = _clock(max(0.0, self._end - time.monotonic()))
        return (
            f"{self._collection} is not ready (409): asked {times}, "
            f"again in {ceil(left)} s, {budget} left"
        )


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"
