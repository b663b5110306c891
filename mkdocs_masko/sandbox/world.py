"""The projects, collections, items and assets of the sandbox, and changes to them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NoReturn

from mkdocs_masko.sandbox.cast import COLLECTIONS, PROJECTS
from mkdocs_masko.sandbox.cdn import cdn_path, files_of, media_of
from mkdocs_masko.sandbox.models import Collection, Item
from mkdocs_masko.sandbox.responses import Refusal
from mkdocs_masko.text import slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mkdocs_masko.sandbox.cdn import Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One generated medium; its size variants belong to it.

    Attributes:
        id: A UUID made from the item and its folder, so a regenerated pose has new ones.
        type: `image` or `animation`.
        status: `completed`, `processing` or `archived`.
        item_id: The item it was generated for.
        collection_id: The collection of that item.
        created_at: ISO 8601, in UTC.
        file: The file, or None while it is generated.
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
    """Return the id of the asset at a place of an item: `image`, `0/video`."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{item.id}/{item.media}/{place}"))


def assets_of(collection: Collection, media_dir: Path) -> Iterator[Asset]:
    """List the assets of a collection, item by item."""
    for item in collection.items:
        media = media_of(item, media_dir)
        if not media:
            yield _pending_asset(collection, item)
        yield from (_completed_asset(collection, item, m) for m in media if m.key == m.base_key)


def _completed_asset(collection: Collection, item: Item, medium: Medium) -> Asset:
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


def _pending_asset(collection: Collection, item: Item) -> Asset:
    return Asset(
        id=asset_id(item, "image"),
        type="image",
        status="processing",
        item_id=item.id,
        collection_id=collection.id,
        created_at=item.created_at,
    )


_ADDED_AT = "2026-04-01T00:00:00Z"  # created_at of what tests add


class World:
    """Projects, collections, items and assets; may be used from several threads.

    Unknown ids raise `Refusal` with status 404, which becomes the answer.

    Attributes:
        media_dir: Folder of the media.
        projects: All projects.
        archived: The ids of archived assets.
        lock: Held while a call reads or changes the world.
    """

    def __init__(self, media_dir: Path, collections: Iterable[Collection] = COLLECTIONS) -> None:
        self.media_dir = media_dir
        self.projects = PROJECTS
        self.archived: set[str] = set()
        self.lock = RLock()
        self._collections = {c.id: c for c in collections}
        self._cdn: dict[str, Path | bytes] = {}
        self._is_stale = True

    def collections(self) -> list[Collection]:
        """List all collections, oldest first."""
        with self.lock:
            return list(self._collections.values())

    def collection(self, collection_id: str) -> Collection:
        """Return one collection."""
        return self._collections.get(collection_id) or _missing("collection", collection_id)

    def put_collection(self, collection: Collection) -> Collection:
        """Add a collection, or replace the one of the same id.

        The media of the old one stay on the CDN, as they do on the vendor's.
        """
        with self.lock:
            self._publish_files()
            self._collections[collection.id] = collection
            self._is_stale = True
        return collection

    def publish(self, collection_id: str, *, published: bool = True) -> None:
        """Publish a collection, or take it back."""
        self._change(collection_id, lambda c: replace(c, is_published=published))

    def add_collections(self, count: int) -> list[Collection]:
        """Add empty collections `extra-0001` and so on, for lists of many pages."""
        with self.lock:
            first = len(self._collections) + 1
            numbers = range(first, first + count)
            return [self.put_collection(_empty(f"extra-{n:04}", self)) for n in numbers]

    def item(self, collection_id: str, item: str) -> Item:
        """Return the item with an id, else the first with that name."""
        items = self.collection(collection_id).items
        by_name = (i for i in items if i.name == item)
        return _by_id(items, item) or next(by_name, None) or _missing("item", item)

    def item_by_id(self, collection_id: str, item_id: str) -> Item:
        """Return the item with an id."""
        items = self.collection(collection_id).items
        return _by_id(items, item_id) or _missing("item", item_id)

    def put_item(self, collection_id: str, item: Item) -> Item:
        """Add an item at the end, or replace the one of the same id where it stands."""
        self._change(collection_id, lambda c: replace(c, items=_put_into(c.items, item)))
        return item

    def add_item(self, collection_id: str, name: str, media: str | None) -> Item:
        """Add an item that shows a folder of media (`fox/wave`), or nothing yet."""
        with self.lock:
            number = len(self.collection(collection_id).items)
            plain = slugify(name).encode("ascii", "ignore").decode().strip("-")
            new = Item(
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{collection_id}/{number}/{slugify(name)}")),
                name=name,
                prompt="",
                public_slug=plain or f"item-{number}",
                created_at=_ADDED_AT,
                media=media,
            )
            return self.put_item(collection_id, new)

    def rename(self, collection_id: str, item: str, name: str) -> Item:
        """Rename an item; its URLs stay."""
        with self.lock:
            old = self.item(collection_id, item)
            return self.put_item(collection_id, replace(old, name=name))

    def regenerate(self, collection_id: str, item: str, media: str) -> Item:
        """Regenerate an item, from another folder of media.

        Its assets and URLs are new; the old URLs still serve the old media.
        """
        with self.lock:
            old = self.item(collection_id, item)
            return self.put_item(collection_id, replace(old, media=media))

    def remove(self, collection_id: str, item: str) -> Item:
        """Delete an item and its assets; its URLs still serve them."""
        with self.lock:
            old = self.item(collection_id, item)
            self._change(
                collection_id,
                lambda c: replace(c, items=tuple(i for i in c.items if i.id != old.id)),
            )
        return old

    def assets(self, collection_id: str | None = None) -> list[Asset]:
        """List the assets of one collection or of all, without the archived ones."""
        with self.lock:
            return [a for a in self._all_assets(collection_id) if a.id not in self.archived]

    def asset(self, asset_id: str) -> Asset:
        """Return one asset, which may be archived."""
        with self.lock:
            match = next((a for a in self._all_assets() if a.id == asset_id), None)
            asset = match or _missing("asset", asset_id)
            return replace(asset, status="archived") if asset.id in self.archived else asset

    def put_file(self, path: str, content: bytes) -> None:
        """Serve bytes of your own at a path of the CDN, whatever was there."""
        with self.lock:
            self._publish_files()
            self._cdn[path] = content

    def content_at(self, path: str) -> bytes | None:
        """Return what the CDN has at a path."""
        with self.lock:
            self._publish_files()
            content = self._cdn.get(path)
        return content.read_bytes() if isinstance(content, Path) else content

    def _all_assets(self, collection_id: str | None = None) -> Iterator[Asset]:
        chosen = self.collections() if collection_id is None else [self.collection(collection_id)]
        for collection in chosen:
            yield from assets_of(collection, self.media_dir)

    def _change(self, collection_id: str, edit: Callable[[Collection], Collection]) -> None:
        with self.lock:
            self.put_collection(edit(self.collection(collection_id)))

    def _publish_files(self) -> None:
        live = [c for c in self._collections.values() if c.is_live and self._is_stale]
        for path, file in (pair for c in live for pair in files_of(c, self.media_dir).items()):
            self._cdn.setdefault(path, file)
        self._is_stale = False


def _by_id(items: tuple[Item, ...], item_id: str) -> Item | None:
    return next((i for i in items if i.id == item_id), None)


def _put_into(items: tuple[Item, ...], new: Item) -> tuple[Item, ...]:
    if new.id in {i.id for i in items}:
        return tuple(new if i.id == new.id else i for i in items)
    return (*items, new)


def _empty(collection_id: str, world: World) -> Collection:
    return Collection(
        id=collection_id,
        project_id=world.projects[0].id,
        name=collection_id.replace("-", " ").title(),
        prompt="",
        public_slug=collection_id,
        user_prefix=world.collections()[0].user_prefix,
        created_at=_ADDED_AT,
        updated_at=_ADDED_AT,
    )


def _missing(kind: str, name: str) -> NoReturn:
    raise Refusal(404, f"no {kind} {name!r} that this key can see")
