"""The catalogue of all poses: what each card says, and the page that shows it."""

from mkdocs_masko.gallery.cards import Card, Frame, Group, groups
from mkdocs_masko.gallery.gaps import Gap, gaps
from mkdocs_masko.gallery.lines import Line, lines
from mkdocs_masko.gallery.page import render
from mkdocs_masko.gallery.standalone import write
from mkdocs_masko.gallery.writing import escaped, to_write

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
