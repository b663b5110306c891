"""What is tried in which browser, and what a browser cannot be made to do."""

from __future__ import annotations

import pytest

ENGINES = ("chromium", "firefox", "webkit")

CASES = (
    "normal",
    "reduced motion",
    "motion changed while open",
    "scripting off",
    "autoplay blocked",
    "data saver",
    "no source there",
    "no picture there",
    "below the fold",
    "slow style sheet",
    "pending style sheet",
    "fetched early",
    "preloaded for a palette",
    "print",
    "inserted later",
    "instant navigation",
    "system palette",
    "palette of the site",
    "narrow column",
    "hidden tab",
    "loop",
    "loops for long",
    "once",
    "hover",
    "click",
    "in a link",
    "pause control",
    "small",
    "touch",
    "forced colors",
    "covered",
    "back button",
    "copied",
    "switch of the site",
    "remembered for the visit",
    "accessibility tree",
    "strict policy",
    "no layout shift",
    "axe",
    "media as described",
    "video variants",
    "zensical",
)

_WAITS = "it keeps images back until the style sheets of the head are there"
_REPEATS = "it fetches again what was preloaded if the image is lazy"
_PRINTS = "WebKitWebDriver has no command that prints"
_SAVES = "its `navigator.connection` does not exist: the page is told nothing of data saving"
_TOUCHES = "its driver knows no touch"
_FORCES = "it has no forced colors"
_SHIFTS = "it has no PerformanceObserver entries of the type `layout-shift`"

CANNOT = {
    ("autoplay blocked", "chromium"): (
        "muted video may always start: no autoplay policy that it has holds it back"
    ),
    ("data saver", "firefox"): _SAVES,
    ("data saver", "webkit"): _SAVES,
    ("fetched early", "firefox"): _WAITS,
    ("preloaded for a palette", "webkit"): _REPEATS,
    ("print", "webkit"): _PRINTS,
    ("loops for long", "webkit"): "WebKitGTK's player stops after one round or two",
    ("media as described", "webkit"): "media are described as Chromium and Firefox show them",
    ("touch", "webkit"): _TOUCHES,
    ("forced colors", "webkit"): _FORCES,
    ("no layout shift", "firefox"): _SHIFTS,
    ("no layout shift", "webkit"): _SHIFTS,
}


def engines(case: str) -> list[str]:
    """Return the engines in which a case can be tried."""
    return [engine for engine in ENGINES if (case, engine) not in CANNOT]


def tried(case: str) -> pytest.MarkDecorator:
    """Run a test in each browser that can; it takes the fixture `browser`."""
    if case not in CASES:
        raise ValueError(f"no case {case!r}")
    listed = [pytest.param(each, id=f"{case}-{each}") for each in engines(case)]
    return pytest.mark.parametrize("browser", listed, indirect=True)
