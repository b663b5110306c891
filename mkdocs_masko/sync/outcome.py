"""What came of a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Change, Manifest


class Note(Struct, frozen=True, kw_only=True):
    """Something that people should hear of; the plugin and the command line say it.

    Attributes:
        level: How loud.
        text: One line.
    """

    level: Literal["info", "warning"]
    text: str


class Outcome(Struct, frozen=True, kw_only=True):
    """The manifest to build with, and how it came about.

    Attributes:
        manifest: What pages may show.
        changes: What differs from the manifest there was before.
        notes: What people should hear of.
        written: Whether the file was written.
    """

    manifest: Manifest
    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()
    written: bool = False
