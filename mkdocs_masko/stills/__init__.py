"""Small forms of a still: AVIF, WebP and PNG at the widths that a page's boxes ask for."""

from __future__ import annotations

from mkdocs_masko.stills.batch import encode_all
from mkdocs_masko.stills.encoding import encode
from mkdocs_masko.stills.forms import Form, Format, forms
from mkdocs_masko.stills.settings import SETTINGS

__all__ = ["SETTINGS", "Form", "Format", "encode", "encode_all", "forms"]
