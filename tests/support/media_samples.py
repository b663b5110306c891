"""Real files of every kind, made by Pillow and ffmpeg when a test asks for them."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import imageio_ffmpeg
from PIL import Image

SIZE = (64, 48)  # px; not square, so that a mix-up shows
FRAMES = 6
FRAME_RATE = 24
SECONDS = FRAMES / FRAME_RATE

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

_HEVC = "-c:v libx265 -preset ultrafast -x265-params log-level=error:pools=1:frame-threads=1"
_HEVC_ALPHA = f"-vf format=yuva420p {_HEVC} -pix_fmt yuva420p"
_HEVC_OPAQUE = f"-vf format=yuv420p {_HEVC} -pix_fmt yuv420p"
_VP9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 0"
_H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
_STACK = (
    "-filter_complex [0]split[c][m];[m]alphaextract,format=rgb24[a];"
    "[c]format=rgb24[b];[b][a]vstack,format=yuv420p"
)

VIDEOS = {
    "alpha.webm": f"{_VP9} -pix_fmt yuva420p",
    "opaque.webm": f"{_VP9} -pix_fmt yuv420p",
    "live.webm": f"{_VP9} -pix_fmt yuva420p -live 1",
    "alpha-vp8.webm": "-c:v libvpx -auto-alt-ref 0 -deadline realtime -pix_fmt yuva420p",
    "av1.webm": "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p -svtav1-params lp=1",
    "wide-pixels.webm": f"-vf setsar=2 {_VP9} -pix_fmt yuv420p",
    "alpha.mov": f"{_HEVC_ALPHA} -tag:v hvc1",
    "alpha-faststart.mov": f"{_HEVC_ALPHA} -tag:v hvc1 -movflags +faststart",
    "alpha-branded.mp4": f"{_HEVC_ALPHA} -tag:v hvc1",
    "alpha-hev1.mp4": f"{_HEVC_ALPHA} -tag:v hev1",
    "opaque-hevc.mov": f"{_HEVC_OPAQUE} -tag:v hvc1",
    "h264.mp4": _H264,
    "h264.mov": _H264,
    "h264-faststart.mp4": f"{_H264} -movflags +faststart",
    "fragmented.mp4": f"{_H264} -movflags +frag_keyframe+empty_moov",
    "with-sound.mp4": f"-f lavfi -i sine=duration=0.25 -map 1 -map 0 {_H264} -c:a aac",
    "stacked.mp4": f"{_STACK} {_H264}",
    "wide-pixels.mp4": f"-vf setsar=2 {_H264}",
    "vp9.mp4": f"{_VP9} -pix_fmt yuv420p",
    "prores.mov": "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le",
    "sound.mp4": "-f lavfi -i sine=duration=0.25 -map 1 -c:a aac",
    "matroska.mkv": f"{_VP9} -pix_fmt yuv420p",
}

IMAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "bilevel.png": ("1", {}),
    "grey.png": ("L", {}),
    "grey-clear.png": ("L", {"transparency": 0}),
    "grey-alpha.png": ("LA", {}),
    "grey16.png": ("I;16", {}),
    "rgb.png": ("RGB", {}),
    "rgb-clear.png": ("RGB", {"transparency": (0, 0, 0)}),
    "rgba.png": ("RGBA", {}),
    "palette.png": ("P", {}),
    "palette-clear.png": ("P", {"transparency": 0}),
    "palette-alpha.png": ("P", {"transparency": bytes(range(256))}),
    "rgb.jpg": ("RGB", {}),
    "grey.jpg": ("L", {}),
    "cmyk.jpg": ("CMYK", {}),
    "progressive.jpg": ("RGB", {"progressive": True, "icc_profile": b"\x00" * 70_000}),
    **{f"turned-{n}.jpg": ("RGB", {"exif": f"orientation {n}"}) for n in range(1, 9)},
    **{f"turned-{n}.png": ("RGBA", {"exif": f"orientation {n}"}) for n in range(1, 9)},
    "opaque.gif": ("P", {}),
    "clear.gif": ("P", {"transparency": 0}),
    "commented.gif": ("P", {"transparency": 0, "comment": b"hello " * 100}),
    "animated.gif": ("P", {"transparency": 0, "frames": 3}),
    "lossy.webp": ("RGB", {}),
    "lossy-alpha.webp": ("RGBA", {}),
    "lossless.webp": ("RGB", {"lossless": True}),
    "lossless-alpha.webp": ("RGBA", {"lossless": True}),
    "animated.webp": ("RGBA", {"frames": 3}),
    "opaque.avif": ("RGB", {}),
    "alpha.avif": ("RGBA", {}),
    "animated.avif": ("RGBA", {"frames": 3}),
    "turned.avif": ("RGBA", {"exif": "orientation 6"}),
    **{f"turned-{n}.avif": ("RGB", {"exif": f"orientation {n}"}) for n in range(1, 9)},
}


def drawing(step: int = 0) -> Image.Image:
    """Draw a fox-coloured box that moves over nothing."""
    image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    image.paste((255, 100 + 10 * step, 20, 255), (8 + step, 8, 40 + step, 40))
    return image


@cache
def sample(name: str) -> bytes:
    """Return the bytes of one of VIDEOS or IMAGES."""
    return _video(name) if name in VIDEOS else _image(name)


def run_ffmpeg(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run ffmpeg on one thread and hand back what it said, whatever its exit code."""
    return subprocess.run(
        [FFMPEG, "-hide_banner", "-nostdin", "-y", "-threads", "1", *arguments],
        capture_output=True,
        check=False,
        timeout=60,
    )


def _video(name: str) -> bytes:
    with TemporaryDirectory() as folder:
        for step in range(FRAMES):
            drawing(step).save(Path(folder, f"{step}.png"))
        made = Path(folder, name)
        frames = Path(folder, "%d.png")
        source = ("-framerate", str(FRAME_RATE), "-i", frames)
        done = run_ffmpeg(*source, *VIDEOS[name].split(), made)
        assert done.returncode == 0, done.stderr.decode()
        return made.read_bytes()


def _image(name: str) -> bytes:
    mode, options = IMAGES[name]
    options = dict(options)
    first, *more = [_converted(step, mode) for step in range(options.pop("frames", 1))]
    if more:
        options |= {"save_all": True, "append_images": more, "duration": 40}
    if "exif" in options:
        options["exif"] = _lying(int(options["exif"].split()[1]))
    made = io.BytesIO()
    first.save(made, format=Image.registered_extensions()[Path(name).suffix], **options)
    return made.getvalue()


def _converted(step: int, mode: str) -> Image.Image:
    image = drawing(step)
    return image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode)


def _lying(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif
