"""Small transparent clips with enough in them that a smaller copy has fewer bytes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from media_samples import run_ffmpeg

_ENCODERS = {
    "webm": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 0 -b:v 0 -crf {webm}",
    "mov": "-vf format=yuva420p -c:v libx265 -preset ultrafast -tag:v hvc1 "
    "-x265-params log-level=error:crf={mov}:pools=1:frame-threads=1",
}
_FRAMES = 6


@cache
def clip(
    format_: str, size: int = 240, *, seed: int = 1, alpha: bool = True, coarse: bool = False
) -> bytes:
    """Return a square clip of a disc with a grain, which moves; of a quarter of a second.

    Args:
        format_: `webm` or `mov`.
        size: Width and height in px.
        seed: Decides what it shows.
        alpha: Whether what is not the disc is transparent.
        coarse: Whether it has so few bytes that none of our variants has fewer.
    """
    with TemporaryDirectory() as folder:
        for step in range(_FRAMES):
            _frame(size, seed, step, alpha=alpha).save(Path(folder, f"{step}.png"))
        path = Path(folder, f"clip.{format_}")
        pixels = "yuva420p" if alpha else "yuv420p"
        quality = {"webm": 63, "mov": 51} if coarse else {"webm": 20, "mov": 16}
        encoder = _ENCODERS[format_].format(**quality).replace("yuva420p", pixels).split()
        done = run_ffmpeg(
            *("-framerate", "24", "-i", Path(folder, "%d.png")),
            *(*encoder, "-pix_fmt", pixels, path),
        )
        assert done.returncode == 0, done.stderr.decode()
        return path.read_bytes()


def _frame(size: int, seed: int, step: int, *, alpha: bool) -> Image.Image:
    grain = np.random.default_rng(seed).integers(0, 90, (size, size, 3), dtype="uint8")
    colour = np.array([200, 90 + 30 * seed % 120, 40], dtype="uint8")
    pixels = np.empty((size, size, 4), dtype="uint8")
    pixels[..., :3] = colour // 2 + np.roll(grain, 2 * step, axis=1)
    y, x = np.mgrid[:size, :size]
    inside = (x - size / 2 - step) ** 2 + (y - size / 2) ** 2 < (size / 3) ** 2
    pixels[..., 3] = np.where(inside, 255, 0 if alpha else 255)
    return Image.fromarray(pixels, "RGBA")


def ruined(webm: bytes) -> bytes:
    """Return a WebM whose container is in order, and whose first frame cannot be decoded."""
    return webm[:3000] + b"\xa5" * 400 + webm[3400:]
