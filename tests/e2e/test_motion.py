"""When a pose moves, and what it shows when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose
from e2e.support.web_server import GONE

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

VIDEOS = ("*.webm", "*.mov", "*.mp4")


@tried("normal")
def test_a_pose_moves_and_lets_the_page_through(browser: Browser, site: Served) -> None:
    """Of the picture and the one video that this browser shows right, each once."""
    visit = site.visit()
    browser.open(visit.url())
    assert Pose(browser, site.folder).moves()
    assert len(set(visit.paths("*.webm"))) == 1
    assert visit.paths("*.mov", "*.mp4") == []
    assert len(visit.paths("*.png")) == 1


@tried("reduced motion")
def test_with_reduced_motion_no_video_is_fetched(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url(), Reader(motion=False))
    pose = Pose(browser, site.folder)
    assert pose.rests()
    assert pose.is_clear()
    assert visit.paths(*VIDEOS) == []
    assert len(visit.paths("*.png")) == 1


@tried("motion changed while open")
def test_a_change_of_the_motion_setting_is_followed(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    browser.change(Reader(motion=False))
    assert pose.halts()
    browser.change(Reader(motion=True))
    assert pose.moves()


@tried("scripting off")
def test_without_scripts_the_picture_is_there(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url(), Reader(scripting=False))
    pose = Pose(browser, site.folder)
    assert pose.rests()
    assert pose.is_clear()
    assert pose.part("button") is None
    assert visit.paths(*VIDEOS) == []


@tried("autoplay blocked")
def test_what_may_not_start_by_itself_starts_by_its_control(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url(), Reader(autoplay=False))
    pose = Pose(browser, site.folder)
    assert pose.rests()
    assert pose.is_clear()
    browser.wait(lambda: pose.control.get_attribute("aria-pressed") == "true", "a paused state")
    pose.control.click()
    browser.point_away()
    assert pose.moves()


@tried("data saver")
def test_who_saves_data_gets_the_picture_only(browser: Browser, site: Served) -> None:
    visit = site.visit()
    browser.open(visit.url(), Reader(saves_data=True))
    assert Pose(browser, site.folder).rests()
    assert visit.paths(*VIDEOS) == []


@tried("no source there")
def test_without_any_source_the_picture_stays(browser: Browser, site: Served) -> None:
    """And with it no control, since nothing is there to be paused."""
    visit = site.visit(faults=dict.fromkeys(VIDEOS, GONE))
    browser.open(visit.url())
    browser.wait(lambda: visit.paths("*.webm"), "a request for the video")
    pose = Pose(browser, site.folder)
    assert pose.rests()
    assert pose.is_clear()
    assert pose.part("button") is None


@tried("no picture there")
def test_without_its_picture_a_pose_moves_all_the_same(browser: Browser, site: Served) -> None:
    browser.open(site.visit(faults={"*.png": GONE}).url())
    assert Pose(browser, site.folder).moves()


@tried("hidden tab")
def test_on_a_hidden_tab_nothing_moves(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    hidden, paused = browser.hide("return document.querySelector('video').paused")
    assert hidden
    assert paused
    assert pose.moves()


@tried("inserted later")
def test_a_pose_that_is_inserted_later_moves(browser: Browser, site: Served) -> None:
    """Copied as a script of the site would, and as its text."""
    browser.open(site.visit().url())
    assert Pose(browser, site.folder).moves()
    script = """
    const [first] = document.querySelectorAll("masko-pose");
    const text = first.cloneNode(true);
    text.querySelector("button")?.remove();
    const later = document.createElement("main");
    later.innerHTML = text.outerHTML;
    first.closest("main").replaceWith(later);
    """
    browser.run(script)
    assert Pose(browser, site.folder, "main > masko-pose").moves()
