"""Where coverage is measured: Python 3.11 takes twice as long for a test when it is."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage finds the processes that a test starts (`patch = subprocess`)."""


@contextmanager
def nothing_measured() -> Iterator[None]:
    """Measure no coverage until the block ends, neither here nor in processes that are started."""
    library = sys.modules.get("coverage")
    running = library.Coverage.current() if library else None
    if running is None:
        yield
        return
    variable = os.environ.pop(_PROCESSES, None)
    running.stop()
    try:
        yield
    finally:
        running.start()
        if variable is not None:
            os.environ[_PROCESSES] = variable
