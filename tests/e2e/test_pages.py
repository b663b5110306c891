"""The example site: what readers see, on any screen, in both palettes; and all sample media."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

import sites
from e2e.support.browser import Reader
from e2e.support.cases import tried
from e2e.support.web_server import Fault, Served
from e2e.test_axe import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.support.browser import Browser
    from e2e.support.chromium import Chromium

_PHONE, _DESK = 390, 1280  # px
_PICTURES = """
const ours = [...document.querySelectorAll("img.masko, .masko img")];
for (const image of ours) image.loading = "eager";
return ours.filter(image => !(image.complete && image.naturalWidth)).map(image => image.src);
"""
_WATCH = """
const done = arguments[arguments.length - 1];
const sleep = () => new Promise(then => setTimeout(then, 20));
async function watch(pose) {
  const sources = pose.querySelector("template")?.content.querySelectorAll("source") ?? [];
  const types = [...sources].map(source => source.type);
  const starts = types.length > 0 && /loop|once/.test(pose.dataset.play);
  const moved = () => pose.spent > 0;
  const {width} = pose.getBoundingClientRect();
  if (starts && width) {
    pose.scrollIntoView({block: "center"});
    const playable = types.some(type => !type.includes("hvc1"));  // which only Safari plays
    const end = Date.now() + (playable ? 30000 : 500);
    while (!moved() && Date.now() < end) await sleep();
  }
  const went = !width || moved();
  return {types, starts, width, went, text: pose.outerHTML};
}
(async () => {
  const found = [];
  const poses = document.querySelectorAll("masko-pose, img.masko");
  for (const pose of poses) found.push(await watch(pose));
  done(found);
})();
"""
_ELSEWHERE = """
return performance.getEntriesByType("resource").map(entry => entry.name)
  .filter(name => !name.startsWith(location.origin) && !/^(data|blob):/.test(name));
"""


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", _PHONE), ("dark", _DESK)], ids=["light", "dark"]
)
@pytest.mark.parametrize("page", [*PAGES, "404"])
def test_every_pose_of_a_page_is_shown(
    browser: Chromium, example: Served, page: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """Pictures decode, videos play; nothing overflows, fails or comes from elsewhere."""
    path = {"index": "", "404": "404.html"}.get(page, f"{page}/")
    visit = example.visit()
    browser.errors()  # forget those of the last page
    browser.open(visit.url(path), Reader(scheme=scheme, width=width, height=900))
    browser.wait(lambda: browser.run(_PICTURES) == [], "all pictures")
    for pose in _watched(browser):
        assert pose["width"] <= width, pose["text"]
        assert pose["went"] or not _plays(pose), pose["text"]
    overflow = "return document.documentElement.scrollWidth - window.innerWidth"
    assert browser.run(overflow) <= 0
    assert browser.errors() == []
    assert browser.run(_ELSEWHERE) == []


def _watched(browser: Browser) -> list[dict[str, Any]]:
    """Scroll to one pose after the other, and return of each how wide it is and how it went."""
    poses: list[dict[str, Any]] = browser.driver.execute_async_script(_WATCH)
    return poses


def _plays(pose: dict[str, Any]) -> bool:
    """Tell whether a browser that is not Safari plays a pose by itself."""
    return pose["starts"] and any("hvc1" not in type_ for type_ in pose["types"])


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_the_manual_has_poses_on_most_pages(browser: Browser, example: Served) -> None:
    browser.open(example.visit().url("poses/"))
    assert len(browser.all("masko-pose")) >= 15
    assert len(browser.all("img.masko")) >= 5


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_notes_on_compatibility_need_no_scrolling_on_a_phone(
    browser: Browser, example: Served
) -> None:
    """Those of hosts, plugins and extensions; the last table has figures in eight columns."""
    browser.open(example.visit().url("compatibility/"), Reader(width=_PHONE, height=900))
    hidden = (
        "return [...document.querySelectorAll('.md-typeset__scrollwrap')]"
        ".map(table => table.scrollWidth - table.clientWidth)"
    )
    assert browser.run(hidden)[:3] == [0, 0, 0]


_SHIFTS = """
const done = arguments[0];
const shifts = [];
new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
  .observe({type: "layout-shift", buffered: true});
setTimeout(() => done(shifts.reduce((sum, value) => sum + value, 0)), 500);
"""
_EMPTY = """
return [...document.querySelectorAll(".shown code")].map((code) => {
  const text = document.createRange();
  text.selectNodeContents(code);
  return code.closest("pre").clientHeight - text.getBoundingClientRect().height;
});
"""


@tried("no layout shift")
@pytest.mark.parametrize("page", ["", "poses/", "start/"], ids=["home", "poses", "start"])
def test_a_font_that_comes_late_moves_nothing(browser: Browser, example: Served, page: str) -> None:
    """On a phone, where lines break elsewhere in another font."""
    visit = example.visit(faults={"*.woff2": Fault(delay=0.8)})
    browser.open(visit.url(page), Reader(width=_PHONE, height=844))
    browser.wait(lambda: visit.paths("*.woff2"), "the font")
    browser.sleep(1.2)
    assert browser.driver.execute_async_script(_SHIFTS) < 0.01


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
@pytest.mark.parametrize("page", ["embed", "syntax"])
def test_the_code_of_an_example_fills_its_box(browser: Browser, example: Served, page: str) -> None:
    """However tall the result is, there is no more than its padding around the code."""
    browser.open(example.visit().url(f"{page}/"), Reader(width=_DESK, height=900))
    empty = browser.run(_EMPTY)
    assert empty
    assert max(empty) < 48


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page of pure magenta with transparent pictures and videos of every kind."""
    poses = ["wave", "idle", "card-sit", "cheer", "owl/plush-swagger", "owl/blink"]
    calls = [
        f'{{{{ masko("{p}", width=96) }}}} {{{{ masko_image("{p}", width=96) }}}}' for p in poses
    ]
    style = "<style>html { background: #f0f } body { margin: 0; width: 800px }</style>"
    folder = tmp_path_factory.mktemp("magenta")
    files = {"theme/main.html": f"<!DOCTYPE html><head>{style}</head>{{{{ page.content }}}}"}
    sites.make(folder, {"index.md": " ".join(calls)}, files=files)
    with Served(sites.build(folder, "--strict").good().site) as served:
        yield served


@tried("normal")
def test_transparent_media_let_the_page_through(browser: Browser, cast: Served) -> None:
    """Magenta at the four corners of each, and something else in its middle."""
    browser.open(cast.visit().url(), Reader(height=900))
    browser.wait(lambda: browser.run(_PICTURES) == [], "all pictures")
    moving, still = browser.all("masko-pose"), browser.all("img.masko")
    assert (len(moving), len(still)) == (6, 6)
    watched = [pose for pose in _watched(browser) if pose["types"]]
    assert [_plays(pose) and pose["went"] for pose in watched] == [True] * 6
    for pose in (*moving, *still):  # WebKitGTK shows nothing when a video begins again
        box = browser.box(pose)
        browser.wait(lambda box=box: browser.see().is_clear(box), f"the page around {box}")
