"""Convert pages for the poses that they name, without the site around them."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from markdown import Markdown, markdown
from mkdocs_masko.markdown.extension import MaskoExtension
from mkdocs_masko.rendering.placeholders import MARK, URL_PREFIX
from mkdocs_masko.sources.included_texts import SNIPPETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mkdocs_masko.rendering import Embedder, Placeholders

# MkDocs adds these to every site: https://www.mkdocs.org/user-guide/configuration/#markdown_extensions
_MKDOCS_DEFAULTS: Final = ("toc", "tables", "fenced_code")

# These decide what is text and what is code or a formula, or read attribute lists. Any other may
# need a library or options that are not at hand, and does not change which poses a page names.
_STRUCTURAL: Final = (
    "abbr",
    "admonition",
    "attr_list",
    "def_list",
    "extra",
    "footnotes",
    "md_in_html",
    "pymdownx.arithmatex",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.details",
    "pymdownx.blocks.tab",
    "pymdownx.details",
    "pymdownx.extra",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "sane_lists",
)

_ELLIPSIS: Final = "..."
_WHOLE: Final = re.compile(
    r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)(?:\{[^}\n]{0,500}\})?|\{\{[^}]{0,500}\}\}|<img\b[^>]{0,500}>"
    rf"|(?:{URL_PREFIX})?{MARK}\w+"
)
_ARITHMATEX: Final = "pymdownx.arithmatex"
_ARITHMATEX_OPTIONS: Final = ("block_syntax", "inline_syntax", "smart_dollar")
_SNIPPET_OPTIONS: Final = ("auto_append", "dedent_subsections", "encoding")


class PageReader:
    """Converts pages so that an embedder sees every pose, and throws the HTML away.

    Args:
        embedder: Called for every pose.
        placeholders: What macros for templates have put into the text.
        extensions: The site's Markdown extensions by name, with their options.
        folders: Where files lie that pages include, if the options have no such folder.
    """

    def __init__(
        self,
        embedder: Embedder,
        placeholders: Placeholders,
        extensions: Mapping[str, Any],
        folders: Sequence[Path] = (),
    ) -> None:
        read = (*_STRUCTURAL, SNIPPETS)
        structural = [name for name in extensions if name in read and _is_installed(name)]
        masko = MaskoExtension(embedder, placeholders)
        self._markdown = Markdown(
            extensions=[*_MKDOCS_DEFAULTS, *structural, masko],
            extension_configs={
                SNIPPETS: _snippet_options(extensions.get(SNIPPETS), folders),
                _ARITHMATEX: _known(extensions.get(_ARITHMATEX), _ARITHMATEX_OPTIONS),
            },
        )

    def read(self, text: str) -> None:
        """Convert a page, without its front matter."""
        self._markdown.reset().convert(text)


def cut_abstract(text: str, limit: int) -> str:
    """Return the beginning of a page, which ends inside of no image and no macro.

    Args:
        text: Its Markdown.
        limit: How many characters at most.
    """
    if len(text) <= limit:
        return text
    end = max(0, limit - len(_ELLIPSIS))
    for match in _WHOLE.finditer(text):
        if match.start() < end < match.end():
            end = match.start()
    return text[:end].rstrip() + _ELLIPSIS


def convert_abstract(text: str, embedder: Embedder, placeholders: Placeholders) -> str:
    """Return a part of a page as HTML: plain Markdown, with poses as an embedder shows them."""
    masko = MaskoExtension(embedder, placeholders)
    return markdown(text, extensions=[masko], output_format="html")


def _snippet_options(options: object, folders: Sequence[Path]) -> dict[str, Any]:
    """Return the options that say which files are included: none is downloaded, none must exist."""
    known = _known(options, ("base_path", *_SNIPPET_OPTIONS))
    paths = known.get("base_path") or ["."]
    paths = [path for path in (paths if isinstance(paths, list) else [paths]) if path is not None]
    return {**known, "base_path": [*map(str, paths), *map(str, folders)]}


def _known(options: object, names: Sequence[str]) -> dict[str, Any]:
    """Return the options that have a value, of those with some names."""
    settings = options if isinstance(options, dict) else {}
    return {name: value for name in names if (value := settings.get(name)) is not None}


def _is_installed(name: str) -> bool:
    package, dot, _ = name.partition(".")
    return not dot or find_spec(package) is not None
