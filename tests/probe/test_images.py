"""Images built by hand: what encoders rarely write."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from bmff_builder import (
    FRAME,
    avif,
    box,
    exif,
    extent,
    gif,
    jpeg,
    png,
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
        pytest.param(gif(b"\x2c"), (64, 48), False, id="gif without control"),
        pytest.param(
            gif(b"\x21\xfe\x02hi\x01!\x00", b"\x21\xf9\x04\x01"), (64, 48), True, id="comment"
        ),
        pytest.param(png(64, 48, 2, *[struct.pack(">L4s", 0, b"tRNS")]), (64, 48), True, id="tRNS"),
        pytest.param(png(64, 48, 6), (64, 48), True, id="rgba"),
    ],
)
def test_an_image_tells_size_and_alpha(data: bytes, shown: tuple[int, int], *, alpha: bool) -> None:
    facts = probe_bytes(data)
    assert (size(facts), facts.alpha) == (shown, alpha)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(png(0, 48, 6), "0 x 48", id="png of no width"),
        pytest.param(png(2**31, 48, 6), "impossible size", id="giant png"),
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
    ],
)
def test_a_damaged_image_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MediaError, match=reason):
        probe_bytes(data)
