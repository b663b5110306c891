"""What Exif and its kin do to an image: the sizes are those of Chromium 156 and Firefox 153.

Each was read from `naturalWidth` and `naturalHeight`; where the two differ, the row says so and
holds Chromium's.
"""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bmff_builder import FRAME, INCH, LONG, SCAN, chunk, jpeg, png, tiff
from mkdocs_masko.probe import probe_bytes

WIDE, TALL = (64, 48), (48, 64)
PIXELS = chunk(b"IDAT", b"pixels")
TURNED = chunk(b"eXIf", tiff(6))
CENTIMETRE = 3


def size(data: bytes) -> tuple[int, int]:
    facts = probe_bytes(data)
    return facts.width, facts.height


def app1(content: bytes) -> tuple[int, bytes]:
    return 0xE1, b"Exif\x00\x00" + content


def photo(*before: tuple[int, bytes]) -> bytes:
    return jpeg(*before, FRAME, SCAN)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_exif_turns_a_png_and_a_jpeg(kind: str, order: str, orientation: int) -> None:
    content = tiff(orientation, order=order)
    data = {"png": png(64, 48, 2, chunk(b"eXIf", content), PIXELS), "jpeg": photo(app1(content))}
    facts = probe_bytes(data[kind])
    assert (facts.width, facts.height) == (TALL if orientation > 4 else WIDE)
    assert facts.orientation == orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("lossless", [True, False])
def test_exif_turns_no_webp(orientation: int, *, lossless: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.new("RGBA", WIDE).save(file, "WEBP", exif=exif, lossless=lossless)
    facts = probe_bytes(file.getvalue())
    assert (facts.width, facts.height, facts.orientation) == (*WIDE, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_irot_and_imir_turn_an_avif(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.new("RGB", WIDE).save(file, "AVIF", exif=exif)
    facts = probe_bytes(file.getvalue())
    assert (facts.width, facts.height) == (TALL if orientation > 4 else WIDE)
    assert facts.orientation == orientation


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        pytest.param([TURNED, PIXELS], TALL, id="before the pixels"),
        pytest.param([PIXELS, TURNED], WIDE, id="after the pixels"),
        pytest.param([TURNED, chunk(b"eXIf", tiff(1)), PIXELS], TALL, id="the first of two"),
        pytest.param([chunk(b"eXIf", tiff(1)), TURNED, PIXELS], WIDE, id="the second of two"),
        pytest.param([TURNED[:-4] + bytes(4), PIXELS], WIDE, id="bad checksum"),
        pytest.param([chunk(b"eXIf", b"Exif\0\0" + tiff(6)), PIXELS], WIDE, id="prefix of JPEG"),
        pytest.param([chunk(b"eXIf", tiff(9)), PIXELS], WIDE, id="no such turn"),
        pytest.param([chunk(b"eXIf", tiff(0)), PIXELS], WIDE, id="turn 0"),
        pytest.param([chunk(b"eXIf", tiff(6, type_=LONG)), PIXELS], WIDE, id="another type"),
        pytest.param(
            [chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 8\n4d4d"), PIXELS],
            WIDE,
            id="raw text",
        ),
        pytest.param([chunk(b"eXIf", tiff(6) + bytes(70_000)), PIXELS], TALL, id="over 64 KiB"),
        pytest.param(
            [chunk(b"acTL", bytes(8)), TURNED, PIXELS], TALL, id="animated; not in Firefox"
        ),
        pytest.param(
            [chunk(b"eXIf", tiff(density=((144, 144), INCH, (32, 24)))), PIXELS],
            WIDE,
            id="never scaled; Firefox does",
        ),
    ],
)
def test_a_png_is_turned_by_its_first_sound_exif(
    chunks: list[bytes], expected: tuple[int, int]
) -> None:
    assert size(png(64, 48, 2, *chunks)) == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([app1(tiff(1)), app1(tiff(6))], WIDE, id="the first of two, upright"),
        pytest.param([app1(tiff(6)), app1(tiff(1))], TALL, id="the first of two, turned"),
        pytest.param([app1(b"garbage!"), app1(tiff(6))], WIDE, id="a damaged first one"),
        pytest.param(
            [(0xE1, b"http://ns.adobe.com/xap/1.0/\0"), app1(tiff(6))],
            TALL,
            id="behind XMP; not in Firefox",
        ),
        pytest.param([app1(tiff(6, type_=LONG))], WIDE, id="another type"),
        pytest.param([app1(tiff(6, count=2))], WIDE, id="another count"),
        pytest.param([app1(tiff(9))], WIDE, id="no such turn"),
        pytest.param([app1(tiff(6)[:-4])], TALL, id="no next directory"),
        pytest.param([app1(tiff(6)[:-8])], WIDE, id="cut in the entry"),
        pytest.param(
            [app1(b"MM\0*" + struct.pack(">LH12xHHLHH", 8, 2, 0x112, 3, 1, 6, 0))],
            TALL,
            id="out of order",
        ),
    ],
)
def test_a_jpeg_is_turned_by_its_first_exif(
    segments: list[tuple[int, bytes]], expected: tuple[int, int]
) -> None:
    assert size(photo(*segments)) == expected


def test_exif_behind_the_frame_header_turns_a_jpeg_too() -> None:
    assert size(jpeg(FRAME, app1(tiff(6)), SCAN)) == TALL


@pytest.mark.parametrize(
    ("density", "orientation", "expected"),
    [
        pytest.param(((144, 144), INCH, (32, 24)), None, (32, 24), id="twice as fine"),
        pytest.param(((36, 36), INCH, (128, 96)), None, (128, 96), id="twice as coarse"),
        pytest.param(((144, 72), INCH, (32, 48)), None, (32, 48), id="across alone"),
        pytest.param(((100, 100), INCH, (46, 35)), None, (46, 35), id="rounded"),
        pytest.param(((72, 72), INCH, WIDE), None, WIDE, id="plain"),
        pytest.param(((144, 144), INCH, WIDE), None, WIDE, id="another size is claimed"),
        pytest.param(((144, 144), CENTIMETRE, (32, 24)), None, WIDE, id="centimetres"),
        pytest.param(((144, 144), 1, (32, 24)), None, WIDE, id="no unit"),
        pytest.param(((0, 144), INCH, (32, 24)), None, WIDE, id="resolution of nothing"),
        pytest.param(((144, 144), INCH, (32, 24)), 6, (24, 32), id="turned after that"),
        pytest.param(((144, 144), INCH, (24, 32)), 6, TALL, id="claimed as turned"),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_is_scaled_by_its_density_where_the_claimed_size_agrees(
    density: tuple[tuple[int, int], int, tuple[int, int]],
    orientation: int | None,
    expected: tuple[int, int],
    order: str,
) -> None:
    assert size(photo(app1(tiff(orientation, order=order, density=density)))) == expected


@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"II*\0\x08\0\0\0"]))
def test_any_exif_is_read_or_ignored(content: bytes, mark: bytes) -> None:
    facts = probe_bytes(photo(app1(mark + content)))
    assert 1 <= facts.orientation <= 8
