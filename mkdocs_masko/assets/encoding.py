"""Variants in the making: begun while pages render, kept as soon as they are done.

Worker processes encode them. What is done goes into the cache and the ledger at once, so that a
build which is stopped, or fails, has not worked for nothing.
"""

from __future__ import annotations

import hashlib
from contextlib import nullcontext, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from mkdocs_masko.assets.cache import variant_path
from mkdocs_masko.assets.ledger import CANNOT_BE_ENCODED
from mkdocs_masko.errors import CacheError, MediaError
from mkdocs_masko.variants import VIDEO_FORMATS, EncoderFailure, Variant, recipe_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.assets.ledger import Ledger
    from mkdocs_masko.variants.pool import WorkerPool

    Key = tuple[str, Variant]

    Progress = Callable[[str, str, int], AbstractContextManager[Callable[[int], None]]]

_TICK = 0.25  # seconds; on Windows no wait without end can be interrupted by Ctrl+C


def no_progress(
    _work: str, _variants: str, _count: int
) -> AbstractContextManager[Callable[[int], None]]:
    """Report nothing."""
    return nullcontext(lambda _: None)


class Encoder:
    """Encodes variants in worker processes, and compares them there with their originals.

    The processes start with the first job, and end when all results are collected.

    Args:
        cache: Where variants are kept.
        ledger: Is told which bytes they have.
        progress: Reports the work while results are collected: is called with what is done
            (`encoding`), to which variants (`6 variants of still images`) and with their number,
            and gives a context whose value is called with the bytes of each.
    """

    def __init__(
        self,
        cache: Cache,
        ledger: Ledger,
        progress: Progress = no_progress,
    ) -> None:
        self._cache, self._ledger, self._progress = cache, ledger, progress
        self._pool: WorkerPool | None = None
        self._jobs: dict[Key, tuple[Path, Future[Path | MediaError | None]]] = {}
        self._finished: SimpleQueue[Key] = SimpleQueue()
        self._results: dict[Key, Path | MediaError | None] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._jobs

    @property
    def paths(self) -> dict[Key, Path]:
        """The variants that were made and kept."""
        results = self._results.items()
        return {key: r for key, r in results if r is not None and not isinstance(r, MediaError)}

    def begin(self, key: Key, source: Path) -> None:
        """Have a variant encoded, unless that is begun.

        Args:
            key: The sha256 of its original, and the variant.
            source: The original.
        """
        if key in self._jobs:
            return
        from mkdocs_masko.variants.batch import submit_encoding  # noqa: PLC0415 - only who encodes pays for it

        future = submit_encoding(self._open_pool(), source, key[1], partial(self._keep, key))
        self._jobs[key] = source, future
        finished = self._finished
        future.add_done_callback(lambda _: finished.put(key))

    def finish(self) -> dict[Key, Path | MediaError | None]:
        """Wait until all that was begun is done, and end the processes.

        Returns:
            For each variant so far its file; what is wrong with its original; or None where no
            file could be written.
        """
        keys = [key for key in self._jobs if key not in self._results]
        if keys:
            try:
                with self._progress("encoding", _name_variants(keys), len(keys)) as advance:
                    for _ in keys:
                        advance(self._collect_next())
            finally:
                self.close()
        return self._results

    def compare(self, jobs: Iterable[tuple[Key, Path, Path]]) -> list[tuple[Key, str | MediaError]]:
        """Compare files with the originals that they should be variants of.

        Args:
            jobs: What each should be, the original, and the file.

        Returns:
            For each the sha256 of its bytes, or why it is not the variant.
        """
        from mkdocs_masko.variants.batch import result_of, submit_comparison  # noqa: PLC0415 - only who compares pays for it

        pool = self._open_pool()
        futures = [
            (key, source, submit_comparison(pool, source, key[1], path))
            for key, source, path in jobs
        ]
        if all(key[1].format not in VIDEO_FORMATS for key, _, _ in futures):  # a matter of moments
            return [(key, result_of(future, source)) for key, source, future in futures]
        results: list[tuple[Key, str | MediaError]] = []
        variants = _name_variants([key for key, _, _ in futures])
        with self._progress("comparing", variants, len(futures)) as advance:
            for key, source, future in futures:
                results.append((key, result_of(future, source)))
                advance(0)
        return results

    def close(self) -> None:
        """Give up what is not done, and end the processes."""
        if self._pool:
            self._pool.close()
            self._pool = None
        # What was given up can be begun again.
        self._jobs = {key: job for key, job in self._jobs.items() if key in self._results}
        self._finished = SimpleQueue()

    def _open_pool(self) -> WorkerPool:
        if self._pool is None:
            from mkdocs_masko.variants.pool import WorkerPool  # noqa: PLC0415 - most builds start no process

            self._pool = WorkerPool()
        return self._pool

    def _keep(self, key: Key, content: bytes | MediaError) -> Path | MediaError | None:
        """Keep what a process has made, or note that it cannot be made. A thread calls this."""
        recipe = recipe_of(*key)
        if isinstance(content, MediaError):
            if not isinstance(content, EncoderFailure):
                self._ledger.add({recipe: CANNOT_BE_ENCODED})
            return content
        path = None
        with suppress(CacheError):  # the original is right too
            path = self._cache.put(variant_path(*key), content)
        self._ledger.add({recipe: hashlib.sha256(content).hexdigest()})
        return path

    def _collect_next(self) -> int:
        """Take the next result; return its bytes."""
        from mkdocs_masko.variants.batch import result_of  # noqa: PLC0415 - it is imported by now

        key = self._next_finished()
        source, future = self._jobs[key]
        result: Path | MediaError | None = result_of(future, source)
        self._results[key] = result
        with suppress(OSError):  # somebody prunes the cache
            if result is not None and not isinstance(result, MediaError):
                return result.stat().st_size
        return 0

    def _next_finished(self) -> Key:
        while True:
            with suppress(Empty):
                return self._finished.get(timeout=_TICK)


def _name_variants(keys: Iterable[Key]) -> str:
    """Say how many variants there are: `24 variants of still images and 6 of animations`."""
    formats = [variant.format for _, variant in keys]
    animations = sum(each in VIDEO_FORMATS for each in formats)
    counts = {"of still images": len(formats) - animations, "of animations": animations}
    (kind, first), *others = ((kind, count) for kind, count in counts.items() if count)
    text = f"{first} variant{'s' * (first != 1)} {kind}"
    return " and ".join([text, *(f"{count} {other}" for other, count in others)])
