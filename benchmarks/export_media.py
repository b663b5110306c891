"""Transparent animations of the size that real exports have: 1,024 px, 4 s, 24 frames a second.

They are made of the sandbox's still images, which sway, with a grain of their own and a noise that
changes from frame to frame, as generated videos have both. They weigh about 0.8 MB as WebM and 0.4
MB as MOV; a real export that was measured weighs 1.4 and 0.6 MB.
"""

from __future__ import annotations

import math
import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 1024  # px
RATE = 24  # frames a second
SECONDS = 4
_GRAIN = 10  # levels of 255; the same in all frames
_NOISE = 4  # levels of 255; another one in each frame
_ENCODERS = {
    "webm": "-c:v libvpx-vp9 -pix_fmt yuva420p -crf 41 -b:v 0 -auto-alt-ref 0 -deadline realtime "
    "-cpu-used 6",
    "mov": "-vf format=yuva420p -c:v libx265 -pix_fmt yuva420p -preset veryfast "
    "-x265-params log-level=error:crf=28:pools=1:frame-threads=1 -tag:v hvc1 -movflags +faststart",
}


def frames(still: Path) -> list[Image.Image]:
    """Return the frames of a clip.

    Args:
        still: A transparent image.
    """
    random = np.random.default_rng(1)
    drawing = Image.open(still).convert("RGBA").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    drawing = _with_noise(drawing, _GRAIN, random)
    count = RATE * SECONDS
    swayed = (_swayed(drawing, 2 * math.pi * n / count) for n in range(count))
    return [_with_noise(image, _NOISE, random) for image in swayed]


def _with_noise(image: Image.Image, level: int, random: np.random.Generator) -> Image.Image:
    pixels = np.asarray(image).astype("float32")
    pixels[..., :3] += random.normal(0, level, (SIDE, SIDE, 1))
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"), "RGBA")


def _swayed(image: Image.Image, phase: float) -> Image.Image:
    """Lean and stretch an image about the middle of its lower edge, weighed by its alpha."""
    lean, stretch = 0.05 * math.sin(phase), 1 + 0.03 * math.sin(2 * phase)
    transform = (1, lean, -lean * SIDE, 0, stretch, SIDE * (1 - stretch))
    moved = image.convert("RGBa").transform(
        image.size, Image.Transform.AFFINE, transform, Image.Resampling.BICUBIC
    )
    return moved.convert("RGBA")


def write_clip(images: list[Image.Image], path: Path) -> None:
    """Encode frames as `.webm` or `.mov`, as an export has them."""
    width, height = images[0].size
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo"),
        *("-pix_fmt", "rgba", "-s", f"{width}x{height}", "-framerate", str(RATE), "-i", "-"),
        *_ENCODERS[path.suffix[1:]].split(),
        str(path),
    ]
    subprocess.run(command, input=b"".join(map(Image.Image.tobytes, images)), check=True)
