"""What is said of a file that is not what its key in the API's answer names."""

from __future__ import annotations

import pytest

from mkdocs_masko.probe import MediaInfo, mismatch

PLACEHOLDER = "is an image: the placeholder that the CDN serves until the file is ready"
IMAGE_KEYS = ("image", "transparent_image")
VIDEO_KEYS = (
    "video",
    "transparent_video_webm",
    "transparent_video_mov",
    "transparent_video_android",
)


def facts(mime: str, codec: str = "", *, alpha: bool | None = False) -> MediaInfo:
    return MediaInfo(type=mime, width=64, height=64, alpha=alpha, duration=None, codec=codec)


PNG = facts("image/png")
H264 = facts("video/mp4", "avc1")
WEBM = facts("video/webm", "vp9", alpha=True)
MOV = facts("video/quicktime", "hvc1", alpha=True)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("image", PNG),
        ("image", facts("image/avif")),
        ("transparent_image", PNG),
        ("video", H264),
        ("video", facts("video/quicktime", "avc1")),
        ("transparent_video_webm", WEBM),
        ("transparent_video_webm", facts("video/webm", "vp8")),
        ("transparent_video_mov", MOV),
        ("transparent_video_mov", facts("video/mp4", "hev1", alpha=None)),
        ("transparent_video_android", H264),
        ("some_later_key", PNG),
        ("some_later_key_720", H264),
    ],
)
def test_nothing_is_said_of_a_file_that_may_stand_at_its_key(key: str, found: MediaInfo) -> None:
    assert mismatch(key, found) == ""


@pytest.mark.parametrize("size", ["", "_360", "_720"])
@pytest.mark.parametrize("key", VIDEO_KEYS)
def test_an_image_at_the_key_of_a_video_is_the_placeholder(key: str, size: str) -> None:
    assert mismatch(key + size, PNG) == PLACEHOLDER


@pytest.mark.parametrize("size", ["", "_360", "_720"])
@pytest.mark.parametrize("key", IMAGE_KEYS)
def test_a_video_is_no_image(key: str, size: str) -> None:
    assert mismatch(key + size, WEBM) == "is a video where an image belongs"


@pytest.mark.parametrize(
    ("key", "found", "said"),
    [
        ("video", MOV, "is HEVC where H.264 belongs"),
        ("video_720", WEBM, "is VP9 in WebM where H.264 belongs"),
        ("transparent_video_webm", H264, "is H.264 where WebM with VP9 and alpha belongs"),
        (
            "transparent_video_webm",
            facts("video/mp4", "vp9"),
            "is VP9 in MP4 where WebM with VP9 and alpha belongs",
        ),
        ("transparent_video_mov", H264, "is H.264 where HEVC with alpha belongs"),
        (
            "transparent_video_mov",
            facts("video/quicktime", "prores", alpha=None),
            "is ProRes in QuickTime where HEVC with alpha belongs",
        ),
        (
            "transparent_video_android",
            facts("video/mp4"),
            "is a video of an unknown codec in MP4 where H.264 belongs",
        ),
    ],
)
def test_a_video_of_another_kind_is_named_with_what_belongs(
    key: str, found: MediaInfo, said: str
) -> None:
    assert mismatch(key, found) == said


@pytest.mark.parametrize("key", ["transparent_image", *VIDEO_KEYS[1:3]])
def test_a_file_without_transparency_is_no_contradiction(key: str) -> None:
    opaque = {"image": PNG, "webm": facts("video/webm", "vp9"), "mov": facts("video/mp4", "hvc1")}
    assert mismatch(key, opaque[key.rpartition("_")[2]]) == ""
