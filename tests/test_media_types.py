"""The table of formats agrees with itself."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from mkdocs_masko.media_types import (
    CODEC_NAMES,
    KEY_PATTERN,
    MEDIA_TYPES,
    VIDEOS,
    MimeType,
    without_size,
)


def test_each_mime_type_has_its_row_and_its_suffix() -> None:
    assert tuple(MEDIA_TYPES) == get_args(MimeType)
    assert len({row.suffix for row in MEDIA_TYPES.values()}) == len(MEDIA_TYPES)


@pytest.mark.parametrize("key", VIDEOS)
def test_each_key_is_matched_alone_and_with_a_size(key: str) -> None:
    for name in (key, f"{key}_720"):
        assert re.fullmatch(KEY_PATTERN, name)
        assert without_size(name) == key
    assert not re.fullmatch(KEY_PATTERN, f"{key}_x")


def test_the_pattern_matches_no_other_key() -> None:
    prefix, suffixes = "transparent_video_", ("webm", "mov", "android")
    assert {"video", *(prefix + suffix for suffix in suffixes)} == VIDEOS.keys()


@pytest.mark.parametrize("key", VIDEOS)
def test_what_a_key_promises_has_names(key: str) -> None:
    assert VIDEOS[key].codecs <= CODEC_NAMES.keys()
    assert VIDEOS[key].types <= MEDIA_TYPES.keys()


def test_browsers_are_offered_the_mov_first() -> None:
    """Safari plays a WebM too, but without its transparency."""
    assert [video.source_type for video in VIDEOS.values() if video.source_type] == [
        'video/mp4; codecs="hvc1"',
        'video/webm; codecs="vp9"',
        "video/mp4",
    ]
