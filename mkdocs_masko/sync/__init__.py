"""From the API to the manifest: decide what it should hold, and act by the mode of the build."""

from mkdocs_masko.sync.connection import PollPolicy, Progress, connect, unwatched
from mkdocs_masko.sync.modes import compare, prepare, preview, read_or_fetch, reload, update
from mkdocs_masko.sync.site import Message, Site, SyncResult, shared_cache, site_of

__all__ = [
    "Message",
    "PollPolicy",
    "Progress",
    "Site",
    "SyncResult",
    "compare",
    "connect",
    "prepare",
    "preview",
    "read_or_fetch",
    "reload",
    "shared_cache",
    "site_of",
    "unwatched",
    "update",
]
