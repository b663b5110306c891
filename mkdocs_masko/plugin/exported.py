"""Files that `sync --into` put into the docs, and what of them a site publishes.

More lie there than the site needs: a command cannot know what macros and templates will show, and
another host may need what the plugin brings along. MkDocs would copy all of them; so what no page
uses is taken out of the site's files, once the pages are rendered. A file that something names by
hand stays; what only a template names is put back later.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_masko.assets import FOLDER
from mkdocs_masko.assets.site_files import OURS, file_name
from mkdocs_masko.errors import MaskoError
from mkdocs_masko.files import relative_name
from mkdocs_masko.laid_files import INDEX, RECORD, parse_index, read_laid_files
from mkdocs_masko.plugin.log import note

if TYPE_CHECKING:
    from collections.abc import Container

    from mkdocs.structure.files import File, Files

    from mkdocs_masko.laid_files import Index
    from mkdocs_masko.manifest import Manifest

_TEXTS = {".css", ".htm", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".webmanifest", ".xml"}


class ExportedMedia:
    """Files in the docs that the site does not publish, as far as nothing names them.

    Args:
        folder: Where `sync --into` writes them.
        docs: The docs folder.
    """

    def __init__(self, folder: Path = Path(FOLDER), docs: Path = Path()) -> None:
        self._folder = folder
        self._uri = relative_name(folder, docs)
        self._mention = re.compile(rf"{re.escape(folder.name)}/({OURS.pattern})")
        self._unused: dict[str, File] = {}
        self._mentioned: set[str] = set()

    def withhold(self, files: Files, manifest: Manifest, used: Container[str]) -> Index:
        """Take out of a site's files what nothing uses.

        Only files of the plugin's own are taken out: their names have its form, and either stand
        in what `sync --into` wrote beside them, or are those of the manifest's media.

        Args:
            files: The site's.
            manifest: The media there are.
            used: The paths that pages and `include` use.

        Returns:
            The index without what was taken out.
        """
        index = self._read_index(files)
        names = {name for pose in index.values() for name in pose.values()}
        media = (medium for _, _, medium in manifest.media())
        names |= {file_name(medium, medium.sha256) for medium in media if medium.sha256}
        names |= self._recorded_names()
        in_docs = {name: files.get_file_from_path(f"{self._uri}/{name}") for name in sorted(names)}
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

    def _recorded_names(self) -> set[str]:
        try:
            return set(read_laid_files(self._folder).files)
        except MaskoError as error:  # more is published than readers need
            note(str(error))
            return set()

    def review(self, text: str) -> None:
        """Note which files a text names: a finished page, a style sheet, a script."""
        if self._unused:
            self._mentioned |= self._unused.keys() & set(self._mention.findall(text))

    def publish_mentioned(self) -> None:
        """Copy into the site what only templates name, which MkDocs has written by then."""
        for name in self._unused.keys() & self._mentioned:
            self._unused[name].copy_file()

    def _is_published(self, name: str) -> bool:
        """Tell whether a file is in the folder of the site that the index is about."""
        is_named = self._uri == FOLDER and name in self._mentioned
        return name not in self._unused or is_named

    def _read_index(self, files: Files) -> Index:
        """Take the index out of the site's files; one of somebody else stays."""
        file = files.get_file_from_path(f"{self._uri}/{INDEX}")
        is_recorded = (self._folder / RECORD).is_file()
        index = parse_index(file.content_bytes, is_recorded=is_recorded) if file else None
        if file is None or index is None:
            return {}
        files.remove(file)
        return index
