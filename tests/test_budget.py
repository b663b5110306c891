"""What readers load for a page, and what is said of more than the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.budget import PageWeights
from mkdocs_masko.rendering import Load

if TYPE_CHECKING:
    from mkdocs_masko.rendering.resolve import Role

SIZES = {"a1": 10_000, "a2": 30_000, "b1": 5_000, "b2": 6_000, "webm": 200_000, "mov": 150_000}


def _load(pose: str, role: Role, name: str) -> Load:
    return Load(pose=pose, role=role, url=name, bytes=SIZES[name], file=None)


WAVE = (
    _load("fox/wave", "first", "a1"),
    _load("fox/wave", "dense", "a2"),
    _load("fox/wave", "video", "webm"),
    _load("fox/wave", "video", "mov"),
)
IDLE = (_load("fox/idle", "first", "b1"), _load("fox/idle", "dense", "b2"))


def _weights() -> PageWeights:
    weights = PageWeights()
    weights.add("docs/index.md", WAVE)
    weights.add("docs/index.md", WAVE)  # shown twice, loaded once
    weights.add("docs/index.md", IDLE)
    weights.add("docs/other.md", IDLE)
    return weights


def _excesses(**limits: int) -> list[str]:
    return list(_weights().over_budget(SIZES, limits))


def test_the_heaviest_page_is_that_of_the_heaviest_stills() -> None:
    assert _weights().heaviest_page(SIZES) == ("docs/index.md", 15_000)
    assert _weights().poses == {"fox/wave", "fox/idle"}


def test_nothing_shown_weighs_nothing() -> None:
    assert PageWeights().heaviest_page({}) == ("", 0)
    assert list(PageWeights().over_budget({}, {"page": 1})) == []


def test_a_pose_weighs_its_dense_still_and_its_largest_video() -> None:
    """Browsers take one of the videos; which one is theirs to choose."""
    assert _excesses(pose=230_000) == []
    assert _excesses(pose=229_999) == [
        "docs/index.md: pose 'fox/wave' weighs 230.000 kB, more than the budget of 229.999 kB"
    ]


def test_an_animation_in_two_sizes_weighs_as_much_as_both() -> None:
    """Of each size, a browser loads one file; of the same one shown twice, one as well."""
    weights = PageWeights()
    weights.add("docs/index.md", WAVE)
    weights.add(
        "docs/index.md", [_load("fox/wave", "video", "b1"), _load("fox/wave", "video", "b2")]
    )
    weights.add("docs/index.md", WAVE)
    assert list(weights.over_budget(SIZES, {"pose": 236_000})) == []
    assert list(weights.over_budget(SIZES, {"pose": 235_999})) != []


def test_what_no_reader_of_the_page_loads_weighs_nothing() -> None:
    """An absolute URL is for feeds and previews, and formats are alternatives."""
    weights = PageWeights()
    weights.add("docs/index.md", [_load("fox/wave", "other", "webm")])
    assert weights.poses == set()
    assert list(weights.over_budget(SIZES, {"page": 1, "pose": 1})) == []


def test_a_page_weighs_all_of_its_poses() -> None:
    assert _excesses(page=236_000) == []
    assert _excesses(page=6_000, pose=6_000) == [
        "docs/index.md: pose 'fox/wave' weighs 230 kB, more than the budget of 6.0 kB",
        "docs/index.md: its poses weigh 236 kB, more than the budget of 6.0 kB",
    ]


def test_without_a_budget_nothing_is_said() -> None:
    assert _excesses() == []
