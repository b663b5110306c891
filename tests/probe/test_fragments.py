"""How long a fragmented MP4 lasts: all its fragments together, as browsers show it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from bmff_builder import box, clock, movie, sample_entry, track, track_header
from media_samples import run_ffmpeg, sample
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe, probe_bytes

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1000  # units of the track


def header(*extends: bytes, first: int = 0) -> bytes:
    """Make all of a video but its fragments; `first` is how long the part in the header lasts."""
    told = clock(b"mdhd", first, SECOND)
    only = track(track_header(64, 48), sample_entry(b"avc1"), duration=told)
    nothing = clock(b"mvhd", 0, 600)
    return movie(only, header=nothing, rest=box(b"mvex", *extends))


def default(duration: int, number: int = 0) -> bytes:
    return box(b"trex", struct.pack(">6L", 0, number, 1, duration, 0, 0))


def fragment(head: bytes, *runs: bytes) -> bytes:
    return box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", head, *runs)) + box(b"mdat", b"frame")


def head(flags: int = 0, *values: bytes, number: int = 0) -> bytes:
    return box(b"tfhd", struct.pack(">LL", flags, number), *values)


def run(samples: int, flags: int = 0, *values: bytes) -> bytes:
    return box(b"trun", struct.pack(">LL", flags, samples), *values)


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        pytest.param(header(default(40)) + fragment(head(), run(25)), 1.0, id="default of all"),
        pytest.param(
            header(default(40)) + fragment(head(0x08, struct.pack(">L", 20)), run(25)),
            0.5,
            id="default of the fragment",
        ),
        pytest.param(
            header() + fragment(head(0x0B, struct.pack(">QLL", 99, 1, 20)), run(25)),
            0.5,
            id="behind an offset and a description",
        ),
        pytest.param(
            header(default(40)) + fragment(head(), run(2, 0x100, struct.pack(">LL", 100, 300))),
            0.4,
            id="of each frame",
        ),
        pytest.param(
            header()
            + fragment(head(), run(2, 0xF05, struct.pack(">LL8L", 0, 0, *(100, 9, 9, 9) * 2))),
            0.2,
            id="of each frame, among all else",
        ),
        pytest.param(
            header(default(40)) + fragment(head(), run(5), run(5)) + fragment(head(), run(10)),
            0.8,
            id="several",
        ),
        pytest.param(
            header(default(9, 7), default(40))
            + fragment(head(number=7), run(99))
            + fragment(head(), run(10)),
            0.4,
            id="of another track",
        ),
        pytest.param(
            header(default(40), first=250) + fragment(head(), run(10)), 0.65, id="a first part"
        ),
        pytest.param(
            header(box(b"mehd", struct.pack(">LL", 0, 1500)), default(40)), 2.5, id="in all"
        ),
        pytest.param(header() + fragment(head(), run(10)), None, id="nowhere"),
    ],
)
def test_fragments_add_up(data: bytes, seconds: float | None) -> None:
    assert probe_bytes(data).duration == seconds


@pytest.mark.parametrize("cut", ["", "moof"])
def test_a_video_that_ends_before_its_fragments_is_refused(cut: str) -> None:
    data = header(default(40)) + (fragment(head(), run(10))[:20] if cut else b"")
    with pytest.raises(MediaError, match="ends before"):
        probe_bytes(data)


def test_fragments_far_apart_are_not_all_read() -> None:
    """Twenty of them in 20 MB: the duration is left open, and all else is told."""
    start = header(default(40))
    part = fragment(head(), run(10))[:-13]
    gap = struct.pack(">L4s", 2**20, b"mdat")
    pieces = {len(start) + number * (len(part) + 2**20): part + gap for number in range(20)}
    reads = []

    def read(offset: int, length: int) -> bytes:
        reads.append(offset)
        if offset < len(start):
            return (start + part + gap).ljust(2**20, b"\0")[offset : offset + length]
        at = max((place for place in pieces if place <= offset), default=0)
        return pieces[at].ljust(2**20, b"\0")[offset - at :][:length]

    facts = probe(read)
    assert (facts.width, facts.height, facts.duration) == (64, 48, None)
    assert len(reads) <= 16


MUXERS = ["frag_keyframe+empty_moov", "frag_keyframe", "frag_every_frame+empty_moov"]
MUXERS += ["frag_keyframe+empty_moov+default_base_moof", "dash+delay_moov+frag_every_frame"]
MUXERS += ["cmaf+frag_every_frame+empty_moov", "dash+global_sidx+frag_every_frame+empty_moov"]


@pytest.mark.parametrize("flags", MUXERS)
def test_a_video_lasts_as_long_in_fragments(flags: str, tmp_path: Path) -> None:
    source, target = tmp_path / "whole.mp4", tmp_path / "fragments.mp4"
    source.write_bytes(sample("h264.mp4"))
    done = run_ffmpeg("-i", source, "-c", "copy", "-movflags", f"+{flags}", target)
    assert done.returncode == 0, done.stderr
    assert probe_bytes(target.read_bytes()) == probe_bytes(sample("h264.mp4"))
