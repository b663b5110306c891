"""The ways to play: by itself, once, under the mouse or the focus, at a click, in a link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selenium.webdriver.common.keys import Keys

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose
from e2e.test_presence import MOVED

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

_VIDEO = "const video = document.querySelector('video'); "


@tried("loop")
def test_a_loop_moves_until_it_is_paused(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    pose.control.click()
    browser.point_away()
    assert pose.halts()
    pose.control.click()
    browser.point_away()
    assert pose.moves()


@tried("loops for long")
def test_a_loop_begins_again_at_its_end(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    before = browser.run(f"{_VIDEO} video.currentTime = video.duration - 0.3; return 1")
    assert before == 1
    again = f"{_VIDEO} return !video.paused && video.currentTime < 2"
    browser.wait(lambda: browser.run(again), "another round")
    assert pose.moves()


@tried("once")
def test_once_ends_on_its_last_frame(browser: Browser, site: Served) -> None:
    """And stays there when it comes back into sight."""
    browser.open(site.visit().url("once/"))
    pose = Pose(browser, site.folder)
    assert pose.moves()
    browser.wait(lambda: browser.run(f"{_VIDEO} return video.ended"), "the end")
    assert pose.halts()
    assert pose.is_clear()
    browser.run("document.body.style.paddingTop = '3000px'")
    browser.sleep(0.3)
    browser.run("document.body.style.paddingTop = ''")
    assert pose.halts()


@tried("hover")
def test_hover_moves_under_the_mouse(browser: Browser, site: Served) -> None:
    """Nothing is fetched before."""
    visit = site.visit()
    browser.open(visit.url("none/"))
    browser.point_away()  # on a page of the same site, or Firefox has the mouse where it was
    browser.driver.get(visit.url("hover/"))
    pose = Pose(browser, site.folder)
    assert pose.rests()
    assert visit.paths("*.webm", "*.mov") == []
    browser.point(pose.element)
    assert pose.moves()
    browser.point_away()
    assert pose.halts()


@tried("hover")
def test_hover_moves_under_the_focus_too(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("hover/"))
    browser.point_away()
    pose = Pose(browser, site.folder)
    assert pose.rests()
    browser.press(Keys.TAB)
    assert pose.moves()


@tried("click")
def test_click_moves_when_it_is_clicked(browser: Browser, site: Served) -> None:
    """Anywhere on it; reduced motion does not stand in the way of who asks."""
    visit = site.visit()
    browser.open(visit.url("click/"), Reader(motion=False))
    pose = Pose(browser, site.folder)
    browser.wait(lambda: pose.part("button"), "a control")
    browser.sleep(0.5)
    assert visit.paths("*.webm", "*.mov") == []
    browser.click(pose.element)
    browser.point_away()
    assert pose.moves()
    browser.click(pose.element)
    browser.point_away()
    assert pose.halts()


@tried("in a link")
def test_a_pose_in_a_link_stays_a_link(browser: Browser, site: Served) -> None:
    """It has no control, so it moves for less than five seconds; a click follows the link."""
    browser.open(site.visit().url("link/"))
    pose = Pose(browser, site.folder)
    browser.wait(lambda: browser.run(MOVED), "motion")
    assert browser.told(browser.find("main a")) == ("link", "A fox waving hello")
    assert browser.all("button") == []
    browser.wait(pose.is_still, "the still image")
    browser.click(pose.element)
    browser.wait(lambda: _path(browser) == "/other/", "the page that the link leads to")


@tried("in a link")
def test_a_link_that_moves_under_the_mouse_stays_a_link(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("link-hover/"))
    browser.point_away()
    pose = Pose(browser, site.folder)
    assert pose.rests()
    browser.point(pose.element)
    assert pose.moves()
    assert browser.all("button") == []
    browser.click(pose.element)
    browser.wait(lambda: _path(browser) == "/other/", "the page that the link leads to")


def _path(browser: Browser) -> str:
    return urlsplit(browser.driver.current_url).path
