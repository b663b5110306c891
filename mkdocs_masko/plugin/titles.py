"""Titles of pages whose heading shows a pose: its alt text, and no markup of ours.

MkDocs takes a page's title from its first heading, where a pose is not text. The title of every
other page stays as MkDocs and other plugins have it.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from mkdocs_masko.markdown.syntax import CALL
from mkdocs_masko.page_assets import asset_needs
from mkdocs_masko.urls import SCHEME

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

_EMBED = re.compile(rf"{CALL}|\]\((?i:{SCHEME})", re.DOTALL)
_FIRST_HEADING = re.compile(r"""\s*<h1\b[^>]*? id="([^"]*)"[^>]*>(.*?)</h1>""", re.DOTALL)


def set_title(page: Page, html: str, placeholder: re.Pattern[str]) -> None:
    """Give a page whose heading shows a pose a title that can be read.

    Args:
        page: The page.
        html: Its content, as HTML.
        placeholder: What stands for a macro that mkdocs-macros has run.
    """
    title = page.title
    if isinstance(title, str) and (placeholder.search(title) or _names_pose(title)):
        page.title = _heading(page) or placeholder.sub("", title).strip()
    elif not _has_title(page) and _is_pose(html, page):
        page.title = _heading(page) or title


def _names_pose(title: str) -> bool:
    """Tell whether a title is our syntax: mkdocs-macros takes a heading's Markdown as the title."""
    return "masko" in title.lower() and _EMBED.search(title) is not None


def _has_title(page: Page) -> bool:
    """Tell whether the title is from `nav`, or from a heading with text in it."""
    return "title" in vars(page) or bool(getattr(page, "_title_from_render", ""))


def _is_pose(html: str, page: Page) -> bool:
    """Tell whether a page begins with a heading that shows a pose.

    It is one that the table of contents knows: a heading in raw HTML gives a page no title.
    """
    heading, first = _FIRST_HEADING.match(html), next(iter(page.toc), None)
    is_same = heading is not None and first is not None and unescape(heading[1]) == first.id
    return is_same and heading is not None and bool(asset_needs(heading[2]))


def _heading(page: Page) -> str:
    """Return the first heading as the table of contents has it."""
    first = next(iter(page.toc), None)
    return str(first.title) if first and first.level == 1 and "title" not in page.meta else ""
