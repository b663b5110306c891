"""Files built by hand, for what Pillow and ffmpeg do not write."""

from __future__ import annotations

import struct
import zlib

FTYP = struct.pack(">L4s4sL4s", 20, b"ftyp", b"isom", 512, b"isom")
QUARTER_TURN = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
UPRIGHT = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


def box(kind: bytes, *parts: bytes) -> bytes:
    """Make a box of ISO media files."""
    content = b"".join(parts)
    return struct.pack(">L4s", 8 + len(content), kind) + content


def clock(kind: bytes, units: int, scale: int, *, long: bool = False) -> bytes:
    """Make an `mvhd` or `mdhd`, in its 32 or 64 bit form."""
    if long:
        return box(kind, struct.pack(">LQQLQ", 1 << 24, 0, 0, scale, units), bytes(80))
    return box(kind, struct.pack(">LLLLL", 0, 0, 0, scale, units), bytes(80))


def track_header(
    width: float, height: float, *, matrix: tuple[int, ...] = UPRIGHT, long: bool = False
) -> bytes:
    """Make a `tkhd`, in its 32 or 64 bit form."""
    front = struct.pack(">L", 1 << 24) + bytes(32) if long else bytes(24)
    size = struct.pack(">9l2L", *matrix, round(width * 65536), round(height * 65536))
    return box(b"tkhd", front, bytes(16), size)


def sample_entry(fourcc: bytes, *inner: bytes, width: int = 64, height: int = 48) -> bytes:
    """Make the entry of `stsd` that names a codec."""
    return box(fourcc, bytes(24), struct.pack(">HH", width, height), bytes(50), *inner)


def track(
    header: bytes, *entries: bytes, handler: bytes = b"vide", duration: bytes | None = None
) -> bytes:
    """Make a `trak`; no entry at all leaves the table of codecs out."""
    told = clock(b"mdhd", 0, 1000) if duration is None else duration
    table = box(b"stsd", struct.pack(">LL", 0, len(entries)), *entries) if entries else b""
    media = box(b"minf", box(b"stbl", table))
    named = box(b"hdlr", bytes(8), handler, bytes(12))
    return box(b"trak", header, box(b"mdia", told, named, media))


def movie(*tracks: bytes, header: bytes | None = None, rest: bytes = b"") -> bytes:
    """Make an MP4 without frames."""
    told = clock(b"mvhd", 4000, 1000) if header is None else header
    return FTYP + box(b"moov", told, *tracks, rest)


def record(*units: bytes) -> bytes:
    """Make an `hvcC` with one array for each unit."""
    arrays = b"".join(struct.pack(">BHH", u[0] >> 1, 1, len(u)) + u for u in units)
    return box(b"hvcC", bytes(22), bytes([len(units)]), arrays)


def unit(kind: int, layer: int, content: bytes = b"\x00\x00") -> bytes:
    """Make a NAL unit of HEVC."""
    return bytes([kind << 1 | layer >> 5, (layer & 31) << 3 | 1]) + content


def element(number: int, *parts: bytes) -> bytes:
    """Make an EBML element whose size takes eight bytes."""
    content = b"".join(parts)
    return endless(number)[:-8] + (1 << 56 | len(content)).to_bytes(8, "big") + content


def endless(number: int, *parts: bytes) -> bytes:
    """Make an EBML element of unknown size."""
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return name + b"\x01" + b"\xff" * 7 + b"".join(parts)


def count(number: int, value: int) -> bytes:
    """Make an EBML element that holds a number."""
    return element(number, value.to_bytes(4, "big"))


HEADER = element(0x1A45DFA3, count(0x4286, 1), element(0x4282, b"webm"))
INFO = element(0x1549A966, count(0x2AD7B1, 1_000_000), element(0x4489, struct.pack(">d", 4000)))


def picture(*more: bytes, codec: bytes = b"V_VP9") -> bytes:
    """Make the entry of a video track of 64 x 48 px."""
    video = element(0xE0, count(0xB0, 64), count(0xBA, 48), *more)
    return element(0xAE, count(0xD7, 1), count(0x83, 1), element(0x86, codec), video)


def tracks(*entries: bytes) -> bytes:
    """Make the list of tracks of a WebM."""
    return element(0x1654AE6B, *entries)


def webm(*parts: bytes) -> bytes:
    """Make a WebM without frames."""
    return HEADER + element(0x18538067, *parts)


def avif(properties: bytes, links: bytes | None = None, *, primary: int = 1) -> bytes:
    """Make an AVIF without pixels; `links` is the content of its `ipma`."""
    assigned = b"" if links is None else box(b"ipma", links)
    inner = box(b"iprp", box(b"ipco", properties), assigned)
    named = box(b"pitm", struct.pack(">LH", 0, primary))
    kind = struct.pack(">4sL4s", b"avif", 0, b"mif1")
    return box(b"ftyp", kind) + box(b"meta", bytes(4), named, inner)


def extent(width: int, height: int) -> bytes:
    """Make the AVIF property that tells a size."""
    return box(b"ispe", struct.pack(">LLL", 0, width, height))


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """Make a chunk of a PNG."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">L4s", len(content), kind) + content + struct.pack(">L", checksum)


def png(width: int, height: int, colour: int, *chunks: bytes) -> bytes:
    """Make a PNG without pixels."""
    header = struct.pack(">LLBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks)


def gif(*blocks: bytes) -> bytes:
    """Make a GIF of 64 x 48 px without a palette."""
    return b"GIF89a" + struct.pack("<HHBBB", 64, 48, 0, 0, 0) + b"".join(blocks)


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """Make a JPEG out of markers and contents."""
    parts = (struct.pack(">BBH", 255, m, len(data) + 2) + data for m, data in segments)
    return b"\xff\xd8" + b"".join(parts)


SCAN = (0xDA, b"")
FRAME = (0xC0, struct.pack(">BHHB", 8, 48, 64, 3))


def exif(order: str, orientation: int, *, entries: int = 1) -> bytes:
    """Make the content of an Exif segment, little (`<`) or big endian (`>`)."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    body = struct.pack(order + "LHHHLHH", 8, entries, 0x0112, 3, 1, orientation, 0)
    return b"Exif\x00\x00" + mark + body


SHORT, LONG = 3, 4
INCH = 2


def tiff(
    orientation: int | None = None,
    *,
    order: str = ">",
    type_: int = SHORT,
    count: int = 1,
    density: tuple[tuple[int, int], int, tuple[int, int]] | None = None,
) -> bytes:
    """Make Exif from its TIFF header on.

    Args:
        orientation: What it says of a turn.
        order: `<` for little, `>` for big endian.
        type_: Of the orientation.
        count: Of the orientation.
        density: Resolution across and down, its unit, and the size in px that it claims.
    """
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    value = "HH" if type_ == SHORT else "L"
    rows = []
    if orientation is not None:
        cells = (orientation, 0) if type_ == SHORT else (orientation,)
        rows.append(struct.pack(order + "HHL" + value, 0x0112, type_, count, *cells))
    after = 8 + 2 + 12 * (len(rows) + (4 if density else 0)) + 4
    rest = b""
    if density:
        (across, down), unit_, (width, height) = density
        rest = struct.pack(order + "LLLL", across, 1, down, 1)
        rows += [
            struct.pack(order + "HHLL", 0x011A, 5, 1, after),
            struct.pack(order + "HHLL", 0x011B, 5, 1, after + 8),
            struct.pack(order + "HHLHH", 0x0128, SHORT, 1, unit_, 0),
            struct.pack(order + "HHLL", 0x8769, LONG, 1, after + 16),
        ]
        rest += struct.pack(order + "H", 2)
        rest += struct.pack(order + "HHLL", 0xA002, LONG, 1, width)
        rest += struct.pack(order + "HHLL", 0xA003, LONG, 1, height) + bytes(4)
    return mark + struct.pack(order + "LH", 8, len(rows)) + b"".join(rows) + bytes(4) + rest
