"""The first build of a self-hosted site: how long it takes, and what a reader of its log sees.

Two sites: 24 illustrations of 1024 px at 320 px each, those that `media_stills.py` reports on, and
the example site. Each build starts with an empty cache. With `--against`, another checkout of the
package builds the same sites in turn. Memory is the largest sum of all processes of a build.

    python benchmarks/media_stills.py      # renders the illustrations
    python benchmarks/first_build.py [--rounds 3] [--against FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pty
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from mkdocs_masko.assets import Cache
from mkdocs_masko.manifest import Collection, Medium, Pose, dumps, make
from processes import environment

ROOT = Path(__file__).resolve().parents[1]
STILLS = ROOT / "benchmarks" / ".work" / "stills" / "reported"
BOX = 320  # px
_COMMAND = [sys.executable, "-m", "mkdocs", "build", "-f", "mkdocs.yml"]
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Cost(NamedTuple):
    """What a build took: seconds of wall-clock and of processor time, and megabytes."""

    clock: float
    processor: float
    memory: float


def main() -> None:
    """Build both sites in turns, and print a table and what the builds of this checkout said."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path, help="another checkout")
    arguments = parser.parse_args()
    checkouts = {"this checkout": ROOT}
    if arguments.against:
        checkouts = {"before": arguments.against, **checkouts}
    with tempfile.TemporaryDirectory() as folder:
        sites = {
            "24 still images": write_stills_site(Path(folder, "stills")),
            "example site": copy_example(Path(folder, "example")),
        }
        print("| site | version | wall-clock time, s | CPU time, s | memory, MB |")
        print("|---|---|---|---|---|")
        for name, site in sites.items():
            turns = [
                {version: build(site, path) for version, path in checkouts.items()}
                for _ in range(arguments.rounds)
            ]
            for version in checkouts:
                rows = zip(*(turn[version] for turn in turns), strict=True)
                cells = " | ".join(f"{statistics.median(row):.1f}" for row in rows)
                print(f"| {name} | {version} | {cells} |", flush=True)
        site = sites["24 still images"]
        print("\nWhat a log shows, with the seconds since the start:\n")
        print("\n".join(watch_log(site)))
        print("\nWhat a terminal shows on its last line, every second:\n")
        print("\n".join(watch_terminal(site)))


def write_stills_site(folder: Path) -> Path:
    """Write a site of one page for each illustration; its cache has the originals."""
    (folder / "docs").mkdir(parents=True)
    poses, cache = {}, Cache(_cache_of(folder))
    for number, path in enumerate(sorted(STILLS.glob("*.png"))):
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        url = f"https://assets.masko.ai/benchmark/{path.name}"
        medium = Medium(
            url=url, type="image/png", width=1024, height=1024, bytes=len(content), sha256=sha256
        )
        poses[path.stem] = Pose(name=path.stem, transparent_image=medium)
        cache.put_medium(sha256, content)
        page = f"# {path.stem}\n\n![](masko:{path.stem}){{ width={BOX} }}\n"
        name = path.stem if number else "index"
        (folder / "docs" / f"{name}.md").write_text(page)
    collection = Collection(id="benchmark", name="Benchmark", poses=poses)
    (folder / "masko.manifest.json").write_text(dumps(make({"icons": collection})))
    options = {"collections": {"icons": "benchmark"}, "mode": "frozen", "hosting": "self"}
    settings = {"site_name": "Benchmark", "plugins": [{"masko": options}]}
    (folder / "mkdocs.yml").write_text(json.dumps(settings))
    return folder


def copy_example(folder: Path) -> Path:
    """Copy the example site, and have it host its media."""
    unwanted = shutil.ignore_patterns("site", "__pycache__", ".cache")
    site = shutil.copytree(ROOT / "example-site", folder, ignore=unwanted)
    settings = (site / "mkdocs.yml").read_text()
    option = "      api_url: sandbox\n"
    (site / "mkdocs.yml").write_text(settings.replace(option, f"{option}      hosting: self\n"))
    return site


def build(site: Path, checkout: Path) -> Cost:
    """Build a site for the first time, with one checkout of the package."""
    with tempfile.TemporaryDirectory() as state:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        with subprocess.Popen(
            _COMMAND, cwd=site, env=_variables(site, checkout, state), stderr=subprocess.PIPE
        ) as process:
            memory = _Memory(process.pid)
            _, errors = process.communicate()
        clock = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(errors.decode())
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(clock, used, memory.peak())


def watch_log(site: Path) -> list[str]:
    """Return the lines of a first build, each with its second."""
    with tempfile.TemporaryDirectory() as state:
        start = time.perf_counter()
        with subprocess.Popen(
            _COMMAND, cwd=site, env=_variables(site, ROOT, state), stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None  # noqa: S101 - a pipe
            return [
                f"{time.perf_counter() - start:5.1f}  {line.rstrip()}" for line in process.stderr
            ]


def watch_terminal(site: Path) -> list[str]:
    """Return what stands on the last line of a terminal during a first build, every second."""
    ours, theirs = pty.openpty()
    with tempfile.TemporaryDirectory() as state:
        start = time.perf_counter()
        variables = {**_variables(site, ROOT, state), "TERM": "xterm", "COLUMNS": "80"}
        with subprocess.Popen(
            _COMMAND, cwd=site, env=variables, stdin=theirs, stdout=theirs, stderr=theirs
        ):
            os.close(theirs)
            rows, output, second = [], "", 0
            while part := _read(ours):
                output += part
                passed = time.perf_counter() - start
                if passed >= second:
                    last = _ESCAPES.sub("", output.split("\x1b[2K")[-1]).strip().split("\n")[-1]
                    rows.append(f"{passed:5.1f}  {last.strip()}")
                    second = int(passed) + 1
    os.close(ours)
    return rows


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # how Linux says that nobody has the other side open
        return ""


def _variables(site: Path, checkout: Path, state: str) -> dict[str, str]:
    """Forget all variants, and return the environment of a build with one checkout."""
    shutil.rmtree(_cache_of(site) / "variants", ignore_errors=True)
    return environment(PYTHONPATH=str(checkout), MASKO_STATE_DIR=state, NO_MKDOCS_2_WARNING="1")


def _cache_of(site: Path) -> Path:
    return site / ".cache" / "plugin" / "masko"


class _Memory:
    """Watches how much memory a process and those that it has started have together."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak = pid, 0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def peak(self) -> float:
        """Wait until the process has ended, and return the largest sum in MB."""
        self._thread.join()
        return self._peak / 1024

    def _watch(self) -> None:
        while True:
            command = ["ps", "-A", "-o", "pid=,ppid=,rss="]
            table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            rows = [tuple(map(int, line.split())) for line in table.splitlines()]
            sizes = [size for pid, parent, size in rows if self._pid in {pid, parent}]
            if not sum(sizes):
                return
            self._peak = max(self._peak, sum(sizes))
            time.sleep(0.2)


if __name__ == "__main__":
    main()
