"""Bytes and requests of pages with mascots, as Chromium fetches them from a real server.

A page with one pose and a page with thirty, each under a heading and some words, are built with
mkdocs-masko. Their embeds are then written as people write them by hand: a video that starts by
itself, with both sources; an animated GIF; an animated WebP. All four show the same frames at the
same size, and no two poses of a page share a file. What the server sent is counted.

    PYTHONPATH=tests:tests/support python benchmarks/page_weight.py
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

import sites
from e2e.support.browser import Reader
from e2e.support.chromium import Chromium
from e2e.support.web_server import Served, Visit

POSES = ("wave", "idle", "card-sit", "cheer")
COUNTS = (1, 30)
WIDTH = 240  # px
_WORDS = "Some words of a page, as pages have them, between one mascot and the next. " * 8
_RATE = 24  # frames a second
_QUIET = 1.5  # seconds without a request, after which a page has what it wants
_BOUND = 30  # seconds for one look at a page
_EMBED = re.compile(r"<masko-pose.*?</masko-pose>", re.DOTALL)
_OURS = re.compile(r"<link [^>]*assets/masko/[^>]*>|<script [^>]*assets/masko/[^>]*></script>")
_FILE = re.compile(r"assets/masko/([\w.-]+?)\.(\w+)(?=[\"' ,])")
_SITUATIONS = {
    "first view": (Reader(width=1280, height=800), False),
    "scrolled to the end": (Reader(width=1280, height=800), True),
    "reduced motion, first view": (Reader(width=1280, height=800, motion=False), False),
    "reduced motion, scrolled to the end": (Reader(width=1280, height=800, motion=False), True),
}
_STYLE = "body { width: 700px; margin: 2em auto; font: 16px/1.6 sans-serif }"
_MAIN = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Poses</title>
<link rel="icon" href="data:,"><style>{_STYLE}</style></head>
<body>{{{{ page.content }}}}</body></html>"""

Embed = Callable[[str, int], str]
Weight = tuple[int, int]


def main() -> None:
    """Build the pages, look at them, and print a table for each."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "browser").mkdir()
        site = build(folder / "site")
        add_pictures(site)
        for embed in ("video", "gif", "webp"):
            add_rival(site, embed)
        browser = Chromium(folder / "browser")
        try:
            with Served(site) as served:
                for number in COUNTS:
                    report(number, measure(browser, served, number))
        finally:
            browser.close()


def build(folder: Path) -> Path:
    """Build the pages with mkdocs-masko, then give each pose files of its own."""
    pages = {}
    for number in COUNTS:
        embeds = (
            f'{{{{ masko("{_pose(n)}", alt="A fox", width={WIDTH}) }}}}' for n in range(number)
        )
        sections = (f"## Pose {n}\n\n{e}\n\n{_WORDS}\n" for n, e in enumerate(embeds))
        pages[f"masko-{number}.md"] = "\n".join(sections)
    sites.make(folder, pages, files={"theme/main.html": _MAIN})
    site = sites.build(folder, "--strict").good().site
    for number in COUNTS:
        page = site / f"masko-{number}/index.html"
        page.write_text(_with(page.read_text(encoding="utf-8"), partial(_own, site)))
    return site


def _with(page: str, written: Embed) -> str:
    """Return a page with its embeds written anew, each by its number."""
    numbers = count()
    return _EMBED.sub(lambda found: written(found[0], next(numbers)), page)


def _pose(number: int) -> str:
    return POSES[number % len(POSES)]


def _own(site: Path, embed: str, number: int) -> str:
    """Give an embed copies of its files."""

    def copied(found: re.Match[str]) -> str:
        name = f"{found[1]}-{number}.{found[2]}"
        shutil.copyfile(site / found[0], site / "assets/masko" / name)
        return f"assets/masko/{name}"

    return _FILE.sub(copied, embed)


def add_pictures(site: Path) -> None:
    """Draw each animation as GIF and as WebP, out of the frames of its video."""
    for pose in POSES:
        [webm] = (
            path
            for path in (site / "assets/masko").glob(f"{pose}.*.webm")
            if "-" not in path.name.removeprefix(pose)
        )
        with tempfile.TemporaryDirectory() as folder:
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-c:v", "libvpx-vp9"]
            frames = str(Path(folder) / "%04d.png")
            subprocess.run([*command, "-i", str(webm), "-pix_fmt", "rgba", frames], check=True)
            _animate(site / pose, [Image.open(p).copy() for p in sorted(Path(folder).iterdir())])


def _animate(path: Path, frames: list[Image.Image]) -> None:
    first, *rest = frames
    every = {"save_all": True, "append_images": rest, "duration": 1000 / _RATE, "loop": 0}
    first.save(path.with_suffix(".gif"), disposal=2, **every)
    first.save(path.with_suffix(".webp"), quality=80, method=4, **every)


def add_rival(site: Path, kind: str) -> None:
    """Write the pages once more, with embeds as people write them by hand."""
    for number in COUNTS:
        text = (site / f"masko-{number}/index.html").read_text(encoding="utf-8")
        page = site / f"{kind}-{number}/index.html"
        page.parent.mkdir()
        page.write_text(_with(_OURS.sub("", text), partial(_by_hand, site, kind)))


def _by_hand(site: Path, kind: str, embed: str, number: int) -> str:
    size = re.findall(r'(?:width|height)="\d+"', embed)[:2]
    if kind == "video":
        sources = "".join(re.findall(r"<source src=[^>]*(?:mov|webm)[^>]*>", embed))
        return f"<video autoplay loop muted playsinline {' '.join(size)}>{sources}</video>"
    copy = site / f"{_pose(number)}-{number}.{kind}"
    shutil.copyfile(site / f"{_pose(number)}.{kind}", copy)
    return f'<img src="../{copy.name}" alt="A fox" {" ".join(size)}>'


def measure(browser: Chromium, served: Served, number: int) -> dict[str, dict[str, Weight]]:
    """Return bytes and requests by the kind of embed and by how the page is looked at."""
    found: dict[str, dict[str, Weight]] = {}
    for kind in ("masko", "video", "gif", "webp"):
        found[kind] = {}
        for situation, (reader, scrolls) in _SITUATIONS.items():
            visit = served.visit()
            browser.open(visit.url(f"{kind}-{number}/"), reader)
            _settle(browser, visit)
            if scrolls:
                _scroll(browser)
                _settle(browser, visit)
            found[kind][situation] = (sum(f.sent for f in visit.fetched), len(visit.fetched))
    return found


def _settle(browser: Chromium, visit: Visit) -> None:
    """Wait until nothing more is fetched."""

    def quiet() -> bool:
        before = [(f.path, f.sent) for f in visit.fetched]
        browser.sleep(_QUIET)
        return before == [(f.path, f.sent) for f in visit.fetched]

    browser.wait(quiet, "a page that has all it wants", _BOUND)


def _scroll(browser: Chromium) -> None:
    end = "return scrollY + innerHeight >= document.documentElement.scrollHeight - 1"
    while not browser.run(end):
        browser.run("scrollBy(0, innerHeight / 2)")
        browser.sleep(0.3)


def report(number: int, found: dict[str, dict[str, Weight]]) -> None:
    """Print a table: kB and requests, and what part of the video's bytes the page needs."""
    names = {
        "masko": "mkdocs-masko",
        "video": "`<video autoplay>`, both sources",
        "gif": "animated GIF",
        "webp": "animated WebP",
    }
    poses = "one pose" if number == 1 else f"{number} poses"
    print(f"\n| {poses}: kB (requests) | {' | '.join(_SITUATIONS)} |")
    print("|---" * (len(_SITUATIONS) + 1) + "|")
    for kind, title in names.items():
        cells = [f"{sent / 1000:,.0f} ({requests})" for sent, requests in found[kind].values()]
        print(f"| {title} | {' | '.join(cells)} |")
    parts = (found["masko"][s][0] / found["video"][s][0] for s in _SITUATIONS)
    print(f"| mkdocs-masko / video | {' | '.join(f'{part:.0%}' for part in parts)} |")


if __name__ == "__main__":
    main()
