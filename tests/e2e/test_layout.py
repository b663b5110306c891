"""Where a pose stands: in narrow columns and sentences, on paper, and never elsewhere later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from e2e.support import screenshots
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose
from e2e.support.pose_pages import SIZE
from e2e.support.web_server import GONE, Fault

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

_SHIFTS = """
const done = arguments[0];
const shifts = [];
new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
  .observe({type: "layout-shift", buffered: true});
setTimeout(() => done(shifts), 500);
"""


@tried("narrow column")
def test_in_a_narrow_column_a_pose_keeps_its_ratio(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("narrow/"))
    pose = Pose(browser, site.folder)
    assert pose.moves()
    for css in ("masko-pose", "masko-pose video", "masko-pose img"):
        box = browser.box(browser.find(css))
        assert (box.width, box.height) == pytest.approx((150, 150), abs=0.6), css


@tried("narrow column")
def test_in_a_sentence_a_pose_is_a_word(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("words/"))
    pose = Pose(browser, site.folder)
    browser.point(pose.element)  # it is small, and moves for a moment only
    assert pose.moves()
    box, paragraph = browser.box(pose.element), browser.box(browser.find("main p"))
    assert (box.width, box.height) == pytest.approx((64, 64), abs=0.6)
    assert box.left > paragraph.left + 50
    assert paragraph.height < 64 + 24


@tried("print")
@pytest.mark.parametrize("moving", [True, False], ids=["moving", "without-video"])
def test_on_paper_there_is_the_picture(browser: Browser, site: Served, *, moving: bool) -> None:
    """Whether a video was playing or not; and no control."""
    browser.open(site.visit(faults={} if moving else {"*.webm": GONE}).url())
    pose = Pose(browser, site.folder)
    assert pose.moves() if moving else pose.rests()
    paper = browser.print()
    aside = [(x, y, x + SIZE, y + SIZE) for x in (0, 1) for y in (0, 1)]  # Firefox rounds up
    still = pose.still()
    assert min(screenshots.difference(paper.crop(box), still) for box in aside) < 3


@tried("no layout shift")
def test_a_page_of_30_poses_does_not_shift(browser: Browser, site: Served) -> None:
    """With nothing in the cache, a slow style sheet and slow pictures, to its very end."""
    slow = {"*/masko.*.css": Fault(delay=0.4), "*.png": Fault(delay=0.4)}
    browser.open(site.visit(faults=slow).url("many/"))
    assert len(browser.all("masko-pose")) == 30
    assert Pose(browser, site.folder).moves()
    for _ in range(12):
        browser.run("scrollBy(0, innerHeight)")
        browser.sleep(0.2)
    assert browser.driver.execute_async_script(_SHIFTS) == []


@tried("no layout shift")
def test_a_shift_would_be_seen(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("many/"))
    assert Pose(browser, site.folder).moves()
    browser.sleep(0.6)  # what follows a click at once is not counted
    browser.run("document.querySelector('img').closest('p').style.paddingTop = '90px'")
    shifts = browser.driver.execute_async_script(_SHIFTS)
    assert shifts
    assert all(value > 0 for value in shifts)
