"""What other plugins need of this one, because they look at pages or files at a time of their own.

Each of them is found by its name in `plugins:`, and nothing is done on sites without it. What was
read of them: mkdocs-print-site-plugin 2.9, mkdocs-htmlproofer-plugin 1.6, encryptcontent 3.1.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_masko.page_assets import asset_needs, inject_assets
from mkdocs_masko.plugin.page_context import PageContext, root_from

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from mkdocs_masko.build import BuildSession

_PRINT_SITE, _PROOFER = "print-site", "htmlproofer"


def show_media(files: Files, config: MkDocsConfig) -> None:
    """Tell a link checker the media, which join the site after it has looked at its files."""
    proofer = config.plugins.get(_PROOFER)
    if proofer is not None:
        proofer.on_files(files, config=config)


def prepare_print_page(build: BuildSession, config: MkDocsConfig) -> None:
    """Put one still image in the place of each pose, on the page that shows all others.

    That page rewrites the `src` of images and nothing else, so the larger formats would be looked
    for in the wrong folder.
    """
    if _PRINT_SITE not in config.plugins:
        return
    for context, embeds in build.prints().items():
        if isinstance(context, PageContext):
            context.replace_in_print(embeds)


def finish_print_page(config: MkDocsConfig) -> None:
    """Inject the style sheet into that page, which no hook is called for."""
    print_site: Any = config.plugins.get(_PRINT_SITE)
    if print_site is None or not print_site.config.get("enabled"):
        return
    path = Path(print_site.print_file.abs_dest_path)
    html = inject_assets(path.read_text(encoding="utf-8"), root_from(print_site.print_page.url))
    path.write_text(html, encoding="utf-8", newline="\n")


def hidden_needs(html: str, page: Page) -> frozenset[str]:
    """Return what a page needs that will be encrypted before its style sheet can be injected."""
    return asset_needs(html) if hasattr(page, "encryptcontent") else frozenset()
