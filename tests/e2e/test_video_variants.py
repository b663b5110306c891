"""Variants of animations, as each browser shows them: transparent, and of their still's colours.

A page of pure magenta shows, side by side, the still, a frame of the original and those of its
variants. Every browser gets the format that it plays with alpha; the other one is for Safari.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from e2e.support.cases import tried
from e2e.support.screenshots import difference, over
from e2e.support.web_server import Served
from media_samples import run_ffmpeg
from mkdocs_masko.sandbox import MEDIA_DIR
from mkdocs_masko.variants import Variant
from mkdocs_masko.variants.videos import encode_video

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.support.browser import Browser

SIZE = 160  # px
POSE = MEDIA_DIR / "fox" / "wave"
ORIGINALS = {
    "webm": POSE / "0" / "transparent_video_webm.webm",
    "mov": POSE / "0" / "transparent_video_mov.mov",
}
PAGE = f"""\
<!DOCTYPE html>
<title>Side by side</title>
<style>
html {{ background: #f0f; }}
body {{ margin: 0; display: flex; }}
img, video {{ width: {SIZE}px; height: {SIZE}px; display: block; }}
</style>
<img src="still.png">
"""
_VIDEO = '<video muted playsinline preload="auto" src="{}"></video>\n'

# Played to the end, because WebKitGTK paints nothing before, and at times nothing after a seek. The
# last frame of the loop leads into the first, which is the still.
_PLAY = """
const done = arguments[arguments.length - 1];
const videos = [...document.querySelectorAll("video")];
const ended = async (video) => {
  const end = new Promise((resolve) => video.addEventListener("ended", resolve));
  await video.play();
  await end;
};
Promise.all(videos.map(ended)).then(() => done(videos.length), (error) => done(String(error)));
"""


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Pages with a still, an original, and the variants that were made of both originals."""
    folder = tmp_path_factory.mktemp("side-by-side")
    shutil.copy(POSE / "transparent_image.png", folder / "still.png")
    names = ["original.webm"]
    shutil.copy(ORIGINALS["webm"], folder / "original.webm")
    for origin, source in ORIGINALS.items():
        names.append(f"from-{origin}.webm")
        variant = Variant(format="webm", width=SIZE, height=SIZE)
        (folder / names[-1]).write_bytes(encode_video(source, variant))
    last = ("-vf", "select=eq(n\\,39),format=rgba", "-frames:v", "1", folder / "last.png")
    run_ffmpeg("-c:v", "libvpx-vp9", "-i", ORIGINALS["webm"], *last)
    page = PAGE + "".join(_VIDEO.format(name) for name in names)
    (folder / "index.html").write_text(page, encoding="utf-8")
    with Served(folder) as served:
        yield served


@tried("video variants")
def test_a_variant_is_as_transparent_and_as_bright_as_was_drawn(
    browser: Browser, variants: Served, tmp_path: Path
) -> None:
    """Of a WebM and of a MOV alike; in Firefox more so than an original in the colours of HD."""
    browser.open(variants.visit().url())
    assert browser.driver.execute_async_script(_PLAY) == 3
    expected = over(variants.folder / "last.png", (SIZE, SIZE))
    boxes = [browser.box(element) for element in browser.all("video")]
    browser.wait(lambda: all(map(browser.see().is_clear, boxes)), "three transparent frames")
    browser.sleep(0.3)
    seen = browser.see()
    seen.image.save(tmp_path / f"{browser.name}.png")
    original, *made = (difference(seen.cut(box), expected) for box in boxes)
    assert max(made) < min(3, original + 0.5)
