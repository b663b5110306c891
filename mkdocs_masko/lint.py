"""The pages of a site held against the manifest, without MkDocs and without a build."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from mkdocs_masko.build import BuildSession, Problem
from mkdocs_masko.errors import OptionError
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.markdown.reader import Reader
from mkdocs_masko.markdown.syntax import LITERALS_ONLY
from mkdocs_masko.mkdocs_yml import by_name, plugins_of
from mkdocs_masko.rendering import StandalonePage
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.manifest import Manifest

_FRONT_MATTER: Final = re.compile(r"\A-{3}[ \t]*\n.*?\n(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)
_SUFFIXES: Final = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")


class _Page(StandalonePage):
    """A page that is checked without its site."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text

    def text(self) -> str:
        return self._text


def bad_references(
    folder: Path, said: Mapping[str, Any], manifest: Manifest, default: str
) -> list[Problem]:
    """Find every pose that pages name and the manifest lacks, and every slip in an argument.

    Args:
        folder: Where the site's configuration lies.
        said: The configuration.
        manifest: What may be shown.
        default: Alias of the collection that names without one are looked up in.

    Raises:
        OptionError: A page cannot be read.
    """
    build = BuildSession(manifest, default=default, overrides=[], hosting=CdnHosting())
    reader = Reader(build.embedder, build.placeholders, by_name(said.get("markdown_extensions")))
    for page in _pages(folder, str(said.get("docs_dir") or "docs")):
        build.enter(page)
        reader.read(_FRONT_MATTER.sub("", page.text()))
    computed = "macros" in plugins_of(said)  # a template engine will read what we cannot
    return [p for p in build.sorted_problems() if not (computed and LITERALS_ONLY in p.message)]


def _pages(folder: Path, docs_dir: str) -> Iterator[_Page]:
    """Yield the pages that may show poses, in the order of their names."""
    docs = folder / docs_dir
    for path in sorted(docs.rglob("*")):
        inside = path.relative_to(docs)
        if path.suffix not in _SUFFIXES or any(part.startswith(".") for part in inside.parts):
            continue
        name = posixpath.join(os.path.relpath(docs, folder), inside.as_posix())
        text = _text(path, name)
        if "masko" in text:
            yield _Page(name, text)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise OptionError(f"{sanitize(name)}: cannot be read: {reason}") from None
