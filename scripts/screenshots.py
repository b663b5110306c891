"""Takes the screenshots of the README: serves the built example site and opens it in Chromium.

Animations show their poster, so that the pictures do not depend on the moment.
"""

from __future__ import annotations

import base64
import io
import shutil
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "example-site" / "site"
IMAGES = ROOT / "example-site" / "docs" / "images"

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_COLORS = 255  # of a palette
_LARGEST = 200_000  # bytes, of one picture
_SECONDS = 20  # for a page to be ready
_PHONE = 600  # px; a narrower screen is a phone's

_REST = """
for (const video of document.querySelectorAll("video")) {
  video.autoplay = false;
  video.load();
}
for (const image of document.images) image.loading = "eager";
"""
_READY = """
const posters = [...document.querySelectorAll("video")].map(video => video.poster);
const images = posters.map(src => Object.assign(new Image(), {src})).concat([...document.images]);
const done = arguments[arguments.length - 1];
Promise.allSettled([document.fonts.ready, ...images.map(image => image.decode())])
  .then(() => setTimeout(done, 300));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: a page, and the screen that it is seen on, in px."""

    name: str
    page: str = ""
    width: int = 1280
    height: int = 800
    scale: float = 1
    scheme: str = "light"


SHOTS = (
    Shot(name="home-light"),
    Shot(name="home-dark", scheme="dark"),
    Shot(name="poses-light", page="poses/"),
    Shot(name="home-phone", width=390, height=844, scale=2),
)


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps quiet about it."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as the base has it
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Start Chromium, and end it."""
    driver = webdriver.Chrome(_options(), Service(_program(("chromedriver",))))
    driver.set_script_timeout(_SECONDS)
    try:
        yield driver
    finally:
        driver.quit()


def _options() -> webdriver.ChromeOptions:
    options = webdriver.ChromeOptions()
    options.binary_location = _program(_BROWSERS)
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"):
        options.add_argument(argument)
    return options


def _program(names: tuple[str, ...]) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise SystemExit(f"There is no {names[0]} here. Install it with 'make browsers'.")
    return found


def take(driver: webdriver.Chrome, base: str, shot: Shot) -> bytes:
    """Open a page as a shot wants it, and return what is seen as PNG."""
    _dress(driver, base, shot)
    driver.get(base + shot.page)
    WebDriverWait(driver, _SECONDS).until(
        lambda there: there.execute_script("return document.readyState") == "complete"
    )
    driver.execute_script(_REST)
    driver.execute_async_script(_READY)
    answer = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    return base64.b64decode(answer["data"])


def _dress(driver: webdriver.Chrome, base: str, shot: Shot) -> None:
    """Set the screen and the palette; the site remembers the palette of the last visit."""
    driver.get("about:blank")  # an open page would answer to the new palette, and remember it
    scheme = {"name": "prefers-color-scheme", "value": shot.scheme}
    screen = {"width": shot.width, "height": shot.height, "deviceScaleFactor": shot.scale}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {**screen, "mobile": shot.width < _PHONE}
    )
    driver.execute_cdp_cmd(
        "Storage.clearDataForOrigin", {"origin": base.rstrip("/"), "storageTypes": "all"}
    )


def small(png: bytes) -> bytes:
    """Reduce a picture to a palette that keeps the colours of small things too."""
    with Image.open(io.BytesIO(png)) as image:
        full = image.convert("RGB")
    palette = full.quantize(_COLORS, method=Image.Quantize.MAXCOVERAGE, kmeans=3)
    reduced = full.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    out = io.BytesIO()
    reduced.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take all screenshots."""
    if not (SITE / "index.html").is_file():
        raise SystemExit(
            f"There is no site in {SITE.relative_to(ROOT)}. Build it with 'make demo'."
        )
    IMAGES.mkdir(exist_ok=True)
    try:
        with served(SITE) as base, browser() as driver:
            for shot in SHOTS:
                _write(shot, small(take(driver, base, shot)))
    except WebDriverException as error:
        raise SystemExit(f"Chromium failed: {(error.msg or 'no reason given').strip()}") from None


def _write(shot: Shot, png: bytes) -> None:
    path = IMAGES / f"{shot.name}.png"
    path.write_bytes(png)
    print(f"{path.relative_to(ROOT)}: {len(png) / 1000:.0f} kB")
    if len(png) > _LARGEST:
        print(f"{path.name} is larger than {_LARGEST / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
