"""A failed call is attempted again where that can help, soon enough, and where it does no harm."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.api import Budget
from mkdocs_masko.api.retry import MAX_ATTEMPTS, RateLimit, pause, retry
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

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 1000.0  # seconds


def rate_limited(seconds: float | None) -> RateLimited:
    return RateLimited("x", retry_after=seconds)


@pytest.mark.parametrize(
    ("error", "attempt", "remaining", "expected"),
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
        (ServerError("x", status=408), 1, LONG, 0.5),
        (ServerError("x", status=425), 1, LONG, 0.5),
        (ServerError("x", status=503, retry_after=7.5), 1, LONG, 7.5),
        (ServerError("x", status=503, retry_after=0.0), 2, LONG, 0.0),
        (ServerError("x", status=503, retry_after=31.0), 1, 30.0, None),
        (ServerError("x", status=502, retry_after=2.0), 1, LONG, 2.0),
        (ServerError("x", status=501, retry_after=2.0), 1, LONG, None),
        (rate_limited(7.5), 1, LONG, 7.5),
        (rate_limited(0.0), 3, LONG, 0.0),
        (rate_limited(None), 2, LONG, 1.0),
        (rate_limited(31.0), 1, 30.0, None),
        (rate_limited(1e9), 1, 30.0, None),
        (rate_limited(1.0), 4, LONG, None),
        (Unauthorized("x"), 1, LONG, None),
        (Forbidden("x"), 1, LONG, None),
        (NotFound("x"), 1, LONG, None),
        (NotReady("x"), 1, LONG, None),
        (RequestRejected("x", status=409), 1, LONG, None),
        (MalformedResponse("x"), 1, LONG, None),
        (ValueError("x"), 1, LONG, None),
    ],
)
def test_each_error_has_its_pause_or_none(
    error: BaseException, attempt: int, remaining: float, expected: float | None
) -> None:
    assert pause(error, attempt, remaining) == expected


@pytest.mark.parametrize(
    ("error", "is_repeated"),
    [
        (rate_limited(None), True),
        (ServerError("x", status=503), True),
        (ServerError("x", status=408), True),
        (ServerError("x", status=425), True),
        (ServerError("x", status=500), False),
        (ServerError("x", status=502), False),
        (ServerError("x", status=502, retry_after=1), False),
        (NetworkError("x"), False),
    ],
)
def test_a_change_is_not_made_twice(error: ApiError, *, is_repeated: bool) -> None:
    """A change that may have happened is not repeated."""
    assert (pause(error, 1, LONG, repeatable=False) is not None) is is_repeated


RETRY_AFTER = st.none() | st.floats(min_value=0, max_value=1e9)
ERRORS = st.one_of(
    RETRY_AFTER.map(rate_limited),
    st.just(NetworkError("x")),
    st.sampled_from([500, 502, 503]).map(lambda status: ServerError("x", status=status)),
)


@given(error=ERRORS, attempt=st.integers(1, 9), remaining=st.floats(0, 1e6), jitter=st.floats(0, 1))
def test_a_pause_always_fits(
    error: ApiError, attempt: int, remaining: float, jitter: float
) -> None:
    """No pause is negative, or as long as the time that is left."""
    seconds = pause(error, attempt, remaining, jitter=jitter)
    assert seconds is None or 0 <= seconds < remaining


class Simulation:
    """A call that fails again and again, in a time that passes only where the test says so."""

    def __init__(self, seconds: float, failures: list[tuple[float, ApiError]]) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.draws = 0
        self.attempts = 0
        self.budget = Budget(seconds, clock=lambda: self.now)
        self.failures = failures

    def attempt(self) -> None:
        """Take the time of the next failure, and fail."""
        seconds, error = self.failures[self.attempts]
        self.attempts += 1
        self.now += seconds
        raise error

    def sleep(self, seconds: float) -> None:
        """Note a pause, and let it pass."""
        self.pauses.append(seconds)
        self.now += seconds

    def run(self, jitter: random.Random) -> None:
        """Run until the rule gives up, and check what it did on the way."""

        def draw() -> float:
            self.draws += 1
            return jitter.random()

        with pytest.raises(ApiError) as caught:
            retry(self.attempt, self.budget, sleep=self.sleep, jitter=draw)
        assert caught.value is self.failures[self.attempts - 1][1]
        assert self.draws == self.attempts == len(self.pauses) + 1
        for number, seconds in enumerate(self.pauses):
            error = self.failures[number][1]
            if isinstance(error, RateLimited) and error.retry_after is not None:
                assert seconds == error.retry_after
            else:
                assert 0.5 * 2**number <= seconds <= 0.625 * 2**number


@given(
    budget=st.floats(0, 5),
    failures=st.lists(
        st.tuples(st.floats(0, 2), ERRORS), min_size=MAX_ATTEMPTS, max_size=MAX_ATTEMPTS
    ),
    seed=st.integers(0, 2**32),
)
def test_each_attempt_is_decided_once(
    budget: float, failures: list[tuple[float, ApiError]], seed: int
) -> None:
    """One random number an attempt; a pause is the rule's, or the server's, in full."""
    simulation = Simulation(budget, failures)
    simulation.run(random.Random(seed))  # noqa: S311 - no secret, only spread
    assert sum(simulation.pauses) <= budget


def test_no_retry_near_the_deadline_comes_without_a_pause() -> None:
    """Where the longest pause would not fit and the shortest does, the rule keeps its word.

    Two decisions with two random numbers once let 495 of 815 such retries follow a pause of 0 s.
    """
    jitter = random.Random(815)  # noqa: S311 - no secret, only spread
    pauses: list[float] = []
    while len(pauses) < 815:
        # The first pause is 0.5 to 0.625 s: all of these budgets end in between.
        failures = [(0.0, NetworkError("x")) for _ in range(MAX_ATTEMPTS)]
        simulation = Simulation(jitter.uniform(0.5, 0.625), failures)
        simulation.run(jitter)
        pauses += simulation.pauses
    assert min(pauses) >= 0.5


def test_the_last_error_is_raised_as_it_is() -> None:
    """After four attempts the caller sees the API's error."""
    errors: list[NetworkError] = []

    def fail() -> None:
        errors.append(NetworkError(f"attempt {len(errors) + 1}"))
        raise errors[-1]

    with pytest.raises(NetworkError, match="attempt 4") as caught:
        retry(fail, Budget(60), sleep=lambda _: None)
    assert caught.value is errors[-1]
    assert len(errors) == MAX_ATTEMPTS


def test_an_error_of_another_family_is_raised_at_once() -> None:
    """A bug is not retried."""
    attempts: list[int] = []

    def fail() -> None:
        attempts.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retry(fail, Budget(60), sleep=lambda _: None)
    assert len(attempts) == 1


@pytest.mark.parametrize(("first", "second", "pauses"), [(3, 7, [3, 4]), (7, 3, [7]), (0, 0, [0])])
def test_a_pause_counts_for_all_that_were_refused_before_it_ended(
    first: float, second: float, pauses: list[float]
) -> None:
    """A call is refused and pauses while another one is under way, which is refused as well."""
    now = 0.0
    taken: list[float] = []
    limit = RateLimit(lambda: now)
    budget = Budget(60, lambda: now)

    def sleep(seconds: float) -> None:
        nonlocal now
        taken.append(seconds)
        now += seconds + 0.001

    def call(errors: list[ApiError], meanwhile: Callable[[], object] = int) -> str:
        def attempt() -> str:
            if errors:
                meanwhile()
                raise errors.pop()
            return "an answer"

        return retry(attempt, budget, sleep=sleep, limit=limit)

    assert call([rate_limited(second)], lambda: call([rate_limited(first)])) == "an answer"
    assert taken == pauses


def test_a_call_waits_for_its_turn_no_longer_than_its_budget() -> None:
    """Where another one pauses for so long, it fails with what the server has told it."""
    limit = RateLimit()
    error = rate_limited(0.01)

    def fail() -> None:
        raise error

    with limit.turn, pytest.raises(RateLimited) as caught:
        retry(fail, Budget(0.05), sleep=lambda _: None, limit=limit)
    assert caught.value is error
