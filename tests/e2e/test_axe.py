"""Accessibility rules: axe-core on the pages of the example site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

import sites
from e2e.support.axe import audit
from e2e.support.browser import Reader
from e2e.support.cases import tried

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served

PAGES = sorted(path.stem for path in (sites.ROOT / "example-site/docs").glob("*.md"))
_OURS = "masko-pose, [class*=masko]"
_UNNAME = """
const control = document.querySelector("masko-pose button");
control.setAttribute = () => {};  // the pose names it again at each look
control.removeAttribute("aria-label");
"""


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
        assert audit(browser, _OURS).violations == [], page


@tried("axe")
def test_what_axe_looks_at_is_there(browser: Browser, site: Served) -> None:
    """Names of the image and of its control; without them it complains."""
    browser.open(site.visit().url())
    browser.find("masko-pose button")
    violations, passes = audit(browser, _OURS)
    assert violations == []
    assert {"button-name"} < set(passes)
    assert {"image-alt", "role-img-alt"} & set(passes)
    browser.run(_UNNAME)
    assert [each.partition(":")[0] for each in audit(browser, _OURS).violations] == ["button-name"]
