"""Variants of illustrations: ours, eleventy-img's and Astro's, in time, bytes and similarity.

48 illustrations that nobody here drew, of the npm packages `@iconify-json/fluent-emoji` and
`@iconify-json/noto`, are rendered at 1024 px with resvg, and made into variants of 160, 320 and
640 px in AVIF, WebP and PNG. Our settings were chosen on one half; the other half is reported.

The tools take turns on the same cores, each in processes of its own; ours with two workers. Times
are medians of interleaved runs, in wall-clock and in processor time, and so are their ratios.

What is compared is laid on white, grey and black, beside a Lanczos resize of the original with
colour weighed by alpha, computed once for all. SSIMULACRA2, on white, is that of the PyPI package
`ssimulacra2`; SSIM is that of `tests/support/image_similarity.py`.

    python benchmarks/media_stills.py [--rounds 3] [--half chosen|reported]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "benchmarks" / ".work" / "stills"
sys.path.insert(0, str(ROOT / "tests" / "support"))

if TYPE_CHECKING:
    from PIL.Image import Image

TOOLS = {"mkdocs-masko": "ours", "eleventy-img": "eleventy", "Astro": "astro"}
PACKAGES = {
    "@11ty/eleventy-img": "7.0.0",
    "@iconify-json/fluent-emoji": "1.2.7",
    "@iconify-json/noto": "1.2.9",
    "@resvg/resvg-js": "2.6.2",
    "astro": "6.0.5",
    "sharp": "0.35.5",
}
METRICS = ("ssimulacra2==0.3.0", "scipy==1.17.1", "numpy==2.4.6", "pillow==13.0.0")
ICONS = {"fluent-emoji": 28, "noto": 20}
SEED = 11
SIDE, WIDTHS = 1024, (160, 320, 640)
FORMATS = ("avif", "webp", "png")
GROUNDS = {"white": 255, "grey": 128, "black": 0}

RENDER = """
import { Resvg } from "@resvg/resvg-js";
import fs from "node:fs";
const [source, target, side] = process.argv.slice(2);
for (const name of fs.readdirSync(source)) {
  const image = new Resvg(fs.readFileSync(`${source}/${name}`, "utf8"), {
    fitTo: { mode: "width", value: Number(side) } });
  fs.writeFileSync(`${target}/${name.replace(/svg$/, "png")}`, image.render().asPng());
}
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

ASTRO = """
import service from "astro/assets/services/sharp";
import fs from "node:fs";
import path from "node:path";
const [stills, outputDir, formats, widths] = process.argv.slice(2);
const jobs = [];
for (const name of fs.readdirSync(stills))
  for (const format of formats.split(","))
    for (const width of widths.split(",").map(Number)) jobs.push({ name, format, width });
await Promise.all(jobs.map(async ({ name, format, width }) => {
  const file = path.join(stills, name);
  const options = { src: file, width, format }, config = { service: { config: {} } };
  const { data } = await service.transform(fs.readFileSync(file), options, config);
  fs.writeFileSync(path.join(outputDir, `${path.parse(name).name}-${width}.${format}`), data);
}));
"""


class Spent(NamedTuple):
    """Seconds of a run, in wall-clock and in processor time."""

    clock: float
    processor: float


def main() -> None:
    """Render, install, let the tools take turns, and print two tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--half", choices=("chosen", "reported"), default="reported")
    parser.add_argument("--encode", nargs=3, metavar="X", help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.encode:
        encode_ours(*arguments.encode)
        return
    stills = WORK / arguments.half
    if arguments.measure:
        print_quality(stills)
        return
    prepare()
    print("| formats | tool | wall-clock time, s | CPU time, s | wall-clock ratio | CPU ratio |")
    print("|---|---|---|---|---|---|")
    for formats in [*((each,) for each in FORMATS), FORMATS]:
        turns = [
            {tool: run(tool, stills, formats) for tool in TOOLS} for _ in range(arguments.rounds)
        ]
        print_time(" + ".join(formats), turns)
    print(flush=True)
    uv = [ROOT / ".tools/bin/uv", "run", "--quiet", "--isolated", "--no-project"]
    extras = [option for each in METRICS for option in ("--with", each)]
    command = [*uv, *extras, "python", __file__, "--measure", "--half", arguments.half]
    subprocess.run(command, cwd=ROOT, check=True)


def prepare() -> None:
    """Install the other tools and the icons, and render the originals, once."""
    WORK.mkdir(parents=True, exist_ok=True)
    for name, text in (("render", RENDER), ("eleventy", ELEVENTY), ("astro", ASTRO)):
        (WORK / f"{name}.mjs").write_text(text)
    wanted = json.dumps({"dependencies": PACKAGES, "overrides": {"sharp": PACKAGES["sharp"]}})
    manifest = WORK / "package.json"
    if not manifest.exists() or manifest.read_text() != wanted:
        manifest.write_text(wanted)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=WORK, check=True
        )
    names = list(draw_names())
    for number, half in enumerate(("chosen", "reported")):
        folder = WORK / half
        folder.mkdir(exist_ok=True)
        with TemporaryDirectory() as svgs:
            for name, svg in names[number::2]:
                if not (folder / f"{name}.png").exists():
                    Path(svgs, f"{name}.svg").write_text(svg)
            command = ["node", str(WORK / "render.mjs"), svgs, str(folder), str(SIDE)]
            subprocess.run(command, cwd=WORK, check=True)


def draw_names() -> list[tuple[str, str]]:
    """Draw icons by lot, always the same; return their names with their SVG, in order."""
    lot, icons = random.Random(SEED), {}  # noqa: S311 - no secret
    for package, count in ICONS.items():
        path = WORK / "node_modules" / "@iconify-json" / package / "icons.json"
        collection: dict[str, Any] = json.loads(path.read_text())
        twins = ("flag", "-skin", "light", "dark", "medium")
        names = sorted(n for n in collection["icons"] if not any(each in n for each in twins))
        for name in lot.sample(names, count):
            icon = collection["icons"][name]
            width, height = (
                icon.get(side, collection.get(side, 16)) for side in ("width", "height")
            )
            icons[f"{package[:2]}-{name}"] = (
                f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
                f' viewBox="0 0 {width} {height}">{icon["body"]}</svg>'
            )
    return sorted(icons.items())


def run(tool: str, stills: Path, formats: tuple[str, ...]) -> Spent:
    """Run one tool, with its default settings, in a process of its own."""
    target = WORK / f"{TOOLS[tool]}-{stills.name}"
    target.mkdir(exist_ok=True)
    if TOOLS[tool] == "ours":
        command = [sys.executable, __file__, "--encode", str(stills), str(target)]
        command += [",".join(formats)]
    else:
        widths = ",".join(map(str, WIDTHS))
        script = WORK / f"{TOOLS[tool]}.mjs"
        command = ["node", str(script), str(stills), str(target), ",".join(formats), widths]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=WORK, check=True)
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(clock, used)


def encode_ours(stills: str, target: str, formats: str) -> None:
    """Write our variants of every still."""
    from mkdocs_masko.variants import Variant, encode_all  # noqa: PLC0415 - the measuring has none

    variants = tuple(
        Variant(format=format_, width=width, height=width)  # type: ignore[arg-type]
        for format_, width in product(formats.split(","), WIDTHS)
    )
    jobs = [(path, variants) for path in sorted(Path(stills).iterdir())]
    for path, variant, content in encode_all(jobs, workers=2):
        if not isinstance(content, bytes):
            raise content
        (Path(target) / f"{path.stem}-{variant.width}.{variant.format}").write_bytes(content)


def print_time(formats: str, turns: list[dict[str, Spent]]) -> None:
    """Print how long each took, and the medians of our share of it within a turn."""
    for tool in TOOLS:
        clock, used = (statistics.median(turn[tool][at] for turn in turns) for at in (0, 1))
        ratios = (
            statistics.median(turn["mkdocs-masko"][at] / turn[tool][at] for turn in turns)
            for at in (0, 1)
        )
        shares = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"| {formats} | {tool} | {clock:.1f} | {used:.1f} | {shares} |", flush=True)


def print_quality(stills: Path) -> None:
    """Print bytes and likeness, by format, size and tool."""
    grounds = " | ".join(f"SSIM on {name}" for name in GROUNDS)
    print(f"| format | px | tool | bytes per file | SSIMULACRA2 | lowest tenth | {grounds} |")
    print("|---|---|---|---|---|---|---|---|---|")
    for format_ in FORMATS:
        by_width = {width: _measure_all(stills, format_, width) for width in WIDTHS}
        for width in WIDTHS:
            _print_rows(format_, str(width), by_width[width])
        means = {
            tool: [
                statistics.fmean(by_width[width][tool][at] for width in WIDTHS) for at in range(6)
            ]
            for tool in TOOLS
        }
        _print_rows(format_, "mean", means)


def _print_rows(format_: str, width: str, rows: dict[str, list[float]]) -> None:
    for tool, (size, score, low, *ssims) in rows.items():
        likeness = " | ".join(f"{ssim:.4f}" for ssim in ssims)
        name = format_.upper().replace("WEBP", "WebP")
        print(f"| {name} | {width} | {tool} | {size:,.0f} | {score:.2f} | {low:.1f} | {likeness} |")
    sys.stdout.flush()


def _measure_all(stills: Path, format_: str, width: int) -> dict[str, list[float]]:
    """Return for each tool the means of bytes, SSIMULACRA2, its lowest tenth, and SSIM."""
    with ProcessPoolExecutor() as pool:
        rows = list(pool.map(partial(_measure, format_, width), sorted(stills.iterdir())))
    return {tool: _summarize([row[tool] for row in rows]) for tool in TOOLS}


def _measure(format_: str, width: int, path: Path) -> dict[str, tuple[float, float, list[float]]]:
    """Return the bytes and the likeness of what each tool has made of a still."""
    expected = _expected(path, width)
    name = f"{path.stem}-{width}.{format_}"
    variants = {tool: WORK / f"{TOOLS[tool]}-{path.parent.name}" / name for tool in TOOLS}
    return {
        tool: (variant.stat().st_size, *_compare(variant, expected))
        for tool, variant in variants.items()
    }


def _summarize(rows: list[tuple[float, float, list[float]]]) -> list[float]:
    return [
        statistics.fmean(size for size, _, _ in rows),
        statistics.fmean(score for _, score, _ in rows),
        statistics.quantiles((score for _, score, _ in rows), n=10)[0],
        *(statistics.fmean(column) for column in zip(*(ssims for *_, ssims in rows), strict=True)),
    ]


def _expected(path: Path, width: int) -> dict[str, Any]:
    from PIL import Image as images  # noqa: N813, PLC0415 - likewise

    from image_similarity import lanczos, over  # noqa: PLC0415 - only the measuring needs NumPy

    with images.open(path) as original:
        exact = lanczos(original, (width, width))
    return {name: over(exact, ground) for name, ground in GROUNDS.items()}


def _compare(path: Path, expected: dict[str, Any]) -> tuple[float, list[float]]:
    """Return SSIMULACRA2 of a variant on the first ground, and SSIM on each."""
    from PIL import Image as images  # noqa: N813, PLC0415 - see above

    from image_similarity import over, pixels, ssim  # noqa: PLC0415 - see above

    with images.open(path) as image:
        shown = pixels(image)
    pairs = [(over(shown, GROUNDS[name]), exact) for name, exact in expected.items()]
    return _ssimulacra2(*pairs[0]), [ssim(*pair) for pair in pairs]


def _ssimulacra2(shown: Any, exact: Any) -> float:  # noqa: ANN401 - arrays
    from ssimulacra2 import compute_ssimulacra2  # noqa: PLC0415 - see above

    with TemporaryDirectory() as folder:  # the package reads files
        paths = [Path(folder, name) for name in ("exact.png", "shown.png")]
        for path, array in zip(paths, (exact, shown), strict=True):
            _as_image(array).save(path, compress_level=1)
        return float(compute_ssimulacra2(*map(str, paths)))


def _as_image(array: Any) -> Image:  # noqa: ANN401 - an array
    from PIL import Image as images  # noqa: N813, PLC0415 - see above

    return images.fromarray(array.round().clip(0, 255).astype("uint8"))


if __name__ == "__main__":
    main()
