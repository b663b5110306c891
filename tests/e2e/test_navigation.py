"""Material's instant navigation: pages are swapped without a reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

_READER = Reader(width=1000)


@tried("instant navigation")
def test_a_pose_moves_on_a_page_that_is_swapped_in(browser: Browser, material: Served) -> None:
    """Also on one that was reached from a page without any pose, and once more after a return."""
    _open(browser, material.visit().url())
    for _ in range(2):
        _follow(browser, "To the pose", "Pose")
        assert Pose(browser, material.folder).moves()
        assert len(browser.all("masko-pose button")) == 1
        _follow(browser, "To the start", "Start")
    assert browser.run("return window.mark") == 1, "the page was loaded anew"


@tried("instant navigation")
def test_a_pause_outlives_the_swap(browser: Browser, material: Served) -> None:
    _open(browser, material.visit().url("pose/"))
    pose = Pose(browser, material.folder)
    assert pose.moves()
    pose.control.click()
    _follow(browser, "To the start", "Start")
    _follow(browser, "To the pose", "Pose")
    assert Pose(browser, material.folder).rests()
    assert browser.run("return window.mark") == 1, "the page was loaded anew"


@tried("instant navigation")
def test_a_switch_in_the_header_follows_the_pages(browser: Browser, material: Served) -> None:
    """That of the manual: it is there while a page has something that moves by itself."""
    _open(browser, material.visit().url())
    switch = browser.find("header [data-masko-toggle]")
    assert not switch.is_displayed()
    _follow(browser, "To the pose", "Pose")
    browser.wait(switch.is_displayed, "the switch")
    assert browser.told(switch) == ("button", "Pause animations")
    switch.click()
    assert Pose(browser, material.folder).halts()
    _follow(browser, "To the start", "Start")
    browser.wait(lambda: not switch.is_displayed(), "a header without the switch")


@tried("instant navigation")
def test_a_pose_of_a_preview_goes_with_it(browser: Browser, material: Served) -> None:
    _open(browser, material.visit().url())
    links = "return document.querySelectorAll('article a[href]:not(.headerlink)')[0]"
    browser.point(browser.run(links))
    browser.wait(lambda: browser.all("masko-pose"), "a preview with the pose")
    browser.point_away()
    moving = "return [...document.querySelectorAll('masko-pose video')].some(v => !v.paused)"
    browser.wait(lambda: not browser.run(moving), "nothing that moves")


def _open(browser: Browser, url: str) -> None:
    """Open a page, and mark its window, which a reload would replace.

    Material swaps pages in only once it has the sitemap; until then a link is an ordinary one.
    """
    browser.open(url, _READER)
    browser.run("window.mark = 1")
    script = """return performance.getEntriesByType("resource").some(
        entry => entry.name.endsWith("sitemap.xml") && entry.responseEnd > 0)"""
    browser.wait(lambda: browser.run(script), "the sitemap")


def _follow(browser: Browser, words: str, title: str) -> None:
    def there() -> bool:
        return bool(browser.run("return document.querySelector('h1')?.firstChild.data") == title)

    script = "return [...document.querySelectorAll('article a')].find(a => a.text === arguments[0])"
    browser.wait(lambda: browser.run(script, words), words).click()
    browser.wait(there, f"the page {title!r}")
    browser.point_away()
