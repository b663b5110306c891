"""Variants of 24 stills: ours against @11ty/eleventy-img, in time, bytes and similarity.

24 stills of 1024 px, drawn in the style of the sandbox's cast, to 160, 320 and 640 px in AVIF,
WebP and PNG. The two take turns on the same cores, each in processes of its own; ours with two
workers. Times are medians of interleaved runs, in wall-clock and in processor time.

Likeness is SSIM (`tests/support/image_similarity.py`), on white and on grey, to a Lanczos resize in
floats with colour weighed by alpha, computed once for both. The error of alpha is the largest, of
255, against the PNG of the same tool and size: what the format costs, without the resize.

    python benchmarks/media_stills.py [--rounds 3] [--formats avif webp png]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import NamedTuple

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "benchmarks" / ".work" / "stills"
sys.path.insert(0, str(ROOT / "tests"))

from image_similarity import GREY, WHITE, alpha_error, lanczos, over, pixels, ssim  # noqa: E402
from mkdocs_masko.variants import Variant, encode_all  # noqa: E402

VERSION = "6.0.4"
COUNT, SIDE, WIDTHS = 24, 1024, (160, 320, 640)
FORMATS = ("avif", "webp", "png")

DRAW = """
import sys
from itertools import product
from pathlib import Path
from PIL import Image
from cast.board import Scene, cut_out
from cast.roster import CAST

folder, count, side = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
acts = [(pose, act) for pose in CAST if pose.cut_out for act in pose.acts]
moments = list(product((0, 0.35, 0.7), acts))[:count]
for number, (t, (pose, act)) in enumerate(moments):
    drawn = cut_out(Scene(act, pose.ink, pose.backdrop), side, t)
    Image.fromarray(drawn).save(folder / f"{number:02}.png")
"""

ELEVENTY = """
import Image from "@11ty/eleventy-img";
import fs from "node:fs";
import path from "node:path";
const [stills, outputDir, formats, widths] = process.argv.slice(2);
const options = {
  outputDir, urlPath: "/", useCache: false,
  formats: formats.split(","), widths: widths.split(",").map(Number),
  filenameFormat: (id, src, width, format) => `${path.parse(src).name}-${width}.${format}`,
};
await Promise.all(fs.readdirSync(stills).map((name) => Image(path.join(stills, name), options)));
"""


class Spent(NamedTuple):
    """Seconds of a run, in wall-clock and in processor time."""

    clock: float
    processor: float


class Quality(NamedTuple):
    """What a format gave: SSIM on white and grey, bytes a file, largest error of alpha."""

    white: float
    grey: float
    bytes: float
    alpha: int


def main() -> None:
    """Draw, install, let the two take turns, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--work", metavar="FOLDER", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        make_ours(Path(given.work), tuple(given.formats))
        return
    prepare()
    runs: dict[str, tuple[str, ...]] = {"all three": FORMATS}
    runs |= {format_: (format_,) for format_ in given.formats}
    for name, formats in runs.items():
        turns = [(ours(formats), theirs(formats)) for _ in range(given.rounds)]
        report_time(name, turns)
    print()
    for format_ in given.formats:
        for tool in ("ours", "theirs"):
            report_quality(format_, tool)


def prepare() -> None:
    """Draw the stills and install the other tool, once."""
    stills = WORK / "originals"
    stills.mkdir(parents=True, exist_ok=True)
    if len(list(stills.iterdir())) < COUNT:
        group = ("--quiet", "--locked", "--isolated", "--only-group", "cast")
        command = [ROOT / ".tools/bin/uv", "run", *group, "python", "-c", DRAW]
        scripts = {"PYTHONPATH": str(ROOT / "scripts")}
        drawn = [*command, stills, str(COUNT), str(SIDE)]
        subprocess.run(drawn, cwd=ROOT, env={**os.environ, **scripts}, check=True)
    (WORK / "eleventy.mjs").write_text(ELEVENTY)
    if not (WORK / "node_modules" / "@11ty" / "eleventy-img").is_dir():
        (WORK / "package.json").write_text("{}")
        package = f"@11ty/eleventy-img@{VERSION}"
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", package]
        subprocess.run(install, cwd=WORK, check=True)


def ours(formats: tuple[str, ...]) -> Spent:
    """Run this script's other half in a process of its own."""
    command = [sys.executable, __file__, "--work", WORK / "ours", "--formats", *formats]
    return _timed(command)


def theirs(formats: tuple[str, ...]) -> Spent:
    """Run eleventy-img as it is without options."""
    widths = ",".join(map(str, WIDTHS))
    arguments = [WORK / "originals", WORK / "theirs", ",".join(formats), widths]
    return _timed(["node", WORK / "eleventy.mjs", *arguments])


def _timed(command: list[str | Path]) -> Spent:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=WORK, check=True)
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(clock, used)


def make_ours(folder: Path, formats: tuple[str, ...]) -> None:
    """Write our forms of every still."""
    folder.mkdir(exist_ok=True)
    forms = tuple(
        Variant(format=format_, width=width, height=width)  # type: ignore[arg-type]
        for format_, width in product(formats, WIDTHS)
    )
    jobs = [(path, forms) for path in sorted((WORK / "originals").iterdir())]
    for path, form, made in encode_all(jobs, workers=2):
        if not isinstance(made, bytes):
            raise made
        (folder / f"{path.stem}-{form.width}.{form.format}").write_bytes(made)


def report_time(name: str, turns: list[tuple[Spent, Spent]]) -> None:
    """Print how long both took, and the medians of their ratios within a turn."""
    mine, other = (_told([turn[at] for turn in turns]) for at in (0, 1))
    clock = statistics.median(one.clock / two.clock for one, two in turns)
    used = statistics.median(one.processor / two.processor for one, two in turns)
    print(f"{name:10} ours {mine}, eleventy-img {other}", end="; ")
    print(f"ratio {clock:.2f}, of processor time {used:.2f}", flush=True)


def _told(spent: list[Spent]) -> str:
    clock, processor = (statistics.median(column) for column in zip(*spent, strict=True))
    return f"{clock:.1f} s ({processor:.1f} s of processor)"


def report_quality(format_: str, tool: str) -> None:
    """Print what the forms of one tool in one format are like, by width and in all."""
    by_width = [measured(tool, format_, width) for width in WIDTHS]
    for width, row in zip(WIDTHS, by_width, strict=True):
        _print_quality(format_, tool, str(width), row)
    columns = list(zip(*by_width, strict=True))
    means = [statistics.fmean(column) for column in columns[:3]]
    _print_quality(format_, tool, "all", Quality(*means, alpha=max(columns[3])))


def _print_quality(format_: str, tool: str, width: str, row: Quality) -> None:
    likeness = f"SSIM {row.white:.4f} on white, {row.grey:.4f} on grey"
    print(f"{format_:5} {tool:7} {width:>4}  {likeness}, {row.bytes:8,.0f} bytes, ", end="")
    print(f"alpha within {row.alpha}", flush=True)


def measured(tool: str, format_: str, width: int) -> Quality:
    """Measure all forms of one tool, format and width."""
    rows = [_one(path, tool, format_, width) for path in sorted((WORK / "originals").iterdir())]
    white, grey, size, alpha = zip(*rows, strict=True)
    return Quality(*map(statistics.fmean, (white, grey, size)), alpha=max(alpha))


def _one(path: Path, tool: str, format_: str, width: int) -> Quality:
    made = WORK / tool / f"{path.stem}-{width}.{format_}"
    with Image.open(path) as original:
        exact = lanczos(original, (width, width))
    with Image.open(made) as image, Image.open(made.with_suffix(".png")) as plain:
        found = pixels(image)
        white, grey = (ssim(over(found, g), over(exact, g)) for g in (WHITE, GREY))
        return Quality(white, grey, made.stat().st_size, alpha_error(image, plain))


if __name__ == "__main__":
    main()
