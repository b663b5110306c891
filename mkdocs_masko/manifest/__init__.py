"""The manifest: what a site's pages may show, as one committed file.

It holds what the API and its CDN told at the last sync, so that a build needs neither of them.
Equal content is equal bytes: keys are sorted, and there is no timestamp.
"""

from mkdocs_masko.manifest.diff import Change, differences
from mkdocs_masko.manifest.file import load, save
from mkdocs_masko.manifest.gaps import Gap, find_gaps, pose_gaps, usable_keys
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
    unknown_collection,
)

__all__ = [
    "VERSION",
    "Change",
    "Collection",
    "Gap",
    "Manifest",
    "Match",
    "Medium",
    "Pose",
    "differences",
    "dumps",
    "find",
    "find_gaps",
    "load",
    "loads",
    "make",
    "pose_gaps",
    "save",
    "schema",
    "unknown_collection",
    "usable_keys",
]
