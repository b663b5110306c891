"""One builder fetches, the others wait: a lock saves requests, and nothing depends on it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold a lock while the block runs, where the file system and the time allow it.

    Args:
        path: The lock's file.
        seconds: The longest wait.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only who fetches pays for it

    with ExitStack() as stack:
        with suppress(Timeout, OSError, NotImplementedError):  # some network disks know no locks
            stack.enter_context(FileLock(path, timeout=seconds))
        yield
