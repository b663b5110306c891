"""Encode or compare the variants of many images, in worker processes side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from mkdocs_masko.text import sanitize
from mkdocs_masko.variants.compare import compare_variants
from mkdocs_masko.variants.images import EncoderFailure, encode_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from mkdocs_masko.errors import MediaError
    from mkdocs_masko.variants.plan import Variant

T = TypeVar("T")

Job: TypeAlias = "tuple[Path, tuple[Any, ...]]"
"""A file, and what is to be done with it."""

Work: TypeAlias = "Callable[[Path, tuple[Any, ...]], list[tuple[Variant, T | MediaError]]]"


def encode_all(
    jobs: Iterable[tuple[Path, tuple[Variant, ...]]], *, workers: int | None = None
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
    return _work_on(encode_variants, jobs, workers)


def compare_all(
    jobs: Iterable[tuple[Path, tuple[tuple[Variant, Path], ...]]], *, workers: int | None = None
) -> Iterator[tuple[Path, Variant, str | MediaError]]:
    """Compare files with the images that they should be variants of, in the order of the jobs.

    Args:
        jobs: Originals, and for each what the files should be, with the files.
        workers: As for `encode_all`.

    Yields:
        The original, the variant, and the sha256 of its file or why that is not the variant.
    """
    return _work_on(compare_variants, jobs, workers)


def _work_on(
    work: Work[T], jobs: Iterable[Job], workers: int | None
) -> Iterator[tuple[Path, Variant, T | MediaError]]:
    todo = list(jobs)
    workers = min(workers or _count_cores(), len(todo))
    batches: Iterator[list[tuple[Variant, T | MediaError]]]
    if workers < 2 or _is_a_worker():  # noqa: PLR2004 - two are needed to share
        batches = (work(*job) for job in todo)
    else:
        batches = _work_in_pools(work, todo, workers)
    for (source, _), results in zip(todo, batches, strict=True):
        yield from ((source, variant, result) for variant, result in results)


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


def _work_on_job(work: Work[T], job: Job) -> list[tuple[Variant, T | MediaError]]:
    return work(*job)


def _work_in_pools(
    work: Work[T], todo: list[Job], workers: int
) -> Iterator[list[tuple[Variant, T | MediaError]]]:
    """Work in a pool; when a worker crashes, go on with one worker at a time.

    A broken pool does not say which job broke it. With one worker it is the job at hand.
    """
    position = 0
    while position < len(todo):
        for results in _until_broken(work, todo[position:], workers):
            position += 1
            yield results
        if position < len(todo) and workers == 1:
            yield _report_crash(todo[position])
            position += 1
        workers = 1


def _until_broken(
    work: Work[T], todo: list[Job], workers: int
) -> Iterator[list[tuple[Variant, T | MediaError]]]:
    # Not forked: a fork copies locks that MkDocs' or our own threads may hold.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        yield from pool.map(partial(_work_on_job, work), todo)
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _report_crash(job: Job) -> list[tuple[Variant, Any]]:
    source, todo = job
    error = EncoderFailure(
        f"{sanitize(source.name)}: the process that encoded it died, perhaps for want of memory"
    )
    variants = (each[0] if isinstance(each, tuple) else each for each in todo)
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
