"""How a build grows: with pages, with poses in the manifest, with wrong names, while it is served.

Each build is a process of its own, and its CPU time (user and system) and its largest memory are
what the operating system accounts to it. Sites take turns, so that a machine that slows down slows
all of them; medians are shown, and differences are taken within a turn. Sites of 5,000 pages are
built once. No two embeds are equal, so each is rendered. The theme has no navigation, which would
grow with the square of the pages.

`--quick` ends within minutes: fewer and smaller sites, and fewer rebuilds.

    python benchmarks/scale.py [--quick] [--rounds 3] [--only pages manifests names serve]
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from markdown import Markdown
from mkdocs_masko.build import BuildSession
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.manifest import Collection, Medium, Pose, dumps, load, make
from mkdocs_masko.markdown import MaskoExtension
from mkdocs_masko.problems import SourceFile
from mkdocs_masko.urls import CDN_ORIGINS
from processes import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.media_types import MimeType

CDN = f"{CDN_ORIGINS[0]}/bench/fox"
WORDS = (
    "Some words of a page, *as pages have them*, with `code` and a [link](https://example.org).\n\n"
)
MAIN = "<!DOCTYPE html><title>{{ page.title }}</title><body>{{ page.content }}"
MANY = 100  # poses in the manifest of sites that grow by their pages
WRONG_NAMES, PLACES = 500, 200
# Linux counts the memory of who starts a process for that process; so one that is small starts it.
LAUNCH = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""


class Plan(NamedTuple):
    """How much is measured."""

    pages: tuple[int, ...]
    poses: tuple[int, ...]
    served_pages: int
    kept_pages: int  # of the site that is built again and again
    rebuilds: int
    rounds: int


FULL = Plan((100, 1_000, 5_000), (10, 1_000, 10_000), 300, kept_pages=50, rebuilds=50, rounds=3)
QUICK = Plan((50, 200), (10, 1_000), 40, kept_pages=20, rebuilds=10, rounds=3)
PARTS = ("pages", "manifests", "names", "serve")
BUILT_ONCE = 5_000  # pages: from here on one build takes long enough


class Spent(NamedTuple):
    """What a process took."""

    cpu: float  # seconds
    memory: float  # MB


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--serve", metavar="FOLDER", help=argparse.SUPPRESS)
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    plan = plan._replace(rounds=given.rounds or plan.rounds)
    if given.serve:
        rebuild(Path(given.serve), plan)
        return
    with tempfile.TemporaryDirectory() as place:
        reports: dict[str, Callable[[Path], None]] = {
            "pages": lambda folder: report_pages(folder, plan),
            "manifests": lambda folder: report_manifests(folder, plan),
            "names": lambda _: report_names(plan),
            "serve": lambda folder: report_serving(folder, plan, quick=given.quick),
        }
        for part in given.only:
            reports[part](Path(place, part))
            print(flush=True)


# What is built


def manifest_of(count: int) -> Manifest:
    """Make a manifest of so many poses, each with a still and an animation."""
    poses = {}
    for number in range(count):
        slug = f"pose-{number}-of-the-fox"
        animation = {
            "transparent_video_mov": _medium(f"{slug}.mov", "video/quicktime"),
            "transparent_video_webm": _medium(f"{slug}.webm", "video/webm"),
        }
        still = _medium(f"{slug}.png", "image/png")
        poses[slug] = Pose(name=slug, transparent_image=still, animations=(animation,))
    return make({"default": Collection(id="fox", name="Fox", poses=poses)})


def _medium(name: str, kind: MimeType) -> Medium:
    sha256 = f"{abs(hash(name)):064x}"
    return Medium(
        url=f"{CDN}/{name}", type=kind, width=512, height=512, bytes=50_000, sha256=sha256
    )


def make_site(
    folder: Path, pages: int, embeds: int | None, manifest: str, theme: str | None = None
) -> Path:
    """Write a site; `embeds` is how many stand on each page, or None for a site without us."""
    (folder / "docs").mkdir(parents=True)
    (folder / "theme").mkdir()
    (folder / "theme/main.html").write_text(MAIN)
    for page in range(pages):
        places = (page * (embeds or 0) + number for number in range(embeds or 0))
        macros = (
            f'{{{{ masko("pose-{place % MANY}-of-the-fox", alt="Fox {place}", width=240) }}}}\n\n'
            for place in places
        )
        text = f"# Page {page}\n\n{WORDS * 5}{''.join(macros)}{WORDS}"
        (folder / "docs" / f"page-{page}.md").write_text(text)
    options = {"collection": "fox", "mode": "frozen"}
    settings = {
        "site_name": "Bench",
        "theme": {"name": theme} if theme else {"name": None, "custom_dir": "theme"},
        "plugins": [] if embeds is None else [{"masko": options}],
        "validation": {"nav": {"omitted_files": "ignore"}},
    }
    (folder / "mkdocs.yml").write_text(json.dumps(settings))
    (folder / "masko.manifest.json").write_text(manifest)
    return folder


def run(folder: Path, *command: str) -> Spent:
    """Run a command in a process of its own."""
    variables = environment(NO_MKDOCS_2_WARNING="1", DISABLE_MKDOCS_2_WARNING="true")
    launch = [sys.executable, "-S", "-c", LAUNCH, *command]
    done = subprocess.run(launch, cwd=folder, env=variables, capture_output=True, check=True)
    status, cpu, memory = json.loads(done.stdout)
    if status:
        raise SystemExit(f"{command} failed in {folder}: {done.stderr.decode()}")
    return Spent(cpu, memory / 1000)


def build(folder: Path) -> Spent:
    """Build a site."""
    return run(folder, sys.executable, "-m", "mkdocs", "build", "-q")


def check(folder: Path) -> Spent:
    """Check a site without a build."""
    return run(folder, str(Path(sys.executable).with_name("mkdocs-masko")), "check", "--offline")


# What is reported


def report_pages(folder: Path, plan: Plan) -> None:
    """Print how a build and a check grow with pages, and with the poses on them."""
    text = dumps(manifest_of(MANY))
    print(
        "| pages | embeds per page | build, s | added to plain, s | per embed, ms | memory, MB |",
        end="",
    )
    print(" `check`, s |\n|---|---|---|---|---|---|---|")
    for pages in plan.pages:
        sites = {
            embeds: make_site(folder / f"{pages}-{embeds}", pages, embeds, text)
            for embeds in (None, 0, 2, 10)
        }
        rounds = 1 if pages >= BUILT_ONCE else plan.rounds
        turns = [{e: build(site) for e, site in sites.items()} for _ in range(rounds)]
        for embeds, site in sites.items():
            spent = Spent(*(statistics.median(t[embeds][part] for t in turns) for part in (0, 1)))
            row = f"| {pages:,} | {'no plugin' if embeds is None else embeds} | {spent.cpu:.2f} |"
            if embeds is None:
                print(f"{row} | | {spent.memory:.0f} | |")
                continue
            added = statistics.median(t[embeds].cpu - t[None].cpu for t in turns)
            more = statistics.median(t[embeds].cpu - t[0].cpu for t in turns)
            each = f"{more * 1000 / (pages * embeds):.2f}" if embeds else ""
            last = f"{spent.memory:.0f} | {check(site).cpu:.2f}"
            print(f"{row} {added:+.2f} | {each} | {last} |", flush=True)


def report_manifests(folder: Path, plan: Plan) -> None:
    """Print what a larger manifest costs a build of ten pages."""
    print("| poses in the manifest | file, MB | read, ms | write, ms | build, s | memory, MB |")
    print("|---|---|---|---|---|---|")
    for poses in plan.poses:
        manifest = manifest_of(max(poses, 1))
        text = dumps(manifest)
        site = make_site(folder / str(poses), 10, 0, text)
        path = site / "masko.manifest.json"
        read = _median(plan.rounds, partial(load, path, CDN_ORIGINS))
        write = _median(plan.rounds, partial(dumps, manifest))
        builds = [build(site) for _ in range(plan.rounds)]
        cpu, memory = (statistics.median(b[part] for b in builds) for part in (0, 1))
        size = f"{len(text) / 1e6:.2f} | {read * 1000:.1f} | {write * 1000:.1f}"
        print(f"| {poses:,} | {size} | {cpu:.2f} | {memory:.0f} |", flush=True)


def report_names(plan: Plan) -> None:
    """Print how long it takes to look names up, and to say what a wrong one may have meant."""
    right = [f'{{{{ masko("pose-{n % 10}-of-the-fox", alt="{n}") }}}}' for n in range(WRONG_NAMES)]
    wrong = [f'{{{{ masko("psoe-{n}-of-teh-fox") }}}}' for n in range(WRONG_NAMES)]
    same = [f'{{{{ masko("psoe-1-of-teh-fox", alt="{n}") }}}}' for n in range(PLACES)]
    print(f"| poses in the manifest | {WRONG_NAMES} right names, ms |", end="")
    print(f" {WRONG_NAMES} wrong names, ms | one name wrong in {PLACES} places, ms |")
    print("|---|---|---|---|")
    for poses in plan.poses:
        manifest = manifest_of(max(poses, 10))
        times = (
            _median(plan.rounds, partial(_convert, manifest, macros))
            for macros in (right, wrong, same)
        )
        print(f"| {poses:,} | {' | '.join(f'{t * 1000:.0f}' for t in times)} |", flush=True)


def _convert(manifest: Manifest, macros: list[str]) -> None:
    page = "\n\n".join(macros)
    session = BuildSession(manifest, default="default", overrides=[], hosting=CdnHosting())
    session.enter(SourceFile("docs/index.md", page))
    extension = MaskoExtension(session.embedder, session.placeholders)
    Markdown(extensions=[extension]).convert(page)
    session.problems.in_order()


def report_serving(folder: Path, plan: Plan, *, quick: bool) -> None:
    """Rebuild in one process, as `mkdocs serve` does, and print what that costs and keeps."""
    text = dumps(manifest_of(MANY))
    for name, embeds in (("plain", None), ("masko", 2)):
        make_site(folder / name, plan.served_pages, embeds, text, theme="material")
    make_site(folder / "kept", plan.kept_pages, 2, text, theme="material")
    command = [sys.executable, __file__, "--serve", str(folder)]
    if quick:
        command.append("--quick")
    subprocess.run(command, check=True, env=environment(NO_MKDOCS_2_WARNING="1"))


def rebuild(folder: Path, plan: Plan) -> None:
    """Build the two sites in turn, and print the CPU time of each and what is kept."""
    logging.disable(logging.CRITICAL)
    for name in ("plain", "masko"):
        _rebuild(folder / name)
    turns = [
        {name: _rebuild(folder / name) for name in ("plain", "masko")} for _ in range(plan.rounds)
    ]
    plain, ours = (statistics.median(turn[name] for turn in turns) for name in ("plain", "masko"))
    ratio = statistics.median(turn["masko"] / turn["plain"] for turn in turns)
    for _ in range(3):  # until the caches of libraries are full
        _rebuild(folder / "kept")
    before = _kept()
    for _ in range(plan.rebuilds):
        _rebuild(folder / "kept")
    after = _kept()
    embeds = 2 * plan.served_pages
    print(
        f"\n| rebuild of {plan.served_pages} pages, {embeds} different embeds, Material | CPU, s |"
    )
    print("|---|---|")
    print(f"| plain | {plain:.2f} |\n| mkdocs-masko | {ours:.2f} |\n| ratio | {ratio:.2f} |")
    print(f"\n| after {plan.rebuilds} rebuilds of {plan.kept_pages} pages | |\n|---|---|")
    print(f"| objects of Python | {after[0] - before[0]:+,} |")
    print(f"| memory, MB | {before[1]:.0f} to {after[1]:.0f} |")


def _rebuild(folder: Path) -> float:
    from mkdocs.commands.build import build as build_site  # noqa: PLC0415 - one process needs it
    from mkdocs.config import load_config  # noqa: PLC0415

    config = load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site"))
    config.plugins.on_startup(command="serve", dirty=False)
    start = time.process_time()
    build_site(config)
    return time.process_time() - start


def _kept() -> tuple[int, float]:
    """Return how many objects there are, and the memory of this process in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len(gc.get_objects()), pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _median(rounds: int, act: Callable[[], object]) -> float:
    """Return the CPU seconds of a function."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
