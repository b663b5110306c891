"""Where a file is not what its place in the API's answer promises."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mkdocs_masko.probe.facts import Facts


class _Promise(msgspec.Struct, frozen=True, kw_only=True):
    what: str
    codecs: frozenset[str]
    types: frozenset[str]


_MP4_FAMILY = frozenset({"video/quicktime", "video/mp4"})
_H264 = _Promise(what="H.264", codecs=frozenset({"avc1"}), types=_MP4_FAMILY)
_PROMISES = {
    "video": _H264,
    "transparent_video_webm": _Promise(
        what="WebM with VP9 and alpha",
        codecs=frozenset({"vp9", "vp8"}),
        types=frozenset({"video/webm"}),
    ),
    "transparent_video_mov": _Promise(
        what="HEVC with alpha", codecs=frozenset({"hvc1", "hev1"}), types=_MP4_FAMILY
    ),
    "transparent_video_android": _H264,
}
_IMAGES = {"image", "transparent_image"}
_CODEC_NAMES = {
    "avc1": "H.264",
    "av1": "AV1",
    "hev1": "HEVC",
    "hvc1": "HEVC",
    "prores": "ProRes",
    "vp8": "VP8",
    "vp9": "VP9",
}
_SIZE = re.compile(r"_[0-9]+\Z")


def contradicts(key: str, facts: Facts) -> str:
    """Say what is wrong when a file cannot be what the API's key names.

    Missing transparency is no contradiction: `Facts.alpha` tells it.

    Args:
        key: A media key of the API, with or without its size: `transparent_video_webm_720`.
        facts: What was found at the key's address.

    Returns:
        Some words that go on from the name of the file ("is a video where an image
        belongs"), or an empty string when all is well or the key is not known.
    """
    key = _SIZE.sub("", key)
    is_image = facts.type.startswith("image/")
    if key in _IMAGES:
        return "" if is_image else "is a video where an image belongs"
    promise = _PROMISES.get(key)
    if promise is None:
        return ""
    if is_image:
        return "is an image: the placeholder that stands at the address until the file is ready"
    if facts.codec in promise.codecs and facts.type in promise.types:
        return ""
    return f"is {_name(facts)} where {promise.what} belongs"


def _name(facts: Facts) -> str:
    codec = _CODEC_NAMES.get(facts.codec, "a video of an unknown codec")
    container = {"video/webm": "WebM", "video/mp4": "MP4"}.get(facts.type, "QuickTime")
    return codec if facts.codec in {"avc1", "hvc1", "hev1"} else f"{codec} in {container}"
