"""The extension without the plugin: in Zensical, or in any program that uses Python-Markdown."""

from mkdocs_masko.markdown.standalone.page import PageBuild, build_of
from mkdocs_masko.markdown.standalone.site import StandaloneSite, open_site

__all__ = ["PageBuild", "StandaloneSite", "build_of", "open_site"]
