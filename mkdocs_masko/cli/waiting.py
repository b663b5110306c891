"""The wait for an export that is not ready: lines in a log, a display on a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.status import Status

    from mkdocs_masko.sync import Patience

_TICK = 0.25  # seconds between two changes of what is shown


@contextmanager
def waiting(seconds: float) -> Iterator[Patience]:
    """Give a patience of so many seconds, and show on standard error that it is used."""
    from mkdocs_masko.cli.media import watch, watch_in_a_line
    from mkdocs_masko.sync import Patience

    if not sys.stderr.isatty() or not seconds:
        yield Patience(seconds, time.sleep, tell, watch)
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    display = _Display(console.status("asking what is published", spinner="line"), seconds)
    with display.status:
        yield Patience(seconds, display.sleep, display.tell, watch_in_a_line)


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
