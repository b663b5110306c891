"""From bytes to facts, whatever the type."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.media_types import CODEC_NAMES, IMAGE_KEYS, MEDIA_TYPES, VIDEOS, without_size
from mkdocs_masko.probe import bmff, images, webm
from mkdocs_masko.probe.reader import PIECE, BoundedReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.probe.reader import MediaInfo, Read

_BEGINNINGS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp"),
    (re.compile(rb"\x1aE\xdf\xa3.{1,64}?\x42\x82.{1,8}?webm", re.DOTALL), "video/webm"),
)
_AVIF = {b"avif", b"avis"}
_OTHER_PICTURES = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"crx "}
_LONGEST_FTYP = 512  # bytes


def sniff(head: bytes) -> str:
    """Tell the MIME type of a file from its first bytes; some 100 are enough.

    Returns:
        One of the types of `Facts.type`, or an empty string for anything else.
    """
    for beginning, mime in _BEGINNINGS:
        if beginning.match(head):
            return mime
    return _by_brand(head) if head[4:8] == b"ftyp" else ""


def _by_brand(head: bytes) -> str:
    size = min(int.from_bytes(head[:4], "big"), _LONGEST_FTYP, len(head))
    major, others = head[8:12], {head[at : at + 4] for at in range(16, size - 3, 4)}
    if len(major) < 4:  # noqa: PLR2004 - a brand is four characters
        return ""
    if major in _AVIF or (major in _OTHER_PICTURES and others & _AVIF):
        return "image/avif"
    if major in _OTHER_PICTURES:
        return ""
    return "video/quicktime" if major == b"qt  " else "video/mp4"


_LARGEST = 65535  # px; no browser shows more

_BY_TYPE: dict[str, Callable[[BoundedReader], MediaInfo]] = {
    "image/png": images.png,
    "image/jpeg": images.jpeg,
    "image/gif": images.gif,
    "image/webp": images.webp,
    "image/avif": bmff.avif,
    "video/webm": webm.webm,
    "video/mp4": partial(bmff.mp4, "video/mp4"),
    "video/quicktime": partial(bmff.mp4, "video/quicktime"),
}


def probe(read: Read) -> MediaInfo:
    """Tell what a file is, from as little of it as possible.

    Asks for the first 64 KiB, and again for 64 KiB only where the facts lie elsewhere; never
    more than 16 times. What `read` itself raises is passed on.

    Args:
        read: Gives the bytes at (offset, length): at most that many, `b""` past the end.

    Raises:
        MediaError: The bytes are no known medium, or are damaged. The message never holds
            any of them.
    """
    source = BoundedReader(read)
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


def probe_bytes(data: bytes) -> MediaInfo:
    """Tell what a file in memory is.

    Raises:
        MediaError: The bytes are no known medium, or are damaged.
    """
    return probe(lambda offset, length: data[offset : offset + length])


def mismatch(key: str, facts: MediaInfo) -> str:
    """Say what is wrong when a file cannot be what the API's key names.

    Missing transparency is no contradiction: `Facts.alpha` tells it.

    Args:
        key: A media key of the API, with or without its size: `transparent_video_webm_720`.
        facts: What was found at the key's address.

    Returns:
        Some words that go on from the name of the file ("is a video where an image
        belongs"), or an empty string when all is well or the key is not known.
    """
    key = without_size(key)
    is_image = facts.type.startswith("image/")
    if key in IMAGE_KEYS:
        return "" if is_image else "is a video where an image belongs"
    video = VIDEOS.get(key)
    if video is None:
        return ""
    if is_image:
        return "is an image: the placeholder that stands at the address until the file is ready"
    if facts.codec in video.codecs and facts.type in video.types:
        return ""
    return f"is {_name(facts)} where {video.content} belongs"


def _name(facts: MediaInfo) -> str:
    codec = CODEC_NAMES.get(facts.codec, "a video of an unknown codec")
    container = MEDIA_TYPES[facts.type].name
    return codec if facts.codec in {"avc1", "hvc1", "hev1"} else f"{codec} in {container}"
