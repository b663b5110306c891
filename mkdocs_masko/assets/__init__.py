"""Media that the site serves itself: cached, encoded as variants, and named by their content.

`site_files` collects the files that pages use, and gets their bytes: from the local `cache`, from
the repository, from the shared `remote_cache`, or by `download`. `maintenance` is for commands, and
no build imports it.
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
