"""Bytes over the wire: one request, one answer, inside a budget.

requests' Session is left out on purpose: it is what follows redirects, reads `~/.netrc` and
keeps cookies. Every exception of the libraries below ends here, as one of ours. It is raised
outside of their handlers, because their frames and requests hold the key's header.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import requests

from mkdocs_masko.http.connections import Adapter, proxies_for
from mkdocs_masko.http.faults import BROKEN, explain, is_late, no_answer
from mkdocs_masko.http.reading import part, whole
from mkdocs_masko.http.sockets import Limits, over
from mkdocs_masko.http.streaming import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests.auth import AuthBase

    from mkdocs_masko.errors import ApiError, NetworkError
    from mkdocs_masko.http.reading import Answer
    from mkdocs_masko.http.sockets import Budget
    from mkdocs_masko.http.streaming import Stream

_HEADERS: Final = {"User-Agent": "mkdocs-masko", "Accept-Encoding": "identity"}

T = TypeVar("T")


class Transport:
    """Sends requests, at most 8 at once to one host. Threads may share it.

    Args:
        budget: The time for everything that is sent.
        rewrite: Turns a medium's address into the one to fetch it from.
        limits: Bounds of a single exchange; made from the budget when left out.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        rewrite: Callable[[str], str] = str,
        limits: Limits | None = None,
    ) -> None:
        self.budget = budget
        self._rewrite = rewrite
        self._adapter = Adapter(limits or Limits(budget=budget))

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()

    def exchange(
        self,
        method: str,
        url: str,
        *,
        auth: AuthBase | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send a request to the API and take its whole answer.

        Raises:
            NetworkError: No answer, or not in time.
            MalformedAnswer: A redirect, an encoding nobody asked for, or more than 16 MiB.
        """
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = requests.Request(
            method, url, headers | _HEADERS, params=params, data=body, auth=auth
        )
        return self._send(request, url, lambda response: whole(response, url))

    def fetch_range(self, url: str, offset: int, length: int) -> tuple[bytes, int | None]:
        """Fetch a part of a medium, without the key.

        Args:
            url: The medium's address; whether it may be fetched is for the caller to check.
            offset: The first byte wanted, from 0.
            length: The most bytes wanted, at least 1.

        Returns:
            The bytes, fewer when the medium ends before, and its whole size where it is known.

        Raises:
            NotFound: The medium is gone.
            RateLimited: Too many calls.
            Refused: Any other 4xx.
            ServerError: 5xx.
            NetworkError: No answer, or not in time.
            MalformedAnswer: An answer that is not the part asked for.
        """
        wanted = range(offset, offset + length)
        headers = _HEADERS | {"Range": f"bytes={wanted[0]}-{wanted[-1]}"}
        request = requests.Request("GET", self._rewrite(url), headers)
        return self._send(request, url, lambda response: part(response, url, wanted))

    def stream(
        self,
        url: str,
        take: Callable[[Stream], T],
        *,
        offset: int = 0,
        etag: str = "",
        known: str = "",
    ) -> T | None:
        """Fetch a medium, without the key, piece by piece.

        Args:
            url: The medium's address; whether it may be fetched is for the caller to check.
            take: Reads the pieces; what it raises is passed on, unless that comes of the wire.
            offset: How many bytes are there already.
            etag: What those are part of; the server starts again when it has others.
            known: The ETag of a whole medium that is there already.

        Returns:
            What `take` made of it, or None when the medium is the one that is known.

        Raises:
            ApiError: As for `fetch_range`.
        """
        headers = dict(_HEADERS)
        if offset:
            headers |= {"Range": f"bytes={offset}-"} | ({"If-Range": etag} if etag else {})
        if known:
            headers["If-None-Match"] = known
        request = requests.Request("GET", self._rewrite(url), headers)

        def taken(response: requests.Response) -> T | None:
            found = stream(response, url, offset, known)
            return None if found is None else take(found)

        return self._send(request, url, taken)

    def _send(
        self, request: requests.Request, url: str, take: Callable[[requests.Response], T]
    ) -> T:
        if not self.budget.remaining():
            raise self._too_late(url)
        outcome = self._try(request, url, take)
        if isinstance(outcome, _Fault):
            raise outcome.error
        return outcome

    def _try(
        self, request: requests.Request, url: str, take: Callable[[requests.Response], T]
    ) -> T | _Fault:
        try:
            prepared = request.prepare()
            address = prepared.url or ""
            response = self._adapter.send(prepared, stream=True, proxies=proxies_for(address))
            try:
                return take(response)
            finally:
                response.close()
        except BROKEN as error:
            return _Fault(self._in_words(error, url))

    def _in_words(self, error: BaseException, url: str) -> ApiError:
        if is_late(error) and not self.budget.remaining():
            return self._too_late(url)
        return explain(error, url)

    def _too_late(self, url: str) -> NetworkError:
        return no_answer(url, over(self.budget.seconds))


@dataclass(frozen=True, slots=True)
class _Fault:
    error: ApiError
