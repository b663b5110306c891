"""The retry rule: which errors lead to another attempt, when, and how often.

A `RateLimit` is what the calls of several threads share of it: one pause counts for all of them.
"""

from __future__ import annotations

import math
import random
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from mkdocs_masko.errors import ApiError, NetworkError, RateLimited, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from mkdocs_masko.http import Budget

T = TypeVar("T")

MAX_ATTEMPTS: Final = 4

_NOT_ACTED_ON = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
_FIRST_PAUSE = 0.5  # seconds; doubles with each attempt
_MAX_JITTER = 0.25  # of the pause


class RateLimit:
    """What the calls of several threads know of a server's rate limit.

    They run side by side until the server refuses one (429). From then on one runs after the other,
    as the server would refuse them again if all came back at the same time, and what was refused
    before a pause ended does not pause again.

    Args:
        clock: Returns a time in seconds that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.turn = threading.Lock()
        self.is_reached = False
        self.pause, self.pause_end = 0.0, -math.inf


class _Call:
    """One call under a rate limit, with all its attempts."""

    def __init__(self, limit: RateLimit, budget: Budget) -> None:
        self._limit, self._budget = limit, budget
        self._has_turn = False
        self._attempted_at = limit.clock()

    def __enter__(self) -> Self:
        if self._limit.is_reached:
            self._take_turn()
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_turn:
            self._limit.turn.release()

    def begin_attempt(self) -> None:
        self._attempted_at = self._limit.clock()

    def pause(self, seconds: float, sleep: Callable[[float], None]) -> bool:
        """Pause as the server wants; return whether there is time for another attempt."""
        limit = self._limit
        limit.is_reached = True
        self._take_turn()
        is_covered = limit.pause_end > self._attempted_at
        if is_covered and seconds <= limit.pause:
            return True
        left = seconds - limit.pause if is_covered else seconds
        if not self._has_turn or left >= self._budget.remaining():
            return False
        sleep(left)
        limit.pause, limit.pause_end = seconds, limit.clock()
        return True

    def _take_turn(self) -> None:
        if not self._has_turn:
            timeout = min(self._budget.remaining(), threading.TIMEOUT_MAX)
            self._has_turn = self._limit.turn.acquire(timeout=timeout)


def retry(  # noqa: PLR0913 - what tests and callers pass in
    attempt: Callable[[], T],
    budget: Budget,
    *,
    repeatable: bool = True,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
    limit: RateLimit | None = None,
) -> T:
    """Call a function until it returns, or until `pause` says to give up.

    Args:
        attempt: The function.
        budget: The time for all attempts and pauses.
        repeatable: Whether repeating it does no harm.
        sleep: Waits a number of seconds.
        jitter: Returns a random number from 0 to 1.
        limit: Shared by all threads that call the same server.

    Returns:
        What the function returns.

    Raises:
        ApiError: The error of the last attempt, unchanged.
    """
    number = 0
    with _Call(limit or RateLimit(), budget) as call:
        while True:
            number += 1
            call.begin_attempt()
            try:
                return attempt()
            except ApiError as error:
                # Decided once an attempt, with one random number: asked again, the rule could
                # contradict itself near the deadline, and a retry would follow without a pause.
                seconds = pause(
                    error, number, budget.remaining(), repeatable=repeatable, jitter=jitter()
                )
                if seconds is None:
                    raise
                if isinstance(error, RateLimited):
                    if not call.pause(seconds, sleep):
                        raise
                    continue
            sleep(seconds)


def pause(
    error: BaseException,
    attempt: int,
    remaining: float,
    *,
    repeatable: bool = True,
    jitter: float = 0.0,
) -> float | None:
    """Decide whether to make another attempt.

    Args:
        error: The error of the last attempt.
        attempt: The number of that attempt, from 1.
        remaining: Seconds left of the budget.
        repeatable: Whether repeating the request does no harm. If it does, only 408, 425, 429 and
            503 are followed by another attempt, because the server has not acted on the request.
        jitter: From 0 to 1. Spreads the attempts of many builds that failed at the same time.

    Returns:
        Seconds to pause before the next attempt, or None to give up. A pause that would use up
        the budget means to give up now, so that the user does not wait for nothing.
    """
    if attempt >= MAX_ATTEMPTS or not _is_temporary(error, repeatable=repeatable):
        return None
    if isinstance(error, (RateLimited, ServerError)) and error.retry_after is not None:
        seconds = error.retry_after
    else:
        seconds = _FIRST_PAUSE * 2 ** (attempt - 1) * (1 + jitter * _MAX_JITTER)
    return seconds if seconds < remaining else None


def _is_temporary(error: BaseException, *, repeatable: bool) -> bool:
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, ServerError):
        if error.status in _NOT_ACTED_ON:
            return True
        return repeatable and error.status != HTTPStatus.NOT_IMPLEMENTED
    return repeatable and isinstance(error, NetworkError)
