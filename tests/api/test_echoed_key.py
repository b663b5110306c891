"""A server that echoes the key: nothing of its response is used, and no error repeats it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from mkdocs_masko.api import Budget, Client
from mkdocs_masko.api.auth import Bearer
from mkdocs_masko.errors import ApiError, MalformedResponse
from raw_server import Wire, answer
from secrecy import KEY, assert_one_discreet_line

if TYPE_CHECKING:
    from collections.abc import Callable

_SECRET = KEY.removeprefix("masko_")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _percent(text: str) -> str:
    return "".join(f"%{ord(c):02x}" for c in text)


DISGUISES: dict[str, str] = {
    "as it is": KEY,
    "the header": f"Bearer {KEY}",
    "inside a longer string": f"x{KEY}x",
    "without its prefix": _SECRET,
    "upper case": KEY.upper(),
    "mixed case": KEY.title(),
    "base64": _base64(KEY),
    "base64 of the header": _base64(f"Bearer {KEY}"),
    **{f"base64 after {n} bytes": _base64("x" * n + KEY + "yz") for n in range(1, 4)},
    "base64 of the upper case": _base64(KEY.upper()),
    "base64 without padding": _base64(f"a{KEY}").rstrip("="),
    "base64 for URLs": base64.urlsafe_b64encode(f"Bearer {KEY}?>".encode()).decode(),
    "base64 in lines": "\n".join(_base64(KEY)[n : n + 20] for n in range(0, 99, 20)),
    "hex": KEY.encode().hex(),
    "hex in upper case": KEY.encode().hex().upper(),
    "percent": _percent(KEY),
    "percent, once more": quote(_percent(KEY), safe=""),
    "percent around base64": quote(_percent(_base64(KEY)), safe=""),
    "escapes of HTML": "".join(f"&#x{ord(c):x};" for c in KEY),
    "escapes of JSON, inside JSON": "".join(f"\\u{ord(c):04x}" for c in KEY),
}

FIELDS: dict[str, Callable[[str], object]] = {
    "collection": lambda text: {"collection": text, "items": []},
    "name": lambda text: {"collection": "Fox", "items": [{"name": text}]},
    "URL": lambda text: {"collection": "Fox", "items": [{"name": "a", "image": text}]},
    "unknown field": lambda text: {"collection": "Fox", "items": [], "debug": {"x": [text]}},
    "key of a field": lambda text: {"collection": "Fox", "items": [{"name": "a", text: 1}]},
}


def _call(
    data: bytes, call: Callable[[Client, str], object] = lambda c, _: c.cdn_export("fox")
) -> ApiError:
    """Return the error of a call whose response are these bytes."""
    with (
        Wire(lambda exchange: exchange.send(data)) as wire,
        Client(KEY, api_url=wire.url, budget=Budget(20), sleep=lambda _: None) as client,
        pytest.raises(ApiError) as caught,
    ):
        call(client, wire.url)
    assert_one_discreet_line(caught.value)
    assert len(wire.requests) == 1
    return caught.value


def _assert_refused(error: ApiError) -> None:
    assert isinstance(error, MalformedResponse)
    assert "repeats the API key" in str(error)


@pytest.mark.parametrize(
    ("disguise", "place"),
    [*((disguise, "name") for disguise in DISGUISES), *(("as it is", place) for place in FIELDS)],
)
def test_an_export_with_the_key_is_an_error(disguise: str, place: str) -> None:
    """In whatever field, and however it is written."""
    body = json.dumps(FIELDS[place](DISGUISES[disguise])).encode()
    _assert_refused(_call(answer(body)))


def test_escapes_of_json_hide_nothing() -> None:
    """JSON may write every letter as an escape."""
    name = "".join(f"\\u{ord(c):04X}" for c in KEY)
    _assert_refused(_call(answer(f'{{"collection": "{name}", "items": []}}'.encode())))


CALLS: dict[str, Callable[[Client, str], object]] = {
    "projects": lambda c, _: list(c.projects()),
    "collections": lambda c, _: list(c.collections()),
    "collection": lambda c, _: c.collection("fox"),
    "items": lambda c, _: list(c.items("fox")),
    "assets": lambda c, _: list(c.all_assets()),
    "asset": lambda c, _: c.asset("a"),
    "rename_item": lambda c, _: c.rename_item("fox", "a", "x"),
    "delete_item": lambda c, _: c.delete_item("fox", "a"),
    "raw.cdn_export": lambda c, _: c.raw.cdn_export("fox"),
    "raw.projects": lambda c, _: list(c.raw.projects()),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_refuses_the_key(name: str) -> None:
    """Lists, single resources and changes alike."""
    _assert_refused(_call(answer(json.dumps({"data": [], "x": KEY}).encode()), CALLS[name]))


def test_the_key_on_a_later_page_is_an_error() -> None:
    """Each page is checked."""
    more = b'{"data": [{"id": "a"}], "meta": {"pagination": {"has_more": true}}}'
    last = json.dumps({"data": [{"id": "b", "name": KEY}]}).encode()
    pages = [answer(more), answer(last)]
    with (
        Wire(lambda exchange: exchange.send(pages.pop(0))) as wire,
        Client(KEY, api_url=wire.url, budget=Budget(20)) as client,
        pytest.raises(MalformedResponse, match="repeats the API key") as caught,
    ):
        list(client.projects())
    assert_one_discreet_line(caught.value)


@pytest.mark.parametrize("disguise", ["as it is", "base64", "upper case", "percent"])
@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_the_key_in_a_header_is_an_error(disguise: str, status: str) -> None:
    """Also in the target of a redirect, which is not followed."""
    body = b'{"collection": "Fox", "items": []}'
    text = DISGUISES[disguise]
    _assert_refused(_call(answer(body, f"X-Debug: {text}", f"Location: /?{text}", status=status)))


@pytest.mark.parametrize(
    ("disguise", "status"),
    [
        *((disguise, "400 Bad Request") for disguise in DISGUISES),
        *(("as it is", status) for status in ("401 Unauthorized", "409 Conflict", "501 X")),
    ],
)
def test_an_error_does_not_repeat_the_key(disguise: str, status: str) -> None:
    """The status stands; the API's message is redacted, or left out."""
    text = DISGUISES[disguise]
    body = json.dumps({"error": {"code": "bad_request", "message": f"bad: {text}"}}).encode()
    error = _call(answer(body, status=status))
    assert status[:3] in str(error)
    words = [text, text.replace("\n", " "), _SECRET[:12]]
    assert [word for word in words if word.lower() in f"{error} {error.code}".lower()] == []


def test_a_code_is_no_hiding_place() -> None:
    """A short key in lower case looks like a code of the API."""
    key = "masko_abcdef123456"
    body = json.dumps({"error": {"code": key, "message": "x"}}).encode()
    with (
        Wire(lambda exchange: exchange.send(answer(body, status="400 Bad Request"))) as wire,
        Client(key, api_url=wire.url, budget=Budget(20)) as client,
        pytest.raises(ApiError) as caught,
    ):
        client.cdn_export("fox")
    assert key not in f"{caught.value} {caught.value.code}"


MEDIA: dict[str, Callable[[Client, str], object]] = {
    "range": lambda c, url: c.fetch_range(f"{url}/a.png", 0, 200_000),
    "stream": lambda c, url: c.download(
        lambda transport: transport.stream(f"{url}/a.png", lambda stream: list(stream.chunks))
    ),
}


@pytest.mark.parametrize("way", MEDIA)
@pytest.mark.parametrize(
    ("disguise", "offset"),
    [("as it is", 0), ("as it is", 65_500), ("base64", 65_500), ("upper case", 130_000)],
)
def test_the_key_in_a_medium_is_an_error(way: str, disguise: str, offset: int) -> None:
    """Media are requested without the key, but their server may be the API's; chunks hide none."""
    content = bytes(offset) + DISGUISES[disguise].encode() + bytes(50_000)
    _assert_refused(_call(answer(content), MEDIA[way]))


@pytest.mark.parametrize("way", MEDIA)
def test_the_key_in_the_etag_of_a_medium_is_an_error(way: str) -> None:
    """An ETag would go to the cache."""
    _assert_refused(_call(answer(b"x" * 99, f'ETag: "{KEY}"'), MEDIA[way]))


@pytest.mark.parametrize(
    "text",
    [
        "masko_",
        "Bearer masko_...",
        KEY[:20],
        _base64("masko_"),
        "masko_" + "0" * 64,
        "100 % & more \\ / é 🦊",
    ],
)
def test_what_is_not_the_key_is_no_error(text: str) -> None:
    """A prefix, another key, and all that looks like escapes."""
    body = json.dumps({"collection": text, "items": []}).encode()
    with (
        Wire(lambda exchange: exchange.send(answer(body, f"X: {text!a}"))) as wire,
        Client(KEY, api_url=wire.url, budget=Budget(20)) as client,
    ):
        assert client.cdn_export("fox").collection == text


@pytest.mark.parametrize("key", ['ab"cd\\ef/gh', "100%25abc&amp;x", "x" * 8, "~" * 512])
def test_a_key_of_odd_letters_is_found(key: str) -> None:
    """Also where its own letters look like escapes, as it is and as JSON writes it."""
    bearer = Bearer(key)
    assert bearer.reveals(f"a {key} b".encode())
    assert bearer.reveals(json.dumps({"name": key}).encode())
    assert bearer.reveals(_base64(f"Bearer {key}").encode())
    assert not bearer.reveals(b'{"name": "fox"}')
