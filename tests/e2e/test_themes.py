"""Poses and the gallery in other people's themes, whose style sheets reach for every element."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

import sites
from e2e.support.browser import Reader
from e2e.support.web_server import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from e2e.support.browser import Browser

_OPTIONS = {**sites.FROZEN, "gallery": True}
_PLAIN = {"theme/main.html": sites.MAIN.replace("<title>", "<meta charset=utf-8><title>")}
# What a theme can say of an element by its name, in a place that an id names.
_HARD = """\
<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Hard</title><style>
#content .body :is(img, video, picture, a, figure, figcaption, button, ul, ol, li, dl, dt, dd,
  table, p, form, fieldset, legend, label, input, select, code, h2, h3, h4, section, strong) {
  box-sizing: border-box; float: right; width: 95%; height: 99px; min-width: 90%; max-width: none;
  margin: 7px; padding: 9px; border: 5px dotted red; border-radius: 30px; outline: 2px solid red;
  background: yellow; box-shadow: 3px 3px red; opacity: 0.9; filter: sepia(1); color: lime;
  font: italic 900 31px/3 serif; text-transform: uppercase; text-decoration: line-through;
  letter-spacing: 3px; list-style: square; object-fit: cover; transform: rotate(1deg);
}
#content .body :is(li, p, a, h2, h3, h4, code, button, label, dt)::before { content: "#"; }
</style><body><div id=content><div class=body>{{ page.content }}</div></div>
"""

THEMES: dict[str, Mapping[str, Any]] = {
    "hard": {"files": {"theme/main.html": _HARD}},
    "mkdocs": {"theme": {"name": "mkdocs"}},
    "mkdocs-dark": {"theme": {"name": "mkdocs", "color_mode": "dark"}},
    "properdocs": {"theme": {"name": "mkdocs"}, "host": "properdocs"},
    "readthedocs": {"theme": {"name": "readthedocs"}},
    "material": {"theme": {"name": "material", "font": False}},
    "slate": {"theme": {"name": "material", "font": False, "palette": {"scheme": "slate"}}},
    "cinder": {"theme": {"name": "cinder"}},
    "dracula": {"theme": {"name": "dracula"}},
    "ivory": {"theme": {"name": "ivory"}},
    "simple-blog": {"theme": {"name": "simple-blog"}},
    "terminal": {"theme": {"name": "terminal"}},
}
_SOME = ("hard", "mkdocs", "ivory", "terminal")
"""Those that are tried in more than one browser."""

_ROWS = [("chromium", name) for name in THEMES]
_ROWS += [(engine, name) for engine in ("firefox", "webkit") for name in _SOME]
everywhere = pytest.mark.parametrize(("browser", "theme"), _ROWS, indirect=["browser"])

# Of each kind of element in the gallery, what decides on its box and its text; no colours, and no
# widths and heights, which are the column's. The last card of a group can have another layout.
_LOOKS = """
const names = `position float boxSizing paddingTop paddingLeft paddingBottom marginTop marginLeft
  marginBottom minWidth maxWidth borderTopWidth borderLeftWidth borderTopStyle borderTopLeftRadius
  backgroundImage boxShadow outlineStyle opacity filter transform fontStyle fontWeight textTransform
  textDecorationLine letterSpacing listStyleType textAlign`.split(/\\s+/);
const looks = {};
const gallery = document.querySelector(".masko-gallery");
for (const element of gallery.querySelectorAll(".mg-bar *, .mg-bar, .mg-title, .mg-title *, "
    + ".mg-cards, .mg-card:first-child, .mg-card:first-child *, .mg-gaps, .mg-gaps *, .mg-whole")) {
  if (element.closest("masko-pose, template, img, picture, option")) continue;
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize) / parseFloat(getComputedStyle(gallery).fontSize);
  looks[`${element.localName}.${element.className}`] = [
    size.toFixed(2), getComputedStyle(element, "::before").content,
    ...names.map((name) => `${name}: ${style[name]}`)];
}
return looks;
"""
_BEYOND = """
const gallery = document.querySelector(".masko-gallery"), {right} = gallery.getBoundingClientRect();
return [...gallery.querySelectorAll("*")].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > right + 1;
}).map((element) => `${element.localName}.${element.className}`);
"""


@pytest.fixture(scope="module")
def themed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Served]]:
    """Serve the pages of this module in a theme; `plain` is none."""
    themes = {"plain": {"files": _PLAIN}, **THEMES}
    opened: dict[str, Served] = {}
    stack = ExitStack()

    def get(name: str) -> Served:
        if name not in opened:
            folder = tmp_path_factory.mktemp(name)
            config = {"host": "mkdocs", **themes[name]}
            host = config.pop("host")
            sites.make(folder, {"index.md": "# Poses"}, options=_OPTIONS, **config)
            site = sites.build(folder, "--strict", host=host).good().site
            opened[name] = stack.enter_context(Served(site))
        return opened[name]

    with stack:
        yield get


_plain_looks: dict[str, dict[str, list[str]]] = {}
"""How the gallery looks in each browser where no theme has a say."""


@everywhere
def test_the_gallery_looks_the_same_in_every_theme(
    browser: Browser, theme: str, themed: Callable[[str], Served]
) -> None:
    """On a phone: the box and the text of each of its parts, and nothing past its edge."""
    if browser.name not in _plain_looks:
        _plain_looks[browser.name] = _looks(browser, themed("plain"))
    looks = _looks(browser, themed(theme))
    assert browser.run(_BEYOND) == []
    differences = [
        (part, now, plain)
        for part, all_plain in _plain_looks[browser.name].items()
        for now, plain in zip(looks[part], all_plain, strict=True)
        if now != plain
    ]
    assert differences == []


def _looks(browser: Browser, served: Served) -> dict[str, list[str]]:
    browser.open(served.visit().url("mascots/"), Reader(motion=False, width=390, height=800))
    browser.find("masko-gallery[data-ready]")
    looks: dict[str, list[str]] = browser.run(_LOOKS)
    return looks
