"""The manifest: what a site's pages may show, as one committed file.

It has what the API and its CDN said at the last sync, so that a build needs neither of them. Equal
content gives equal bytes: keys are sorted, and there is no timestamp.
"""

from mkdocs_masko.manifest.diff import Change, diff_manifests
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
    find_pose,
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
    "diff_manifests",
    "dumps",
    "find_gaps",
    "find_pose",
    "load",
    "loads",
    "make",
    "pose_gaps",
    "save",
    "schema",
    "unknown_collection",
    "usable_keys",
]
