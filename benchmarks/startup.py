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
import statistics
import sys
from pathlib import Path

from processes import Spent, environment, timed

HERE = Path(__file__).parent
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
        timed(command, HERE, environment())  # compiles what is not compiled yet
    turns = [
        {name: timed(command, HERE, environment()) for name, command in RUNS.items()}
        for _ in range(given.rounds)
    ]
    ratios = report(turns)
    return int(any(ratios[name] > given.most for name in HELD))


def report(turns: list[dict[str, Spent]]) -> dict[str, float]:
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
