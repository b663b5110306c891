"""How many processes work at once: as many as may, not as many as there are cores."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.variants.cores import cgroup_quota, count_cores

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("files", "membership", "quota"),
    [
        ({"": "200000 100000"}, "0::/\n", 2),
        ({"": "150000 100000"}, "0::/\n", 1.5),
        ({"": "max 100000"}, "0::/\n", math.inf),
        ({}, "0::/\n", math.inf),
        ({"a": "300000 100000", "a/b": "max 100000"}, "0::/a/b\n", 3),
        ({"a": "100000 100000", "a/b": "400000 100000"}, "0::/a/b\n", 1),
        ({"": "100000 100000"}, "0::/docker/of/the/host\n", 1),
        ({"": "50000 100000"}, "0::/../../elsewhere\n", 0.5),
        ({"": "200000 100000"}, "12:cpu,cpuacct:/x\n1:name=systemd:/y\n0::/\n", 2),
        ({"": "200000 100000"}, "12:cpu,cpuacct:/x\n", 2),
        ({"": "many"}, "0::/\n", math.inf),
        ({"": "100000 0"}, "0::/\n", math.inf),
    ],
)
def test_the_smallest_quota_of_a_group_and_those_above_counts(
    tmp_path: Path, files: dict[str, str], membership: str, quota: float
) -> None:
    root = tmp_path / "cgroup"
    for name, text in files.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "cpu.max").write_text(text + "\n")
    assert cgroup_quota(root, membership) == quota


def test_there_is_always_one_and_never_more_than_the_machine_has() -> None:
    assert 1 <= count_cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
def test_the_cores_that_a_process_is_bound_to_count() -> None:
    code = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]);"
        "from mkdocs_masko.variants.cores import count_cores; print(count_cores())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"1"
