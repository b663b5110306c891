"""Images built by hand: what encoders rarely write."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from bmff_builder import (
    FRAME,
    QUARTER_TURN,
    SCAN,
    avif,
    box,
    chunk,
    exif,
    extent,
    gif,
    jpeg,
    movie,
    png,
    sample_entry,
    track,
    track_header,
)
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe_bytes

if TYPE_CHECKING:
    from mkdocs_masko.probe import MediaInfo

QUARTER_TURN_BOX, HALF_TURN_BOX = box(b"irot", b"\x01"), box(b"irot", b"\x02")
ALPHA_AUX = box(b"auxC", bytes(4), b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00")
DEPTH_AUX = box(b"auxC", bytes(4), b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\x00")


def size(facts: MediaInfo) -> tuple[int, int]:
    return facts.width, facts.height


REST = jpeg(FRAME, SCAN)[2:]


def gif_of(width: int, height: int) -> bytes:
    """Make a GIF of a screen of some size, and a frame of 64 x 48 px."""
    frame = b"\x21\xf9\x04\x01\x00\x00\x00\x00" + struct.pack("<BHHHHB", 0x2C, 0, 0, 64, 48, 0)
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + frame


def webp(kind: bytes, content: bytes) -> bytes:
    """Make a WebP of one chunk."""
    padded = content + bytes(len(content) % 2)
    riff = b"WEBP" + kind + struct.pack("<L", len(content)) + padded
    return b"RIFF" + struct.pack("<L", len(riff)) + riff


def links(*items: tuple[int, ...], long: bool = False) -> bytes:
    """Make the content of `ipma`: for each item its number, then the properties from 1."""
    form = ">LB{}H" if long else ">HB{}B"
    flags = 1 << 24 | 1 if long else 0
    rows = (struct.pack(form.format(len(own)), n, len(own), *own) for n, *own in items)
    return struct.pack(">LL", flags, len(items)) + b"".join(rows)


@pytest.mark.parametrize(
    ("data", "shown", "alpha"),
    [
        pytest.param(avif(extent(64, 48)), (64, 48), False, id="no links"),
        pytest.param(avif(extent(64, 48) + extent(99, 99)), (99, 99), False, id="the largest"),
        pytest.param(
            avif(extent(64, 48) + extent(99, 99), links((2, 2), (1, 1))),
            (64, 48),
            False,
            id="the primary",
        ),
        pytest.param(
            avif(extent(99, 99) + extent(64, 48), links((2, 1), (1, 0x8002), long=True)),
            (64, 48),
            False,
            id="long links",
        ),
        pytest.param(
            avif(extent(64, 48), links((1, 0, 1, 99))), (64, 48), False, id="links to nothing"
        ),
        pytest.param(
            avif(extent(64, 48) + QUARTER_TURN_BOX, links((1, 1, 0x82))), (48, 64), False, id="irot"
        ),
        pytest.param(
            avif(extent(64, 48) + HALF_TURN_BOX, links((1, 1, 0x82))),
            (64, 48),
            False,
            id="half turn",
        ),
        pytest.param(
            avif(extent(64, 48) + QUARTER_TURN_BOX, links((1, 1), (2, 2))),
            (64, 48),
            False,
            id="another's irot",
        ),
        pytest.param(
            avif(extent(64, 48) + extent(99, 99), links((2, 1))), (99, 99), False, id="no own links"
        ),
        pytest.param(avif(extent(64, 48) + ALPHA_AUX), (64, 48), True, id="alpha"),
        pytest.param(avif(extent(64, 48) + DEPTH_AUX), (64, 48), False, id="depth"),
    ],
)
def test_an_avif_tells_the_size_and_alpha_of_its_primary_picture(
    data: bytes, shown: tuple[int, int], *, alpha: bool
) -> None:
    facts = probe_bytes(data)
    assert (size(facts), facts.alpha) == (shown, alpha)


def mini(flags: int, *sizes: tuple[int, int]) -> bytes:
    """Make an AVIF in a `mini` box: its flags, then pairs of a value and its bits."""
    value = bits = 0
    for number, width in sizes:
        value, bits = value << width | number, bits + width
    content = struct.pack(">HQ", flags, value << (64 - bits))
    return struct.pack(">L4s4s4s", 16, b"ftyp", b"mif3", b"avif") + box(b"mini", content)


SMALL, LARGE = ((0, 1), (63, 7), (47, 7)), ((1, 1), (639, 15), (479, 15))


@pytest.mark.parametrize(
    ("data", "expected", "alpha"),
    [
        pytest.param(mini(0, *SMALL), (64, 48), False, id="small"),
        pytest.param(mini(0, *LARGE), (640, 480), False, id="large"),
        pytest.param(mini(0x0400, *SMALL), (64, 48), True, id="alpha"),
        pytest.param(mini(5, *SMALL), (48, 64), False, id="turned"),
        pytest.param(mini(2, *LARGE), (640, 480), False, id="upside down"),
    ],
)
def test_a_minimized_avif_tells_size_and_alpha(
    data: bytes, expected: tuple[int, int], *, alpha: bool
) -> None:
    """Such files were shown by Chromium 156; Firefox 153 shows none."""
    facts = probe_bytes(data)
    assert (size(facts), facts.alpha) == (expected, alpha)


ALPHA_URN = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"
PICTURES = track(track_header(64, 48), sample_entry(b"av01"), handler=b"pict")


def auxiliary(urn: bytes) -> bytes:
    info = box(b"auxi", bytes(4), urn)
    return track(track_header(64, 48), sample_entry(b"av01", info), handler=b"auxv")


@pytest.mark.parametrize(
    ("tracks", "alpha"),
    [
        pytest.param([PICTURES], False, id="opaque"),
        pytest.param([PICTURES, auxiliary(ALPHA_URN)], True, id="alpha"),
        pytest.param([auxiliary(ALPHA_URN), PICTURES], True, id="alpha first"),
        pytest.param([PICTURES, auxiliary(b"urn:depth\x00")], False, id="depth"),
        pytest.param(
            [
                track(
                    track_header(64, 48, matrix=QUARTER_TURN),
                    sample_entry(b"av01"),
                    handler=b"pict",
                )
            ],
            False,
            id="a matrix turns nothing",
        ),
    ],
)
def test_a_sequence_without_a_still_image_tells_size_and_alpha(
    tracks: list[bytes], *, alpha: bool
) -> None:
    brands = box(b"ftyp", b"avis\x00\x00\x00\x00msf1")
    data = brands + movie(*tracks)[20:]
    facts = probe_bytes(data)
    assert (size(facts), facts.alpha, facts.type) == ((64, 48), alpha, "image/avif")


@pytest.mark.parametrize(
    ("data", "shown", "alpha"),
    [
        pytest.param(jpeg(FRAME), (64, 48), False, id="jpeg"),
        pytest.param(b"\xff\xd8\xff\xff" + jpeg(FRAME)[2:], (64, 48), False, id="fill bytes"),
        pytest.param(b"\xff\xd8\xff\x01" + jpeg(FRAME)[2:], (64, 48), False, id="lone marker"),
        pytest.param(jpeg((0xE1, exif("<", 6)), FRAME), (48, 64), False, id="turned, little"),
        pytest.param(jpeg((0xE1, exif(">", 8)), FRAME), (48, 64), False, id="turned, big"),
        pytest.param(jpeg((0xE1, exif(">", 3)), FRAME), (64, 48), False, id="upside down"),
        pytest.param(
            jpeg((0xE1, exif(">", 6, entries=0)), FRAME), (64, 48), False, id="outside Exif"
        ),
        pytest.param(jpeg((0xE1, b"Exif\x00\x00MM\x00*"), FRAME), (64, 48), False, id="cut Exif"),
        pytest.param(jpeg((0xE1, b"http://ns.adobe.com/"), FRAME), (64, 48), False, id="XMP"),
        pytest.param(jpeg((0xE0, b"")) + b"junk" + REST, (64, 48), False, id="junk"),
        pytest.param(
            jpeg((0xE0, b"")) + b"a\xff\x00b\xff\xff" + REST, (64, 48), False, id="junk of 0xFF"
        ),
        pytest.param(
            jpeg((0xE0, b"")) + b"\x11" * 70_000 + REST, (64, 48), False, id="junk of 70 kB"
        ),
        pytest.param(
            jpeg((0xE0, b"")) + b"\xff\xe5\x00\x00" + REST,
            (64, 48),
            False,
            id="segment of no length",
        ),
        pytest.param(
            jpeg((0xE0, b"")) + b"\xff\xe5\x00\x05abcdefg" + REST, (64, 48), False, id="short"
        ),
        *(
            pytest.param(jpeg((marker, FRAME[1])), (64, 48), False, id=f"frame {marker:X}")
            for marker in (0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA)
        ),
        pytest.param(gif(b"\x2c"), (64, 48), False, id="gif without control"),
        pytest.param(
            gif(b"\x21\xfe\x02hi\x01!\x00", b"\x21\xf9\x04\x01"), (64, 48), True, id="comment"
        ),
        pytest.param(gif_of(0, 0), (64, 48), True, id="gif without a screen"),
        pytest.param(gif_of(10, 60), (64, 60), True, id="gif of a small screen"),
        pytest.param(gif_of(99, 99), (99, 99), True, id="gif of a large screen"),
        pytest.param(webp(b"VP8L", b"\x2f\x3f\xc0\x0b\x00"), (64, 48), False, id="webp, opaque"),
        pytest.param(webp(b"VP8L", b"\x2f\x3f\xc0\x0b\x10"), (64, 48), True, id="webp, 26 bytes"),
        pytest.param(
            webp(b"VP8L", bytes.fromhex("2f0000001007101111")), (1, 1), True, id="webp of 1 px"
        ),
        pytest.param(png(64, 48, 2, chunk(b"tRNS"), chunk(b"IDAT")), (64, 48), True, id="tRNS"),
        pytest.param(png(64, 48, 6, chunk(b"IDAT")), (64, 48), True, id="rgba"),
    ],
)
def test_an_image_tells_size_and_alpha(data: bytes, shown: tuple[int, int], *, alpha: bool) -> None:
    facts = probe_bytes(data)
    assert (size(facts), facts.alpha) == (shown, alpha)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(png(0, 48, 6, chunk(b"IDAT")), "0 x 48", id="png of no width"),
        pytest.param(png(2**31, 48, 6, chunk(b"IDAT")), "impossible size", id="giant png"),
        pytest.param(png(64, 48, 2), "ends before its header", id="png without pixels"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x04CgBI", "header", id="Xcode's png"),
        pytest.param(jpeg((0xDA, b"")), "no frame header", id="jpeg without frame"),
        pytest.param(jpeg((0xE0, b"")) + b"junk", "wrong length", id="jpeg out of step"),
        pytest.param(jpeg((0xC0, b"\x08\x00\x00\x00\x40")), "64 x 0", id="jpeg of no height"),
        pytest.param(gif(), "ends before its header", id="gif without frame"),
        pytest.param(b"RIFFxxxxWEBPVP8 xxxx" + bytes(10), "key frame", id="webp, lossy"),
        pytest.param(b"RIFFxxxxWEBPVP8Lxxxx" + bytes(10), "lossless", id="webp, lossless"),
        pytest.param(avif(b""), "no property with its size", id="avif without size"),
        pytest.param(avif(b"")[:20], "properties", id="avif without properties"),
        pytest.param(mini(1 << 14, *SMALL), "later version", id="minimized avif of tomorrow"),
        pytest.param(mini(0)[:22], "ends before", id="minimized avif, cut"),
        pytest.param(
            box(b"ftyp", b"avis\x00\x00\x00\x00msf1") + movie()[20:],
            "track of pictures",
            id="sequence of nothing",
        ),
        pytest.param(b"RIFFxxxxWEBPVP8Lxxxx\x2f\x00", "ends before", id="webp, cut"),
    ],
)
def test_a_damaged_image_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MediaError, match=reason):
        probe_bytes(data)
