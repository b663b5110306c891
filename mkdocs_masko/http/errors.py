"""What a status of 400 or more means, in words that say what to do."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
from requests.exceptions import InvalidProxyURL, InvalidURL
from urllib3.exceptions import HTTPError, IncompleteRead, ProxyError
from urllib3.exceptions import TimeoutError as Late

from mkdocs_masko.errors import (
    ApiError,
    BadKey,
    MalformedAnswer,
    NetworkError,
    NotFound,
    NotReady,
    RateLimited,
    Refused,
    ServerError,
    WrongWorkspace,
)
from mkdocs_masko.http.sockets import TooMuch
from mkdocs_masko.text import format_duration, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOT_READY: Final = "cdn_export_not_ready"

_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?(?:[eE]\+?[0-9]{1,2})?")
_CODE = re.compile(r"[a-z0-9_]{1,64}")
_LONGEST_WAIT = 64  # characters; a date has 29
_EPOCH = 1e9  # a smaller X-RateLimit-Reset counts seconds from now, a larger one from 1970


def refused_call(  # noqa: PLR0913 - each is a part of the message
    status: int, headers: Mapping[str, str], body: bytes, *, url: str, key_name: str, keyed: bool
) -> ApiError:
    """Turn the API's refusal into one of our errors.

    Args:
        status: 400 to 599.
        headers: The answer's headers.
        body: Its body: JSON in one of two shapes, or anything.
        url: What was asked for.
        key_name: The variable that holds the key.
        keyed: Whether a key was sent.
    """
    code, said = _error_in(body)
    if status == HTTPStatus.CONFLICT and not code and url.endswith("/cdn-export"):
        code = NOT_READY
    kind, advice = _meaning(status, code, key_name if keyed else "")
    if kind is BadKey and not keyed:
        advice = f"the API wants a key ({status}); put one into {key_name}"
    if kind is RateLimited:
        return _rate_limited("the API", headers, url=url, code=code)
    message = f"{advice}; it says: {said}" if said else advice
    return kind(message, status=status, code=code, url=url)


def _meaning(status: int, code: str, key_name: str) -> tuple[type[ApiError], str]:
    key = f"the key in {key_name}" if key_name else "a call without a key"
    if status == HTTPStatus.CONFLICT and code == NOT_READY:
        return NotReady, (
            "the collection has no export yet (409): asset hosting is off, the collection is "
            "unpublished, or nothing is published yet; publish it in Masko, then try again"
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError, f"the API fails ({status}); try again later"
    meanings: dict[int, tuple[type[ApiError], str]] = {
        HTTPStatus.UNAUTHORIZED: (
            BadKey,
            f"the API refused {key} (401); make a new one in Masko's settings",
        ),
        HTTPStatus.PAYMENT_REQUIRED: (
            Refused,
            "the workspace has not enough credits (402); see Masko's billing page",
        ),
        HTTPStatus.FORBIDDEN: (
            WrongWorkspace,
            f"the API does not show this to {key} (403); use a key of the owning workspace",
        ),
        HTTPStatus.NOT_FOUND: (
            NotFound,
            f"the API shows {key} nothing of that id (404); check the id and the key's workspace",
        ),
        HTTPStatus.TOO_MANY_REQUESTS: (RateLimited, ""),
    }
    reason = f"{status} {code}".strip()
    return meanings.get(status, (Refused, f"the API refused the call ({reason})"))


def refused_medium(status: int, headers: Mapping[str, str], *, url: str) -> ApiError:
    """Turn a media server's refusal into one of our errors."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited("the media server", headers, url=url)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        words = f"the file is gone ({status}): {sanitize(url)}"
        return NotFound(words, status=status, url=url)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        words = f"the media server fails ({status}); try again later"
        return ServerError(words, status=status, url=url)
    words = f"the media server refuses {sanitize(url)} ({status})"
    return Refused(words, status=status, url=url)


def _rate_limited(who: str, headers: Mapping[str, str], *, url: str, code: str = "") -> RateLimited:
    now = datetime.now(timezone.utc)
    wait = retry_after(headers.get("Retry-After", ""), now)
    if wait is None:
        wait = _until_reset(headers.get("X-RateLimit-Reset", ""), now)
    when = "later" if wait is None else f"in {format_duration(wait)}"
    message = f"too many calls to {who} (429); try again {when}"
    return RateLimited(message, code=code or "rate_limited", url=url, retry_after=wait)


def retry_after(text: str, now: datetime) -> float | None:
    """Read how long a server asks to wait: a number of seconds, or a date of HTTP.

    Args:
        text: The header's value, of any content.
        now: The time, with its zone.

    Returns:
        Seconds, at least 0, or None when that is no time in the future.
    """
    text = text.strip()
    if len(text) > _LONGEST_WAIT:
        return None
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        seconds = (date.replace(tzinfo=date.tzinfo or timezone.utc) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _until_reset(text: str, now: datetime) -> float | None:
    seconds = retry_after(text, now)
    if seconds is None or seconds < _EPOCH:
        return seconds
    return max(0.0, seconds - now.timestamp())


def _error_in(body: bytes) -> tuple[str, str]:
    """Find code and message in `{"error": {"code", "message"}}` or `{"error": "text"}`."""
    try:
        raw: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "", ""
    error = raw.get("error") if isinstance(raw, dict) else None
    if isinstance(error, str):
        return (error, "") if _CODE.fullmatch(error) else ("", sanitize(error))
    if not isinstance(error, dict):
        return "", ""
    code, message = error.get("code"), error.get("message")
    return (
        code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        sanitize(message) if isinstance(message, str) else "",
    )


BROKEN: Final = (HTTPError, http.client.HTTPException, OSError, ValueError, TooMuch)
"""What requests, urllib3, http.client, ssl and our sockets raise; requests' are OSErrors."""

_LATE = (TimeoutError, Late)
_NO_ANSWER: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        (ProxyError, InvalidProxyURL),
        "the proxy of the environment does not let it through; check HTTPS_PROXY and NO_PROXY",
    ),
    (socket.gaierror, "its name is not known; check the address and the network"),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted; a company's own can be named in REQUESTS_CA_BUNDLE",
    ),
    (_LATE, "it did not answer in time; try again later"),
    (ssl.SSLError, "it does not speak TLS properly; check the address"),
    (ConnectionRefusedError, "it takes no connections; check the address, or try again later"),
    (
        (ConnectionError, IncompleteRead, http.client.IncompleteRead),
        "it broke off the connection; try again later",
    ),
)


def no_answer(url: str, why: str) -> NetworkError:
    """Say that a host gave no answer, and why."""
    return NetworkError(f"no answer from {_host(url)}: {why}", url=url)


def is_late(error: BaseException) -> bool:
    """Tell whether a wait was cut off, rather than ended by the other side."""
    return any(isinstance(link, _LATE) for link in _chain(error))


def explain(error: BaseException, url: str) -> ApiError:
    """Turn an exception of the HTTP libraries into one of ours, without quoting it."""
    chain = list(_chain(error))
    host = _host(url)
    for kinds, words in _NO_ANSWER:
        if any(isinstance(link, kinds) for link in chain):
            return no_answer(url, words)
    if any(isinstance(link, InvalidURL) for link in chain):
        return no_answer(url, "the address is not valid")
    if any(isinstance(link, TooMuch) for link in chain):
        return MalformedAnswer(f"{host} sends more than any answer may have", url=url)
    if reason := _system_reason(chain):
        return no_answer(url, reason)
    return MalformedAnswer(f"{host} does not answer in proper HTTP; check the address", url=url)


def _host(url: str) -> str:
    return sanitize(urlsplit(url).netloc)


def _system_reason(chain: list[BaseException]) -> str:
    numbers = [link.errno for link in chain if isinstance(link, OSError) and link.errno]
    return os.strerror(numbers[-1]) if numbers else ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk through an exception and those inside it: the libraries wrap each other's."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [*link.args, getattr(link, "reason", None)]
            waiting += [link.__cause__, link.__context__]
