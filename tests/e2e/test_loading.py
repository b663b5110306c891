"""What is fetched, when, and what a reader sees until then."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING

import pytest

from e2e.support import screenshots
from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose
from e2e.support.web_server import GONE, HANGS, Fault

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

VIDEOS = ("*.webm", "*.mov", "*.mp4")
_SHEET = "*/masko.*.css"


@tried("below the fold")
def test_nothing_of_a_pose_below_the_fold_is_fetched(browser: Browser, site: Served) -> None:
    """Its video comes when it is scrolled to, and stops when it is left."""
    visit = site.visit()
    browser.open(visit.url("fold/"))
    browser.sleep(1)
    assert visit.paths(*VIDEOS) == []
    pose = Pose(browser, site.folder)
    browser.run("arguments[0].scrollIntoView({block: 'center'})", pose.element)
    assert pose.moves()
    assert len(set(visit.paths("*.webm"))) == 1
    browser.run("scrollTo(0, 0)")
    paused = "return document.querySelector('video').paused"
    browser.wait(lambda: browser.run(paused), "a video that rests out of sight")


@tried("below the fold")
def test_of_many_only_what_is_seen_moves(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("many/"))
    assert Pose(browser, site.folder).moves()
    playing = "return [...document.querySelectorAll('video')].filter(v => !v.paused).length"
    assert 1 <= browser.run(playing) <= 3


@tried("normal")
def test_a_page_without_poses_gets_nothing_of_ours(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url("none/"))
    browser.sleep(0.3)
    assert visit.paths("*masko*") == []


@tried("normal")
def test_all_that_a_page_fetches_is_there(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url())
    assert Pose(browser, site.folder).moves()
    icon = "/favicon.ico"  # browsers look for one by themselves
    wrong = [f for f in visit.fetched if f.status not in {200, 206} and f.path != icon]
    assert wrong == []


@tried("slow style sheet")
def test_with_a_slow_style_sheet_a_pose_moves_when_it_is_there(
    browser: Browser, site: Served
) -> None:
    browser.open(site.visit(faults={_SHEET: Fault(delay=1.5)}).url())
    assert Pose(browser, site.folder).moves()


@tried("slow style sheet")
def test_with_reduced_motion_a_slow_style_sheet_starts_nothing(
    browser: Browser, site: Served
) -> None:
    visit = site.visit(faults={_SHEET: Fault(delay=1.5)})
    browser.open(visit.url(), Reader(motion=False))
    assert Pose(browser, site.folder).rests()
    assert visit.paths(*VIDEOS) == []


@tried("pending style sheet")
def test_while_a_style_sheet_hangs_the_page_is_not_broken(browser: Browser, site: Served) -> None:
    """Browsers show nothing before it, and afterwards all of it."""
    visit = site.visit(faults={_SHEET: HANGS})
    release = Timer(2, visit.released.set)  # a driver waits until the page has loaded
    release.start()
    browser.open(visit.url())
    assert visit.released.is_set()
    assert Pose(browser, site.folder).moves()
    release.join()


@tried("pending style sheet")
def test_without_its_style_sheet_the_picture_is_there_once(browser: Browser, site: Served) -> None:
    """And no video beside it."""
    visit = site.visit(faults={_SHEET: GONE})
    browser.open(visit.url())
    pose = Pose(browser, site.folder)
    browser.sleep(1)
    img = pose.part("img")
    assert img is not None
    seen = browser.see().cut(browser.box(img))
    assert screenshots.difference(seen, pose.still(browser.box(img))) < 3
    assert browser.all("masko-pose video, masko-pose button") == []
    assert visit.paths(*VIDEOS) == []


@tried("normal")
@pytest.mark.parametrize("kind", ["*.js"])
def test_without_its_script_the_picture_is_there(browser: Browser, site: Served, kind: str) -> None:
    visit = site.visit(faults={kind: GONE})
    browser.open(visit.url())
    assert Pose(browser, site.folder).rests()
    assert visit.paths(*VIDEOS) == []


@tried("normal")
def test_an_opaque_pose_is_opaque(browser: Browser, site: Served) -> None:
    """From its picture to its video, of which there is one for all browsers."""
    visit = site.visit()
    browser.open(visit.url("background/"))
    pose = Pose(browser, site.folder)
    still = pose.cut()
    browser.wait(lambda: screenshots.difference(still, pose.cut()) > 0.3, "a frame of the video")
    assert browser.see().is_opaque(browser.box(pose.element))
    assert len(set(visit.paths("*.mp4"))) == 1
    assert visit.paths("*.webm", "*.mov") == []
