"""Faults of a server, as data: what it sends, and what the client makes of it."""

from __future__ import annotations

import gzip
import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mkdocs_masko.errors import (
    ApiError,
    Forbidden,
    MalformedResponse,
    NetworkError,
    NotFound,
    NotReady,
    RateLimited,
    RequestRejected,
    ServerError,
    Unauthorized,
)
from raw_server import Exchange, answer

if TYPE_CHECKING:
    from collections.abc import Callable

FINE = json.dumps({"collection": "Fox", "items": [{"name": "wave"}]}).encode()
_HEAD = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_ZEROS = b"0" * 65_536
# Newer Pythons count interim responses and trailers; older ones read them until time is up.
_ENDLESS = MalformedResponse if hasattr(http.client, "_MAXINTERIMRESPONSES") else NetworkError
_BOMB = gzip.compress(bytes(10**7))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault. `media` is the error where a medium is fetched, None where that is no fault."""

    name: str
    script: Callable[[Exchange], None]
    api: type[ApiError]
    media: type[ApiError] | None


def _both(name: str, script: Callable[[Exchange], None], kind: type[ApiError]) -> Row:
    return Row(name=name, script=script, api=kind, media=kind)


def _bytes(name: str, data: bytes, kind: type[ApiError]) -> Row:
    return _both(name, lambda exchange: exchange.send(data), kind)


def _held(name: str, data: bytes, kind: type[ApiError]) -> Row:
    def script(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.hold()

    return _both(name, script, kind)


def _then_flood(name: str, head: bytes, piece: bytes, kind: type[ApiError]) -> Row:
    def script(exchange: Exchange) -> None:
        exchange.send(head)
        exchange.flood(piece)

    return _both(name, script, kind)


def _sized(*lengths: str) -> bytes:
    return answer(b"{}", *(f"Content-Length: {text}" for text in lengths), length=False)


def _dripping_body(exchange: Exchange) -> None:
    exchange.send(_HEAD + b"Content-Length: 5000\r\n\r\n")
    exchange.drip(b" " * 5000)


def _dripping_chunks(exchange: Exchange) -> None:
    exchange.send(_CHUNKED)
    exchange.drip(b"1\r\n \r\n" * 1000)


def _reset_in_body(exchange: Exchange) -> None:
    exchange.send(_HEAD + b"Content-Length: 5000\r\n\r\n{")
    exchange.reset()


SLOW = [
    _both("silent server", Exchange.hold, NetworkError),
    _both("dripping headers", lambda x: x.drip(_HEAD + b"X: " + b"a" * 5000), NetworkError),
    _both("dripping body", _dripping_body, NetworkError),
    _both("dripping chunks", _dripping_chunks, NetworkError),
    _then_flood("100-Continue flood", b"", b"HTTP/1.1 100 Continue\r\n\r\n", _ENDLESS),
    _held("headers that stop", _HEAD + b"Content-", NetworkError),
    _held("body that stops", _HEAD + b"Content-Length: 90\r\n\r\n{", NetworkError),
    _held("body without an end", _HEAD + b"\r\n{", NetworkError),
    _then_flood("trailers without end", _CHUNKED + b"0\r\n", b"X: y\r\n", _ENDLESS),
]

BROKEN = [
    _bytes("hung up before the answer", b"", NetworkError),
    _both("reset before the answer", Exchange.reset, NetworkError),
    _both("reset in the body", _reset_in_body, NetworkError),
    _bytes("cut by length", _HEAD + b"Content-Length: 90\r\n\r\n{", NetworkError),
    _bytes("cut in a chunk", _CHUNKED + b"50\r\n{", NetworkError),
    _bytes("cut between chunks", _CHUNKED + b"1\r\n{\r\n", NetworkError),
    _bytes("absurd length", _sized(str(10**17)), ApiError),
    _bytes("5,000-digit length", _sized("9" * 5000), MalformedResponse),
    _bytes("negative length", _sized("-5"), MalformedResponse),
    _bytes("doubled length", _sized("2", "9"), MalformedResponse),
    _bytes("a word for a length", _sized("many"), MalformedResponse),
    _bytes("chunk of no size", _CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", NetworkError),
    _then_flood("chunk of negative size", _CHUNKED + b"-1\r\n", _ZEROS, MalformedResponse),
    _then_flood("chunk size without end", _CHUNKED, b"0" * 65_536, ApiError),
    _bytes("no HTTP", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", MalformedResponse),
    _bytes("odd version", b"HTTP/9.9 200 OK\r\n\r\n{}", MalformedResponse),
    _bytes("status of no number", b"HTTP/1.1 abc OK\r\n\r\n{}", MalformedResponse),
    _bytes("status 99", answer(b"{}", status="99 Odd"), MalformedResponse),
    _bytes("status 103", answer(b"{}", status="103 Early Hints"), MalformedResponse),
    _bytes("status 999", answer(b"{}", status="999 Odd"), MalformedResponse),
    _bytes("10,000 headers", _HEAD + b"X: y\r\n" * 10_000 + b"\r\n", MalformedResponse),
    _then_flood("header without end", _HEAD + b"X: ", b"y" * 65_536, MalformedResponse),
    _bytes("gzip bomb", answer(_BOMB, "Content-Encoding: gzip"), MalformedResponse),
    _bytes("unasked encoding", answer(FINE, "Content-Encoding: br"), MalformedResponse),
]

_TARGETS = [
    (301, "https://evil.example/"),
    (302, "http://127.0.0.1:1/"),
    (302, "http://169.254.169.254/latest/meta-data/"),
    (302, "/v1/collections/fox/cdn-export"),
    (303, "https://user:word@api.masko.ai/"),
    (307, "http://api.masko.ai/v1"),
    (308, "//evil.example:444/"),
    (302, "http://[broken"),
    (302, "\x01\x02"),
    (302, "x" * 60_000),
    (304, "/"),
    (300, "/"),
]
_FAR = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 999999999\r\n\r\n"

REDIRECTS = [
    *(
        _bytes(
            f"{status} to {target[:40]}",
            answer(b"", f"Location: {target}", status=f"{status} Moved"),
            MalformedResponse,
        )
        for status, target in _TARGETS
    ),
    _then_flood("302 with a huge body", _FAR, _ZEROS, MalformedResponse),
]


def _json(name: str, body: bytes) -> Row:
    data = answer(body, "Content-Type: application/json")
    return Row(
        name=name, script=lambda exchange: exchange.send(data), api=MalformedResponse, media=None
    )


BODIES = [
    _json("a web page", b"<!doctype html><title>Please log in</title>"),
    _json("nothing", b""),
    _json("blank", b" \r\n "),
    _json("no JSON", b"hello"),
    _json("half of it", FINE[:-3]),
    _json("two values", FINE + FINE),
    _json("byte order mark", b"\xef\xbb\xbf" + FINE),
    _json("bad UTF-8", b'{"collection": "\xff", "items": []}'),
    _json("UTF-16", FINE.decode().encode("utf-16")),
    _json("lone surrogate", b'{"collection": "\\ud800", "items": []}'),
    _json("lone surrogate in UTF-8", b'{"collection": "\xed\xa0\x80", "items": []}'),
    _json("NaN", b'{"collection": NaN, "items": []}'),
    _json("deep nesting", b'{"collection":' + b"[" * 100_000),
    _json("deep and closed nesting", b'{"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    _json("5,000-digit number", b'{"x": ' + b"9" * 5000 + b', "items": []}'),
    _json("huge exponent", b'{"x": 1e99999, "items": []}'),
    _json("a list", b"[]"),
    _json("null", b"null"),
    _json("a string", b'"fox"'),
    _json("an error with status 200", b'{"error": {"code": "x", "message": "y"}}'),
    _json("no items", b'{"collection": "Fox"}'),
    _json("null items", b'{"collection": "Fox", "items": null}'),
    _json("items of another type", b'{"collection": "Fox", "items": {"wave": 1}}'),
    _json("an item that is null", b'{"items": [null]}'),
    _json("a name that is a number", b'{"items": [{"name": 5}]}'),
    _json("an address that is a list", b'{"items": [{"name": "wave", "image": []}]}'),
]


def _status(status: str, body: bytes, api: type[ApiError], media: type[ApiError]) -> Row:
    data = answer(body, status=status)
    name = f"{status}, {body[:30]!r}"
    return Row(name=name, script=lambda exchange: exchange.send(data), api=api, media=media)


def _error(code: str) -> bytes:
    return json.dumps(
        {"error": {"code": code, "message": "A reason.\n::error::x\x1b[31m"}}
    ).encode()


_PAGE = b"<html><body>Bad gateway</body></html>"

STATUSES = [
    _status("400 Bad Request", _error("bad_request"), RequestRejected, RequestRejected),
    _status("401 Unauthorized", _error("unauthorized"), Unauthorized, RequestRejected),
    _status(
        "402 Payment Required", _error("insufficient_credits"), RequestRejected, RequestRejected
    ),
    _status("403 Forbidden", _error("forbidden"), Forbidden, RequestRejected),
    _status("404 Not Found", _error("not_found"), NotFound, NotFound),
    _status("404 Not Found", b'{"error": "No such thing"}', NotFound, NotFound),
    _status("409 Conflict", _error("cdn_export_not_ready"), NotReady, RequestRejected),
    _status("409 Conflict", b'{"error": "cdn_export_not_ready"}', NotReady, RequestRejected),
    _status("409 Conflict", _error("name_taken"), RequestRejected, RequestRejected),
    _status("409 Conflict", b'{"error": "Not published."}', NotReady, RequestRejected),
    _status("410 Gone", b"", RequestRejected, NotFound),
    _status("416 Range Not Satisfiable", b"", RequestRejected, RequestRejected),
    _status("418 Teapot", b'{"error": [1, 2]}', RequestRejected, RequestRejected),
    _status(
        "422 Unprocessable",
        b'{"error": {"code": 5, "message": {}}}',
        RequestRejected,
        RequestRejected,
    ),
    _status("429 Too Many Requests", _error("rate_limited"), RateLimited, RateLimited),
    _status("500 Internal Server Error", _error("internal_error"), ServerError, ServerError),
    _status("501 Not Implemented", b"", ServerError, ServerError),
    _status("502 Bad Gateway", _PAGE, ServerError, ServerError),
    _status("503 Service Unavailable", b"[" * 60_000, ServerError, ServerError),
    _status("504 Gateway Timeout", b'"\xff', ServerError, ServerError),
    _bytes("503 in gzip", answer(b"\x1f", "Content-Encoding: gzip", status="503 X"), ServerError),
    _bytes("503 cut short", b"HTTP/1.1 503 X\r\nContent-Length: 50\r\n\r\n{", ServerError),
    _then_flood("500 without end", b"HTTP/1.1 500 X\r\n\r\n", _ZEROS, ServerError),
]


def _large(name: str, head: bytes, piece: bytes) -> Row:
    script = _then_flood(name, head, piece, MalformedResponse).script
    return Row(name=name, script=script, api=MalformedResponse, media=None)


LARGE = [
    _large("body without end", _HEAD + b"\r\n", _ZEROS),
    _large("chunks without end", _CHUNKED, b"10000\r\n" + _ZEROS + b"\r\n"),
    _large("length over the cap", _HEAD + b"Content-Length: 99999999\r\n\r\n", _ZEROS),
]
