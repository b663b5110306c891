"""The eleven calls of the API."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.bodies import item_changes, page_of, wants_file_urls
from mkdocs_masko.sandbox.exports import export_items
from mkdocs_masko.sandbox.responses import Envelope, Export, One, Refusal, Rows
from mkdocs_masko.sandbox.rows import collection_detail, collection_row, item_row, project_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mkdocs_masko.sandbox.assets import Asset
    from mkdocs_masko.sandbox.responses import Order, Row
    from mkdocs_masko.sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: what was asked for, and of whom.

    Attributes:
        world: What there is.
        query: The parameters of the address.
        body: What came with the request.
        cdn_url: What the address of a medium begins with.
        sign: Makes the expiring address of an asset.
        order: Puts rows into the order in which they are sent.
    """

    world: World
    query: Mapping[str, str]
    body: bytes
    cdn_url: str
    sign: Callable[[Asset], str]
    order: Order

    def rows(self, name: str, rows: Iterable[Row]) -> Rows:
        """Return the page of a list that was asked for."""
        return Rows(name=name, rows=list(rows), page=page_of(self.query), order=self.order)

    def assets(self, collection_id: str | None = None) -> Rows:
        """Return the page of assets that was asked for."""
        return self.rows("assets", map(self.asset_row, self.world.assets(collection_id)))

    def asset_row(self, asset: Asset) -> Row:
        """Return an asset as the API shows it."""
        signed = {"file_url": self.sign(asset) if asset.file else None}
        return {
            "id": asset.id,
            "type": asset.type,
            "status": asset.status,
            **(signed if wants_file_urls(self.query) else {}),
            "cdn_url": self.cdn_url + asset.cdn_path if asset.cdn_path else None,
            "item_id": asset.item_id,
            "collection_id": asset.collection_id,
            "created_at": asset.created_at,
        }


def list_projects(call: Call) -> Envelope:
    """`GET /v1/projects`."""
    return call.rows("projects", map(project_row, call.world.projects))


def list_collections(call: Call) -> Envelope:
    """`GET /v1/collections`, optionally of one project."""
    project = call.query.get("project_id")
    chosen = (c for c in call.world.collections() if project in {None, c.project_id})
    return call.rows("collections", map(collection_row, chosen))


def get_collection(call: Call, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id`."""
    collection = call.world.collection(collection_id)
    return One(body=collection_detail(collection, call.world.assets(collection_id)))


def list_items(call: Call, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id/items`."""
    return call.rows("items", map(item_row, call.world.collection(collection_id).items))


def list_collection_assets(call: Call, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id/assets`."""
    return call.assets(collection_id)


def get_export(call: Call, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id/cdn-export`."""
    collection, world = call.world.collection(collection_id), call.world
    items = export_items(
        collection, media_dir=world.media_dir, cdn_url=call.cdn_url, archived=world.archived
    )
    return Export(body={"collection": collection.name, "items": call.order([*items])})


def change_item(call: Call, collection_id: str, item_id: str) -> Envelope:
    """`PATCH /v1/collections/:id/items/:itemId`."""
    old = call.world.item_by_id(collection_id, item_id)
    changes = item_changes(call.body)
    name, prompt = changes.get("name", old.name), changes.get("prompt", old.prompt)
    new = call.world.put_item(collection_id, replace(old, name=name, prompt=prompt))
    return One(body=item_row(new))


def delete_item(call: Call, collection_id: str, item_id: str) -> Envelope:
    """`DELETE /v1/collections/:id/items/:itemId`."""
    gone = call.world.remove(collection_id, call.world.item_by_id(collection_id, item_id).id)
    return One(body={"id": gone.id, "deleted": True})


def list_assets(call: Call) -> Envelope:
    """`GET /v1/assets`."""
    return call.assets()


def get_asset(call: Call, asset_id: str) -> Envelope:
    """`GET /v1/assets/:id`."""
    return One(body=call.asset_row(call.world.asset(asset_id)))


def archive_asset(call: Call, asset_id: str) -> Envelope:
    """`DELETE /v1/assets/:id`: it leaves lists and exports, and can still be looked up."""
    call.world.archived.add(call.world.asset(asset_id).id)
    return get_asset(call, asset_id)


ROUTES: tuple[tuple[str, str, Callable[..., Envelope]], ...] = (
    ("GET", "/v1/projects", list_projects),
    ("GET", "/v1/collections", list_collections),
    ("GET", "/v1/collections/:collection_id", get_collection),
    ("GET", "/v1/collections/:collection_id/items", list_items),
    ("GET", "/v1/collections/:collection_id/assets", list_collection_assets),
    ("GET", "/v1/collections/:collection_id/cdn-export", get_export),
    ("PATCH", "/v1/collections/:collection_id/items/:item_id", change_item),
    ("DELETE", "/v1/collections/:collection_id/items/:item_id", delete_item),
    ("GET", "/v1/assets", list_assets),
    ("GET", "/v1/assets/:asset_id", get_asset),
    ("DELETE", "/v1/assets/:asset_id", archive_asset),
)

_PATTERNS = {
    path: re.compile(re.sub(r":(\w+)", r"(?P<\1>[A-Za-z0-9_-]{1,64})", path))
    for _, path, _ in ROUTES
}


def find_call(method: str, path: str) -> Callable[[Call], Envelope]:
    """Find the call behind a method and a path; HEAD is asked like GET.

    Raises:
        Refusal: 404 when there is no such path, 405 when it takes other methods only.
    """
    found = {
        verb: (answer, match.groupdict())
        for verb, pattern, answer in ROUTES
        if (match := _PATTERNS[pattern].fullmatch(path))
    }
    if not found:
        raise Refusal(404, "there is no such path; see GET / for those there are")
    verb = "GET" if method == "HEAD" else method
    if verb not in found:
        allowed = ", ".join([*found, "HEAD"] if "GET" in found else found)
        raise Refusal(405, f"this path takes {allowed}", headers={"Allow": allowed})
    answer, ids = found[verb]
    return partial(answer, **ids)
