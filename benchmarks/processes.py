"""The processes that benchmarks time."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Spent(NamedTuple):
    """Seconds of a process: of the processor (user and system), and on the clock."""

    cpu: float
    wall: float


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user's process: one that keeps the modules it compiled.

    Without that, each run would compile modules that are installed compiled elsewhere.
    """
    kept = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


def timed(command: Sequence[str], folder: Path, variables: dict[str, str]) -> Spent:
    """Run a command in a process of its own, and return what the system accounts to it."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=variables, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)
