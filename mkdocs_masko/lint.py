"""Check pages against the manifest without MkDocs and without a build: `mkdocs-masko check`.

Each page goes through the same Markdown extension and the same session as in a build, so that the
problems are the same, with the same places. What is left out is what cannot change a pose's
reference: the theme, other plugins, and Markdown extensions that do not decide what is code.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from mkdocs_masko.assets import SiteFiles
from mkdocs_masko.build import COPIED_SUFFIXES, BuildSession, Problem
from mkdocs_masko.errors import OptionError
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.markdown.reader import PageReader
from mkdocs_masko.markdown.syntax import LITERALS_ONLY
from mkdocs_masko.mkdocs_yml import by_name, plugins_of
from mkdocs_masko.rendering import StandalonePage
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import may_name_pose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mkdocs_masko.manifest import Manifest

# The suffixes that MkDocs takes for Markdown (mkdocs.utils.markdown_extensions).
_SUFFIXES: Final = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")

# YAML front matter as MkDocs reads it (mkdocs.utils.meta): it may end with `---` or `...`.
_FRONT_MATTER: Final = re.compile(r"\A-{3}[ \t]*\n.*?\n(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)


def find_bad_references(
    folder: Path, config: Mapping[str, Any], manifest: Manifest, default: str
) -> list[Problem]:
    """Find every pose that pages name and the manifest lacks, and every invalid argument.

    Args:
        folder: The folder of `mkdocs.yml`.
        config: The content of `mkdocs.yml`.
        manifest: What pages may show.
        default: Alias of the collection for references without one.

    Raises:
        OptionError: A page cannot be read.
    """
    hosting = CdnHosting(SiteFiles())  # nothing is published, so no file needs a name
    build = BuildSession(manifest, default=default, overrides=[], hosting=hosting)
    reader = PageReader(
        build.embedder, build.placeholders, by_name(config.get("markdown_extensions"))
    )
    docs_dir = str(config.get("docs_dir") or "docs")
    for name, path in _files(folder, docs_dir, _SUFFIXES):
        page = _Page(name, _read_page(path, name))
        if may_name_pose(page.text()):  # most pages have none, and parsing is slow
            build.enter(page)
            reader.read(_FRONT_MATTER.sub("", page.text()))
    for name, path in _files(folder, docs_dir, COPIED_SUFFIXES):
        build.review_file(name, path.read_text(encoding="utf-8", errors="replace"))
    problems = build.sorted_problems()
    if "macros" in plugins_of(config):  # it evaluates variables, whose values only a build knows
        problems = [problem for problem in problems if LITERALS_ONLY not in problem.message]
    return problems


class _Page(StandalonePage):
    """A page outside of a site. URLs stay as they are: nobody looks at the HTML."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text

    def text(self) -> str:
        return self._text


def _files(folder: Path, docs_dir: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Yield files of the docs folder, in the order of their names, with their names in messages."""
    docs = folder / docs_dir
    for path in sorted(docs.rglob("*")):
        inside = path.relative_to(docs)
        is_hidden = any(part.startswith(".") for part in inside.parts)  # MkDocs leaves them out
        if path.suffix in suffixes and not is_hidden and path.is_file():
            yield posixpath.join(os.path.relpath(docs, folder), inside.as_posix()), path


def _read_page(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise OptionError(f"{sanitize(name)}: cannot be read: {reason}") from None
