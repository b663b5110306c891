"""The style sheet and the script: files named by their content, on pages with a pose alone."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, FileSystemLoader
from mkdocs.structure.files import File

from mkdocs_masko.assets import FOLDER
from mkdocs_masko.rendering import templates_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from mkdocs_masko.macros import JinjaFunction

SHIPPED = ("masko.css", "masko.js")
"""The files, by their names in `templates/masko/`."""

_SHOWN = re.compile(r"""<masko-pose\b|<[a-z-]+\b[^<>]*\sclass="(?:[^"<>]* )?masko[ "]""")
_POSE = "</masko-pose>"
GALLERY = "</masko-gallery>"
"""How a catalogue ends, in which poses stand in templates, where no script runs."""
# Behind the character set, which browsers look for in the first 1,024 bytes, and before all other
# sheets, so that those of the theme and of the author have the last word.
_HEAD = re.compile(
    r"<head\b[^>]*>(?:\s*<meta\s+charset[^>]*>)?|<html\b[^>]*>(?!\s*<head)|<!doctype[^>]*>(?!\s*<html)",
    re.IGNORECASE,
)


def shipped_file(name: str) -> Path:
    """Return where a file that ships lies."""
    return templates_dir() / "masko" / name


@cache
def site_path(name: str) -> str:
    """Return where a file stands in the site; other content is another path."""
    stem, _, extension = name.rpartition(".")
    digest = hashlib.sha256(shipped_file(name).read_bytes()).hexdigest()[:16]
    return f"{FOLDER}/{stem}.{digest}.{extension}"


def add_shipped(files: Files, config: MkDocsConfig) -> None:
    """Publish the files with the site."""
    for name in SHIPPED:
        ours = str(shipped_file(name))
        files.append(File.generated(config, site_path(name), abs_src_path=ours))


def inject_pose_assets(html: str, relative: Callable[[str], str]) -> str:
    """Add the style sheet to a page that shows a pose, and the script to one with an animation.

    Args:
        html: The whole page.
        relative: Returns the address, from that page, of a file of the site.
    """
    if _SHOWN.search(html) is None:
        return html
    last = max(_POSE, GALLERY, key=html.rfind) if _POSE in html else _POSE
    return inject_assets(html, SHIPPED, last, relative)


def inject_assets(
    html: str, shipped: tuple[str, str], last: str, relative: Callable[[str], str]
) -> str:
    """Add a style sheet to the head of a page, before all others, and a script to its content.

    Args:
        html: The whole page.
        shipped: The names of the two files.
        last: What the script follows, where it stands last; without it there is no script.
        relative: Returns the address, from that page, of a file of the site.
    """
    style, script = (escape(relative(site_path(name))) for name in shipped)
    # Not in the head: what Material's instant navigation brings in with a page's content it
    # runs, and what it adds to the head it does not (read in 9.8).
    end = html.rfind(last)
    if end >= 0:
        html = _put(html, end + len(last), f'<script defer src="{script}"></script>')
    head = _HEAD.search(html)
    return _put(html, head.end() if head else 0, f'<link rel="stylesheet" href="{style}">')


def _put(html: str, at: int, tag: str) -> str:
    return html[:at] + tag + html[at:]


def register_macros(config: MkDocsConfig, offered: dict[str, JinjaFunction]) -> None:
    """Register our functions with mkdocs-macros, where that is used."""
    macros = config.plugins.get("macros")
    if macros is not None:
        with suppress(KeyError):  # built before with the same configuration, and so registered
            macros.register_macros(offered)


def offer_imports(config: MkDocsConfig) -> None:
    """Let pages import our macros too, as soon as mkdocs-macros has its environment."""
    macros = config.plugins.get("macros")
    if macros is not None:
        add_templates(macros.env)


def add_templates(env: Environment) -> None:
    """Let templates of an environment import ours."""
    ours = FileSystemLoader(templates_dir())
    env.loader = ChoiceLoader([env.loader, ours]) if env.loader else ours
