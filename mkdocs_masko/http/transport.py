"""Bytes over the wire: one request, one answer, inside a budget.

requests' Session is left out on purpose: it is what follows redirects, reads `~/.netrc` and
keeps cookies. Every exception of the libraries below ends here, as one of ours. It is raised
outside of their handlers, because their frames and requests hold the key's header.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import requests

from mkdocs_masko.errors import MalformedAnswer
from mkdocs_masko.http.errors import BROKEN, explain, is_late, no_answer, refused_medium
from mkdocs_masko.http.sockets import Adapter, Limits, over, proxies_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from requests import Response
    from requests.auth import AuthBase

    from mkdocs_masko.errors import ApiError, NetworkError
    from mkdocs_masko.http.sockets import Budget

LARGEST_MEDIUM: Final = 200 * 1024 * 1024
"""Bytes; a clip of 30 s in the best quality has about 20 MiB."""

_STREAM_STEP = 64 * 1024
_ETAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')  # a weak one says nothing of the bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """Bytes that are coming.

    Attributes:
        start: Where in the medium the first of them belongs.
        size: Of the whole medium, in bytes, where the server tells it.
        etag: The server's name for just these bytes, or an empty string.
        pieces: The bytes, in pieces of 64 KiB. Reading may raise what the wire raises.
    """

    start: int
    size: int | None
    etag: str
    pieces: Iterator[bytes]


def stream(response: Response, url: str, offset: int, known: str) -> Stream | None:
    """Take a medium from an offset on, or from its start where the server wants it so.

    Returns:
        None when the medium is still what the ETag `known` stands for.

    Raises:
        ApiError: It is refused, or is not what was asked for.
    """
    if known and response.status_code == HTTPStatus.NOT_MODIFIED:
        return None
    check_status(response, url)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise refused_medium(response.status_code, response.headers, url=url)
    check_encoding(response, url)
    size, start = declared_size(response, url), 0
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        start, _, size = content_range(response, url)
        if start != offset:
            raise MalformedAnswer("the server sent another part than the one asked for", url=url)
    tag = response.headers.get("ETag", "")
    etag = tag if _ETAG.fullmatch(tag) else ""
    return Stream(start=start, size=size, etag=etag, pieces=_pieces(response))


def _pieces(response: Response) -> Iterator[bytes]:
    while piece := response.raw.read(_STREAM_STEP, decode_content=False):
        yield piece


LARGEST_JSON: Final = 16 * 1024 * 1024
"""Bytes; an export of 10,000 poses has about 6 MiB."""

_LARGEST_REFUSAL = 64 * 1024
_STEP = 64 * 1024
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_UNMET_RANGE = re.compile(r"bytes \*/([0-9]{1,18})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back: a status of 200 to 299, or of 400 to 599."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str


def whole(response: Response, url: str) -> Answer:
    """Take a whole answer, at most 16 MiB of it.

    Raises:
        MalformedAnswer: It breaks the contract of HTTP or of the API.
    """
    check_status(response, url)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return _answer(response, url, _refusal_body(response))
    check_encoding(response, url)
    size = declared_size(response, url)
    if size is not None and size > LARGEST_JSON:
        raise MalformedAnswer(f"the answer is too large: {size} bytes", url=url)
    body = _read(response, LARGEST_JSON + 1)
    if len(body) > LARGEST_JSON:
        raise MalformedAnswer(f"the answer is larger than {LARGEST_JSON} bytes", url=url)
    return _answer(response, url, body)


def _answer(response: Response, url: str, body: bytes) -> Answer:
    return Answer(status=response.status_code, headers=response.headers, body=body, url=url)


def part(response: Response, url: str, wanted: range) -> tuple[bytes, int | None]:
    """Take a part of a medium, and the whole's size in bytes where it is known.

    Raises:
        ApiError: It is refused, or is not the part asked for.
    """
    if unmet := _unmet(response):
        return b"", int(unmet[1])
    check_status(response, url)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise refused_medium(response.status_code, response.headers, url=url)
    check_encoding(response, url)
    size = declared_size(response, url)
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return _cut(response, size, wanted)
    first, last, total = content_range(response, url)
    data = _read(response, len(wanted) + 1)
    if first != wanted[0] or last not in wanted or len(data) != last - first + 1:
        raise MalformedAnswer("the server sent another part than the one asked for", url=url)
    return data, total


def _cut(response: Response, size: int | None, wanted: range) -> tuple[bytes, int | None]:
    """Take the part out of an answer that ignores the range, and read no further."""
    data = _read(response, wanted.stop)
    ended = len(data) < wanted.stop
    return data[wanted.start :], len(data) if ended else size


def _unmet(response: Response) -> re.Match[str] | None:
    if response.status_code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return None
    return _UNMET_RANGE.fullmatch(response.headers.get("Content-Range", ""))


def content_range(response: Response, url: str) -> tuple[int, int, int | None]:
    """Return first byte, last byte and the whole's size of a partial answer."""
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if not found:
        raise MalformedAnswer("a partial answer (206) does not say which part it is", url=url)
    return int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3])


def check_status(response: Response, url: str) -> None:
    """Refuse redirects, and what is no status of an answer."""
    status = response.status_code
    if 300 <= status < 400:  # noqa: PLR2004 - the redirects of HTTP
        raise MalformedAnswer(
            f"the server redirects ({status}), which is refused; check the address",
            status=status,
            url=url,
        )
    if not 200 <= status < 600:  # noqa: PLR2004 - the statuses of HTTP
        raise MalformedAnswer(f"the server answers with an odd status ({status})", url=url)


def _refusal_body(response: Response) -> bytes:
    """Read why; the status stands even where that cannot be read."""
    if _is_encoded(response):
        return b""
    with suppress(*BROKEN):
        return _read(response, _LARGEST_REFUSAL)
    return b""


def _is_encoded(response: Response) -> bool:
    return response.headers.get("Content-Encoding", "identity").strip().lower() != "identity"


def check_encoding(response: Response, url: str) -> None:
    """Refuse what would have to be unpacked."""
    if _is_encoded(response):
        raise MalformedAnswer("the answer has an encoding that nobody asked for", url=url)


def declared_size(response: Response, url: str) -> int | None:
    """Return the length in the header, in bytes; a doubled or negative one is a fault."""
    text = response.headers.get("Content-Length")
    if text is None or "Transfer-Encoding" in response.headers:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise MalformedAnswer("the answer has a Content-Length that is no length", url=url)
    return int(text)


def _read(response: Response, most: int) -> bytes:
    """Read the body up to a number of bytes, in small steps: a length is only a claim."""
    body = bytearray()
    while len(body) < most:
        piece = response.raw.read(min(_STEP, most - len(body)), decode_content=False)
        if not piece:
            break
        body += piece
    return bytes(body)


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
