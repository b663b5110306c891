"""From the API to the manifest: find out what it should say, and act as the mode wants.

`modes` is the way in. It asks `refresh` what the manifest should say now, which asks the API
through `connection`, reads media with `media`, and decides with `plan`. `site` has the data that
goes in and comes out.
"""

from mkdocs_masko.sync.connection import (
    PollPolicy,
    Progress,
    connect,
    describe_waiting,
    no_progress,
)
from mkdocs_masko.sync.modes import (
    compare,
    find_changes,
    prepare,
    preview,
    read_manifest,
    read_or_fetch,
    reload,
    require_ids,
    require_no_changes,
    update,
)
from mkdocs_masko.sync.site import Message, Site, SyncResult, shared_cache, site_of

__all__ = [
    "Message",
    "PollPolicy",
    "Progress",
    "Site",
    "SyncResult",
    "compare",
    "connect",
    "describe_waiting",
    "find_changes",
    "no_progress",
    "prepare",
    "preview",
    "read_manifest",
    "read_or_fetch",
    "reload",
    "require_ids",
    "require_no_changes",
    "shared_cache",
    "site_of",
    "update",
]
