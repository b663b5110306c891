"""A whole medium, or the rest of one, comes chunk by chunk and within bounds."""

from __future__ import annotations

import pytest

from mkdocs_masko.errors import MalformedResponse, NetworkError, NotFound, RequestRejected
from mkdocs_masko.http import Budget, Limits, NotModified, Stream, Transport, Validator
from raw_server import Exchange, Wire, answer

BODY = b"abcdefghi" * 20_000


def _fetch(data: bytes, **more: object) -> tuple[Stream, bytes] | None:
    with Wire(lambda exchange: exchange.send(data)) as wire:
        transport = Transport(Budget(30))
        try:
            return transport.stream(f"{wire.url}/a", _read_all, **more)  # type: ignore[arg-type] # a test's
        finally:
            transport.close()


def _read_all(stream: Stream) -> tuple[Stream, bytes]:
    chunks = list(stream.chunks)
    assert all(len(chunk) <= 64 * 1024 for chunk in chunks)
    return stream, b"".join(chunks)


@pytest.mark.parametrize(
    ("header", "etag"),
    [('ETag: "v1"', '"v1"'), ('ETag: W/"v1"', ""), ("ETag: v1", ""), ("X: y", "")],
)
def test_a_medium_comes_in_chunks_with_its_etag(header: str, etag: str) -> None:
    """Only a strong ETag says that two responses are parts of the same bytes."""
    result = _fetch(answer(BODY, header))
    assert result is not None
    stream, content = result
    assert content == BODY
    assert (stream.start, stream.size, stream.etag) == (0, len(BODY), etag)


def test_the_rest_starts_at_the_requested_offset() -> None:
    content_range = f"Content-Range: bytes 9-{len(BODY) - 1}/{len(BODY)}"
    result = _fetch(answer(BODY[9:], content_range, status="206 Partial Content"), offset=9)
    assert result is not None
    assert result[1] == BODY[9:]
    assert (result[0].start, result[0].size) == (9, len(BODY))


def test_a_server_that_starts_again_says_so() -> None:
    result = _fetch(answer(BODY), offset=9, etag='"v1"')
    assert result is not None
    assert (result[0].start, result[1]) == (0, BODY)


def test_a_known_medium_is_not_sent() -> None:
    not_modified = answer(status="304 Not Modified", length=False)
    assert _fetch(not_modified, known=Validator(etag='"v1"')) == NotModified(is_stated=False)
    with pytest.raises(MalformedResponse, match="redirects"):
        _fetch(not_modified)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (answer(status="404 Not Found"), NotFound),
        (answer(status="416 Range Not Satisfiable"), RequestRejected),
        (answer(BODY, "Content-Encoding: gzip"), MalformedResponse),
        (answer(b"x", "Location: /", status="302 Found"), MalformedResponse),
        (
            answer(BODY, "Content-Range: bytes 8-9/10", status="206 Partial Content"),
            MalformedResponse,
        ),
        (answer(BODY, status="206 Partial Content"), MalformedResponse),
        (answer(BODY)[:-9], NetworkError),
    ],
    ids=["gone", "unmet", "packed", "redirect", "another part", "no part", "cut"],
)
def test_anything_else_is_an_error(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        _fetch(data, offset=9)


def test_a_flood_ends_at_the_limit() -> None:
    """However long the server would go on."""
    budget = Budget(20)

    def flood(exchange: Exchange) -> None:
        exchange.send(answer(length=False))
        exchange.flood(BODY)

    with Wire(flood) as wire:
        transport = Transport(budget, limits=Limits(response=2**20))
        with pytest.raises(MalformedResponse, match="sends more than any response may have"):
            transport.stream(f"{wire.url}/a", _read_all)
        transport.close()
