"""CPU time of a page in Zensical: without the extension, and with few and with many poses.

Two macros stand on a page, with the same pose in two sizes. The pages are rendered by Zensical's
own function in this process, in turns, so that a machine that slows down slows all of them: whole
builds, which use all cores, differ by more than what is measured.

    python benchmarks/zensical_pages.py [--pages 25] [--rounds 41]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from overhead import TEXT, manifest

from mkdocs_masko.laid_files import write_files
from mkdocs_masko.manifest import Collection, Pose, dumps, make
from mkdocs_masko.page_assets import POSE_ASSETS, shipped_file, site_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_masko.manifest import Manifest

PLAIN = f"# Page\n\n{TEXT * 10}A fox waves\n\n{TEXT}It waves\n"
WITH_POSES = (
    f'# Page\n\n{TEXT * 10}{{{{ masko("wave", width=120) }}}}\n\n'
    f'{TEXT}{{{{ masko("wave", width=80) }}}}\n'
)
SITES = {
    "without the extension": (0, PLAIN),
    "16 poses, none on the page": (16, PLAIN),
    "16 poses, two macros": (16, WITH_POSES),
    "5,000 poses, none on the page": (5000, PLAIN),
    "5,000 poses, two macros": (5000, WITH_POSES),
}
"""The poses of each site's manifest, and its page."""
BASE = next(iter(SITES))


def main() -> None:
    """Render the pages in turns, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=25, help="in each turn")
    parser.add_argument("--rounds", type=int, default=41)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = {count for count, _ in SITES.values()}
        configs = {count: make_site(Path(folder) / str(count), count) for count in counts}
        measures = {
            name: partial(measure, configs[count], page, given.pages)
            for name, (count, page) in SITES.items()
        }
        turns = [{name: run() for name, run in measures.items()} for _ in range(given.rounds)]
    report(turns, given.pages)


def make_site(site: Path, poses: int) -> Mapping[str, object]:
    """Write a site with so many poses, and return its configuration as Zensical has it."""
    from zensical.config import parse_config  # noqa: PLC0415 - not there for Python 3.10

    (site / "docs").mkdir(parents=True)
    lines = ["[project]", 'site_name = "Site"', "[project.markdown_extensions]", "attr_list = {}"]
    if poses:
        lines += ["[project.markdown_extensions.masko]", 'collection = "fox"']
        (site / "masko.manifest.json").write_text(dumps(manifest_of(poses)))
        files = {site_path(name).rpartition("/")[2]: shipped_file(name) for name in POSE_ASSETS}
        write_files(site / "docs/assets/masko", files, {})
    (site / "zensical.toml").write_text("\n".join([*lines, ""]))
    config: Mapping[str, object] = parse_config(str(site / "zensical.toml"))
    return config


def manifest_of(count: int) -> Manifest:
    """Make a manifest with so many poses, of which pages show the first."""
    (pose,) = manifest().collections["default"].poses.values()
    poses: dict[str, Pose] = {"wave": pose, **{f"pose-{n}": pose for n in range(1, count)}}
    return make({"default": Collection(id="fox", name="Fox", poses=poses)})


def measure(config: Mapping[str, object], page: str, pages: int) -> float:
    """Render a page so many times, and return the CPU time of one in ms."""
    import zensical.config  # noqa: PLC0415 - as above
    from zensical.markdown.render import render  # noqa: PLC0415

    zensical.config._CONFIG = dict(config)  # noqa: SLF001 - where Zensical keeps that of its only site
    start = time.process_time()
    for number in range(pages):
        render(page, f"page-{number}.md", f"page-{number}/")
    return (time.process_time() - start) * 1000 / pages


def report(turns: Sequence[Mapping[str, float]], pages: int) -> None:
    """Print what each page costs, and what it costs more than the one without the extension."""
    print(f"{len(turns)} turns of {pages} pages each; CPU time, medians\n")
    print("| page | ms | more, ms |")
    print("|---|---|---|")
    for name in SITES:
        whole = statistics.median(turn[name] for turn in turns)
        more = statistics.median(turn[name] - turn[BASE] for turn in turns)
        print(f"| {name} | {whole:.2f} | {f'{more:+.2f}' if name != BASE else '-'} |")


if __name__ == "__main__":
    main()
