"""Links of `href=`: from the file that an author names to the URL of its page."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.rendering import bad_argument
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable


def resolve_link(href: str, page: str, url_of: Callable[[str], str | None]) -> str:
    """Return the URL of the page whose Markdown file a link names, as MkDocs does for links.

    Args:
        href: The link as the author wrote it.
        page: The file of the page that it stands on, in the docs folder: `guide/index.md`.
        url_of: Returns the URL of a file of the docs folder, or None where there is no such file.

    Raises:
        ReferenceProblem: It is no URL, or names a page that does not exist.
    """
    try:
        parts = urlsplit(href)
    except ValueError:
        raise bad_argument("href", "a URL", href) from None
    if parts.scheme or parts.netloc or not parts.path:
        return href
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    # macOS may store a name with its accents apart, and an author types them joined.
    spellings = dict.fromkeys((target, normalize("NFC", target), normalize("NFD", target)))
    url = next((url for url in map(url_of, spellings) if url is not None), None)
    if url is None and parts.path.endswith(".md"):
        raise ReferenceProblem(f"argument 'href' names no page: {sanitize(href)!r}")
    return href if url is None else parts._replace(path=url).geturl()
