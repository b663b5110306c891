"""The API's own objects: every field as it was sent, for people and programs that look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from mkdocs_masko.api.answers import resource
from mkdocs_masko.api.models import (
    Asset,
    Collection,
    CollectionDetail,
    Item,
    Project,
    Resource,
    export_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.api.calling import Calls

Object: TypeAlias = dict[str, Any]


class Objects:
    """Reads resources, checks them, and gives them as they came.

    Every call may raise an `ApiError`. Lists are fetched page by page while they are read.

    Args:
        calls: Makes them.
        signed_urls: Ask for the `file_url` of assets too, which expires; without it, one that
            comes unasked is dropped: it opens the file to whoever reads it in a log.
    """

    def __init__(self, calls: Calls, *, signed_urls: bool = False) -> None:
        self._calls = calls
        self._of_assets = {} if signed_urls else {"include_file_urls": "false"}
        self._unwanted = () if signed_urls else ("file_url",)

    def projects(self) -> Iterator[Object]:
        """List the projects of the key's workspace."""
        return self._listed("/projects", "projects", Project)

    def collections(self, project_id: str | None = None) -> Iterator[Object]:
        """List the collections, of one project or of all."""
        params = {"project_id": project_id} if project_id else {}
        return self._listed("/collections", "collections", Collection, params)

    def collection(self, collection_id: str) -> Object:
        """Get a collection with its configuration."""
        return self._one(f"/collections/{collection_id}", CollectionDetail)

    def items(self, collection_id: str) -> Iterator[Object]:
        """List the items of a collection, published or not."""
        return self._listed(f"/collections/{collection_id}/items", "items", Item)

    def assets(self, collection_id: str | None = None) -> Iterator[Object]:
        """List the assets of a collection, or of all."""
        below = f"/collections/{collection_id}" if collection_id else ""
        return self._listed(f"{below}/assets", "assets", Asset, self._of_assets)

    def asset(self, asset_id: str) -> Object:
        """Get an asset."""
        return self._one(f"/assets/{asset_id}", Asset)

    def export(self, collection_id: str) -> Object:
        """Get what a collection has published.

        Raises:
            NotReady: Nothing yet.
        """
        found = self._calls.get(f"/collections/{collection_id}/cdn-export", dict)
        export_from(found)
        return found

    def _one(self, path: str, kind: type[Resource]) -> Object:
        return self._checked(self._calls.get(path, dict), kind)

    def _listed(
        self, path: str, key: str, kind: type[Resource], params: Mapping[str, str] | None = None
    ) -> Iterator[Object]:
        for found in self._calls.walk(path, key, dict, params):
            yield self._checked(found, kind)

    def _checked(self, found: Object, kind: type[Resource]) -> Object:
        resource(found, kind, "")
        return {key: value for key, value in found.items() if key not in self._unwanted}
