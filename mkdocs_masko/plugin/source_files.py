"""The files that pages are written in: what messages call them, and what they may include."""

from __future__ import annotations

import os
import posixpath
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from mkdocs_masko.files import folder_prefix, relative_name
from mkdocs_masko.sources.included_texts import SNIPPETS, IncludeFolders, include_folders

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File
    from mkdocs.structure.pages import Page


def page_name(page: Page, config: MkDocsConfig) -> str:
    """Return a page's file, from the folder of `mkdocs.yml`."""
    moved = _moved_source(page.file, config)
    return moved or posixpath.join(docs_name(config), page.file.src_uri)


def file_name(path: str, config: MkDocsConfig) -> str:
    """Return the name of any file for messages, which never lies in a temporary folder.

    Args:
        path: Where it is.
        config: The site's configuration.
    """
    path = os.path.normpath(path)
    if _is_below(path, config.docs_dir):
        return posixpath.join(docs_name(config), relative_name(path, config.docs_dir))
    return relative_name(path, _settings_folder(config))


def docs_name(config: MkDocsConfig) -> str:
    """Return the docs folder, from that of `mkdocs.yml`.

    A plugin that builds from a copy, such as mkdocs-monorepo-plugin, puts a temporary folder in its
    place. That has no name, and neither has the folder of `mkdocs.yml` itself.
    """
    return _docs_name(config.docs_dir, str(_settings_folder(config)))


@cache
def _docs_name(docs_dir: str, folder: str) -> str:
    return "" if _is_temporary(docs_dir, folder) else folder_prefix(docs_dir, folder)


def _is_temporary(path: str, folder: str) -> bool:
    """Tell whether a path is in a temporary folder that the one of the project is not in."""
    for place in {gettempdir(), os.path.realpath(gettempdir())}:
        if _is_below(path, place):
            top = Path(place, Path(path).relative_to(place).parts[0])
            return top not in {Path(folder), *Path(folder).parents}
    return False


def _settings_folder(config: MkDocsConfig) -> Path:
    return Path(os.path.abspath(config.config_file_path or ".")).parent  # noqa: PTH100


def _moved_source(file: File, config: MkDocsConfig) -> str:
    """Return where a page was copied from into the docs folder, or an empty string.

    mkdocs-monorepo-plugin writes that into the file's path. Pages that a plugin has generated lie
    in temporary folders, as a rule.
    """
    path, folder = file.abs_src_path, _settings_folder(config)
    if path is None or file.generated_by or _is_below(path, config.docs_dir):
        return ""
    return "" if _is_temporary(path, str(folder)) else relative_name(path, folder)


def budgeted_page(page: Page, config: MkDocsConfig) -> str:
    """Return the name under which a page is weighed; empty for one that a plugin generates.

    The gallery is one of those, and so are the archives of a blog: no author can make them lighter.
    """
    if _is_below(page.file.abs_src_path, config.docs_dir) or _moved_source(page.file, config):
        return page_name(page, config)
    return ""


def where_to_include_from(config: MkDocsConfig) -> IncludeFolders:
    """Return where a site has what its pages may include."""
    macros, docstrings = config.plugins.get("macros"), config.plugins.get("mkdocstrings")
    return include_folders(
        _settings_folder(config),
        Path(config.docs_dir),
        snippets=config.mdx_configs.get(SNIPPETS) or {},
        macros=None if macros is None else macros.config,
        handlers={} if docstrings is None else docstrings.config.handlers,
    )


def _is_below(path: str | None, folder: str) -> bool:
    """Tell whether a file is in a folder, whose paths MkDocs writes in the same way.

    It is asked for each page, so the text decides where it can.
    """
    if path is None:
        return False
    return path.startswith(folder + os.sep) or Path(folder) in Path(path).parents
