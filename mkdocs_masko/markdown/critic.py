"""Poses beside Critic Markup, which `pymdownx.critic` reads in the source before anything else.

What stands in a macro, in the alt text of a pose and in its attribute list is an argument:
`alt="{++new++}"`. Around it, and around everything that is no pose, it stays Critic Markup.
"""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, TypeAlias

from markdown.blockprocessors import ReferenceProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import STX

from mkdocs_masko.markdown.syntax import ATTRIBUTES, CALL, ends_image
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    _References: TypeAlias = Mapping[str, tuple[str, str | None]]

_HIDDEN = f"{{{STX}"  # no page can have that: the parser drops the character from its source
_MARK = re.compile(r"\{(?=\+\+|--|==|>>|~~)")
_ARGUMENT = rf"{CALL}|{ATTRIBUTES}|!\[[^\[\]\n]{{0,1000}}\]"  # the last is an alt text
_NAME = re.compile(r" ?(?:\n *)?\[[^\[\]]*\]")  # of a reference, behind an alt text
_LONGEST_SCHEME = 100  # characters, however it is escaped


class CriticGuard(Preprocessor):
    """Hides the braces of Critic Markup in arguments of poses."""

    def run(self, lines: list[str]) -> list[str]:
        """Put a mark behind such braces."""
        if "critic" not in self.md.preprocessors or not any("masko" in line for line in lines):
            return lines
        text = "\n".join(lines)
        # Compiled here, and kept by `re`: few sites have Critic Markup.
        hide = partial(_hide, _references(text))
        return re.sub(_ARGUMENT, hide, text, flags=re.DOTALL).split("\n")


class CriticRelease(Preprocessor):
    """Shows the same braces again."""

    def run(self, lines: list[str]) -> list[str]:
        """Take the marks away."""
        return [line.replace(_HIDDEN, "{") for line in lines]


def _references(text: str) -> _References:
    """Return the URLs and titles of a source's references by name; the parser reads them later."""
    return {
        " ".join(match[1].lower().split()): (match[2].strip("<>"), match[5] or match[6])
        for match in ReferenceProcessor.RE.finditer(text)
    }


def _hide(references: _References, match: re.Match[str]) -> str:
    text, is_ours = match.string, True
    if match["attributes"] is not None:
        is_ours = ends_image(text, match.start(), references)
    elif match["function"] is None:
        is_ours = _is_pose(text, match.end(), references)
    return _MARK.sub(_HIDDEN, match[0]) if is_ours else match[0]


def _is_pose(text: str, end: int, references: _References) -> bool:
    """Tell whether an image, whose alt text ends at a position, is a pose."""
    if text.startswith("(", end):
        url = text[end + 1 : end + _LONGEST_SCHEME].lstrip(" \n<")
        return pose_of(unescape(url)) is not None
    name = _NAME.match(text, end)
    return ends_image(text, name.end() if name else end, references)
