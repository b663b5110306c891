"""What a browser fetches before it has the style sheets: what the reader sees first, no more."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from e2e.support import pose_pages
from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.chromium import Chromium
from e2e.support.firefox import Firefox
from e2e.support.web_server import HANGS, Served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from e2e.support.browser import Browser
    from e2e.support.web_server import Visit

_STILLS = ("*.png", "*.webp", "*.avif")
_SHEETS = {"*.css": HANGS}
_SOON = 2.0  # seconds in which a browser has asked for all that it asks for without style sheets
_INITIATOR = "return performance.getEntriesByName(arguments[0])[0].initiatorType"
_LATER = 4.0  # seconds after which Chromium has told of a preload that nothing used


def _stills(visit: Visit) -> list[str]:
    """Return the pose of each still image that was fetched."""
    names = [path.rpartition("/")[2].partition(".")[0] for path in visit.paths(*_STILLS)]
    return [name for name in names if name != "favicon"]


def _open(browser: Browser, visit: Visit, path: str, reader: Reader | None = None) -> list[str]:
    """Open a page whose style sheets hang; return the stills that were fetched before them."""
    before: list[str] = []

    def release() -> None:
        while not visit.paths("*.css"):
            time.sleep(0.05)
        time.sleep(_SOON)
        before.extend(_stills(visit))
        visit.released.set()

    thread = Thread(target=release, daemon=True)  # a driver waits until the page has loaded
    thread.start()
    browser.open(visit.url(path), reader)
    thread.join()
    return before


@tried("fetched early")
@pytest.mark.parametrize(
    ("path", "scheme", "pose"),
    [
        ("first/", "light", "idle"),
        ("palettes/", "light", "wave"),
        ("palettes/", "dark", "card-sit"),
    ],
)
def test_what_is_seen_first_is_fetched_before_the_style_sheets(
    browser: Browser, site: Served, path: str, scheme: Literal["light", "dark"], pose: str
) -> None:
    assert _open(browser, site.visit(faults=_SHEETS), path, Reader(scheme=scheme)) == [pose]


@tried("fetched early")
def test_what_the_palette_of_the_site_shows_is_fetched_before_the_style_sheets(
    browser: Browser, material: Served
) -> None:
    """In a system of the other palette."""
    reader = Reader(scheme="dark", width=1000)
    assert _open(browser, material.visit(faults=_SHEETS), "palettes/", reader) == ["wave"]


@tried("below the fold")
def test_the_first_pose_is_fetched_once_and_others_when_they_are_scrolled_to(
    browser: Browser, site: Served
) -> None:
    """Not even the same pose further down is fetched again."""
    visit = site.visit()
    browser.open(visit.url("first/"))
    browser.sleep(1)
    assert _stills(visit) == ["idle"]
    browser.run("document.images[1].scrollIntoView({block: 'center'})")
    browser.wait(lambda: _stills(visit) == ["idle", "cheer"], "the pose below the fold")


@tried("preloaded for a palette")
@pytest.mark.parametrize(("scheme", "pose"), [("light", "wave"), ("dark", "card-sit")])
def test_of_two_palettes_that_of_the_system_is_fetched_once(
    browser: Browser, site: Served, scheme: Literal["light", "dark"], pose: str
) -> None:
    visit = site.visit()
    browser.open(visit.url("palettes/"), Reader(scheme=scheme))
    browser.sleep(_LATER)
    assert _stills(visit) == [pose]
    if isinstance(browser, Chromium):
        assert [line for line in browser.errors() if "preload" in line] == []


@tried("palette of the site")
def test_of_two_palettes_only_that_of_the_site_is_fetched(
    browser: Browser, material: Served
) -> None:
    """Firefox 153 may fetch any image twice here, also one that has nothing but a `src`."""
    visit = material.visit()
    browser.open(visit.url("palettes/"), Reader(scheme="dark", width=1000))
    browser.sleep(1)
    fetched = _stills(visit)
    assert set(fetched) == {"wave"}
    if not isinstance(browser, Firefox):
        assert len(fetched) == 1


@pytest.fixture(scope="module")
def preloaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the manual's recipe for a preload."""
    with Served(pose_pages.build_preloaded(tmp_path_factory.mktemp("preloaded"))) as served:
        yield served


@tried("normal")
def test_what_the_recipe_of_the_manual_preloads_is_what_the_page_shows(
    browser: Browser, preloaded: Served
) -> None:
    """One file is fetched, once, and no browser has anything to say against it."""
    visit = preloaded.visit()
    browser.open(visit.url(), Reader(motion=False))
    browser.sleep(_LATER)
    assert _stills(visit) == ["wave"]
    shown = browser.run("return document.querySelector('masko-pose img').currentSrc")
    assert shown == visit.origin + visit.paths(*_STILLS)[0]
    if isinstance(browser, Chromium):
        assert browser.run(_INITIATOR, shown) == "link"
        assert [line for line in browser.errors() if "preload" in line] == []
