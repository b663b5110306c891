"""A whole medium, or the rest of one, comes piece by piece and within bounds."""

from __future__ import annotations

import pytest

from mkdocs_masko.errors import MalformedResponse, NetworkError, NotFound, RequestRejected
from mkdocs_masko.http import Budget, Limits, Stream, Transport
from raw_server import Exchange, Wire, answer

BODY = b"abcdefghi" * 20_000


def _fetch(data: bytes, **more: object) -> tuple[Stream, bytes] | None:
    with Wire(lambda exchange: exchange.send(data)) as wire:
        transport = Transport(Budget(30))
        try:
            return transport.stream(f"{wire.url}/a", _taken, **more)  # type: ignore[arg-type] # a test's
        finally:
            transport.close()


def _taken(stream: Stream) -> tuple[Stream, bytes]:
    pieces = list(stream.chunks)
    assert all(len(piece) <= 64 * 1024 for piece in pieces)
    return stream, b"".join(pieces)


@pytest.mark.parametrize(
    ("header", "etag"),
    [('ETag: "v1"', '"v1"'), ('ETag: W/"v1"', ""), ("ETag: v1", ""), ("X: y", "")],
)
def test_the_whole_comes_in_pieces_with_its_etag(header: str, etag: str) -> None:
    """Only a strong one says that two answers are parts of the same bytes."""
    found = _fetch(answer(BODY, header))
    assert found is not None
    stream, content = found
    assert content == BODY
    assert (stream.start, stream.size, stream.etag) == (0, len(BODY), etag)


def test_the_rest_comes_from_where_it_was_asked_for() -> None:
    given = f"Content-Range: bytes 9-{len(BODY) - 1}/{len(BODY)}"
    found = _fetch(answer(BODY[9:], given, status="206 Partial Content"), offset=9)
    assert found is not None
    assert found[1] == BODY[9:]
    assert (found[0].start, found[0].size) == (9, len(BODY))


def test_a_server_that_starts_again_says_so() -> None:
    found = _fetch(answer(BODY), offset=9, etag='"v1"')
    assert found is not None
    assert (found[0].start, found[1]) == (0, BODY)


def test_what_is_known_is_not_sent() -> None:
    known = answer(status="304 Not Modified", length=False)
    assert _fetch(known, known_etag='"v1"') is None
    with pytest.raises(MalformedResponse, match="redirects"):
        _fetch(known)


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


def test_a_flood_ends_at_the_bound() -> None:
    """However long the server would go on."""
    budget = Budget(20)

    def flood(exchange: Exchange) -> None:
        exchange.send(answer(length=False))
        exchange.flood(BODY)

    with Wire(flood) as wire:
        transport = Transport(budget, limits=Limits(response=2**20))
        with pytest.raises(MalformedResponse, match="sends more than any response may have"):
            transport.stream(f"{wire.url}/a", _taken)
        transport.close()
