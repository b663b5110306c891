"""Poses for readers elsewhere: in feeds and in Markdown for language models.

Nobody there has the style sheet or the script, and no relative URL works. So each pose is one still
image with an absolute URL. Read of mkdocs-rss-plugin 1.19 and mkdocs-llmstxt 0.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from mkdocs_masko.assets import FOLDER
from mkdocs_masko.markdown.reader import convert_abstract, cut_abstract
from mkdocs_masko.plugin.page_context import PageContext
from mkdocs_masko.rendering import Embedder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs.config.defaults import MkDocsConfig

    from mkdocs_masko.build import BuildSession
    from mkdocs_masko.problems import RenderContext
    from mkdocs_masko.rendering import Page

_MACRO_OR_IMAGE = "masko"  # which placeholders of macros start with too
_WHOLE_PAGE = -1  # characters, as the option of the feeds has it


class ElsewherePage:
    """A page that is read apart from its site.

    Args:
        page: The page.
    """

    def __init__(self, page: PageContext) -> None:
        self._page = page
        self.language, self.palette, self.site_url = page.language, page.palette, page.site_url
        self.root = page.site_url.rstrip("/") + "/"

    def link(self, href: str) -> str:
        """Return the absolute URL that a link of the page leads to."""
        return urljoin(self._page.url, self._page.link(href))


def show_elsewhere(build: BuildSession, pages: Iterable[PageContext], config: MkDocsConfig) -> None:
    """Show still images with absolute URLs in feeds, and in what is exported as Markdown.

    Args:
        build: What pages show.
        pages: All pages of the site.
        config: The site's configuration; without a `site_url` nothing is done, as such plugins
            need one themselves.
    """
    feeds = [*_plugins(config, "rss")]
    exporters = [*_plugins(config, "llmstxt")]
    if not config.site_url or not (feeds or exporters):
        return
    replacements = build.prints(_elsewhere)
    for page in pages:
        content = page.replaced(replacements.get(page, {}))
        # What an author has written around the URL of a file.
        content = content.replace(f'"{page.root}{FOLDER}/', f'"{ElsewherePage(page).root}{FOLDER}/')
        for exporter in exporters if page in replacements else ():
            exporter.on_page_content(content, page=page.page)
        for feed in feeds if _MACRO_OR_IMAGE in (page.page.markdown or "").lower() else ():
            _describe(build, feed, page, content)


def _plugins(config: MkDocsConfig, name: str) -> Iterable[Any]:
    """Return the plugins of one kind; MkDocs numbers those that a site has several times."""
    return (plugin for key, plugin in config.plugins.items() if key.partition(" #")[0] == name)


def _elsewhere(context: RenderContext) -> Page:
    return ElsewherePage(context) if isinstance(context, PageContext) else context


def _describe(build: BuildSession, feed: Any, page: PageContext, content: str) -> None:  # noqa: ANN401 - theirs
    """Write what a feed says of a page anew; what the author has written for it stays."""
    meta, markdown = page.page.meta, page.page.markdown or ""
    if meta.get("description") or (meta.get("rss") or {}).get("feed_description"):
        return
    limit, delimiter = feed.config.abstract_chars_count, feed.config.abstract_delimiter
    end = markdown.find(delimiter) if delimiter else -1
    if limit == _WHOLE_PAGE:
        description = content
    elif end >= 0 or limit > 0:
        abstract = markdown[:end] if end >= 0 else cut_abstract(markdown, limit)
        elsewhere = ElsewherePage(page)
        # What is wrong has been reported.
        embedder = Embedder(lambda call: build.print(call, elsewhere), lambda *_: None)
        description = convert_abstract(abstract, embedder, build.placeholders)
    else:
        return
    for entry in feed.pages_to_filter:
        if str(entry.abs_path) == page.page.file.abs_src_path:
            entry.description = description
