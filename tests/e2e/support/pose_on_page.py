"""A pose on a page, as a reader meets it: what it shows, whether it moves, its control."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver.common.by import By

from e2e.support import screenshots

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image
    from selenium.webdriver.remote.webelement import WebElement

    from e2e.support.browser import Browser

_SAME = 3.0  # of 255: browsers scale a picture a little differently
_OTHER = 6.0  # of 255: another frame of the same mascot
_START = 1.0  # seconds in which a pose that may move would have begun to
_FRAMES = 0.6  # seconds of a video: several frames, even on a machine that is busy


@dataclass(frozen=True)
class Pose:
    """The first pose that a selector finds, on the page that a browser has open."""

    browser: Browser
    site: Path
    css: str = "masko-pose"

    @cached_property
    def element(self) -> WebElement:
        """The element around picture, video and control."""
        return self.browser.find(self.css)

    def part(self, css: str) -> WebElement | None:
        """Return an element inside, if it is there."""
        try:
            return self.element.find_element(By.CSS_SELECTOR, css)
        except NoSuchElementException:
            return None

    @property
    def control(self) -> WebElement:
        """The button that pauses or plays."""
        found = self.browser.wait(lambda: self.part("button"), "a control")
        assert found is not None
        return found  # type: ignore[no-any-return] # what `wait` returns

    def cut(self) -> Image.Image:
        """Return what is seen where the picture is."""
        return self.browser.cut(self.element)

    def still(self, box: screenshots.Box | None = None) -> Image.Image:
        """Return how its picture has to look in a box of the page, or in that of the pose."""
        img = self.part("img")
        assert img is not None
        path = unquote(urlsplit(str(img.get_property("src"))).path)
        box = box or self.browser.box(self.element)
        return screenshots.over(self.site / path.lstrip("/"), (round(box.width), round(box.height)))

    def is_still(self) -> bool:
        """Tell whether its picture is seen, and nothing else."""
        return screenshots.difference(self.cut(), self.still()) < _SAME

    def is_clear(self) -> bool:
        """Tell whether something is seen, and the page through its corners."""
        return self.browser.see().is_clear(self.browser.box(self.element))

    def rests(self) -> bool:
        """Tell whether its picture is seen, now and for as long as it takes to begin to move."""
        self.browser.wait(self.is_still, "the picture")
        self.browser.sleep(_START)
        return self.is_still()

    def moves(self) -> bool:
        """Wait until frames of its video are seen, through whose corners the page is.

        WebKitGTK shows nothing for a moment when a video begins again.
        """
        still = self.still()
        first = self.browser.wait(lambda: self._other(still), "a frame of the video")
        self.browser.wait(lambda: self._other(first), "another frame of the video")
        return bool(self.browser.wait(self.is_clear, "the page, seen through a frame"))

    def _other(self, than: Image.Image) -> Image.Image | None:
        seen = self.cut()
        return seen if screenshots.difference(seen, than) > _OTHER else None

    def halts(self) -> bool:
        """Wait until it stands on a frame, and tell whether it stays there."""
        self.browser.wait(lambda: not self.has_moved(), "no more motion")
        return not self.has_moved(_FRAMES)

    def has_moved(self, seconds: float = 0.4) -> bool:
        """Tell whether it looks different after a time."""
        before = self.cut()
        self.browser.sleep(seconds)
        return screenshots.difference(before, self.cut()) > 0.1
