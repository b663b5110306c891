"""Takes the screenshots of the README: serves the built example site and opens it in browsers.

Chromium shows it as a reader who wants no motion sees it, so that the pictures do not depend on the
moment. Side by side, all three browsers show it moving.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Literal

from PIL import Image
from selenium.common.exceptions import WebDriverException

from e2e.support.browser import Missing, Reader
from e2e.support.chromium import Chromium
from e2e.support.firefox import Firefox
from e2e.support.web_server import Served
from e2e.support.webkit import WebKit

if TYPE_CHECKING:
    from e2e.support.browser import Browser

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "example-site" / "site"
IMAGES = ROOT / "example-site" / "docs" / "images"

_COLORS = 255  # of a palette
_LARGEST = 200_000  # bytes, of one picture
_PHONE = 600  # px; a narrower screen is a phone's
_MOMENT = 1.0  # seconds into the animation

_READY = """
for (const image of document.images) image.loading = "eager";
const done = arguments[arguments.length - 1];
Promise.allSettled([document.fonts.ready, ...[...document.images].map(image => image.decode())])
  .then(() => setTimeout(done, 300));
"""
_MOVED = "return document.querySelector('masko-pose[data-moving] video').currentTime > arguments[0]"
_SIDE_BY_SIDE = Template("""\
<!DOCTYPE html>
<meta charset="utf-8">
<title>One page in three browsers</title>
<style>
body { display: flex; gap: 24px; margin: 0; padding: 24px; background: #f6f4f1; }
figure { flex: 1; margin: 0; font: 600 17px "DejaVu Sans", sans-serif; color: #3b3230; }
img { display: block; width: 100%; border-radius: 12px; box-shadow: 0 2px 12px #0003; }
figcaption { padding-top: 14px; text-align: center; }
</style>
$figures
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: a page, and the screen that it is seen on, in px."""

    name: str
    page: str = ""
    width: int = 1280
    height: int = 800
    scale: float = 1
    scheme: Literal["light", "dark"] = "light"


SHOTS = (Shot(name="gallery", page="mascots/"),)
_PANEL = Reader(width=520, height=600)


def take(browser: Chromium, site: Served, shot: Shot) -> bytes:
    """Open a page as a shot wants it, and return what is seen as PNG."""
    reader = Reader(width=shot.width, height=shot.height, scheme=shot.scheme, motion=False)
    browser.set_up(reader)
    screen = {"width": shot.width, "height": shot.height, "deviceScaleFactor": shot.scale}
    phone = shot.width < _PHONE
    browser.devtools("Emulation.setDeviceMetricsOverride", **screen, mobile=phone)
    browser.driver.get(site.visit().url(shot.page))
    browser.driver.execute_async_script(_READY)
    return browser.driver.get_screenshot_as_png()


def side_by_side(browsers: list[Browser], site: Served, folder: Path) -> bytes:
    """Show one moment of the home page in all browsers, and return that as PNG."""
    figures = ""
    for browser in browsers:
        browser.open(site.visit().url(), _PANEL)
        browser.driver.execute_async_script(_READY)
        browser.find("masko-pose[data-moving]")
        browser.wait(lambda: browser.run(_MOVED, _MOMENT), "a moment of the animation")  # noqa: B023
        (folder / f"{browser.name}.png").write_bytes(browser.driver.get_screenshot_as_png())
        version = ".".join(browser.driver.capabilities["browserVersion"].split(".")[:2])
        title = f"{browser.title} {version}"
        figures += (
            f'<figure><img src="{browser.name}.png"><figcaption>{title}</figcaption></figure>'
        )
    page = _SIDE_BY_SIDE.substitute(figures=figures)
    (folder / "index.html").write_text(page, encoding="utf-8")
    with Served(folder) as served:
        browsers[0].open(served.visit().url(), Reader(width=1440, height=610))
        browsers[0].driver.execute_async_script(_READY)
        return browsers[0].driver.get_screenshot_as_png()


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
        with tempfile.TemporaryDirectory() as folder:
            _take_all(Path(folder))
    except Missing as missing:
        raise SystemExit(f"This takes three browsers: {missing}") from None
    except WebDriverException as error:
        raise SystemExit(f"A browser failed: {(error.msg or 'no reason given').strip()}") from None


def _take_all(folder: Path) -> None:
    with ExitStack() as open_ones, Served(SITE) as site:
        chromium = Chromium(_own(folder, Chromium))
        open_ones.callback(chromium.close)
        for shot in SHOTS:
            _write(shot.name, small(take(chromium, site, shot)))
        browsers: list[Browser] = [chromium]
        for kind in (Firefox, WebKit):
            browsers.append(kind(_own(folder, kind)))
            open_ones.callback(browsers[-1].close)
        _write("engines", small(side_by_side(browsers, site, folder)))


def _own(folder: Path, kind: type[Browser]) -> Path:
    own = folder / kind.name
    own.mkdir()
    return own


def _write(name: str, png: bytes) -> None:
    path = IMAGES / f"{name}.png"
    path.write_bytes(png)
    print(f"{path.relative_to(ROOT)}: {len(png) / 1000:.0f} kB")
    if len(png) > _LARGEST:
        print(f"{path.name} is larger than {_LARGEST / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
