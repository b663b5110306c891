"""Draw the clips of `videos.py`, without loss: `draw_clips.py PACKAGES FOLDER`.

Runs where Skia and rlottie are; PACKAGES is the `node_modules` with what is drawn.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import skia
from cast.board import Scene, cut_out
from cast.roster import CAST
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image
from rlottie_python import LottieAnimation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIDE, RATE = 1024, 24  # px, frames a second
SECONDS, LONG = 2, 30
LONG_RATE = 12


def main() -> None:
    """Write each clip that is not there yet."""
    packages, folder = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    clips = {
        "cast-fox-wave": (RATE, cast("fox/wave")),
        "cast-hedgehog-idle": (RATE, cast("hedgehog/idle")),
        "cast-owl-orb": (RATE, cast("owl/orb")),
        "noto-fox": (RATE, emoji(packages, "noto", "fox", sway)),
        "noto-parrot": (RATE, emoji(packages, "noto", "parrot", hop)),
        "noto-octopus": (RATE, emoji(packages, "noto", "octopus", sway)),
        "fluent-robot": (RATE, emoji(packages, "fluent-emoji", "robot", hop)),
        "fluent-owl": (RATE, emoji(packages, "fluent-emoji", "owl", sway)),
        "lottie-heart": (RATE, lottie(packages, "heart")),
        "lottie-settings": (RATE, lottie(packages, "settings")),
        "3d-cook": (RATE, animated(packages, "1f469-1f3fb-200d-1f373")),
        "3d-astronaut": (RATE, animated(packages, "1f469-1f3fb-200d-1f680")),
        "long-cast-owl-blink": (LONG_RATE, cast("owl/blink", LONG, LONG_RATE)),
    }
    for name, (rate, frames) in clips.items():
        if not (folder / f"{name}.mkv").exists():
            write(folder / f"{name}.mkv", rate, frames)
            print(name, flush=True)


def write(path: Path, rate: int, frames: Iterator[bytes]) -> None:
    """Write frames of RGBA without loss."""
    part = path.with_suffix(".part")
    source = f"-f rawvideo -pix_fmt rgba -s {SIDE}x{SIDE} -framerate {rate} -i -"
    options = f"-y -loglevel error {source} -c:v ffv1 -pix_fmt bgra -threads 1 -f matroska"
    command = [get_ffmpeg_exe(), *options.split(), str(part)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin  # noqa: S101 - it is a pipe
        for frame in frames:
            process.stdin.write(frame)
        process.stdin.close()
        if process.wait():
            raise SystemExit(f"{path.name} cannot be written")
    part.replace(path)


def cast(name: str, seconds: int = SECONDS, rate: int = RATE) -> Iterator[bytes]:
    """Draw one of the sandbox's mascots, whose loops take two seconds."""
    pose = next(pose for pose in CAST if f"{pose.mascot}/{pose.name}" == name)
    scene = Scene(pose.acts[0], pose.ink, pose.backdrop)
    for number in range(seconds * rate):
        yield cut_out(scene, SIDE, number / (2 * rate) % 1).tobytes()


def sway(canvas: skia.Canvas, t: float) -> None:
    """Lean to both sides, upon the ground."""
    canvas.translate(SIDE / 2, SIDE * 0.9)
    canvas.rotate(9 * math.sin(2 * math.pi * t))
    canvas.scale(1, 1 + 0.04 * math.sin(4 * math.pi * t))
    canvas.translate(-SIDE / 2, -SIDE * 0.9)


def hop(canvas: skia.Canvas, t: float) -> None:
    """Jump, and get flat when landing."""
    height = abs(math.sin(2 * math.pi * t))
    canvas.translate(SIDE / 2, SIDE * (0.95 - 0.08 * height))
    canvas.scale(1.06 - 0.06 * height, 0.9 + 0.1 * height)
    canvas.translate(-SIDE / 2, -SIDE * 0.95)


def emoji(
    packages: Path, group: str, name: str, move: Callable[[skia.Canvas, float], None]
) -> Iterator[bytes]:
    """Move an illustration."""
    data = json.loads((packages / "@iconify-json" / group / "icons.json").read_text())
    icon = data["icons"][name]
    wide = icon.get("width", data.get("width", 16))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{SIDE}" height="{SIDE}" viewBox="0 0 {wide} {wide}">{icon["body"]}</svg>'
    )
    picture = skia.SVGDOM.MakeFromStream(skia.MemoryStream(svg.encode()))
    picture.setContainerSize(skia.Size(SIDE, SIDE))
    for number in range(SECONDS * RATE):
        surface = skia.Surface(SIDE, SIDE)
        canvas = surface.getCanvas()
        canvas.clear(0)
        canvas.translate(SIDE * 0.08, SIDE * 0.08)
        canvas.scale(0.84, 0.84)
        move(canvas, number / (2 * RATE) % 1)
        picture.render(canvas)
        kind = {"colorType": skia.kRGBA_8888_ColorType, "alphaType": skia.kUnpremul_AlphaType}
        yield surface.makeImageSnapshot().toarray(**kind).tobytes()


def lottie(packages: Path, name: str) -> Iterator[bytes]:
    """Play an outline of one colour."""
    path = packages / "react-useanimations" / "lib" / name / f"{name}.json"
    animation = LottieAnimation.from_file(str(path))
    count = animation.lottie_animation_get_totalframe()
    for number in range(SECONDS * RATE):
        image = animation.render_pillow_frame(number * 60 // RATE % count, width=SIDE, height=SIDE)
        yield image.convert("RGBA").tobytes()


def animated(packages: Path, name: str) -> Iterator[bytes]:
    """Play a rendered figure, which is enlarged: its shades are what matters."""
    path = packages / "@lobehub" / "fluent-emoji-anim-2" / "assets" / f"{name}.webp"
    with Image.open(path) as image:
        for number in range(SECONDS * RATE):
            image.seek(number)
            frame = image.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            yield frame.tobytes()


main()
