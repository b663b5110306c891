"""Pages read for what they show, without the site around them."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from markdown import Markdown
from mkdocs_masko.markdown.extension import MaskoExtension

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs_masko.rendering import Embedder, Placeholders

_ALWAYS: Final = ("toc", "tables", "fenced_code")  # MkDocs' own
_STRUCTURAL: Final = (
    "abbr",
    "admonition",
    "attr_list",
    "def_list",
    "extra",
    "footnotes",
    "md_in_html",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.details",
    "pymdownx.blocks.tab",
    "pymdownx.details",
    "pymdownx.extra",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "sane_lists",
)
"""The extensions that decide what is code and what is text; the others do not matter here."""


class Reader:
    """Converts pages for the sake of what the embedder hears of.

    Args:
        embedder: Hears of every pose.
        tokens: Calls that stand for themselves.
        extensions: The names of the site's extensions.
    """

    def __init__(self, embedder: Embedder, tokens: Placeholders, extensions: Iterable[str]) -> None:
        wanted = [name for name in extensions if name in _STRUCTURAL and _is_there(name)]
        self._parser = Markdown(extensions=[*_ALWAYS, *wanted, MaskoExtension(embedder, tokens)])

    def read(self, text: str) -> None:
        """Read a page, without its front matter."""
        self._parser.reset().convert(text)


def _is_there(name: str) -> bool:
    package, dot, _ = name.partition(".")
    return not dot or find_spec(package) is not None
