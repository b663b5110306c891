"""How a file is read: little of it, within bounds, and never believing it."""

from __future__ import annotations

import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bmff_builder import (
    FTYP,
    HEADER,
    INFO,
    avif,
    box,
    chunk,
    endless,
    movie,
    picture,
    png,
    sample_entry,
    track,
    track_header,
    tracks,
)
from media_samples import IMAGES, VIDEOS, sample
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import MediaInfo, probe, probe_bytes

PIECE, MOST_READS = 65536, 16
GIGABYTE = 2**30
PLAIN = re.compile(r"[A-Za-z0-9 ,.']{10,100}")

REAL = ["alpha.webm", "live.webm", "alpha.mov", "alpha-faststart.mov", "h264.mp4"]
REAL += ["fragmented.mp4", "palette-clear.png", "turned-6.jpg", "turned-6.png", "commented.gif"]
REAL += ["wide-pixels.mp4", "matroska.mkv", "turned.avif"]
REAL += ["lossy-alpha.webp", "lossless-alpha.webp", "alpha.avif", "animated.avif"]
BEGINNINGS = [b"", FTYP, HEADER, HEADER + endless(0x18538067), b"\xff\xd8", b"GIF89a"]
BEGINNINGS += [b"\x89PNG\r\n\x1a\n", b"RIFFxxxxWEBPVP8X", avif(b"")[:28]]
BEGINNINGS += [b"RIFFxxxxWEBPVP8L", png(64, 48, 6) + struct.pack(">L4s", 60, b"eXIf") + b"MM\x00*"]
BEGINNINGS += [b"\xff\xd8\xff\xe1\x00\x40Exif\x00\x00II*\x00", b"\x00\x00\x00\x10ftypmif3avif"]
BEGINNINGS += [movie(track(track_header(64, 48), sample_entry(b"avc1")), rest=box(b"mvex"))]


class Sparse:
    """A file that may be larger than memory: zeros, but for some pieces; notes its reads."""

    def __init__(self, pieces: dict[int, bytes]) -> None:
        self.pieces = pieces
        self.end = max(start + len(piece) for start, piece in pieces.items())
        self.reads: list[tuple[int, int]] = []

    def __call__(self, offset: int, length: int) -> bytes:
        """Give the bytes at an offset."""
        self.reads.append((offset, length))
        window = bytearray(max(0, min(length, self.end - offset)))
        for start, piece in self.pieces.items():
            low, high = max(start, offset), min(start + len(piece), offset + len(window))
            if low < high:
                window[low - offset : high - offset] = piece[low - start : high - start]
        return bytes(window)


def outcome(data: bytes) -> MediaInfo | str:
    """Return the facts, or the reason why there are none."""
    file = Sparse({0: data})
    try:
        return probe(file)
    except MediaError as error:
        return str(error)
    finally:
        assert len(file.reads) <= MOST_READS


@pytest.mark.parametrize("name", [*IMAGES, *VIDEOS])
def test_one_read_of_64_kib_is_enough_for_a_small_file(name: str) -> None:
    file = Sparse({0: sample(name)})
    try:
        probe(file)
    except MediaError:
        assert name == "sound.mp4"
    assert file.reads[0] == (0, PIECE)
    assert len(file.reads) == 1 + (len(sample(name)) > PIECE)


def test_a_movie_behind_its_frames_takes_one_more_read() -> None:
    """The frames are jumped over by their size, here one of 64 bits."""
    frames = struct.pack(">L4sQ", 1, b"mdat", 5 * GIGABYTE)
    plain = sample("alpha-faststart.mov")
    start = plain.index(b"moov") - 4
    moov = plain[start : start + int.from_bytes(plain[start : start + 4], "big")]
    behind = 20 + 5 * GIGABYTE
    file = Sparse({0: plain[:20] + frames, behind: moov})
    assert probe(file) == probe_bytes(plain)
    assert file.reads == [(0, PIECE), (behind, PIECE)]


def test_tracks_behind_a_large_element_take_one_more_read() -> None:
    void = b"\xec" + (1 << 56 | GIGABYTE).to_bytes(8, "big")
    head = HEADER + endless(0x18538067, INFO, void)
    behind = len(head) + GIGABYTE
    file = Sparse({0: head, behind: tracks(picture())})
    assert probe(file).duration == 4.0
    assert file.reads == [(0, PIECE), (behind, PIECE)]


def test_a_value_on_the_border_of_two_reads_is_read_whole() -> None:
    for shift in range(40):
        text = chunk(b"tEXt", bytes(PIECE - 33 - 12 - shift))
        data = png(64, 48, 3, text, chunk(b"tRNS"), chunk(b"IDAT"))
        assert probe_bytes(data).alpha is True


def test_a_reader_that_gives_too_much_is_cut() -> None:
    data = sample("rgba.png") + bytes(10 * PIECE)
    assert probe(lambda offset, _: data[offset:]) == probe_bytes(sample("rgba.png"))


def test_what_the_reader_raises_is_passed_on() -> None:
    def read(_offset: int, _length: int) -> bytes:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        probe(read)


@pytest.mark.parametrize(
    ("head", "endless_part"),
    [
        pytest.param(FTYP, b"\x00\x00\x00\x08free", id="boxes"),
        pytest.param(FTYP, struct.pack(">L4s", 2**24, b"mdat") + bytes(2**10), id="large boxes"),
        pytest.param(FTYP, struct.pack(">L4s", 2**31, b"moov") + b"\x00\x00\x00\x08", id="moov"),
        pytest.param(HEADER + endless(0x18538067), b"\xec\x80", id="elements"),
        pytest.param(HEADER + endless(0x18538067), b"\xec\x10\xff\xff\xff", id="large elements"),
        pytest.param(HEADER, b"\x18\x53\x80\x67\x84", id="nested"),
        pytest.param(png(64, 48, 3), bytes(4) + b"tEXt" + bytes(4), id="chunks"),
        pytest.param(b"GIF89a" + bytes(7) + b"\x21\xfe", b"\x01", id="comment"),
        pytest.param(b"GIF89a" + bytes(7), b"\x21\xfe\x00", id="extensions"),
        pytest.param(b"\xff\xd8", b"\xff", id="fill bytes"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x02", b"junk", id="junk"),
        pytest.param(b"\xff\xd8", b"\xff\xd0", id="lone markers"),
        pytest.param(b"\xff\xd8", b"\xff\xe1\x00\x02", id="segments"),
        pytest.param(b"\xff\xd8", b"\xff\xe1\xff\xff" + b"\xff" * (2**16 - 3), id="Exif"),
    ],
)
def test_a_file_without_end_is_given_up(head: bytes, endless_part: bytes) -> None:
    """However long a file goes on, few reads of a bounded size are done, and a reason told."""
    reads = []

    def read(offset: int, length: int) -> bytes:
        reads.append(length)
        rest = endless_part * (length // len(endless_part) + 2)
        if offset < len(head):
            return (head[offset:] + rest)[:length]
        phase = (offset - len(head)) % len(endless_part)
        return rest[phase : phase + length]

    with pytest.raises(MediaError):
        probe(read)
    assert len(reads) <= MOST_READS
    assert set(reads) == {PIECE}


@settings(max_examples=300)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=400))
def test_any_bytes_give_facts_or_a_plain_reason(beginning: bytes, rest: bytes) -> None:
    result = outcome(beginning + rest)
    assert isinstance(result, MediaInfo) or PLAIN.fullmatch(result)


@pytest.mark.parametrize("name", REAL)
def test_a_file_cut_anywhere_gives_its_facts_or_a_plain_reason(name: str) -> None:
    """A cut never changes what is told: it is the whole file's facts, or none."""
    whole = probe_bytes(sample(name))
    for length in range(min(len(sample(name)), 5000)):
        result = outcome(sample(name)[:length])
        assert result == whole or (isinstance(result, str) and PLAIN.fullmatch(result))


@pytest.mark.parametrize("name", REAL)
@settings(max_examples=150)
@given(data=st.data())
def test_a_changed_file_gives_facts_or_a_plain_reason(name: str, data: st.DataObject) -> None:
    changed = bytearray(sample(name))
    places = st.integers(0, min(len(changed), 5000) - 1)
    edits = st.tuples(places, st.binary(min_size=1, max_size=8) | st.just(b"\xff" * 8))
    for place, piece in data.draw(st.lists(edits, max_size=6)):
        changed[place : place + len(piece)] = piece
    result = outcome(bytes(changed[: data.draw(st.integers(0, len(changed)))]))
    assert isinstance(result, MediaInfo) or PLAIN.fullmatch(result)
