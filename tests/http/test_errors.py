"""How long a server asks to wait, from whatever it writes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.errors import NetworkError, RateLimited, ServerError
from mkdocs_masko.http.errors import (
    error_from_api,
    error_from_media_server,
    parse_retry_after,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("1e9", 1e9),
        ("1000000000", 1e9),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90),
        ("Sunday, 01-Mar-26 12:00:05 GMT", 5),
        ("Sun, 01 Mar 2099 12:00:00 GMT", 2_303_683_200),
        ("Sun, 01 Mar 2026 11:59:59 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Thu, 99 Foo 9999 99:99:99 GMT", None),
        ("Sun, 01 Mar 2026", None),
        ("-5", None),
        ("+5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("-inf", None),
        ("1_000", None),
        ("0x10", None),
        ("١٢", None),
        ("1e999", None),
        ("9" * 5000, None),
        ("1, 2", None),
    ],
)
def test_retry_after_is_parsed(text: str, expected: float | None) -> None:
    """Seconds and future dates are parsed; anything else counts as missing."""
    assert parse_retry_after(text, NOW) == expected


@given(
    st.text() | st.from_regex(r"[-+0-9.eE]{1,40}") | st.floats().map(str) | st.integers().map(str)
)
def test_any_retry_after_is_a_finite_number_or_none(text: str) -> None:
    """No text raises, or gives a negative or infinite number."""
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


@given(st.integers(1, 10**8))
def test_an_http_date_is_its_distance(seconds: int) -> None:
    """Every future date is parsed to the second."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after(date, NOW) == seconds


def rate_limited_by(**headers: str) -> RateLimited:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    error = error_from_api(429, named, b"", url="u", has_key=True)
    assert isinstance(error, RateLimited)
    return error


def test_x_ratelimit_reset_is_used_without_retry_after() -> None:
    """X-RateLimit-Reset counts from now or from 1970; Retry-After takes precedence."""
    soon = datetime.now(timezone.utc) + timedelta(seconds=60)
    assert rate_limited_by(X_RateLimit_Reset="9").retry_after == 9
    assert 0 < (rate_limited_by(X_RateLimit_Reset=f"{soon.timestamp():.0f}").retry_after or 0) < 90
    assert rate_limited_by(X_RateLimit_Reset="1000000001").retry_after == 0
    assert rate_limited_by(X_RateLimit_Reset="9", Retry_After="4").retry_after == 4
    assert rate_limited_by(X_RateLimit_Reset="?", Retry_After="-4").retry_after is None


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("headers", "seconds", "when"),
    [
        ({}, None, "try again later"),
        ({"Retry-After": "30"}, 30, "try again in 30 s"),
        ({"Retry-After": "Sun, 01 Mar 2026 11:59:59 GMT"}, None, "try again later"),
        ({"X-RateLimit-Reset": "30"}, None, "try again later"),
    ],
)
def test_a_busy_server_says_when_to_try_again(
    status: int, headers: dict[str, str], seconds: float | None, when: str
) -> None:
    """Retry-After counts for any server that cannot answer now, and not for 429 alone."""
    for server, error in (
        ("the API", error_from_api(status, headers, b"", url="u", has_key=True)),
        ("the media server", error_from_media_server(status, headers, url="u")),
    ):
        assert isinstance(error, ServerError)
        assert error.retry_after == seconds
        assert str(error) == f"{server} fails ({status}); {when}"


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (407, "the environment's proxy wants a name and a password (407); write both into"),
        (511, "the network wants you to log in (511); open a page in a browser, then try again"),
    ],
)
def test_what_answers_in_the_place_of_a_server_is_no_fault_of_a_medium(
    status: int, cause: str
) -> None:
    """As an answer of the CDN, it would leave media out of the manifest."""
    for error in (
        error_from_api(status, {}, b"<html>", url="https://a.example/v1", has_key=True),
        error_from_media_server(status, {}, url="https://a.example/a.png"),
    ):
        assert isinstance(error, NetworkError)
        assert str(error).startswith(f"no response from a.example: {cause}")


@given(
    status=st.integers(400, 599),
    body=st.binary() | st.text().map(str.encode),
    has_key=st.booleans(),
)
def test_every_error_status_is_one_line(status: int, body: bytes, has_key: bool) -> None:
    """Whatever stands in a body, an error says it in one printable line."""
    error = error_from_api(status, {}, body, url="u", has_key=has_key)
    assert str(error).isprintable()
    assert error.status == status
    assert error_from_media_server(status, {}, url="u").status == status
