"""Another attempt is made where it can help, soon enough, and where it does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.api import Budget
from mkdocs_masko.api.retry import MAX_ATTEMPTS, pause, retry
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

LONG = 1000.0  # seconds


def limited(seconds: float | None) -> RateLimited:
    return RateLimited("x", retry_after=seconds)


@pytest.mark.parametrize(
    ("error", "attempt", "left", "expected"),
    [
        (NetworkError("x"), 1, LONG, 0.5),
        (NetworkError("x"), 2, LONG, 1.0),
        (NetworkError("x"), 3, LONG, 2.0),
        (NetworkError("x"), 4, LONG, None),
        (NetworkError("x"), 1, 0.4, None),
        (NetworkError("x"), 1, 0.0, None),
        (ServerError("x", status=500), 1, LONG, 0.5),
        (ServerError("x", status=503), 1, LONG, 0.5),
        (ServerError("x", status=501), 1, LONG, None),
        (limited(7.5), 1, LONG, 7.5),
        (limited(0.0), 3, LONG, 0.0),
        (limited(None), 2, LONG, 1.0),
        (limited(31.0), 1, 30.0, None),
        (limited(1e9), 1, 30.0, None),
        (limited(1.0), 4, LONG, None),
        (Unauthorized("x"), 1, LONG, None),
        (Forbidden("x"), 1, LONG, None),
        (NotFound("x"), 1, LONG, None),
        (NotReady("x"), 1, LONG, None),
        (RequestRejected("x", status=409), 1, LONG, None),
        (MalformedResponse("x"), 1, LONG, None),
        (ValueError("x"), 1, LONG, None),
        (None, 1, LONG, None),
    ],
)
def test_the_policy(
    error: BaseException | None, attempt: int, left: float, expected: float | None
) -> None:
    """Each error has its pause, or none."""
    assert pause(error, attempt, left) == expected


@pytest.mark.parametrize(
    ("error", "tries_again"),
    [
        (limited(None), True),
        (ServerError("x", status=503), True),
        (ServerError("x", status=500), False),
        (ServerError("x", status=502), False),
        (NetworkError("x"), False),
    ],
)
def test_a_change_is_not_made_twice(error: ApiError, *, tries_again: bool) -> None:
    """A call that may have worked is not repeated, unless that does no harm."""
    assert (pause(error, 1, LONG, repeatable=False) is not None) is tries_again


@given(
    retry_after=st.none() | st.floats(min_value=0, allow_infinity=False),
    attempt=st.integers(1, 9),
    left=st.floats(0, 1e6),
    jitter=st.floats(0, 1),
)
def test_a_pause_always_fits(
    retry_after: float | None, attempt: int, left: float, jitter: float
) -> None:
    """No pause is negative, or as long as the time that is left."""
    for error in (limited(retry_after), NetworkError("x"), ServerError("x", status=500)):
        wait = pause(error, attempt, left, jitter=jitter)
        assert wait is None or 0 <= wait < left


def test_the_last_error_is_raised_as_it_is() -> None:
    """After four attempts the caller sees the API's error, not the retrying library's."""
    errors: list[NetworkError] = []

    def fail() -> None:
        errors.append(NetworkError(f"attempt {len(errors) + 1}"))
        raise errors[-1]

    with pytest.raises(NetworkError, match="attempt 4") as caught:
        retry(fail, Budget(60), sleep=lambda _: None)
    assert caught.value is errors[-1]
    assert len(errors) == MAX_ATTEMPTS


def test_an_error_of_another_family_passes_at_once() -> None:
    """A bug is not retried."""
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retry(fail, Budget(60), sleep=lambda _: None)
    assert len(calls) == 1
