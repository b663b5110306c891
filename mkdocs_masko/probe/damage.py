"""Find what is wrong with a file that browsers could not show, or not to its end.

A PNG is checked here rather than by Pillow, which also refuses what browsers show: a wrong checksum
of a chunk that is not needed, odd metadata. Other stills are decoded. Of a video, the parts of its
container are counted: a download that was cut off ends in the middle of one.

PNG: https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol, overload

from mkdocs_masko.errors import MediaError
from mkdocs_masko.media_types import MEDIA_TYPES
from mkdocs_masko.probe.images import colour_table_size
from mkdocs_masko.probe.reader import BoundedReader
from mkdocs_masko.probe.webm import SEGMENT, Element, iter_elements
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.probe.reader import MediaInfo


LONGEST_SIDE: Final = 8192
"""Most px that an image may be wide or high."""

MOST_PIXELS: Final = 40_000_000
"""Most px that an image may have in all."""


def check_pixel_count(width: int, height: int) -> None:
    """Refuse an image that nobody could show, or decode, with a sensible amount of memory.

    Raises:
        MediaError: It is larger than 8,192 px a side or 40 megapixels.
    """
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise MediaError(
            f"is {width} x {height} px; a still may have {LONGEST_SIDE} px a side "
            f"and {MOST_PIXELS // 1_000_000} megapixels: publish a smaller one"
        )


class Content(Protocol):
    """Bytes: an object of that type, or a file that is mapped into memory."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    @overload
    def __getitem__(self, index: int, /) -> int: ...

    @overload
    def __getitem__(self, span: slice, /) -> bytes: ...


def find_damage(info: MediaInfo, content: Content, size: int | None) -> str:
    """Say what is wrong with a file.

    Args:
        info: What `probe` found.
        content: The file, or its beginning. Of a beginning, only that much can be said.
        size: Bytes of the whole file, where it is known.

    Returns:
        Some words that go on from the name of the file, or an empty string when all is well.
    """
    is_complete = len(content) == size
    try:
        if info.type.startswith("image/"):
            check_pixel_count(info.width, info.height)
    except MediaError as error:
        return str(error)
    if info.type == "image/png":
        return _find_png_damage(content, is_complete=is_complete)
    if size is not None and (damage := _CONTAINERS[info.type](content, size)):
        return damage
    is_image = info.type.startswith("image/")
    return _find_pixel_damage(info, content[:]) if is_image and is_complete else ""


_CUT_OFF = "is cut off: the file ends before its last part does"

_PNG_FIRST_CHUNK = 8  # offset in bytes, after the signature
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_PNG_PALETTE = 3
# Start and step of each pass, down and across, of an interlaced PNG (Adam7, section 8.1).
_PNG_PASSES = (
    *((0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4)),
    *((2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)),
)
_STEP = 256 * 1024  # bytes that are decompressed at once


def _find_png_damage(content: Content, *, is_complete: bool) -> str:
    pixels = _PngPixels(content[_PNG_FIRST_CHUNK + 8 : _PNG_FIRST_CHUNK + 21])
    at, kind = _PNG_FIRST_CHUNK, b""
    while kind != b"IEND":
        head = content[at : at + 8]
        length, kind = struct.unpack(">L4s", head) if len(head) == 8 else (0, b"")  # noqa: PLR2004
        data, checksum = (
            content[at + 8 : at + 8 + length],
            content[at + 8 + length : at + 12 + length],
        )
        if len(checksum) < 4:  # noqa: PLR2004 - the chunk goes on behind what there is of the file
            damage = pixels.add(kind, data)
            return damage or is_complete * _CUT_OFF
        # Browsers skip a chunk whose checksum is wrong if its name begins with a small letter.
        if kind[:1].isupper() and zlib.crc32(kind + data) != int.from_bytes(checksum, "big"):
            return f"has a wrong checksum in its {kind.decode('ascii', 'replace')} chunk"
        if damage := pixels.add(kind, data):
            return damage
        at += 12 + length
    return "" if pixels.are_complete else "has fewer pixels than its header says"


class _PngPixels:
    """Counts the bytes of the pixels, without keeping them, so that no bomb takes memory.

    Args:
        header: The content of the header chunk.
    """

    def __init__(self, header: bytes) -> None:
        width, height, depth, self._colour, _, _, interlace = struct.unpack(">LLBBBBB", header)
        bits = depth * _PNG_CHANNELS.get(self._colour, 0)
        passes = _PNG_PASSES if interlace else ((0, 1, 0, 1),)
        self._missing = 0
        for top, down, left, across in passes:
            rows, columns = len(range(top, height, down)), len(range(left, width, across))
            self._missing += rows * (1 + (columns * bits + 7) // 8) if columns else 0
        # Without zlib's header of two bytes, and the checksum at the end, which no browser heeds.
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._header_left = 2
        self._has_palette = False

    @property
    def are_complete(self) -> bool:
        """Whether there are as many as the header says."""
        return self._missing <= 0

    def add(self, kind: bytes, data: bytes) -> str:
        """Take a chunk, or the beginning of one; return what is wrong."""
        self._has_palette = self._has_palette or kind == b"PLTE"
        if kind != b"IDAT" or self.are_complete:
            return ""
        if self._colour == _PNG_PALETTE and not self._has_palette:
            return "has no palette"
        skipped = min(self._header_left, len(data))
        self._header_left -= skipped
        data = data[skipped:]
        try:
            while data and not self.are_complete:
                self._missing -= len(self._inflater.decompress(data, _STEP))
                data = self._inflater.unconsumed_tail
        except zlib.error:
            return "has pixels that cannot be decompressed"
        return ""


_decoder = Lock()  # an image of 40 megapixels takes 160 MB, and filters of warnings are global


def _find_pixel_damage(info: MediaInfo, content: bytes) -> str:
    from PIL import Image, features  # noqa: PLC0415 - most stills are PNG

    name = MEDIA_TYPES[info.type].name
    if name in {"AVIF", "WebP"} and not features.check(name.lower()):
        return ""  # a Pillow that somebody has built without the codec
    try:
        with _decoder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata
            with Image.open(io.BytesIO(content), formats=[name.upper()]) as image:
                check_pixel_count(*image.size)  # of the frame, which may be larger than it says
                image.load()
    except MediaError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - Pillow raises from five families
        reason = re.sub(r" *<_io\.\w+ object at \w+>", " it", sanitize(str(error)))
        return f"cannot be decoded: {reason or type(error).__name__}"
    return ""


def _trust(_content: Content, _size: int) -> str:
    return ""  # a JPEG has no length of its own


def _find_webp_damage(content: Content, size: int) -> str:
    return _CUT_OFF if 8 + int.from_bytes(content[4:8], "little") > size else ""


_GIF_EXTENSION, _GIF_IMAGE = b"\x21", b"\x2c"


def _find_gif_damage(content: Content, size: int) -> str:
    """Walk through all frames of which the bytes are there."""
    at = 13 + colour_table_size(content[10])
    while (block := content[at : at + 1]) in {_GIF_EXTENSION, _GIF_IMAGE}:
        at += 2
        if block == _GIF_IMAGE:
            at += 9 + colour_table_size(int.from_bytes(content[at + 7 : at + 8], "big"))
        while length := content[at : at + 1]:  # sub-blocks, up to one of no bytes
            at += 1 + length[0]
            if not length[0]:
                break
    return _CUT_OFF if at >= size else ""  # not even the byte that ends the file


_MP4_PARTS = {b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"meta", b"uuid"}
_MOST_PARTS = 100_000


def _find_mp4_damage(content: Content, size: int) -> str:
    at = 0
    for _ in range(_MOST_PARTS):
        head = content[at : at + 16]
        length, kind = struct.unpack(">L4s", head[:8]) if len(head) >= 8 else (0, b"")  # noqa: PLR2004
        if length == 1:  # a larger number follows
            length = int.from_bytes(head[8:], "big")
        if length < 8 or kind not in _MP4_PARTS:  # noqa: PLR2004 - reaches to the end, or is no part
            return ""
        at += length
        if at > size:
            return _CUT_OFF
    return ""


def _find_webm_damage(content: Content, size: int) -> str:
    source = BoundedReader(lambda offset, length: content[offset : offset + length])
    try:
        for element in iter_elements(source, Element(id=0, start=0, end=size)):
            if element.id == SEGMENT:
                if len(content) == size:
                    list(iter_elements(source, element))
                return ""
    except MediaError:
        return "" if source.is_spent else _CUT_OFF
    return ""


_CONTAINERS: Final[dict[str, Callable[[Content, int], str]]] = {
    "image/jpeg": _trust,
    "image/gif": _find_gif_damage,
    "image/webp": _find_webp_damage,
    "image/avif": _find_mp4_damage,
    "video/mp4": _find_mp4_damage,
    "video/quicktime": _find_mp4_damage,
    "video/webm": _find_webm_damage,
}
"""What finds a file that was cut off, from its beginning and its size, by MIME type."""
