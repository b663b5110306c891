"""Media that the site itself serves: downloaded, verified, resized, and named for ever.

`site_files` says what files are called and gets their bytes: from `cache`, `remote_cache` or, by
`download`, from the CDN. `maintenance` is what commands do with a cache; no build imports it.
"""

from __future__ import annotations

from mkdocs_masko.assets.cache import Cache
from mkdocs_masko.assets.resolver import FileResolver, LocalSources, Work
from mkdocs_masko.assets.site_files import (
    FOLDER,
    MediaFormat,
    SiteFile,
    SiteFiles,
    file_name,
    variant_name,
)

__all__ = [
    "FOLDER",
    "Cache",
    "FileResolver",
    "LocalSources",
    "MediaFormat",
    "SiteFile",
    "SiteFiles",
    "Work",
    "file_name",
    "variant_name",
]
