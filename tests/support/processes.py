"""Processes that a process has started, as the system tells."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress

_TIME = 60.0  # seconds after which a process hangs


def children(parent: int | None = None) -> set[int]:
    """Return the worker processes of a process, by default of this one."""
    return {pid for pid, parents in _table() if parents == (parent or os.getpid())}


def descendants(parent: int) -> set[int]:
    """Return all processes that a process has started, and those that they have started."""
    table = _table()
    found, newest = set[int](), {parent}
    while newest:
        newest = {pid for pid, parents in table if parents in newest}
        found |= newest
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those that run."""
    return pids & {pid for pid, _ in _table()}


def wait_until_gone(pids: set[int]) -> None:
    """Wait until none of them runs; a zombie is what its parent has not heard of."""
    end = time.monotonic() + _TIME
    while left := alive(pids):
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.02)


def kill_children() -> None:
    """Kill this process's children, and wait, so that none still holds what the next one opens."""
    pids = children()
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until_gone(pids)


def _table() -> list[tuple[int, int]]:
    """Return each process that is no zombie, with its parent."""
    command = ["ps", "-A", "-o", "pid=,ppid=,stat=,comm="]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in output.splitlines()]
    return [
        (int(pid), int(parent))
        for pid, parent, state, name in rows
        if not state.startswith("Z") and name.strip() != "ps"
    ]
