"""axe-core, run in the page that a browser has open."""

from __future__ import annotations

from functools import cache
from importlib.metadata import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from e2e.support.browser import Browser

_RUN = """
const [css, done] = arguments;
const context = css ? document.querySelectorAll(css) : document;
const lines = ({id, nodes}) => nodes.map(
  ({html, failureSummary}) => `${id}: ${html}: ${failureSummary}`);
if (css && !context.length) done([[], []]);
else axe.run(context, {
  resultTypes: ["violations", "passes"], rules: {"target-size": {enabled: true}},
}).then(
  ({violations, passes}) => done([violations.flatMap(lines), passes.map(({id}) => id)]),
  (error) => done([[String(error)], []]));
"""


class Audit(NamedTuple):
    """What axe says: each violation with its element, and the rules that were passed."""

    violations: list[str]
    passes: list[str]


def audit(browser: Browser, css: str | None = None) -> Audit:
    """Hold the elements of a selector, or the whole page, against axe's rules."""
    browser.run(_source())
    return Audit(*browser.driver.execute_async_script(_RUN, css))


@cache
def _source() -> str:
    """Return axe-core's source, which a wheel for another tool ships."""
    [path] = [path for path in files("axe-playwright-python") or [] if path.name == "axe.min.js"]
    return path.read_text(encoding="utf-8")
