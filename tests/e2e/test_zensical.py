"""The example site, built by Zensical with its instant navigation, as readers meet it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.chromium import Chromium
from e2e.support.pose_on_page import Pose

if TYPE_CHECKING:
    from typing import Literal

    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

pytestmark = pytest.mark.skipif(
    find_spec("zensical") is None, reason="Zensical needs Python 3.11 or later"
)

_DESK = Reader(width=1280, height=900)
_START = 1.0  # seconds in which a pose that may move would have begun to
_BROKEN = """
const ours = [...document.querySelectorAll("img.masko, masko-pose img")];
for (const image of ours) image.loading = "eager";
return ours.filter(image => image.checkVisibility() && !(image.complete && image.naturalWidth))
  .map(image => image.src);
"""
_OVERFLOW = "return document.documentElement.scrollWidth - window.innerWidth"
_SITEMAP = """return performance.getEntriesByType("resource").some(
  entry => entry.name.endsWith("sitemap.xml") && entry.responseEnd > 0)"""
_PAIR = """return [...document.querySelectorAll(".masko-light, .masko-dark")]
  .filter(each => each.getBoundingClientRect().width).map(each => each.classList[1])"""
_LINK = """return [...document.querySelectorAll(".md-tabs a, .md-nav--primary a")]
  .find(a => a.textContent.trim() === arguments[0] && a.checkVisibility())"""


@tried("zensical")
@pytest.mark.parametrize("page", ["", "poses/", "embed/"], ids=["home", "poses", "embed"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_all_pictures_are_there_and_nothing_fails(
    browser: Browser, zensical: Served, page: str, scheme: Literal["light", "dark"], width: int
) -> None:
    visit = zensical.visit()
    if isinstance(browser, Chromium):
        browser.errors()  # forget those of the last page
    browser.open(visit.url(page), Reader(scheme=scheme, width=width, height=900))
    browser.wait(lambda: browser.run(_BROKEN) == [], "all pictures")
    assert browser.run(_OVERFLOW) <= 0
    assert [fetched.path for fetched in visit.fetched if fetched.status >= 400] == []
    if isinstance(browser, Chromium):
        assert browser.errors() == []


@tried("zensical")
def test_a_pose_stands_still_for_readers_who_want_that(browser: Browser, zensical: Served) -> None:
    visit = zensical.visit()
    browser.open(visit.url("start/"), Reader(motion=False, width=1280, height=900))
    browser.wait(lambda: browser.run(_BROKEN) == [], "all pictures")
    assert not Pose(browser, zensical.folder).has_moved(_START)
    assert visit.paths("*.webm", "*.mov", "*.mp4") == []


@tried("forced colors")
def test_a_pose_is_not_painted_over_in_forced_colors(browser: Browser, zensical: Served) -> None:
    reader = Reader(forced_colors=True, width=1280, height=900)
    browser.open(zensical.visit().url("start/"), reader)
    pose = Pose(browser, zensical.folder)
    browser.wait(lambda: len(pose.cut().getcolors(2**24) or ()) > 999, "the colours of the mascot")


@tried("zensical")
def test_poses_move_and_follow_the_palette_on_pages_that_are_swapped_in(
    browser: Browser, zensical: Served
) -> None:
    browser.open(zensical.visit().url("options/"), _DESK)  # which has no pose
    browser.run("window.mark = 1")
    browser.wait(lambda: browser.run(_SITEMAP), "the sitemap")
    _follow(browser, "Get started")
    assert Pose(browser, zensical.folder).moves()
    _follow(browser, "Poses")
    browser.wait(lambda: browser.run(_PAIR), "the pair")
    assert browser.run(_PAIR) == ["masko-light"]
    browser.find("label[for='__palette_1']").click()
    browser.wait(lambda: browser.run(_PAIR) == ["masko-dark"], "the pose of the dark palette")
    assert browser.run("return window.mark") == 1, "the page was loaded anew"


def _follow(browser: Browser, words: str) -> None:
    browser.wait(lambda: browser.run(_LINK, words), words).click()
    title = "return document.querySelector('h1')?.firstChild.data"
    browser.wait(lambda: browser.run(title) == words, f"the page {words!r}")
    browser.point_away()
