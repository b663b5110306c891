"""Every call of Masko's REST API, typed."""

from __future__ import annotations

import random
import re
import time
from http import HTTPStatus
from itertools import count
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
    decoded,
    export_from,
    page,
    resource,
    unwrapped,
)
from mkdocs_masko.errors import ApiError, NetworkError, OptionError, RateLimited, ServerError
from mkdocs_masko.http import LARGEST_MEDIUM, Answer, Budget, Limits, Transport
from mkdocs_masko.http.errors import refused_call
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import API_URL, ID_PATTERN, checked_api_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from typing_extensions import Self

    from mkdocs_masko.api.models import Page, R

_MOST_PAGES = 1_000  # of 50 entries each: more than any workspace holds
_MODIFYING = {"PATCH", "DELETE"}

T = TypeVar("T")

ATTEMPTS: Final = 4

_FIRST_PAUSE = 0.5  # seconds; doubled with each attempt


def pause(
    error: BaseException | None,
    attempt: int,
    left: float,
    *,
    repeatable: bool = True,
    chance: float = 0.0,
) -> float | None:
    """Decide on another attempt.

    Args:
        error: What the last attempt failed with.
        attempt: How many there were, from 1.
        left: Seconds left of the budget.
        repeatable: Whether doing it twice does no harm. Otherwise only 429 and 503 are
            followed by another attempt: with them nothing was done.
        chance: From 0 to 1; spreads the attempts of many builds.

    Returns:
        Seconds to wait, or None to give up now.
    """
    if attempt >= ATTEMPTS or not _may_pass(error, repeatable=repeatable):
        return None
    wait = _FIRST_PAUSE * 2 ** (attempt - 1) * (1 + chance / 4)
    if isinstance(error, RateLimited) and error.retry_after is not None:
        wait = error.retry_after
    return wait if wait < left else None


def _may_pass(error: BaseException | None, *, repeatable: bool) -> bool:
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, ServerError):
        unavailable = error.status == HTTPStatus.SERVICE_UNAVAILABLE
        return unavailable or (repeatable and error.status != HTTPStatus.NOT_IMPLEMENTED)
    return repeatable and isinstance(error, NetworkError)


def persist(
    call: Callable[[], T],
    budget: Budget,
    *,
    repeatable: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call until it works, or `pause` gives up; the last error is raised as it is.

    Raises:
        ApiError: What the last attempt failed with.
    """
    for attempt in count(1):
        try:
            return call()
        except ApiError as error:  # noqa: PERF203 - each attempt may fail
            chance = random.random()  # noqa: S311 - no secret, only spread
            left = budget.remaining()
            wait = pause(error, attempt, left, repeatable=repeatable, chance=chance)
            if wait is None:
                raise
            sleep(wait)
    raise AssertionError  # count() does not end


class Calls:
    """What a client and whoever wants the API's own objects have in common.

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

    def __init__(  # noqa: PLR0913 - what a client needs from its surroundings
        self,
        key: str | None,
        *,
        budget: Budget,
        api_url: str = API_URL,
        key_name: str = "MASKO_API_KEY",
        rewrite: Callable[[str], str] = str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        auth = None if key is None else bearer_for(key, key_name)
        del key
        if isinstance(auth, OptionError):
            raise auth
        self._auth = auth
        self._api_url = checked_api_url(api_url)
        self._budget = budget
        self._key_name = key_name
        self._sleep = sleep
        self._transport = Transport(budget, rewrite=rewrite)
        larger = Limits(budget=budget, answer=LARGEST_MEDIUM + 1024 * 1024)
        self._downloads = Transport(budget, rewrite=rewrite, limits=larger)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
        self._downloads.close()

    def fetch_range(self, url: str, offset: int, length: int) -> tuple[bytes, int | None]:
        """Fetch a part of a published medium, without the key.

        Args:
            url: An address that `urls.check_media_url` let through.
            offset: The first byte wanted, from 0.
            length: The most bytes wanted, at least 1.

        Returns:
            The bytes, and the medium's size in bytes where the server tells it.
        """
        return self._persist(lambda: self._transport.fetch_range(url, offset, length))

    def download(self, attempt: Callable[[Transport], T]) -> T:
        """Fetch a published medium, without the key, in as many attempts as make sense.

        Args:
            attempt: Fetches it, or the rest of it, with what it is given, from an address that
                `urls.check_media_url` let through.
        """
        return self._persist(lambda: attempt(self._downloads))

    def get(self, path: str, kind: type[T]) -> T:
        """Get one resource as a type of one's own, such as `dict` for all that was sent."""
        answer = self.call("GET", path)
        return resource(decoded(answer.body, answer.url), kind, answer.url)

    def walk(
        self, path: str, key: str, kind: type[R], params: Mapping[str, str] | None = None
    ) -> Iterator[R]:
        """List resources as a type of one's own, page by page.

        Args:
            path: Below the API's address: `/collections`.
            key: The list's name in the older form of an answer.
            kind: What each entry becomes.
            params: More of the query.
        """
        offset = 0
        for _ in range(_MOST_PAGES):
            answer = self.call("GET", path, params={**(params or {}), **_from(offset)})
            part = page(decoded(answer.body, answer.url), key, kind, answer.url)
            if _repeats(part, offset):
                return
            yield from part.data
            offset += len(part.data)
            if not part.data or not part.pagination.has_more:
                return

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request to the API, in as many attempts as make sense.

        Args:
            method: `GET`, `PATCH` or `DELETE`.
            path: Below the API's address.
            params: The query.
            body: What is sent.
        """
        url = self._api_url + path

        def attempt() -> Answer:
            answer = self._transport.exchange(
                method, url, auth=self._auth, params=params, body=body
            )
            return self._accepted(answer)

        return self._persist(attempt, repeatable=method not in _MODIFYING)

    def _accepted(self, answer: Answer) -> Answer:
        if answer.status < 400:  # noqa: PLR2004 - the refusals of HTTP
            return answer
        raise refused_call(
            answer.status,
            answer.headers,
            self._auth.redact(answer.body) if self._auth else answer.body,
            url=answer.url,
            key_name=self._key_name,
            keyed=self._auth is not None,
        )

    def _persist(self, call: Callable[[], T], *, repeatable: bool = True) -> T:
        return persist(call, self._budget, repeatable=repeatable, sleep=self._sleep)


def _from(offset: int) -> dict[str, str]:
    return {"offset": str(offset)} if offset else {}


def _repeats(part: Page[Any], offset: int) -> bool:
    """Tell whether a server that knows no offset sends an earlier page again."""
    return part.pagination.offset is not None and part.pagination.offset < offset


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
            f"{sanitize(text)!r} is no id: an id has letters, digits, '-' and '_' only"
        )
    return text


def _asset_params(*, signed_urls: bool) -> dict[str, str]:
    return {} if signed_urls else {"include_file_urls": "false"}


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
