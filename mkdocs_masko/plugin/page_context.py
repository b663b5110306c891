"""Where a pose is shown: on a page, or by a template of the theme."""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mkdocs.utils import get_relative_url

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


class PageContext:
    """A page of the documentation."""

    def __init__(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        self._page, self._config, self._files = page, config, files

    @property
    def language(self) -> str:
        """The language of the theme."""
        return _language(self._config)

    @cached_property
    def name(self) -> str:
        """The file, from the folder of `mkdocs.yml`."""
        folder = Path(self._config.config_file_path or ".").parent
        docs = os.path.relpath(self._config.docs_dir, folder)
        return posixpath.join(docs, self._page.file.src_uri)

    def relative(self, path: str) -> str:
        """Return the address of a file of the site."""
        return get_relative_url(path, self._page.url)

    def link(self, href: str) -> str:
        """Lead to the page where a link names its Markdown file, as MkDocs does for links."""
        try:
            parts = urlsplit(href)
        except ValueError:
            raise ReferenceProblem(
                f"argument 'href' takes an address, not {sanitize(href)!r}"
            ) from None
        if parts.scheme or parts.netloc or not parts.path:
            return href
        here = posixpath.dirname(self._page.file.src_uri)
        target = self._files.src_uris.get(posixpath.normpath(posixpath.join(here, parts.path)))
        if target is None and parts.path.endswith(".md"):
            raise ReferenceProblem(f"argument 'href' names no page: {sanitize(href)!r}")
        if target is None:
            return href
        return parts._replace(path=target.url_relative_to(self._page.file)).geturl()

    def text(self) -> str:
        """Return the source, to find a call in."""
        return self._page.file.content_string


class ThemeContext:
    """A template of the theme."""

    def __init__(self, name: str, base_url: str, config: MkDocsConfig) -> None:
        self.name = f"template {name}"
        self.language = _language(config)
        self._base_url = base_url.rstrip("/")

    def relative(self, path: str) -> str:
        """Return the address of a file of the site."""
        return f"{self._base_url}/{path}"

    def link(self, href: str) -> str:
        """Leave the link as it is."""
        return href

    def text(self) -> str:
        """Return the source, to find a call in."""
        return ""


def _language(config: MkDocsConfig) -> str:
    """Return what a theme calls its language: Material `language`, those of MkDocs `locale`."""
    return str(config.theme.get("language") or config.theme.get("locale") or "en")
