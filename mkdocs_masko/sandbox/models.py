"""What the sandbox knows of projects, collections and items, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The container of collections."""

    id: str
    name: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A pose.

    Attributes:
        id: A UUID.
        name: Free text, as a person typed it.
        prompt: What it was generated from.
        public_slug: Its part of a CDN path; stays when the item is renamed.
        created_at: ISO 8601, in UTC.
        media: The folder of its files below the media folder (`fox/wave`), or None while
            nothing is generated yet.
        old_keys: For an item in the older flat layout: the API's animation key to the flat one.
        nulls: Media keys whose value is null in the export.
        extra: More keys of its export; they replace others of the same name.
    """

    id: str
    name: str
    prompt: str
    public_slug: str
    created_at: str
    media: str | None
    old_keys: Mapping[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A mascot.

    Attributes:
        id: Its id in calls.
        project_id: The UUID of its project.
        name: Free text.
        prompt: What the mascot was generated from.
        public_slug: Its part of a CDN path.
        user_prefix: Its owner's part of a CDN path.
        created_at: ISO 8601, in UTC.
        updated_at: ISO 8601, in UTC.
        items: Its poses.
        is_published: Whether its export may be seen.
        is_hosted: Whether asset hosting is switched on.
    """

    id: str
    project_id: str
    name: str
    prompt: str
    public_slug: str
    user_prefix: str
    created_at: str
    updated_at: str
    items: tuple[Item, ...] = ()
    is_published: bool = True
    is_hosted: bool = True

    @property
    def is_live(self) -> bool:
        """Whether its media are on the CDN."""
        return self.is_published and self.is_hosted
