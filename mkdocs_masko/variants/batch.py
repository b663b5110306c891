"""Many stills at once: their variants are encoded, or compared, by worker processes side by side.

Each variant is a job of its own, so that all cores have work even with one still. A process keeps
the still that it has decoded, and the sizes that it has made of it, until it gets another one; a
pool gives it the jobs of that still first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mkdocs_masko.errors import MediaError
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants.compare import compare
from mkdocs_masko.variants.cores import count_cores
from mkdocs_masko.variants.images import EncoderFailure, Still
from mkdocs_masko.variants.plan import VIDEO_FORMATS
from mkdocs_masko.variants.pool import WorkerDied, WorkerPool, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from mkdocs_masko.variants.plan import Variant


def encode_all(
    jobs: Iterable[tuple[Path, tuple[Variant, ...]]], *, workers: int | None = None
) -> Iterator[tuple[Path, Variant, bytes | MediaError]]:
    """Make variants of many images, in the order of the jobs.

    An image that cannot be used is reported in its place and stops no other, even where it
    crashes the process that works on it.

    Args:
        jobs: Files, and the variants of each.
        workers: Processes that work at once, by default one for each core; with one, or inside a
            worker process of another pool, the work is done in this process.

    Yields:
        The file, the variant, and its bytes or what went wrong.
    """
    pairs = [(source, variant) for source, variants in jobs for variant in variants]
    for (source, variant), result in zip(
        pairs, _each(submit_encoding, pairs, workers), strict=True
    ):
        yield source, variant, result


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
    triples = [(source, variant, path) for source, pairs in jobs for variant, path in pairs]
    results = _each(submit_comparison, triples, workers)
    for (source, variant, _), result in zip(triples, results, strict=True):
        yield source, variant, result


def submit_encoding(
    pool: WorkerPool,
    source: Path,
    variant: Variant,
    finish: Callable[[bytes | MediaError], Any] | None = None,
) -> Future[Any]:
    """Hand out the encoding of a variant. `result_of` returns what becomes of it.

    Args:
        pool: Who does it.
        source: The original.
        variant: What to make of it.
        finish: What this process does with the bytes, or with what went wrong, in a thread.
    """
    if variant.format in VIDEO_FORMATS:
        return pool.submit(encode_video_here, source, variant, finish=finish, is_long=True)
    return pool.submit(encode_here, source, variant, group=source, finish=finish)


def submit_comparison(
    pool: WorkerPool, source: Path, variant: Variant, path: Path
) -> Future[str | MediaError]:
    """Hand out the comparison of a file with the original that it should be a variant of."""
    if variant.format in VIDEO_FORMATS:
        return pool.submit(compare_video_here, source, variant, path, is_long=True)
    return pool.submit(compare_here, source, variant, path, group=source)


def result_of(future: Future[Any], source: Path) -> Any:  # noqa: ANN401 - of any job
    """Wait for a job, and return its result; a process that died is an `EncoderFailure`."""
    try:
        return wait_for(future)
    except WorkerDied:
        return EncoderFailure(
            f"{sanitize(source.name)}: the process that encoded it died, perhaps for want of memory"
        )


def _each(
    submit: Callable[..., Future[Any]], jobs: list[Any], workers: int | None
) -> Iterator[Any]:
    workers = count_cores() if workers is None else workers
    with WorkerPool(0 if workers == 1 else workers) as pool:
        futures = [submit(pool, *job) for job in jobs]
        for job, future in zip(jobs, futures, strict=True):
            yield result_of(future, job[0])
    _open.cache_clear()


def encode_here(source: Path, variant: Variant) -> bytes | MediaError:
    """Make one variant in this process; return what went wrong, if anything did."""
    try:
        return _open_once(source).encode(variant)
    except MediaError as error:
        return error


def compare_here(source: Path, variant: Variant, path: Path) -> str | MediaError:
    """Compare one file in this process; return its sha256, or why it is not the variant."""
    try:
        return compare(_open_once(source), variant, path)
    except MediaError as error:
        return error


def encode_video_here(source: Path, variant: Variant) -> bytes | MediaError:
    """Make one variant of an animation; return what went wrong, if anything did."""
    from mkdocs_masko.variants.videos import encode_video  # noqa: PLC0415 - an extra

    try:
        return encode_video(source, variant)
    except MediaError as error:
        return error


def compare_video_here(source: Path, variant: Variant, path: Path) -> str | MediaError:
    """Compare one file with an animation; return its sha256, or why it is not the variant."""
    from mkdocs_masko.variants.videos import compare_video  # noqa: PLC0415 - an extra

    return compare_video(source, variant, path)


def _open_once(source: Path) -> Still:
    try:
        status = source.stat()
    except OSError:
        return Still(source)  # which says what is wrong
    still = _open(source, (status.st_ino, status.st_size, status.st_mtime_ns))
    if isinstance(still, MediaError):
        raise still
    return still


@lru_cache(maxsize=1)  # one of 40 megapixels takes 160 MB
def _open(source: Path, _stamp: tuple[int, ...]) -> Still | MediaError:
    try:
        return Still(source)
    except MediaError as error:  # which is the same for all of its variants
        return error
