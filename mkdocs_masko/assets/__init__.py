"""Media that the site itself serves: fetched, verified, made small, and named for ever.

`naming` says what files are called and `shelf` collects what pages use; `gathering` gets the bytes
from `cache`, `originals`, `remote` or, by `fetching`, from their server. `laying` and `pruning` are
what commands do with them, and no build has to import them.
"""

from __future__ import annotations

from mkdocs_masko.assets.cache import Cache
from mkdocs_masko.assets.site_files import (
    FOLDER,
    Choice,
    FileResolver,
    LocalSources,
    UsedFile,
    UsedFiles,
    Work,
    file_name,
    variant_name,
)

__all__ = [
    "FOLDER",
    "Cache",
    "Choice",
    "FileResolver",
    "LocalSources",
    "UsedFile",
    "UsedFiles",
    "Work",
    "file_name",
    "variant_name",
]
