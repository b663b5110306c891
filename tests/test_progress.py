"""Long work says how far it is: a bar at a terminal, lines in a log, nothing where all is quiet."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import sites
from mkdocs_masko.progress import show_steps
from mkdocs_masko.sandbox import Sandbox
from terminals import plain, watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Path]:
    """A site that was never built."""
    pages = {"index.md": "![](masko:wave){ kind=image width=64 }"}
    with Sandbox() as sandbox:
        options = {"collection": "fox", "hosting": "self", "api_url": sandbox.api_url}
        yield sites.make(tmp_path, pages, options=options)


def test_a_log_has_a_line_whenever_some_time_has_passed() -> None:
    lines: list[str] = []
    with show_steps(3, "encoding variants", lines.append, interval=0) as step:
        for _ in range(3):
            step()
    assert lines == ["encoding variants: 1 of 3", "encoding variants: 2 of 3"]


def test_short_work_adds_no_line() -> None:
    lines: list[str] = []
    with show_steps(3, "encoding variants", lines.append) as step:
        step()
    assert lines == []


def test_all_threads_may_report_steps() -> None:
    lines: list[str] = []
    count = 400
    with (
        show_steps(count + 1, "downloading media", lines.append, interval=0) as step,
        ThreadPoolExecutor(8) as threads,
    ):
        for _ in range(count):
            threads.submit(step)
    assert lines == [f"downloading media: {n} of {count + 1}" for n in range(1, count + 1)]


LOG = """
import logging, sys, time
from mkdocs_masko.progress import show_bar
log = logging.getLogger("mkdocs")
log.addHandler(logging.StreamHandler())
log.setLevel(logging.INFO)
with show_bar(9, "encoding variants") as advance:
    time.sleep(0.3)
    for number in range(9):
        log.info(f"log line {number}")
        print(f"printed line {number}", flush=True)
        advance("encoding variants", 1)
        time.sleep(0.05)
log.info("after the bar")
"""


def test_what_is_logged_or_printed_meanwhile_stands_on_lines_of_its_own(tmp_path: Path) -> None:
    """A bar is erased before, and drawn again below."""
    done = watched(tmp_path, [sys.executable, "-c", LOG])
    assert done.code == 0, done.out
    assert "encoding variants" in done.out
    rows = {plain(row.rpartition("\x1b[2K")[2]).strip() for row in done.out.split("\n")}
    lines = {f"{kind} line {number}" for kind in ("log", "printed") for number in range(9)}
    assert {*lines, "after the bar"} <= rows


def test_a_first_build_says_what_takes_its_time(first: Path) -> None:
    """Before it encodes, and never again."""
    variables = {"MASKO_API_KEY": sites.KEY, "MASKO_STATE_DIR": str(first / "state")}
    built = sites.build(first, "--strict", env=variables).good()
    assert [line for line in built.lines("INFO") if "encoding" in line] == [
        "masko: encoding 6 variants of still images; later builds take them from the cache"
    ]
    assert "encoding" not in sites.build(first, "--strict", env=variables).good().output


@pytest.mark.parametrize("quiet", [False, True])
def test_a_terminal_shows_a_bar_unless_all_is_quiet(first: Path, quiet: bool) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", *(["--quiet"] if quiet else [])]
    done = watched(first, command, MASKO_API_KEY=sites.KEY, NO_MKDOCS_2_WARNING="1")
    assert done.code == 0, done.out
    assert ("encoding variants" in done.out) is not quiet
    assert ("6/6" in done.out) is not quiet
