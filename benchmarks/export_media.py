"""Transparent animations of the size that real exports have: 1,024 px, 4 s, 24 frames a second.

They are made of the sandbox's still images, which get a grain like that of plush, and sway. They
weigh about 1 MB as WebM and 0.5 MB as MOV, somewhat less than real exports do.
"""

from __future__ import annotations

import math
import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 1024  # px
RATE = 24  # frames a second
SECONDS = 4
_GRAIN = 48  # levels of 255
_ENCODERS = {
    "webm": "-c:v libvpx-vp9 -pix_fmt yuva420p -crf 34 -b:v 0 -auto-alt-ref 0 -deadline good "
    "-cpu-used 4 -row-mt 1",
    "mov": "-vf format=yuva420p -c:v libx265 -pix_fmt yuva420p -preset fast "
    "-x265-params log-level=error:crf=28:pools=1:frame-threads=1 -tag:v hvc1 -movflags +faststart",
}


def frames(still: Path) -> list[Image.Image]:
    """Return the frames of a clip.

    Args:
        still: A transparent image.
    """
    drawing = _with_grain(Image.open(still).convert("RGBA").resize((SIDE, SIDE)))
    count = RATE * SECONDS
    return [_swayed(drawing, 2 * math.pi * n / count) for n in range(count)]


def _with_grain(image: Image.Image) -> Image.Image:
    noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE), dtype="uint8")
    blurred = np.asarray(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(1)))
    grain = blurred - blurred.mean()
    pixels = np.asarray(image).astype("float32")
    pixels[..., :3] += (_GRAIN * grain / grain.std())[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"), "RGBA")


def _swayed(image: Image.Image, phase: float) -> Image.Image:
    """Lean and stretch an image about the middle of its lower edge; premultiplied, as it should."""
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
