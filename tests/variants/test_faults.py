"""Files that are no stills, damaged, or larger than they look: one error that names the file."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bmff_builder import png
from mkdocs_masko.errors import MediaError
from mkdocs_masko.sandbox import MEDIA_DIR
from mkdocs_masko.variants import encode
from still_samples import DRAWN, SIDE, drawn, variant

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = variant("png", 8)
SAVED = {
    "PNG": {},
    "JPEG": {},
    "GIF": {},
    "WEBP": {"quality": 60},
    "AVIF": {"speed": 9, "max_threads": 1},
}


@cache
def sound(format_: str) -> bytes:
    file = io.BytesIO()
    image = DRAWN.convert("RGB") if format_ == "JPEG" else DRAWN
    image.save(file, format_, **SAVED[format_])
    return file.getvalue()


def refused(data: bytes, folder: Path) -> str:
    """Return the message about a file that must be refused."""
    source = folder / "fox.png"
    source.write_bytes(data)
    with pytest.raises(MediaError) as caught:
        encode(source, SMALL)
    return str(caught.value)


def bomb(width: int, height: int) -> bytes:
    """Make a PNG whose header alone says how large it is."""
    return png(width, height, 6)[:33] + struct.pack(">L4s", 4, b"IDAT") + bytes(8)


@pytest.mark.parametrize(
    ("data", "message_part"),
    [
        (b"", "fox.png: the file is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither an image nor a video"),
        (b"II*\x00" + bytes(40), "neither an image nor a video"),
        (sound("PNG")[:200], "fox.png: cannot be used as a still: "),
        (bomb(8193, 1), "is 8193 x 1 px; a still may have 8192 px a side and 40 megapixels"),
        (bomb(1, 8193), "is 1 x 8193 px"),
        (bomb(8000, 5001), "is 8000 x 5001 px"),
        (bomb(65535, 65535), "is 65535 x 65535 px"),
        (bomb(0, 4), "claims an impossible size of 0 x 4 px"),
    ],
)
def test_what_is_no_still_is_reported_in_one_line(
    tmp_path: Path, data: bytes, message_part: str
) -> None:
    message = refused(data, tmp_path)
    assert message_part in message
    assert message.startswith("fox.png: ")
    assert "\n" not in message


def test_a_video_is_reported_by_its_type(tmp_path: Path) -> None:
    video = next(MEDIA_DIR.rglob("*.webm")).read_bytes()
    assert refused(video, tmp_path) == "fox.png: is video/webm, where a still belongs"


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"^gone\.png: cannot be used as a still: .*No such file"):
        encode(tmp_path / "gone.png", SMALL)


def test_a_picture_larger_than_its_header_says_is_reported(tmp_path: Path) -> None:
    """A GIF's picture may reach over its screen, which is all that the header tells."""
    gif = bytearray(sound("GIF"))
    frame = gif.index(b",", 13 + 3 * 2 ** ((gif[10] & 7) + 1))
    gif[frame + 5 : frame + 9] = struct.pack("<HH", 9000, 9000)
    assert "is 9000 x 9000 px" in refused(bytes(gif), tmp_path)


def test_a_comment_that_unpacks_to_a_flood_is_reported(tmp_path: Path) -> None:
    """80 kB that would be 80 MB."""
    flood = b"Comment\x00\x00" + zlib.compress(bytes(80_000_000), 9)
    data = sound("PNG")
    chunk = struct.pack(">L4s", len(flood), b"zTXt") + flood
    chunk += struct.pack(">L", zlib.crc32(chunk[4:]))
    source = tmp_path / "fox.png"
    source.write_bytes(data[:33] + chunk + data[33:])
    with pytest.raises(MediaError, match=r"^fox\.png: cannot be used as a still: "):
        encode(source, SMALL)


@pytest.mark.parametrize(("width", "height"), [(SIDE + 1, 8), (8, SIDE + 1), (0, 8), (8, -1)])
def test_a_variant_that_the_still_cannot_give_is_reported(
    tmp_path: Path, width: int, height: int
) -> None:
    source = drawn(tmp_path)
    expected = rf"^fox\.png: has 48 x 48 px, not enough for {width} x {height or 8}$"
    with pytest.raises(MediaError, match=expected):
        encode(source, variant("webp", width, height))


def test_the_name_of_a_file_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    source = tmp_path / "fox\x1b[2J::error::.png"
    source.write_bytes(b"")
    with pytest.raises(MediaError) as caught:
        encode(source, SMALL)
    assert "\x1b" not in str(caught.value)
    assert "::" not in str(caught.value)


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """Give a file with some bits turned, and perhaps its end cut off."""

    def broken(flips: list[int], end: int) -> bytes:
        bits = bytearray(data)
        for flip in flips:
            bits[flip // 8] ^= 1 << flip % 8
        return bytes(bits[:end])

    bit = st.integers(0, 8 * len(data) - 1) | st.integers(0, 8 * 96)
    return st.builds(broken, st.lists(bit, max_size=6), st.integers(0, len(data)) | st.none())


@pytest.mark.parametrize("format_", SAVED)
def test_damage_is_a_variant_or_a_media_error_and_nothing_else(format_: str) -> None:
    """No other exception, no warning, no crash, whatever bit is turned."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "fox.png"

        @settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
        @given(data=damaged(sound(format_)))
        def check(data: bytes) -> None:
            source.write_bytes(data)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert_variant_or_error(lambda: encode(source, SMALL))

        check()


def assert_variant_or_error(act: Callable[[], bytes]) -> None:
    try:
        assert act().startswith(b"\x89PNG")
    except MediaError as error:
        assert str(error).startswith("fox.png: ")  # noqa: PT017 - either is right
