"""Parts of media come without the key, from servers that support ranges or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.errors import MalformedResponse, NetworkError, NotFound, RateLimited
from mkdocs_masko.http import Budget, Limits, Transport
from raw_server import Wire, answer

if TYPE_CHECKING:
    from raw_server import Exchange

RANGES: dict[str, tuple[bytes, tuple[bytes, int | None]]] = {
    "a part": (
        answer(b"cdef", "Content-Range: bytes 2-5/9", status="206 Partial Content"),
        (b"cdef", 9),
    ),
    "a part of unknown": (
        answer(b"cdef", "Content-Range: bytes 2-5/*", status="206 Partial Content"),
        (b"cdef", None),
    ),
    "a shorter part": (
        answer(b"cd", "Content-Range: bytes 2-3/4", status="206 Partial Content"),
        (b"cd", 4),
    ),
    "the whole": (answer(b"abcdefghi"), (b"cdef", 9)),
    "a short whole": (answer(b"abc"), (b"c", 3)),
    "a shorter whole": (answer(b"a"), (b"", 1)),
    "nothing": (answer(b""), (b"", 0)),
    "a whole of unknown length": (answer(b"abcdefghi", length=False), (b"cdef", None)),
    "beyond the end": (
        answer(b"", "Content-Range: bytes */1", status="416 Range Not Satisfiable"),
        (b"", 1),
    ),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_range_is_cut_out(name: str) -> None:
    """Four bytes from the third on come out right, whether the server supports ranges or not."""
    data, expected = RANGES[name]
    with Wire(lambda exchange: exchange.send(data)) as wire:
        transport = Transport(Budget(30))
        assert transport.fetch_range(f"{wire.url}/a.png", 2, 4) == expected
        assert b"Range: bytes=2-5\r\n" in wire.requests[0]
        assert b"authorization" not in wire.requests[0].lower()
        transport.close()


@pytest.mark.parametrize(
    ("body", "content_range"),
    [
        (b"cdef", None),
        (b"cdef", "2-5/9"),
        (b"cdef", "bytes 2-5"),
        (b"cdef", "bytes 0-3/9"),
        (b"cdef", "bytes 3-6/9"),
        (b"cdefg", "bytes 2-6/9"),
        (b"cdefg", "bytes 2-5/9"),
        (b"cde", "bytes 2-5/9"),
        (b"", "bytes 2-1/9"),
        (b"cdef", f"bytes 2-5/{'9' * 5000}"),
        (b"cdef", "bytes -5/9"),
    ],
)
def test_another_range_is_malformed(body: bytes, content_range: str | None) -> None:
    """A part that is not the requested one, or has a wrong length, is refused."""
    headers = [f"Content-Range: {content_range}"] if content_range else []
    data = answer(body, *headers, status="206 Partial Content")
    with Wire(lambda exchange: exchange.send(data)) as wire:
        transport = Transport(Budget(30))
        with pytest.raises(MalformedResponse, match="part"):
            transport.fetch_range(f"{wire.url}/a.png", 2, 4)
        transport.close()


def test_an_endless_medium_is_read_no_further_than_needed() -> None:
    """Where a server ignores the range, no more is read than is needed."""

    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        exchange.flood(b"a" * 65_536)

    with Wire(script) as wire:
        transport = Transport(Budget(30))
        assert transport.fetch_range(f"{wire.url}/a.png", 0, 100) == (b"a" * 100, None)
        transport.close()
    assert wire.exchanges[0].sent < 20_000_000


@pytest.mark.parametrize(
    ("status", "kind"), [("404 X", NotFound), ("410 X", NotFound), ("429 X", RateLimited)]
)
def test_a_missing_medium_is_an_error(status: str, kind: type[Exception]) -> None:
    """The errors of the CDN have messages of their own."""
    data = answer(b"{}", "Retry-After: 86400", status=status)
    with Wire(lambda exchange: exchange.send(data)) as wire:
        transport = Transport(Budget(30))
        with pytest.raises(kind, match=r"the file is gone|the media server"):
            transport.fetch_range(f"{wire.url}/a.png", 0, 4)
        transport.close()


def test_a_url_that_is_not_valid_is_an_error() -> None:
    """What the HTTP library will not even try is a network error."""
    transport = Transport(Budget(30))
    message = "the URL is not valid, or the proxy's URL in HTTPS_PROXY is not"
    with pytest.raises(NetworkError, match=message):
        transport.fetch_range("https://*.example/a.png", 0, 4)
    transport.close()


def test_a_response_over_the_limit_is_refused() -> None:
    """What a socket receives after one request is bounded, whatever was requested."""
    budget = Budget(30)
    with Wire(lambda exchange: exchange.flood(answer(b"a" * 65_536))) as wire:
        transport = Transport(budget, limits=Limits(response=10_000))
        with pytest.raises(MalformedResponse, match="more than any response"):
            transport.fetch_range(f"{wire.url}/a.png", 0, 60_000)
        transport.close()
