"""MP4 and QuickTime files built by hand: what encoders rarely write."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from bmff_builder import (
    FTYP,
    QUARTER_TURN,
    box,
    clock,
    movie,
    record,
    sample_entry,
    track,
    track_header,
    unit,
)
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe_bytes

if TYPE_CHECKING:
    from mkdocs_masko.probe import MediaInfo

SHOWN = track_header(64, 48)
H264 = sample_entry(b"avc1")
HALF_TURN = (-(1 << 16), 0, 0, 0, -(1 << 16), 0, 0, 0, 1 << 30)
SPS, PPS, SEI = 33, 34, 39
ALPHA_INFO = unit(SEI, 0, b"\xa5\x04\x00\x00\x7f\x90\x80")
LAYERS = (unit(SPS, 0), unit(PPS, 0), unit(SPS, 1), unit(PPS, 1))


def pixels(across: int, down: int) -> bytes:
    return sample_entry(b"avc1", box(b"pasp", struct.pack(">LL", across, down)))


def size(facts: MediaInfo) -> tuple[int, int]:
    return facts.width, facts.height


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param(movie(track(SHOWN, H264)), (64, 48), id="plain"),
        pytest.param(movie(track(track_header(64, 48, long=True), H264)), (64, 48), id="64 bit"),
        pytest.param(
            movie(track(track_header(64, 48, matrix=QUARTER_TURN), H264)), (48, 64), id="turned"
        ),
        pytest.param(movie(track(track_header(128, 96), H264)), (64, 48), id="twice as large"),
        pytest.param(movie(track(track_header(32, 24), H264)), (64, 48), id="half as large"),
        pytest.param(movie(track(track_header(128, 48), H264)), (128, 48), id="wide"),
        pytest.param(movie(track(track_header(32, 48), H264)), (64, 96), id="narrow"),
        pytest.param(movie(track(SHOWN, pixels(2, 1))), (128, 48), id="wide pixels"),
        pytest.param(movie(track(SHOWN, pixels(1, 2))), (64, 96), id="narrow pixels"),
        pytest.param(movie(track(SHOWN, pixels(5, 4))), (80, 48), id="pixels of 5:4"),
        pytest.param(movie(track(SHOWN, pixels(3, 4))), (64, 64), id="pixels of 3:4"),
        pytest.param(movie(track(SHOWN, pixels(0, 1))), (64, 48), id="pixels of no width"),
        pytest.param(movie(track(SHOWN, pixels(1, 0))), (64, 48), id="pixels of no height"),
        pytest.param(movie(track(b"", pixels(2, 1))), (64, 48), id="pixels without a header"),
        pytest.param(
            movie(track(track_header(64, 48, matrix=QUARTER_TURN), pixels(2, 1))),
            (48, 128),
            id="wide pixels, turned",
        ),
        pytest.param(
            movie(track(track_header(64, 48, matrix=HALF_TURN), H264)), (64, 48), id="half turn"
        ),
        pytest.param(
            movie(track(SHOWN, sample_entry(b"avc1", box(b"clap", bytes(32))))),
            (64, 48),
            id="clap cuts nothing",
        ),
        pytest.param(movie(track(track_header(63.6, 48.4), H264)), (64, 48), id="fractions"),
        pytest.param(movie(track(track_header(0, 0), H264)), (64, 48), id="not in the header"),
        pytest.param(movie(track(b"", H264)), (64, 48), id="no header"),
        pytest.param(
            movie(track(SHOWN, handler=b"soun"), track(SHOWN, H264)), (64, 48), id="sound first"
        ),
        pytest.param(
            FTYP + struct.pack(">L4sQ", 1, b"mdat", 21) + b"frame" + movie(track(SHOWN, H264))[20:],
            (64, 48),
            id="64 bit size",
        ),
        pytest.param(
            FTYP + struct.pack(">L4s", 0, b"moov") + movie(track(SHOWN, H264))[28:],
            (64, 48),
            id="up to the end",
        ),
    ],
)
def test_an_mp4_tells_its_size_as_shown(data: bytes, shown: tuple[int, int]) -> None:
    assert size(probe_bytes(data)) == shown


@pytest.mark.parametrize(
    ("header", "media", "rest", "expected"),
    [
        pytest.param((4000, 1000), (0, 1000), b"", 4.0, id="movie"),
        pytest.param((0, 1000), (1, 3), b"", 0.333, id="track"),
        pytest.param((2**32 - 1, 1000), (0, 1000), b"", None, id="unknown"),
        pytest.param((4000, 0), (0, 0), b"", None, id="no time scale"),
        pytest.param((1, 10**6), (0, 1000), b"", None, id="below a millisecond"),
        pytest.param(
            (0, 1000),
            (0, 1000),
            box(b"mvex", box(b"mehd", struct.pack(">LL", 0, 2500))),
            2.5,
            id="fragments",
        ),
        pytest.param(
            (0, 1000),
            (0, 1000),
            box(b"mvex", box(b"mehd", struct.pack(">LQ", 1 << 24, 2500))),
            2.5,
            id="long fragments",
        ),
    ],
)
def test_an_mp4_tells_its_duration_where_it_has_one(
    header: tuple[int, int], media: tuple[int, int], rest: bytes, expected: float | None
) -> None:
    only = track(SHOWN, H264, duration=clock(b"mdhd", *media))
    facts = probe_bytes(movie(only, header=clock(b"mvhd", *header), rest=rest))
    assert facts.duration == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (sample_entry(b"avc1", box(b"avcC", b"\1\x42\xc0\x1e")), "avc1.42C01E"),
        (
            sample_entry(b"avc1", box(b"pasp", bytes(8)), box(b"avcC", b"\1\x64\0\x28!")),
            "avc1.640028",
        ),
        (
            sample_entry(b"avc1", box(b"avcC", b"\0\0\0\1\x67\x42\xc0\x0a\xda\0\0\1\x68\xce")),
            "avc1.42C00A",
        ),
        (sample_entry(b"avc1", box(b"avcC", b"\0\0\0\1\x68\xce\0\0")), ""),
        (sample_entry(b"avc1"), ""),
        (sample_entry(b"avc3", box(b"avcC", b"\1\x42\xc0\x1e")), ""),
        (sample_entry(b"hvc1", record(*LAYERS)), ""),
    ],
    ids=["baseline", "high", "annex B", "annex B, no SPS", "no record", "in band", "hevc"],
)
def test_h264_tells_its_profile_and_level_as_browsers_want_them(
    entry: bytes, expected: str
) -> None:
    assert probe_bytes(movie(track(SHOWN, entry))).codecs == expected


@pytest.mark.parametrize(("units", "expected"), [(4000, 4.0), (2**64 - 1, None)])
def test_an_mp4_tells_a_duration_of_64_bits(units: int, expected: float | None) -> None:
    header = clock(b"mvhd", units, 1000, long=True)
    assert probe_bytes(movie(track(SHOWN, H264), header=header)).duration == expected


@pytest.mark.parametrize(
    ("entry", "codec", "alpha"),
    [
        pytest.param(sample_entry(b"avc3"), "avc1", False, id="avc3"),
        pytest.param(sample_entry(b"av01"), "av1", False, id="av01"),
        pytest.param(sample_entry(b"mp4v"), "", None, id="unknown"),
        pytest.param(sample_entry(b"ap4h"), "prores", None, id="prores"),
        pytest.param(sample_entry(b"hvc1"), "hvc1", None, id="no record"),
        pytest.param(sample_entry(b"hev1", record()), "hev1", None, id="in band"),
        pytest.param(sample_entry(b"hvc1", record(*LAYERS[:2])), "hvc1", False, id="one layer"),
        pytest.param(
            sample_entry(b"hvc1", record(*LAYERS, ALPHA_INFO)), "hvc1", True, id="two layers"
        ),
        pytest.param(
            sample_entry(b"hvc1", record(*LAYERS, ALPHA_INFO), bytes(4)), "hvc1", True, id="padded"
        ),
        pytest.param(
            sample_entry(b"hvc1", record(*LAYERS)), "hvc1", False, id="two layers, no alpha"
        ),
        pytest.param(
            sample_entry(b"hvc1", record(*LAYERS[:3], ALPHA_INFO)), "hvc1", False, id="no PPS"
        ),
        pytest.param(
            sample_entry(b"hvc1", record(*LAYERS, unit(SEI, 0, b"\xa5\x01\x80\x80"))),
            "hvc1",
            False,
            id="cancelled",
        ),
        pytest.param(
            sample_entry(
                b"hvc1",
                record(*LAYERS, unit(SEI, 0, b"\xff\x01\x02xx\xa5\x04\x00\x00\x7f\x90\x80")),
            ),
            "hvc1",
            True,
            id="after another message",
        ),
    ],
)
def test_an_mp4_tells_codec_and_alpha(entry: bytes, codec: str, *, alpha: bool | None) -> None:
    facts = probe_bytes(movie(track(SHOWN, entry)))
    assert (facts.codec, facts.alpha) == (codec, alpha)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(FTYP, "no 'moov' box", id="empty"),
        pytest.param(movie(), "no video track", id="no track"),
        pytest.param(movie(track(SHOWN)), "no sample entry, which names its codec", id="no codec"),
        pytest.param(FTYP + struct.pack(">L4s", 7, b"free"), "impossible size", id="too small"),
        pytest.param(FTYP + struct.pack(">L4sQ", 1, b"mdat", 2**63), "impossible", id="too large"),
        pytest.param(
            FTYP + box(b"moov", struct.pack(">L4s", 99, b"trak")), "impossible", id="sticks out"
        ),
        pytest.param(movie(track(box(b"tkhd"), H264)), "too short", id="short header"),
        pytest.param(movie(track(track_header(65535.9, 48), H264)), "65536 x 48", id="giant"),
        pytest.param(movie(track(b"", sample_entry(b"avc1", width=0))), "0 x 48", id="nothing"),
        pytest.param(
            movie(track(SHOWN, sample_entry(b"hvc1", box(b"hvcC", bytes(22), b"\x01")))),
            "is too short",
            id="record too short",
        ),
        pytest.param(
            movie(track(SHOWN, sample_entry(b"hvc1", record(b"\x42")))), "damaged", id="bad record"
        ),
        pytest.param(
            movie(track(SHOWN, sample_entry(b"hvc1", box(b"hvcC", bytes(70000))))),
            "larger than any real one",
            id="giant record",
        ),
    ],
)
def test_a_damaged_mp4_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MediaError, match=reason):
        probe_bytes(data)
