"""The sandbox's sample media are what their names say, read here by hand and by ffmpeg."""

from __future__ import annotations

import struct
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest
from PIL import Image, ImageChops, ImageStat

import mkdocs_masko

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

MEDIA = Path(mkdocs_masko.__file__).parent / "sandbox" / "media"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "draw_cast.py"

draws = pytest.mark.skipif(
    find_spec("skia") is None or not SCRIPT.exists(),
    reason="drawing needs a checkout and the dependency group 'cast'",
)

VIDEO, WEBM = "video.mp4", "transparent_video_webm.webm"
MOV, ANDROID = "transparent_video_mov.mov", "transparent_video_android.mp4"
STILLS = ("image.png", "transparent_image.png")
EVERY = (VIDEO, WEBM, MOV, ANDROID)
SMALLER = tuple(name.replace(".", "_256.") for name in EVERY)

POSES: dict[str, tuple[tuple[str, ...], tuple[str, ...], int, int]] = {
    # pose: stills, media of each animation, number of animations, px of the plain clips
    "fox/wave": (STILLS, EVERY + SMALLER, 1, 512),
    "fox/idle": (STILLS, EVERY + SMALLER, 1, 512),
    "fox/card-sit": (STILLS, EVERY, 1, 512),
    "fox/cheer": (STILLS, EVERY, 1, 512),
    "owl/swagger": (STILLS, (VIDEO, WEBM, ANDROID), 1, 256),
    "owl/blink": (STILLS, EVERY, 2, 256),
    "owl/orb": (STILLS, (VIDEO, MOV), 1, 256),
    "owl/card-sit": (STILLS, (), 0, 256),
    "owl/cafe": (STILLS[:1], EVERY, 1, 256),
    "hedgehog/idle": (STILLS, EVERY, 1, 512),
}


def _name(path: Path) -> str:
    return path.relative_to(MEDIA).as_posix()


def _found(*patterns: str) -> list[ParameterSet]:
    paths = sorted(path for pattern in patterns for path in MEDIA.rglob(pattern))
    return [pytest.param(path, id=_name(path)) for path in paths]


def _width(path: Path) -> int:
    """The px that a clip's name and pose promise."""
    pose = "/".join(path.relative_to(MEDIA).parts[:2])
    return 256 if path.stem.endswith("_256") else POSES[pose][3]


# The ISO base media format: boxes of a length, a name and a content.


def _boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind.decode("latin-1"), data[at + 8 : at + size]
        at += size


def _box(data: bytes, *way: str) -> bytes:
    for kind in way:
        data = next(content for name, content in _boxes(data) if name == kind)
    return data


def _sample_entry(path: Path) -> tuple[str, bytes]:
    table = _box(path.read_bytes(), "moov", "trak", "mdia", "minf", "stbl", "stsd")
    return next(_boxes(table[8:]))


def _parameter_sets(hvcc: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, layer and content of each NAL unit in an HEVC decoder configuration."""
    at = 23
    for _ in range(hvcc[22]):
        (count,) = struct.unpack_from(">H", hvcc, at + 1)
        at += 3
        for _ in range(count):
            (size,) = struct.unpack_from(">H", hvcc, at)
            unit = hvcc[at + 2 : at + 2 + size]
            yield unit[0] >> 1 & 63, (unit[0] & 1) << 5 | unit[1] >> 3, unit[2:]
            at += 2 + size


# EBML: elements of an id, a length and a content.


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        wide = 9 - data[at].bit_length()
        name, at = int.from_bytes(data[at : at + wide], "big"), at + wide
        wide = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + wide], "big") & ((1 << 7 * wide) - 1)
        at += wide
        yield name, data[at : at + size]
        at += size


def _track_video(path: Path) -> dict[int, int]:
    data = path.read_bytes()
    for name in (0x18538067, 0x1654AE6B, 0xAE, 0xE0):  # Segment, Tracks, TrackEntry, Video
        data = dict(_elements(data))[name]
    return {name: int.from_bytes(content, "big") for name, content in _elements(data)}


# Pixels.


@cache
def _frames(path: Path) -> list[Image.Image]:
    """All frames as RGBA; libvpx alone decodes the alpha of VP9."""
    decoder = ["-c:v", "libvpx-vp9"] if path.suffix == ".webm" else []
    width = _width(path)
    height = width * (2 if "android" in path.name else 1)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *decoder, "-i", str(path)]
    command += ["-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    size = width * height * 4
    assert len(raw) % size == 0
    return [
        Image.frombytes("RGBA", (width, height), raw[at : at + size])
        for at in range(0, len(raw), size)
    ]


def _over(picture: Image.Image, ground: str = "#ff00ff") -> Image.Image:
    page = Image.new("RGBA", picture.size, ground)
    page.alpha_composite(picture)
    return page.convert("RGB")


def _distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255."""
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


def _corners(picture: Image.Image) -> set[int]:
    """The alpha of the four corner pixels."""
    alpha, edge = picture.getchannel("A").tobytes(), picture.width - 1
    return {alpha[y * picture.width + x] for x in (0, edge) for y in (0, edge)}


def _centre(picture: Image.Image) -> int:
    """The alpha of the middle pixel."""
    return picture.getchannel("A").tobytes()[picture.width * (picture.height + 1) // 2]


# The claims.


def test_the_folder_holds_the_listed_files_and_no_others() -> None:
    """Each pose has its media, no more and no less: the odd cases are odd on purpose."""
    expected = {"placeholder.png"}
    for pose, (stills, media, count, _) in POSES.items():
        expected |= {f"{pose}/{name}" for name in stills}
        expected |= {f"{pose}/{number}/{name}" for number in range(count) for name in media}
    assert {_name(path) for path in MEDIA.rglob("*") if path.is_file()} == expected


def test_the_whole_folder_stays_light() -> None:
    """All media together weigh less than 2 MB, since they ship in the wheel."""
    assert sum(path.stat().st_size for path in MEDIA.rglob("*") if path.is_file()) < 2_000_000


@pytest.mark.parametrize("path", _found("*.webm"))
def test_webm_declares_and_has_alpha(path: Path) -> None:
    """A webm says AlphaMode 1, and its frames are empty at the corners and solid amid."""
    assert _track_video(path)[0x53C0] == 1
    for frame in _frames(path):
        assert _corners(frame) == {0}
        assert _centre(frame) == 255


@pytest.mark.parametrize("path", _found("*.mov"))
def test_mov_declares_alpha_in_a_second_layer(path: Path) -> None:
    """A mov is hvc1 with parameter sets of layer 1 and the alpha channel message (SEI 165)."""
    kind, entry = _sample_entry(path)
    units = list(_parameter_sets(_box(entry[78:], "hvcC")))
    sequence, picture, message = 33, 34, 39
    assert kind == "hvc1"
    assert {(sequence, 1), (picture, 1)} <= {(unit, layer) for unit, layer, _ in units}
    assert 165 in {content[0] for unit, _, content in units if unit == message}


@pytest.mark.parametrize("path", _found("*.mov"))
def test_mov_has_alpha(path: Path) -> None:
    """A mov's frames are empty at the corners, but for a rounding of 1, and solid amid."""
    for frame in _frames(path):
        assert max(_corners(frame)) <= 1
        assert _centre(frame) == 255


@pytest.mark.parametrize("path", _found("*.mp4", "*.mov"))
def test_mp4_and_mov_start_fast(path: Path) -> None:
    """The index comes before the data, so that playing starts before the download ends."""
    order = [kind for kind, _ in _boxes(path.read_bytes())]
    assert order.index("moov") < order.index("mdat")


@pytest.mark.parametrize("path", _found("*.mp4"))
def test_mp4_is_opaque_h264(path: Path) -> None:
    """An mp4 is H.264 and every pixel of it is solid."""
    assert _sample_entry(path)[0] == "avc1"
    assert all(frame.getchannel("A").getextrema() == (255, 255) for frame in _frames(path))


@pytest.mark.parametrize("path", _found("*.mp4", "*.mov", "*.webm"))
def test_clips_have_the_size_their_name_says(path: Path) -> None:
    """A clip is as wide as its name says, and square; a stacked one is twice as high."""
    if path.suffix == ".webm":
        video = _track_video(path)
        size = (video[0xB0], video[0xBA])
    else:
        size = struct.unpack_from(">HH", _sample_entry(path)[1], 24)
    width = _width(path)
    assert size == (width, width * 2 if "android" in path.name else width)


@pytest.mark.parametrize("path", _found("*.png"))
def test_stills_have_the_size_their_name_says(path: Path) -> None:
    """A still is 512 px square, the placeholder 256."""
    width = 256 if path.name == "placeholder.png" else 512
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack_from(">II", path.read_bytes(), 16) == (width, width)


@pytest.mark.parametrize("path", _found("*.png"))
def test_stills_are_transparent_where_their_name_says(path: Path) -> None:
    """A transparent image is empty at the corners and solid amid, all others are opaque."""
    with Image.open(path) as opened:
        picture = opened.convert("RGBA")
    if path.name == "transparent_image.png":
        assert _corners(picture) == {0}
        assert _centre(picture) == 255
    else:
        assert picture.getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize("path", _found("0/*.webm", "0/*.mov"))
def test_an_animation_starts_as_the_transparent_image(path: Path) -> None:
    """The first frame is the still, so that nothing jumps when the poster gives way."""
    poster = path.parents[1] / "transparent_image.png"
    if not poster.exists():
        assert _name(path).startswith("owl/cafe/")
        return
    first = _frames(path)[0]
    with Image.open(poster) as opened:
        still = opened.convert("RGBA").convert("RGBa").resize(first.size, Image.Resampling.BOX)
    assert _distance(_over(still.convert("RGBA")), _over(first)) < 4


@pytest.mark.parametrize("path", _found("*android*.mp4"))
def test_a_stacked_clip_shows_its_alpha_below(path: Path) -> None:
    """The lower half is the alpha as grey: black at the corners, white amid, as in the webm."""
    frame = _frames(path)[0]
    below = frame.crop((0, frame.width, frame.width, frame.width * 2)).convert("L")
    webm = path.with_name(path.name.replace("android", "webm")).with_suffix(".webm")
    assert _distance(below, _frames(webm)[0].getchannel("A")) < 3


@pytest.mark.parametrize("path", _found("*.webm", "*.mov", "video*.mp4"))
def test_an_animation_loops_without_a_jump(path: Path) -> None:
    """Two seconds of motion: the last frame is no farther from the first than neighbours are."""
    frames = [_over(frame.resize((128, 128))) for frame in _frames(path)]
    steps = [_distance(here, there) for here, there in pairwise(frames)]
    assert len(frames) == 40
    assert max(steps) > 0.1
    assert _distance(frames[-1], frames[0]) <= 1.5 * max(steps)


@draws
def test_the_script_draws_what_the_folder_holds(tmp_path: Path) -> None:
    """Drawing a pose again gives the picture that is there."""
    command = [sys.executable, str(SCRIPT), "--only", "owl/card-sit", "--out", str(tmp_path)]
    subprocess.run(command, check=True)
    for name in STILLS:
        with Image.open(tmp_path / "owl/card-sit" / name) as opened:
            drawn = opened.convert("RGBA")
        with Image.open(MEDIA / "owl/card-sit" / name) as opened:
            assert _distance(_over(drawn), _over(opened.convert("RGBA"))) < 1


@draws
def test_the_script_names_the_poses_it_knows(tmp_path: Path) -> None:
    """An unknown pose is refused with the list of those there are."""
    command = [sys.executable, str(SCRIPT), "--only", "fox/wvae", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no pose fox/wvae" in done.stderr
    assert "fox/wave" in done.stderr
