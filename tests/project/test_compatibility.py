"""The manual's table of plugins and themes: what it names is installed here, and tested."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "example-site/docs/compatibility.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (?P<name>[^|]*`[^|]*) \| (?P<version>[\d.]+) \| ?(?P<notes>.*)\|$", PAGE, re.MULTILINE
)
TESTED = [row for row in ROWS if "tried on" not in row[2]]
_GROUPS = ("mkdocs.plugins", "mkdocs.themes", "properdocs.themes", "markdown.extensions")
# What is tested in an older version on Python 3.10, and until 3.11.4: these have no newer one.
_TOO_NEW = {"mkdocs-material", "pymdown-extensions", "mkdocstrings", "markdown-exec"}
if sys.version_info >= (3, 11, 5):
    _TOO_NEW = set()


def _names(row: str) -> list[str]:
    return re.findall(r"`([^`]+)`", row)


_POINTS = [point for group in _GROUPS for point in entry_points(group=group)]


def _used_names(package: str) -> set[str]:
    """Return what a site calls a package: its plugins, themes and extensions."""
    names = {point.name for point in _POINTS if point.dist and point.dist.name == package}
    return names | {package, package.removesuffix("-extensions").replace("pymdown", "pymdownx")}


@pytest.mark.parametrize(("name", "number", "notes"), TESTED, ids=[row[0] for row in TESTED])
def test_a_row_is_of_the_version_that_is_tested(name: str, number: str, notes: str) -> None:
    del notes
    if name == "`mkdocs-llmstxt`" and sys.version_info < (3, 11):
        pytest.skip("it needs Python 3.11")
    package = "mkdocs-material" if name.startswith("Material") else _names(name)[0]
    if package in _TOO_NEW:
        assert Version(version(package)) < Version(number)
    else:
        assert version(package) == number


@cache
def _tests() -> str:
    """Return all that stands in the tests but here, and what the example site uses."""
    paths = [*(ROOT / "tests").rglob("*.py"), ROOT / "example-site/mkdocs.yml"]
    return "".join(path.read_text(encoding="utf-8") for path in paths if path != Path(__file__))


@pytest.mark.parametrize("name", [row[0] for row in TESTED])
def test_what_a_row_names_stands_in_the_tests(name: str) -> None:
    tests = _tests()
    for plugin in _names(name):
        assert any(used in tests for used in _used_names(plugin))


def test_rows_tried_by_hand_have_a_date() -> None:
    dates = [
        re.search(r"tried on \d{4}-\d\d-\d\d", notes) for *_, notes in ROWS if "tried" in notes
    ]
    assert dates
    assert all(dates)


@pytest.mark.parametrize(("section", "count"), [("Hosts and themes", 10), ("Plugins", 25)])
def test_so_many_are_listed_at_least(section: str, count: int) -> None:
    rows = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    names = [name for row in ROWS for name in _names(row[0]) if f"| {row[0]} |" in rows]
    assert len({*names} - {"mkdocs", "properdocs"}) >= count
