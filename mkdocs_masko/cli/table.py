"""All commands: what there is, in which module, and what the help says of it in a line."""

from __future__ import annotations

from typing import Final

TABLE: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Start": {
        "init": ("init", "Add the plugin to a site, and write its first manifest."),
    },
    "Manifest": {
        "sync": ("manifest", "Bring the manifest up to date with what is published."),
        "check": ("manifest", "Compare manifest, pages and API; write nothing."),
        "diff": ("manifest", "Say what a sync would change; write nothing."),
        "list": ("listing", "List the poses that pages may show, from the manifest."),
        "show": ("show", "Show a pose: its files, its markup, and how to write it."),
        "gallery": ("gallery", "Look at all poses in a browser."),
    },
    "Media": {
        "prune": ("media", "Remove media from the cache that the manifest does not need."),
    },
    "Browse": {
        "status": ("status", "Say how far each pose is: published, generating, incomplete."),
        "projects": ("browse", "List the projects of the key's workspace."),
        "collections": ("browse", "List the collections: each is a mascot."),
        "collection": ("browse", "Show a collection with what it is drawn from."),
        "items": ("browse", "List the items of a collection: poses, published or not."),
        "assets": ("browse", "List the drawn files, of a collection or of all."),
        "asset": ("browse", "Show a drawn file."),
        "export": ("browse", "Show what a collection has published: every address."),
    },
    "Change": {
        "rename": ("change", "Give an item another name or prompt."),
        "delete": ("change", "Delete an item, or archive a drawn file."),
    },
    "Tools": {
        "doctor": ("doctor", "Look for what is wrong, and say what to do about it."),
        "completion": ("tools", "Print what makes a shell complete commands and poses."),
        "schema": ("tools", "Print a JSON Schema: of mkdocs.yml, or of the manifest."),
        "snippets": ("show", "Write snippets of all poses for VS Code."),
        "sandbox": ("sandbox", "Serve the API and its CDN, with invented mascots."),
    },
}
"""By section and command: the module in `mkdocs_masko.cli`, and the first line of its docstring.

The module has the command under its own name, or with `_` after it where Python or the module
needs the name: `list_`.
"""


def places() -> dict[str, tuple[str, str]]:
    """Return all commands, without the sections."""
    return {name: place for section in TABLE.values() for name, place in section.items()}
