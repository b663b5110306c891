"""The macros plugin, which runs pages through Jinja before Markdown: of MkDocs or of Zensical.

Zensical has an extension that takes the options of mkdocs-macros (read in mkdocs-macros 1.3 and
Zensical 0.0.73, `extensions/macros.py`).
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment
from pathspec import GitIgnoreSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

PLUGIN: Final = "macros"
"""The plugin of MkDocs."""

_DELIMITERS: Final = [
    f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end")
]


def runs_page(options: Mapping[str, Any], meta: Mapping[str, Any], path: str) -> bool:
    """Tell whether the macros plugin runs a page.

    Args:
        options: Those of the plugin.
        meta: The front matter of the page, which has the last word.
        path: The page's file from the docs folder: `guide/page.md`.
    """
    choice = meta.get("render_macros")
    if choice is False:
        return False
    forced = str(options.get("force_render_paths") or "")
    return bool(choice or options.get("render_by_default", True) or _spec(forced).match_file(path))


@lru_cache(maxsize=8)  # of one site, there is one
def _spec(patterns: str) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(patterns.splitlines())


def page_reader(options: Mapping[str, Any]) -> Environment:
    """Return an environment that reads pages with the delimiters of the plugin; it renders none."""
    given = {name: options.get(f"j2_{name}") for name in _DELIMITERS}
    chosen = {name: value for name, value in given.items() if isinstance(value, str) and value}
    names = options.get("j2_extensions")
    listed = names if isinstance(names, list) else []
    # Nothing of the project or of another package is imported to read a page.
    extensions = [name for name in listed if str(name).startswith("jinja2.ext.")]
    # Jinja refuses equal delimiters and extensions that it does not have, and so does the plugin.
    with suppress(AssertionError, ImportError):
        return Environment(extensions=extensions, **chosen)  # type: ignore[arg-type] # noqa: S701
    return Environment()  # noqa: S701
