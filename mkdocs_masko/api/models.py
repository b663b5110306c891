"""The API's resources as frozen data, and how its JSON becomes them.

A field that is missing or null is None or empty, and an unknown field is ignored, because the API
grows. A field of the wrong type is an error; in an export, though, one bad item does not spoil the
others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import msgspec

from mkdocs_masko.errors import MalformedResponse
from mkdocs_masko.media_types import FLAT_KEYS, IMAGE_KEY_PATTERN, KEY_PATTERN
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

Id = Annotated[str, msgspec.Meta(pattern=rf"\A{ID_PATTERN}\Z", max_length=128)]

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # JSON of JavaScript has no larger ones

_KEY = re.compile(KEY_PATTERN)
_IMAGE_KEY = re.compile(IMAGE_KEY_PATTERN)


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The base of all resources."""

    id: Id


class Project(Resource, frozen=True, kw_only=True):
    """A container of collections."""

    name: str | None = None
    organization_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Collection(Resource, frozen=True, kw_only=True):
    """A mascot, as lists have it."""

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
    """A mascot with its configuration."""

    name: str | None = None
    type: str | None = None
    project_id: str | None = None
    slug: str | None = None
    config: CollectionConfig | None = None
    cdn_status: Any = None
    created_at: str | None = None
    updated_at: str | None = None


class Item(Resource, frozen=True, kw_only=True):
    """A pose, published or not. Its `type` is `image`, `animation` or `logo`."""

    name: str | None = None
    type: str | None = None
    prompt: str | None = None
    public_slug: str | None = None
    created_at: str | None = None


class Asset(Resource, frozen=True, kw_only=True):
    """A generated file.

    `cdn_url` is public and permanent. `file_url` is signed and expires.
    """

    type: str | None = None
    status: str | None = None
    file_url: str | None = None
    cdn_url: str | None = None
    item_id: str | None = None
    collection_id: str | None = None
    created_at: str | None = None


class Pagination(msgspec.Struct, frozen=True, kw_only=True):
    """The position of a page in its list, counted in entries."""

    total: Count | None = None
    limit: Count | None = None
    offset: Count | None = None
    has_more: bool | None = None


R = TypeVar("R")


class Page(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A part of a list."""

    data: tuple[R, ...] = ()
    pagination: Pagination = Pagination()


class ExportItem(msgspec.Struct, frozen=True, kw_only=True):
    """A published pose: the URLs of its still images, and of each animation's media by key.

    Attributes:
        name: What people call it.
        image: The opaque one.
        transparent_image: The one without a background.
        image_sizes: Size variants of both, by key: `transparent_image_480`.
        animations: The URLs of each by key.
    """

    name: str
    image: str | None = None
    transparent_image: str | None = None
    image_sizes: dict[str, str] = {}
    animations: tuple[dict[str, str], ...] = ()


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection has published.

    Attributes:
        collection: The collection's name.
        items: The poses.
        problems: What was left out because it breaks the contract, as sentences that name the
            item: `item 3 of the export has no name`.
    """

    collection: str
    items: tuple[ExportItem, ...]
    problems: tuple[str, ...] = ()


def parse_export(raw: object) -> Export:
    """Make an export of the JSON of `cdn-export`, in its current or its older, flat form.

    An item without a name is left out, and so is a field of the wrong type.

    Args:
        raw: The decoded object `{"collection", "items"}`.

    Raises:
        MalformedResponse: There is no list of items, or not one of them is as it should be.
    """
    export = _object(raw, "the export")
    entries = export.get("items")
    if not isinstance(entries, list):
        raise MalformedResponse("the export has no list 'items'")
    name = _text(export, "collection", "the export") or ""
    parsers = [_ItemParser(entry, number) for number, entry in enumerate(entries, 1)]
    items = [parser.parse() for parser in parsers]
    problems = tuple(problem for parser in parsers for problem in parser.problems)
    if problems and all(parser.problems for parser in parsers):
        raise MalformedResponse(problems[0])
    return Export(collection=name, items=tuple(item for item in items if item), problems=problems)


class _ItemParser:
    """Parses one item of an export, and notes what it has to leave out.

    Args:
        raw: The item.
        number: Its position in the export, from 1.

    Attributes:
        problems: One sentence for each thing that is left out.
    """

    def __init__(self, raw: object, number: int) -> None:
        self._raw, self._number = raw, number
        self._place = f"item {number} of the export"
        self.problems: list[str] = []

    def parse(self) -> ExportItem | None:
        """Return the pose, or None where the item is none."""
        if not isinstance(self._raw, dict):
            self.problems.append(f"{self._place} is not an object")
            return None
        item, id_ = self._raw, self._raw.get("id")
        if isinstance(id_, str) and id_:
            self._place += f" (id {sanitize(id_)!r})"
        name = self._text(item, "name")
        if name is None or not name.strip():
            self.problems = self.problems or [f"{self._place} has no name"]
            return None
        self._place = f"item {self._number} of the export ({sanitize(name)!r})"
        return ExportItem(
            name=name,
            image=self._text(item, "image"),
            transparent_image=self._text(item, "transparent_image"),
            image_sizes=self._urls(item, _IMAGE_KEY),
            animations=tuple(self._animations(item)),
        )

    def _animations(self, item: dict[str, object]) -> Iterator[dict[str, str]]:
        entries = item.get("animations")
        if entries is not None and not isinstance(entries, list):
            self.problems.append(f"{self._place} has animations that are not a list")
            entries = None
        animations = [self._animation(entry) for entry in entries or () if entry]
        # The older form has no list: one animation, whose media stand in the item itself.
        animations = animations or [self._media(_rename_flat_keys(item))]
        yield from (animation for animation in animations if animation is not None)

    def _animation(self, raw: object) -> dict[str, str] | None:
        """Return the media; an animation that lost all of them stays, because pages count them."""
        if not isinstance(raw, dict):
            self.problems.append(f"{self._place} has an animation that is not an object")
            return {}
        return self._media(raw)

    def _media(self, animation: dict[str, object]) -> dict[str, str] | None:
        count = len(self.problems)
        media = self._urls(animation, _KEY)
        return media if media or len(self.problems) > count else None

    def _urls(self, raw: dict[str, object], pattern: re.Pattern[str]) -> dict[str, str]:
        keys = filter(pattern.fullmatch, raw)
        return {key: url for key in keys if (url := self._text(raw, key))}

    def _text(self, raw: dict[str, object], key: str) -> str | None:
        try:
            return _text(raw, key, self._place)
        except MalformedResponse as error:
            self.problems.append(str(error))
            return None


def _rename_flat_keys(item: dict[str, object]) -> dict[str, object]:
    return {FLAT_KEYS.get(key, key): value for key, value in item.items() if value}


def _object(raw: object, place: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise MalformedResponse(f"{place} is not an object")
    return raw


def _text(raw: dict[str, object], key: str, place: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise MalformedResponse(f"{place} has {key!r} of type {type(value).__name__}, not a string")
    return value or None


T = TypeVar("T")


def decode_json(body: bytes, url: str) -> object:
    """Decode JSON.

    Raises:
        MalformedResponse: It is not JSON, or is nested too deeply.
    """
    if not body.strip():
        raise MalformedResponse("the API sends an empty response; check 'api_url'", url=url)
    if body.lstrip().startswith(b"<"):
        raise MalformedResponse(
            "the API sends a web page instead of JSON; check 'api_url' and the proxy",
            url=url,
        )
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        problem = "it is nested too deeply"
    except (msgspec.MsgspecError, ValueError) as error:
        problem = "it is not UTF-8" if isinstance(error, UnicodeError) else sanitize(str(error))
    # Outside of the handler: a UnicodeError holds the whole body.
    raise MalformedResponse(f"the API sends JSON that is not valid: {problem}", url=url)


def unwrap(raw: object) -> object:
    """Return the object inside `{"data": ...}`, or a bare object itself."""
    if isinstance(raw, dict) and isinstance(raw.get("data"), dict):
        return raw["data"]
    return raw


def decode_resource(raw: object, kind: type[T], url: str) -> T:
    """Make a resource of a response's JSON, wrapped in `data` or bare.

    Raises:
        MalformedResponse: A field has the wrong type.
    """
    return _convert(unwrap(raw), kind, url)


def decode_page(raw: object, name: str, kind: type[R], url: str) -> Page[R]:
    """Make a page of `{"data": [...], "meta": ...}` or of the older `{"<name>": [...]}`.

    Raises:
        MalformedResponse: There is no list, or a field has the wrong type.
    """
    entries = raw.get("data", raw.get(name)) if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(entries, list):
        raise MalformedResponse(f"the API sends no list of {name}", url=url)
    pagination = _convert(_find_pagination(raw), Pagination, url)
    data: tuple[R, ...] = _convert(entries, tuple[kind, ...], url)  # type: ignore[valid-type]
    return Page(data=data, pagination=pagination)


def _find_pagination(raw: dict[str, Any]) -> object:
    meta = raw.get("meta")
    if not isinstance(meta, dict):
        return {}
    return meta.get("pagination") or {}


def _convert(raw: object, kind: type[T], url: str) -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        problem = sanitize(str(error))
    raise MalformedResponse(f"the API's response breaks its contract: {problem}", url=url)
