"""Many stills at once, in processes side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants.images import encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mkdocs_masko.variants.plan import Variant

    Job = tuple[Path, tuple[Variant, ...]]
    Done = list[tuple[Variant, bytes | MediaError]]


def encode_all(
    jobs: Iterable[tuple[Path, tuple[Variant, ...]]], *, workers: int | None = None
) -> Iterator[tuple[Path, Variant, bytes | MediaError]]:
    """Make forms of many stills, in the order of the jobs.

    A still that cannot be used is told in its place and stops no other, even where it takes
    the process down that works on it.

    Args:
        jobs: Files, and the forms wanted of each.
        workers: Processes that work at once, by default one for each core; with one, or with
            one job, or inside a worker process of someone else, the work is done right here.

    Yields:
        The file, the form, and its bytes or what went wrong.
    """
    todo = list(jobs)
    workers = min(workers or _cores(), len(todo))
    done: Iterator[Done]
    if workers < 2 or _is_a_worker():  # noqa: PLR2004 - two are needed to share
        done = (_work(job) for job in todo)
    else:
        done = _shared_out(todo, workers)
    for (source, _), results in zip(todo, done, strict=True):
        yield from ((source, form, result) for form, result in results)


def _cores() -> int:
    """Return how many cores this process may use, which in a container are not all."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _is_a_worker() -> bool:
    """Tell whether another process started this one to share its work.

    That one must start no more: it may be running an unguarded script for the second time.
    """
    return multiprocessing.current_process().name != "MainProcess"


def _work(job: Job) -> Done:
    return encoded(*job)


def _shared_out(todo: list[Job], workers: int) -> Iterator[Done]:
    """Work in a pool; one that breaks is replaced by pools of one, which tell who breaks them."""
    at = 0
    while at < len(todo):
        for done in _until_broken(todo[at:], workers):
            at += 1
            yield done
        if at < len(todo) and workers == 1:
            yield _lost(todo[at])
            at += 1
        workers = 1


def _until_broken(todo: list[Job], workers: int) -> Iterator[Done]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_settle_in)
    try:
        yield from pool.map(_work, todo)
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _lost(job: Job) -> Done:
    source, forms = job
    error = MediaError(
        f"{sanitize(source.name)}: the process that encoded it died, perhaps for want of memory"
    )
    return [(form, error) for form in forms]


def _settle_in() -> None:
    """Leave Ctrl-C to the parent, and end when it does, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
