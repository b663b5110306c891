"""From a pose and its arguments to HTML, through the files of `templates/masko/`."""

from mkdocs_masko.rendering.call import (
    FUNCTIONS,
    GALLERY,
    Arguments,
    Call,
    check,
    make_call,
    unknown_argument,
)
from mkdocs_masko.rendering.placeholders import MARK, Tokens
from mkdocs_masko.rendering.renderer import (
    AsWritten,
    Embedder,
    Picture,
    Place,
    Renderer,
    templates_dir,
)
from mkdocs_masko.rendering.selection import Source, View, media_url, variants, views

__all__ = [
    "FUNCTIONS",
    "GALLERY",
    "MARK",
    "Arguments",
    "AsWritten",
    "Call",
    "Embedder",
    "Picture",
    "Place",
    "Renderer",
    "Source",
    "Tokens",
    "View",
    "check",
    "make_call",
    "media_url",
    "templates_dir",
    "unknown_argument",
    "variants",
    "views",
]
