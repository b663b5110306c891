"""Media that the site itself serves, under names that may be cached for ever."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_masko.wording import slug

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.manifest import Medium

FOLDER = "assets/masko"
"""Where the plugin's files lie in the site."""

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
_HASH = re.compile(r"-[0-9a-f]{8,}\Z")  # the CDN's, which ours stands for


class Shelf:
    """Collects the files that pages use, so that only those are published.

    Args:
        find: Returns the file behind a medium's address, or None when readers get it from there.
    """

    def __init__(self, find: Callable[[str], Path | None]) -> None:
        self._find = find
        self._known: dict[str, str | None] = {}
        self.used: dict[str, Path] = {}

    def take(self, medium: Medium) -> str | None:
        """Note that a medium is used.

        Returns:
            Its path in the site, or None when it is not served by the site.
        """
        if medium.url not in self._known:
            file = self._find(medium.url)
            self._known[medium.url] = None if file is None else self._put(medium, file)
        return self._known[medium.url]

    def _put(self, medium: Medium, file: Path) -> str:
        path = f"{FOLDER}/{file_name(medium, file.read_bytes())}"
        self.used[path] = file
        return path


def file_name(medium: Medium, content: bytes) -> str:
    """Name a file by its content: `<slug>.<16 hex>.<ext>`.

    The extension is ours, from what the bytes are, and never that of the address.
    """
    stem = _HASH.sub("", Path(medium.url.rpartition("/")[2]).stem)
    plain = re.sub(r"[^a-z0-9]+", "-", slug(stem)).strip("-")[:_LONGEST_NAME] or "pose"
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"{plain}.{digest}.{_EXTENSIONS[medium.type]}"
