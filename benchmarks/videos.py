"""Variants of twelve animations and a long one: bytes, processor time, likeness to what was drawn.

The clips are drawn without loss at 1,024 px (`draw_clips.py`): three of the sandbox's mascots,
five illustrated emoji that move, two outlines of one colour (Lottie), two rendered figures, and 30
seconds of a mascot. Each is first encoded as somebody would by hand, and as an export may be; of
that WebM, `encode_video` makes a WebM and a MOV.

Likeness is ffmpeg's SSIM of all frames, of the three colours, on white, grey and black, and of
alpha alone; always to the drawn frames, scaled with their colours weighed by alpha. "Scaled" is the
WebM by hand, scaled down as exactly: what a browser could show of it at best.

    python benchmarks/videos.py [--sizes 240 480] [--clips noto-fox ...]
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
from pathlib import Path
from typing import NamedTuple

from imageio_ffmpeg import get_ffmpeg_exe

from mkdocs_masko.variants import Variant
from mkdocs_masko.variants.videos import encode_video

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "benchmarks" / ".work" / "videos"
PACKAGES = (
    "@iconify-json/noto@1.2.9",
    "@iconify-json/fluent-emoji@1.2.7",
    "@lobehub/fluent-emoji-anim-2@1.0.0",
    "react-useanimations@2.10.0",
)
FORMATS = ("webm", "mov")
BY_HAND = {
    "webm": "-c:v libvpx-vp9 -crf 34 -b:v 0 -auto-alt-ref 0 -deadline good -cpu-used 4",
    "mov": "-c:v libx265 -preset medium -x265-params log-level=error:crf=28:pools=1 -tag:v hvc1",
}
TO_4_2_0 = "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p"
GROUNDS = ("white", "gray", "black")


class Likeness(NamedTuple):
    """SSIM on white, grey and black, and of alpha."""

    white: float
    grey: float
    black: float
    alpha: float


class Result(NamedTuple):
    """A variant: its bytes, its share of those by hand, processor seconds, and likeness."""

    size: float
    share: float
    seconds: float
    likeness: Likeness


def main() -> None:
    """Draw, encode and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[240, 480])
    parser.add_argument("--clips", nargs="+", help="all, by default")
    options = parser.parse_args()
    prepare()
    clips = sorted((WORK / "clips").glob("*.mkv"))
    chosen = [clip for clip in clips if not options.clips or clip.stem in options.clips]
    print(HEAD, flush=True)
    results: dict[int, list[tuple[Result, Result, Likeness]]] = {}
    for clip in chosen:
        hand = {format_: by_hand(clip, format_) for format_ in FORMATS}
        for size in options.sizes:
            webm, mov = (measure(clip, hand, size, format_) for format_ in FORMATS)
            scaled = likeness(clip, hand["webm"], size)
            results.setdefault(size, []).append((webm, mov, scaled))
            report(clip.stem, size, webm, mov, scaled)
    for size, rows in results.items():
        webms, movs, scaled_rows = zip(*rows, strict=True)
        report("mean", size, _mean(webms), _mean(movs), _mean_likeness(scaled_rows))


COLUMNS = (
    "clip",
    "px",
    "WebM, bytes",
    "MOV, bytes",
    "CPU time, s",
    "SSIM, colors",
    "scaled original",
    "SSIM, alpha",
)
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def prepare() -> None:
    """Install what is drawn, and draw it, once."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not (WORK / "node_modules" / "react-useanimations").is_dir():
        (WORK / "package.json").write_text("{}")
        quiet = ("--no-audit", "--no-fund", "--silent", "--ignore-scripts", "--legacy-peer-deps")
        subprocess.run(["npm", "install", *quiet, *PACKAGES], cwd=WORK, check=True)
    group = ("--quiet", "--locked", "--isolated", "--only-group", "cast", "--with")
    command = [str(ROOT / ".tools/bin/uv"), "run", *group, "rlottie-python==1.3.8", "python"]
    script = [ROOT / "benchmarks" / "draw_clips.py", WORK / "node_modules", WORK / "clips"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    subprocess.run([*command, *script], cwd=ROOT, env=environment, check=True)


def run(*arguments: str | Path) -> str:
    """Run ffmpeg, and return what it says."""
    command = [get_ffmpeg_exe(), "-y", "-hide_banner", "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def by_hand(clip: Path, format_: str) -> Path:
    """Encode a clip in its own size, once."""
    path = WORK / "by-hand" / f"{clip.stem}.{format_}"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        part = path.with_name(f"{clip.stem}.part.{format_}")
        run("-i", clip, "-vf", TO_4_2_0, *BY_HAND[format_].split(), "-an", part)
        part.replace(path)
    return path


def measure(clip: Path, hand: dict[str, Path], size: int, format_: str) -> Result:
    """Make a variant, and say what it is like."""
    variant = Variant(format=format_, width=size, height=size)  # type: ignore[arg-type]
    before = _processor_seconds()
    content = encode_video(hand["webm"], variant)
    seconds = _processor_seconds() - before
    path = WORK / "variants" / f"{clip.stem}-{size}.{format_}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    share = len(content) / hand[format_].stat().st_size
    return Result(len(content), share, seconds, likeness(clip, path, size))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


_SSIM = re.compile(r"Parsed_ssim_(\d+).*? (?:All|Y):([\d.]+)")


def likeness(clip: Path, path: Path, size: int) -> Likeness:
    """Compare all frames of a video with those of a clip."""
    decoder = ("-c:v", "libvpx-vp9") if path.suffix == ".webm" else ()
    weighed = "format=gbrap,premultiply=inplace=1"
    scaled = f"{weighed},scale={size}:{size}:flags=lanczos,unpremultiply=inplace=1"
    copies = len(GROUNDS) + 1
    graph = []
    for number in range(2):
        names = "".join(f"[{number}{copy}]" for copy in range(copies))
        graph.append(f"[{number}:v]{scaled},settb=1/1000,setpts=N*40,split={copies}{names}")
    for copy, ground in enumerate(GROUNDS):
        for number in range(2):
            paper = f"color={ground}:s={size}x{size}:r=25,format=gbrp"
            laid = f"[p{number}{copy}][{number}{copy}]overlay=format=gbrp:shortest=1"
            graph.append(f"{paper}[p{number}{copy}];{laid},format=gbrp[g{number}{copy}]")
        graph.append(f"[g0{copy}][g1{copy}]ssim=shortest=1,nullsink")
    last = copies - 1
    graph.append(f"[0{last}]alphaextract[a0];[1{last}]alphaextract[a1];[a0][a1]ssim[out]")
    filters = ("-filter_complex", ";".join(graph), "-map", "[out]", "-f", "null", "-")
    said = run("-v", "info", "-i", clip, *decoder, "-i", path, *filters)
    values = [float(value) for _, value in sorted(_SSIM.findall(said), key=lambda m: int(m[0]))]
    return Likeness(*values)


def report(name: str, size: int, webm: Result, mov: Result, scaled: Likeness) -> None:
    """Print a row of the table; of colours, the ground that shows most of the difference."""
    sizes = (f"{each.size:,.0f} ({each.share:.0%})" for each in (webm, mov))
    seconds = f"{webm.seconds:.1f}, {mov.seconds:.1f}"
    colours = f"{min(webm.likeness[:3]):.3f}, {min(mov.likeness[:3]):.3f}"
    alpha = f"{webm.likeness.alpha:.3f}, {mov.likeness.alpha:.3f}"
    cells = (name, str(size), *sizes, seconds, colours, f"{min(scaled[:3]):.3f}", alpha)
    print(f"| {' | '.join(cells)} |", flush=True)


def _mean(results: tuple[Result, ...]) -> Result:
    sizes, shares, seconds, alike = zip(*results, strict=True)
    size, share, second = (statistics.fmean(column) for column in (sizes, shares, seconds))
    return Result(size, share, second, _mean_likeness(alike))


def _mean_likeness(rows: tuple[Likeness, ...]) -> Likeness:
    return Likeness(*(statistics.fmean(column) for column in zip(*rows, strict=True)))


if __name__ == "__main__":
    main()
