"""Zensical, as far as an extension sees it.

It renders each page in a new parser, which has an extension of Zensical's own that holds the page
and the configuration (read in Zensical 0.0.73, `markdown/render.py` and `extensions/context.py`).
Nothing of it is imported here.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

from mkdocs_masko.files import relative_name
from mkdocs_masko.links import resolve_link
from mkdocs_masko.palette import opening_palette

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from markdown import Markdown
    from mkdocs_masko.rendering import SitePalette

_CONTEXT: Final = "zensical.extensions.context"
_CONFIG: Final = "zensical.config"
_EXCERPT_END: Final = "<!-- more -->"  # the default of the plugin `blog`
_CONFIG_SUFFIXES: Final = (".toml", ".yml", ".yaml")
_DOCS_SETTINGS: Final = ("docs_dir", "draft_docs", "exclude_docs", "use_directory_urls")

ROOT: Final = "/.masko-root./"
"""Stands for the root of the site, so that an embed is the same on all pages."""


class Project(Struct, frozen=True, kw_only=True):
    """A site, as its configuration describes it.

    Attributes:
        folder: That of the configuration.
        config_file: Its file; None if it has a name that nobody knows.
        docs_dir: The docs folder.
        docs_settings: The options that say which of its files become pages, and where.
        overrides: Folders with templates of the theme's.
        language: That of the theme.
        palette: The palette that the site opens in.
        site_url: The URL of the site, or an empty string.
        excerpt_ends: What ends the excerpts of posts, of which Zensical makes pages of their own.
    """

    folder: Path
    config_file: Path | None
    docs_dir: Path
    docs_settings: Mapping[str, Any]
    overrides: tuple[Path, ...]
    language: str
    palette: SitePalette
    site_url: str
    excerpt_ends: tuple[str, ...]


def is_running() -> bool:
    """Tell whether Zensical runs: markdown-exec imports a part of it wherever it is installed."""
    module = sys.modules.get(_CONFIG)
    return module is not None and module.get_config() is not None


def context_of(md: Markdown) -> Any:  # noqa: ANN401 - Zensical's own class
    """Return what holds the page and the configuration that a parser works for, if it does."""
    return next((each for each in md.preprocessors if type(each).__module__ == _CONTEXT), None)


def is_serving() -> bool:
    """Tell whether `zensical serve` runs, which an exception would end.

    Extensions are not told; the command says it.
    """
    return sys.argv[1:2] == ["serve"]


def read_project(config: Mapping[str, Any]) -> Project:
    """Take from a configuration what poses depend on."""
    theme = config["theme"]
    folder = Path(config["root_dir"])
    custom_dir = theme.get("custom_dir")
    overrides = [folder / custom_dir] if custom_dir else []
    return Project(
        folder=folder,
        config_file=_config_file(folder),
        docs_dir=folder / config["docs_dir"],
        docs_settings={name: config.get(name) for name in _DOCS_SETTINGS},
        overrides=tuple(path for path in overrides if (path / "masko").is_dir()),
        language=str(theme.get("language") or "en"),
        palette=opening_palette(theme),
        site_url=config.get("site_url") or "",
        excerpt_ends=tuple(_excerpt_ends(config)),
    )


def _excerpt_ends(config: Mapping[str, Any]) -> Iterator[str]:
    with suppress(LookupError, TypeError, AttributeError):  # another version has another form
        for blog in config["plugins"]["blogs"]["config"]:
            yield str(blog["config"].get("post_excerpt_separator") or _EXCERPT_END)


def _config_file(folder: Path) -> Path | None:
    """Return the configuration that is in a folder: the command line says it, or its name does."""
    from mkdocs_masko.site_config.settings import ZENSICAL_NAMES  # noqa: PLC0415 - YAML comes with it

    typed = [text.rpartition("=")[2].removeprefix("-f") for text in sys.argv[2:]]
    named = [os.path.abspath(text) for text in typed if text.endswith(_CONFIG_SUFFIXES)]  # noqa: PTH100 - as Zensical, which follows no links
    paths = (*map(Path, named), *(folder / name for name in ZENSICAL_NAMES))
    return next((path for path in paths if path.parent == folder and path.is_file()), None)


class HostPage(Protocol):
    """A page, as Zensical has it.

    Attributes:
        path: Its file, from the docs folder: `guide/page.md`.
        url: Its URL, from the root of the site: `guide/page/`.
        meta: Its front matter.
    """

    path: str
    url: str
    meta: dict[str, Any]


class ZensicalPage:
    """A page of the site.

    Attributes:
        page: The page, for Zensical.
        project: The site.
        config: Its configuration.
        root: Stands for what leads to the root of the site, until the page is finished.
    """

    root = ROOT

    def __init__(self, page: HostPage, project: Project, config: Mapping[str, Any]) -> None:
        self.page, self.project, self.config = page, project, config
        self.language, self.palette = project.language, project.palette
        self.site_url = project.site_url and project.site_url.rstrip("/") + ROOT

    @cached_property
    def name(self) -> str:
        """The file, from the folder of the configuration."""
        return relative_name(self.project.docs_dir / self.page.path, self.project.folder)

    @property
    def to_docs(self) -> str:
        """What leads from the page's file to the docs folder: `../`."""
        return "../" * self.page.path.count("/")

    @property
    def to_root(self) -> str:
        """What leads from the page's URL to the root of the site: `../../`."""
        return "../" * self.page.url.count("/")

    def link(self, href: str) -> str:
        """Return the link as it is: Zensical resolves it, as it does with links of Markdown."""

        def url_of(uri: str) -> str | None:
            return uri if (self.project.docs_dir / uri).is_file() else None

        resolve_link(href, self.page.path, url_of)
        return href

    def sources(self) -> Iterable[tuple[str, str]]:
        """Return the source, with its front matter."""
        path = self.project.docs_dir / self.page.path
        return ((self.name, path.read_text(encoding="utf-8-sig", errors="replace")),)

    def included(self) -> Iterable[tuple[str, str]]:
        """Return what the page includes, and what documents and macros it shows."""
        return self._included

    @cached_property
    def _included(self) -> list[tuple[str, str]]:
        # Only for problems; they bring in what Python-Markdown alone does not need, such as YAML.
        from mkdocs_masko.site_config.settings import options_of  # noqa: PLC0415
        from mkdocs_masko.sources.included_texts import (  # noqa: PLC0415
            SNIPPETS,
            find_included,
            include_folders,
        )
        from mkdocs_masko.sources.macros_plugin import PLUGIN  # noqa: PLC0415

        folder, path = self.project.folder, self.project.docs_dir / self.page.path
        configs = self.config.get("mdx_configs", {})
        extensions = {n: configs.get(n) for n in self.config.get("markdown_extensions", [])}
        docstrings = options_of("mkdocstrings", extensions, {}) or {}
        folders = include_folders(
            folder,
            self.project.docs_dir,
            snippets=extensions.get(SNIPPETS) or {},
            macros=options_of(PLUGIN, extensions, {}),
            handlers=docstrings.get("handlers") or {},
        )
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        return find_included(text, path.parent, folders, partial(relative_name, folder=folder))
