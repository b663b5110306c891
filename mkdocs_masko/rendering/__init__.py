"""From a pose and its arguments to HTML, through the files of `templates/masko/`."""

from mkdocs_masko.rendering.call import (
    FUNCTIONS,
    GALLERY,
    Arguments,
    Call,
    check_arguments,
    make_call,
    unknown_argument,
)
from mkdocs_masko.rendering.placeholders import MARK, Placeholders
from mkdocs_masko.rendering.renderer import (
    Embedder,
    ManifestUrls,
    Picture,
    Renderer,
    UrlResolver,
    templates_dir,
)
from mkdocs_masko.rendering.selection import Selection, Source, media_url, select, variants

__all__ = [
    "FUNCTIONS",
    "GALLERY",
    "MARK",
    "Arguments",
    "Call",
    "Embedder",
    "ManifestUrls",
    "Picture",
    "Placeholders",
    "Renderer",
    "Selection",
    "Source",
    "UrlResolver",
    "check_arguments",
    "make_call",
    "media_url",
    "select",
    "templates_dir",
    "unknown_argument",
    "variants",
]
