"""Progress of long work on standard error: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

INTERVAL: Final = 10.0  # seconds between two lines; CI systems stop jobs that are silent for long


@contextmanager
def show_bar(count: int, title: str) -> Iterator[Callable[[str, int], None]]:
    """Show a bar on the terminal, which is gone at the end.

    What is printed or logged meanwhile stands above it.

    Args:
        count: How many steps there are.
        title: What is being done.

    Yields:
        What to call with a new title, and the number of steps that are done since.
    """
    from rich.console import Console  # noqa: PLC0415 - only long work pays for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415 - see above

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    streams = sys.stderr, sys.stdout
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    with bar, _log_above(streams):
        task = bar.add_task(title, total=count)
        yield lambda text, done: bar.update(task, advance=done, description=text)


@contextmanager
def _log_above(streams: tuple[TextIO, TextIO]) -> Iterator[None]:
    """Have log handlers write where `print` does, which is above a bar while there is one.

    They keep the stream that they were given before, and would write into the bar.

    Args:
        streams: What standard error and standard output were before.
    """
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = {h for each in loggers for h in getattr(each, "handlers", ())}
    proxies = dict(zip(map(id, streams), (sys.stderr, sys.stdout), strict=True))
    moved = [
        (handler, handler.stream)
        for handler in handlers
        if isinstance(handler, logging.StreamHandler) and id(handler.stream) in proxies
    ]
    for handler, stream in moved:
        handler.setStream(proxies[id(stream)])
    try:
        yield
    finally:
        for handler, stream in moved:
            handler.setStream(stream)


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
        What to call after each step, in any thread.
    """
    if sys.stderr.isatty():
        with show_bar(count, title) as advance:
            yield lambda: advance(title, 1)
        return
    done, last, lock = 0, time.monotonic(), Lock()

    def step() -> None:
        nonlocal done, last
        with lock:
            done += 1
            if done < count and time.monotonic() - last >= interval:
                last = time.monotonic()
                say(f"{title}: {done} of {count}")

    yield step
