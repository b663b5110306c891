"""What the control of an animation is called, in the language of the site."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_ENGLISH = "en"


@cache
def label(language: str, *, starts: bool) -> str:
    """Return the name of a control.

    Args:
        language: Of the site's theme: `de`, `pt-BR`, `zh_Hant`; of an unknown one, English.
        starts: Whether the animation starts by itself, and the control pauses it; else it
            plays it.
    """
    pause, play = _named(language.lower().replace("_", "-"))
    return pause if starts else play


def _named(tag: str) -> list[str]:
    known = _labels()
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return known[tag or _ENGLISH]


@cache
def _labels() -> dict[str, list[str]]:
    text = (Path(__file__).parent / "labels.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found
