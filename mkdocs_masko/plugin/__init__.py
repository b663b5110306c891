"""The plugin for MkDocs and ProperDocs."""

from mkdocs_masko.plugin.hooks import MaskoPlugin

__all__ = ["MaskoPlugin"]
