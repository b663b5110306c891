"""Jobs for worker processes, which find them by the name of this module."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from mkdocs_masko.variants.pool import WorkerPool, wait_for

_TIME = 60.0  # seconds after which nobody comes


def add(*numbers: int) -> int:
    return sum(numbers)


def environment() -> dict[str, str]:
    return dict(os.environ)


def talk() -> str:
    """Print, as libraries do."""
    sys.stdout.write("not the result\n")
    sys.stdout.flush()
    os.write(1, b"nor this\n")
    return "result"


def fail(message: str) -> None:
    raise ValueError(message)


def fail_unpicklably() -> None:
    class Unknown(Exception):
        pass

    raise Unknown("cannot leave")


def hold(folder: Path, name: str) -> int:
    """Say that this runs, and end when it is released; return the process."""
    (folder / name).touch()
    _wait_for_file(folder / f"release-{name}")
    return os.getpid()


def meet(folder: Path, name: str, other: str) -> int:
    """End only when another job runs as well; return the process."""
    (folder / name).touch()
    _wait_for_file(folder / other)
    return os.getpid()


def die(folder: Path, times: int) -> str:
    """Die without a word, as for want of memory, so many times."""
    runs = len(list(folder.glob("died-*")))
    if runs < times:
        (folder / f"died-{runs}").touch()
        os._exit(9)
    return "alive"


def run_forever(folder: Path) -> None:
    """Run a program that does not end by itself, and starts another."""
    nap = "import time; time.sleep(600)"
    code = (
        "import subprocess, sys, os, pathlib\n"
        f"nap = subprocess.Popen([sys.executable, '-c', {nap!r}])\n"
        f"pathlib.Path({str(folder / 'part')!r}).write_text(f'{{os.getpid()}} {{nap.pid}}')\n"
        f"pathlib.Path({str(folder / 'part')!r}).rename({str(folder / 'pids')!r})\n"
        "nap.wait()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _wait_for_file(path: Path) -> None:
    end = time.monotonic() + _TIME
    while not path.exists():
        if time.monotonic() > end:
            raise TimeoutError(path.name)
        time.sleep(0.01)


def main() -> None:
    """Have two workers run programs that do not end, as a build with animations does."""
    with WorkerPool(2) as pool:
        jobs = []
        for name in ("one", "two"):
            folder = Path(sys.argv[1], name)
            folder.mkdir()
            jobs.append(pool.submit(run_forever, folder))
        for job in jobs:
            wait_for(job)
