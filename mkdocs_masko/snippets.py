"""What an author types to show a pose: a Markdown image, a macro, or an HTML tag.

`markdown/syntax.py` reads what is written here.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from mkdocs_masko.text import replace_controls
from mkdocs_masko.urls import SCHEME

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Match

_LONGEST = 80  # characters of a name; a longer one is no alt text
_MARKDOWN = frozenset("\\`*_[]{}")
_ENTITIES = str.maketrans({"`": "&#96;", "[": "&#91;", "{": "&#123;"})
_NOT_IN_A_URL = re.compile(r"[^\w.-]")


class Snippet(Struct, frozen=True, kw_only=True):
    """A text to copy, with the part that authors are most likely to edit.

    Attributes:
        before: What comes before the alt text.
        alt: The pose's name as alt text, escaped for where it stands.
        after: What comes after it.
    """

    before: str
    alt: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.alt}{self.after}"


def image_snippet(match: Match, default: str) -> Snippet:
    """Write a pose as an image: `![Plush Swagger](masko:owl/plush-swagger)`."""
    url = _url(match, default)
    return Snippet(before="![", alt=escape_markdown(match.pose.name), after=f"]({url})")


def macro_snippet(match: Match, default: str) -> Snippet:
    """Write a pose as a macro: `{{ masko("wave", alt="Wave") }}`."""
    reference = _string(match.reference(default))
    before, alt = f"{{{{ masko({reference}, alt=", _string(_short(match.pose.name))
    return Snippet(before=before + '"', alt=alt[1:-1], after='") }}')


def html_snippet(match: Match, default: str) -> Snippet:
    """Write a pose as an HTML tag: `<img src="masko:wave" alt="Wave">`."""
    # Inside a tag too, Markdown looks for code and images, and we for macros.
    alt = escape(_short(match.pose.name)).translate(_ENTITIES)
    return Snippet(before=f'<img src="{_url(match, default)}" alt="', alt=alt, after='">')


def escape_markdown(text: str) -> str:
    """Write a text so that Markdown shows it as it is, on one line of at most 80 characters."""
    return "".join(
        f"\\{char}" if char in _MARKDOWN else escape(char, quote=False) for char in _short(text)
    )


def _short(text: str) -> str:
    line = replace_controls(text).strip()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def _url(match: Match, default: str) -> str:
    parts = match.reference(default).split("/")
    return SCHEME + "/".join(_NOT_IN_A_URL.sub(_percent, part) for part in parts)


def _percent(odd: re.Match[str]) -> str:
    return quote(odd[0], safe="", errors="replace")


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
