"""Chromium, by chromedriver and the DevTools protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from e2e.support.browser import Browser, Reader, program

if TYPE_CHECKING:
    from pathlib import Path

_MOUSE = "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"
_SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--no-first-run", "--force-color-profile=srgb"),
    # a headless machine has no mouse, but most readers who are not on a phone have one
    f"--blink-settings={_MOUSE}",
)


class Chromium(Browser):
    """Chromium: one session, in which everything can be set while it runs."""

    name = "chromium"
    title = "Chromium"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        options = ChromeOptions()
        options.binary_location = program("chromium", "chromium-browser")
        for switch in (*_SWITCHES, f"--user-data-dir={folder}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self._driver = Chrome(options=options, service=Service(program("chromedriver")))

    @property
    def driver(self) -> Chrome:
        """The one session."""
        return self._driver

    def set_up(self, reader: Reader) -> None:
        """Set everything; `Emulation` covers all that a reader is."""
        self.driver.get("about:blank")
        self.change(reader)
        screen = {"width": reader.width, "height": reader.height, "deviceScaleFactor": 1}
        self.devtools("Emulation.setDeviceMetricsOverride", **screen, mobile=False)
        self.devtools("Emulation.setScriptExecutionDisabled", value=not reader.scripting)
        self.devtools("Emulation.setDataSaverOverride", dataSaverEnabled=reader.saves_data)

    def change(self, reader: Reader) -> None:
        """Change motion, palette and forced colors."""
        motion = "no-preference" if reader.motion else "reduce"
        features = {
            "prefers-reduced-motion": motion,
            "prefers-color-scheme": reader.scheme,
            "forced-colors": "active" if reader.forced_colors else "none",
        }
        listed = [{"name": name, "value": value} for name, value in features.items()]
        self.devtools("Emulation.setEmulatedMedia", features=listed)

    def devtools(self, command: str, **arguments: object) -> dict[str, Any]:
        """Send a command of the DevTools protocol."""
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, arguments)
        return answer

    def errors(self) -> list[str]:
        """Return what was told to the console as wrong since the last call."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call] # selenium's
        return [entry["message"] for entry in log if entry["level"] != "INFO"]

    def tree(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return the accessibility tree: role, name and properties of all that is not ignored."""
        self.devtools("Accessibility.enable")
        nodes = self.devtools("Accessibility.getFullAXTree")["nodes"]
        return [_node(node) for node in nodes if not node["ignored"]]

    def close(self) -> None:
        """End the session."""
        self.driver.quit()


def _node(node: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    properties = {p["name"]: p["value"].get("value") for p in node.get("properties", ())}
    return node["role"]["value"], node.get("name", {}).get("value", ""), properties
