"""Variants of animations: any source to any target, proved frame by frame."""

from __future__ import annotations

import struct
import subprocess
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from image_similarity import lanczos, over, pixels
from media_samples import FFMPEG, FRAMES, SECONDS, SIZE, drawing, run_ffmpeg, sample
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.variants import Variant
from mkdocs_masko.variants.compare import NotTheVariant
from mkdocs_masko.variants.ffmpeg import FFmpegSession
from mkdocs_masko.variants.video_frames import Clip, inspect_clip
from mkdocs_masko.variants.videos import compare_video, encode_video, video_settings

if TYPE_CHECKING:
    from image_similarity import Floats

WIDTH, HEIGHT = 32, 24  # px
FORMATS = ("webm", "mov")
_ALPHA = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 0 -pix_fmt yuva420p"
_HEVC = "-c:v libx265 -preset ultrafast -x265-params log-level=error:pools=1:frame-threads=1"
_HEVC_ALPHA = f"-vf format=yuva420p {_HEVC} -pix_fmt yuva420p -tag:v hvc1"

MADE = {
    "uneven.webm": f"-vf setpts=N*N/24/TB -fps_mode passthrough -enc_time_base 1/1000 {_ALPHA}",
    "uneven.mov": (
        "-vf format=yuva420p,setpts=N*N/24/TB -fps_mode passthrough -enc_time_base 1/1000 "
        f"{_HEVC} -pix_fmt yuva420p -tag:v hvc1"
    ),
    "one-frame.webm": f"-frames:v 1 {_ALPHA}",
    "one-frame.mov": f"-frames:v 1 {_HEVC_ALPHA}",
    "odd.webm": f"-vf crop=63:47:0:0:exact=1 {_ALPHA}",
    "claims-alpha.webm": f"-vf format=rgb24,format=rgba {_ALPHA}",
    "hd-colours.webm": f"-vf scale=out_color_matrix=bt709,format=yuva420p {_ALPHA}",
    "large.webm": f"-frames:v 1 -vf scale=960:720,format=yuva420p {_ALPHA}",
    "large.mov": f"-frames:v 1 -vf scale=960:720,format=yuva420p {_HEVC} -tag:v hvc1",
    "darker.webm": f"-vf lutrgb=r=val*5/6:g=val*5/6:b=val*5/6 {_ALPHA}",
    "with-logo.webm": f"-vf drawbox=x=16:y=16:w=8:h=8:color=white:t=fill {_ALPHA}",
    "moved.webm": f"-vf crop=60:48:0:0,pad=64:48:4:0:color=black@0 {_ALPHA}",
    "reversed.webm": f"-vf reverse {_ALPHA}",
    "titled.webm": f"-metadata title=Reynard -metadata:s:v title=Reynard {_ALPHA}",
    "titled.mov": f"-metadata title=Reynard -metadata comment=Reynard {_HEVC_ALPHA}",
    "loud.mov": f"-f lavfi -i sine=duration=0.25 -map 1 -map 0 {_HEVC_ALPHA} -c:a aac",
    "eternal.webm": f"-vf setpts=N*25/TB -fps_mode passthrough -enc_time_base 1/1000 {_ALPHA}",
    "thirty-seconds.webm": f"-vf fps=10,loop=-1:size=6,setpts=N/10/TB -t 30 {_ALPHA}",
}


@cache
def made(name: str) -> bytes:
    """Return a file that ffmpeg makes of the frames of every sample."""
    if name not in MADE:
        return sample(name)
    with TemporaryDirectory() as folder:
        for step in range(FRAMES):
            drawing(step).save(Path(folder, f"{step}.png"))
        source = ("-framerate", "24", "-i", Path(folder, "%d.png"))
        done = run_ffmpeg(*source, *MADE[name].split(), Path(folder, name))
        assert done.returncode == 0, done.stderr.decode()
        return Path(folder, name).read_bytes()


def variant(format_: Any, width: int = WIDTH, height: int = HEIGHT) -> Variant:  # noqa: ANN401
    return Variant(format=format_, width=width, height=height)


def write(folder: Path, name: str, content: bytes | None = None) -> Path:
    path = folder / name
    path.write_bytes(made(name) if content is None else content)
    return path


@cache
def encoded(name: str, format_: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    with TemporaryDirectory() as folder:
        return encode_video(write(Path(folder), name), variant(format_, *size))


def refused(folder: Path, content: bytes, name: str = "source.webm", **size: int) -> str:
    """Return the message about a file that must be refused."""
    source = write(folder, name, content)
    with pytest.raises(MediaError) as caught:
        encode_video(source, variant("webm", **size))
    assert type(caught.value) is MediaError, "it is the file's fault"
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def inspected(content: bytes) -> Clip:
    with FFmpegSession() as session:
        (session.folder / "clip").write_bytes(content)
        return inspect_clip(session, "clip")


def times(content: bytes) -> tuple[float, ...]:
    return inspected(content).times


def decoded(content: bytes, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[Image.Image]:
    """Decode frames without the code under test."""
    decoder = ("-c:v", "libvpx-vp9") if content.startswith(b"\x1aE") else ()
    with TemporaryDirectory() as folder:
        path = write(Path(folder), "clip", content)
        command = [FFMPEG, "-v", "error", *decoder, "-i", path, "-fps_mode", "passthrough"]
        output = ("-f", "rawvideo", "-pix_fmt", "rgba", "-")
        raw = subprocess.run([*command, *output], capture_output=True, check=True).stdout
    length = size[0] * size[1] * 4
    return [
        Image.frombytes("RGBA", size, raw[at : at + length]) for at in range(0, len(raw), length)
    ]


def error(frame: Image.Image, expected: Floats) -> float:
    """Return the mean error of the ground that shows most of it, of 255."""
    own = pixels(frame)
    return max(float(abs(over(own, g) - over(expected, g)).mean()) for g in (0, 128, 255))


SOURCES = ("alpha.webm", "alpha-vp8.webm", "alpha.mov", "alpha-hev1.mp4", "prores.mov")


@pytest.mark.parametrize(("name", "format_"), [*product(SOURCES, FORMATS)])
def test_any_source_becomes_any_target(name: str, format_: str) -> None:
    """Transparent, of the size that was asked for, and as long."""
    facts = probe_bytes(encoded(name, format_))
    assert (facts.width, facts.height, facts.alpha) == (WIDTH, HEIGHT, True)
    assert facts.codec == {"webm": "vp9", "mov": "hvc1"}[format_]
    assert facts.duration == pytest.approx(SECONDS, abs=0.002)


@pytest.mark.parametrize(
    ("name", "format_"), [*product(("alpha.webm", "hd-colours.webm", "alpha.mov"), FORMATS)]
)
def test_every_frame_is_as_drawn(name: str, format_: str) -> None:
    """With its colours, whether the source names them or not, and without a dark fringe."""
    frames = decoded(encoded(name, format_))
    assert len(frames) == FRAMES
    for step, frame in enumerate(frames):
        expected = lanczos(drawing(step), (WIDTH, HEIGHT))
        assert error(frame, expected) < 7
        inside = frame.getpixel((WIDTH // 2 - 4, HEIGHT // 2 - 2))
        drawn = (255, 100 + 10 * step, 20, 255)
        assert max(abs(a - b) for a, b in zip(inside, drawn, strict=True)) <= 12


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("uneven.webm", "webm"),
        ("uneven.webm", "mov"),
        ("uneven.mov", "webm"),
        ("uneven.mov", "mov"),
    ],
)
def test_frames_keep_their_times(name: str, format_: str) -> None:
    expected = [step * step / 24 for step in range(FRAMES)]
    assert times(made(name)) == pytest.approx(expected, abs=0.001)
    assert times(encoded(name, format_)) == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize(
    ("name", "format_"), [*product(("one-frame.webm", "one-frame.mov"), FORMATS)]
)
def test_one_frame_is_enough(name: str, format_: str) -> None:
    assert len(decoded(encoded(name, format_))) == 1


def test_half_a_minute_is_as_long(tmp_path: Path) -> None:
    source = write(tmp_path, "thirty-seconds.webm")
    content = encode_video(source, variant("mov", 22, 16))
    assert probe_bytes(content).duration == pytest.approx(30, abs=0.01)
    assert len(times(content)) == 300


@pytest.mark.parametrize("format_", FORMATS)
def test_an_odd_source_has_even_variants(format_: str) -> None:
    facts = probe_bytes(encoded("odd.webm", format_, (62, 46)))
    assert (facts.width, facts.height) == (62, 46)


@pytest.mark.parametrize("format_", FORMATS)
def test_what_claims_alpha_and_is_opaque_stays_so(format_: str) -> None:
    """Its variant says the same, and is opaque."""
    content = encoded("claims-alpha.webm", format_)
    assert probe_bytes(content).alpha
    assert {frame.getchannel("A").getextrema()[0] > 250 for frame in decoded(content)} == {True}


@pytest.mark.parametrize(
    ("name", "format_"), [("titled.webm", "webm"), ("titled.mov", "mov"), ("loud.mov", "mov")]
)
def test_neither_sound_nor_words_are_kept(name: str, format_: str, tmp_path: Path) -> None:
    """Nothing is in there that a later look would refuse, nor who encoded it."""
    source = write(tmp_path, name)
    content = encoded(name, format_)
    assert not [word for word in (b"Reynard", b"Lavc6", b"x265 (", b"mp4a") if word in content]
    path = write(tmp_path, f"made.{format_}", content)
    assert isinstance(compare_video(source, variant(format_), path), str)


@pytest.mark.parametrize("format_", FORMATS)
def test_equal_sources_give_equal_bytes(format_: str, tmp_path: Path) -> None:
    source = write(tmp_path, "alpha.webm")
    assert encode_video(source, variant(format_)) == encoded("alpha.webm", format_)


def test_what_is_needed_to_begin_comes_first() -> None:
    """A browser plays and seeks before it has all of the file."""
    mov, webm = encoded("alpha.webm", "mov"), encoded("alpha.webm", "webm")
    assert mov.index(b"moov") < mov.index(b"mdat")
    cues, cluster = b"\x1cS\xbbk", b"\x1fC\xb6u"
    assert 0 < webm.rindex(cues, 0, webm.rindex(cluster)) < webm.rindex(cluster)


def turned(content: bytes) -> bytes:
    """Turn a MOV by 90 degrees, by the matrix in its track's header."""
    at = content.index(b"tkhd") + 4 + 40
    matrix = struct.pack(">9l", 0, 0x10000, 0, -0x10000, 0, 0, SIZE[1] << 16, 0, 0x40000000)
    return content[:at] + matrix + content[at + 36 :]


def test_a_turned_source_is_turned_as_browsers_turn_it(tmp_path: Path) -> None:
    source = write(tmp_path, "turned.mov", turned(made("alpha.mov")))
    content = encode_video(source, variant("webm", HEIGHT, WIDTH))
    expected = lanczos(drawing().transpose(Image.Transpose.ROTATE_270), (HEIGHT, WIDTH))
    assert error(decoded(content, (HEIGHT, WIDTH))[0], expected) < 7


ALPHA_MODE = b"\x53\xc0\x81\x01"

REFUSED = {
    "opaque.webm": (lambda: made("opaque.webm"), "has no transparency"),
    "opaque-hevc.mov": (lambda: made("opaque-hevc.mov"), "has no transparency"),
    "silent.webm": (
        lambda: made("alpha.webm").replace(ALPHA_MODE, b"\x53\xc0\x81\x00"),
        "has no transparency",
    ),
    "h264.mp4": (lambda: made("h264.mp4"), "no video of which variants are made"),
    "rgba.png": (lambda: made("rgba.png"), "no video of which variants are made"),
    "empty.webm": (lambda: b"", "empty"),
    "words.webm": (lambda: b"no video at all", "neither an image nor a video"),
    "half.webm": (lambda: made("alpha.webm")[: len(made("alpha.webm")) // 2], "cut off"),
    "half.mov": (lambda: made("alpha.mov")[: len(made("alpha.mov")) // 2], ""),
    "eternal.webm": (lambda: made("eternal.webm"), "longer than 120 s"),
    "vast.webm": (
        lambda: made("alpha.webm").replace(b"\xb0\x81\x40", b"\xb0\x82\x7f\xfe", 1),
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_source_is_refused(tmp_path: Path, name: str) -> None:
    content, reason = REFUSED[name]
    assert reason in refused(tmp_path, content(), name)


@pytest.mark.parametrize("name", ["alpha.webm", "alpha.mov"])
def test_damaged_frames_are_refused_or_decoded_alike(tmp_path: Path, name: str) -> None:
    """Bits that are wrong in the middle: no variant shows anything but its source."""
    content = bytearray(made(name))
    for at in range(len(content) // 2, len(content) // 2 + 40):
        content[at] ^= 0xA5
    source = write(tmp_path, name, bytes(content))
    try:
        path = write(tmp_path, "made.webm", encode_video(source, variant("webm")))
    except MediaError as error:
        assert "/" not in str(error)  # noqa: PT017 - either is right
    else:
        assert isinstance(compare_video(source, variant("webm"), path), str)


def test_a_strip_that_hevc_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="too small"):
        encode_video(write(tmp_path, "alpha.webm"), variant("mov", 16, 12))


@pytest.mark.parametrize("size", [(0, 0), (31, 24), (32, 23), (66, 48), (1, 1)])
def test_a_size_must_be_even_and_no_larger_than_the_source(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    assert "no variant" in refused(tmp_path, made("alpha.webm"), width=width, height=height)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"^gone\.webm: No such file"):
        encode_video(tmp_path / "gone.webm", variant("webm"))


NOT_THE_VARIANT = {
    "its original": lambda format_: made(f"alpha.{format_}"),
    "of another animation": lambda format_: encoded("claims-alpha.webm", format_),
    "of fewer frames": lambda format_: encoded(f"one-frame.{format_}", format_),
    "of other times": lambda format_: encoded("uneven.webm", format_),
    "of another size": lambda format_: encoded("alpha.webm", format_, (30, 24)),
    "of the other format": lambda format_: encoded(
        "alpha.webm", "mov" if format_ == "webm" else "webm"
    ),
    "cut off": lambda format_: encoded("alpha.webm", format_)[:-50],
    "empty": lambda _: b"",
    "with a tail": lambda format_: encoded("alpha.webm", format_) + b"more",
}


@pytest.mark.parametrize(("name", "format_"), [*product(NOT_THE_VARIANT, FORMATS)])
def test_another_file_is_not_the_variant(tmp_path: Path, name: str, format_: str) -> None:
    source = write(tmp_path, "alpha.webm")
    path = write(tmp_path, f"other.{format_}", NOT_THE_VARIANT[name](format_))
    error = compare_video(source, variant(format_), path)
    assert isinstance(error, NotTheVariant)
    assert str(error).startswith(f"other.{format_}: ")


@pytest.mark.parametrize("format_", FORMATS)
def test_an_encoding_by_other_settings_is_the_variant(tmp_path: Path, format_: str) -> None:
    """As an encoder of another platform or version would make it."""
    source = write(tmp_path, "alpha.webm")
    path = write(tmp_path, f"other.{format_}", encoded("alpha.mov", format_))
    sha256 = compare_video(source, variant(format_), path)
    assert isinstance(sha256, str)
    assert len(sha256) == 64


@pytest.mark.parametrize("name", ["darker", "with-logo", "moved", "reversed"])
def test_what_was_tampered_with_is_not_the_variant(tmp_path: Path, name: str) -> None:
    """Of the same size, length and transparency: the frames tell."""
    path = write(tmp_path, "other.webm", encoded(f"{name}.webm", "webm"))
    error = compare_video(write(tmp_path, "alpha.webm"), variant("webm"), path)
    assert isinstance(error, NotTheVariant)
    assert "shows something else" in str(error)


PATCHED = {
    "turned": turned,
    "of other colours": lambda content: content.replace(
        b"nclc\x00\x01\x00\x01\x00\x01", b"nclc\x00\x09\x00\x10\x00\x09"
    ),
    "with a part of its own": lambda content: content.replace(b"fiel", b"clap"),
    "played twice as fast": lambda content: content.replace(
        content[content.index(b"elst") : content.index(b"elst") + 24],
        content[content.index(b"elst") : content.index(b"elst") + 20] + b"\x00\x02\x00\x00",
    ),
}


@pytest.mark.parametrize("name", PATCHED)
def test_a_mov_that_is_shown_otherwise_is_not_the_variant(tmp_path: Path, name: str) -> None:
    content = encoded("alpha.webm", "mov")
    patched = PATCHED[name](content)
    assert patched != content
    path = write(tmp_path, "other.mov", patched)
    error = compare_video(write(tmp_path, "alpha.webm"), variant("mov"), path)
    assert isinstance(error, NotTheVariant)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ALPHA_MODE, b"\x53\xc0\x81\x00"),  # no transparency
        (b"\x55\xb1\x81\x06", b"\x55\xb1\x81\x01"),  # another matrix
        (b"\x55\xb9\x81\x01", b"\x55\xb9\x81\x02"),  # full range
        (b"\x4d\x80\x84Lavf", b"\x7b\xa9\x84Lavf"),  # a title
    ],
)
def test_a_webm_that_is_shown_otherwise_is_not_the_variant(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    content = encoded("alpha.webm", "webm")
    assert content.count(old) == 1
    path = write(tmp_path, "other.webm", content.replace(old, new))
    error = compare_video(write(tmp_path, "alpha.webm"), variant("webm"), path)
    assert isinstance(error, NotTheVariant)


def test_a_source_that_cannot_be_read_is_no_fault_of_the_variant(tmp_path: Path) -> None:
    path = write(tmp_path, "other.webm", encoded("alpha.webm", "webm"))
    error = compare_video(tmp_path / "gone.webm", variant("webm"), path)
    assert isinstance(error, MediaError)
    assert not isinstance(error, NotTheVariant)


@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("alpha.webm", "smpte170m"),
        ("large.webm", "smpte170m"),
        ("alpha.mov", "smpte170m"),
        ("large.mov", "bt709"),
        ("hd-colours.webm", ""),
    ],
)
def test_colours_without_a_name_are_those_that_browsers_take(name: str, matrix: str) -> None:
    """Measured on one colour, in Chromium 156 and Firefox 153; a MOV is for Safari."""
    assert inspected(made(name)).matrix == matrix


def test_settings_are_known_without_running_anything() -> None:
    assert len(video_settings()) == 16
