"""What changed between two manifests, in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from manifest_samples import FOX, animation, collection, manifest, medium, pose
from mkdocs_masko.manifest import Change, Collection, Pose, diff_manifests, make

WAVE = FOX["wave"]
(ANIMATION,) = WAVE.animations


def with_wave(**change: Any) -> dict[str, Pose]:  # noqa: ANN401 - a pose's fields
    return {"wave": msgspec.structs.replace(WAVE, **change)}


def in_words(before: dict[str, Collection] | None, after: dict[str, Collection]) -> list[str]:
    old = None if before is None else make(before)
    return [str(change) for change in diff_manifests(old, make(after))]


CASES: dict[str, tuple[dict[str, Pose], list[str]]] = {
    "nothing": ({"wave": WAVE}, []),
    "added": ({"wave": WAVE, "a": FOX["still"]}, ["added fox/a"]),
    "removed": ({}, ["removed fox/wave"]),
    "several": (
        {"b": WAVE, "a": WAVE},
        ["added fox/a", "added fox/b", "removed fox/wave"],
    ),
    "name": (with_wave(name="Wave"), ["changed fox/wave: name"]),
    "image": (with_wave(image=medium("new.png")), ["changed fox/wave: image"]),
    "image gone": (
        with_wave(transparent_image=None),
        ["changed fox/wave: transparent_image is gone"],
    ),
    "animation new": (
        with_wave(animations=(ANIMATION, {"video": ANIMATION["video"]})),
        ["changed fox/wave: animations[1].video is new"],
    ),
    "variant new": (
        with_wave(animations=({**ANIMATION, "video_256": ANIMATION["video"]},)),
        ["changed fox/wave: animations[0].video_256 is new"],
    ),
    "much": (
        {"wave": Pose(name="W", animations=({"video": animation("x")["video"]},))},
        [
            (
                "changed fox/wave: name, animations[0].transparent_video_android is gone, "
                "animations[0].transparent_video_mov is gone, "
                "animations[0].transparent_video_webm is gone, animations[0].video, "
                "image is gone, transparent_image is gone"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("poses", "words"), CASES.values(), ids=CASES)
def test_every_difference_of_a_pose_is_reported(poses: dict[str, Pose], words: list[str]) -> None:
    fox = {"wave": WAVE}
    assert in_words({"fox": collection(fox)}, {"fox": collection(poses)}) == words


def test_an_empty_animation_counts_for_a_change() -> None:
    after = {"fox": collection(with_wave(animations=(ANIMATION, {})))}
    assert in_words({"fox": collection({"wave": WAVE})}, after) == ["changed fox/wave"]


def test_collections_come_and_go_as_a_whole() -> None:
    before = {"fox": collection({"wave": WAVE}), "owl": collection({})}
    after = {"bee": collection({"wave": WAVE}), "owl": collection({})}
    assert in_words(before, after) == ["added collection bee", "removed collection fox"]


def test_changes_of_a_collections_own_fields_are_reported() -> None:
    before = {"fox": collection({}, name="Fox", id_="1")}
    after = {"fox": collection({}, name="Vixen", id_="2")}
    assert in_words(before, after) == ["changed collection fox: id, name"]


def test_without_a_manifest_everything_is_new() -> None:
    assert in_words(None, {"b": collection(FOX), "a": collection({})}) == [
        "added collection a",
        "added collection b",
    ]


def test_manifests_differ_if_and_only_if_their_revisions_do() -> None:
    one = manifest(fox={"wave": WAVE})
    for poses, _ in CASES.values():
        two = manifest(fox=poses)
        assert bool(diff_manifests(one, two)) == (one.revision != two.revision)


def test_a_change_is_data() -> None:
    (change,) = diff_manifests(manifest(fox={}), manifest(fox={"x": pose("x")}))
    assert change == Change(kind="added", collection="fox", pose="x")
