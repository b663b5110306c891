"""What a macro is rendered for: a page of the site, or a template of the theme."""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.rendering import bad_argument
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


class PageContext:
    """A page of the documentation.

    Attributes:
        language: That of the theme.
        root: What leads from the page to the root of the site: `../`.
        site_url: The URL of the site, or an empty string.
    """

    def __init__(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        self._page, self._config, self._files = page, config, files
        self.language = _theme_language(config)
        self.root = "../" * page.url.removeprefix("./").count("/")
        self.site_url = config.site_url or ""

    @cached_property
    def name(self) -> str:
        """The file, from the folder of `mkdocs.yml`."""
        folder = Path(self._config.config_file_path or ".").parent
        docs = os.path.relpath(self._config.docs_dir, folder)
        return posixpath.join(docs, self._page.file.src_uri)

    def link(self, href: str) -> str:
        """Return the URL of the page whose Markdown file a link names, as MkDocs does for links."""
        try:
            parts = urlsplit(href)
        except ValueError:
            raise bad_argument("href", "a URL", href) from None
        if parts.scheme or parts.netloc or not parts.path:
            return href
        folder = posixpath.dirname(self._page.file.src_uri)
        target = self._files.src_uris.get(posixpath.normpath(posixpath.join(folder, parts.path)))
        if target is None and parts.path.endswith(".md"):
            raise ReferenceProblem(f"argument 'href' names no page: {sanitize(href)!r}")
        if target is None:
            return href
        return parts._replace(path=target.url_relative_to(self._page.file)).geturl()

    def text(self) -> str:
        """Return the source, with its front matter."""
        return self._page.file.content_string

    def replace(self, html: str, other: str) -> bool:
        """Replace HTML in the content; return whether that was there."""
        content = self._page.content or ""
        self._page.content = content.replace(html, other)
        return html in content


class ThemeContext:
    """A template of the theme.

    Args:
        name: The template: `404.html`.
        base_url: What leads from the page to the root of the site, as MkDocs tells templates.
        config: The site's configuration.
    """

    def __init__(self, name: str, base_url: str, config: MkDocsConfig) -> None:
        self.name = f"template {name}"
        self.language = _theme_language(config)
        self.root = f"{base_url.rstrip('/')}/"
        self.site_url = config.site_url or ""

    def link(self, href: str) -> str:
        """Return the link as it is: a template has no Markdown files beside it."""
        return href

    def text(self) -> str:
        """Return nothing: the theme's loader knows where the template lies, we do not."""
        return ""


def _theme_language(config: MkDocsConfig) -> str:
    """Return what a theme calls its language: Material `language`, those of MkDocs `locale`."""
    return str(config.theme.get("language") or config.theme.get("locale") or "en")
