"""Requests to the API and its CDN: within the budget, and tried again where that helps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from mkdocs_masko.api.address import checked_api_url
from mkdocs_masko.api.answers import decoded, page, resource
from mkdocs_masko.api.auth import bearer_for
from mkdocs_masko.api.retrying import persist
from mkdocs_masko.errors import OptionError
from mkdocs_masko.http import LARGEST_MEDIUM, Answer, Budget, Limits, Transport
from mkdocs_masko.http.errors import refused_call
from mkdocs_masko.urls import API_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from typing_extensions import Self

    from mkdocs_masko.api.models import Page, R

_MOST_PAGES = 1_000  # of 50 entries each: more than any workspace holds
_MODIFYING = {"PATCH", "DELETE"}

T = TypeVar("T")


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
