"""CPU time of a build of 500 pages: plain, with mkdocs-masko, with an equal macro.

Two macros stand on each page: the same on every page, or none like any other on the site.

Each build is a process of its own, and its CPU time (user and system) is what the operating
system accounts to it. Builds take turns, so that a machine that slows down slows all of them.
Every site is built with 500 pages and with 10, which parts what a page costs from what a build
costs once (imports, reading the manifest); both are medians of the differences within a turn.

    python benchmarks/overhead.py [--pages 500] [--rounds 7]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_masko.manifest import Collection, Medium, Pose, dumps, make
from processes import environment, timed

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.media_types import MimeType

CDN = "https://assets.masko.ai/bench/fox"
TEXT = (
    "Some words of a page, *as pages have them*, with `code` and a [link](https://example.org).\n\n"
)
ALT = "A fox waving hello"

MACRO = f"""
CDN = "{CDN}"

def define_env(env):
    @env.macro
    def masko(pose, alt, width):
        return (
            f'<video class="masko" autoplay loop muted playsinline poster="{{CDN}}/{{pose}}.png" '
            f'width="{{width}}" height="{{width}}" aria-label="{{alt}}">'
            f'<source src="{{CDN}}/{{pose}}.mov" type="video/mp4; codecs=hvc1">'
            f'<source src="{{CDN}}/{{pose}}.webm" type="video/webm; codecs=vp9"></video>'
        )
"""

FEW = 10
BASE = "plain, no embeds"
NONE, EQUAL, DIFFERENT = "no embeds", "two equal embeds a page", "two different embeds a page"
SITES = {
    BASE: ("", NONE),
    **{f"mkdocs-masko, {embeds}": ("masko", embeds) for embeds in (NONE, EQUAL, DIFFERENT)},
    **{f"mkdocs-macros, {embeds}": ("macros", embeds) for embeds in (NONE, EQUAL, DIFFERENT)},
}
"""What stands on the pages of each site: the plugin, and which embeds."""


def main() -> None:
    """Build every site, interleaved, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sites = {
            (name, pages): make_site(Path(folder), name, pages)
            for name in SITES
            for pages in (given.pages, FEW)
        }
        for site in sites.values():
            build(site)
        turns = [{key: build(site) for key, site in sites.items()} for _ in range(given.rounds)]
    report(turns, given.pages)


def make_site(folder: Path, name: str, pages: int) -> Path:
    """Write a site of so many pages."""
    plugin, embeds = SITES[name]
    site = folder / f"{name.replace(' ', '-').replace(',', '')}-{pages}"
    (site / "docs").mkdir(parents=True)
    for number in range(pages):
        first, second = (embed(embeds, f"{number}-{place}") for place in (1, 2))
        text = f"# Page {number}\n\n{TEXT * 10}{first}\n\n{TEXT}{second}\n"
        (site / "docs" / f"page-{number}.md").write_text(text)
    options = {"masko": {"collection": "fox", "mode": "frozen"}, "macros": {}}
    plugins = [{plugin: options[plugin]}] if plugin else []
    config = {"site_name": name, "theme": {"name": "mkdocs"}, "plugins": plugins}
    (site / "mkdocs.yml").write_text(json.dumps(config))
    (site / "main.py").write_text(MACRO)
    (site / "masko.manifest.json").write_text(dumps(manifest()))
    return site


def embed(embeds: str, place: str) -> str:
    """Return what stands at a place of the site: the macro, or its alt text alone."""
    if embeds == NONE:
        return ALT
    alt = f"{ALT} {place}" if embeds == DIFFERENT else ALT
    return f'{{{{ masko("wave", alt="{alt}", width=240) }}}}'


def manifest() -> Manifest:
    """Make a manifest with one pose."""

    def medium(name: str, kind: MimeType) -> Medium:
        return Medium(url=f"{CDN}/{name}", type=kind, width=512, height=512, bytes=50_000)

    animation = {
        "transparent_video_mov": medium("wave.mov", "video/quicktime"),
        "transparent_video_webm": medium("wave.webm", "video/webm"),
    }
    pose = Pose(
        name="wave", transparent_image=medium("wave.png", "image/png"), animations=(animation,)
    )
    return make({"default": Collection(id="fox", name="Fox", poses={"wave": pose})})


def build(site: Path) -> float:
    """Build a site in a process of its own and return its CPU seconds."""
    variables = environment(
        DISABLE_MKDOCS_2_WARNING="true",
        NO_MKDOCS_2_WARNING="1",
        PYTHONHASHSEED="0",
        MASKO_MODE="frozen",
    )
    return timed([sys.executable, "-m", "mkdocs", "build", "--quiet"], site, variables).cpu


def report(turns: list[dict[tuple[str, int], float]], pages: int) -> None:
    """Print what each site costs more than the plain one, by page and by build."""
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
