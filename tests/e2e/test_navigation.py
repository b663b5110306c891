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
