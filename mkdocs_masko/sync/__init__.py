"""From the API to the manifest: decide what it should hold, and act by the mode of the build."""

from mkdocs_masko.sync.connection import connect
from mkdocs_masko.sync.exports import Patience, Watch, unwatched
from mkdocs_masko.sync.modes import compare, look, prepare, reload, survey, update
from mkdocs_masko.sync.outcome import Note, Outcome
from mkdocs_masko.sync.shared import shared_cache
from mkdocs_masko.sync.site import Site, site_of

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
