"""WebKitGTK, by its own driver and MiniBrowser, on a screen of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote, WebKitGTKOptions
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.webkitgtk.service import Service

from e2e.support.browser import HIDDEN, Browser, Missing, Reader, program

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACES = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
_SCREEN = "1400x1200x24"
_SETTLED = 0.3  # seconds until a changed setting has reached a page that is open


class WebKit(Browser):
    """WebKitGTK: motion and palette are the desktop's; scripts and autoplay need a session each."""

    name = "webkit"
    title = "WebKitGTK"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._browser = _minibrowser()
        self._desktop = Desktop(folder)
        self._sessions: dict[tuple[str, ...], tuple[Service, Remote]] = {}
        self._driver = self._session(Reader())

    @property
    def driver(self) -> Remote:
        """The session of the last reader."""
        return self._driver

    def set_up(self, reader: Reader) -> None:
        """Take the session for this reader, and set the desktop."""
        self._driver = self._session(reader)
        self.driver.get("about:blank")
        self.change(reader)
        bars = self.driver.get_window_size()["height"] - self.run("return window.innerHeight")
        self.driver.set_window_size(reader.width, reader.height + bars)

    def change(self, reader: Reader) -> None:
        """Change motion and palette of the desktop."""
        if self._desktop.settle(motion=reader.motion, dark=reader.scheme == "dark"):
            time.sleep(_SETTLED)

    def hide(self, script: str) -> tuple[bool, Any]:
        """Hide the page by making its window an icon: a new tab of MiniBrowser hides nothing."""
        size = self.driver.get_window_size()
        self.note(script)
        self.driver.minimize_window()
        self.sleep(HIDDEN)
        self.driver.set_window_size(size["width"], size["height"])
        return self.told_when_hidden()

    def _session(self, reader: Reader) -> Remote:
        given = []
        if not reader.scripting:
            given.append("--enable-javascript=false")
        if not reader.autoplay:
            given.append("--autoplay-policy=deny")
        key = tuple(given)
        if key not in self._sessions:
            self._sessions[key] = self._start(given)
        return self._sessions[key][1]

    def _start(self, arguments: list[str]) -> tuple[Service, Remote]:
        """Start a driver and its browser: one has never more than one."""
        options = WebKitGTKOptions()
        options.binary_location = str(self._browser)
        for argument in ("--automation", *arguments):
            options.add_argument(argument)
        log = str(self.folder / f"driver-{len(self._sessions)}.log")
        variables = dict(self._desktop.variables)
        service = Service(program("WebKitWebDriver"), env=variables, log_output=log)
        service.start()
        try:
            config = ClientConfig(service.service_url)
            connection = RemoteConnection(client_config=config)
            return service, Remote(connection, options=options)
        except WebDriverException:
            service.stop()
            raise

    def close(self) -> None:
        """End all sessions, and the desktop."""
        for service, driver in self._sessions.values():
            driver.quit()
            service.stop()
        self._desktop.close()


def _minibrowser() -> Path:
    found = sorted(Path("/").glob(_PLACES.lstrip("/")))
    if not found:
        raise Missing("there is no MiniBrowser here; 'make browsers' installs WebKitGTK")
    return found[-1]


@dataclass
class Desktop:
    """A screen without a monitor, and the settings of a desktop, which programs follow at once.

    WebKitGTK without a living screen hangs for ever.
    """

    folder: Path
    variables: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._settings = self.folder / "xsettings.conf"
        self._now: tuple[bool, bool] | None = None
        daemon = program("xsettingsd")
        self._screen, number = _screen(program("Xvfb"))
        config = self.folder / "config"
        config.mkdir()
        self.variables = {
            **os.environ,
            "DISPLAY": f":{number}",
            "XDG_CONFIG_HOME": str(config),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "GTK_A11Y": "none",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # its sandbox does not run as root
        }
        self._write(motion=True, dark=False)
        self._daemon = subprocess.Popen(
            [daemon, "-c", str(self._settings)],
            env=self.variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def settle(self, *, motion: bool, dark: bool) -> bool:
        """Set motion and palette; tell whether that changed anything."""
        if self._now == (motion, dark):
            return False
        self._write(motion=motion, dark=dark)
        self._daemon.send_signal(signal.SIGHUP)
        return True

    def _write(self, *, motion: bool, dark: bool) -> None:
        self._now = (motion, dark)
        theme = "Adwaita-dark" if dark else "Adwaita"
        text = f'Gtk/EnableAnimations {int(motion)}\nNet/ThemeName "{theme}"\n'
        self._settings.write_text(text, encoding="utf-8")

    def close(self) -> None:
        """Take it down."""
        for process in (self._daemon, self._screen):
            process.terminate()
            process.wait()


def _screen(xvfb: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start a screen, and return its number, which it writes when it is ready."""
    reading, writing = os.pipe()
    arguments = ["-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(
        [xvfb, *arguments],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        line = pipe.readline()  # all of it: to close the pipe early ends the screen
    if not line.strip():
        raise RuntimeError("Xvfb did not start")
    return process, int(line)
