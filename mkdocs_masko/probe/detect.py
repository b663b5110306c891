"""From bytes to facts, whatever the type."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import avif, images, jpeg, mp4, webm
from mkdocs_masko.probe.reader import PIECE, Source
from mkdocs_masko.probe.signatures import sniff

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.probe.facts import Facts, Read

_LARGEST = 65535  # px; no browser shows more

_BY_TYPE: dict[str, Callable[[Source], Facts]] = {
    "image/png": images.png,
    "image/jpeg": jpeg.jpeg,
    "image/gif": images.gif,
    "image/webp": images.webp,
    "image/avif": avif.avif,
    "video/webm": webm.webm,
    "video/mp4": partial(mp4.mp4, "video/mp4"),
    "video/quicktime": partial(mp4.mp4, "video/quicktime"),
}


def probe(read: Read) -> Facts:
    """Tell what a file is, from as little of it as possible.

    Asks for the first 64 KiB, and again for 64 KiB only where the facts lie elsewhere; never
    more than 16 times. What `read` itself raises is passed on.

    Args:
        read: Gives the bytes at (offset, length): at most that many, `b""` past the end.

    Raises:
        MediaError: The bytes are no known medium, or are damaged. The message never holds
            any of them.
    """
    source = Source(read)
    head = source.some(0, PIECE)
    if not head:
        raise MediaError("the file is empty")
    mime = sniff(head)
    if not mime:
        raise MediaError("the file is neither an image nor a video of a known type")
    facts = _BY_TYPE[mime](source)
    if not (0 < facts.width <= _LARGEST and 0 < facts.height <= _LARGEST):
        raise MediaError(f"the file says it is {facts.width} x {facts.height} px, which cannot be")
    return facts


def probe_bytes(data: bytes) -> Facts:
    """Tell what a file in memory is.

    Raises:
        MediaError: The bytes are no known medium, or are damaged.
    """
    return probe(lambda offset, length: data[offset : offset + length])
