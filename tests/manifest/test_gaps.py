"""What a pose lacks is said with what readers see therefore."""

from __future__ import annotations

import pytest

import manifest_samples
from mkdocs_masko.manifest import find_gaps, pose_gaps

NO_ANIMATION = "no animation: it is a still image for everyone"
NO_MOV = "no MOV: Safari shows the still image"
NO_IMAGE = "no image: its name is shown instead of the still image"
NO_MP4 = "no MP4: with “background” it does not move"
GAPS: dict[str, list[str]] = {
    "wave": [],
    "two": [],
    "sized": [],
    "still": [NO_ANIMATION],
    "only-webm": [NO_MOV, NO_MP4],
    "only-mov": ["no WebM: only Safari plays it", NO_MP4],
    "opaque-webm": ["no transparent animation: it moves with “background” only", NO_MP4],
    "opaque": ["no transparent image: the still image has a background"],
    "faceless": [NO_IMAGE],
    "only-mp4": [
        NO_IMAGE,
        "no transparent animation: it moves with “background” only",
    ],
    "wide": ["no opaque image: “background” shows the transparent one", NO_ANIMATION],
    "bare": [NO_IMAGE, NO_ANIMATION],
}


@pytest.mark.parametrize("slug", GAPS)
def test_what_is_missing_is_said_with_what_readers_see(slug: str) -> None:
    assert [f"{gap.name}: {gap.effect}" for gap in pose_gaps(manifest_samples.FOX[slug])] == GAPS[
        slug
    ]


def test_what_two_animations_lack_is_said_once() -> None:
    pose = manifest_samples.pose(
        "x", {"video": manifest_samples.mp4("a")}, {"video": manifest_samples.mp4("b")}
    )
    assert [gap.key for gap in pose_gaps(pose)] == ["no-transparent-animation"]


def test_an_export_lacks_what_its_keys_do_not_name() -> None:
    """Before a sync there are keys only; nothing is missing that an embed can do without."""
    gaps = find_gaps(["image"], [{"video"}, {"transparent_video_webm"}])
    assert [gap.file for gap in gaps if gap.incomplete] == [
        "transparent image",
        "transparent animation",
        "MOV",
    ]
    assert [gap.key for gap in gaps if not gap.incomplete] == ["no-mp4"]
