"""When to try again, and after how long."""

from __future__ import annotations

import random
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import tenacity

from mkdocs_masko.errors import ApiError, NetworkError, RateLimited, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.http import Budget

ATTEMPTS: Final = 4

_FIRST_PAUSE = 0.5  # seconds; doubled with each attempt

T = TypeVar("T")


def pause(
    error: BaseException | None,
    attempt: int,
    left: float,
    *,
    repeatable: bool = True,
    chance: float = 0.0,
) -> float | None:
    """Decide on another attempt.

    Args:
        error: What the last attempt failed with.
        attempt: How many there were, from 1.
        left: Seconds left of the budget.
        repeatable: Whether doing it twice does no harm. Otherwise only 429 and 503 are
            followed by another attempt: with them nothing was done.
        chance: From 0 to 1; spreads the attempts of many builds.

    Returns:
        Seconds to wait, or None to give up now.
    """
    if attempt >= ATTEMPTS or not _may_pass(error, repeatable=repeatable):
        return None
    wait = _FIRST_PAUSE * 2 ** (attempt - 1) * (1 + chance / 4)
    if isinstance(error, RateLimited) and error.retry_after is not None:
        wait = error.retry_after
    return wait if wait < left else None


def _may_pass(error: BaseException | None, *, repeatable: bool) -> bool:
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, ServerError):
        unavailable = error.status == HTTPStatus.SERVICE_UNAVAILABLE
        return unavailable or (repeatable and error.status != HTTPStatus.NOT_IMPLEMENTED)
    return repeatable and isinstance(error, NetworkError)


def persist(
    call: Callable[[], T],
    budget: Budget,
    *,
    repeatable: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call until it works, or `pause` gives up; the last error is raised as it is.

    Raises:
        ApiError: What the last attempt failed with.
    """

    def decide(state: tenacity.RetryCallState) -> float | None:
        error = state.outcome.exception() if state.outcome else None
        chance = random.random()  # noqa: S311 - no secret, only spread
        left = budget.remaining()
        return pause(error, state.attempt_number, left, repeatable=repeatable, chance=chance)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(ApiError),
        stop=lambda state: decide(state) is None,
        wait=lambda state: decide(state) or 0.0,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)
