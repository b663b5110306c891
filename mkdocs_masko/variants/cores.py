"""How many processors this process may use, which in a container are not all of the machine's."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")


def count_cores() -> int:
    """Return how many processes of this one's can compute at once; at least one."""
    quota = math.inf
    with suppress(OSError):  # no Linux, or nothing mounted there
        quota = cgroup_quota(_CGROUPS, _OWN_CGROUP.read_text(encoding="utf-8", errors="replace"))
    return max(1, math.ceil(min(_schedulable_cores(), quota)))


def _schedulable_cores() -> int:
    count = getattr(os, "process_cpu_count", None)  # since Python 3.13; heeds PYTHON_CPU_COUNT
    if count:
        return count() or 1
    affinity = getattr(os, "sched_getaffinity", None)  # Linux has it, macOS and Windows do not
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def cgroup_quota(root: Path, membership: str) -> float:
    """Return how many cores' worth of time the kernel lets a process have, or infinity.

    Every group above its own limits it as well, so the smallest quota counts.
    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files

    Args:
        root: Where the hierarchy of version 2 is mounted.
        membership: The content of the process's `/proc/self/cgroup`.
    """
    own = next((line[3:] for line in membership.splitlines() if line.startswith("0::")), "/")
    folder = root / own.strip("/")
    # A container may see a path of the host's, of which it has only the root.
    folders = [folder, *folder.parents] if folder.is_relative_to(root) else [root]
    return min((_quota_of(f) for f in folders if f.is_relative_to(root)), default=math.inf)


def _quota_of(folder: Path) -> float:
    """Read `cpu.max`: microseconds of time, or "max", in each period of so many microseconds."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        limit, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        return math.inf if limit == "max" else int(limit) / int(period)
    return math.inf
