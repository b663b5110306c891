"""Find out what a file is, and whether it is what the API's key promises.

Signatures: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and what follows it
Brands of AVIF: https://aomediacodec.github.io/av1-avif/#brands
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.media_types import CODEC_NAMES, IMAGE_KEYS, MEDIA_TYPES, VIDEOS, without_size
from mkdocs_masko.probe import avif, images, mp4, webm
from mkdocs_masko.probe.reader import PIECE, BoundedReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.probe.reader import MediaInfo, Read

_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm"),
    # What an MP4 without brands begins with; ISO/IEC 14496-12, 4.3, lets it be read as one.
    (re.compile(rb".{4}(?:moov|mdat|free|skip|wide|pnot|pdin|styp|uuid)", re.DOTALL), "video/mp4"),
)
_AVIF_BRANDS = {b"avif", b"avis"}  # first, or among the compatible ones behind any other
_MINIMIZED = b"mif3"  # the brand of an image in a `mini` box; the next four bytes name its codec
_OTHER_IMAGES = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", _MINIMIZED, b"msf1", b"crx "}
_LONGEST_FTYP = 512  # bytes


def sniff(head: bytes) -> str:
    """Return the MIME type of a file by its first bytes; some 100 are enough.

    Returns:
        One of `mkdocs_masko.media_types`, or an empty string for anything else.
    """
    for signature, mime in _SIGNATURES:
        if signature.match(head):
            return mime
    return _sniff_brand(head) if head[4:8] == b"ftyp" else ""


def _sniff_brand(head: bytes) -> str:
    size = min(int.from_bytes(head[:4], "big"), _LONGEST_FTYP, len(head))
    major, compatible = head[8:12], {head[at : at + 4] for at in range(16, size - 3, 4)}
    if len(major) < 4:  # noqa: PLR2004 - a brand is four characters
        return ""
    minimized = {head[12:16]} if major == _MINIMIZED else set()
    if ({major} | compatible | minimized) & _AVIF_BRANDS:
        return "image/avif"
    if major in _OTHER_IMAGES:
        return ""
    return "video/quicktime" if major == b"qt  " else "video/mp4"


_LARGEST = 65535  # px; no browser shows more

_PARSERS: dict[str, Callable[[BoundedReader], MediaInfo]] = {
    "image/png": images.read_png,
    "image/jpeg": images.read_jpeg,
    "image/gif": images.read_gif,
    "image/webp": images.read_webp,
    "image/avif": avif.read_avif,
    "video/webm": webm.read_webm,
    "video/mp4": partial(mp4.read_mp4, "video/mp4"),
    "video/quicktime": partial(mp4.read_mp4, "video/quicktime"),
}


def probe(read: Read) -> MediaInfo:
    """Find out what a file is, from as little of it as possible.

    Asks for the first 64 KiB, and again for 64 KiB only where the facts lie elsewhere; never
    more than 16 times. What `read` itself raises is passed on.

    Args:
        read: Returns the bytes at (offset, length): at most that many, `b""` past the end.

    Raises:
        MediaError: The bytes are no known medium, or are damaged. The message never holds
            any of them.
    """
    source = BoundedReader(read)
    head = source.read_up_to(0, PIECE)
    if not head:
        raise MediaError("the file is empty")
    mime = sniff(head)
    if not mime:
        raise MediaError("the file is neither an image nor a video of a known type")
    info = _PARSERS[mime](source)
    if not (0 < info.width <= _LARGEST and 0 < info.height <= _LARGEST):
        raise MediaError(f"the file claims an impossible size of {info.width} x {info.height} px")
    return info


def probe_bytes(data: bytes) -> MediaInfo:
    """Find out what a file in memory is.

    Raises:
        MediaError: The bytes are no known medium, or are damaged.
    """
    return probe(lambda offset, length: data[offset : offset + length])


def mismatch(key: str, info: MediaInfo) -> str:
    """Say what is wrong when a file cannot be what the API's key names.

    Missing transparency is no mismatch: `MediaInfo.alpha` says so.

    Args:
        key: A media key of the API, with or without its size: `transparent_video_webm_720`.
        info: What was found at the key's URL.

    Returns:
        Some words that go on from the name of the file ("is a video where an image
        belongs"), or an empty string when all is well or the key is not known.
    """
    key = without_size(key)
    is_image = info.type.startswith("image/")
    if key in IMAGE_KEYS:
        return "" if is_image else "is a video where an image belongs"
    video = VIDEOS.get(key)
    if video is None:
        return ""
    if is_image:
        return "is an image: the placeholder that the CDN serves until the file is ready"
    if info.codec in video.codecs and info.type in video.types:
        return ""
    return f"is {_name_format(info)} where {video.content} belongs"


def _name_format(info: MediaInfo) -> str:
    codec = CODEC_NAMES.get(info.codec, "a video of an unknown codec")
    container = MEDIA_TYPES[info.type].name
    return codec if info.codec in {"avc1", "hvc1", "hev1"} else f"{codec} in {container}"
