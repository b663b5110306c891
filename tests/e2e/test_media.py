"""Media are shown in the size and for the time that our facts tell: the browsers are the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sites
from e2e.support.cases import tried
from e2e.support.web_server import Served
from media_samples import IMAGES, sample
from mkdocs_masko.media_types import MEDIA_TYPES
from mkdocs_masko.probe import probe_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.support.browser import Browser

STILLS = sites.ROOT / "tests/data/stills"
# Those that Chromium and Firefox decode on every system that has them.
VIDEOS = ["opaque.webm", "alpha.webm", "wide-pixels.webm", "matroska.mkv"]
VIDEOS += ["h264.mp4", "h264-faststart.mp4", "fragmented.mp4", "wide-pixels.mp4"]

_SHOW = """
const done = arguments[arguments.length - 1];
const [name, kind] = arguments;
const element = document.createElement(kind);
if (kind === "img") {
  element.onload = () => done([element.naturalWidth, element.naturalHeight, null]);
} else {
  element.muted = true;
  element.onloadeddata = () => done([element.videoWidth, element.videoHeight, element.duration]);
}
element.onerror = () => done("is not shown");
element.src = name;
if (kind === "video") element.load();
"""


def _files() -> dict[str, bytes]:
    """Return the samples by names whose suffixes tell their type to the web server."""
    data = {name: sample(name) for name in [*IMAGES, *VIDEOS]}
    data |= {path.name: path.read_bytes() for path in STILLS.iterdir()}
    data["no-brands.mp4"] = sample("h264.mp4").replace(b"ftyp", b"free", 1)
    suffixes = {
        name: MEDIA_TYPES[probe_bytes(content).type].suffix for name, content in data.items()
    }
    return {f"{name.replace('.', '-')}.{suffixes[name]}": content for name, content in data.items()}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("media")
    (folder / "index.html").write_text("<!DOCTYPE html><title>Media</title>", encoding="utf-8")
    for name, content in _files().items():
        (folder / name).write_bytes(content)
    with Served(folder) as served:
        yield served


@tried("media as described")
def test_media_are_shown_as_they_are_described(browser: Browser, samples: Served) -> None:
    browser.open(samples.visit().url())
    told: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for path in sorted(samples.folder.glob("*-*")):
        facts = probe_bytes(path.read_bytes())
        kind = "video" if facts.type.startswith("video/") else "img"
        *told[path.name], seconds = browser.driver.execute_async_script(_SHOW, path.name, kind)
        expected[path.name] = [facts.width, facts.height]
        if facts.duration is not None:
            assert seconds == pytest.approx(facts.duration, abs=0.05), path.name
    assert told == expected
    assert len(told) > 50
