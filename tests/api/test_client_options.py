"""A key or a URL that cannot be used is refused before anything is sent."""

from __future__ import annotations

import http.client
import logging
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.api import Budget, Client
from mkdocs_masko.api.auth import Bearer, bearer_for
from mkdocs_masko.errors import MalformedResponse, OptionError, RequestRejected
from raw_server import Wire, answer
from secrecy import KEY, assert_one_discreet_line

if TYPE_CHECKING:
    from raw_server import Exchange

BAD_KEYS = {
    "inner newline": f"{KEY}\nX-Evil: 1",
    "inner space": f"{KEY} {KEY}",
    "no ascii": f"{KEY}ü",
    "control character": f"{KEY}\x00",
    "wide space at its end": f"{KEY}\u200b",
    "too long": KEY * 20,
}


def make_client(key: str | None, url: str = "http://127.0.0.1:1/v1") -> Client:
    return Client(key, api_url=url, budget=Budget(30), sleep=lambda _: None)


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_is_not_valid_is_never_shown(name: str) -> None:
    """The error names the argument; neither it nor its traceback holds the key."""
    with pytest.raises(OptionError, match="the argument 'key' does not hold a valid") as caught:
        make_client(BAD_KEYS[name])
    assert_one_discreet_line(caught.value)


@pytest.mark.parametrize(
    ("key_name", "message"),
    [
        (None, "the argument 'key' is empty; pass an API key, or None"),
        ("MY_KEY", "MY_KEY is empty; set it to an API key, or unset it"),
    ],
)
def test_an_error_names_the_variable_only_if_one_was_read(
    key_name: str | None, message: str
) -> None:
    """`Client("")` has read no environment variable, so its error names none."""
    with pytest.raises(OptionError) as caught:
        Client("", key_name=key_name)
    assert str(caught.value) == message


@pytest.mark.parametrize("key", ["", " \n", "short"])
def test_an_empty_key_is_refused(key: str) -> None:
    """Neither an empty string nor a word of 5 letters is a key."""
    with pytest.raises(OptionError, match="the argument 'key'"):
        make_client(key)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"  {KEY}\r\n", "x" * 8])
def test_whitespace_around_a_key_is_dropped(key: str) -> None:
    """What a file or a form leaves at the ends of a key does no harm."""
    with Wire(lambda exchange: exchange.send(answer(b'{"items": []}'))) as wire:
        with make_client(key, wire.url) as client:
            client.cdn_export("fox")
        assert f"Authorization: Bearer {key.strip()}\r\n".encode() in wire.requests[0]


def test_the_key_has_no_representation() -> None:
    """Printing what holds the key does not print the key."""
    bearer = bearer_for(KEY, "X")
    assert isinstance(bearer, Bearer)
    assert KEY not in f"{bearer} {bearer!r}"
    assert not hasattr(bearer, "__dict__") or KEY not in str(vars(bearer))


def test_a_response_that_quotes_the_key_is_redacted() -> None:
    """The API's own message cannot carry the key into a log."""
    body = f'{{"error": {{"code": "x", "message": "bad key {KEY} here"}}}}'.encode()
    data = answer(body, status="400 Bad Request")
    with (
        Wire(lambda exchange: exchange.send(data)) as wire,
        make_client(KEY, wire.url) as client,
        pytest.raises(RequestRejected, match=r"bad key \[key\] here") as caught,
    ):
        client.cdn_export("fox")
    assert_one_discreet_line(caught.value)


def test_no_level_of_logging_shows_the_key(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the libraries' loggers at DEBUG nor http.client's own printing show it."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 9)
    caplog.set_level(logging.DEBUG)
    with (
        Wire(lambda exchange: exchange.send(answer(b"no JSON"))) as wire,
        make_client(KEY, wire.url) as client,
        pytest.raises(MalformedResponse),
    ):
        client.cdn_export("fox")
    out, err = capfd.readouterr()
    assert caplog.records
    assert KEY not in caplog.text + out + err


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.masko.ai/v1",
        "http://api.masko.ai/v1",
        "http://127.0.0.1.evil.example/v1",
        "http://localhost@evil.example/v1",
        "https://user:word@api.masko.ai/v1",
        "https://api.masko.ai/v1?x=1",
        "https://api.masko.ai/v1#x",
        "https://api.masko.ai:99999/v1",
        "https://api.masko.ai:0/v1",
        "https://api.masko.ai:x/v1",
        "https://[::1/v1",
        "https:///v1",
        "https://api.masko.ai/v 1",
        "https://api.masko.ai\n/v1",
        "https://\u0430pi.masko.ai/v1",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
    ],
)
def test_a_url_that_would_expose_the_key_is_refused(url: str) -> None:
    """Only https, or plain http on this machine; a password in a URL is not quoted."""
    with pytest.raises(OptionError, match="api_url") as caught:
        make_client(KEY, url)
    assert_one_discreet_line(caught.value)
    assert "user:word" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.masko.ai/v1",
        "https://api.masko.ai/v1/",
        "HTTPS://api.masko.ai:444/v1",
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://[::1]:8000/v1",
    ],
)
def test_a_safe_url_is_accepted(url: str) -> None:
    """Https anywhere, http on loopback."""
    make_client(KEY, url).close()


LISTS = {
    "a server that knows no offset": b'{"data": [{"id": "a"}], "meta": {"pagination":'
    b' {"offset": 0, "has_more": true}}}',
    "an empty page that promises more": b'{"data": [], "meta": {"pagination": {"has_more": true}}}',
    "no pagination": b'{"data": [{"id": "a"}]}',
    "null pagination": b'{"data": [{"id": "a"}], "meta": null}',
    "the older form": b'{"projects": [{"id": "a"}]}',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_ends(name: str) -> None:
    """A list that repeats itself, or promises more than there is, comes to an end."""
    with (
        Wire(lambda exchange: exchange.send(answer(LISTS[name]))) as wire,
        make_client(KEY, wire.url) as client,
    ):
        assert [project.id for project in client.projects()] in (["a"], [])
        assert len(wire.exchanges) <= 2


def test_an_endless_list_ends_with_the_budget() -> None:
    """No further page is requested when the time is up."""

    def more(exchange: Exchange) -> None:
        body = b'{"data": [{"id": "a"}], "meta": {"pagination": {"has_more": true}}}'
        exchange.send(answer(body))

    with Wire(more) as wire:
        client = Client(KEY, api_url=wire.url, budget=Budget(0.5), sleep=lambda _: None)
        with client, pytest.raises(Exception, match=r"timed out after 0\.5 s"):
            list(client.projects())


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"data": {}}',
        b'{"data": [5]}',
        b'{"data": [{"id": "../x"}]}',
        b'{"data": [{"id": 5}]}',
        b'{"data": [{"name": "x"}]}',
        b'{"data": [{"id": "a", "name": []}]}',
        b'{"data": [], "meta": {"pagination": {"has_more": "yes"}}}',
        b'{"data": [], "meta": {"pagination": 5}}',
    ],
)
def test_a_list_of_wrong_types_is_malformed(body: bytes) -> None:
    """The error names the place in the response, and quotes nothing of it."""
    with (
        Wire(lambda exchange: exchange.send(answer(body))) as wire,
        make_client(KEY, wire.url) as client,
        pytest.raises(MalformedResponse, match="the API") as caught,
    ):
        list(client.projects())
    assert_one_discreet_line(caught.value)
    assert ".." not in str(caught.value)


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_a_change_needs_no_body_in_its_response(status: str) -> None:
    """An empty response to PATCH or DELETE is a success."""
    with (
        Wire(lambda exchange: exchange.send(answer(status=status))) as wire,
        make_client(KEY, wire.url) as client,
    ):
        assert client.rename_item("fox", "a", name="b") is None
        client.delete_item("fox", "a")
        assert wire.requests[0].startswith(b"PATCH /collections/fox/items/a HTTP/1.1\r\n")
        assert b"Content-Type: application/json" in wire.requests[0]
