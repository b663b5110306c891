"""The frames of an animation: what they are, when they are shown, and whether two clips are alike.

A clip is described by the container's parser and by ffmpeg; its frames are only ever decoded by
ffmpeg, and compared by it in blocks of 8 x 8 px, as stills are in `compare.py`.
"""

from __future__ import annotations

import re
from functools import partial, reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import find_damage, probe_bytes
from mkdocs_masko.probe.damage import LONGEST_SIDE

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.variants.ffmpeg import FFmpegSession

_MOST_PIXELS: Final = 4096 * 4096  # of a frame
_MOST_FRAMES: Final = 7_200  # two minutes at 60 a second
_LONGEST: Final = 120.0  # seconds

_DEMUXERS = {"video/webm": "matroska", "video/quicktime": "mov", "video/mp4": "mov"}
# The decoders that know of alpha; ffmpeg's own for VP8 and VP9 drop it.
_DECODERS = {
    "vp9": "libvpx-vp9",
    "vp8": "libvpx",
    "hvc1": "hevc",
    "hev1": "hevc",
    "prores": "prores",
}
_HD = 720  # px of height, from which on Apple takes colours without a tag for those of BT.709
_TIME_TOLERANCE = 0.002  # seconds; WebM counts in milliseconds


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """A video that ffmpeg can decode.

    Attributes:
        name: Its file, in the folder of the session.
        type: MIME type.
        codec: As `MediaInfo` names it.
        width: Width as shown, in px.
        height: Height as shown, in px.
        alpha: Whether its frames have transparency, and say so.
        matrix: How its colours are to be read where it does not say so itself; or empty.
        is_premultiplied: Whether its colours are weighed by alpha already.
        times: When each frame is shown, in seconds from the first one.
        duration: Seconds until the last frame ends.
    """

    name: str
    type: str
    codec: str
    width: int
    height: int
    alpha: bool
    matrix: str
    is_premultiplied: bool
    times: tuple[float, ...]
    duration: float

    @property
    def is_even(self) -> bool:
        """Whether its frames are shown for about the same time."""
        steps = [b - a for a, b in pairwise(self.times)]
        return not steps or max(steps) - min(steps) <= 2 * _TIME_TOLERANCE

    @property
    def input(self) -> tuple[str, ...]:
        """What makes ffmpeg read it, with one thread and by the format that it was found to have.

        Only the frame is cropped that the codec crops, as browsers do it.
        """
        return (
            *("-protocol_whitelist", "file", "-xerror", "-err_detect", "explode"),
            *("-f", _DEMUXERS[self.type]),
            *("-threads", "1", "-max_pixels", str(_MOST_PIXELS), "-apply_cropping", "codec"),
            *("-c:v", _DECODERS[self.codec], "-i", self.name),
        )


def inspect_clip(session: FFmpegSession, name: str) -> Clip:
    """Find out what a file in a session's folder is.

    Raises:
        MediaError: It is no video that ffmpeg decodes, or one of more pixels, frames or seconds
            than an animation of a page should have.
    """
    content = (session.folder / name).read_bytes()
    facts = probe_bytes(content)
    if facts.type not in _DEMUXERS or facts.codec not in _DECODERS:
        raise MediaError("is no video of which variants are made")
    if max(facts.width, facts.height) > LONGEST_SIDE or facts.width * facts.height > _MOST_PIXELS:
        raise MediaError(f"is too large: {facts.width} x {facts.height} px")
    if damage := find_damage(facts, content, len(content)):
        raise MediaError(damage)
    clip = Clip(
        name=name,
        type=facts.type,
        codec=facts.codec,
        width=facts.width,
        height=facts.height,
        alpha=facts.alpha is not False,
        matrix="",
        is_premultiplied=False,
        times=(),
        duration=0,
    )
    packets = f"{name}.packets"
    log = session.run(
        (
            *("-v", "level+info", *clip.input),
            *("-map", "0:v:0", "-frames:v", "1", "-vf", "showinfo=checksum=0", "-f", "null", "-"),
            *("-map", "0:v:0", "-c", "copy", "-frames:v", str(_MOST_FRAMES + 1)),
            *("-f", "framecrc", packets),
        ),
        most_bytes=64 * 1024**2,
    )
    frame = _read_frame(log)
    if frame.get("color_trc") in {"smpte2084", "arib-std-b67"}:
        raise MediaError("is in the colours of HDR")
    times, duration = _read_packets((session.folder / packets).read_text("ascii"))
    is_tagged = frame.get("color_space") not in {None, "unknown", "unspecified"}
    return msgspec.structs.replace(
        clip,
        alpha=clip.alpha and _HAS_ALPHA.search(frame.get("fmt", "")) is not None,
        matrix="" if is_tagged else _guess_matrix(clip),
        is_premultiplied=frame.get("alpha_mode") == "premultiplied",
        times=times,
        duration=duration,
    )


def _guess_matrix(clip: Clip) -> str:
    """Return how browsers read colours that do not say what they are.

    A WebM with alpha is in those of BT.601 to Chromium 156 and Firefox 153, whatever its size.
    """
    is_hd = clip.type != "video/webm" and clip.height >= _HD
    return "bt709" if is_hd else "smpte170m"


_FIELD = re.compile(r"\b(fmt|color_range|color_space|color_primaries|color_trc|alpha_mode):(\S+)")
_HAS_ALPHA = re.compile(r"^(?:yuva|gbrap|rgba|bgra|argb|abgr|ya|ayuv)")


def _read_frame(log: str) -> dict[str, str]:
    """Return what `showinfo` says of the first frame."""
    fields: dict[str, str] = {}
    for line in log.splitlines():
        if line.startswith("[Parsed_showinfo"):
            for name, value in _FIELD.findall(line):
                fields.setdefault(name, value)
    if "fmt" not in fields:
        raise MediaError("has no frame that can be decoded")
    return fields


_TIME_BASE = re.compile(r"^#tb 0: (\d+)/(\d+)$", re.MULTILINE)
_PACKET = re.compile(r"^0, *-?\d+, *(-?\d+), *(\d+), *\d+, *0x[0-9a-f]+", re.MULTILINE)


def _read_packets(text: str) -> tuple[tuple[float, ...], float]:
    """Return when frames are shown, and when the last one ends."""
    base = _TIME_BASE.search(text)
    packets = sorted((int(p[1]), int(p[2])) for p in _PACKET.finditer(text))
    if not (base and packets):
        raise MediaError("has no frames")
    if len(packets) > _MOST_FRAMES:
        raise MediaError(f"has more than {_MOST_FRAMES} frames")
    second = int(base[2]) / int(base[1])
    start = packets[0][0]
    duration = (packets[-1][0] + packets[-1][1] - start) / second
    if duration > _LONGEST:
        raise MediaError(f"is longer than {_LONGEST:g} s")
    times = tuple((shown - start) / second for shown, _ in packets)
    return times, duration


def scale_filters(clip: Clip, width: int, height: int) -> str:
    """Return the filters that scale a clip's frames, with colours that are weighed by alpha.

    So nothing of what transparent pixels hide gets into the edge, as a dark fringe would.
    """
    matrix = f"setparams=colorspace={clip.matrix}," if clip.matrix else ""
    weigh = "" if clip.is_premultiplied else "premultiply=inplace=1,"
    return f"{matrix}format=gbrap,{weigh}scale={width}:{height}:flags=lanczos,setsar=1"


_BLOCK = 8  # px
_BLUR = 2  # px; what a blur of that radius takes away is detail


def compare_frames(session: FFmpegSession, original: Clip, clip: Clip) -> None:
    """Compare each frame of a clip with the same one of its original.

    Raises:
        MediaError: A frame is missing, shows something else, or is shown at another time.
    """
    if len(clip.times) != len(original.times):
        raise MediaError(f"has {len(clip.times)} frames instead of {len(original.times)}")
    if any(abs(a - b) > _TIME_TOLERANCE for a, b in zip(clip.times, original.times, strict=True)):
        raise MediaError("shows its frames at other times")
    if abs(clip.duration - original.duration) > _TIME_TOLERANCE:
        raise MediaError(f"lasts {clip.duration:g} s instead of {original.duration:g} s")
    columns, rows = -(-clip.width // _BLOCK), -(-clip.height // _BLOCK)
    size = columns * rows * 4 * 3  # four channels; three planes of a frame
    errors = _measure(session, original, clip, most_bytes=(len(clip.times) + 1) * size)
    if errors.stat().st_size != len(clip.times) * size:
        raise MediaError("has frames that cannot be decoded")
    with errors.open("rb") as file:
        if any(_excess(frame, columns, rows) >= 1 for frame in iter(partial(file.read, size), b"")):
            raise MediaError("shows something else")


def _measure(session: FFmpegSession, original: Clip, clip: Clip, *, most_bytes: int) -> Path:
    """Return a file of, for each frame and block, mean error, error of the mean, and detail."""
    columns, rows = -(-clip.width // _BLOCK), -(-clip.height // _BLOCK)
    blocks, difference = (
        f"scale={columns}:{rows}:flags=area",
        "blend=all_mode=difference:shortest=1",
    )
    number = "settb=1/1000,setpts=N"  # by their order: times were compared before
    own = scale_filters(clip, clip.width, clip.height)
    graph = (
        f"[0:v:0]{scale_filters(original, clip.width, clip.height)},{number},split=4[a][b][c][d];"
        f"[1:v:0]{own},{number},split[e][f];"
        f"[a][e]{difference},{blocks}[error];"
        f"[b]{blocks}[g];[f]{blocks}[h];[g][h]{difference}[mean];"
        f"[c]gblur=sigma={_BLUR}[i];[d][i]{difference},{blocks}[detail];"
        "[error][mean][detail]vstack=inputs=3,format=rgba"
    )
    arguments = [
        *("-v", "error", "-filter_complex_threads", "1", *original.input, *clip.input),
        *("-filter_complex", graph, "-fps_mode", "passthrough", "-enc_time_base", "1/1000"),
        *("-f", "rawvideo", "errors"),
    ]
    session.run(arguments, most_bytes=most_bytes)
    return session.folder / "errors"


_ERROR = 28, 0.75  # most levels of 255 for the mean error of a block, more per level of detail
_MEAN_ERROR = 22, 0.5  # the same for the error of its mean
# Encodings of the clips of `benchmarks/videos.py`, at 240 and 480 px, stay below three quarters of
# it. A sixth less light does not, nor a logo, nor frames in another place or order.


def _excess(planes: bytes, columns: int, rows: int) -> float:
    """Return the largest error of any block of a frame, as a share of what is allowed there."""
    from PIL import Image, ImageChops, ImageFilter  # noqa: PLC0415 - only who compares pays

    image = Image.frombytes("RGBA", (columns, 3 * rows), planes)
    boxes = ((0, at, columns, at + rows) for at in (0, rows, 2 * rows))
    error, mean, detail = (image.crop(box).split() for box in boxes)
    # A codec may blur what is busy in one channel, or one block, into those beside it.
    busy = reduce(ImageChops.lighter, detail).filter(ImageFilter.MaxFilter(3)).tobytes()
    limits = ((error, *_ERROR), (mean, *_MEAN_ERROR))
    return max(
        error / (most + per_level * level)
        for bands, most, per_level in limits
        for error, level in zip(reduce(ImageChops.lighter, bands).tobytes(), busy, strict=True)
    )
