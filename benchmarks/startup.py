"""How long the command takes to say what it can do, against the library that it is made with.

`mkdocs-masko --help` and `--version` are held against `python -c "import click"`, which is the
least that a command made with click can take. Each run is a process of its own; runs take turns,
so that a machine that slows down slows all of them. CPU time (user and system) is what the
operating system accounts to a process.

    python benchmarks/startup.py [--rounds 41] [--most 1.3]

Exits with 1 when a ratio of the medians is above `--most`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from processes import environment

COMMAND = str(Path(sys.executable).with_name("mkdocs-masko"))
BASE = 'python -c "import click"'
RUNS = {
    'python -c ""': [sys.executable, "-c", ""],
    BASE: [sys.executable, "-c", "import click"],
    "mkdocs-masko --help": [COMMAND, "--help"],
    "mkdocs-masko --version": [COMMAND, "--version"],
    "mkdocs-masko sync --help": [COMMAND, "sync", "--help"],
}
HELD = ("mkdocs-masko --help", "mkdocs-masko --version")


def main() -> int:
    """Run everything interleaved and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--most", type=float, default=1.3)
    given = parser.parse_args()
    for command in RUNS.values():
        run(command)  # compiles what is not compiled yet
    turns = [{name: run(command) for name, command in RUNS.items()} for _ in range(given.rounds)]
    ratios = report(turns)
    return int(any(ratios[name] > given.most for name in HELD))


def run(command: list[str]) -> tuple[float, float]:
    """Run a command and return its CPU time and its wall time in seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def report(turns: list[dict[str, tuple[float, float]]]) -> dict[str, float]:
    """Print the medians; return how much longer each takes than the import, by CPU time."""
    print(f"{len(turns)} interleaved runs of each; medians\n")
    print("| command | CPU, ms | of the import | wall, ms | of the import |")
    print("|---|---|---|---|---|")
    ratios = {}
    for name in RUNS:
        cpu, wall = (statistics.median(turn[name][part] for turn in turns) for part in (0, 1))
        ratios[name], slower = (
            statistics.median(turn[name][part] / turn[BASE][part] for turn in turns)
            for part in (0, 1)
        )
        print(
            f"| {name} | {cpu * 1000:.0f} | {ratios[name]:.2f} | {wall * 1000:.0f} | {slower:.2f} |"
        )
    return ratios


if __name__ == "__main__":
    sys.exit(main())
