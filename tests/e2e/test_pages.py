"""The example site in Chromium: what readers see, on any screen, in both palettes."""

from __future__ import annotations

import io
import json
import os
import shutil
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

import sites

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INSTALL = "apt-get install chromium chromium-driver"
PAGES = sorted(path.stem for path in (sites.ROOT / "example-site/docs").glob("*.md"))
MAGENTA = (255, 0, 255)
_PHONE, _DESK = 390, 1280  # px
_BOUND = 60  # seconds for media to load
_SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--no-first-run", "--force-color-profile=srgb"),
)
_LOAD = """
for (const image of document.images) image.loading = "eager";
const ours = [...document.querySelectorAll("img.masko, video.masko, .masko img, .masko video")];
return ours.map(element => {
  const box = element.getBoundingClientRect();
  const video = element.tagName === "VIDEO";
  return {
    text: element.outerHTML, video: video, plays: video && element.autoplay,
    types: [...element.querySelectorAll("source")].map(source => source.type),
    ready: video ? element.readyState : (element.complete && element.naturalWidth > 0 ? 4 : 0),
    source: element.currentSrc, dead: video && element.networkState === 3,
    box: [box.left, box.top, box.width, box.height],
  };
});
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    programs = [shutil.which("chromium") or shutil.which("chromium-browser")]
    programs.append(shutil.which("chromedriver"))
    if None in programs:
        told = f"no Chromium to look at the pages with: {INSTALL}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    options = ChromeOptions()
    options.binary_location = str(programs[0])
    profile = f"--user-data-dir={tmp_path_factory.mktemp('profile')}"
    for switch in (*_SWITCHES, profile):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with Chrome(options=options, service=Service(str(programs[1]))) as driver:
        yield driver


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    built = sites.build(sites.example(tmp_path_factory.mktemp("example")), "--strict").good()
    with _served(built.site) as origin:
        yield origin


def _look(browser: Chrome, width: int, palette: str) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": palette}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def _settled(browser: Chrome) -> list[dict[str, Any]]:
    """Wait until all of our pictures and videos have something to show, or never will."""

    def all_there(_: object) -> bool:
        return all(each["ready"] >= 2 or each["dead"] for each in browser.execute_script(_LOAD))

    WebDriverWait(browser, _BOUND, 0.1).until(all_there)
    return list(browser.execute_script(_LOAD))


def _forget(browser: Chrome) -> None:
    """Leave the last page, with what it and the browser's own first one have logged."""
    browser.get("about:blank")
    for log in ("browser", "performance"):
        _log(browser, log)


def _log(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    return list(browser.get_log(kind))  # type: ignore[no-untyped-call] # selenium's


def _requests(browser: Chrome) -> list[str]:
    entries = [json.loads(entry["message"])["message"] for entry in _log(browser, "performance")]
    sent = [e["params"] for e in entries if e["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


def _errors(browser: Chrome) -> list[str]:
    return [entry["message"] for entry in _log(browser, "browser") if entry["level"] != "INFO"]


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize("page", [*PAGES, "404"])
def test_every_pose_of_a_page_is_shown(browser: Chrome, site: str, page: str, palette: str) -> None:
    """Pictures decode, videos have a frame; nothing overflows, fails or comes from elsewhere."""
    _forget(browser)
    _look(browser, _DESK, palette)
    browser.get(f"{site}/404.html" if page == "404" else f"{site}/{_path(page)}")
    for width in (_DESK, _PHONE):
        _look(browser, width, palette)
        for shown in _settled(browser):
            _check(shown, width)
        overflow = "return document.documentElement.scrollWidth - window.innerWidth"
        assert browser.execute_script(overflow) <= 0
    assert _errors(browser) == []
    assert [u for u in _requests(browser) if not u.startswith((site, "data:", "blob:"))] == []


def _path(page: str) -> str:
    return "" if page == "index" else f"{page}/"


def _check(shown: dict[str, Any], width: int) -> None:
    assert shown["box"][2] <= width
    assert shown["box"][2] > 0
    if shown["video"]:
        wanted = "webm" if any("webm" in type_ for type_ in shown["types"]) else "mp4"
        only_mov = shown["types"] == ['video/mp4; codecs="hvc1"']
        assert shown["dead"] == only_mov, shown["text"]
        assert shown["source"].endswith(f".{wanted}") or only_mov, shown["text"]


def test_the_manual_has_poses_on_most_pages(browser: Chrome, site: str) -> None:
    _look(browser, _DESK, "light")
    browser.get(f"{site}/poses/")
    kinds = [shown["video"] for shown in _settled(browser)]
    assert kinds.count(True) >= 15
    assert kinds.count(False) >= 5


@pytest.fixture(scope="module")
def magenta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of pure magenta with transparent pictures and videos of every kind."""
    poses = ["wave", "idle", "card-sit", "cheer", "owl/plush-swagger", "owl/blink"]
    calls = [
        f'{{{{ masko("{p}", width=128) }}}} {{{{ masko_image("{p}", width=128) }}}}' for p in poses
    ]
    style = "<style>body { background: #f0f; margin: 0; width: 800px }</style>"
    folder = tmp_path_factory.mktemp("magenta")
    files = {"theme/main.html": f"<!DOCTYPE html>{style}{{{{ page.content }}}}"}
    sites.make(folder, {"index.md": " ".join(calls)}, files=files)
    with _served(sites.build(folder, "--strict").good().site) as origin:
        yield origin


def test_transparent_media_let_the_page_through(browser: Chrome, magenta: str) -> None:
    """Magenta at the four corners of each, and something else in its middle."""
    _look(browser, 800, "light")
    browser.get(magenta)
    shown = _settled(browser)
    assert len(shown) == 12
    assert len([each for each in shown if each["plays"]]) == 6
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    for each in shown:
        left, top, width, height = each["box"]
        inset = [(x, y) for x in (left + 2, left + width - 3) for y in (top + 2, top + height - 3)]
        for corner in inset:
            assert _distance(picture, *corner) <= 8, each["text"]
        columns = range(int(left), int(left + width), 4)
        assert max(_distance(picture, x, top + height / 2) for x in columns) > 100, each["text"]


def _distance(picture: Image.Image, x: float, y: float) -> int:
    pixel = picture.getpixel((int(x), int(y)))
    assert isinstance(pixel, tuple)
    return max(abs(int(have) - want) for have, want in zip(pixel, MAGENTA, strict=True))
