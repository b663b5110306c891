"""Variants of transparent animations: WebM (VP9) and MOV (HEVC), each with its alpha.

ffmpeg decodes, scales and encodes; what runs it is imported by who encodes or compares. Each file
is proved before anybody gets it: it is decoded again, and every frame compared with the source's.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants.ffmpeg_package import ffmpeg_version
from mkdocs_masko.variants.images import EncoderFailure

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.variants.ffmpeg import FFmpegSession
    from mkdocs_masko.variants.plan import Variant
    from mkdocs_masko.variants.video_frames import Clip

_SETTINGS = {
    "webm": (
        *("-c:v", "libvpx-vp9", "-crf", "38", "-b:v", "0", "-auto-alt-ref", "0"),
        *("-deadline", "good", "-cpu-used", "2", "-threads", "1"),
        *("-cues_to_front", "1", "-f", "webm"),
    ),
    "mov": (
        *("-c:v", "libx265", "-preset", "fast", "-tag:v", "hvc1"),
        *("-x265-params", "log-level=error:crf=27:pools=1:frame-threads=1:info=0"),
        *("-movflags", "+faststart", "-f", "mov"),
    ),
}
# Chosen by `benchmarks/videos.py`. VP9 gains nothing from more time than this (4 % for a third
# more), x265 nothing from any preset above; two passes or alternate references do not know alpha.
_TO_4_2_0 = (
    "unpremultiply=inplace=1,scale=out_color_matrix={0}:out_range=tv,format=yuva420p,"
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace={0}"
)
_MATRIX = {"webm": "smpte170m", "mov": "bt709"}
# Firefox 153 takes colours with alpha for those of BT.601, whatever a WebM says of them; Chromium
# and WebKitGTK believe what it says. So only with BT.601 is it like its still in all of them.
_PLAIN = (
    *("-an", "-map_metadata", "-1", "-metadata:s:v", "encoder="),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact"),
)
# No sound, no title, and nothing that differs from one day or machine to another.

_REVISION = 1  # raised with any change of what is done to the frames before they are encoded

_MOST_BYTES = 256 * 1024 * 1024  # of a source


def video_settings() -> str:
    """Return what changes whenever a setting does, or the ffmpeg that shapes the bytes.

    It is part of a cache's key. Nothing is run or imported for it.
    """
    text = json.dumps([_REVISION, _SETTINGS, _TO_4_2_0, _MATRIX, _PLAIN, ffmpeg_version()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode_video(source: Path, variant: Variant) -> bytes:
    """Make one variant of a transparent animation, and prove that it shows the same.

    Frames keep their times, and their colours as browsers show them. There is neither sound nor
    metadata. The result may be larger than another file: whether it is worth publishing is for
    the caller to say.

    Args:
        source: A WebM or MOV with alpha, of any variant's or another codec.
        variant: `webm` or `mov`, and its size, in even numbers of px.

    Raises:
        EncoderFailure: ffmpeg could not start, was killed, or had no memory or disk.
        MediaError: The file has no transparency, is damaged or too large; or what was made of it
            is not the same.
    """
    from mkdocs_masko.variants.ffmpeg import FFmpegSession  # noqa: PLC0415 - only who encodes pays

    try:
        with FFmpegSession() as session:
            original = _open_source(session, source)
            name = f"variant.{variant.format}"
            _encode(session, original, variant, name)
            content = (session.folder / name).read_bytes()
            _prove(session, original, variant, name)
            return content
    except (MaskoError, OSError, MemoryError) as error:
        raise _name_source(source, error) from error


def compare_video(source: Path, variant: Variant, path: Path) -> str | MediaError:
    """Compare a file with the animation that it should be a variant of.

    Args:
        source: The original.
        variant: What the file should be.
        path: The file.

    Returns:
        The sha256 of the bytes that were compared; `NotTheVariant` where they are not the
        variant; or any other error where the original or the file cannot be read.
    """
    from mkdocs_masko.variants.compare import NotTheVariant  # noqa: PLC0415 - only who compares pays
    from mkdocs_masko.variants.ffmpeg import FFmpegSession  # noqa: PLC0415 - likewise
    from mkdocs_masko.variants.video_containers import has_video_alone  # noqa: PLC0415 - likewise

    try:
        with FFmpegSession() as session:
            original = _open_source(session, source)
            try:
                content = _read(path)
                name = f"variant.{variant.format}"
                if not has_video_alone(content, variant.format):
                    raise MediaError("has more in it than a video")  # noqa: TRY301 - one way out
                (session.folder / name).write_bytes(content)
                _prove(session, original, variant, name)
            except EncoderFailure:
                raise
            except MediaError as error:
                return NotTheVariant(f"{sanitize(path.name)}: {error}")
            return hashlib.sha256(content).hexdigest()
    except (MaskoError, OSError, MemoryError) as error:
        return _name_source(source, error)


def _name_source(source: Path, error: Exception) -> MediaError:
    kind = MediaError if type(error) in {MediaError, MaskoError} else EncoderFailure
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return kind(f"{sanitize(source.name)}: {reason}")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise MediaError(f"is larger than {_MOST_BYTES // 1024**2} MiB")
    return content


def _open_source(session: FFmpegSession, source: Path) -> Clip:
    """Copy a source to where ffmpeg runs, so that it names no folder of this machine."""
    from mkdocs_masko.variants.video_frames import inspect_clip  # noqa: PLC0415 - see above

    (session.folder / "source").write_bytes(_read(source))
    clip = inspect_clip(session, "source")
    if not clip.alpha:
        raise MediaError("has no transparency, and is published as it is")
    return clip


def _encode(session: FFmpegSession, clip: Clip, variant: Variant, name: str) -> None:
    from mkdocs_masko.variants.video_frames import scale_filters  # noqa: PLC0415 - see above

    width, height = variant.width, variant.height
    if (
        width % 2
        or height % 2
        or not (0 < width <= clip.width + 1 and 0 < height <= clip.height + 1)
    ):
        raise MediaError(f"has {clip.width} x {clip.height} px: no variant has {width} x {height}")
    arguments = [
        *("-v", "error", "-filter_threads", "1", *clip.input),
        *(
            "-vf",
            f"{scale_filters(clip, width, height)},{_TO_4_2_0.format(_MATRIX[variant.format])}",
            "-map",
            "0:v:0",
        ),
        *("-fps_mode", "passthrough", "-enc_time_base", "demux"),
        *_settings(variant.format, clip),
        *_PLAIN,
        name,
    ]
    session.run(arguments, most_bytes=_MOST_BYTES)


def _settings(format_: str, clip: Clip) -> list[str]:
    settings = list(_SETTINGS[format_])
    if format_ == "mov" and not clip.is_even:
        # A MOV counts from one frame to the next in the order of decoding. With frames that look
        # ahead, the last one would last as long as another.
        settings[settings.index("-x265-params") + 1] += ":bframes=0"
    return settings


def _prove(session: FFmpegSession, original: Clip, variant: Variant, name: str) -> None:
    """Check everything that is to be the same, in a file of which nothing is believed.

    Raises:
        MediaError: It is not a variant of the original.
    """
    from mkdocs_masko.variants.video_frames import compare_frames, inspect_clip  # noqa: PLC0415 - see above

    clip = inspect_clip(session, name)
    expected = {"webm": ("video/webm", "vp9"), "mov": ("video/quicktime", "hvc1")}[variant.format]
    if (clip.type, clip.codec) != expected:
        raise MediaError("is of another type")
    if (clip.width, clip.height) != (variant.width, variant.height):
        raise MediaError("is of another size")
    if not clip.alpha:
        raise MediaError("has lost its transparency")
    compare_frames(session, original, clip)
