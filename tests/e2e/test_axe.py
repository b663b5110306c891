"""Accessibility rules: axe-core on the pages of the example site."""

from __future__ import annotations

from functools import cache
from importlib.metadata import files
from typing import TYPE_CHECKING, Any, Literal

import pytest

import sites
from e2e.cases import tried
from e2e.engines import Reader

if TYPE_CHECKING:
    from e2e.engines import Browser
    from e2e.serving import Served

PAGES = sorted(path.stem for path in (sites.ROOT / "example-site/docs").glob("*.md"))
_RUN = """
const done = arguments[arguments.length - 1];
const ours = document.querySelectorAll("masko-pose, [class*=masko]");
const told = ({id, nodes}) => nodes.map(
  ({html, failureSummary}) => `${id}: ${html}: ${failureSummary}`);
if (!ours.length) done([[], []]);
else axe.run(ours, {resultTypes: ["violations", "passes"]}).then(
  ({violations, passes}) => done([violations.flatMap(told), passes.map(({id}) => id)]),
  (error) => done([[String(error)], []]));
"""


@cache
def _axe() -> str:
    """Return axe-core's source, which a wheel for another tool ships."""
    [found] = [f for f in files("axe-playwright-python") or [] if f.name == "axe.min.js"]
    return found.read_text(encoding="utf-8")


def _look(browser: Browser) -> tuple[list[str], list[str]]:
    """Return what axe finds wrong with our markup, and the rules that our markup passes."""
    browser.run(_axe())
    answer: Any = browser.driver.execute_async_script(_RUN)
    violations, passes = answer
    return violations, passes


@tried("axe")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule(
    browser: Browser, example: Served, scheme: Literal["light", "dark"]
) -> None:
    """In Chromium of all pages, in the others of the one with the most kinds of poses."""
    visit = example.visit()
    for page in PAGES if browser.name == "chromium" else ["embed"]:
        path = "" if page == "index" else f"{page}/"
        browser.open(visit.url(path), Reader(scheme=scheme, width=1280))
        violations, _ = _look(browser)
        assert violations == [], page


@tried("axe")
def test_what_axe_looks_at_is_there(browser: Browser, site: Served) -> None:
    """Names of the image and of its control; without them it complains."""
    browser.open(site.visit().url())
    browser.find("masko-pose button")
    violations, passes = _look(browser)
    assert violations == []
    assert {"button-name"} < set(passes)
    assert {"image-alt", "role-img-alt"} & set(passes)
    browser.run("document.querySelector('masko-pose button').removeAttribute('aria-label')")
    assert [each.partition(":")[0] for each in _look(browser)[0]] == ["button-name"]
