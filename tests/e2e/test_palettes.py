"""Poses that differ between the light palette and the dark one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served, Visit

_LIGHT, _DARK = ("masko-pose.masko-light", "masko-pose.masko-dark")


def _seen(browser: Browser) -> list[str]:
    """Return the classes that tell apart the poses which are displayed."""
    poses = browser.all("masko-pose")
    shown = [each for each in poses if browser.box(each).width > 0]
    return [str(each.get_attribute("class")).split()[-1] for each in shown]


def _media(visit: Visit) -> set[str]:
    """Return of which poses anything was fetched."""
    files = visit.paths("*.png", "*.webm", "*.mov", "*.mp4")
    names = {path.rsplit("/", 1)[1].split(".")[0] for path in files}
    return names - {"favicon"}


@tried("system palette")
def test_in_the_light_only_the_light_pose_is_fetched(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url("palettes/"))
    assert _seen(browser) == ["masko-light"]
    assert Pose(browser, site.folder, _LIGHT).moves()
    assert _media(visit) == {"wave"}


@tried("system palette")
def test_in_the_dark_only_the_dark_pose_is_fetched(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url("palettes/"), Reader(scheme="dark"))
    assert _seen(browser) == ["masko-dark"]
    assert Pose(browser, site.folder, _DARK).moves()
    assert _media(visit) == {"card-sit"}


@tried("system palette")
def test_a_change_of_the_palette_changes_the_pose(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("palettes/"))
    assert Pose(browser, site.folder, _LIGHT).moves()
    browser.change(Reader(scheme="dark"))
    browser.wait(lambda: _seen(browser) == ["masko-dark"], "the pose of the dark palette")
    assert Pose(browser, site.folder, _DARK).moves()


@tried("system palette")
def test_without_scripts_the_palette_is_followed(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url("palettes/"), Reader(scheme="dark", scripting=False))
    assert _seen(browser) == ["masko-dark"]
    assert Pose(browser, site.folder, _DARK).rests()


@tried("palette of the site")
def test_the_switch_of_the_site_counts_more_than_the_system(
    browser: Browser, material: Served
) -> None:
    """Material's, with a system in the other palette than the site."""
    visit = material.visit()
    browser.open(visit.url("palettes/"), Reader(scheme="dark", width=1000))
    assert _seen(browser) == ["masko-light"]
    assert Pose(browser, material.folder, _LIGHT).moves()
    assert _media(visit) == {"wave"}
    browser.find("label[for='__palette_1']").click()
    browser.wait(lambda: _seen(browser) == ["masko-dark"], "the pose of the dark palette")
    assert Pose(browser, material.folder, _DARK).moves()
    assert _media(visit) == {"wave", "card-sit"}
