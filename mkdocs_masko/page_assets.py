"""The style sheets and scripts that ship: their names, and the tags of a page that needs them.

Their names hold a hash of their content, and only pages that show a pose load them.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from mkdocs_masko.assets import FOLDER
from mkdocs_masko.rendering import templates_dir

if TYPE_CHECKING:
    from pathlib import Path

POSE_ASSETS = ("masko.css", "masko.js")
GALLERY_ASSETS = ("gallery.css", "gallery.js")
"""Style sheet and script, by their names in `templates/masko/`."""

_POSE_END = "</masko-pose>"
_GALLERY_END = "</masko-gallery>"
_STYLE = "masko"
# A still image needs the style sheet too: its classes say how it is aligned and which palette
# shows it. Whatever has `masko` as a word of its own among its classes is one of ours. The pattern
# starts with plain text, which the search skips to: a page with a large navigation has many tags.
_STYLED_CLASS = re.compile(r"""class="(?:[^"<>]* )?masko[ "]""")
# Behind the character set, which browsers look for in the first 1,024 bytes, and before all other
# sheets, so that those of the theme and of the author have the last word.
_HEAD = re.compile(
    r"<(?:head\b[^>]*>(?:\s*<meta\s+charset[^>]*>)?|html\b[^>]*>(?!\s*<head)"
    r"|!doctype[^>]*>(?!\s*<html))",
    re.IGNORECASE,
)


def shipped_file(name: str) -> Path:
    """Return where a file that ships lies."""
    return templates_dir() / "masko" / name


@cache
def published_name(name: str) -> str:
    """Return the name that a file that ships has in the site; other content has another one."""
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(shipped_file(name).read_bytes()).hexdigest()[:16]
    return f"{stem}.{digest}.{suffix}"


def site_path(name: str) -> str:
    """Return where the plugin puts a file that ships in the site."""
    return f"{FOLDER}/{published_name(name)}"


def gallery_assets() -> dict[str, Path]:
    """Return the style sheet and the script of the gallery, by their paths in the site."""
    return {site_path(name): shipped_file(name) for name in GALLERY_ASSETS}


def has_gallery(html: str) -> bool:
    """Tell whether a page shows the gallery."""
    return _GALLERY_END in html


def asset_needs(html: str) -> frozenset[str]:
    """Return what a page needs: the end tags of custom elements, and `masko` for a style sheet."""
    if not any(mark in html for mark in ('masko"', "masko ", _POSE_END, _GALLERY_END)):
        return frozenset()
    needs = {end for end in (_POSE_END, _GALLERY_END) if end in html}
    return frozenset(needs | ({_STYLE} if _POSE_END in needs or _has_still(html) else set()))


def inject_assets(
    html: str,
    root: str,
    needs: frozenset[str] = frozenset(),
    *,
    folder: str = FOLDER,
    excerpt_end: str = "",
) -> str:
    """Add to a page the style sheets and scripts that it needs; to most pages, none.

    A page with an animation gets the script, one with a still image the style sheet alone. In the
    gallery animations stand in `<template>` elements, so its own script has to follow those.

    Args:
        html: The whole page, or its content alone.
        root: What leads from it to the root of the site: `../`.
        needs: What it needs besides, for a part of it that is hidden yet: see `asset_needs`.
        folder: Where in the site they are.
        excerpt_end: What ends the first part of the page, which is also shown alone, so that all
            that it needs has to be in it.
    """
    excerpt, end, rest = html.partition(excerpt_end) if excerpt_end else ("", "", html)
    own = asset_needs(excerpt)
    needs |= asset_needs(rest)
    if not own:
        return _inject_needed(html, f"{root}{folder}/", needs)
    rest = rest if needs <= own else _inject_needed(rest, f"{root}{folder}/", needs)
    return f"{_inject_needed(excerpt, f'{root}{folder}/', own)}{end}{rest}"


def _inject_needed(html: str, folder_url: str, needs: frozenset[str]) -> str:
    if _STYLE in needs:
        last = _GALLERY_END if _is_after(html, _GALLERY_END, _POSE_END) else _POSE_END
        html = _inject(html, POSE_ASSETS, last if _POSE_END in needs else "", folder_url)
    if _GALLERY_END in needs:
        html = _inject(html, GALLERY_ASSETS, _GALLERY_END, folder_url)
    return html


def _has_still(html: str) -> bool:
    matches = (match.start() for match in _STYLED_CLASS.finditer(html))
    # In a tag, the last bracket before the attribute is the one that opens the tag.
    return any(html.rfind("<", 0, at) > html.rfind(">", 0, at) for at in matches)


def _is_after(html: str, tag: str, other: str) -> bool:
    return html.rfind(tag) > html.rfind(other)


def _inject(html: str, assets: tuple[str, str], last: str, folder_url: str) -> str:
    """Add a style sheet, and a script behind the last of a tag; no tag, no script."""
    style, script = (escape(folder_url + published_name(name)) for name in assets)
    # Not in the head: what Material's instant navigation brings in with a page's content it
    # runs, and what it adds to the head it does not (read in 9.8).
    if last:
        html = _insert(html, _script_place(html, last), f'<script defer src="{script}"></script>')
    head = _HEAD.search(html)
    return _insert(html, head.end() if head else 0, f'<link rel="stylesheet" href="{style}">')


def _script_place(html: str, last: str) -> int:
    if last in html:
        return html.rfind(last) + len(last)
    end = html.rfind("</body")  # the page is encrypted, and has none of it yet
    return len(html) if end < 0 else end


def _insert(html: str, at: int, tag: str) -> str:
    return html[:at] + tag + html[at:]
