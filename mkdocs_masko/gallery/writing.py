"""What to write on a page for a pose, ready to be copied."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from mkdocs_masko.text import visible

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Match

_LONGEST = 80  # characters of a name; a longer one is no text for a picture
_MARKS = re.compile(r"[\\`*_\[\](){}#!|~^=+.:$/'\"-]")
_ACTING = frozenset("\\`*_[]{}")
_ODD = re.compile(r"[^\w.-]")


def to_write(match: Match, default: str) -> str:
    """Return the Markdown that shows a pose: `![Plush Swagger](masko:owl/plush-swagger)`."""
    return f"![{escaped(match.pose.name)}](masko:{_address(match.reference(default))})"


def _address(name: str) -> str:
    return "/".join(_ODD.sub(_percent, part) for part in name.split("/"))


def _percent(odd: re.Match[str]) -> str:
    return quote(odd[0], safe="", errors="replace")


def escaped(text: str) -> str:
    """Write a text so that Markdown shows it as it is, on one line."""
    short = visible(text).strip()
    short = short if len(short) <= _LONGEST else short[: _LONGEST - 1].rstrip() + "…"
    return "".join(_safe(char) for char in short)


def _safe(char: str) -> str:
    return f"\\{char}" if char in _ACTING else escape(char, quote=False)
