"""The two syntaxes of a page, as one extension of Python-Markdown."""

from typing import Any

from mkdocs_masko.markdown.extension import MaskoExtension

__all__ = ["MaskoExtension", "makeExtension"]


def makeExtension(**options: Any) -> MaskoExtension:  # noqa: ANN401, N802 - Markdown's own
    """Make the extension for hosts that load it by its dotted name."""
    return MaskoExtension(**options)
