"""A content security policy that allows a site's own files and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from e2e.support.cases import tried
from e2e.support.pose_on_page import Pose

if TYPE_CHECKING:
    from e2e.support.browser import Browser
    from e2e.support.web_server import Served, Visit

_ALLOWED = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'"
)
_POLICY = {"Content-Security-Policy": f"{_ALLOWED}; report-uri /violations"}


def _violations(visit: Visit) -> list[str]:
    bodies = [json.loads(f.body) for f in visit.fetched if f.path == "/violations"]
    reports = [body["csp-report"] for body in bodies]
    return [r["violated-directive"] for r in reports if "favicon" not in r["blocked-uri"]]


@tried("strict policy")
def test_a_strict_policy_has_nothing_to_report(browser: Browser, site: Served) -> None:
    """While a pose moves, is paused and goes on."""
    visit = site.visit(headers=_POLICY)
    browser.open(visit.url())
    pose = Pose(browser, site.folder)
    assert pose.moves()
    pose.control.click()
    browser.point_away()
    assert pose.halts()
    pose.control.click()
    browser.point_away()
    assert pose.moves()
    assert _violations(visit) == []


@tried("strict policy")
def test_a_violation_would_be_reported(browser: Browser, site: Served) -> None:
    visit = site.visit(headers=_POLICY)
    browser.open(visit.url())
    style = "document.querySelector('main').innerHTML += '<p style=\"color: red\">Red</p>'"
    browser.run(style)
    browser.wait(lambda: _violations(visit), "a report")
    assert _violations(visit)[0].startswith("style-src")
