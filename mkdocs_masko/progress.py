"""Progress of long work on standard error: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERVAL: Final = 10.0  # seconds between two lines; CI systems stop jobs that are silent for long


@contextmanager
def show_bar(count: int, title: str) -> Iterator[Callable[[str, int], None]]:
    """Show a bar on the terminal, which is gone at the end.

    Args:
        count: How many steps there are.
        title: What is being done.

    Yields:
        What to call with a new title, and the number of steps that are done since.
    """
    from rich.console import Console  # noqa: PLC0415 - only long work pays for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415 - see above

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=count)
        yield lambda text, done: progress.update(task, advance=done, description=text)


@contextmanager
def show_steps(
    count: int, title: str, say: Callable[[str], None], *, interval: float = INTERVAL
) -> Iterator[Callable[[], None]]:
    """Show how far work is: a bar on a terminal, elsewhere a line whenever some time has passed.

    Args:
        count: How many steps there are.
        title: What is being done: `encoding variants`.
        say: Writes a line.
        interval: Seconds between two lines.

    Yields:
        What to call after each step.
    """
    if sys.stderr.isatty():
        with show_bar(count, title) as advance:
            yield lambda: advance(title, 1)
        return
    done, last = 0, time.monotonic()

    def step() -> None:
        nonlocal done, last
        done += 1
        if done < count and time.monotonic() - last >= interval:
            last = time.monotonic()
            say(f"{title}: {done} of {count}")

    yield step
