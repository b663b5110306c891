"""The retry rule: which errors lead to another attempt, when, and how often."""

from __future__ import annotations

import random
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from mkdocs_masko.errors import ApiError, NetworkError, RateLimited, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.http import Budget

T = TypeVar("T")

MAX_ATTEMPTS: Final = 4

_FIRST_PAUSE = 0.5  # seconds; doubles with each attempt
_MAX_JITTER = 0.25  # of the pause


def retry(
    attempt: Callable[[], T],
    budget: Budget,
    *,
    repeatable: bool = True,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> T:
    """Call a function until it returns, or until `pause` says to give up.

    Args:
        attempt: The function.
        budget: The time for all attempts and pauses.
        repeatable: Whether repeating it does no harm.
        sleep: Waits a number of seconds.
        jitter: Returns a random number from 0 to 1.

    Returns:
        What the function returns.

    Raises:
        ApiError: The error of the last attempt, unchanged.
    """
    number = 0
    while True:
        number += 1
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
        repeatable: Whether repeating the request does no harm. If it does, only 429 and 503 are
            followed by another attempt, because the server has not acted on the request.
        jitter: From 0 to 1. Spreads the attempts of many builds that failed at the same time.

    Returns:
        Seconds to pause before the next attempt, or None to give up. A pause that would use up
        the budget means to give up now, so that the user does not wait for nothing.
    """
    if attempt >= MAX_ATTEMPTS or not _is_temporary(error, repeatable=repeatable):
        return None
    if isinstance(error, RateLimited) and error.retry_after is not None:
        seconds = error.retry_after
    else:
        seconds = _FIRST_PAUSE * 2 ** (attempt - 1) * (1 + jitter * _MAX_JITTER)
    return seconds if seconds < remaining else None


def _is_temporary(error: BaseException, *, repeatable: bool) -> bool:
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, ServerError):
        if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return True
        return repeatable and error.status != HTTPStatus.NOT_IMPLEMENTED
    return repeatable and isinstance(error, NetworkError)
