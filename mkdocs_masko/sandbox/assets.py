"""Assets: what was drawn for an item, and how far it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.cdn import cdn_path, media_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mkdocs_masko.sandbox.cdn import Medium
    from mkdocs_masko.sandbox.models import Collection, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One drawn medium; its size variants belong to it.

    Attributes:
        id: A UUID that follows from the item and its folder, so a redrawn pose has new ones.
        type: `image` or `animation`.
        status: `completed`, `processing` or `archived`.
        item_id: The item it was drawn for.
        collection_id: The collection of that item.
        created_at: ISO 8601, in UTC.
        file: Where it lies, or None while it is being drawn.
        cdn_path: Its path on the CDN, or an empty string while it has none.
    """

    id: str
    type: str
    status: str
    item_id: str
    collection_id: str
    created_at: str
    file: Path | None = None
    cdn_path: str = ""


def asset_id(item: Item, place: str) -> str:
    """Return the id of what stands at a place of an item: `image`, `0/video`."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{item.id}/{item.media}/{place}"))


def assets_of(collection: Collection, media_dir: Path) -> Iterator[Asset]:
    """List the assets of a collection, item by item."""
    for item in collection.items:
        media = media_of(item, media_dir)
        if not media:
            yield _pending(collection, item)
        yield from (_done(collection, item, m) for m in media if m.key == m.base_key)


def _done(collection: Collection, item: Item, medium: Medium) -> Asset:
    return Asset(
        id=asset_id(item, medium.place),
        type="image" if medium.animation is None else "animation",
        status="completed",
        item_id=item.id,
        collection_id=collection.id,
        created_at=item.created_at,
        file=medium.file,
        cdn_path=cdn_path(collection, item, medium) if collection.is_live else "",
    )


def _pending(collection: Collection, item: Item) -> Asset:
    return Asset(
        id=asset_id(item, "image"),
        type="image",
        status="processing",
        item_id=item.id,
        collection_id=collection.id,
        created_at=item.created_at,
    )
