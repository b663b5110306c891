"""The formats of media: MIME types, the API's keys, and what browsers need to show them.

A new MIME type is a row of `MEDIA_TYPES` and a value of `MimeType`; a new key of the API is a row
of `VIDEOS` and a part of `KEY_PATTERN`. After either, `make schema` updates the manifest's schema.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

MimeType: TypeAlias = Literal[
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/quicktime",
    "video/webm",
]


class MediaType(Struct, frozen=True, kw_only=True):
    """What the bytes of a file are.

    Attributes:
        mime: As HTTP and HTML name it.
        suffix: Of the files that a site publishes, without its dot.
        name: For people.
    """

    mime: MimeType
    suffix: str
    name: str


MEDIA_TYPES: Final[dict[str, MediaType]] = {
    row.mime: row
    for row in (
        MediaType(mime="image/avif", suffix="avif", name="AVIF"),
        MediaType(mime="image/gif", suffix="gif", name="GIF"),
        MediaType(mime="image/jpeg", suffix="jpg", name="JPEG"),
        MediaType(mime="image/png", suffix="png", name="PNG"),
        MediaType(mime="image/webp", suffix="webp", name="WebP"),
        MediaType(mime="video/mp4", suffix="mp4", name="MP4"),
        MediaType(mime="video/quicktime", suffix="mov", name="QuickTime"),
        MediaType(mime="video/webm", suffix="webm", name="WebM"),
    )
}
"""The types that a manifest may hold, by MIME type."""

CODEC_NAMES: Final[dict[str, str]] = {
    "avc1": "H.264",
    "av1": "AV1",
    "hev1": "HEVC",
    "hvc1": "HEVC",
    "prores": "ProRes",
    "vp8": "VP8",
    "vp9": "VP9",
}
"""What people call the codecs of `MediaInfo.codec`."""


class Video(Struct, frozen=True, kw_only=True):
    """What the API promises of the videos at one of its keys.

    Attributes:
        key: The key of an animation, without its size.
        flat_keys: The keys that stand for it in an item of the export's older, flat form.
        name: For people.
        content: What its files have to be, for people: `HEVC with alpha`.
        codecs: Those that it may be encoded with.
        types: The containers that it may come in.
        transparent: Whether it shows the pose without a background.
        source_type: The `type` of its `<source>`, which decides who plays it; empty for one
            that no browser shows as it is.
    """

    key: str
    flat_keys: tuple[str, ...] = ()
    name: str
    content: str
    codecs: frozenset[str]
    types: frozenset[MimeType]
    transparent: bool
    source_type: str


_H264: Final = frozenset({"avc1"})
_MP4_FAMILY: Final[frozenset[MimeType]] = frozenset({"video/mp4", "video/quicktime"})

# Typed with the bare codec, and as MP4 whatever its container: Safari takes it, and no other
# browser does (measured in Chromium 156 and Firefox 153). With a full `hvc1.1.6...` string Firefox
# would show a black box.
MOV: Final = Video(
    key="transparent_video_mov",
    flat_keys=("animation_mov", "animation_hevc"),
    name="MOV",
    content="HEVC with alpha",
    codecs=frozenset({"hvc1", "hev1"}),
    types=_MP4_FAMILY,
    transparent=True,
    source_type='video/mp4; codecs="hvc1"',
)
# Safari plays it too, but without its transparency: so it must come after the MOV.
WEBM: Final = Video(
    key="transparent_video_webm",
    flat_keys=("animation_webm",),
    name="WebM",
    content="WebM with VP9 and alpha",
    codecs=frozenset({"vp9", "vp8"}),
    types=frozenset({"video/webm"}),
    transparent=True,
    source_type='video/webm; codecs="vp9"',
)
MP4: Final = Video(
    key="video",
    name="MP4",
    content="H.264",
    codecs=_H264,
    types=_MP4_FAMILY,
    transparent=False,
    source_type="video/mp4",
)
# Colour and transparency stacked in one opaque picture, for native players: a browser would show
# both halves.
STACKED: Final = Video(
    key="transparent_video_android",
    name="MP4",
    content="H.264",
    codecs=_H264,
    types=_MP4_FAMILY,
    transparent=False,
    source_type="",
)

VIDEOS: Final = {video.key: video for video in (MOV, WEBM, MP4, STACKED)}
"""The API's videos by their keys, in the order in which browsers are to try them."""

TRANSPARENT_VIDEOS: Final = tuple(video for video in VIDEOS.values() if video.transparent)
"""Those of an animation without a background: it needs each, for no browser plays them all."""

EMBEDDABLE_VIDEOS: Final = tuple(video for video in VIDEOS.values() if video.source_type)
"""Those that pages can show."""

FLAT_KEYS: Final = {flat: video.key for video in VIDEOS.values() for flat in video.flat_keys}

IMAGE_KEYS: Final = ("image", "transparent_image")
"""The API's keys of a pose's still images."""

KEY_PATTERN: Final = r"(video|transparent_video_(webm|mov|android))(_[1-9][0-9]{0,4})?"
"""A key of a video, with `_<px>` for a size variant; the schema of the manifest repeats it."""

IMAGE_KEY_PATTERN: Final = r"(transparent_)?image_[1-9][0-9]{0,4}"
"""A key of a still image in another size; the schema of the manifest repeats it."""

_SIZE = re.compile(r"_[0-9]+\Z")


def without_size(key: str) -> str:
    """Return the key that a size variant belongs to: `video` for `video_720`."""
    return _SIZE.sub("", key)


def size_variants(animation: Mapping[str, T], key: str) -> list[T]:
    """Return a video of an animation in all the sizes that the export has, in no order.

    Args:
        animation: By the API's keys, with and without sizes.
        key: Without a size: `video`.
    """
    return [video for name, video in animation.items() if without_size(name) == key]


def image_keys(pose: object) -> list[str]:
    """Return the API's keys of the still images that a pose has, in a manifest or an export."""
    return [key for key in IMAGE_KEYS if getattr(pose, key)]
