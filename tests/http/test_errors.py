"""How long a server asks to wait, from whatever it writes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.errors import RateLimited
from mkdocs_masko.http.errors import refused_call, refused_medium, retry_after

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
def test_a_wait_is_read(text: str, expected: float | None) -> None:
    """Seconds and dates to come are read; all else is as if nothing were there."""
    assert retry_after(text, NOW) == expected


@given(
    st.text() | st.from_regex(r"[-+0-9.eE]{1,40}") | st.floats().map(str) | st.integers().map(str)
)
def test_any_text_is_a_sane_wait_or_none(text: str) -> None:
    """No text whatsoever raises, or gives less than nothing or infinity."""
    wait = retry_after(text, NOW)
    assert wait is None or (wait >= 0 and math.isfinite(wait))


@given(st.integers(1, 10**8))
def test_a_date_of_http_is_its_distance(seconds: int) -> None:
    """Every date to come is read to the second."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(date, NOW) == seconds


def limited_by(**headers: str) -> RateLimited:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    error = refused_call(429, named, b"", url="u", key_name="K", keyed=True)
    assert isinstance(error, RateLimited)
    return error


def test_the_reset_of_a_limit_helps_where_nothing_better_is_told() -> None:
    """X-RateLimit-Reset counts from now or from 1970; Retry-After goes before it."""
    soon = datetime.now(timezone.utc) + timedelta(seconds=60)
    assert limited_by(X_RateLimit_Reset="9").retry_after == 9
    assert 0 < (limited_by(X_RateLimit_Reset=f"{soon.timestamp():.0f}").retry_after or 0) < 90
    assert limited_by(X_RateLimit_Reset="1000000001").retry_after == 0
    assert limited_by(X_RateLimit_Reset="9", Retry_After="4").retry_after == 4
    assert limited_by(X_RateLimit_Reset="?", Retry_After="-4").retry_after is None


@given(
    status=st.integers(400, 599),
    body=st.binary() | st.text().map(str.encode),
    keyed=st.booleans(),
)
def test_every_refusal_is_one_line(status: int, body: bytes, keyed: bool) -> None:
    """Whatever stands in a body, an error says it in one printable line."""
    error = refused_call(status, {}, body, url="u", key_name="K", keyed=keyed)
    assert str(error).isprintable()
    assert error.status == status
    assert refused_medium(status, {}, url="u").status == status
