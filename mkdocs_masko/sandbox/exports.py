"""The `cdn-export` of a collection, in the nested form and the older flat one."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.assets import asset_id
from mkdocs_masko.sandbox.cdn import MOVING_KEYS, STILL_KEYS, cdn_path, media_of
from mkdocs_masko.sandbox.responses import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from collections.abc import Iterable
    from pathlib import Path

    from mkdocs_masko.sandbox.cdn import Medium
    from mkdocs_masko.sandbox.models import Collection, Item


def export_items(
    collection: Collection, *, media_dir: Path, cdn_url: str, archived: Container[str]
) -> list[dict[str, object]]:
    """Return the items of an export.

    Args:
        collection: The mascot.
        media_dir: Where the media lie.
        cdn_url: What every address begins with.
        archived: The ids of assets that are to be left out.

    Raises:
        Refusal: 409, naming which of the three causes it is.
    """
    items = [
        _exported(item, {m: cdn_url + cdn_path(collection, item, m) for m in media})
        for item in collection.items
        if (media := _kept(item, media_dir, archived)) or item.extra
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


def _kept(item: Item, media_dir: Path, archived: Container[str]) -> list[Medium]:
    return [m for m in media_of(item, media_dir) if asset_id(item, m.place) not in archived]


def _exported(item: Item, urls: dict[Medium, str]) -> dict[str, object]:
    form = _flat if item.old_keys else _nested
    return {"name": item.name, **form(item, urls), **item.extra}


def _nested(item: Item, urls: dict[Medium, str]) -> dict[str, object]:
    moving = [m for m in urls if m.animation is not None]
    groups = groupby(moving, key=lambda m: m.animation)
    animations = [_keyed(group, urls, item.nulls, MOVING_KEYS) for _, group in groups]
    stills = (m for m in urls if m.animation is None)
    return {**_keyed(stills, urls, item.nulls, STILL_KEYS), "animations": animations}


def _keyed(
    media: Iterable[Medium], urls: dict[Medium, str], nulls: tuple[str, ...], keys: tuple[str, ...]
) -> dict[str, object]:
    blank = {key: None for key in nulls if key in keys}
    return {**{m.key: urls[m] for m in media if m.base_key not in blank}, **blank}


def _flat(item: Item, urls: dict[Medium, str]) -> dict[str, object]:
    names = {key: key for key in STILL_KEYS} | dict(item.old_keys)
    return {names[m.key]: url for m, url in urls.items() if m.key in names and not m.animation}
