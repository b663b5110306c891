"""What a macro is rendered for: a page of the site, or a template of the theme."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_masko.files import relative_name
from mkdocs_masko.links import resolve_link
from mkdocs_masko.palette import opening_palette
from mkdocs_masko.plugin.languages import page_language
from mkdocs_masko.plugin.rewritten_html import replace_embeds
from mkdocs_masko.plugin.source_files import file_name, page_name, where_to_include_from
from mkdocs_masko.sources.included_texts import find_included
from mkdocs_masko.theme_templates import built_on, is_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


class PageContext:
    """A page of the documentation.

    Attributes:
        page: The page, for MkDocs.
        config: The site's configuration.
        files: The site's files.
        language: The language that it is built for.
        palette: The palette that the site opens in.
        root: What leads from the page to the root of the site: `../`.
        site_url: The URL of the site, or an empty string.
    """

    def __init__(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        self.page, self.config, self.files = page, config, files
        self.language = page_language(config)
        self.palette = opening_palette(config.theme)
        self.site_url = config.site_url or ""
        self._place_at(page.url)

    def _place_at(self, url: str) -> None:
        """Set the URL, from the root of the site, at which readers see the content."""
        self._place, self.root = url, root_from(url)

    @property
    def url(self) -> str:
        """The absolute URL, where that of the site is known."""
        return self.page.canonical_url or ""

    @cached_property
    def name(self) -> str:
        """The file, from the folder of `mkdocs.yml`."""
        return page_name(self.page, self.config)

    def link(self, href: str) -> str:
        """Return the URL of the page whose Markdown file a link names, as MkDocs does for links."""

        def url_of(uri: str) -> str | None:
            # Not by `src_uris`: with mkdocs-static-i18n, a name means the page in this language.
            file = self.files.get_file_from_path(uri)
            return file.url_relative_to(self._place) if file else None

        return resolve_link(href, self.page.file.src_uri, url_of)

    def sources(self) -> Iterable[tuple[str, str]]:
        """Return the source, with its front matter."""
        return ((self.name, self.page.file.content_string),)

    def included(self) -> Iterable[tuple[str, str]]:
        """Return what the page includes, and what documents and macros it shows."""
        return self._included

    @cached_property
    def _included(self) -> list[tuple[str, str]]:
        file = self.page.file
        folder = Path(file.abs_src_path or self.config.docs_dir).parent
        folders, name = where_to_include_from(self.config), partial(file_name, config=self.config)
        return find_included(file.content_string, folder, folders, name)

    def replaced(self, embeds: Mapping[str, str]) -> str:
        """Return the content with other HTML in the place of some."""
        return replace_embeds(self.page.content or "", embeds)

    def replace_in_print(self, embeds: Mapping[str, str]) -> None:
        """Replace HTML in what mkdocs-print-site has taken of the page."""
        html = getattr(self.page, "html", None)
        if isinstance(html, str):
            self.page.html = replace_embeds(html, embeds)  # type: ignore[attr-defined] # theirs

    def replace(self, html: str, other: str) -> bool:
        """Replace HTML in the content; return whether that was there."""
        content = self.page.content or ""
        self.page.content = content.replace(html, other)
        return html in content


class ExcerptContext(PageContext):
    """A page that is parsed once more, because another one shows its beginning.

    Args:
        page: The page.
        url: The URL of the other one, from the root of the site.
    """

    def __init__(self, page: PageContext, url: str) -> None:
        super().__init__(page.page, page.config, page.files)
        self._place_at(url)


class ThemeContext:
    """A template of the theme.

    Args:
        name: The template: `404.html`.
        base_url: What leads from the page to the root of the site, as MkDocs tells templates.
        config: The site's configuration.
    """

    def __init__(self, name: str, base_url: str, config: MkDocsConfig) -> None:
        self.name, self._template, self._config = f"template {name}", name, config
        self.language = page_language(config)
        self.palette = opening_palette(config.theme)
        self.root = f"{base_url.rstrip('/')}/"
        self.site_url = config.site_url or ""

    def link(self, href: str) -> str:
        """Return the link as it is: a template has no Markdown files beside it."""
        return href

    def sources(self) -> Iterator[tuple[str, str]]:
        """Yield the templates in the theme's `custom_dir`, any of which the page is made of.

        The one that it is rendered with comes first, then those that this one is built on. The
        site's settings come last: themes write some of them as they are.
        """
        settings = Path(self._config.config_file_path or "").absolute()
        if self._config.theme.custom_dir:
            custom_dir = Path(self._config.theme.custom_dir)
            texts = {
                path.relative_to(custom_dir).as_posix(): path.read_text("utf-8", errors="replace")
                for path in sorted(custom_dir.rglob("*"))
                if is_template(path.name) and path.is_file()
            }
            for name in dict.fromkeys([*built_on(self._template, texts), *texts]):
                yield relative_name(custom_dir / name, settings.parent), texts[name]
        if settings.is_file():
            yield settings.name, settings.read_text("utf-8", errors="replace")

    def included(self) -> Iterable[tuple[str, str]]:
        """Return nothing: all templates are sources."""
        return ()


def root_from(url: str) -> str:
    """Return what leads from a page of some URL to the root of the site: `../`."""
    return "../" * url.removeprefix("./").count("/")
