"""Real files: our facts are what Pillow and ffmpeg find in them."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageOps

from media_samples import FRAME_RATE, IMAGES, SECONDS, SIZE, VIDEOS, run_ffmpeg, sample
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import MediaInfo, probe_bytes, sniff

if TYPE_CHECKING:
    from pathlib import Path

WEBM, MP4, MOV = "video/webm", "video/mp4", "video/quicktime"

TRUTH = {
    "alpha.webm": (WEBM, "vp9", True),
    "opaque.webm": (WEBM, "vp9", False),
    "live.webm": (WEBM, "vp9", True),
    "alpha-vp8.webm": (WEBM, "vp8", True),
    "av1.webm": (WEBM, "av1", False),
    "wide-pixels.webm": (WEBM, "vp9", False),
    "alpha.mov": (MOV, "hvc1", True),
    "alpha-faststart.mov": (MOV, "hvc1", True),
    "alpha-branded.mp4": (MP4, "hvc1", True),
    "alpha-hev1.mp4": (MP4, "hev1", True),
    "opaque-hevc.mov": (MOV, "hvc1", False),
    "h264.mp4": (MP4, "avc1", False),
    "h264.mov": (MOV, "avc1", False),
    "h264-faststart.mp4": (MP4, "avc1", False),
    "fragmented.mp4": (MP4, "avc1", False),
    "with-sound.mp4": (MP4, "avc1", False),
    "stacked.mp4": (MP4, "avc1", False),
    "wide-pixels.mp4": (MP4, "avc1", False),
    "vp9.mp4": (MP4, "vp9", False),
    "prores.mov": (MOV, "prores", None),
    "matroska.mkv": (WEBM, "vp9", False),
}
SHOWN = {
    "stacked.mp4": (SIZE[0], SIZE[1] * 2),
    "wide-pixels.mp4": (SIZE[0] * 2, SIZE[1]),
    "wide-pixels.webm": (SIZE[0] * 2, SIZE[1]),
}
WITHOUT_DURATION = {"live.webm"}
DECODERS = {"alpha-vp8.webm": "libvpx"}
PROVABLE = sorted(name for name, (*_, alpha) in TRUTH.items() if alpha is not None)
FFMPEG_CODECS = {"avc1": "h264", "hvc1": "hevc", "hev1": "hevc"}


def test_every_video_sample_has_its_truth() -> None:
    """No sample is made in vain: it is either described here or refused below."""
    assert set(VIDEOS) == {*TRUTH, "sound.mp4"}


@pytest.mark.parametrize("name", TRUTH)
def test_a_video_tells_type_size_alpha_duration_and_codec(name: str) -> None:
    mime, codec, alpha = TRUTH[name]
    width, height = SHOWN.get(name, SIZE)
    facts = probe_bytes(sample(name))
    assert (facts.type, facts.codec, facts.alpha) == (mime, codec, alpha)
    assert (facts.width, facts.height) == (width, height)
    duration = None if name in WITHOUT_DURATION else pytest.approx(SECONDS, abs=1 / FRAME_RATE)
    assert facts.duration == duration


@pytest.mark.parametrize("name", TRUTH)
def test_a_video_is_what_ffmpeg_says_of_it(name: str, tmp_path: Path) -> None:
    """Codec, size and duration agree with ffmpeg's own description."""
    facts = probe_bytes(sample(name))
    log = run_ffmpeg("-i", _written(name, tmp_path)).stderr.decode()
    stream = re.search(r"Video: (\w+).*?, (\d+)x(\d+)(?:,? \[?SAR (\d+):(\d+))?", log)
    assert stream is not None
    codec, width, height, across, down = stream.groups()
    assert codec == FFMPEG_CODECS.get(facts.codec, facts.codec)
    assert facts.width == int(width) * int(across or 1) // int(down or 1)
    assert facts.height == int(height)
    clock = re.search(r"Duration: 00:00:(\d+\.\d+)", log)
    if clock and facts.duration is not None:
        assert facts.duration == pytest.approx(float(clock[1]), abs=0.01)


@pytest.mark.parametrize("name", PROVABLE)
def test_a_video_is_said_to_be_transparent_when_its_pixels_are(name: str, tmp_path: Path) -> None:
    """The first frame is decoded, and its empty corner looked at."""
    facts = probe_bytes(sample(name))
    default = "libvpx-vp9" if facts.codec == "vp9" else ""
    decoder = DECODERS.get(name, default)
    chosen = ("-c:v", decoder) if decoder else ()
    raw = ("-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgba", "-")
    pixels = run_ffmpeg(*chosen, "-i", _written(name, tmp_path), *raw).stdout
    assert len(pixels) >= SIZE[0] * SIZE[1] * 4
    assert (pixels[3] < 128) is facts.alpha


@pytest.mark.parametrize(("turn", "shown"), [("0", SIZE), ("90", SIZE[::-1]), ("180", SIZE)])
def test_a_turned_video_tells_its_size_as_shown(
    turn: str, shown: tuple[int, int], tmp_path: Path
) -> None:
    turned = tmp_path / "turned.mp4"
    source = _written("h264.mp4", tmp_path)
    done = run_ffmpeg("-display_rotation", turn, "-i", source, "-c", "copy", turned)
    assert done.returncode == 0
    facts = probe_bytes(turned.read_bytes())
    assert (facts.width, facts.height) == shown


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_what_pillow_says_of_it(name: str) -> None:
    """Type, transparency, turn and the size as shown agree with Pillow."""
    with Image.open(io.BytesIO(sample(name))) as image:
        upright = ImageOps.exif_transpose(image)
        assert probe_bytes(sample(name)) == MediaInfo(
            type=Image.MIME[str(image.format)],
            width=upright.width,
            height=upright.height,
            alpha=image.has_transparency_data,
            duration=None,
            codec="",
            orientation=image.getexif().get(0x0112, 1),
        )


def test_the_image_samples_cover_both_answers_on_transparency_and_turning() -> None:
    facts = {name: probe_bytes(sample(name)) for name in IMAGES}
    for suffix in ("png", "gif", "webp", "avif"):
        assert {f.alpha for name, f in facts.items() if name.endswith(suffix)} == {True, False}
    for suffix in ("jpg", "avif"):
        sizes = {(f.width, f.height) for name, f in facts.items() if name.endswith(suffix)}
        assert sizes == {SIZE, SIZE[::-1]}


def test_a_file_that_no_browser_shows_as_a_video_is_refused() -> None:
    with pytest.raises(MediaError, match="no video track"):
        probe_bytes(sample("sound.mp4"))


@pytest.mark.parametrize("name", [*IMAGES, *TRUTH])
def test_a_hundred_bytes_are_enough_to_tell_the_type(name: str) -> None:
    assert sniff(sample(name)[:100]) == probe_bytes(sample(name)).type


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<!doctype html>",
        b'{"error": {"code": "not_found"}}',
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftyp",
        b"\x89PNG",
    ],
)
def test_anything_else_has_no_type(head: bytes) -> None:
    assert sniff(head) == ""
    with pytest.raises(MediaError, match=r"file is empty|of a known type"):
        probe_bytes(head)


AVIF, NOTHING = "image/avif", ""


@pytest.mark.parametrize(
    ("brands", "mime"),
    [
        (b"avif\x00\x00\x00\x00mif1", AVIF),
        (b"avis\x00\x00\x00\x00msf1", AVIF),
        (b"mif3avif", AVIF),
        (b"mif3\x00\x00\x00\x00mif1avif", AVIF),
        (b"mif2\x00\x00\x00\x00avif", AVIF),
        (b"heic\x00\x00\x00\x00avif", AVIF),
        (b"isom\x00\x00\x02\x00iso8avis", AVIF),
        (b"mif3heic", NOTHING),
        (b"mif2\x00\x00\x00\x00heic", NOTHING),
        (b"heicavif", NOTHING),
        (b"isomavif", MP4),
        (b"qt  \x00\x00\x02\x00qt  ", MOV),
    ],
)
def test_a_brand_tells_the_type_wherever_it_counts(brands: bytes, mime: str) -> None:
    head = (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands
    assert sniff(head + bytes(8)) == mime


@pytest.mark.parametrize(
    "kind", [b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"pdin", b"styp", b"uuid"]
)
def test_a_video_without_brands_is_an_mp4(kind: bytes) -> None:
    plain = sample("h264.mp4")
    assert plain[4:8] == b"ftyp"
    if kind == b"moov":
        start = plain.index(b"moov") - 4
        data = plain[start:]
    else:
        data = plain[:4] + kind + plain[8:]
    if kind == b"mdat":
        data = data.replace(b"mdat", b"free", 2).replace(b"free", b"mdat", 1)
    assert sniff(data[:100]) == MP4
    assert probe_bytes(data) == probe_bytes(plain)


def _written(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(sample(name))
    return path
