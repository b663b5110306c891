"""The gallery of all poses in three browsers: filter, copy, background, keys, 500 poses."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.keys import Keys

import sites
from e2e.support.axe import audit
from e2e.support.browser import Reader
from e2e.support.cases import ENGINES, tried
from e2e.support.chromium import Chromium
from e2e.support.pose_on_page import Pose
from e2e.support.pose_pages import MAIN
from e2e.support.web_server import Fault, Served
from mkdocs_masko.manifest import Medium, dumps, loads, make
from mkdocs_masko.sandbox import media_file
from mkdocs_masko.urls import CDN_ORIGINS, SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

    from e2e.support.browser import Browser
    from e2e.support.web_server import Visit

MANY = 500
_CDN = f"{CDN_ORIGINS[0]}/many"
_THEME = {
    "theme/main.html": MAIN,
    "theme/theme.css": """\
body { margin: 16px; color: #222; background: #fff; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #151518; } }
""",
}
_SHOWN = """
return [...document.querySelectorAll(".mg-card")].filter((card) => card.checkVisibility({
  contentVisibilityAuto: false,
})).map((card) => card.querySelector(".mg-copy").dataset.copy);
"""
_BOXES = """
return [...document.querySelectorAll(".mg-card, .mg-bar, .mg-title, .mg-stage, .mg-name")].map(
  (element) => {
    const box = element.getBoundingClientRect();
    return [box.x, box.y, box.width, box.height];
  });
"""
_LOADED = """
return [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight)
  .every((image) => image.complete && image.naturalWidth > 0);
"""
_MOVES = """
return document.querySelector("masko-pose video")?.currentTime > 0;
"""
_GROUND = """
const stage = document.querySelector(".mg-card:not([hidden]) .mg-stage");
return getComputedStyle(stage).backgroundColor;
"""

each = pytest.mark.parametrize("browser", ENGINES, indirect=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a site of the fox and the owl, whose catalogue is at `mascots/`."""
    options = {**sites.FROZEN, "gallery": True}
    folder = tmp_path_factory.mktemp("gallery")
    sites.make(folder, {"index.md": "x"}, options=options, files=_THEME)
    with Served(sites.build(folder, "--strict").good().site) as found:
        yield found


def _open(browser: Browser, served: Served, reader: Reader | None = None, **visit: Any) -> Visit:  # noqa: ANN401
    found = served.visit(**visit)
    browser.open(found.url("mascots/"), reader or Reader(width=1000, height=800))
    if (reader or Reader()).scripting:
        browser.find("masko-gallery[data-ready]")
    return found


def _shown(browser: Browser) -> list[str]:
    found: list[str] = browser.run(_SHOWN)
    return found


def _count(browser: Browser) -> str:
    return browser.find(".mg-count").text


def _type(browser: Browser, text: str, count: str) -> None:
    field = browser.find(".mg-find input")
    field.click()
    field.send_keys(text)
    browser.wait(lambda: _count(browser) == count, f"{count!r} after {text!r}")


@each
def test_what_is_typed_decides_what_is_shown(browser: Browser, served: Served) -> None:
    """Names, mascots, formats and what is missing; Escape shows all again."""
    _open(browser, served)
    assert (_count(browser), len(_shown(browser))) == ("15 poses", 15)
    _type(browser, "no mov", "3 of 15 poses")
    assert _shown(browser) == [
        "![half-drawn](masko:owl/half-drawn)",
        "![Plush Swagger](masko:owl/plush-swagger)",
        "![wave](masko:owl/wave-2)",
    ]
    assert browser.run(
        "return [...document.querySelectorAll('.mg-group')].map((g) => g.hidden)"
    ) == [
        True,
        False,
    ]
    browser.press(Keys.ESCAPE)
    browser.wait(lambda: _count(browser) == "15 poses", "all of them")
    assert len(_shown(browser)) == 15
    _type(browser, "OWL plush", "1 of 15 poses")
    assert _shown(browser) == ["![Plush Swagger](masko:owl/plush-swagger)"]
    _type(browser, "x", "0 of 15 poses")
    browser.find(".mg-reset").click()
    browser.wait(lambda: len(_shown(browser)) == 15, "all of them")


@each
def test_what_is_chosen_decides_too(browser: Browser, served: Served) -> None:
    """Each choice shows as many poses as it says."""
    _open(browser, served)
    for option in browser.all(".mg-lack option")[1:]:
        option.click()
        said = option.text.rpartition("(")[2].rstrip(")")
        browser.wait(lambda said=said: _count(browser) == f"{said} of 15 poses", said)
        assert len(_shown(browser)) == int(said)


@each
def test_a_click_copies_the_markdown(browser: Browser, served: Served) -> None:
    """What is pasted is what the card says."""
    _open(browser, served)
    button = browser.find(".mg-card .mg-copy")
    button.click()
    browser.wait(lambda: button.text == "Copied", "a word that it was copied")
    field = browser.find(".mg-find input")
    field.click()
    field.send_keys(Keys.CONTROL, "v")
    wanted = button.get_attribute("data-copy")
    browser.wait(lambda: field.get_property("value") == wanted, "what was copied")
    browser.press(Keys.ESCAPE)
    browser.wait(lambda: button.text == "Copy", "the button as it was")


def _back(browser: Browser) -> None:
    browser.driver.switch_to.active_element.send_keys(Keys.SHIFT, Keys.TAB)


@each
def test_the_keyboard_is_enough(browser: Browser, served: Served) -> None:
    """Tab goes through filter, choice, background and cards; Enter leads to the first that fits."""
    _open(browser, served)
    browser.press(Keys.TAB)
    assert browser.run("return document.activeElement.type") == "search"
    browser.press("cheer", Keys.ENTER)
    focus = "return document.activeElement.dataset.copy"
    browser.wait(lambda: browser.run(focus) == "![cheer](masko:cheer)", "the first that fits")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.run("return document.activeElement.innerText") == "Copied", "it")
    _back(browser)
    control = "return document.activeElement.classList.contains('masko-control')"
    browser.wait(lambda: browser.run(control), "the control of the animation")
    _back(browser)
    browser.wait(
        lambda: browser.run("return document.activeElement.value") == "page", "the background"
    )
    for key, background in ((Keys.ARROW_RIGHT, "light"), (Keys.ARROW_RIGHT, "dark")):
        browser.press(key)
        browser.wait(
            lambda g=background: browser.run(
                f"return !!document.querySelector('[value={g}]:checked')"
            ),
            background,
        )
    assert browser.run(_GROUND) == "rgb(23, 23, 28)"


@each
def test_an_animation_moves_on_the_ground_that_was_chosen(browser: Browser, served: Served) -> None:
    """Under the mouse; nothing of it is fetched before."""
    visit = _open(browser, served)
    browser.find(".mg-backgrounds [value=light]").click()
    assert browser.run(_GROUND) == "rgb(255, 255, 255)"
    browser.sleep(0.5)
    assert visit.paths("*.webm", "*.mov") == []
    pose = Pose(browser, served.folder)
    browser.point(pose.element)
    browser.wait(lambda: browser.run(_MOVES), "an animation that moves")
    assert {path.rpartition("/")[2].partition(".")[0] for path in visit.paths("*.webm")} == {
        "card-sit"
    }


@each
def test_nothing_shifts_while_pictures_come(browser: Browser, served: Served) -> None:
    """All is in its place before the first picture is there, and stays."""
    _open(browser, served, faults={"*.png": Fault(delay=1)})
    before = browser.run(_BOXES)
    browser.wait(lambda: browser.run(_LOADED), "the pictures on the screen")
    assert browser.run(_BOXES) == before


@tried("no layout shift")
def test_the_browser_sees_no_shift_either(browser: Browser, served: Served) -> None:
    """Not on opening the page, nor on going through all of it."""
    script = """
    window.shifts = [];
    new PerformanceObserver(
      (list) => list.getEntries().forEach((entry) => shifts.push(entry.value)))
      .observe({type: "layout-shift", buffered: true});
    """
    _open(browser, served, Reader(width=390, height=800), faults={"*.png": Fault(delay=0.3)})
    browser.run(script)
    for top in range(0, 12_000, 700):
        browser.run(f"scrollTo(0, {top})")
        browser.sleep(0.05)
    browser.wait(lambda: browser.run(_LOADED), "the pictures on the screen")
    assert browser.run("return shifts") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@each
def test_axe_finds_nothing(browser: Browser, served: Served, scheme: Any) -> None:  # noqa: ANN401
    """In either palette, on each background."""
    _open(browser, served, Reader(width=1000, height=800, scheme=scheme))
    for background in ("page", "dark"):
        browser.find(f".mg-backgrounds [value={background}]").click()
        violations, passes = audit(browser)
        assert violations == []
        assert len(passes) > 20


_FORCED = """
const style = (css) => getComputedStyle(document.querySelector(css));
const chosen = style(".mg-backgrounds :checked + span");
const other = style(".mg-backgrounds :not(:checked) + span");
return {
  forced: matchMedia("(forced-colors: active)").matches,
  borders: [".mg-bar", ".mg-card", ".mg-stage", ".mg-write", ".mg-backgrounds span"].map(
    (css) => `${style(css).borderTopColor} on ${style("body").backgroundColor}`),
  stage: style(".mg-stage").backgroundColor,
  distinct: chosen.backgroundColor !== other.backgroundColor && chosen.color !== other.color,
};
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
def test_in_forced_colors_all_parts_can_be_told_apart(
    browser: Browser,
    served: Served,
    scheme: Any,  # noqa: ANN401
) -> None:
    """Lines are the system's, the choice stands out, and poses keep the background chosen."""
    reader = Reader(width=1000, height=800, scheme=scheme, forced_colors=True)
    _open(browser, served, reader)
    browser.find(".mg-backgrounds [value=dark]").click()
    seen = browser.run(_FORCED)
    assert seen["forced"]
    assert seen["distinct"]
    assert seen["stage"] == "rgb(23, 23, 28)"
    for line in seen["borders"]:
        border, _, page = line.partition(" on ")
        assert border != page
    violations, _ = audit(browser)
    assert violations == []


_ALONE = """
return [...document.querySelectorAll(".mg-group:not([hidden]) .mg-cards")].map((cards) => {
  const shown = [...cards.children].filter((card) => !card.hidden);
  const last = shown.at(-1).getBoundingClientRect();
  const row = shown.filter((card) => card.getBoundingClientRect().top === last.top).length;
  return row > 1 || Math.abs(last.width - cards.getBoundingClientRect().width) < 1;
});
"""


@pytest.mark.parametrize("width", [390, 700, 1000, 1280, 1900])
@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_no_card_is_alone_in_a_row_with_room_beside_it(
    browser: Browser, served: Served, width: int
) -> None:
    """Whatever the number of columns and of poses that fit."""
    _open(browser, served, Reader(width=width, height=800))
    for text, count in (("", "15 poses"), ("fox", "4 of 15 poses"), ("owl", "11 of 15 poses")):
        browser.press(Keys.ESCAPE)
        if text:
            _type(browser, text, count)
        assert all(browser.run(_ALONE)), (width, text)


@tried("strict policy")
def test_a_strict_policy_stands_in_nobodys_way(browser: Browser, served: Served) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'"
    )
    _open(browser, served, headers={"Content-Security-Policy": policy})
    _type(browser, "cheer", "1 of 15 poses")
    browser.find(".mg-backgrounds [value=dark]").click()
    assert browser.run(_GROUND) == "rgb(23, 23, 28)"


# WebKit's driver answers "not interactable" where it has no scripts to look with.
@pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
def test_without_scripts_all_is_shown_and_the_ground_can_be_chosen(
    browser: Browser, served: Served
) -> None:
    """What only a script can do is not there."""
    _open(browser, served, Reader(scripting=False, width=1000, height=800))
    assert [card.size["height"] > 100 for card in browser.all(".mg-card")] == [True] * 15
    for css in (".mg-find", ".mg-lack", ".mg-copy"):
        assert not [part for part in browser.all(css) if _is_there(part)]
    stage = browser.find(".mg-stage")
    browser.press(Keys.TAB)
    browser.press(Keys.ARROW_RIGHT)
    browser.press(Keys.ARROW_RIGHT)
    browser.wait(lambda: stage.value_of_css_property("background-color") in _DARK, "the background")


def _is_there(part: WebElement) -> bool:
    return part.size["height"] > 0 and part.value_of_css_property("visibility") == "visible"


_DARK = {"rgb(23, 23, 28)", "rgba(23, 23, 28, 1)"}


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_paper_has_every_card_and_no_switches(browser: Browser, served: Served) -> None:
    assert isinstance(browser, Chromium)
    _open(browser, served)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.find(".mg-bar").size["height"] == 0
        assert {b.size["height"] for b in browser.all(".mg-copy")} == {0}
        assert [c.size["height"] > 100 for c in browser.all(".mg-card")] == [True] * 15
    finally:
        browser.devtools("Emulation.setEmulatedMedia", media="")


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a site of Material's with instant navigation."""
    options = {**sites.FROZEN, "gallery": True}
    theme = {"name": "material", "font": False, "features": ["navigation.instant"]}
    pages = {"index.md": "# Start\n\n[To all of them](mascots.md)"}
    folder = tmp_path_factory.mktemp("material-gallery")
    sites.make(folder, pages, options=options, theme=theme, site_url="http://localhost/")
    with Served(sites.build(folder, "--strict").good().site) as found:
        yield found


@tried("instant navigation")
def test_it_works_where_pages_are_changed_in_place(browser: Browser, material: Served) -> None:
    """Come to by a link, it has its looks and its script, without a new page."""
    browser.open(material.visit().url(), Reader(width=1200, height=800))
    browser.run("window.kept = true")
    browser.find(".md-content a[href*=mascots]").click()
    browser.find("masko-gallery[data-ready]")
    _type(browser, "cheer", "1 of 15 poses")
    browser.wait(
        lambda: (
            browser.run("return getComputedStyle(document.querySelector('.mg-cards')).display")
            == "grid"
        ),
        "its looks",
    )
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a catalogue of 500 poses, each with files at addresses of its own."""
    folder = tmp_path_factory.mktemp("many")
    options = {**sites.FROZEN, "gallery": True, "collections": {"fox": "fox"}}
    sites.make(folder, {"index.md": "x"}, options=options, files=_THEME)
    names = _multiply(folder / "masko.manifest.json")
    site = sites.build(folder, "--strict").good().site
    page = site / "mascots/index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(_CDN, "/many"), encoding="utf-8")
    (site / "many").mkdir()
    for name, url in names.items():
        _put(site / "many" / name, url)
    with Served(site) as found:
        yield found


def _multiply(path: Path) -> dict[str, str]:
    """Write a manifest of many poses; return the sandbox's addresses by the names of files."""
    found = loads(path.read_bytes(), {SANDBOX_ORIGIN})
    (wave,) = [p for s, p in found.collections["fox"].poses.items() if s == "wave"]
    names: dict[str, str] = {}

    def moved(medium: Medium | None, name: str) -> Medium | None:
        if medium is None:
            return None
        file = f"{name}.{medium.url.rpartition('.')[2]}"
        names[file] = medium.url
        fields = {f: getattr(medium, f) for f in medium.__struct_fields__}
        return Medium(**{**fields, "url": f"{_CDN}/{file}"})

    def pose(number: int) -> Any:  # noqa: ANN401
        animation = {k: moved(m, f"{k}-{number}") for k, m in wave.animations[0].items()}
        return type(wave)(
            name=f"Pose {number:03}",
            image=moved(wave.image, f"image-{number}"),
            transparent_image=moved(wave.transparent_image, f"clear-{number}"),
            animations=(animation,),
        )

    poses = {f"pose-{number:03}": pose(number) for number in range(MANY)}
    collection = type(found.collections["fox"])(id="fox", name="Many", poses=poses)
    path.write_text(dumps(make({"fox": collection})), encoding="utf-8")
    return names


def _put(target: Path, url: str) -> None:
    """Put a file of the sandbox's there: one copy of it, and links to that."""
    source = media_file(url.removeprefix(SANDBOX_ORIGIN))
    assert source is not None
    copy = target.parent.parent / f".{source.parent.name}-{source.name}"
    if not copy.exists():
        shutil.copyfile(source, copy)
    os.link(copy, target)


@each
def test_of_500_poses_only_those_near_the_screen_are_fetched(
    browser: Browser, many: Served
) -> None:
    """Pictures as they come near, no video at all, and the last ones when they are looked at."""
    visit = _open(browser, many)
    assert _count(browser) == "500 poses"
    browser.wait(lambda: browser.run(_LOADED), "the pictures on the screen")
    browser.sleep(0.5)
    fetched = {*visit.paths("/many/*.png")}
    assert 6 <= len(fetched) < 60
    assert "/many/clear-0.png" in fetched
    assert max(int(path.rpartition("-")[2].partition(".")[0]) for path in fetched) < 60
    browser.run("document.querySelector('.mg-card:last-child').scrollIntoView()")
    browser.wait(lambda: f"/many/clear-{MANY - 1}.png" in visit.paths("*.png"), "the last picture")
    assert "/many/clear-250.png" not in visit.paths("*.png")
    assert visit.paths("*.webm", "*.mov", "*.mp4") == []


@each
def test_500_poses_are_filtered_at_once(browser: Browser, many: Served) -> None:
    """Keys that follow one another cost one look."""
    _open(browser, many)
    looks = browser.run("""
      const gallery = document.querySelector("masko-gallery");
      window.looks = 0;
      new MutationObserver(() => { window.looks += 1; }).observe(
        gallery.querySelector(".mg-count"), {childList: true});
      for (const text of ["p", "po", "pos", "pose 0"]) {
        gallery.find.value = text;
        gallery.find.dispatchEvent(new Event("input", {bubbles: true}));
      }
      return window.looks;
    """)
    assert looks == 0
    browser.wait(lambda: _count(browser) == "176 of 500 poses", "the last of what was typed")
    assert browser.run("return window.looks") == 1
