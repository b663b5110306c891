"""How the API's objects are shown: which fields, in which order, by which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mkdocs_masko.api.models import export_from
from mkdocs_masko.tables import Column, day, plain
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.api.models import ExportItem

_ID: Final = Column(title="Id", key="id", style="cyan", whole=True)
_NAME: Final = Column(title="Name", key="name")
_MADE: Final = Column(title="Made", key="created_at", show=day, spare=True, whole=True)
_TYPE: Final = Column(title="Type", key="type", spare=True)

PROJECTS: Final = (_ID, _NAME, _MADE)
COLLECTIONS: Final = (
    _ID,
    _NAME,
    Column(title="Published", key="is_published", whole=True),
    _MADE,
    Column(title="Slug", key="public_slug", spare=True),
    Column(title="Project", key="project_id", spare=True),
)
ITEMS: Final = (_ID, _NAME, _TYPE, _MADE, Column(title="Prompt", key="prompt", spare=True))
ASSETS: Final = (
    _ID,
    _TYPE,
    Column(title="Status", key="status"),
    _MADE,
    Column(title="Item", key="item_id", spare=True, whole=True),
    Column(title="Address", key="cdn_url", spare=True),
)
SIGNED: Final = Column(title="Signed address, expires", key="file_url")

_LABELS: Final = {
    "id": "Id",
    "name": "Name",
    "type": "Type",
    "status": "Status",
    "project_id": "Project",
    "collection_id": "Collection",
    "item_id": "Item",
    "slug": "Slug",
    "prompt": "Prompt",
    "reference_asset_ids": "References",
    "style_card": "Style card",
    "caution_list": "Cautions",
    "cdn_status": "CDN",
    "cdn_url": "Address",
    "file_url": "Signed address",
    "created_at": "Made",
    "updated_at": "Changed",
}


def pairs(thing: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of one object, in words; what is empty or not known here is left out."""
    config = thing.get("config")
    flat = {**thing, **(config if isinstance(config, dict) else {})}
    return [
        (label, shown) for key, label in _LABELS.items() if (shown := _value(flat.get(key, "")))
    ]


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    return "" if value == {} else plain(value)


def published(export: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the name of each published pose, with its addresses by key."""
    for item in export_from(export).items:
        yield one_line(item.name), list(_addresses(item))


def _addresses(item: ExportItem) -> Iterator[tuple[str, str]]:
    for key in ("image", "transparent_image"):
        if url := getattr(item, key):
            yield key, one_line(url)
    for number, animation in enumerate(item.animations):
        prefix = f"{number}." if len(item.animations) > 1 else ""
        yield from ((f"{prefix}{key}", one_line(url)) for key, url in sorted(animation.items()))
