"""Bytes and requests of pages with mascots, as Chromium fetches them from a real server.

A page with one pose and a page with thirty, each under a heading and some words, are built with
mkdocs-masko, once from clips as large as real exports, once from the small ones of the sandbox. The
embeds are then written as people write them by hand: a video that starts by itself, with both
sources of the export; an animated GIF, WebP or AVIF at twice the box. All show the same frames, and
no two poses of a page share a file. What the server sent is counted.

    PYTHONPATH=tests:tests/support python benchmarks/page_weight.py
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import export_media
import imageio_ffmpeg
from PIL import Image

import sites
from e2e.support.browser import Reader
from e2e.support.chromium import Chromium
from e2e.support.web_server import Fetched, Served, Visit
from mkdocs_masko.sandbox import MEDIA_DIR, Sandbox

POSES = ("wave",)
COUNTS = (1, 30)
WIDTH = 240  # px
KINDS = {
    "masko": "mkdocs-masko",
    "video": "`<video autoplay>`, both sources",
    "gif": "animated GIF",
    "webp": "animated WebP",
    "avif": "animated AVIF",
}
_WORDS = "Some words of a page, as pages have them, between one mascot and the next. " * 8
_QUIET = 1.5  # seconds without a request, after which a page has what it wants
_PLAY = 4.0  # seconds
_BOUND = 60  # seconds for one look at a page
_SOURCES = {"mov": 'video/mp4; codecs="hvc1"', "webm": 'video/webm; codecs="vp9"'}
_EMBED = re.compile(r"<masko-pose.*?</masko-pose>", re.DOTALL)
_OURS = re.compile(r"<link [^>]*assets/masko/[^>]*>|<script [^>]*assets/masko/[^>]*></script>")
_FILE = re.compile(r"assets/masko/([\w.-]+?)\.(\w+)(?=[\"' ,])")
_SITUATIONS = (
    "first view",
    "after 4 s of play",
    "scrolled to the end",
    "reduced motion, scrolled to the end",
)
_STYLE = "body { width: 700px; margin: 2em auto; font: 16px/1.6 sans-serif }"
_MAIN = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Poses</title>
<link rel="icon" href="data:,"><style>{_STYLE}</style></head>
<body>{{{{ page.content }}}}</body></html>"""

Embed = Callable[[str, int], str]
Weight = tuple[int, int]
Weights = dict[str, Weight]


def main() -> None:
    """Build the pages, look at them, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--media", choices=_MEDIA, help="only these [all]")
    chosen = parser.parse_args().media
    for title, write_media in _MEDIA.items():
        if chosen not in {title, None}:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "browser").mkdir()
            media = write_media(folder / "media")
            site = build(folder / "site", media)
            add_pictures(site, media)
            for kind in list(KINDS)[1:]:
                add_rival(site, media, kind)
            browser = Chromium(folder / "browser")
            try:
                with Served(site) as served:
                    for number in COUNTS:
                        report(title, number, measure(browser, served, number))
            finally:
                browser.close()


def copy_cast(folder: Path) -> Path:
    """Return the media of the sandbox: a still of 512 px, a video of 512 px and about 2 s."""
    return shutil.copytree(MEDIA_DIR, folder)


def write_exports(folder: Path) -> Path:
    """Give the sandbox's mascots media as large as real exports have them, and say how large."""
    copy_cast(folder)
    for pose in POSES:
        place = folder / "fox" / pose
        frames = export_media.frames(place / "transparent_image.png")
        frames[0].save(place / "transparent_image.png")
        for path in place.glob("0/*"):
            path.unlink()
        paths = [place / f"0/transparent_video_{format_}.{format_}" for format_ in _SOURCES]
        for path in paths:
            export_media.write_clip(frames, path)
        sizes = (f"{path.suffix[1:]} {path.stat().st_size / 1000:,.0f} kB" for path in paths)
        print(f"{pose}: {', '.join(sizes)}", flush=True)
    return folder


def build(folder: Path, media: Path) -> Path:
    """Build the pages with mkdocs-masko, then give each pose files of its own."""
    pages = {}
    for number in COUNTS:
        embeds = (
            f'{{{{ masko("{_pose(n)}", alt="A fox", width={WIDTH}) }}}}' for n in range(number)
        )
        sections = (f"## Pose {n}\n\n{e}\n\n{_WORDS}\n" for n, e in enumerate(embeds))
        pages[f"masko-{number}.md"] = "\n".join(sections)
    with Sandbox(media_dir=media) as sandbox:
        options = {"collection": "fox", "hosting": "self", "videos": "auto"}
        options["api_url"] = sandbox.api_url
        sites.make(folder, pages, options=options, files={"theme/main.html": _MAIN})
        built = sites.build(folder, "--strict", env={"MASKO_API_KEY": sites.KEY}).good()
    for number in COUNTS:
        page = built.site / f"masko-{number}/index.html"
        page.write_text(_with(page.read_text(encoding="utf-8"), partial(_own, built.site)))
    return built.site


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


def add_pictures(site: Path, media: Path) -> None:
    """Draw each animation as GIF, WebP and AVIF, out of the frames of its video."""
    for pose in POSES:
        webm = media / "fox" / pose / "0/transparent_video_webm.webm"
        with tempfile.TemporaryDirectory() as folder:
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-c:v", "libvpx-vp9"]
            scale = ("-vf", f"scale={2 * WIDTH}:-2", "-pix_fmt", "rgba")
            frames = str(Path(folder) / "%04d.png")
            subprocess.run([*command, "-i", str(webm), *scale, frames], check=True)
            _animate(site / pose, [Image.open(p).copy() for p in sorted(Path(folder).iterdir())])


def _animate(path: Path, frames: list[Image.Image]) -> None:
    first, *rest = frames
    every: dict[str, Any] = {
        "save_all": True,
        "append_images": rest,
        "duration": round(1000 / export_media.RATE),  # ms
        "loop": 0,
    }
    first.save(path.with_suffix(".gif"), disposal=2, **every)
    first.save(path.with_suffix(".webp"), quality=80, method=4, **every)
    first.save(path.with_suffix(".avif"), quality=50, speed=8, **every)


def add_rival(site: Path, media: Path, kind: str) -> None:
    """Write the pages once more, with embeds as people write them by hand."""
    for number in COUNTS:
        text = (site / f"masko-{number}/index.html").read_text(encoding="utf-8")
        page = site / f"{kind}-{number}/index.html"
        page.parent.mkdir()
        page.write_text(_with(_OURS.sub("", text), partial(_by_hand, site, media, kind)))


def _by_hand(site: Path, media: Path, kind: str, embed: str, number: int) -> str:
    size = " ".join(re.findall(r'(?:width|height)="\d+"', embed)[:2])
    pose = _pose(number)
    if kind != "video":
        copy = shutil.copyfile(site / f"{pose}.{kind}", site / f"{pose}-{number}.{kind}")
        return f'<img src="../{copy.name}" alt="A fox" {size}>'
    sources = []
    for format_, type_ in _SOURCES.items():
        original = media / "fox" / pose / f"0/transparent_video_{format_}.{format_}"
        copy = shutil.copyfile(original, site / f"{pose}-{number}.{format_}")
        sources.append(f"<source src=\"../{copy.name}\" type='{type_}'>")
    return f"<video autoplay loop muted playsinline {size}>{''.join(sources)}</video>"


def measure(browser: Chromium, served: Served, number: int) -> dict[str, dict[str, Weights]]:
    """Return the bytes and requests of media and of the rest, by situation and kind of embed."""
    found: dict[str, dict[str, Weights]] = {}
    for kind in KINDS:
        looks = _look(browser, served, f"{kind}-{number}/")
        found[kind] = dict(zip(_SITUATIONS, looks, strict=True))
    return found


def _look(browser: Chromium, served: Served, page: str) -> Iterator[Weights]:
    visit = served.visit()
    browser.open(visit.url(page), Reader(width=1280, height=800))
    _settle(browser, visit)
    yield _weigh(visit)
    browser.sleep(_PLAY)
    _settle(browser, visit)
    yield _weigh(visit)
    _scroll(browser)
    _settle(browser, visit)
    yield _weigh(visit)
    visit = served.visit()
    browser.open(visit.url(page), Reader(width=1280, height=800, motion=False))
    _scroll(browser)
    _settle(browser, visit)
    yield _weigh(visit)


def _weigh(visit: Visit) -> Weights:
    """Return bytes and requests of media, and those of style sheet and script."""
    media = [f for f in visit.fetched if not f.path.endswith(("/", ".css", ".js"))]
    assets = [f for f in visit.fetched if f.path.endswith((".css", ".js"))]
    return {"media": _sum(media), "assets": _sum(assets)}


def _sum(fetched: list[Fetched]) -> Weight:
    return sum(each.sent for each in fetched), len(fetched)


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


def report(title: str, number: int, found: dict[str, dict[str, Weights]]) -> None:
    """Print a table: kB and requests of media, and what part of the video's they are."""
    poses = "one pose" if number == 1 else f"{number} poses"
    print(f"\nMedia: {title}\n")
    print(f"| {poses}: kB (requests) | {' | '.join(_SITUATIONS)} |")
    print("|---" * (len(_SITUATIONS) + 1) + "|")
    for kind, name in KINDS.items():
        print(f"| {name} | {_cells(found[kind], 'media')} |")
    parts = (found["masko"][s]["media"][0] / found["video"][s]["media"][0] for s in _SITUATIONS)
    print(f"| mkdocs-masko / video | {' | '.join(f'{part:.0%}' for part in parts)} |")
    print(f"| style sheet and script | {_cells(found['masko'], 'assets')} |", flush=True)


def _cells(by_situation: dict[str, Weights], what: str) -> str:
    weights = (weights[what] for weights in by_situation.values())
    return " | ".join(f"{sent / 1000:,.0f} ({requests})" for sent, requests in weights)


_MEDIA = {"exports": write_exports, "sandbox": copy_cast}


if __name__ == "__main__":
    main()
