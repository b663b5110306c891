"""The answer to a request, read with suspicion."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from mkdocs_masko.errors import MalformedAnswer
from mkdocs_masko.http.errors import refused_medium
from mkdocs_masko.http.faults import BROKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Response

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
