"""Files that browsers cannot show to their end are told from those that they can."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from media_samples import IMAGES, VIDEOS, sample
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import check_pixel_count, find_damage, probe_bytes
from mkdocs_masko.sandbox import MEDIA_DIR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHOWN = [*IMAGES, *(name for name in VIDEOS if name not in {"sound.mp4", "matroska.mkv"})]
CUT_OFF = "is cut off: the file ends before its last part does"


def damage(content: bytes, *, size: int | None = None, seen: int | None = None) -> str:
    """Return what is wrong with a file, of which the first `seen` bytes are there."""
    info = probe_bytes(content)
    return find_damage(info, content[:seen], len(content) if size is None else size)


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_wrong_with_a_sample(name: str) -> None:
    """Neither with the whole file, nor with its first bytes."""
    content = sample(name)
    assert damage(content) == ""
    for seen in (100, len(content) // 2, len(content) - 1):
        assert damage(content, seen=seen) == ""


@pytest.mark.parametrize("path", sorted(MEDIA_DIR.rglob("*.*")), ids=lambda path: path.stem)
def test_nothing_is_wrong_with_the_media_of_the_sandbox(path: Path) -> None:
    """They are from other encoders."""
    content = path.read_bytes()
    assert damage(content) == ""
    assert damage(content, seen=65_536) == ""


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_truncated_file_is_found(name: str, share: float) -> None:
    """Either its header is not complete, or something is missing behind that."""
    content = sample(name)[: int(len(sample(name)) * share)]
    try:
        assert damage(content)
    except MediaError as error:
        assert str(error)  # noqa: PT017 - what the file has left decides


@pytest.mark.parametrize(
    "name", ["h264.mp4", "h264-faststart.mp4", "h264.mov", "alpha.webm", "lossy.webp", "alpha.avif"]
)
def test_the_first_bytes_and_the_size_tell_that_a_file_is_cut_off(name: str) -> None:
    """The server says how long the file is, and its container how long it should be."""
    content = sample(name)
    assert damage(content, size=len(content) - 9, seen=len(content) - 9) == CUT_OFF


def _chunk(kind: bytes, data: bytes, *, checksum: int | None = None) -> bytes:
    crc = zlib.crc32(kind + data) if checksum is None else checksum
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", crc)


def _png(*extra: bytes, size: tuple[int, int] = (9, 9), rows: bytes | None = None) -> bytes:
    """Return a PNG of grey pixels, with more chunks before them."""
    width, height = size
    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (height * (width + 1)) if rows is None else rows)
    chunks = [_chunk(b"IHDR", header), *extra, _chunk(b"IDAT", pixels), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


SHOWN_ALL_THE_SAME = {
    "a bad checksum of a chunk that is not needed": _png(_chunk(b"pHYs", b"\0" * 9, checksum=1)),
    "metadata that Pillow refuses": _png(_chunk(b"zTXt", b"Raw profile type exif\0\0not zlib")),
    "a bomb of text": _png(_chunk(b"zTXt", b"x\0\0" + zlib.compress(b"x" * 9_000_000))),
    "bytes behind the end": _png() + b"junk" * 99,
    "more pixels than needed": _png(rows=b"\0" * 99_999),
    "pixels in small pieces": _png().replace(
        _chunk(b"IDAT", zlib.compress(b"\0" * 90)),
        b"".join(_chunk(b"IDAT", bytes([b])) for b in zlib.compress(b"\0" * 90)),
    ),
    "a wrong checksum of zlib": _png().replace(
        _chunk(b"IDAT", zlib.compress(b"\0" * 90)),
        _chunk(b"IDAT", zlib.compress(b"\0" * 90)[:-1] + b"\xaa"),
    ),
}


@pytest.mark.parametrize("case", SHOWN_ALL_THE_SAME)
def test_what_browsers_show_is_not_damaged(case: str) -> None:
    """Even where Pillow refuses it."""
    assert damage(SHOWN_ALL_THE_SAME[case]) == ""


def _spoil(kind: bytes) -> Callable[[bytes], bytes]:
    """Return a function that spoils the checksum of a chunk."""

    def spoil(png: bytes) -> bytes:
        at = png.index(kind)
        length = int.from_bytes(png[at - 4 : at], "big")
        end = at + 4 + length
        return png[:end] + bytes([png[end] ^ 1]) + png[end + 1 :]

    return spoil


DAMAGED: dict[str, tuple[bytes, str]] = {
    "cut off in the pixels": (_png()[:-18], CUT_OFF),
    "cut off at the end": (_png()[:-1], CUT_OFF),
    "without an end": (_png()[:-12], CUT_OFF),
    "header": (_spoil(b"IHDR")(_png()), "has a wrong checksum in its IHDR chunk"),
    "pixels": (_spoil(b"IDAT")(_png()), "has a wrong checksum in its IDAT chunk"),
    "end": (_spoil(b"IEND")(_png()), "has a wrong checksum in its IEND chunk"),
    "no zlib": (
        _png().replace(
            _chunk(b"IDAT", zlib.compress(b"\0" * 90)), _chunk(b"IDAT", b"\x78\x9c\xff\xff\xff\xff")
        ),
        "has pixels that cannot be decompressed",
    ),
    "too few pixels": (_png(rows=b"\0" * 50), "has fewer pixels than its header says"),
    "too wide": (_png(size=(8193, 1)), "is 8193 x 1 px; a still may have 8192 px a side"),
    "too many pixels": (_png(size=(8000, 8000), rows=b""), "and 40 megapixels"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_png_is_found(case: str) -> None:
    """The reason is for people: no hash, no object of Python, no bytes of the file."""
    content, reason = DAMAGED[case]
    assert reason in damage(content)
    assert damage(content).isprintable()


@pytest.mark.parametrize("case", ["header", "too wide", "too many pixels", "no zlib"])
def test_the_first_bytes_tell_what_they_can(case: str) -> None:
    """Where the file goes on, too."""
    content, reason = DAMAGED[case]
    assert reason in damage(content, size=10**6)


def test_a_palette_image_needs_its_palette() -> None:
    content = sample("palette.png")
    at = content.index(b"PLTE") - 4
    length = int.from_bytes(content[at : at + 4], "big")
    assert damage(content[:at] + content[at + 12 + length :]) == "has no palette"
    assert "PLTE" in damage(_spoil(b"PLTE")(content))


def test_an_interlaced_png_is_measured_pass_by_pass() -> None:
    """Adam7 has seven images of one byte a row more; a narrow image has fewer."""
    # Drawn by hand, as Pillow writes none: all passes of 1 to 9 px, filter bytes included.
    for width, height in ((1, 1), (2, 3), (5, 5), (9, 8)):
        total = 0
        for top, down, left, across in _PASSES:
            rows, columns = range(top, height, down), range(left, width, across)
            total += len(rows) * (1 + len(columns)) if columns else 0
        header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 1)
        for missing, expected in ((0, ""), (1, "has fewer pixels than its header says")):
            pixels = _chunk(b"IDAT", zlib.compress(b"\0" * (total - missing)))
            content = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + pixels + _chunk(b"IEND", b"")
            assert damage(content) == expected
            if not missing:
                Image.open(io.BytesIO(content)).load()


_PASSES = (
    *((0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4)),
    *((2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)),
)


@cache
def _large(name: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(file, name)
    return file.getvalue()


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_other_stills_are_decoded(name: str) -> None:
    """What Pillow says is told without an object of Python."""
    content = _large(name)
    assert damage(content) == ""
    third, pixels = len(content) // 3, content.find(b"mdat") + 4
    spoiled = {
        "jpeg": content[:-third],
        "webp": content[:third] + b"\xff" * third + content[2 * third :],
        "avif": content[:pixels] + b"\xff" * 99 + content[pixels + 99 :],
    }[name]
    reason = damage(spoiled)
    assert reason.startswith("cannot be decoded: ")
    assert "object at" not in reason


def test_a_gif_is_read_to_its_last_frame() -> None:
    """Pillow decodes the first one alone."""
    content = sample("animated.gif")
    assert damage(content[:-1]) == CUT_OFF
    assert damage(content + b"junk") == ""


@pytest.mark.parametrize("name", ["h264.mp4", "h264-faststart.mp4", "h264.mov", "vp9.mp4"])
@pytest.mark.parametrize("junk", [b"\0" * 64, b"junk" * 99, b"x"])
def test_bytes_behind_a_video_do_no_harm(name: str, junk: bytes) -> None:
    """Browsers ignore them."""
    assert damage(sample(name) + junk) == ""


@pytest.mark.parametrize(("width", "height"), [(8192, 4882), (1, 8192), (6324, 6324)])
def test_a_large_still_is_allowed(width: int, height: int) -> None:
    check_pixel_count(width, height)
