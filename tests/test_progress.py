"""Long work says how far it is: a bar at a terminal, lines in a log, nothing where all is quiet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import sites
from mkdocs_masko.progress import show_steps
from mkdocs_masko.sandbox import Sandbox
from terminals import watched

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
