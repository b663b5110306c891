"""The manifest: what a site's pages may show, as one committed file.

It has what the API and its CDN said at the last sync, so that a build needs neither of them. Equal
content gives equal bytes: keys are sorted, and there is no timestamp.
"""

from mkdocs_masko.manifest.diff import Change, diff_manifests
from mkdocs_masko.manifest.file import load, save
from mkdocs_masko.manifest.schema import (
    VERSION,
    Collection,
    Manifest,
    Match,
    Medium,
    Pose,
    dumps,
    find_pose,
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
    "diff_manifests",
    "dumps",
    "find_pose",
    "load",
    "loads",
    "make",
    "save",
    "schema",
]
