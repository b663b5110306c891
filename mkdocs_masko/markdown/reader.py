"""Convert pages for the poses that they name, without the site around them."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from markdown import Markdown
from mkdocs_masko.markdown.extension import MaskoExtension

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs_masko.rendering import Embedder, Placeholders

# MkDocs adds these to every site: https://www.mkdocs.org/user-guide/configuration/#markdown_extensions
_MKDOCS_DEFAULTS: Final = ("toc", "tables", "fenced_code")

# These decide what is text and what is code, or read attribute lists. Any other may need a library
# or options that are not at hand, and does not change which poses a page names.
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


class PageReader:
    """Converts pages so that an embedder sees every pose, and throws the HTML away.

    Args:
        embedder: Called for every pose.
        placeholders: What macros for templates have put into the text.
        extensions: Names of the site's Markdown extensions.
    """

    def __init__(
        self, embedder: Embedder, placeholders: Placeholders, extensions: Iterable[str]
    ) -> None:
        structural = [name for name in extensions if name in _STRUCTURAL and _is_installed(name)]
        masko = MaskoExtension(embedder, placeholders)
        self._markdown = Markdown(extensions=[*_MKDOCS_DEFAULTS, *structural, masko])

    def read(self, text: str) -> None:
        """Convert a page, without its front matter."""
        self._markdown.reset().convert(text)


def _is_installed(name: str) -> bool:
    package, dot, _ = name.partition(".")
    return not dot or find_spec(package) is not None
