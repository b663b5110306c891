"""WebM files built by hand: what encoders rarely write."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from bmff_builder import (
    HEADER,
    INFO,
    count,
    element,
    endless,
    picture,
    tracks,
    webm,
)
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe_bytes

if TYPE_CHECKING:
    from mkdocs_masko.probe import MediaInfo

CLUSTER = 0x1F43B675


WIDE, TALL = (64, 48), (48, 64)


def projection(roll: float, yaw: float = 0, pitch: float = 0, type_: int = 0) -> bytes:
    """Make what turns a video, in degrees; Chromium 156 heeds it, Firefox 153 does not."""
    axes = zip((0x7673, 0x7674, 0x7675), (yaw, pitch, roll), strict=True)
    inner = (element(number, struct.pack(">f", value)) for number, value in axes)
    return element(0x7670, count(0x7671, type_), *inner)


def header_of(doc_type: bytes, *before: bytes) -> bytes:
    return element(0x1A45DFA3, *before, element(0x4282, doc_type))


def size(facts: MediaInfo) -> tuple[int, int]:
    return facts.width, facts.height


@pytest.mark.parametrize(
    ("data", "duration"),
    [
        pytest.param(webm(INFO, tracks(picture())), 4.0, id="plain"),
        pytest.param(webm(tracks(picture()), INFO), 4.0, id="info last"),
        pytest.param(webm(tracks(picture())), None, id="no info"),
        pytest.param(
            HEADER + endless(0x18538067, INFO, tracks(picture()), endless(CLUSTER, b"\xff")),
            4.0,
            id="live",
        ),
        pytest.param(
            HEADER + endless(0x18538067, tracks(picture()), endless(CLUSTER, b"\xff")),
            None,
            id="live, no info",
        ),
        pytest.param(
            webm(element(CLUSTER, bytes(99)), element(0xEC, bytes(99)), INFO, tracks(picture())),
            4.0,
            id="frames first",
        ),
        pytest.param(
            webm(element(0x1549A966, element(0x4489, struct.pack(">f", 2500))), tracks(picture())),
            2.5,
            id="short float, default scale",
        ),
        pytest.param(
            webm(
                element(0x1549A966, element(0x4489, struct.pack(">d", float("nan")))),
                tracks(picture()),
            ),
            None,
            id="not a number",
        ),
        pytest.param(
            webm(element(0x1549A966, element(0x4489, b"\x01")), tracks(picture())),
            None,
            id="not a float",
        ),
    ],
)
def test_a_webm_tells_its_duration_where_it_has_one(data: bytes, duration: float | None) -> None:
    facts = probe_bytes(data)
    assert size(facts) == (64, 48)
    assert facts.duration == duration


@pytest.mark.parametrize(
    ("entries", "shown", "alpha", "codec"),
    [
        pytest.param([picture(count(0x53C0, 1))], (64, 48), True, "vp9", id="alpha"),
        pytest.param([picture(count(0x53C0, 0))], (64, 48), False, "vp9", id="alpha denied"),
        pytest.param([picture(count(0x54B0, 128))], (128, 48), False, "vp9", id="wide pixels"),
        pytest.param(
            [picture(count(0x54B0, 4), count(0x54BA, 3), count(0x54B2, 3))],
            (64, 48),
            False,
            "vp9",
            id="a ratio is no size",
        ),
        *(
            pytest.param(
                [picture(count(0x54B0, 4), count(0x54BA, 1), count(0x54B2, unit))],
                (192, 48),
                False,
                "vp9",
                id=f"a wide shape in unit {unit}",
            )
            for unit in range(4)
        ),
        pytest.param(
            [picture(count(0x54B0, 4), count(0x54BA, 1), count(0x54B2, 4))],
            (64, 48),
            False,
            "vp9",
            id="a shape in no known unit",
        ),
        pytest.param(
            [picture(count(0x54B0, 128), count(0x54BA, 96))],
            (64, 48),
            False,
            "vp9",
            id="twice as large",
        ),
        pytest.param(
            [picture(count(0x54B0, 32))], (64, 96), False, "vp9", id="narrow; not in Firefox"
        ),
        pytest.param(
            [picture(count(0x54CC, 8), count(0x54DD, 8))], (64, 48), False, "vp9", id="cropped"
        ),
        pytest.param(
            [picture(count(0x54CC, 8), count(0x54DD, 8), count(0x54B0, 48))],
            (64, 48),
            False,
            "vp9",
            id="cropped, and said so",
        ),
        pytest.param(
            [picture(count(0x54CC, 64), count(0x54B0, 48))],
            (64, 48),
            False,
            "vp9",
            id="cropped to nothing",
        ),
        *(
            pytest.param([picture(projection(*axes))], expected, False, "vp9", id=f"turned {axes}")
            for axes, expected in (
                ((90,), TALL),
                ((-90,), TALL),
                ((270,), TALL),
                ((180,), WIDE),
                ((45,), WIDE),
                ((360,), WIDE),
                ((90, 180), TALL),
                ((90, 90), WIDE),
                ((90, 0, 30), WIDE),
                ((90, 0, 0, 1), WIDE),
            )
        ),
        pytest.param(
            [picture(count(0x54B0, 128), projection(90))],
            (48, 128),
            False,
            "vp9",
            id="wide, turned",
        ),
        pytest.param(
            [element(0xAE, count(0x83, 2)), picture(codec=b"V_VP8\x00\x00")],
            (64, 48),
            False,
            "vp8",
            id="sound first",
        ),
        pytest.param([picture(codec=b"V_THEORA")], (64, 48), False, "", id="unknown codec"),
    ],
)
def test_a_webm_tells_size_alpha_and_codec(
    entries: list[bytes], shown: tuple[int, int], codec: str, *, alpha: bool
) -> None:
    facts = probe_bytes(webm(INFO, tracks(*entries)))
    assert (size(facts), facts.alpha, facts.codec) == (shown, alpha, codec)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(header_of(b"matroska"), id="matroska"),
        pytest.param(header_of(b"webm\x00\x00"), id="padded"),
        pytest.param(header_of(b"webm", element(0xEC, bytes(200))), id="late"),
    ],
)
def test_a_webm_is_played_by_these_names_too(header: bytes) -> None:
    facts = probe_bytes(header + element(0x18538067, INFO, tracks(picture())))
    assert (facts.type, facts.codec, size(facts)) == ("video/webm", "vp9", WIDE)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(HEADER, "no segment", id="empty"),
        pytest.param(webm(INFO), "has no tracks", id="no tracks"),
        pytest.param(webm(INFO, tracks()), "no video track", id="no video"),
        pytest.param(webm(endless(CLUSTER, tracks(picture()))), "no tracks", id="endless frames"),
        pytest.param(webm(endless(0x1654AE6B, picture())), "impossible size", id="endless tracks"),
        pytest.param(
            HEADER + element(0x18538067, b"\x16\x54\xae\x6b\x88"), "impossible", id="sticks out"
        ),
        pytest.param(HEADER + b"\x18\x53\x80\x67", "damaged", id="no size"),
        pytest.param(HEADER + b"\x00", "damaged", id="no name"),
        pytest.param(webm(INFO, tracks(picture(element(0x53C0, bytes(9))))), "value", id="long"),
        pytest.param(
            element(0x1A45DFA3, element(0x4282, b"webmatroska")), "not WebM", id="another type"
        ),
    ],
)
def test_a_damaged_webm_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MediaError, match=reason):
        probe_bytes(data)
