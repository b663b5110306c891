"""The catalogue of all poses: what each card says, and the page that shows it."""

from mkdocs_masko.gallery.cards import (
    Card,
    Frame,
    Gap,
    Group,
    Line,
    escaped,
    gaps,
    groups,
    lines,
    to_write,
)
from mkdocs_masko.gallery.page import render, write

__all__ = [
    "Card",
    "Frame",
    "Gap",
    "Group",
    "Line",
    "escaped",
    "gaps",
    "groups",
    "lines",
    "render",
    "to_write",
    "write",
]
