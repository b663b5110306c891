"""The files of a site's docs folder without MkDocs: which there are, and which become pages.

What is left out, and why, follows MkDocs: `exclude_docs`, `draft_docs`, and a README beside an
index (read in MkDocs 1.6.1, `structure/files.py` and `utils/meta.py`; ProperDocs 1.6.7 is equal,
and Zensical 0.0.73 differs in the suffixes of pages alone).
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import yaml
from msgspec import Struct
from pathspec import GitIgnoreSpec

from mkdocs_masko.errors import OptionError
from mkdocs_masko.files import fold_name, folder_prefix
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MKDOCS_SUFFIXES: Final = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""Those that MkDocs takes for Markdown (mkdocs.utils.markdown_extensions)."""

_INDEX_NAMES: Final = ("index", "README")
_ALWAYS_EXCLUDED: Final = (".*", "/templates/")  # `exclude_docs` can take them back: `!.well-known`

# YAML front matter as MkDocs reads it: it may end with `---` or `...`.
_YAML: Final = re.compile(r"\A-{3}[ \t]*\n(.*?\n)(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)
# The other form that it knows, of MultiMarkdown: `Title: Home` in the first lines.
_PAIR: Final = re.compile(r"[ ]{0,3}(?P<key>[A-Za-z0-9_-]+):\s*(?P<value>.*)")
_CONTINUATION: Final = re.compile(r"(?:[ ]{4}|\t)\s*(?P<value>.*)")


class DocsFile(Struct, frozen=True, kw_only=True):
    """A file of the docs folder that is part of the site.

    Attributes:
        uri: Its path in the docs folder: `guide/index.md`.
        name: Its path from the folder of the site's configuration, for messages:
            `docs/guide/index.md`.
        path: Where it is.
        is_page: Whether it is Markdown.
    """

    uri: str
    name: str
    path: Path
    is_page: bool

    def text(self) -> str:
        """Return the source of a page.

        Raises:
            OptionError: It cannot be read.
        """
        return read_text(self.path, self.name)


def read_text(path: Path, name: str, *, errors: str = "strict") -> str:
    """Return the text of a file, without a byte order mark.

    Args:
        path: The file.
        name: What messages call it.
        errors: What becomes of bytes that are no UTF-8, as in `bytes.decode`.

    Raises:
        OptionError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig", errors=errors)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise OptionError(f"{sanitize(name)}: cannot be read: {reason}") from None


class DocsFolder:
    """The docs folder of a site.

    Args:
        folder: The folder of the site's configuration.
        settings: The content of the site's configuration.
        suffixes: Those of pages.

    Attributes:
        path: Where it is.
        uris: The paths of all files in the docs folder, excluded ones too.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any],
        suffixes: tuple[str, ...] = MKDOCS_SUFFIXES,
    ) -> None:
        self._suffixes = suffixes
        self.path = Path(os.path.normpath(folder / str(settings.get("docs_dir") or "docs")))
        self._name = folder_prefix(self.path, folder)
        self._excluded = _spec([*_ALWAYS_EXCLUDED, *_lines(settings.get("exclude_docs"))])
        self._drafts = _spec(_lines(settings.get("draft_docs")))
        self._has_page_folders = settings.get("use_directory_urls") is not False
        self.uris = frozenset(self._walk())

    def files(self) -> list[DocsFile]:
        """Return the files that are part of the site, in the order of their paths."""
        files: dict[tuple[str, str], str] = {}
        for uri in sorted(filter(self._is_published, self.uris), key=_order):
            # Of a README and an index in one folder, the index comes last.
            files[posixpath.dirname(uri), self.target(uri)] = uri
        return [self._file(uri) for uri in sorted(files.values(), key=PurePosixPath)]

    def _file(self, uri: str) -> DocsFile:
        return DocsFile(
            uri=uri,
            name=posixpath.join(self._name, uri),
            path=self.path / uri,
            is_page=uri.endswith(self._suffixes),
        )

    def target(self, uri: str) -> str:
        """Return the path in the site of what becomes of a file: `guide/index.html`."""
        path = PurePosixPath(uri)
        if not uri.endswith(self._suffixes):
            return uri
        if path.stem in _INDEX_NAMES:
            return path.with_name("index.html").as_posix()
        if self._has_page_folders:
            return path.with_name(path.stem).joinpath("index.html").as_posix()
        return path.with_suffix(".html").as_posix()

    def find_replaced(self, uri: str) -> DocsFile | None:
        """Return the file that has the URL of a page, or would have it, on some system.

        A file that is excluded or a draft is the author's all the same; one of the site goes first.
        """
        place = fold_name(self.target(uri))
        others = (self._file(each) for each in sorted(self.uris))
        for file in (*self.files(), *others):
            if fold_name(self.target(file.uri)) == place:
                return file
        return None

    def _walk(self) -> Iterator[str]:
        for folder, _, names in os.walk(self.path, followlinks=True):
            inside = Path(folder).relative_to(self.path)
            yield from ((inside / name).as_posix() for name in names)

    def _is_published(self, uri: str) -> bool:
        return not (self._excluded.match_file(uri) or self._drafts.match_file(uri))


def _order(uri: str) -> tuple[str, bool, str]:
    folder, name = posixpath.split(uri)
    return folder, posixpath.splitext(name)[0] == "index", name


def _lines(patterns: object) -> list[str]:
    """Return the lines of an option that holds patterns; MkDocs refuses anything but text."""
    return patterns.splitlines() if isinstance(patterns, str) else []


def _spec(lines: list[str]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(lines)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the front matter of a page, and the page without it."""
    match = _YAML.match(text)
    if match is None:
        return _split_pairs(text)
    try:
        meta = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError):
        return {}, text
    return (meta, text[match.end() :]) if isinstance(meta, dict) else ({}, text)


def _split_pairs(text: str) -> tuple[dict[str, Any], str]:
    meta: dict[str, Any] = {}
    key, lines = "", text.splitlines()
    while lines and lines[0].strip():
        pair, more = _PAIR.match(lines[0]), _CONTINUATION.match(lines[0])
        if pair:
            key = pair["key"].lower()
        elif not (more and key):
            break
        value = (pair or more)["value"].strip()  # type: ignore[index] # one of them matched
        meta[key] = f"{meta[key]} {value}" if key in meta else value
        lines.pop(0)
    return (meta, "\n".join(lines)) if meta else ({}, text)
