"""Snippets for VS Code: type the start of a pose's name, get what shows it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mkdocs_masko.listing import rows
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest


def snippets(manifest: Manifest, default: str) -> str:
    """Return a snippets file of all poses.

    Args:
        manifest: What pages may show.
        default: Alias of the collection whose poses need no prefix.

    Returns:
        JSON as VS Code reads it: https://code.visualstudio.com/docs/editor/userdefinedsnippets
    """
    entries: dict[str, dict[str, object]] = {}
    for written, name, still, animation in rows(manifest, default):
        reference = written.removeprefix("masko:")
        shown = f"{one_line(name)}: still {still}, animation {animation}"
        entries[f"{written} as an image"] = {
            "scope": "markdown",
            "prefix": [written, reference],
            "body": f"![${{1:{_escaped(name)}}}](masko:{_escaped(reference)})$0",
            "description": shown,
        }
        entries[f"{written} as a call"] = {
            "scope": "markdown,html,jinja-html",
            "prefix": [f"masko({reference}", f'masko("{reference}'],
            "body": f'{{{{ masko("{_escaped(reference)}", alt="${{1:{_escaped(name)}}}") }}}}$0',
            "description": shown,
        }
    return json.dumps(entries, indent=2, ensure_ascii=True) + "\n"


def _escaped(text: str) -> str:
    """Take their meaning from what means something in a snippet, or would end the text."""
    return re.sub(r"[\\$}]", r"\\\g<0>", re.sub(r'["\[\]]', "", text))
