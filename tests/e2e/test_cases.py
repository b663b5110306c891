"""The list of cases: each is tried in every browser, or it is said why it cannot be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sites
from e2e.support.cases import CANNOT, CASES, ENGINES, engines, tried

_ID = re.compile(
    rf"\[(?:.*-)?(?P<case>{'|'.join(CASES)})-(?P<engine>chromium|firefox|webkit)(?:-.*)?\]$"
)


def test_every_case_is_tried_in_every_browser_that_can() -> None:
    """By what pytest collects, not by what the table says of itself."""
    command = ["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    folder = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, *command, "--rootdir", str(sites.ROOT), str(folder)],
        cwd=sites.ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    found = {(m["case"], m["engine"]) for m in map(_ID.search, done.stdout.splitlines()) if m}
    every = {(case, engine) for case in CASES for engine in ENGINES}
    assert found == every - set(CANNOT)
    assert set(CANNOT) <= every


def test_every_gap_has_its_reason_and_every_case_a_browser() -> None:
    assert all(len(reason) > 20 for reason in CANNOT.values())
    assert all(engines(case) for case in CASES)


def test_a_case_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="no case 'by moonlight'"):
        tried("by moonlight")
