"""Frames to files: stills as PNG, video with the ffmpeg that imageio-ffmpeg ships.

That ffmpeg (9, with x265 4.3) encodes HEVC with alpha; Debian's 5.1 drops the alpha and succeeds.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from cast.board import cut_out, opaque, over_black
from cast.palette import indexed

if TYPE_CHECKING:
    from pathlib import Path

    from cast.board import Pixels, Scene

RATE = 20
"""Frames a second."""
FRAMES = 40
"""Frames of a loop, the last of which leads into the first."""
SMALL = 256
"""Px up to which a clip is small."""

_H264 = "-c:v libx264 -preset veryslow -tune animation -profile:v high -movflags +faststart"
_VP9 = "-c:v libvpx-vp9 -pix_fmt yuva420p -b:v 0 -auto-alt-ref 0 -deadline good -cpu-used 1"
_HEVC = (
    "-c:v libx265 -pix_fmt yuva420p -preset slow -tag:v hvc1 -movflags +faststart "
    "-x265-params log-level=error:pools=1:frame-threads=1:cbqpoffs=-6:crqpoffs=-6"
)
RECIPES = {
    "video": f"-vf scale=out_color_matrix=bt709,format=yuv420p {_H264}",
    "transparent_video_webm": f"-vf scale=out_color_matrix=bt709,format=yuva420p {_VP9}",
    "transparent_video_mov": f"-vf scale=out_color_matrix=bt709,format=yuva420p {_HEVC}",
    "transparent_video_android": f"-vf scale=out_color_matrix=bt709,format=yuv420p {_H264}",
}
QUALITY = {
    "video": (34, 33),
    "transparent_video_webm": (49, 44),
    "transparent_video_mov": (34, 32),
    "transparent_video_android": (34, 33),
}
"""The `-crf` of each medium: for a large clip, and for one of 256 px, where a flaw is larger."""

SUFFIX = {
    "video": ".mp4",
    "transparent_video_webm": ".webm",
    "transparent_video_mov": ".mov",
    "transparent_video_android": ".mp4",
}
_SAME = "-an -map_metadata -1 -fflags +bitexact -flags:v +bitexact"


def write_png(pixels: Pixels, path: Path) -> None:
    """Write a still with a palette of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    indexed(pixels).save(path, optimize=True)


def write_video(scene: Scene, path: Path, *, key: str, size: int) -> None:
    """Encode one loop of a scene as the API's medium `key`, `size` px wide.

    Raises:
        subprocess.CalledProcessError: ffmpeg refused; its words are on stderr.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = [FRAME[key](scene, size, number / FRAMES) for number in range(FRAMES)]
    high, wide, _ = pixels[0].shape
    source = f"-f rawvideo -pix_fmt rgba -s {wide}x{high} -framerate {RATE} -i -"
    crf = QUALITY[key][size <= SMALL]
    arguments = f"-y -loglevel error {source} {RECIPES[key]} -crf {crf} {_SAME}"
    command = [get_ffmpeg_exe(), *arguments.split(), str(path)]
    subprocess.run(command, input=b"".join(frame.tobytes() for frame in pixels), check=True)


def stacked(scene: Scene, size: int, t: float) -> Pixels:
    """The colour above, the alpha as grey below, both opaque."""
    above = over_black(scene, size, t)
    below = np.repeat(above[..., 3:], 4, axis=2)
    both = np.concatenate([above, below])
    both[..., 3] = 255
    return both


FRAME = {
    "video": opaque,
    "transparent_video_webm": cut_out,
    "transparent_video_mov": cut_out,
    "transparent_video_android": stacked,
}
