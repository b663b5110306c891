"""What the parsers share: a file read in a few bounded pieces, and the facts that they return."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from mkdocs_masko.errors import MediaError

Read = Callable[[int, int], bytes]
"""Returns the bytes at (offset, length): at most that many, `b""` past the end."""

PIECE = 65536
"""Bytes of one read; the facts of nearly every file are in the first."""

FAR = 2**40
"""An offset in bytes that no real medium reaches."""

_MOST_READS = 16
_MOST_LOOKUPS = 20_000  # a real file needs some hundreds; bounds the time a hostile one can take

TRUNCATED = "the file ends before its header is complete"


class MediaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What the bytes of an image or a video say about it.

    Attributes:
        type: MIME type by content, one of `mkdocs_masko.media_types`.
        width: Width as shown, in px.
        height: Height as shown, in px.
        alpha: Whether it can be transparent; None when the container does not say.
        duration: Seconds, to the millisecond; None for images and where a video does not say.
        codec: For videos `vp9`, `vp8`, `av1`, `hvc1`, `hev1`, `avc1` or `prores`; empty for
            any other codec and for images.
        codecs: For H.264 the full string by which a browser knows the profile and level that it
            has to decode: `avc1.42E01E`; else empty.
        orientation: For images, how browsers turn and mirror the pixels to show them: 1 to 8, as
            Exif numbers it.
    """

    type: str
    width: int
    height: int
    alpha: bool | None
    duration: float | None
    codec: str
    codecs: str = ""
    orientation: int = 1


def image_info(mime: str, size: tuple[int, int], *, alpha: bool, orientation: int = 1) -> MediaInfo:
    """Return the facts of an image of (width, height) in px, as shown."""
    width, height = size
    return MediaInfo(
        type=mime,
        width=width,
        height=height,
        alpha=alpha,
        duration=None,
        codec="",
        orientation=orientation,
    )


def stretch(width: int, height: int, pixel_ratio: float) -> tuple[int, int]:
    """Return the size of a video as shown, whose pixels are `pixel_ratio` times as wide as high.

    Browsers never shrink a side: they widen, or heighten (measured in Chromium 156 and, for MP4,
    in Firefox 153).
    """
    if pixel_ratio > 1:
        return math.floor(width * pixel_ratio + 0.5), height
    return width, math.floor(height / pixel_ratio + 0.5)


def to_seconds(units: float, per_second: float) -> float | None:
    """Convert a duration from a file's own units, or return None when it means nothing."""
    if per_second <= 0 or not math.isfinite(units) or units <= 0:
        return None
    return round(units / per_second, 3) or None


class BoundedReader:
    """Reads a file of unknown size, from what was read before or by one more read.

    However a file is made, at most 16 reads of 64 KiB are done for it.

    Args:
        read: Returns the bytes at (offset, length).
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pieces: list[tuple[int, bytes]] = []
        self._end = FAR
        self._lookups = 0

    def read_up_to(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes, fewer only where the file ends.

        Raises:
            MediaError: The file asks for more reads, or more work, than any real one.
        """
        self._lookups += 1
        if self._lookups > _MOST_LOOKUPS:
            raise MediaError("the file has too many small parts before its size")
        if offset >= self._end:
            return b""
        for start, piece in reversed(self._pieces):  # the last one is the most likely
            stop = start + len(piece)
            if start <= offset and (offset + length <= stop or stop == self._end):
                return piece[offset - start : offset - start + length]
        return self._read_piece(offset)[:length]

    def read_exactly(self, offset: int, length: int) -> bytes:
        """Return `length` bytes.

        Raises:
            MediaError: The file ends before, or asks for more than any real one.
        """
        if length > PIECE:
            raise MediaError("the file has a part that is larger than any real one")
        data = self.read_up_to(offset, length)
        if len(data) < length:
            raise MediaError(TRUNCATED)
        return data

    def is_end(self, offset: int, parent_end: int) -> bool:
        """Return whether nothing follows at an offset in a part that reaches to `parent_end`.

        Raises:
            MediaError: The part should go on. What is missing could change the result.
        """
        if offset < parent_end and self.read_up_to(offset, 1):
            return False
        if offset < parent_end < FAR:
            raise MediaError(TRUNCATED)
        return True

    @property
    def is_spent(self) -> bool:
        """Whether no more of the file will be read."""
        return len(self._pieces) == _MOST_READS or self._lookups > _MOST_LOOKUPS

    def _read_piece(self, offset: int) -> bytes:
        if self.is_spent:
            raise MediaError(f"the file has its size only after more than {_MOST_READS} reads")
        piece = self._read(offset, PIECE)[:PIECE]
        self._pieces.append((offset, piece))
        if len(piece) < PIECE:
            self._end = min(self._end, offset + len(piece))
        return piece
