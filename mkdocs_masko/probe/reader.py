"""A file of unknown size, read in a few bounded pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError

if TYPE_CHECKING:
    from mkdocs_masko.probe.facts import Read

PIECE = 65536
"""Bytes of one read; the facts of nearly every file are in the first."""

FAR = 2**40
"""An offset in bytes that no real medium reaches."""

_MOST_READS = 16
_MOST_LOOKS = 20_000  # a real file needs some hundreds; bounds the time a hostile one can take

_BROKEN_OFF = "the file breaks off before all is told"


class Source:
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
