"""From the API to the manifest: decide what it should hold, and act by the mode of the build."""

from mkdocs_masko.sync.connection import Patience, Watch, connect, unwatched
from mkdocs_masko.sync.modes import compare, look, prepare, reload, survey, update
from mkdocs_masko.sync.site import Note, Outcome, Site, shared_cache, site_of

__all__ = [
    "Note",
    "Outcome",
    "Patience",
    "Site",
    "Watch",
    "compare",
    "connect",
    "look",
    "prepare",
    "reload",
    "shared_cache",
    "site_of",
    "survey",
    "unwatched",
    "update",
]
