"""Poses that are covered, gone back to, copied and moved; and the switch of a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

PAUSED = "const video = document.querySelector('masko-pose video'); return !video || video.paused"
MOVED = "return document.querySelector('masko-pose').spent > 0"
_NOTES = """
window.main = document.querySelector("main");
window.dialog = document.createElement("dialog");
dialog.textContent = "In front";
document.body.append(dialog);
"""
_COVERS = {
    "a modal dialog": ("dialog.showModal()", "dialog.close()"),
    "inert": ("main.inert = true", "main.inert = false"),
    "visibility": ("main.style.visibility = 'hidden'", "main.style.visibility = ''"),
    "opacity": ("main.style.opacity = 0", "main.style.opacity = ''"),
    "content-visibility": (
        "main.style.contentVisibility = 'hidden'",
        "main.style.contentVisibility = ''",
    ),
    "display": ("main.style.display = 'none'", "main.style.display = ''"),
    "closed details": (
        "const d = document.createElement('details'); main.replaceWith(d); d.append(main)",
        "document.querySelector('details').open = true",
    ),
}
_COPIES = {
    "moved": "main.append(pose)",
    "its content put back": "pose.innerHTML = pose.innerHTML",
    "the page put back": "main.innerHTML = main.innerHTML",
    "cloned": "pose.replaceWith(pose.cloneNode(true))",
    "cloned beside": "pose.after(pose.cloneNode(true)); pose.remove()",
}


@tried("covered")
def test_what_nobody_sees_does_not_move(browser: Browser, site: Served) -> None:
    """However it is hidden; and it goes on when it is seen again."""
    browser.open(site.visit().url())
    assert Pose(browser, site.folder).moves()
    browser.run(_NOTES)
    for name, (cover, uncover) in _COVERS.items():
        browser.run(cover)
        browser.wait(lambda: browser.run(PAUSED), f"rest behind {name}")
        browser.run(uncover)
        browser.wait(lambda: not browser.run(PAUSED), f"motion after {name}")
    browser.run("dialog.append(main); dialog.showModal()")
    browser.wait(lambda: not browser.run(PAUSED), "motion in the dialog")


@tried("covered")
def test_in_a_shadow_root_a_pose_moves_once_it_is_styled(browser: Browser, site: Served) -> None:
    """Without a style sheet it is a still image, and nothing lies beside it."""
    browser.open(site.visit().url())
    assert Pose(browser, site.folder).moves()
    script = """
    const pose = document.querySelector("masko-pose");
    const host = document.createElement("div");
    window.root = host.attachShadow({mode: "open"});
    root.append(pose);
    document.querySelector("main").append(host);
    """
    browser.run(script)
    browser.sleep(0.6)
    assert browser.run("return root.querySelectorAll('video, button').length") == 0
    browser.run("root.append(document.querySelector('link[href*=masko]').cloneNode())")
    moves = "return root.querySelector('video')?.currentTime > 0"
    browser.wait(lambda: browser.run(moves), "motion in the shadow root")
    assert browser.run("return root.querySelectorAll('button').length") == 1


@tried("back button")
def test_a_page_that_is_gone_back_to_knows_of_a_pause(browser: Browser, site: Served) -> None:
    """And when it does not stand still, it moves."""
    visit = site.visit()
    browser.open(visit.url())
    assert Pose(browser, site.folder).moves()
    browser.driver.get(visit.url("none/"))
    browser.driver.back()
    browser.point_away()
    assert Pose(browser, site.folder).moves()
    browser.driver.get(visit.url("other/"))
    pose = Pose(browser, site.folder)
    assert pose.moves()
    pose.control.click()
    browser.driver.back()
    browser.point_away()
    pose = Pose(browser, site.folder)
    assert pose.halts()
    assert pose.control.get_attribute("aria-pressed") == "true"
    browser.driver.get(visit.url("other/"))
    browser.point_away()
    assert Pose(browser, site.folder).rests()


@tried("copied")
def test_a_copy_of_a_pose_that_moves_is_as_good_as_new(browser: Browser, site: Served) -> None:
    """It has one video and one control, which works."""
    browser.open(site.visit().url())
    assert Pose(browser, site.folder).moves()
    for name, script in _COPIES.items():
        browser.run(
            "const pose = document.querySelector('masko-pose');"
            "const main = document.querySelector('main');" + script
        )
        browser.wait(
            lambda: len(browser.all("video, button")) == 2, f"{name}: one video and one control"
        )
        browser.wait(lambda: not browser.run(PAUSED), f"{name}: motion")
        browser.run("document.querySelector('button').click()")
        browser.wait(lambda: browser.run(PAUSED), f"{name}: a pause")
        browser.run("document.querySelector('button').click()")
        browser.wait(lambda: not browser.run(PAUSED), f"{name}: motion again")
    assert Pose(browser, site.folder).moves()


@tried("copied")
def test_a_page_that_was_saved_is_whole(browser: Browser, site: Served) -> None:
    """Without scripts it shows the still image alone; with them, the pose moves as ever."""
    visit = site.visit()
    browser.open(visit.url())
    assert Pose(browser, site.folder).moves()
    html = browser.run("return document.documentElement.outerHTML")
    assert "data-moving" in html
    saved = site.folder / f"saved-{browser.name}.html"
    saved.write_text(f"<!doctype html>{html}", encoding="utf-8")
    browser.open(visit.url(saved.name), Reader(scripting=False))
    pose = Pose(browser, site.folder)
    assert pose.rests()
    browser.open(visit.url(saved.name))
    assert Pose(browser, site.folder).moves()
    assert len(browser.all("masko-pose video, masko-pose button")) == 2


@tried("motion changed while open")
def test_a_pause_outlives_a_change_of_the_system(browser: Browser, site: Served) -> None:
    browser.open(site.visit().url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    pose.control.click()
    browser.point_away()
    for motion in (False, True):
        browser.change(Reader(motion=motion))
        assert pose.halts()
        assert pose.control.get_attribute("aria-pressed") == "true"


@tried("switch of the site")
def test_a_switch_of_the_site_pauses_everything(browser: Browser, site: Served) -> None:
    """It is there where something moves by itself, has a name, and keeps step with the poses."""
    visit = site.visit()
    browser.open(visit.url("many/"))
    pose = Pose(browser, site.folder)
    assert pose.moves()
    button = "<button data-masko-toggle hidden></button>"
    browser.run("document.body.insertAdjacentHTML('afterbegin', arguments[0])", button)
    switch = browser.find("[data-masko-toggle]")
    browser.wait(switch.is_displayed, "the switch")
    assert browser.told(switch) == ("button", "Pause animations")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    browser.point_away()
    assert pose.halts()
    assert switch.get_attribute("aria-pressed") == "true"
    assert pose.control.get_attribute("aria-pressed") == "true"
    pose.control.click()
    assert switch.get_attribute("aria-pressed") == "false"
    browser.run("document.querySelector('main').remove()")
    browser.wait(lambda: not switch.is_displayed(), "no switch where nothing moves")
