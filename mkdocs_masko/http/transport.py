"""Requests, and responses that keep to HTTP and to our bounds.

requests' Session is left out on purpose: it follows redirects, reads `~/.netrc` and keeps
cookies. Every exception of the libraries below ends here, as an error of this package, and that
is raised outside of their handlers, because their frames and requests hold the key's header.
"""

from __future__ import annotations

import re
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

import requests

from mkdocs_masko.errors import MalformedResponse
from mkdocs_masko.http.errors import (
    LIBRARY_ERRORS,
    error_from_library,
    error_from_media_server,
    is_timeout,
    timed_out,
)
from mkdocs_masko.http.sockets import Adapter, Limits, proxies_for, within
from mkdocs_masko.http.validators import NO_VALIDATOR, Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from requests import PreparedRequest

    from mkdocs_masko.errors import ApiError
    from mkdocs_masko.http.sockets import Budget

MAX_MEDIA_BYTES: Final = 200 * 1024 * 1024
"""A clip of 30 s in the best quality has about 20 MiB."""

MAX_JSON_BYTES: Final = 16 * 1024 * 1024
"""An export of 10,000 poses has about 6 MiB."""

_MAX_ERROR_BYTES = 64 * 1024
_CHUNK = 64 * 1024  # bytes
_LONGEST_TRACE = 2 * 1024  # bytes; a key has 512 at most, and twice as many in hex

# Compressed bodies are refused, because a gzip bomb of a few kB unpacks to gigabytes. So none is
# requested.
_HEADERS: Final = {"User-Agent": "mkdocs-masko", "Accept-Encoding": "identity"}

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A whole response of the API, with a status of 200 to 299, or of 400 to 599."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """A medium, or the rest of one, as it arrives.

    Attributes:
        start: The offset of its first byte in the medium.
        size: Bytes of the whole medium, or None if the server does not say.
        validator: Of the whole medium.
        chunks: The bytes, up to 64 KiB at a time. Iterating may raise what the libraries raise.
    """

    start: int
    size: int | None
    validator: Validator
    chunks: Iterator[bytes]

    @property
    def etag(self) -> str:
        """The strong ETag of exactly these bytes, or an empty string."""
        return self.validator.etag


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a medium.

    Attributes:
        content: Its bytes, fewer than requested where the medium ends before.
        size: Bytes of the whole medium, or None if the server does not say.
        validator: Of the whole medium.
    """

    content: bytes = field(repr=False)
    size: int | None
    validator: Validator


@dataclass(frozen=True, kw_only=True, slots=True)
class NotModified:
    """The answer that a medium is the known one (304).

    Attributes:
        is_stated: Whether it has the validator of the medium, as RFC 9110, 15.4.5, demands.
    """

    is_stated: bool


class RevealsKey(Protocol):
    """Tells whether somebody could read the API key in some bytes."""

    def __call__(self, content: bytes, *, is_text: bool = True) -> bool:
        """Check text, or the bytes of a medium, which have no escapes."""
        ...


def _reveals_nothing(_content: bytes, *, is_text: bool = True) -> bool:
    del is_text  # without a key there is nothing to reveal
    return False


class Transport:
    """Sends requests, at most 8 at once to one host. Threads may share it.

    Args:
        budget: The time for everything that is sent.
        rewrite: Turns the URL of a medium into the one to request.
        reveals: Finds the API key in a response, of which nothing is used then. Media are sent
            without the key, but their server may be the API's.
        limits: The bounds of a single request.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        rewrite: Callable[[str], str] = str,
        reveals: RevealsKey | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.budget = budget
        self._rewrite = rewrite
        self._reveals = reveals or _reveals_nothing
        self._adapter = Adapter(limits or Limits())

    def within(self, budget: Budget) -> Transport:
        """Return a transport that has another budget and uses the same connections."""
        transport = copy(self)
        transport.budget = budget
        return transport

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        auth: Callable[[PreparedRequest], PreparedRequest] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Send a request to the API and read its whole response, whatever its status.

        Args:
            method: `GET`, `PATCH` or `DELETE`.
            url: The URL without its query.
            auth: Adds the key to the request.
            params: The query.
            body: JSON.

        Raises:
            NetworkError: No response, or not in time.
            MalformedResponse: A redirect, an encoding that was not asked for, over 16 MiB, or the
                API key in a response that is no error.
        """
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = requests.Request(
            method, url, headers | _HEADERS, params=params, data=body, auth=auth
        )

        def read(response: requests.Response) -> Response | _Failure:
            result = _read_response(response, url)
            if result.status < HTTPStatus.BAD_REQUEST and self._reveals(result.body):
                return _Failure(_reveals_key(url))
            return result

        return self._send(request, url, read)

    def fetch_range(self, url: str, offset: int, length: int) -> tuple[bytes, int | None]:
        """Download a part of a medium, without the key.

        Args:
            url: The medium's URL. The caller has checked it with `urls.check_media_url`.
            offset: The first byte, from 0.
            length: The number of bytes, at least 1.

        Returns:
            The bytes, fewer when the medium ends before, and the medium's size in bytes if the
            server says it.

        Raises:
            NotFound: The medium is gone.
            RateLimited: Too many requests.
            RequestRejected: Any other 4xx.
            ServerError: 5xx.
            NetworkError: No response, or not in time.
            MalformedResponse: The response is not the requested part.
        """
        part = self.fetch_part(url, offset, length)
        assert isinstance(part, Part)  # noqa: S101 - without a condition there is no other response
        return part.content, part.size

    def fetch_part(
        self, url: str, offset: int, length: int, *, known: Validator = NO_VALIDATOR
    ) -> Part | NotModified:
        """Download a part of a medium, without the key, unless the medium is the known one.

        Args:
            url: The medium's URL. The caller has checked it with `urls.check_media_url`.
            offset: The first byte, from 0.
            length: The number of bytes, at least 1.
            known: The validator of a medium of which the caller already knows that part.

        Returns:
            The part, or that the medium is the known one.

        Raises:
            ApiError: As for `fetch_range`.
        """
        span = range(offset, offset + length)
        headers = _HEADERS | {"Range": f"bytes={span[0]}-{span[-1]}"} | known.conditions()
        request = requests.Request("GET", self._rewrite(url), headers)

        def read(response: requests.Response) -> Part | NotModified | _Failure:
            if known and response.status_code == HTTPStatus.NOT_MODIFIED:
                return _read_not_modified(response, url, known)
            content, size = _read_range(response, url, span)
            if self._reveals_in_medium(content):
                return _Failure(_reveals_key(url))
            return Part(content=content, size=size, validator=Validator.of(response.headers))

        return cast("Part | NotModified", self._send(request, url, read))

    def stream(
        self,
        url: str,
        consume: Callable[[Stream], T],
        *,
        offset: int = 0,
        etag: str = "",
        known: Validator = NO_VALIDATOR,
    ) -> T | NotModified:
        """Download a medium, without the key, chunk by chunk.

        Args:
            url: The medium's URL. The caller has checked it with `urls.check_media_url`.
            consume: Reads the chunks. What it raises is passed on.
            offset: How many bytes the caller already has.
            etag: The ETag of the medium that those bytes are part of. The server starts again
                from byte 0 when it has another.
            known: The validator of a whole medium that the caller already has.

        Returns:
            What `consume` returns, or that the medium is the known one.

        Raises:
            ApiError: As for `fetch_range`.
        """
        headers = dict(_HEADERS)
        if offset:
            headers |= {"Range": f"bytes={offset}-"} | ({"If-Range": etag} if etag else {})
        headers |= known.conditions()
        request = requests.Request("GET", self._rewrite(url), headers)

        def read(response: requests.Response) -> T | NotModified:
            if known and response.status_code == HTTPStatus.NOT_MODIFIED:
                return _read_not_modified(response, url, known)
            stream = _open_stream(response, url, offset)
            chunks = self._without_key(stream.chunks, url)
            return consume(replace(stream, chunks=chunks))

        return cast("T | NotModified", self._send(request, url, read))

    def _without_key(self, chunks: Iterator[bytes], url: str) -> Iterator[bytes]:
        """Pass chunks on until one reveals the key, which may begin in the one before."""
        end = b""
        for chunk in chunks:
            if self._reveals_in_medium(end + chunk):
                break
            end = chunk[-_LONGEST_TRACE:]
            yield chunk
        else:
            return
        del chunk, end  # a traceback that shows local variables must not show the key
        raise _reveals_key(url)

    def _reveals_in_medium(self, content: bytes) -> bool:
        return self._reveals(content, is_text=False)

    def _send(
        self, request: requests.Request, url: str, read: Callable[[requests.Response], T | _Failure]
    ) -> T:
        if not self.budget.remaining():
            raise timed_out(url, self.budget)
        result = self._attempt(request, url, read)
        if isinstance(result, _Failure):
            raise result.error
        return result

    def _attempt(
        self, request: requests.Request, url: str, read: Callable[[requests.Response], T | _Failure]
    ) -> T | _Failure:
        try:
            prepared = request.prepare()
            proxies = proxies_for(prepared.url or "")
            with within(self.budget):
                response = self._adapter.send(prepared, stream=True, proxies=proxies)
                try:
                    if self._reveals_in_headers(response):
                        return _Failure(_reveals_key(url))
                    return read(response)
                finally:
                    response.close()
        except LIBRARY_ERRORS as error:
            return _Failure(self._translate(error, url))

    def _reveals_in_headers(self, response: requests.Response) -> bool:
        # Those of an error are only parsed as numbers.
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            return False
        lines = (f"{name}: {value}" for name, value in response.headers.items())
        return self._reveals("\n".join(lines).encode("latin-1", "replace"))

    def _translate(self, error: BaseException, url: str) -> ApiError:
        if is_timeout(error) and not self.budget.remaining():
            return timed_out(url, self.budget)
        return error_from_library(error, url)


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error that leaves its handler as a value, so that it has no `__context__`."""

    error: ApiError


def _reveals_key(url: str) -> MalformedResponse:
    return MalformedResponse(
        "the response repeats the API key, so nothing of it is used; check 'api_url' and the proxy",
        url=url,
    )


def _read_response(response: requests.Response, url: str) -> Response:
    _check_status(response, url)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        body = _read_error_body(response)
    else:
        body = _read_json_body(response, url)
    return Response(status=response.status_code, headers=response.headers, body=body, url=url)


def _read_error_body(response: requests.Response) -> bytes:
    """Read why a request failed; the status stands even where that cannot be read."""
    if _is_encoded(response):
        return b""
    with suppress(*LIBRARY_ERRORS):
        return _read(response, _MAX_ERROR_BYTES)
    return b""


def _read_json_body(response: requests.Response, url: str) -> bytes:
    _check_encoding(response, url)
    size = _content_length(response, url)
    if size is not None and size > MAX_JSON_BYTES:
        raise MalformedResponse(f"the response is too large: {size} bytes", url=url)
    body = _read(response, MAX_JSON_BYTES + 1)
    if len(body) > MAX_JSON_BYTES:
        raise MalformedResponse(f"the response is larger than {MAX_JSON_BYTES} bytes", url=url)
    return body


_UNSATISFIED_RANGE = re.compile(r"bytes \*/([0-9]{1,18})")


def _read_range(response: requests.Response, url: str, span: range) -> tuple[bytes, int | None]:
    if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        # The medium ends before the range starts, and this header says where.
        match = _UNSATISFIED_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match:
            return b"", int(match[1])
    _check_media_response(response, url)
    size = _content_length(response, url)
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return _slice_whole(response, size, span)
    first, last, total = _content_range(response, url)
    data = _read(response, len(span) + 1)
    if first != span[0] or last not in span or len(data) != last - first + 1:
        raise _other_part(url)
    return data, total


def _slice_whole(
    response: requests.Response, size: int | None, span: range
) -> tuple[bytes, int | None]:
    """Cut the range out of a response that ignores it, and read no further."""
    data = _read(response, span.stop)
    is_complete = len(data) < span.stop
    return data[span.start :], len(data) if is_complete else size


def _read_not_modified(response: requests.Response, url: str, known: Validator) -> NotModified:
    stated = known.stated_in(response.headers)
    if stated not in {None, str(known)}:
        raise MalformedResponse(
            "the server says that a file has not changed (304), and means another one", url=url
        )
    return NotModified(is_stated=stated is not None)


def _open_stream(response: requests.Response, url: str, offset: int) -> Stream:
    _check_media_response(response, url)
    size, start = _content_length(response, url), 0
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        start, _, size = _content_range(response, url)
        if start != offset:
            raise _other_part(url)
    validator = Validator.of(response.headers)
    return Stream(start=start, size=size, validator=validator, chunks=_iter_chunks(response))


def _iter_chunks(response: requests.Response) -> Iterator[bytes]:
    while chunk := response.raw.read(_CHUNK, decode_content=False):
        yield chunk


def _read(response: requests.Response, max_bytes: int) -> bytes:
    """Read the body up to a number of bytes."""
    # In small steps, because Content-Length is only a claim: read(10**17) would allocate first.
    body = bytearray()
    while len(body) < max_bytes:
        chunk = response.raw.read(min(_CHUNK, max_bytes - len(body)), decode_content=False)
        if not chunk:
            break
        body += chunk
    return bytes(body)


def _check_media_response(response: requests.Response, url: str) -> None:
    _check_status(response, url)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise error_from_media_server(response.status_code, response.headers, url=url)
    _check_encoding(response, url)


def _check_status(response: requests.Response, url: str) -> None:
    status = response.status_code
    if 300 <= status < 400:  # noqa: PLR2004 - the redirects of HTTP
        # Following one could lead to a host that must not see the key, or into a private network.
        raise MalformedResponse(
            f"the server redirects ({status}), which is not allowed; check the URL and the proxy",
            status=status,
            url=url,
        )
    if not 200 <= status < 600:  # noqa: PLR2004 - the final statuses of HTTP
        raise MalformedResponse(f"the server sends an unknown status ({status})", url=url)


def _is_encoded(response: requests.Response) -> bool:
    return response.headers.get("Content-Encoding", "identity").strip().lower() != "identity"


def _check_encoding(response: requests.Response, url: str) -> None:
    if _is_encoded(response):
        raise MalformedResponse("the response has an encoding that was not requested", url=url)


def _content_length(response: requests.Response, url: str) -> int | None:
    """Return `Content-Length` in bytes; one that is negative or sent twice is an error."""
    text = response.headers.get("Content-Length")
    if text is None or "Transfer-Encoding" in response.headers:
        return None  # RFC 9112, section 6.3: Transfer-Encoding overrides it
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise MalformedResponse("the response has a Content-Length that is not valid", url=url)
    return int(text)


_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


def _content_range(response: requests.Response, url: str) -> tuple[int, int, int | None]:
    """Return first byte, last byte and the medium's size of a partial response."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if not match:
        raise MalformedResponse("the partial response (206) does not say which part it is", url=url)
    return int(match[1]), int(match[2]), None if match[3] == "*" else int(match[3])


def _other_part(url: str) -> MalformedResponse:
    return MalformedResponse("the server sent another part than the requested one", url=url)
