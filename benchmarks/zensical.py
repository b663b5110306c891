"""CPU time of a build by Zensical: without the extension, and with few and with many poses.

Two macros stand on each page: the same on every page, or none like any other on the site. Each
build is a process of its own, and all builds take turns. Every site is built with 500 pages and
with 10, which parts what a page costs from what a build costs once; both are medians of the
differences within a turn.

    python benchmarks/zensical.py [--pages 500] [--rounds 7]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from overhead import DIFFERENT, EQUAL, NONE, TEXT, embed, manifest

from mkdocs_masko.laid_files import write_files
from mkdocs_masko.manifest import Collection, Pose, dumps, make
from mkdocs_masko.page_assets import POSE_ASSETS, shipped_file, site_path
from processes import environment, timed

COMMAND = Path(sys.executable).with_name("zensical")
FEW = 10
SITES = {
    "without the extension, no embeds": (0, NONE),
    **{
        f"{poses:,} poses, {embeds}": (poses, embeds)
        for poses in (16, 5000)
        for embeds in (NONE, EQUAL, DIFFERENT)
    },
}
"""The poses of each site's manifest, and which embeds stand on its pages."""
BASE = next(iter(SITES))


def main() -> None:
    """Build every site, interleaved, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sites = {
            (name, pages): make_site(Path(folder) / f"{number}-{pages}", *SITES[name], pages)
            for number, name in enumerate(SITES)
            for pages in (given.pages, FEW)
        }
        turns = [{key: build(site) for key, site in sites.items()} for _ in range(given.rounds)]
    report(turns, given.pages)


def make_site(site: Path, poses: int, embeds: str, pages: int) -> Path:
    """Write a site of so many pages."""
    (site / "docs").mkdir(parents=True)
    for number in range(pages):
        first, second = (embed(embeds, f"{number}-{place}") for place in (1, 2))
        text = f"# Page {number}\n\n{TEXT * 10}{first}\n\n{TEXT}{second}\n"
        (site / "docs" / f"page-{number}.md").write_text(text)
    lines = ["[project]", 'site_name = "Site"', "[project.markdown_extensions]", "attr_list = {}"]
    if poses:
        lines += ["[project.markdown_extensions.masko]", 'collection = "fox"']
        (site / "masko.manifest.json").write_text(dumps(manifest_of(poses)))
        files = {site_path(name).rpartition("/")[2]: shipped_file(name) for name in POSE_ASSETS}
        write_files(site / "docs/assets/masko", files, {})
    (site / "zensical.toml").write_text("\n".join([*lines, ""]))
    return site


def manifest_of(count: int) -> object:
    """Make a manifest with so many poses, of which pages show the first."""
    (pose,) = manifest().collections["default"].poses.values()
    poses: dict[str, Pose] = {"wave": pose, **{f"pose-{n}": pose for n in range(1, count)}}
    return make({"default": Collection(id="fox", name="Fox", poses=poses)})


def build(site: Path) -> float:
    """Build a site in a process of its own and return its CPU seconds."""
    return timed([str(COMMAND), "build", "--clean"], site, environment(PYTHONHASHSEED="0")).cpu


def report(turns: list[dict[tuple[str, int], float]], pages: int) -> None:
    """Print what each site costs more than the one without, by page and by build."""
    print(f"{pages} pages, {len(turns)} interleaved builds of each; CPU time, medians\n")
    print("| site | whole build, s | a page, ms | lowest to highest | once a build, ms |")
    print("|---|---|---|---|---|")
    for name in SITES:
        whole = statistics.median(turn[name, pages] for turn in turns)
        slopes = sorted(_page(turn, name, pages) - _page(turn, BASE, pages) for turn in turns)
        once = statistics.median(
            turn[name, FEW] - turn[BASE, FEW] - FEW * slope / 1000
            for turn, slope in zip(turns, slopes, strict=True)
        )
        spread = f"{slopes[0]:+.2f} to {slopes[-1]:+.2f}"
        middle = f"{statistics.median(slopes):+.2f} | {spread} | {once * 1000:+.0f}"
        print(f"| {name} | {whole:.2f} | {middle if name != BASE else '- | - | -'} |")


def _page(turn: dict[tuple[str, int], float], name: str, pages: int) -> float:
    return (turn[name, pages] - turn[name, FEW]) * 1000 / (pages - FEW)


if __name__ == "__main__":
    main()
