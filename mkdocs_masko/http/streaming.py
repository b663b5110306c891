"""A whole medium, or the rest of one, while it comes in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from mkdocs_masko.errors import MalformedAnswer
from mkdocs_masko.http.errors import refused_medium
from mkdocs_masko.http.reading import (
    check_encoding,
    check_status,
    content_range,
    declared_size,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import Response

LARGEST_MEDIUM: Final = 200 * 1024 * 1024
"""Bytes; a clip of 30 s in the best quality has about 20 MiB."""

_STEP = 64 * 1024
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
    while piece := response.raw.read(_STEP, decode_content=False):
        yield piece
