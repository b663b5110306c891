"""A manifest for people to read: as a table, as lines, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from mkdocs_masko.manifest import Manifest, Medium, Pose

Row: TypeAlias = tuple[str, str, str, str]

_COLUMNS: Row = ("Write", "Name", "Still", "Animation")
FORMATS = {
    "transparent_video_mov": "mov",
    "transparent_video_webm": "webm",
    "video": "mp4",
}
"""What people call the API's videos, those that pages show."""


def as_table(manifest: Manifest, default: str) -> Table:
    """Return a table for a terminal."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*_COLUMNS, box=None, header_style="bold")
    table.columns[0].no_wrap = True  # it is there to be copied
    for first, *others in rows(manifest, default):
        table.add_row(Text(first, style="cyan"), *map(Text, others))
    return table


def as_lines(manifest: Manifest, default: str) -> Iterator[str]:
    """Yield one line a pose, its parts parted by tabs, for other programs."""
    yield from ("\t".join(row) for row in rows(manifest, default))


def as_document(manifest: Manifest) -> str:
    """Return one JSON document: by collection and pose what there is."""
    document = {
        alias: {
            slug: {"name": pose.name, "media": {p: m.url for p, m in pose.media()}}
            for slug, pose in sorted(collection.poses.items())
        }
        for alias, collection in sorted(manifest.collections.items())
    }
    return json.dumps(document, indent=2, ensure_ascii=True)


def rows(manifest: Manifest, default: str) -> Iterator[Row]:
    """Yield what to write, the name, the still and the animations of each pose."""
    for alias, collection in sorted(manifest.collections.items()):
        prefix = "" if alias == default else f"{alias}/"
        for slug, pose in sorted(collection.poses.items()):
            yield (
                one_line(f"masko:{prefix}{slug}"),
                one_line(pose.name),
                _still(pose),
                _animations(pose),
            )


def _still(pose: Pose) -> str:
    if pose.transparent_image:
        return _size(pose.transparent_image)
    return f"{_size(pose.image)} opaque" if pose.image else "none"


def _size(medium: Medium) -> str:
    return f"{medium.width}x{medium.height}"


def _animations(pose: Pose) -> str:
    shown = (" ".join(f for key, f in FORMATS.items() if key in a) for a in pose.animations)
    return ", ".join(filter(None, shown)) or "none"
