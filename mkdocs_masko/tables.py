"""Rows and pairs for people and for programs: what fits a terminal, what goes into a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.table import Table
    from rich.text import Text

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
    return one_line(str(value))


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
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

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
    from rich.cells import cell_len  # noqa: PLC0415

    cells = [table.columns[number].title, *(row[number] for row in table.rows)]
    return max(map(cell_len, cells))


def as_pairs(pairs: Sequence[tuple[str, str]], width: int, *, indent: int = 0) -> Iterator[Text]:
    """Yield names and values for a terminal, one below the other; an address stays whole."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(width=width)
    margin = indent + max((len(name) for name, _ in pairs), default=0) + _GAP
    for name, value in pairs:
        label = Text(" " * indent + name.ljust(margin - indent), style="dim")
        room = max(width - margin, _LEAST)
        text = Text(value)
        lines = [text] if "://" in value else list(text.wrap(console, room)) or [text]
        yield label + lines[0]
        yield from (Text(" " * margin) + line for line in lines[1:])
