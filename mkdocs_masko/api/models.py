"""The API's resources, as frozen data.

A field that is missing or null is None or empty, and a field that is not known here is ignored,
because the API grows. A field of the wrong type is an error.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from mkdocs_masko.errors import MalformedAnswer
from mkdocs_masko.media_types import FLAT_KEYS, KEY_PATTERN
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import ID_PATTERN

Id = Annotated[str, msgspec.Meta(pattern=rf"\A{ID_PATTERN}\Z", max_length=128)]

_KEY = re.compile(KEY_PATTERN)


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every resource has."""

    id: Id


class Project(Resource, frozen=True, kw_only=True):
    """A container of collections."""

    name: str | None = None
    organization_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Collection(Resource, frozen=True, kw_only=True):
    """One mascot, as lists show it."""

    name: str | None = None
    type: str | None = None
    project_id: str | None = None
    is_published: bool | None = None
    public_slug: str | None = None
    user_prefix: str | None = None
    created_at: str | None = None


class CollectionConfig(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a mascot is generated from."""

    prompt: str | None = None
    reference_asset_ids: tuple[str, ...] | None = None
    style_card: Any = None
    caution_list: tuple[Any, ...] | None = None


class CollectionDetail(Resource, frozen=True, kw_only=True):
    """One mascot with its configuration."""

    name: str | None = None
    type: str | None = None
    project_id: str | None = None
    slug: str | None = None
    config: CollectionConfig | None = None
    cdn_status: Any = None
    created_at: str | None = None
    updated_at: str | None = None


class Item(Resource, frozen=True, kw_only=True):
    """A pose in the making; `type` is what the API calls it: image, animation, logo."""

    name: str | None = None
    type: str | None = None
    prompt: str | None = None
    public_slug: str | None = None
    created_at: str | None = None


class Asset(Resource, frozen=True, kw_only=True):
    """A generated file.

    `cdn_url` is public and lasts. `file_url` is signed and expires: it is for a download now.
    """

    type: str | None = None
    status: str | None = None
    file_url: str | None = None
    cdn_url: str | None = None
    item_id: str | None = None
    collection_id: str | None = None
    created_at: str | None = None


class Pagination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page stands in its list, counted in entries."""

    total: int | None = None
    limit: int | None = None
    offset: int | None = None
    has_more: bool | None = None


R = TypeVar("R")


class Page(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A part of a list."""

    data: tuple[R, ...] = ()
    pagination: Pagination = Pagination()


class ExportItem(msgspec.Struct, frozen=True, kw_only=True):
    """A published pose: its pictures, and per animation the address of each medium by key."""

    name: str
    image: str | None = None
    transparent_image: str | None = None
    animations: tuple[dict[str, str], ...] = ()


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection has published."""

    collection: str
    items: tuple[ExportItem, ...]


def export_from(raw: object) -> Export:
    """Make an export from the JSON of `cdn-export`, in its present or its older flat form.

    Args:
        raw: The decoded object `{"collection", "items"}`.

    Raises:
        MalformedAnswer: A name is missing, or a field has the wrong type.
    """
    export = _object(raw, "the export")
    items = export.get("items")
    if not isinstance(items, list):
        raise MalformedAnswer("the export has no list 'items'")
    return Export(
        collection=_text(export, "collection", "the export") or "",
        items=tuple(_item(item, f"item {n} of the export") for n, item in enumerate(items, 1)),
    )


def _item(raw: object, place: str) -> ExportItem:
    item = _object(raw, place)
    name = _text(item, "name", place)
    if name is None or not name.strip():
        raise MalformedAnswer(f"{place} has no name")
    return ExportItem(
        name=name,
        image=_text(item, "image", place),
        transparent_image=_text(item, "transparent_image", place),
        animations=_animations(item, f"{place}, {sanitize(name)!r},"),
    )


def _animations(item: dict[str, object], place: str) -> tuple[dict[str, str], ...]:
    listed = item.get("animations")
    if listed is not None and not isinstance(listed, list):
        raise MalformedAnswer(f"{place} has animations that are no list")
    given = [_object(entry, f"an animation of {place}") for entry in listed or () if entry]
    media = [_media(entry, place) for entry in given] or [_media(_unflattened(item), place)]
    return tuple(filter(None, media))


def _unflattened(item: dict[str, object]) -> dict[str, object]:
    return {FLAT_KEYS.get(key, key): value for key, value in item.items() if value}


def _media(animation: dict[str, object], place: str) -> dict[str, str]:
    keys = filter(_KEY.fullmatch, animation)
    return {key: url for key in keys if (url := _text(animation, key, place))}


def _object(raw: object, place: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise MalformedAnswer(f"{place} is no object")
    return raw


def _text(raw: dict[str, object], key: str, place: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise MalformedAnswer(f"{place} has {key!r} of type {type(value).__name__}, not text")
    return value or None


T = TypeVar("T")


def decoded(body: bytes, url: str) -> object:
    """Decode JSON.

    Raises:
        MalformedAnswer: It is something else, or a JSON that no program should take.
    """
    if not body.strip():
        raise MalformedAnswer("the API answered with nothing; check 'api_url'", url=url)
    if body.lstrip().startswith(b"<"):
        raise MalformedAnswer(
            "the API answered with a web page instead of JSON; check 'api_url' and the proxy",
            url=url,
        )
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        fault = "it is nested too deeply"
    except (msgspec.MsgspecError, ValueError) as error:
        fault = "it is not UTF-8" if isinstance(error, UnicodeError) else sanitize(str(error))
    raise MalformedAnswer(f"the API answered with unusable JSON: {fault}", url=url)


def unwrapped(raw: object) -> object:
    """Return what is inside `{"data": ...}`, or the object itself where it is bare."""
    if isinstance(raw, dict) and isinstance(raw.get("data"), dict):
        return raw["data"]
    return raw


def resource(raw: object, kind: type[T], url: str) -> T:
    """Make a resource from an answer, wrapped or bare.

    Raises:
        MalformedAnswer: A field has the wrong type.
    """
    return _converted(unwrapped(raw), kind, url)


def page(raw: object, key: str, kind: type[R], url: str) -> Page[R]:
    """Make a page from `{"data": [...], "meta": ...}` or from the older `{"<key>": [...]}`.

    Raises:
        MalformedAnswer: There is no list, or a field has the wrong type.
    """
    entries = raw.get("data", raw.get(key)) if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(entries, list):
        raise MalformedAnswer(f"the API answered without a list of {key}", url=url)
    pagination = _converted(_pagination_in(raw), Pagination, url)
    kept: tuple[R, ...] = _converted(entries, tuple[kind, ...], url)  # type: ignore[valid-type]
    return Page(data=kept, pagination=pagination)


def _pagination_in(raw: dict[str, Any]) -> object:
    meta = raw.get("meta")
    if not isinstance(meta, dict):
        return {}
    return meta.get("pagination") or {}


def _converted(raw: object, kind: type[T], url: str) -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        fault = sanitize(str(error))
    raise MalformedAnswer(f"the API's answer breaks its contract: {fault}", url=url)
