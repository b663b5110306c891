"""What a reader loads, and what is said of more than the budget."""

from __future__ import annotations

from mkdocs_masko.budget import PageWeights

SIZES = {"a1": 10_000, "a2": 30_000, "b1": 5_000, "b2": 6_000, "webm": 200_000, "mov": 150_000}


def _scales(**limits: int) -> PageWeights:
    scales = PageWeights(limits)
    scales.note("docs/index.md", "fox/wave", first="a1", dense="a2")
    scales.note("docs/index.md", "fox/wave", video="webm")
    scales.note("docs/index.md", "fox/wave", video="mov")
    scales.note("docs/index.md", "fox/wave", first="a1", dense="a2")  # shown twice, loaded once
    scales.note("docs/index.md", "fox/idle", first="b1", dense="b2")
    scales.note("docs/other.md", "fox/idle", first="b1", dense="b2")
    return scales


def test_what_comes_first_are_the_stills_of_the_heaviest_page() -> None:
    assert _scales().first(SIZES) == ("docs/index.md", 15_000)
    assert _scales().poses == {"fox/wave", "fox/idle"}


def test_nothing_shown_weighs_nothing() -> None:
    assert PageWeights({"page": 1}).first({}) == ("", 0)
    assert list(PageWeights({"page": 1}).over({})) == []


def test_a_pose_weighs_its_dense_still_and_its_largest_video() -> None:
    """Browsers take one of the videos; which one is theirs to choose."""
    assert list(_scales(pose=230_000).over(SIZES)) == []
    assert list(_scales(pose=229_999).over(SIZES)) == [
        "docs/index.md: pose 'fox/wave' weighs 230 kB, more than the budget of 230 kB"
    ]


def test_a_page_weighs_all_of_its_poses() -> None:
    assert list(_scales(page=236_000).over(SIZES)) == []
    assert list(_scales(page=6_000, pose=6_000).over(SIZES)) == [
        "docs/index.md: pose 'fox/wave' weighs 230 kB, more than the budget of 6.0 kB",
        "docs/index.md: its poses weigh 236 kB, more than the budget of 6.0 kB",
    ]


def test_without_a_budget_nothing_is_said() -> None:
    assert list(_scales().over(SIZES)) == []
