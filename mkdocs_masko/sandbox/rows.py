"""Resources as the API lists and shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs_masko.sandbox.assets import Asset
    from mkdocs_masko.sandbox.models import Collection, Item, Project
    from mkdocs_masko.sandbox.responses import Row


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
