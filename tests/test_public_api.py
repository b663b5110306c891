"""What other code may import, and what importing it costs."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import mkdocs_masko

HOMES: dict[str, str] = vars(mkdocs_masko)["_HOMES"]


def test_all_is_sorted_and_complete() -> None:
    """`__all__` lists, in order, exactly the names that have a home."""
    assert mkdocs_masko.__all__ == sorted(HOMES)


@pytest.mark.parametrize("name", mkdocs_masko.__all__)
def test_each_name_can_be_imported(name: str) -> None:
    """It is the class of that name, from where it is defined or re-exported, with a docstring."""
    found = getattr(mkdocs_masko, name)
    home = importlib.import_module(f"mkdocs_masko.{HOMES[name]}")
    assert found is getattr(home, name)
    assert inspect.isclass(found)
    assert found.__name__ == name
    assert inspect.getdoc(found)


def test_a_star_import_gives_them_all() -> None:
    """Interactive use works as in any package."""
    names: dict[str, object] = {}
    exec("from mkdocs_masko import *", names)  # noqa: S102 - a star is for modules only
    assert {*mkdocs_masko.__all__} <= {*names}


def test_any_other_name_is_an_attribute_error() -> None:
    """A typo is told as Python tells it."""
    with pytest.raises(AttributeError, match="module 'mkdocs_masko' has no attribute 'Clinet'"):
        _ = mkdocs_masko.Clinet
    assert not hasattr(mkdocs_masko, "__wrapped__")


@pytest.mark.parametrize(
    ("imported", "unwanted"),
    [
        ("mkdocs_masko", {"requests", "msgspec", "markdown", "jinja2", "yaml", "click"}),
        ("mkdocs_masko.cli", {"requests", "msgspec", "markdown", "jinja2", "yaml", "rich"}),
        ("mkdocs_masko.sync", {"requests", "urllib3", "tenacity", "markdown", "jinja2", "click"}),
        ("mkdocs_masko.sandbox", {"requests", "urllib3", "msgspec", "http.server", "markdown"}),
        ("mkdocs_masko.api", {"markdown", "jinja2", "click", "mkdocs", "rich"}),
        ("mkdocs_masko.markdown.extension", {"requests", "yaml", "pathspec", "mkdocs", "click"}),
    ],
)
def test_importing_loads_no_more_than_is_used(imported: str, unwanted: set[str]) -> None:
    """Each part comes without the libraries of the others."""
    code = f"import sys, {imported}; print(*sorted({unwanted!r} & {{*sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stdout, done.stderr) == ("\n", "")
