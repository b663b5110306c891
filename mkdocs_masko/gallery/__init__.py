"""The gallery of all poses: what each card says, and the page that shows it."""

from mkdocs_masko.gallery.cards import (
    Card,
    FileRow,
    Frame,
    Group,
    groups,
    lines,
)
from mkdocs_masko.gallery.page import render, write

__all__ = [
    "Card",
    "FileRow",
    "Frame",
    "Group",
    "groups",
    "lines",
    "render",
    "write",
]
