"""Which files of an animation a page shows, where some of its sizes have no alpha."""

from __future__ import annotations

import pytest
from msgspec import structs

import manifest_samples
from mkdocs_masko.gallery import render
from mkdocs_masko.manifest import Match, Pose
from mkdocs_masko.rendering import Renderer, StandalonePage, make_call, select_pose
from mkdocs_masko.rendering.call import check_arguments

WEBM, MOV = "transparent_video_webm", "transparent_video_mov"
SIZES = {"": 512, "_256": 256, "_128": 128}


def pose(*opaque: str) -> Pose:
    """Make a pose whose videos come in three sizes; those whose keys are named have no alpha."""
    makers = {WEBM: manifest_samples.webm, MOV: manifest_samples.mov}
    videos = {key + end: make(key, px) for key, make in makers.items() for end, px in SIZES.items()}
    videos |= {key: structs.replace(videos[key], alpha=False) for key in opaque}
    return manifest_samples.pose("wave", videos)


ALL_WEBM = [WEBM + end for end in SIZES]
CASES = [
    pytest.param([], 60, [128, 128], id="none"),
    pytest.param([f"{WEBM}_128"], 60, [128, 256], id="the fitting size"),
    pytest.param([f"{WEBM}_128", f"{MOV}_128"], 60, [256, 256], id="of both"),
    pytest.param([f"{WEBM}_128", f"{WEBM}_256"], 60, [128, 512], id="all but the whole"),
    pytest.param([WEBM], 500, [512, 256], id="the whole"),
    pytest.param([WEBM], None, [512, 256], id="the whole, without a box"),
    pytest.param(ALL_WEBM, 60, [128], id="all of one"),
]


@pytest.mark.parametrize(("opaque", "width", "expected"), CASES)
def test_a_size_without_alpha_is_no_reason_to_do_without_the_others(
    opaque: list[str], width: int | None, expected: list[int]
) -> None:
    match = Match("fox", "wave", pose(*opaque))
    selection = select_pose(match, check_arguments({"width": width}))
    assert [source.medium.width for source in selection.poses[0].sources] == expected


def test_an_animation_in_opaque_sizes_alone_is_none() -> None:
    match = Match("fox", "wave", pose(*ALL_WEBM, *(MOV + end for end in SIZES)))
    assert select_pose(match, check_arguments({})).poses[0].sources == ()


def test_a_gallery_shows_a_pose_of_which_one_size_has_no_alpha() -> None:
    """The gallery asks for small ones."""
    odd = pose(f"{WEBM}_256", f"{MOV}_256", f"{WEBM}_128", f"{MOV}_128")
    call = make_call("masko_gallery", (), {}, "")
    renderer = Renderer(manifest_samples.manifest(fox={"wave": odd}), default="fox")
    urls = {load.url for load in render(call, renderer, StandalonePage()).loads}
    assert {f"{manifest_samples.HOST}/masko/{WEBM}.webm"} <= urls
