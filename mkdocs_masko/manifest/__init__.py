"""The manifest: what a site's pages may show, as one committed file.

It holds what the API and its CDN told at the last sync, so that a build needs neither of them.
Equal content is equal bytes: keys are sorted, and there is no timestamp.
"""

from mkdocs_masko.manifest.diff import Change, differences
from mkdocs_masko.manifest.file import load, save
from mkdocs_masko.manifest.schema import (
    VERSION,
    Collection,
    Manifest,
    Match,
    Medium,
    Pose,
    dumps,
    find,
    loads,
    make,
    schema,
)

__all__ = [
    "VERSION",
    "Change",
    "Collection",
    "Manifest",
    "Match",
    "Medium",
    "Pose",
    "differences",
    "dumps",
    "find",
    "load",
    "loads",
    "make",
    "save",
    "schema",
]
