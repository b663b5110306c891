"""Media that `sync --into` put into the docs, and what of them a site publishes.

All media lie there, because a command cannot know what macros and templates will show. MkDocs
would copy all of them; so what no page uses is taken out of the site's files, once the pages are
rendered. A file that something names by hand stays; what only a template names is put back later.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_masko.assets import FOLDER
from mkdocs_masko.assets.site_files import OURS, file_name

if TYPE_CHECKING:
    from collections.abc import Container

    from mkdocs.structure.files import File, Files

    from mkdocs_masko.manifest import Manifest

Index = dict[str, dict[str, str]]
"""The names of media by pose and key."""

INDEX = f"{FOLDER}/files.json"
"""The index of a folder of media, in the docs and in the site."""

_MENTION = re.compile(rf"masko/({OURS.pattern})")
_TEXTS = {".css", ".htm", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".webmanifest", ".xml"}


class ExportedMedia:
    """Media in the docs that the site does not publish, as far as nothing names them."""

    def __init__(self) -> None:
        self._unused: dict[str, File] = {}
        self._mentioned: set[str] = set()

    def withhold(self, files: Files, manifest: Manifest, used: Container[str]) -> Index:
        """Take out of a site's files what nothing uses.

        Only files of the plugin's own are taken out: their names have its form, and either stand
        in the index that `sync --into` wrote beside them, or are those of the manifest's media.

        Args:
            files: The site's.
            manifest: The media there are.
            used: The paths that pages and `include` use.

        Returns:
            The index without what was taken out.
        """
        index = _read_index(files)
        names = {name for pose in index.values() for name in pose.values()}
        media = (medium for _, _, medium in manifest.media())
        names |= {file_name(medium, medium.sha256) for medium in media if medium.sha256}
        in_docs = {name: files.get_file_from_path(f"{FOLDER}/{name}") for name in sorted(names)}
        self._unused = {n: file for n, file in in_docs.items() if file and file.src_uri not in used}
        if self._unused:
            for file in files:
                if PurePosixPath(file.src_uri).suffix in _TEXTS:
                    self.review(file.content_bytes.decode(errors="replace"))
        for name in self._unused.keys() - self._mentioned:
            files.remove(self._unused[name])
        return {
            pose: kept
            for pose, keys in index.items()
            if (kept := {key: name for key, name in keys.items() if self._is_published(name)})
        }

    def review(self, text: str) -> None:
        """Note which files a text names: a finished page, a style sheet, a script."""
        if self._unused:
            self._mentioned |= self._unused.keys() & set(_MENTION.findall(text))

    def publish_mentioned(self) -> None:
        """Copy into the site what only templates name, which MkDocs has written by then."""
        for name in self._unused.keys() & self._mentioned:
            self._unused[name].copy_file()

    def _is_published(self, name: str) -> bool:
        return name not in self._unused or name in self._mentioned


def _read_index(files: Files) -> Index:
    """Take the index of an earlier export out of the site's files; a file of another kind stays."""
    file = files.get_file_from_path(INDEX)
    if file is not None:
        with suppress(OSError, ValueError, AttributeError, TypeError):
            content: Index = json.loads(file.content_string)
            names = [name for pose in content.values() for name in pose.values()]
            if all(OURS.fullmatch(name) for name in names):
                files.remove(file)
                return content
    return {}
