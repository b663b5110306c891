"""Encode the variants of many images, in worker processes side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, TypeAlias

from mkdocs_masko.errors import MediaError
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants.images import encode_variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mkdocs_masko.variants.plan import Variant

Job: TypeAlias = "tuple[Path, tuple[Variant, ...]]"
Results: TypeAlias = "list[tuple[Variant, bytes | MediaError]]"


def encode_all(
    jobs: Iterable[Job], *, workers: int | None = None
) -> Iterator[tuple[Path, Variant, bytes | MediaError]]:
    """Make variants of many images, in the order of the jobs.

    An image that cannot be used is reported in its place and stops no other, even where it
    crashes the process that works on it.

    Args:
        jobs: Files, and the variants of each.
        workers: Processes that work at once, by default one for each core; with one, or with
            one job, or inside a worker process of another pool, the work is done in this process.

    Yields:
        The file, the variant, and its bytes or what went wrong.
    """
    todo = list(jobs)
    workers = min(workers or _count_cores(), len(todo))
    batches: Iterator[Results]
    if workers < 2 or _is_a_worker():  # noqa: PLR2004 - two are needed to share
        batches = map(_encode_job, todo)
    else:
        batches = _encode_in_pools(todo, workers)
    for (source, _), results in zip(todo, batches, strict=True):
        yield from ((source, variant, content) for variant, content in results)


def _count_cores() -> int:
    """Return how many cores this process may use, which in a container are not all."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux has it, macOS and Windows do not
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _is_a_worker() -> bool:
    """Whether another process started this one to share its work.

    A worker must start no more: it may be running a script without a `__main__` guard for the
    second time, which would never end.
    """
    return multiprocessing.current_process().name != "MainProcess"


def _encode_job(job: Job) -> Results:
    return encode_variants(*job)


def _encode_in_pools(todo: list[Job], workers: int) -> Iterator[Results]:
    """Work in a pool; when a worker crashes, go on with one worker at a time.

    A broken pool does not say which job broke it. With one worker it is the job at hand.
    """
    position = 0
    while position < len(todo):
        for results in _until_broken(todo[position:], workers):
            position += 1
            yield results
        if position < len(todo) and workers == 1:
            yield _report_crash(todo[position])
            position += 1
        workers = 1


def _until_broken(todo: list[Job], workers: int) -> Iterator[Results]:
    # Not forked: a fork copies locks that MkDocs' or our own threads may hold.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        yield from pool.map(_encode_job, todo)
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _report_crash(job: Job) -> Results:
    source, variants = job
    error = MediaError(
        f"{sanitize(source.name)}: the process that encoded it died, perhaps for want of memory"
    )
    return [(variant, error) for variant in variants]


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it does, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
