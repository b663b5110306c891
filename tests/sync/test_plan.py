"""The plan: a plain function of the export, whatever order that comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.api.models import Export, ExportItem
from mkdocs_masko.manifest import Medium, make
from mkdocs_masko.sync.plan import assign_slugs, media_urls, plan_collection
from mkdocs_masko.text import slugify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

KEYS = ("video", "transparent_video_webm", "transparent_video_mov_256")
URLS = st.sampled_from([f"https://assets.masko.ai/{n}" for n in range(4)])
ITEMS = st.lists(
    st.builds(
        ExportItem,
        name=st.sampled_from(["wave", "Wave", "wave 2", "wäve", "🦊", "!", "x" * 999]),
        image=st.none() | URLS,
        transparent_image=st.none() | URLS,
        image_sizes=st.dictionaries(
            st.sampled_from(["image_480", "transparent_image_480", "transparent_image_240"]), URLS
        ),
        animations=st.lists(st.dictionaries(st.sampled_from(KEYS), URLS), max_size=2).map(tuple),
    ),
    max_size=6,
)


def look_up(key: str, url: str) -> Medium | str:
    """Describe every medium but those at one URL."""
    if url.endswith("0"):
        return "is \x1b[31mno medium"
    kind = "image/png" if "image" in key else "video/mp4"
    return Medium(url=url, type=kind, width=1, height=1)  # type: ignore[arg-type] # one of two


def export(items: Sequence[ExportItem]) -> Export:
    """Wrap items."""
    return Export(collection="Fox Mascot", items=tuple(items))


@given(ITEMS, st.randoms())
def test_the_order_of_the_items_does_not_matter(items: list[ExportItem], chance: Random) -> None:
    """Any two orders of an export give the same collection."""
    first = plan_collection("fox", "fox", export(items), look_up, None)
    shuffled = items.copy()
    chance.shuffle(shuffled)
    second = plan_collection("fox", "fox", export(shuffled), look_up, None)
    assert second.collection == first.collection
    assert make({"fox": first.collection}) == make({"fox": second.collection})


@given(ITEMS)
def test_every_item_gets_a_slug_of_its_own(items: list[ExportItem]) -> None:
    """None is lost, none is twice, and each begins with what its name is typed as."""
    slugs_and_items = list(assign_slugs(items))
    assert sorted((item.name for _, item in slugs_and_items)) == sorted(item.name for item in items)
    assert len({slug for slug, _ in slugs_and_items}) == len(items)
    assert all(slug.startswith(slugify(item.name)[:200]) for slug, item in slugs_and_items)


@given(ITEMS)
def test_each_medium_is_planned_once_or_is_a_fault(items: list[ExportItem]) -> None:
    """Nothing is dropped in silence."""
    result = plan_collection("fox", "fox", export(items), look_up, None)
    pairs = [pair for item in items for pair in media_urls(item)]
    planned = [pair for pose in result.collection.poses.values() for pair in pose.media()]
    assert len(planned) + len(result.faults) == len(pairs)
    assert all(
        any(pose.animations) or pose.animations == () for pose in result.collection.poses.values()
    )


def test_an_animation_keeps_its_number_when_another_cannot_be_used() -> None:
    """Pages count animations; a last good one is never put in another's place."""
    both = ({"video": "https://assets.masko.ai/0"}, {"video": "https://assets.masko.ai/1"})
    item = ExportItem(name="wave", image=None, transparent_image=None, animations=both)
    first = plan_collection("fox", "fox", export([item]), look_up, None)
    again = plan_collection("fox", "fox", export([item]), look_up, first.collection)
    for result in (first, again):
        empty, second = result.collection.poses["wave"].animations
        assert empty == {}
        assert second["video"].url.endswith("/1")


@pytest.mark.parametrize("kept", [False, True])
def test_a_fault_names_its_place_and_whether_the_last_good_medium_is_kept(*, kept: bool) -> None:
    """The place is one that a person finds, and the reason is fit for a terminal."""
    bad = ExportItem(name="Wave!", animations=({"video": "https://assets.masko.ai/0"},))
    good = ExportItem(name="Wave!", animations=({"video": "https://assets.masko.ai/1"},))
    before = plan_collection("fox", "fox", export([good]), look_up, None).collection
    result = plan_collection("fox", "fox", export([bad]), look_up, before if kept else None)
    (fault,) = result.faults
    assert fault.place == "fox/wave animations[0].video"
    assert fault.reason == "is \ufffd[31mno medium"
    assert fault.is_kept is kept
    assert result.collection.poses == (before.poses if kept else {})
