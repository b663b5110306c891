"""The control of a pose that moves by itself, and what assistive technology is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selenium.webdriver.common.keys import Keys

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.chromium import Chromium
from e2e.support.pose_on_page import Pose
from e2e.support.pose_pages import ALT

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

_LARGE = 24  # px, the least side of a target (WCAG 2.2, 2.5.8)


@tried("pause control")
def test_the_control_works_by_keyboard_alone(browser: Browser, site: Served) -> None:
    """It is the first stop of the Tab key; the space bar and Enter work it."""
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    browser.press(Keys.TAB)
    assert browser.run("return document.activeElement.tagName") == "BUTTON"
    assert _state(pose.control) == "false"
    browser.press(Keys.SPACE)
    assert pose.halts()
    assert _state(pose.control) == "true"
    browser.press(Keys.ENTER)
    assert pose.moves()
    assert _state(pose.control) == "false"


@tried("pause control")
def test_the_control_is_seen_when_it_is_wanted(browser: Browser, site: Served) -> None:
    """Under the mouse and with the focus, large enough to be hit; else it covers nothing."""
    browser.open(site.visit().url())
    browser.point_away()
    pose = Pose(browser, site.folder)
    assert pose.moves()
    control = pose.control
    assert not _is_seen(browser, control)
    browser.point(pose.element)
    browser.wait(lambda: _is_seen(browser, control), "a control under the mouse")
    browser.point_away()
    browser.wait(lambda: not _is_seen(browser, control), "a control that is gone again")
    browser.press(Keys.TAB)
    browser.wait(lambda: _is_seen(browser, control), "a control with the focus")
    box = browser.box(control)
    assert min(box.width, box.height) >= _LARGE


def _is_seen(browser: Browser, element: WebElement) -> bool:
    script = "return getComputedStyle(arguments[0], '::before').opacity"
    opacity = browser.run(script, element)
    return float(opacity) > 0.5


def _state(control: WebElement) -> str | None:
    return control.get_attribute("aria-pressed")


@tried("remembered for the visit")
def test_a_pause_is_remembered_on_the_next_page(browser: Browser, site: Served) -> None:
    """And for as long as the visit lasts: nothing of a page that stands still is fetched."""
    visit = site.visit()
    browser.open(visit.url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    pose.control.click()
    browser.driver.get(visit.url("other/"))
    browser.point_away()
    pose = Pose(browser, site.folder)
    assert pose.rests()
    assert _state(pose.control) == "true"
    pose.control.click()
    browser.driver.get(visit.url())
    browser.point_away()
    assert Pose(browser, site.folder).moves()


@tried("remembered for the visit")
def test_all_poses_of_a_page_follow_one_control(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("many/"))
    pose = Pose(browser, site.folder)
    assert pose.moves()
    pose.control.click()
    browser.point_away()
    assert pose.halts()
    playing = "return [...document.querySelectorAll('video')].filter(v => !v.paused).length"
    assert browser.run(playing) == 0


@tried("accessibility tree")
def test_role_and_name_are_told_once(browser: Browser, site: Served) -> None:
    """The mascot is an image with its text, the control a button; nothing else is there."""
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    _check(browser, [("image", ALT), ("button", "Pause animations")])
    assert browser.told(pose.control) == ("button", "Pause animations")


@tried("accessibility tree")
def test_a_picture_alone_is_an_image_with_its_text(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url(), Reader(scripting=False))
    _check(browser, [("image", ALT)])


@tried("accessibility tree")
def test_decoration_is_told_to_nobody(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("decoration/"))
    pose = Pose(browser, site.folder)
    assert pose.moves()
    _check(browser, [("button", "Pause animations")])


def _check(browser: Browser, expected: list[tuple[str, str]]) -> None:
    """Hold what is told of the pose against what is expected."""
    elements = browser.all("masko-pose, masko-pose :not(template)")
    told = [browser.told(each) for each in elements if not _is_hidden(browser, each)]
    assert [each for each in told if each[0] not in _SILENT] == expected
    if isinstance(browser, Chromium):
        names = [(role, name) for role, name, _ in browser.tree() if role in _SPEAKING]
        assert names == expected


@tried("accessibility tree")
def test_the_state_of_the_control_is_told(browser: Browser, site: Served) -> None:
    """By the tree in Chromium; WebDriver tells no state, so elsewhere by the attribute."""
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    for pressed in ("false", "true", "false"):
        assert _state(pose.control) == pressed
        if isinstance(browser, Chromium):
            [state] = [p["pressed"] for role, _, p in browser.tree() if role == "button"]
            assert state == pressed
        pose.control.click()


_SILENT = {"", "none", "presentation", "generic", "Generic"}
_SPEAKING = {"image", "button", "Video", "video", "link"}


def _is_hidden(browser: Browser, element: WebElement) -> bool:
    """Tell whether an element is hidden from assistive technology, or a part of an image."""
    script = "return !!arguments[0].closest('[aria-hidden=true], [role=img] *')"
    return bool(browser.run(script, element))
