"""One small interface for three browsers: open a page as a reader would, and look at it."""

from __future__ import annotations

import shutil
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from selenium.common.exceptions import (
    MoveTargetOutOfBoundsException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.interaction import POINTER_TOUCH
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.print_page_options import PrintOptions

from e2e.support.paper import printed
from e2e.support.screenshots import Box, Seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL import Image
    from selenium.webdriver.remote.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

_PATIENCE = 60.0  # seconds for anything to happen, on a machine that is busy
_LOAD = 90.0  # seconds for a page
_SCRIPT = 240.0  # seconds for a script that ends later: some look at every pose of a page
HIDDEN = 0.8  # seconds for which a page is hidden, when it is
_PAUSE = 0.05  # seconds between two looks
_CM = 2.54 / 96  # of a px on paper

_TELL = """
const tell = () => setTimeout(() => { window.told = [document.hidden, (() => { %s })()]; }, 300);
window.told = null;
document.addEventListener("visibilitychange", tell, {once: true});
"""
_BOX = """
const box = arguments[0].getBoundingClientRect();
return [box.left, box.top, box.width, box.height];
"""


class Missing(Exception):
    """A program that is needed is not on this machine."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who opens a page: what their system, browser and screen are set to.

    Attributes:
        motion: False when the system asks for reduced motion.
        scripting: False when scripts are off.
        autoplay: False when the browser lets no video start by itself.
        saves_data: Whether the browser is asked to save data.
        scheme: The system's palette.
        forced_colors: Whether the system replaces the colours of pages (WebKitGTK cannot).
        width: Of what is seen of a page, in px.
        height: Of what is seen of a page, in px.
    """

    motion: bool = True
    scripting: bool = True
    autoplay: bool = True
    saves_data: bool = False
    scheme: Literal["light", "dark"] = "light"
    forced_colors: bool = False
    width: int = 800
    height: int = 600


class Browser(ABC):
    """A browser that is driven; its sessions last until `close`."""

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    @abstractmethod
    def driver(self) -> WebDriver:
        """The session in use."""

    @abstractmethod
    def set_up(self, reader: Reader) -> None:
        """Set the session up for a reader, on an empty page."""

    @abstractmethod
    def change(self, reader: Reader) -> None:
        """Change motion and palette of the system while a page is open."""

    @abstractmethod
    def close(self) -> None:
        """End all sessions."""

    def open(self, url: str, reader: Reader | None = None) -> None:
        """Open a page as a reader, and wait until it has loaded."""
        self.set_up(reader or Reader())
        self.point_away()  # the mouse stays where the last page left it
        self.driver.set_page_load_timeout(_LOAD)
        self.driver.set_script_timeout(_SCRIPT)
        try:
            self.driver.get(url)
        except TimeoutException:  # WebKitGTK has been seen to miss the end of a load
            self.driver.get(url)

    def find(self, css: str) -> WebElement:
        """Return the first element for a selector; wait until there is one."""
        found = self.wait(lambda: self.all(css), f"an element {css}")
        return found[0]

    def all(self, css: str) -> list[WebElement]:
        """Return the elements for a selector."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, css))

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - what the script returns
        """Run a script in the page and return what it returns."""
        return self.driver.execute_script(script, *arguments)

    def box(self, element: WebElement) -> Box:
        """Return where an element is seen."""
        return Box(*self.run(_BOX, element))

    def see(self) -> Seen:
        """Take a screenshot."""
        return Seen(self.driver.get_screenshot_as_png())

    def cut(self, element: WebElement) -> Image.Image:
        """Return what is seen where an element is."""
        return self.see().cut(self.box(element))

    def told(self, element: WebElement) -> tuple[str, str]:
        """Return role and name of an element, as this browser tells assistive technology."""
        return element.aria_role, element.accessible_name

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def point(self, element: WebElement) -> None:
        """Move the mouse over the middle of an element."""
        ActionChains(self.driver).move_to_element(element).perform()

    def click(self, element: WebElement) -> None:
        """Click into the middle of an element, whatever lies on top there."""
        ActionChains(self.driver).move_to_element(element).click().perform()

    def tap(self, element: WebElement) -> None:
        """Tap on the middle of an element with a finger."""
        actions = ActionBuilder(self.driver, mouse=PointerInput(POINTER_TOUCH, "finger"))
        actions.pointer_action.move_to(element).pointer_down().pointer_up()
        actions.perform()

    def point_away(self) -> None:
        """Move the mouse to where no pose is: into the lower right corner."""
        self.wait(self._points_away, "the mouse in the corner")

    def _points_away(self) -> bool:
        width, height = self.run("return [innerWidth, innerHeight]")
        actions = ActionChains(self.driver)
        actions.w3c_actions.pointer_action.move_to_location(width - 5, height - 5)
        try:
            actions.perform()
        except MoveTargetOutOfBoundsException:
            return False  # the window is still changing its size
        return True

    def hide(self, script: str) -> tuple[bool, Any]:
        """Hide the page for a moment behind a new tab, and run a script meanwhile.

        Returns:
            Whether the page said that it was hidden, and what the script returned then.
        """
        page = self.driver.current_window_handle
        self.note(script)
        self.driver.switch_to.new_window("tab")
        self.sleep(HIDDEN)
        self.driver.close()
        self.driver.switch_to.window(page)
        return self.told_when_hidden()

    def note(self, script: str) -> None:
        """Have the page note what a script returns when it has just been hidden or shown."""
        self.run(_TELL % script)

    def told_when_hidden(self) -> tuple[bool, Any]:
        """Return what the page noted when it was hidden."""
        hidden, answer = self.wait(lambda: self.run("return window.told"), "the page hidden")
        return hidden, answer

    def print(self, width: int = 800, height: int = 1000) -> Image.Image:
        """Print the page on paper of a size in px, and return the first sheet."""
        options = PrintOptions()
        options.background = True
        options.shrink_to_fit = False
        options.page_width, options.page_height = width * _CM, height * _CM
        options.margin_top = options.margin_bottom = 0
        options.margin_left = options.margin_right = 0
        return printed(self.driver.print_page(options))

    def sleep(self, seconds: float) -> None:
        """Let time pass, where nothing is to happen and so nothing can be waited for."""
        time.sleep(seconds)

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = _PATIENCE) -> Any:  # noqa: ANN401
        """Return the first true answer of a condition; fail when none comes."""
        end = time.monotonic() + seconds
        while True:
            try:
                answer = condition()
            except StaleElementReferenceException:
                answer = None
            if answer:
                return answer
            if time.monotonic() > end:
                raise AssertionError(f"{self.name}: not within {seconds:.0f} s: {what}")
            time.sleep(_PAUSE)


def program(*names: str) -> str:
    """Return the path of the first program that is here.

    Raises:
        Missing: None is; the message says how to get it.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Missing(f"there is no {names[0]} here; 'make browsers' installs it")
    return found
