"""Files of the site that lie in no folder of the project.

MkDocs can hold the content of such a file in memory. Its path is then None, and plugins that look
at the path of every page end in a traceback (mkdocs-rss-plugin 1.19, mkdocs-static-i18n 1.3). So
each one is written to a folder of its own, never below `docs_dir`, which `serve` watches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.structure.files import File, InclusionLevel

from mkdocs_masko.temporary_folder import TemporaryFolder

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs.config.defaults import MkDocsConfig


class GeneratedFiles:
    """A temporary folder with the files that builds of one process generate."""

    def __init__(self) -> None:
        self._folder = TemporaryFolder()

    def file(
        self,
        config: MkDocsConfig,
        uri: str,
        content: str,
        *,
        inclusion: InclusionLevel = InclusionLevel.UNDEFINED,
    ) -> File:
        """Return a file of the site with some content.

        It is written anew by every build, so that `--dirty` takes it for modified. Where nothing
        can be written, its content stays in memory, and all other plugins do without its path.

        Args:
            config: The site's configuration.
            uri: The file's path, as if it lay in `docs_dir`.
            content: Its text.
            inclusion: Whether it is reported when `nav` leaves it out.
        """
        try:
            path = str(self._write(uri, content))
        except OSError:
            return File.generated(config, uri, content=content, inclusion=inclusion)
        return File.generated(config, uri, abs_src_path=path, inclusion=inclusion)

    def _write(self, uri: str, content: str) -> Path:
        path = self._folder.make() / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        return path
