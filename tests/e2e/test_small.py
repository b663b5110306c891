"""What lies over a pose: nothing over a small one, and a sign at a corner when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from e2e.support.axe import audit
from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose
from e2e.support.screenshots import Box
from e2e.test_presence import MOVED, PAUSED

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

_SIGN = 24  # px
_ENDLESS = "document.querySelector('video').playbackRate = 0.1"  # 20 s for 2 s
_SEEN = """
const style = getComputedStyle(arguments[0], "::before");
return style.display !== "none" && style.opacity > 0.5;
"""


@tried("small")
def test_a_small_pose_moves_for_a_moment_and_again_when_it_is_asked(
    browser: Browser, site: Served
) -> None:
    """Less than five seconds, however long its video is; then under the mouse, and at a click."""
    browser.open(site.visit().url("small/"))
    browser.point_away()
    pose = Pose(browser, site.folder)
    browser.wait(lambda: browser.run(MOVED), "motion")
    browser.wait(pose.is_still, "the still image")
    assert pose.rests()
    browser.point(pose.element)
    browser.wait(lambda: not browser.run(PAUSED), "motion under the mouse")
    assert not browser.run(_SEEN, pose.control)
    browser.point_away()
    assert pose.rests()
    assert pose.control.get_attribute("aria-pressed") == "false"
    browser.run(f"arguments[0].click(); {_ENDLESS}", pose.control)
    browser.wait(lambda: browser.run(MOVED), "motion")
    browser.wait(pose.is_still, "the still image")
    assert browser.run("return document.querySelector('masko-pose').spent") < 5000


@tried("small")
def test_a_pause_of_a_small_pose_holds_for_all(browser: Browser, site: Served) -> None:
    """But what plays under the mouse was asked for, and does."""
    visit = site.visit()
    browser.open(visit.url("small/"))
    pose = Pose(browser, site.folder)
    browser.point(pose.element)
    browser.wait(lambda: not browser.run(PAUSED), "motion under the mouse")
    browser.click(pose.element)
    browser.wait(lambda: browser.run(PAUSED), "a pause")
    assert pose.control.get_attribute("aria-pressed") == "true"
    other = Pose(browser, site.folder, "p + p masko-pose")
    browser.point(other.element)
    browser.wait(lambda: browser.run(PAUSED.replace("masko-pose", "p + p")) is False, "motion")
    assert browser.run(PAUSED)
    browser.driver.get(visit.url())
    browser.point_away()
    assert Pose(browser, site.folder).rests()


@tried("small")
def test_every_target_is_large_enough(browser: Browser, site: Served) -> None:
    """By axe's rule, whatever the font's size: also a pose of 16 px."""
    for page in ("small/", "", "click/"):
        browser.open(site.visit().url(page))
        browser.run("document.documentElement.style.fontSize = '8px'")
        pose = Pose(browser, site.folder)
        box = browser.box(pose.control)
        assert min(box.width, box.height) >= 24
        violations, passes = audit(browser, "masko-pose")
        assert violations == []
        assert "target-size" in passes
    browser.run("document.querySelector('img').width = document.querySelector('img').height = 16")
    box = browser.box(pose.control)
    assert (box.width, box.height) == (24, 24)


@tried("touch")
def test_a_tap_pauses_and_shows_the_sign_for_a_moment(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    assert not browser.run(_SEEN, pose.control)
    browser.tap(pose.element)
    shown = "return document.querySelector('button').dataset.shown === 'true'"
    browser.wait(lambda: browser.run(shown), "the sign")
    assert pose.control.get_attribute("aria-pressed") == "true"
    assert browser.run(PAUSED)
    browser.wait(lambda: not browser.run(shown), "no sign")
    browser.tap(pose.element)
    browser.wait(lambda: not browser.run(PAUSED), "motion")


@tried("touch")
def test_a_tap_on_a_hover_pose_plays_until_the_next(browser: Browser, site: Served) -> None:
    """Also when something else is tapped in between."""
    browser.open(site.visit().url("hover/"))
    pose = Pose(browser, site.folder)
    assert pose.rests()
    browser.tap(pose.element)
    browser.wait(lambda: not browser.run(PAUSED), "motion")
    browser.run("document.activeElement.blur()")
    browser.sleep(0.4)
    assert not browser.run(PAUSED)
    browser.tap(pose.element)
    browser.wait(lambda: browser.run(PAUSED), "a pause")


@tried("forced colors")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pose_and_sign_are_seen_in_forced_colors(
    browser: Browser, site: Served, scheme: Literal["light", "dark"]
) -> None:
    """The sign has both a light and a dark colour; the pose is not painted over."""
    browser.open(site.visit().url(), Reader(scheme=scheme, forced_colors=True))
    pose = Pose(browser, site.folder)
    browser.wait(lambda: len(pose.cut().getcolors(2**24) or ()) > 999, "the colours of the mascot")
    browser.point(pose.element)
    browser.wait(lambda: browser.run(_SEEN, pose.control), "the sign")
    browser.sleep(0.4)  # its transition
    box = browser.box(pose.element)
    corner = Box(box.left + box.width - _SIGN, box.top + box.height - _SIGN, _SIGN, _SIGN)
    darkest, lightest = browser.see().cut(corner).convert("L").getextrema()
    assert lightest - darkest > 150
    assert len(pose.cut().getcolors(2**24) or ()) > 999
