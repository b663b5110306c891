"""Every call of Masko's REST API, typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from mkdocs_masko.api.answers import decoded, resource, unwrapped
from mkdocs_masko.api.calling import Calls
from mkdocs_masko.api.models import (
    ID_PATTERN,
    Asset,
    Collection,
    CollectionDetail,
    Export,
    Item,
    Project,
    export_from,
)
from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator


class Client(Calls):
    """Calls the API, within a budget of time, and tries again where that can help.

    Every call may raise one of the `ApiError` classes. Lists are fetched page by page while
    they are read. Threads may share a client.

    Args:
        key: The API key; None for a server that wants none.
        api_url: Where the API is: https, or plain http on this machine.
        budget: The time for all calls and pauses.
        key_name: The variable that the key comes from, for messages.
        rewrite: Turns a medium's address into the one to fetch it from.
        sleep: Waits so many seconds.

    Raises:
        OptionError: The key or the address cannot be used.
    """

    def projects(self) -> Iterator[Project]:
        """List the projects of the key's workspace."""
        return self.walk("/projects", "projects", Project)

    def collections(self, project_id: str | None = None) -> Iterator[Collection]:
        """List the collections, of one project or of all."""
        params = {} if project_id is None else {"project_id": _id(project_id)}
        return self.walk("/collections", "collections", Collection, params)

    def collection(self, collection_id: str) -> CollectionDetail:
        """Get a collection with its configuration."""
        return self.get(f"/collections/{_id(collection_id)}", CollectionDetail)

    def items(self, collection_id: str) -> Iterator[Item]:
        """List the items of a collection, published or not."""
        return self.walk(f"/collections/{_id(collection_id)}/items", "items", Item)

    def assets(self, collection_id: str, *, signed_urls: bool = False) -> Iterator[Asset]:
        """List the assets of a collection.

        Args:
            collection_id: The collection.
            signed_urls: Ask for `file_url` too, which expires.
        """
        path = f"/collections/{_id(collection_id)}/assets"
        return self.walk(path, "assets", Asset, _asset_params(signed_urls=signed_urls))

    def all_assets(self, *, signed_urls: bool = False) -> Iterator[Asset]:
        """List the assets of all collections; `signed_urls` asks for `file_url` too."""
        return self.walk("/assets", "assets", Asset, _asset_params(signed_urls=signed_urls))

    def asset(self, asset_id: str) -> Asset:
        """Get an asset."""
        return self.get(f"/assets/{_id(asset_id)}", Asset)

    def cdn_export(self, collection_id: str) -> Export:
        """Get what a collection has published.

        Raises:
            NotReady: Nothing yet.
        """
        answer = self.call("GET", f"/collections/{_id(collection_id)}/cdn-export")
        return export_from(unwrapped(decoded(answer.body, answer.url)))

    def rename_item(
        self,
        collection_id: str,
        item_id: str,
        name: str | None = None,
        prompt: str | None = None,
    ) -> Item | None:
        """Give an item another name or prompt, and return it if the API shows it."""
        given = {"name": name, "prompt": prompt}
        changes = {key: text for key, text in given.items() if text is not None}
        if not changes:
            raise OptionError("nothing to change: give a name or a prompt")
        path = f"/collections/{_id(collection_id)}/items/{_id(item_id)}"
        answer = self.call("PATCH", path, body=msgspec.json.encode(changes))
        raw = decoded(answer.body, answer.url) if answer.body.strip() else None
        return resource(raw, Item, answer.url) if raw else None

    def delete_item(self, collection_id: str, item_id: str) -> None:
        """Delete an item."""
        self.call("DELETE", f"/collections/{_id(collection_id)}/items/{_id(item_id)}")

    def delete_asset(self, asset_id: str) -> None:
        """Archive an asset."""
        self.call("DELETE", f"/assets/{_id(asset_id)}")


def _id(text: str) -> str:
    if not re.fullmatch(ID_PATTERN, text):
        raise OptionError(
            f"{one_line(text)!r} is no id: an id has letters, digits, '-' and '_' only"
        )
    return text


def _asset_params(*, signed_urls: bool) -> dict[str, str]:
    return {} if signed_urls else {"include_file_urls": "false"}
