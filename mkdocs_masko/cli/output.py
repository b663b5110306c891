"""What commands print: a table on a terminal, lines with tabs in a pipe, or one JSON document.

Progress goes to standard error: a bar or a countdown on a terminal, lines elsewhere.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack, contextmanager
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec import Struct, structs

from mkdocs_masko.text import escape_json, printable, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import Console
    from rich.status import Status
    from rich.table import Table as RichTable
    from rich.text import Text

    from mkdocs_masko.sync import PollPolicy

_GAP: Final = 2  # columns of the terminal between two of a table
_MIN_WIDTH: Final = 12  # columns of the terminal that a folded column keeps
_TICK: Final = 0.25  # seconds between two updates of the countdown
_READING: Final = "reading media"
_BAR_DELAY: Final = 2.0  # seconds; what takes less needs no bar
_LINE_INTERVAL: Final = 10.0  # seconds between two lines about progress
_LONG_PAUSE: Final = 1.0  # seconds; shorter pauses are not worth a line

_CELL_STYLES: Final = {
    "yes": "green",
    "no": "yellow",
    "completed": "green",
    "published": "green",
    "processing": "yellow",
    "generating": "yellow",
    "failed": "red",
}
"""Colors of cells that hold just one of these words."""


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--json` to a command that prints a table."""
    return _json_flag("Print JSON instead of a table.")(command)


def json_result_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--json` to a command that does something and says how it went."""
    return _json_flag("Print the result as JSON.")(command)


def _json_flag(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option("--json", "as_json", is_flag=True, help=text)


def is_terminal() -> bool:
    """Tell whether a person reads standard output, rather than a program."""
    return sys.stdout.isatty()


def console(*, err: bool = False) -> Console:
    """Return the terminal, on which no text has a meaning as markup or emoji."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, emoji=False, markup=False)


def print_line(line: str, *, err: bool = False) -> None:
    """Print a line, of which a terminal or a CI system obeys nothing.

    Args:
        line: What to print; it may quote anybody.
        err: Whether it goes to standard error.
    """
    click.echo(printable(line), err=err)


def print_json(document: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print a document as ASCII, which every pipe can encode and no terminal obeys."""
    click.echo(escape_json(json.dumps(document, indent=2, ensure_ascii=True)))


def print_table(table: Table, *, title: str = "") -> None:
    """Print a table; a pipe gets neither title nor heads, but every column."""
    if not is_terminal():
        click.echo("".join(f"{line}\n" for line in tab_separated(table)), nl=False)
        return
    terminal = console()
    if title:
        terminal.print(printable(title), style="bold")
    terminal.print(to_rich(table, terminal.width))


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print the properties of one object."""
    print_groups([("", pairs)])


def print_groups(groups: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    """Print pairs below titles; in a pipe each pair is a line that begins with its title."""
    if not is_terminal():
        for title, pairs in groups:
            for pair in pairs:
                click.echo("\t".join(map(printable, [title, *pair] if title else pair)))
        return
    terminal = console()
    for number, (title, pairs) in enumerate(groups):
        if title:
            blank_line = "\n" if number else ""
            terminal.print(f"{blank_line}{printable(title)}", style="bold")
        rows = [(printable(name), printable(value)) for name, value in pairs]
        for line in _pair_lines(rows, terminal.width, indent=2 if title else 0):
            terminal.print(line, soft_wrap=True)


def format_value(value: object) -> str:
    """Format a value of an API object as one line; null is an empty text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return sanitize(str(value))


def format_list(value: object, separator: str = ", ") -> str:
    """Format a list as one line."""
    return separator.join(map(format_value, value)) if isinstance(value, (list, tuple)) else ""


def format_day(value: object) -> str:
    """Return the day of a time as the API writes it: `2026-02-01T10:00:00Z`."""
    return format_value(value)[:10]


class Column(Struct, frozen=True, kw_only=True):
    """A column of a table.

    Attributes:
        title: Its head.
        key: The field of the objects that it shows.
        format: Turns the field's value into text.
        style: A style of rich for its cells.
        no_wrap: Whether its cells are there to be copied, and so never folded.
        optional: Whether a narrow terminal can leave it out.
    """

    title: str
    key: str
    format: Callable[[object], str] = format_value
    style: str = ""
    no_wrap: bool = False
    optional: bool = False


class Table(Struct, frozen=True, kw_only=True):
    """A table: its columns, and the text of each cell."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def make_table(columns: Sequence[Column], objects: Iterable[Mapping[str, Any]]) -> Table:
    """Make a table of objects of the API, or of anything with the columns' keys."""
    rows = tuple(tuple(c.format(obj.get(c.key)) for c in columns) for obj in objects)
    return Table(columns=tuple(columns), rows=rows)


def tab_separated(table: Table) -> Iterator[str]:
    """Yield one line a row, with tabs between the cells, for other programs."""
    yield from ("\t".join(row) for row in _printable_rows(table))


def _printable_rows(table: Table) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(printable, row)) for row in table.rows)


def to_rich(table: Table, width: int) -> RichTable:
    """Return a table for a terminal; optional columns are left out from the right.

    Args:
        table: What to print.
        width: Columns of the terminal.
    """
    from rich.table import Table as RichTable
    from rich.text import Text

    table = Table(columns=table.columns, rows=_printable_rows(table))
    numbers = _fitting_columns(table, width)
    result = RichTable(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
    for number in numbers:
        column = table.columns[number]
        result.add_column(column.title, no_wrap=column.no_wrap, overflow="fold")
    for row in table.rows:
        styles = (table.columns[n].style or _CELL_STYLES.get(row[n], "") for n in numbers)
        result.add_row(*(Text(row[n], style=s) for n, s in zip(numbers, styles, strict=True)))
    return result


def _fitting_columns(table: Table, width: int) -> list[int]:
    numbers = list(range(len(table.columns)))
    for number in reversed(numbers.copy()):
        if _width_needed(table, numbers) <= width:
            break
        if table.columns[number].optional:
            numbers.remove(number)
    return numbers


def _width_needed(table: Table, numbers: list[int]) -> int:
    """Return the least width at which the table is readable: a wide column may be folded."""
    widths = [_column_width(table, number) for number in numbers]
    columns = [table.columns[number] for number in numbers]
    least = [
        width if column.no_wrap or column.optional else min(width, _MIN_WIDTH * 2)
        for column, width in zip(columns, widths, strict=True)
    ]
    return sum(least) + _GAP * (len(numbers) - 1)


def _column_width(table: Table, number: int) -> int:
    from rich.cells import cell_len

    cells = [table.columns[number].title, *(row[number] for row in table.rows)]
    return max(map(cell_len, cells))


def _pair_lines(pairs: Sequence[tuple[str, str]], width: int, *, indent: int) -> Iterator[Text]:
    """Yield names and values in two columns; a URL is not folded, so that it can be copied."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=width)
    margin = indent + max((len(name) for name, _ in pairs), default=0) + _GAP
    for name, value in pairs:
        label = Text(" " * indent + name.ljust(margin - indent), style="dim")
        room = max(width - margin, _MIN_WIDTH)
        text = Text(value)
        lines = [text] if "://" in value else list(text.wrap(console, room)) or [text]
        yield label + lines[0]
        yield from (Text(" " * margin) + line for line in lines[1:])


def warn(text: str) -> None:
    """Print a warning on standard error."""
    print_line(f"warning: {text}", err=True)


@contextmanager
def show_downloads(count: int) -> Iterator[Callable[[int], None]]:
    """Show downloads on standard error: a bar on a terminal, and a line at the end.

    Args:
        count: How many media there are.

    Yields:
        What to call with the bytes of each medium; 0 is a cache hit.
    """
    from mkdocs_masko.progress import show_bar
    from mkdocs_masko.text import format_size

    with log_downloads(count) as log:
        if not (count and sys.stderr.isatty()):
            yield log
            return
        sizes: list[int] = []
        with show_bar(count, "downloading media") as advance:

            def show(size: int) -> None:
                log(size)
                sizes.append(size)
                advance(f"downloading media, {format_size(sum(sizes))}", 1)

            yield show


@contextmanager
def log_downloads(count: int) -> Iterator[Callable[[int], None]]:
    """Print a line about downloads on standard error, at the end."""
    from mkdocs_masko.text import format_downloads

    sizes: list[int] = []
    start = time.monotonic()
    yield sizes.append
    if count:
        click.echo(format_downloads(count, sizes, time.monotonic() - start), err=True)


@contextmanager
def show_encoding(work: str, variants: str, count: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error how far the encoding of variants is.

    Args:
        work: What is done: `encoding`, or `comparing`.
        variants: To which variants: `6 variants of still images`.
        count: How many they are.
    """
    from mkdocs_masko.progress import show_steps

    def say(text: str) -> None:
        click.echo(text, err=True)

    say(f"{work} {variants}")
    with show_steps(count, f"{work} variants", say) as step:
        yield lambda _: step()


@contextmanager
def show_reading(count: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error how many media are read: a bar on a terminal, or a line at times.

    A sync that is done within some seconds shows neither.

    Args:
        count: How many there are.

    Yields:
        What to call after each medium.
    """
    if not sys.stderr.isatty():
        with log_reading(count) as log:
            yield log
        return
    from mkdocs_masko.progress import show_bar

    start, done, lock = time.monotonic(), 0, Lock()
    bars: list[Callable[[str, int], None]] = []
    with ExitStack() as stack:

        def show(_: int) -> None:
            nonlocal done
            with lock:
                done += 1
                if bars:
                    bars[0](_READING, 1)
                elif time.monotonic() - start >= _BAR_DELAY:
                    bars.append(stack.enter_context(show_bar(count, _READING)))
                    bars[0](_READING, done)

        yield show


@contextmanager
def log_reading(count: int) -> Iterator[Callable[[int], None]]:
    """Print a line about the media that are read on standard error, now and then."""
    done, next_line, lock = 0, time.monotonic() + _LINE_INTERVAL, Lock()

    def log(_: int) -> None:
        nonlocal done, next_line
        with lock:
            done += 1
            if time.monotonic() >= next_line:
                next_line += _LINE_INTERVAL
                click.echo(f"{done:,} of {count:,} media read", err=True)

    yield log


def show_retry(seconds: float) -> None:
    """Sleep before a request is made again; tell about a pause that somebody could notice."""
    if seconds >= (_LONG_PAUSE if sys.stderr.isatty() else _LINE_INTERVAL):
        click.echo(f"server busy: retrying in {seconds:.0f} s", err=True)
    time.sleep(seconds)


@contextmanager
def show_polling(policy: PollPolicy) -> Iterator[PollPolicy]:
    """Yield the same policy, which on a terminal shows a countdown in place of lines."""
    if not sys.stderr.isatty() or not policy.timeout:
        yield policy
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    countdown = _Countdown(console.status("requesting the export", spinner="line"), policy.timeout)
    with countdown.status:
        # rich can show one live display at a time, so that there is no bar for media.
        yield structs.replace(
            policy,
            sleep=countdown.sleep,
            on_wait=countdown.note,
            progress=log_downloads,
            reading=log_reading,
        )


def log_not_ready(collections: Sequence[str], seconds: float) -> None:
    """Print a line that exports are not ready."""
    from mkdocs_masko.sync import describe_waiting

    print_line(f"{describe_waiting(collections)}; retrying in {seconds:.0f} s", err=True)


class _Countdown:
    """A line that says which exports are not ready, when they are polled, and what time is left.

    Args:
        status: The line.
        seconds: How long to poll at most.
    """

    def __init__(self, status: Status, seconds: float) -> None:
        self.status = status
        self._deadline = time.monotonic() + seconds
        self._state, self._attempts = "", 0

    def note(self, collections: Sequence[str], _: float) -> None:
        """Note for which collections the next pause is."""
        from mkdocs_masko.sync import describe_waiting

        self._state, self._attempts = describe_waiting(collections), self._attempts + 1

    def sleep(self, seconds: float) -> None:
        """Pause, and count down."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.status.update(self._line(left))
            time.sleep(min(_TICK, left))
        self.status.update(f"{self._state}; retrying now")

    def _line(self, pause_left: float) -> str:
        attempts = "1 attempt" if self._attempts == 1 else f"{self._attempts} attempts"
        left = max(0.0, self._deadline - time.monotonic())
        return (
            f"{self._state} after {attempts}; retrying in {ceil(pause_left)} s, {_clock(left)} left"
        )


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"
