"""The plugin for MkDocs and ProperDocs."""

from mkdocs_masko.plugin.plugin import MaskoPlugin

__all__ = ["MaskoPlugin"]
