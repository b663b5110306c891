"""Every call of Masko's REST API: typed by `Client`, as plain dictionaries by `RawClient`."""

from __future__ import annotations

import math
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import msgspec

from mkdocs_masko.api.auth import bearer_for
from mkdocs_masko.api.models import (
    Asset,
    Collection,
    CollectionDetail,
    Export,
    Item,
    Project,
    Resource,
    decode_json,
    decode_page,
    decode_resource,
    parse_export,
    unwrap,
)
from mkdocs_masko.api.retry import RateLimit, retry
from mkdocs_masko.errors import OptionError
from mkdocs_masko.http import MAX_MEDIA_BYTES, Budget, Limits, Response, Transport
from mkdocs_masko.http.errors import error_from_api
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import API_URL, ID_PATTERN, check_api_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from typing_extensions import Self

    from mkdocs_masko.api.models import Page, R

DEFAULT_TIMEOUT: Final = 30.0  # seconds

_MAX_PAGES = 1_000  # of 50 entries each: more than any workspace has
_CHANGING_METHODS = {"PATCH", "DELETE"}

T = TypeVar("T")


class _BaseClient:
    """Sends requests with the key, within a time, and repeats them where that can help.

    `Client` documents the arguments.
    """

    def __init__(  # noqa: PLR0913 - what a client needs from its surroundings
        self,
        key: str | None,
        *,
        api_url: str = API_URL,
        timeout: float = DEFAULT_TIMEOUT,
        budget: Budget | None = None,
        key_name: str | None = None,
        rewrite: Callable[[str], str] = str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        auth = None if key is None else bearer_for(key, key_name)
        del key  # so that no traceback of what follows shows it
        if isinstance(auth, OptionError):
            raise auth
        self._auth = auth
        self._api_url = check_api_url(api_url)
        self._timeout = timeout
        self._budget = Budget(math.inf) if budget is None else budget
        self._key_name = key_name
        self._sleep = sleep
        # The CDN counts requests of its own.
        self._api_limit, self._media_limit = RateLimit(), RateLimit()
        reveals = auth.reveals if auth else None
        self._transport = Transport(self._budget, rewrite=rewrite, reveals=reveals)
        media_limits = Limits(response=MAX_MEDIA_BYTES + 1024 * 1024)  # and the headers
        self._media_transport = Transport(
            self._budget, rewrite=rewrite, reveals=reveals, limits=media_limits
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
        self._media_transport.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Send a request to the API.

        Args:
            method: `GET`, `PATCH` or `DELETE`.
            path: The path below the API's URL, such as `/projects`.
            params: The query.
            body: JSON.
        """
        url = self._api_url + path

        def attempt(transport: Transport) -> Response:
            response = transport.request(method, url, auth=self._auth, params=params, body=body)
            return self._raise_for_status(response)

        repeatable = method not in _CHANGING_METHODS
        return self._retry(attempt, self._transport, self._api_limit, repeatable=repeatable)

    def get(self, path: str, kind: type[T]) -> T:
        """Get one resource as a type of your own; `dict` has everything the API sends."""
        response = self.request("GET", path)
        return decode_resource(decode_json(response.body, response.url), kind, response.url)

    def paginate(
        self, path: str, kind: type[R], params: Mapping[str, str] | None = None
    ) -> Iterator[R]:
        """List resources as a type of your own. Each page is a call, made when it is needed.

        Args:
            path: The path below the API's URL, such as `/collections`.
            kind: The type of each entry.
            params: More of the query.
        """
        name = path.rpartition("/")[2]  # what the older form of a page calls its list
        offset = 0
        for _ in range(_MAX_PAGES):
            query = {**(params or {}), **({"offset": str(offset)} if offset else {})}
            response = self.request("GET", path, params=query)
            body = decode_json(response.body, response.url)
            page = decode_page(body, name, kind, response.url)
            if _is_repeated(page, offset):
                return
            yield from page.data
            offset += len(page.data)
            if not page.data or not page.pagination.has_more:
                return

    def fetch_range(self, url: str, offset: int, length: int) -> tuple[bytes, int | None]:
        """Download a part of a published medium, without the key.

        Args:
            url: A URL that `urls.check_media_url` has checked.
            offset: The first byte, from 0.
            length: The number of bytes, at least 1.

        Returns:
            The bytes, fewer when the medium ends before, and the medium's size in bytes if the
            server says it.
        """
        return self._retry(
            lambda transport: transport.fetch_range(url, offset, length),
            self._transport,
            self._media_limit,
        )

    def download(self, attempt: Callable[[Transport], T]) -> T:
        """Download a published medium, without the key.

        Args:
            attempt: Downloads it, or the rest of it, over the transport that it is given, from a
                URL that `urls.check_media_url` has checked. It is called for each attempt.

        Returns:
            What `attempt` returns.
        """
        return self._retry(attempt, self._media_transport, self._media_limit)

    def _retry(
        self,
        attempt: Callable[[Transport], T],
        transport: Transport,
        limit: RateLimit,
        *,
        repeatable: bool = True,
    ) -> T:
        budget = self._budget.for_call(self._timeout)
        bounded = transport.within(budget)
        return retry(
            lambda: attempt(bounded),
            budget,
            repeatable=repeatable,
            sleep=self._sleep,
            limit=limit,
        )

    def _raise_for_status(self, response: Response) -> Response:
        if response.status < HTTPStatus.BAD_REQUEST:
            return response
        raise error_from_api(
            response.status,
            response.headers,
            self._auth.redact(response.body) if self._auth else response.body,
            url=response.url,
            has_key=self._auth is not None,
            key_name=self._key_name,
        )


def _is_repeated(page: Page[Any], offset: int) -> bool:
    """Tell whether a server that ignores `offset` sends an earlier page again."""
    return page.pagination.offset is not None and page.pagination.offset < offset


class Client(_BaseClient):
    """Calls Masko's API. Threads may share a client.

    Every call may raise an `ApiError`. It is repeated where that can help: up to 3 times, with
    growing pauses or the one that the server asks for. A change is not repeated if it may have
    happened already. Lists are requested page by page while you read them.

    Args:
        key: The API key; None for a server that needs none, such as a sandbox of your own.
        api_url: The API's base URL: https, or plain http on this machine.
        timeout: Seconds for one call, with all its attempts and pauses. Each page of a list is a
            call.
        budget: A time for all calls together. A call ends when its timeout or the budget is
            used up, whichever comes first.
        key_name: The environment variable that holds the key. Messages name it in place of the
            argument `key`.
        rewrite: Turns the URL of a medium into the one to request.
        sleep: Waits a number of seconds.

    Raises:
        OptionError: An argument cannot be used.
    """

    @property
    def raw(self) -> RawClient:
        """The same reading calls, which return everything the API sends, as dictionaries."""
        return RawClient(self)

    def projects(self) -> Iterator[Project]:
        """List the projects of the key's workspace."""
        return self.paginate("/projects", Project)

    def collections(self, project_id: str | None = None) -> Iterator[Collection]:
        """List the collections, of one project or of all."""
        return self.paginate("/collections", Collection, _project_params(project_id))

    def collection(self, collection_id: str) -> CollectionDetail:
        """Get a collection with its configuration."""
        return self.get(_collection_path(collection_id), CollectionDetail)

    def items(self, collection_id: str) -> Iterator[Item]:
        """List the items of a collection, published or not."""
        return self.paginate(_collection_path(collection_id, "items"), Item)

    def assets(self, collection_id: str, *, signed_urls: bool = False) -> Iterator[Asset]:
        """List the assets of a collection.

        Args:
            collection_id: The collection.
            signed_urls: Request `file_url` too, which expires.
        """
        path = _collection_path(collection_id, "assets")
        return self.paginate(path, Asset, _asset_params(signed_urls=signed_urls))

    def all_assets(self, *, signed_urls: bool = False) -> Iterator[Asset]:
        """List the assets of all collections; `signed_urls` requests `file_url` too."""
        return self.paginate("/assets", Asset, _asset_params(signed_urls=signed_urls))

    def asset(self, asset_id: str) -> Asset:
        """Get an asset."""
        return self.get(f"/assets/{_check_id(asset_id)}", Asset)

    def cdn_export(self, collection_id: str) -> Export:
        """Get what a collection has published.

        Raises:
            NotReady: It has no export yet.
        """
        response = self.request("GET", _collection_path(collection_id, "cdn-export"))
        return parse_export(unwrap(decode_json(response.body, response.url)))

    def rename_item(
        self,
        collection_id: str,
        item_id: str,
        name: str | None = None,
        prompt: str | None = None,
    ) -> Item | None:
        """Change the name or the prompt of an item.

        Returns:
            The item, or None if the API does not send it.

        Raises:
            OptionError: There is neither a name nor a prompt.
        """
        fields = {"name": name, "prompt": prompt}
        changes = {key: text for key, text in fields.items() if text is not None}
        if not changes:
            raise OptionError("nothing to change: give a name or a prompt")
        path = f"{_collection_path(collection_id, 'items')}/{_check_id(item_id)}"
        response = self.request("PATCH", path, body=msgspec.json.encode(changes))
        raw = decode_json(response.body, response.url) if response.body.strip() else None
        return decode_resource(raw, Item, response.url) if raw else None

    def delete_item(self, collection_id: str, item_id: str) -> None:
        """Delete an item."""
        path = f"{_collection_path(collection_id, 'items')}/{_check_id(item_id)}"
        self.request("DELETE", path)

    def delete_asset(self, asset_id: str) -> None:
        """Archive an asset."""
        self.request("DELETE", f"/assets/{_check_id(asset_id)}")


RawResource: TypeAlias = dict[str, Any]


class RawClient:
    """The reading calls of `Client`, with resources as the API sends them.

    Fields that this package does not know are kept; those it knows have the right type. It
    drops `file_url` unless a call asks for signed URLs: whoever reads one in a log can download
    the file.

    Args:
        client: Sends the requests.
    """

    def __init__(self, client: _BaseClient) -> None:
        self._client = client

    def projects(self) -> Iterator[RawResource]:
        """List the projects of the key's workspace."""
        return self._list("/projects", Project)

    def collections(self, project_id: str | None = None) -> Iterator[RawResource]:
        """List the collections, of one project or of all."""
        return self._list("/collections", Collection, _project_params(project_id))

    def collection(self, collection_id: str) -> RawResource:
        """Get a collection with its configuration."""
        return self._get(_collection_path(collection_id), CollectionDetail)

    def items(self, collection_id: str) -> Iterator[RawResource]:
        """List the items of a collection, published or not."""
        return self._list(_collection_path(collection_id, "items"), Item)

    def assets(self, collection_id: str, *, signed_urls: bool = False) -> Iterator[RawResource]:
        """List the assets of a collection; `signed_urls` requests `file_url` too."""
        path = _collection_path(collection_id, "assets")
        return self._list_assets(path, signed_urls=signed_urls)

    def all_assets(self, *, signed_urls: bool = False) -> Iterator[RawResource]:
        """List the assets of all collections; `signed_urls` requests `file_url` too."""
        return self._list_assets("/assets", signed_urls=signed_urls)

    def asset(self, asset_id: str, *, signed_urls: bool = False) -> RawResource:
        """Get an asset; `signed_urls` keeps `file_url`."""
        raw = self._get(f"/assets/{_check_id(asset_id)}", Asset)
        return raw if signed_urls else _without_file_url(raw)

    def cdn_export(self, collection_id: str) -> RawResource:
        """Get what a collection has published.

        Raises:
            NotReady: It has no export yet.
        """
        raw = self._client.get(_collection_path(collection_id, "cdn-export"), dict)
        parse_export(raw)
        return raw

    def _get(self, path: str, kind: type[Resource]) -> RawResource:
        raw = self._client.get(path, dict)
        decode_resource(raw, kind, "")
        return raw

    def _list(
        self, path: str, kind: type[Resource], params: Mapping[str, str] | None = None
    ) -> Iterator[RawResource]:
        for raw in self._client.paginate(path, dict, params):
            decode_resource(raw, kind, "")
            yield raw

    def _list_assets(self, path: str, *, signed_urls: bool) -> Iterator[RawResource]:
        assets = self._list(path, Asset, _asset_params(signed_urls=signed_urls))
        return assets if signed_urls else map(_without_file_url, assets)


def _without_file_url(raw: RawResource) -> RawResource:
    return {key: value for key, value in raw.items() if key != "file_url"}


def _check_id(text: str) -> str:
    """Return an id unchanged when it cannot leave its place in a path."""
    if not re.fullmatch(ID_PATTERN, text):
        raise OptionError(
            f"{sanitize(text)!r} is not an id: expected letters, digits, '-' and '_' only"
        )
    return text


def _collection_path(collection_id: str, *names: str) -> str:
    return "/".join(("/collections", _check_id(collection_id), *names))


def _project_params(project_id: str | None) -> dict[str, str]:
    return {} if project_id is None else {"project_id": _check_id(project_id)}


def _asset_params(*, signed_urls: bool) -> dict[str, str]:
    # The API signs unless told not to.
    return {} if signed_urls else {"include_file_urls": "false"}
