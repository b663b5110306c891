"""What the site's own files are called: names that may be cached for ever."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_masko.text import slug
from mkdocs_masko.variants import SETTINGS

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.variants import Form

FOLDER = "assets/masko"
"""Where the plugin's files lie in the site."""

OURS = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.[a-z0-9]{3,4}")
"""What every name of a medium looks like."""

_EXTENSIONS = {
    "image/avif": "avif",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_LONGEST_NAME = 48
_SHOWN = 16  # hex digits of a hash: no two of 10,000 files are alike by chance
_HASH = re.compile(r"-[0-9a-f]{8,}\Z")  # the CDN's, which ours stands for


def file_name(medium: Medium, sha256: str) -> str:
    """Name a file by its content: `<slug>.<16 hex>.<ext>`.

    The extension is ours, from what the bytes are, and never that of the address.
    """
    return f"{_stem(medium)}.{sha256[:_SHOWN]}.{_EXTENSIONS[medium.type]}"


def form_name(medium: Medium, sha256: str, form: Form) -> str:
    """Name a small form by what it is made of, and how, before there is one."""
    made = f"{sha256} {form.format} {form.width}x{form.height} {SETTINGS}"
    digest = hashlib.sha256(made.encode()).hexdigest()[:_SHOWN]
    return f"{_stem(medium)}.{digest}.{form.format}"


def _stem(medium: Medium) -> str:
    stem = _HASH.sub("", Path(medium.url.rpartition("/")[2]).stem)
    return re.sub(r"[^a-z0-9]+", "-", slug(stem)).strip("-")[:_LONGEST_NAME] or "pose"
