"""The type of a file, told by how it begins."""

from __future__ import annotations

import re

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
