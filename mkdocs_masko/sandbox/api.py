"""The eleven calls of the API, and the resources that they answer with.

The routes stand at the end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qsl

from mkdocs_masko.sandbox.cdn import IMAGE_KEYS, VIDEO_KEYS, cdn_path, media_of
from mkdocs_masko.sandbox.responses import Envelope, Export, One, Page, Refusal, Rows
from mkdocs_masko.sandbox.world import asset_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Collection as Container
    from pathlib import Path

    from mkdocs_masko.sandbox.cdn import Medium
    from mkdocs_masko.sandbox.models import Collection, Item, Project
    from mkdocs_masko.sandbox.responses import Order, Row
    from mkdocs_masko.sandbox.world import Asset, World


def project_row(project: Project) -> Row:
    """Return a project as `GET /v1/projects` lists it."""
    return {
        "id": project.id,
        "name": project.name,
        "organization_id": None,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


def collection_row(collection: Collection) -> Row:
    """Return a collection as `GET /v1/collections` lists it."""
    return {
        "id": collection.id,
        "project_id": collection.project_id,
        "name": collection.name,
        "type": "mascot",
        "is_published": collection.is_published,
        "public_slug": collection.public_slug,
        "user_prefix": collection.user_prefix,
        "created_at": collection.created_at,
    }


def collection_detail(collection: Collection, assets: list[Asset]) -> Row:
    """Return a collection as `GET /v1/collections/:id` shows it."""
    return {
        "id": collection.id,
        "name": collection.name,
        "type": "mascot",
        "project_id": collection.project_id,
        "slug": collection.public_slug,
        "config": {
            "prompt": collection.prompt,
            "reference_asset_ids": [a.id for a in assets[:1]],
            "style_card": None,
            "caution_list": [],
        },
        "cdn_status": [],
        "created_at": collection.created_at,
        "updated_at": collection.updated_at,
    }


def item_row(item: Item) -> Row:
    """Return an item as `GET /v1/collections/:id/items` lists it."""
    return {
        "id": item.id,
        "name": item.name,
        "type": "image",
        "prompt": item.prompt,
        "public_slug": item.public_slug,
        "created_at": item.created_at,
    }


def export_items(
    collection: Collection, *, media_dir: Path, cdn_url: str, archived: Container[str]
) -> list[dict[str, object]]:
    """Return the items of an export.

    Args:
        collection: The mascot.
        media_dir: Folder of the media.
        cdn_url: What every URL begins with.
        archived: The ids of assets that are left out.

    Raises:
        Refusal: 409, with one of the three causes.
    """
    items = [
        _export_item(item, {m: cdn_url + cdn_path(collection, item, m) for m in media})
        for item in collection.items
        if (media := _published_media(item, media_dir, archived)) or item.extra
    ]
    causes = (
        (not collection.is_hosted, "asset hosting is disabled for this collection"),
        (not collection.is_published, "this collection is unpublished"),
        (not items, "nothing of this collection is published yet"),
    )
    for holds, cause in causes:
        if holds:
            message = f"{cause}; enable asset hosting and publish the collection, then retry"
            raise Refusal(409, message, code="cdn_export_not_ready")
    return items


def _published_media(item: Item, media_dir: Path, archived: Container[str]) -> list[Medium]:
    return [m for m in media_of(item, media_dir) if asset_id(item, m.place) not in archived]


def _export_item(item: Item, urls: dict[Medium, str]) -> dict[str, object]:
    write = _flat if item.old_keys else _nested
    return {"name": item.name, **write(item, urls), **item.extra}


def _nested(item: Item, urls: dict[Medium, str]) -> dict[str, object]:
    moving = [m for m in urls if m.animation is not None]
    groups = groupby(moving, key=lambda m: m.animation)
    animations = [_urls_by_key(group, urls, item.nulls, VIDEO_KEYS) for _, group in groups]
    stills = (m for m in urls if m.animation is None)
    return {**_urls_by_key(stills, urls, item.nulls, IMAGE_KEYS), "animations": animations}


def _urls_by_key(
    media: Iterable[Medium], urls: dict[Medium, str], nulls: tuple[str, ...], keys: tuple[str, ...]
) -> dict[str, object]:
    blank = {key: None for key in nulls if key in keys}
    return {**{m.key: urls[m] for m in media if m.base_key not in blank}, **blank}


def _flat(item: Item, urls: dict[Medium, str]) -> dict[str, object]:
    names = {key: key for key in IMAGE_KEYS} | dict(item.old_keys)
    return {names[m.key]: url for m, url in urls.items() if m.key in names and not m.animation}


_LARGEST_PAGE = 100  # rows
_LONGEST = {"name": 200, "prompt": 4000}  # characters
_NUMBER = re.compile(r"[0-9]{1,9}")


def query_of(text: str) -> dict[str, str]:
    """Parse a query; the last of equal names counts, unknown names are ignored.

    Raises:
        Refusal: 400, when it has more than 20 parameters.
    """
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise Refusal(400, "the query has too many parameters") from error


def page_of(query: Mapping[str, str]) -> Page:
    """Read `limit` (1 to 100 rows) and `offset` (0 or more).

    Raises:
        Refusal: 400, when one of them is something else.
    """
    limit = _number(query, "limit", 1, _LARGEST_PAGE) if "limit" in query else None
    offset = _number(query, "offset", 0, 10**9) if "offset" in query else 0
    return Page(limit=limit, offset=offset)


def _number(query: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = query[name]
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise Refusal(400, f"{name} is a whole number from {least} to {most}")
    return int(text)


def wants_file_urls(query: Mapping[str, str]) -> bool:
    """Read `include_file_urls`, which is true unless it says otherwise.

    Raises:
        Refusal: 400, when it is neither `true` nor `false`.
    """
    wanted = {"true": True, "false": False}.get(query.get("include_file_urls", "true"))
    if wanted is None:
        raise Refusal(400, "include_file_urls is true or false")
    return wanted


def item_changes(body: bytes) -> dict[str, str]:
    """Read the body of a change: an object with `name`, `prompt` or both.

    Raises:
        Refusal: 400, naming what is wrong with it.
    """
    try:
        changes = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "the body is no JSON") from error
    if not isinstance(changes, dict) or not changes or not changes.keys() <= _LONGEST.keys():
        _bad_change()
    for name, value in changes.items():
        _check_text(name, value)
    return changes


def _bad_change() -> NoReturn:
    raise Refusal(400, "the body is an object with name, prompt or both, and nothing else")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST[name]:
        raise Refusal(400, f"{name} is a text of at most {_LONGEST[name]} characters")
    if name == "name" and not value.strip():
        raise Refusal(400, "name is not empty")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Refusal(400, f"{name} holds half a surrogate pair") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call, with what it needs to answer.

    Attributes:
        world: The projects, collections and items.
        query: The parameters of the URL.
        body: The body of the request.
        cdn_url: What the URL of a medium begins with.
        sign: Returns the expiring URL of an asset.
        order: Puts rows into the order in which they are sent.
    """

    world: World
    query: Mapping[str, str]
    body: bytes
    cdn_url: str
    sign: Callable[[Asset], str]
    order: Order

    def rows(self, name: str, rows: Iterable[Row]) -> Rows:
        """Return the page of a list that the query names."""
        return Rows(name=name, rows=list(rows), page=page_of(self.query), order=self.order)

    def assets(self, collection_id: str | None = None) -> Rows:
        """Return the page of assets that the query names."""
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


def list_projects(call: ApiCall) -> Envelope:
    """`GET /v1/projects`."""
    return call.rows("projects", map(project_row, call.world.projects))


def list_collections(call: ApiCall) -> Envelope:
    """`GET /v1/collections`, optionally of one project."""
    project = call.query.get("project_id")
    chosen = (c for c in call.world.collections() if project in {None, c.project_id})
    return call.rows("collections", map(collection_row, chosen))


def get_collection(call: ApiCall, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id`."""
    collection = call.world.collection(collection_id)
    return One(body=collection_detail(collection, call.world.assets(collection_id)))


def list_items(call: ApiCall, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id/items`."""
    return call.rows("items", map(item_row, call.world.collection(collection_id).items))


def list_collection_assets(call: ApiCall, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id/assets`."""
    return call.assets(collection_id)


def get_export(call: ApiCall, collection_id: str) -> Envelope:
    """`GET /v1/collections/:id/cdn-export`."""
    collection, world = call.world.collection(collection_id), call.world
    items = export_items(
        collection, media_dir=world.media_dir, cdn_url=call.cdn_url, archived=world.archived
    )
    return Export(body={"collection": collection.name, "items": call.order([*items])})


def change_item(call: ApiCall, collection_id: str, item_id: str) -> Envelope:
    """`PATCH /v1/collections/:id/items/:itemId`."""
    old = call.world.item_by_id(collection_id, item_id)
    changes = item_changes(call.body)
    name, prompt = changes.get("name", old.name), changes.get("prompt", old.prompt)
    new = call.world.put_item(collection_id, replace(old, name=name, prompt=prompt))
    return One(body=item_row(new))


def delete_item(call: ApiCall, collection_id: str, item_id: str) -> Envelope:
    """`DELETE /v1/collections/:id/items/:itemId`."""
    item = call.world.remove(collection_id, call.world.item_by_id(collection_id, item_id).id)
    return One(body={"id": item.id, "deleted": True})


def list_assets(call: ApiCall) -> Envelope:
    """`GET /v1/assets`."""
    return call.assets()


def get_asset(call: ApiCall, asset_id: str) -> Envelope:
    """`GET /v1/assets/:id`."""
    return One(body=call.asset_row(call.world.asset(asset_id)))


def archive_asset(call: ApiCall, asset_id: str) -> Envelope:
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


def find_route(method: str, path: str) -> Callable[[ApiCall], Envelope]:
    """Return the function for a method and a path; HEAD is answered like GET.

    Raises:
        Refusal: 404 when there is no such path, 405 when it takes other methods only.
    """
    routes = {
        verb: (answer, match.groupdict())
        for verb, pattern, answer in ROUTES
        if (match := _PATTERNS[pattern].fullmatch(path))
    }
    if not routes:
        raise Refusal(404, "there is no such path; see GET / for those there are")
    verb = "GET" if method == "HEAD" else method
    if verb not in routes:
        allowed = ", ".join([*routes, "HEAD"] if "GET" in routes else routes)
        raise Refusal(405, f"this path takes {allowed}", headers={"Allow": allowed})
    answer, ids = routes[verb]
    return partial(answer, **ids)
