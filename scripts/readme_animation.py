"""Makes the README's animation: somebody types a line of Markdown, and the fox waves on the page.

Chromium draws each moment of `readme_animation.html` with the sandbox's fox. Pillow encodes them as
an animated WebP, which GitHub and the package index show without a player.

Run it with `make screenshots`.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from selenium.common.exceptions import WebDriverException

from e2e.support.browser import Missing, Reader
from e2e.support.chromium import Chromium
from e2e.support.web_server import Served
from mkdocs_masko.sandbox import MEDIA_DIR

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SCENE = Path(__file__).with_suffix(".html")
TARGET = ROOT / "example-site/docs/images/readme.webp"
SOURCES = {
    "index.html": SCENE,
    "nunito.woff2": ROOT / "example-site/docs/assets/fonts/nunito.woff2",
    "fox.webm": MEDIA_DIR / "fox/wave/0/transparent_video_webm.webm",
}

_LINE = "![A fox waving hello](masko:wave)"
_SIZE = (960, 440)  # px
_FRAME = 100  # ms; the fox has 20 frames a second, so every second one is taken
_WAVE = 20  # frames of the fox's animation, a loop of two seconds
_BLINK = 10  # frames from one blink of the caret to the next
_QUALITY = 72
_LARGEST = 300_000  # bytes

_READY = """
const done = arguments[arguments.length - 1];
const loaded = new Promise(resolve =>
  fox.readyState >= 2 ? resolve() : fox.addEventListener("loadeddata", resolve, {once: true}));
Promise.all([document.fonts.ready, loaded]).then(() => done());
"""
_SHOW = "show(arguments[0], arguments[1])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What one frame shows.

    Attributes:
        text: The part of the line that is typed.
        caret: Whether the caret is visible.
        pose: Opacity of the fox, 0 to 1.
        dark: Opacity of the dark palette, 0 to 1.
        time: Position in the fox's animation, in seconds.
    """

    text: str = _LINE
    caret: bool = True
    pose: float = 1
    dark: float = 0
    time: float = 0


def storyboard() -> Iterator[Moment]:
    """Yield the frames in their order."""
    for frame in range(_BLINK):
        yield Moment(text="", caret=_caret(frame), pose=0)
    for end in range(2, len(_LINE), 2):
        yield Moment(text=_LINE[:end], pose=0)
    for _ in range(3):
        yield Moment(pose=0)
    for frame in range(2 * _WAVE):
        fade_in = min((frame + 1) / 3, 1)
        fade_to_dark = min(max((frame - _WAVE + 2) / 4, 0), 1)
        # In the middle of the video's own frame, so that a seek cannot land on its neighbor.
        time = frame % _WAVE * _FRAME / 1000 + 0.025
        yield Moment(caret=_caret(frame), pose=fade_in, dark=fade_to_dark, time=time)


def _caret(frame: int) -> bool:
    return frame % _BLINK < _BLINK // 2


def capture(browser: Chromium, moments: Iterator[Moment]) -> list[tuple[Image.Image, int]]:
    """Return the distinct frames, each with its duration in ms."""
    frames: list[tuple[Image.Image, int]] = []
    for moment in moments:
        browser.driver.execute_async_script(_SHOW, asdict(moment))
        with Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())) as image:
            frame = image.convert("RGB")
        if frames and frames[-1][0].tobytes() == frame.tobytes():
            frames[-1] = (frames[-1][0], frames[-1][1] + _FRAME)
        else:
            frames.append((frame, _FRAME))
    return frames


def encode(frames: list[tuple[Image.Image, int]]) -> bytes:
    """Return the frames as an animated WebP that loops forever."""
    images, durations = zip(*frames, strict=True)
    out = io.BytesIO()
    images[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=list(durations),
        loop=0,
        quality=_QUALITY,
        method=6,
        minimize_size=True,
    )
    return out.getvalue()


def main() -> None:
    """Make the animation."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            frames = _take_all(Path(folder))
    except Missing as missing:
        raise SystemExit(f"This needs Chromium: {missing}") from None
    except WebDriverException as error:
        raise SystemExit(f"Chromium failed: {(error.msg or 'no reason given').strip()}") from None
    content = encode(frames)
    TARGET.write_bytes(content)
    print(f"{TARGET.relative_to(ROOT)}: {len(frames)} frames, {len(content) / 1000:.0f} kB")
    if len(content) > _LARGEST:
        raise SystemExit(f"{TARGET.name} is larger than {_LARGEST / 1000:.0f} kB. Lower _QUALITY.")


def _take_all(folder: Path) -> list[tuple[Image.Image, int]]:
    site, profile = folder / "site", folder / "profile"
    site.mkdir()
    profile.mkdir()
    for name, source in SOURCES.items():
        shutil.copyfile(source, site / name)
    with Served(site) as served, closing(Chromium(profile)) as browser:
        width, height = _SIZE
        browser.open(served.visit().url(), Reader(width=width, height=height))
        browser.driver.execute_async_script(_READY)
        return capture(browser, storyboard())


if __name__ == "__main__":
    main()
