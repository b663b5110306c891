"""A worker process: does one job after another, and ends when the process that started it does.

Jobs arrive on standard input, and their outcomes leave on standard output, both pickled. The input
ends when the parent closes it or dies, however it dies. A job at hand is then given up, together
with the programs that it runs.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import BinaryIO


def main() -> None:
    """Do jobs until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent to act on
    source, target = _take_pipes()
    jobs: SimpleQueue[bytes | None] = SimpleQueue()
    is_idle = Event()
    is_idle.set()
    Thread(target=_read_jobs, args=(source, jobs, is_idle), daemon=True).start()
    while (job := jobs.get()) is not None:
        outcome = _outcome_of(job)
        is_idle.set()  # before the parent hears of it, and sends the next one
        with suppress(BrokenPipeError):  # there is nobody to tell
            target.write(outcome)
            target.flush()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep both pipes to ourselves: what a library prints would be taken for an outcome."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, target


def _read_jobs(source: BinaryIO, jobs: SimpleQueue[bytes | None], is_idle: Event) -> None:
    while True:
        try:
            job = pickle.load(source)  # noqa: S301 - the parent wrote it
        except (EOFError, OSError, pickle.UnpicklingError):  # it may die while it writes
            break
        if job is None:
            break
        is_idle.clear()
        jobs.put(job)
    if not is_idle.is_set():
        _give_up()
    jobs.put(None)


def _outcome_of(job: bytes) -> bytes:
    try:
        work, arguments = pickle.loads(job)  # noqa: S301 - the parent wrote it
        return pickle.dumps((work(*arguments), None))
    except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
        with suppress(Exception):  # one that cannot be pickled, or not be unpickled
            outcome = pickle.dumps((None, error))
            pickle.loads(outcome)  # noqa: S301 - we wrote it
            return outcome
        return pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))


def _give_up() -> None:
    """End at once, with the programs that are running; what guards ffmpeg ends by itself."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
