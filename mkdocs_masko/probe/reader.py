"""A file of unknown size, read in a few bounded pieces."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from mkdocs_masko.errors import MediaError

PIECE = 65536
"""Bytes of one read; the facts of nearly every file are in the first."""

FAR = 2**40
"""An offset in bytes that no real medium reaches."""

_MOST_READS = 16
_MOST_LOOKS = 20_000  # a real file needs some hundreds; bounds the time a hostile one can take

_BROKEN_OFF = "the file breaks off before all is told"


class BoundedReader:
    """Answers "the bytes at this offset", from what was read or by one more read.

    However a file is made, at most 16 reads of 64 KiB are done for it.

    Args:
        read: Gives the bytes at (offset, length).
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pieces: list[tuple[int, bytes]] = []
        self._end = FAR
        self._looks = 0

    def some(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes, fewer only where the file ends.

        Raises:
            MediaError: The file asks for more reads, or more work, than any real one.
        """
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            raise MediaError("the file has too many small parts before its size is told")
        if offset >= self._end:
            return b""
        for start, piece in reversed(self._pieces):
            stop = start + len(piece)
            if start <= offset and (offset + length <= stop or stop == self._end):
                return piece[offset - start : offset - start + length]
        return self._fetch(offset)[:length]

    def exactly(self, offset: int, length: int) -> bytes:
        """Return `length` bytes.

        Raises:
            MediaError: The file ends before, or asks for more than any real one.
        """
        if length > PIECE:
            raise MediaError("the file has a part that is larger than any real one")
        found = self.some(offset, length)
        if len(found) < length:
            raise MediaError(_BROKEN_OFF)
        return found

    def ends(self, offset: int, parent_end: int) -> bool:
        """Tell whether nothing follows at an offset in a part that reaches to `parent_end`.

        Raises:
            MediaError: The part should go on. What is missing could change the answer.
        """
        if offset < parent_end and self.some(offset, 1):
            return False
        if offset < parent_end < FAR:
            raise MediaError(_BROKEN_OFF)
        return True

    def _fetch(self, offset: int) -> bytes:
        if len(self._pieces) == _MOST_READS:
            raise MediaError(f"the file tells its size only after more than {_MOST_READS} reads")
        piece = self._read(offset, PIECE)[:PIECE]
        self._pieces.append((offset, piece))
        if len(piece) < PIECE:
            self._end = min(self._end, offset + len(piece))
        return piece


Read = Callable[[int, int], bytes]
"""Gives the bytes at (offset, length): at most that many, `b""` past the end."""


class MediaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What the bytes of an image or a video say of it.

    Attributes:
        type: MIME type by content: `image/png`, `image/jpeg`, `image/gif`, `image/webp`,
            `image/avif`, `video/webm`, `video/mp4` or `video/quicktime`.
        width: Width as shown, in px.
        height: Height as shown, in px.
        alpha: Whether it can be transparent; None when the container does not tell.
        duration: Seconds, to the millisecond; None for images and where a video does not tell.
        codec: For videos `vp9`, `vp8`, `av1`, `hvc1`, `hev1`, `avc1` or `prores`; empty for
            any other codec and for images.
        codecs: For H.264 the full string that tells a browser which profile and level it has to
            decode: `avc1.42E01E`; else empty.
    """

    type: str
    width: int
    height: int
    alpha: bool | None
    duration: float | None
    codec: str
    codecs: str = ""


def image(mime: str, size: tuple[int, int], *, alpha: bool) -> MediaInfo:
    """Make the facts of an image of (width, height) in px."""
    width, height = size
    return MediaInfo(type=mime, width=width, height=height, alpha=alpha, duration=None, codec="")


def seconds(units: float, per_second: float) -> float | None:
    """Turn a duration in a file's own units into seconds, or None when it means nothing."""
    if per_second <= 0 or not math.isfinite(units) or units <= 0:
        return None
    return round(units / per_second, 3) or None
