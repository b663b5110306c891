"""Statuses and the libraries' exceptions as errors of this package, with how to fix them."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec
from requests.exceptions import InvalidProxyURL, InvalidURL
from urllib3.exceptions import EmptyPoolError, HTTPError, IncompleteRead, ProxyError
from urllib3.exceptions import TimeoutError as Urllib3Timeout

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
    TimedOut,
    Unauthorized,
)
from mkdocs_masko.http.sockets import ResponseTooLarge, TooSlow, certificate_variables
from mkdocs_masko.text import format_duration, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.http.sockets import Budget

NOT_READY: Final = "cdn_export_not_ready"
"""The API's code for a collection without an export."""

_CODE = re.compile(r"[a-z0-9_]{1,64}")


def error_from_api(  # noqa: PLR0913 - each is a part of the message
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    url: str,
    has_key: bool,
    key_name: str | None = None,
) -> ApiError:
    """Return the error that a response of the API stands for.

    Args:
        status: 400 to 599.
        headers: The response's headers.
        body: Its body: JSON in one of two shapes, or anything.
        url: The URL of the request.
        has_key: Whether the request carried a key.
        key_name: The environment variable that holds the key; None if the key was passed as
            the argument `key`.
    """
    code, reason = _parse_error_body(body)
    if status == HTTPStatus.CONFLICT and not code and url.endswith("/cdn-export"):
        code = NOT_READY  # the older form of an error has a text and no code
    error = _intercepted(status, url=url) or _busy("the API", status, headers, url=url, code=code)
    if error is None:
        kind, message = _meaning(status, code, has_key=has_key, key_name=key_name)
        error = kind(message, status=status, code=code, url=url)
    # The messages of these have all the reasons that there are.
    if reason and not isinstance(error, (NotReady, RateLimited)):
        return error.with_message(f"{error}; the API says: {reason}")
    return error


def _meaning(
    status: int, code: str, *, has_key: bool, key_name: str | None
) -> tuple[type[ApiError], str]:
    key = f"the key in {key_name}" if key_name else "the argument 'key'"
    right_key = f", and that {key} is of the right workspace" if has_key else ""
    if status == HTTPStatus.CONFLICT and code == NOT_READY:
        return NotReady, (
            "the collection has no export yet (409): asset hosting is off, the collection is "
            "unpublished, or nothing is published yet; publish it in Masko, then try again"
        )
    if status == HTTPStatus.UNAUTHORIZED and not has_key:
        remedy = f"set {key_name}" if key_name else "pass one as the argument 'key'"
        return Unauthorized, f"the API requires a key (401); {remedy}"
    meanings: dict[int, tuple[type[ApiError], str]] = {
        HTTPStatus.UNAUTHORIZED: (
            Unauthorized,
            f"the API refuses {key} (401); create a new key in Masko's settings",
        ),
        HTTPStatus.PAYMENT_REQUIRED: (
            RequestRejected,
            "the workspace does not have enough credits (402); see Masko's billing page",
        ),
        HTTPStatus.FORBIDDEN: (Forbidden, f"the API denies access (403); check the id{right_key}"),
        HTTPStatus.NOT_FOUND: (
            NotFound,
            f"the API has nothing with this id (404); check the id{right_key}",
        ),
    }
    summary = f"{status} {code}".strip()
    return meanings.get(status, (RequestRejected, f"the API rejects the request ({summary})"))


def error_from_media_server(status: int, headers: Mapping[str, str], *, url: str) -> ApiError:
    """Return the error that a response of a media server stands for."""
    error = _intercepted(status, url=url) or _busy("the media server", status, headers, url=url)
    if error:
        return error
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        message = f"the file is gone ({status}): {sanitize(url)}"
        return NotFound(message, status=status, url=url)
    message = f"the media server refuses {sanitize(url)} ({status})"
    return RequestRejected(message, status=status, url=url)


def _parse_error_body(body: bytes) -> tuple[str, str]:
    """Return code and message of `{"error": {"code", "message"}}` or `{"error": "text"}`."""
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


# A server may write anything into Retry-After: -5, 1.5, soon, 1e9, 5,000 digits. Python's float()
# would take nan, inf, 1_000 and Arabic digits too.
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?(?:[eE]\+?[0-9]{1,2})?")
_MAX_HEADER_LENGTH = 64  # characters; a date has 29
_EPOCH = 1e9  # a smaller X-RateLimit-Reset counts seconds from now, a larger one from 1970


_WANTS_NAME = "wants a name and a password (407); write both into HTTPS_PROXY before the host"
_INTERCEPTIONS: Final[dict[int, str]] = {
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: f"the environment's proxy {_WANTS_NAME}",
    # https://www.rfc-editor.org/rfc/rfc6585#section-6
    HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED: (
        "the network wants you to log in (511); open a page in a browser, then try again"
    ),
}
"""What answers in the place of the server, and so says nothing of the request."""


def _intercepted(status: int, *, url: str) -> ApiError | None:
    """Return the error for the answer of a proxy or a network, or None for any other."""
    cause = _INTERCEPTIONS.get(status)
    return NetworkError(_no_response(url, cause), status=status, url=url) if cause else None


# A server that has not waited for the whole request, or does not want it yet: it has done nothing.
# https://www.rfc-editor.org/rfc/rfc9110#name-408-request-timeout
_NOT_YET = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}


def _busy(
    server: str, status: int, headers: Mapping[str, str], *, url: str, code: str = ""
) -> RateLimited | ServerError | None:
    """Return the error for a server that may answer later, or None for any other status."""
    is_limit = status == HTTPStatus.TOO_MANY_REQUESTS
    if not is_limit and status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NOT_YET:
        return None
    now = datetime.now(timezone.utc)
    seconds = parse_retry_after(headers.get("Retry-After", ""), now)
    if is_limit and seconds is None:
        seconds = _parse_reset(headers.get("X-RateLimit-Reset", ""), now)
    when = "later" if seconds is None else f"in {format_duration(seconds)}"
    if is_limit:
        message = f"too many requests to {server} (429); try again {when}"
        return RateLimited(message, code=code or "rate_limited", url=url, retry_after=seconds)
    message = f"{server} fails ({status}); try again {when}"
    return ServerError(message, status=status, code=code, url=url, retry_after=seconds)


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Parse `Retry-After` (RFC 9110, section 10.2.3): a number of seconds, or a date.

    Args:
        text: The header's value.
        now: The time, with its zone.

    Returns:
        Seconds, at least 0, or None when the value is not valid or a date in the past.
    """
    text = text.strip()
    if len(text) > _MAX_HEADER_LENGTH:
        return None
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        seconds = (date.replace(tzinfo=date.tzinfo or timezone.utc) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _parse_reset(text: str, now: datetime) -> float | None:
    seconds = parse_retry_after(text, now)
    if seconds is None or seconds < _EPOCH:
        return seconds
    return max(0.0, seconds - now.timestamp())


LIBRARY_ERRORS: Final = (
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    ResponseTooLarge,
)
"""What requests, urllib3, http.client, ssl and our sockets raise; requests' are OSErrors."""

# Codes of X.509 verification: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_EXPIRED = {9, 10}  # not yet valid, and not any more
_OTHER_HOST = {62, 64}
_NO_AUTHORITY = {24, 79}  # what is trusted may issue none: it has no CA:TRUE
_STRICT = range(80, 95)  # what VERIFY_X509_STRICT adds, such as a CA without critical constraints

_TIMEOUTS = (TimeoutError, Urllib3Timeout, EmptyPoolError)
# The first that fits wins, so the order matters: the libraries wrap an error in more general
# ones, and SSLCertVerificationError is an SSLError, which is an OSError, as ConnectionError is.
_Causes: TypeAlias = tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]
_CAUSES: Final[_Causes] = (
    (socket.gaierror, "the host's name is unknown; check the URL and the network"),
    (TooSlow, "it sends hardly anything; try again later"),
    (_TIMEOUTS, "timed out; try again later"),
    (ssl.SSLError, "it does not speak TLS; check the URL"),
    (ConnectionRefusedError, "connection refused; check the URL, or try again later"),
    (
        (ConnectionError, IncompleteRead, http.client.IncompleteRead),
        "the connection was closed early; try again later",
    ),
)
# The same for what lies between this machine and the host, before it has let a request through.
_PROXY_CAUSES: Final[_Causes] = (
    (InvalidProxyURL, "is not a valid URL; check HTTPS_PROXY"),
    (socket.gaierror, "has a name that is unknown; check HTTPS_PROXY and the network"),
    # Before the timeouts, since urllib3's NewConnectionError is one.
    (ConnectionRefusedError, "cannot be reached (connection refused); check HTTPS_PROXY"),
    (_TIMEOUTS, "cannot be reached (timed out); check HTTPS_PROXY, or try again later"),
    (ssl.SSLError, "does not speak TLS; write HTTPS_PROXY with http:// in place of https://"),
    (
        (ConnectionError, http.client.HTTPException),
        "closed the connection early; check HTTPS_PROXY, or try again later",
    ),
)
# http.client and urllib3 have no exception of its own for it.
_TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (\d{3})\b")


def no_response(url: str, cause: str) -> NetworkError:
    """Return the error for a host that sends no response, or not in time."""
    return NetworkError(_no_response(url, cause), url=url)


def _no_response(url: str, cause: str) -> str:
    return f"no response from {_host(url)}: {cause}"


def timed_out(url: str, budget: Budget) -> TimedOut:
    """Return the error for a response that did not come before the time was up."""
    return TimedOut(
        _no_response(url, budget.explain_timeout()),
        url=url,
        seconds=budget.seconds,
        setting=budget.setting,
    )


def is_timeout(error: BaseException) -> bool:
    """Tell whether a library's exception stands for a wait that took too long."""
    return any(isinstance(link, _TIMEOUTS) for link in _walk_chain(error))


def error_from_library(error: BaseException, url: str) -> ApiError:
    """Return the error for one of `LIBRARY_ERRORS`, without quoting it: it may hold the key."""
    chain = list(_walk_chain(error))
    host = _host(url)
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return no_response(url, _certificate_cause(link))
    if cause := _proxy_cause(chain) or _first_cause(_CAUSES, chain):
        return no_response(url, cause)
    if any(isinstance(link, InvalidURL) for link in chain):
        problem = "the URL is not valid, or the proxy's URL in HTTPS_PROXY is not"
        return no_response(url, problem)
    if any(isinstance(link, ResponseTooLarge) for link in chain):
        return MalformedResponse(f"{host} sends more than any response may have", url=url)
    if reason := _system_reason(chain):
        return no_response(url, reason)
    return MalformedResponse(f"the response from {host} is not valid HTTP; check the URL", url=url)


def _first_cause(causes: _Causes, chain: list[BaseException]) -> str:
    for kinds, cause in causes:
        if any(isinstance(link, kinds) for link in chain):
            return cause
    return ""


def _proxy_cause(chain: list[BaseException]) -> str:
    """Say why a proxy lets no request through, and what helps, if it is the proxy's fault."""
    if not any(isinstance(link, (ProxyError, InvalidProxyURL)) for link in chain):
        return ""
    refusals = [match[1] for link in chain if (match := _TUNNEL_REFUSED.match(str(link)))]
    if refusals and int(refusals[0]) == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        cause = _WANTS_NAME
    elif refusals:
        cause = f"does not let the request through ({refusals[0]}); check HTTPS_PROXY and NO_PROXY"
    else:
        cause = _first_cause(_PROXY_CAUSES, chain) or "cannot be reached; check HTTPS_PROXY"
    return f"the environment's proxy {cause}"


def _certificate_cause(error: ssl.SSLCertVerificationError) -> str:
    """Say why a certificate is not trusted, and what helps."""
    reason = sanitize(getattr(error, "verify_message", ""))
    cause = "its certificate is not trusted" + (f" ({reason})" if reason else "")
    code = getattr(error, "verify_code", 0)
    if code in _EXPIRED:
        return f"{cause}; check the clock of this machine"
    if code in _OTHER_HOST:
        return f"{cause}; check the URL"
    if code in _STRICT:
        return (
            f"{cause}, which Python 3.13 and later insist on; install 'mkdocs-masko[truststore]', "
            "which verifies as the system does"
        )
    if code in _NO_AUTHORITY:
        return (
            f"{cause}: the trusted one is not of an authority; ask your company for the right one"
        )
    if named := certificate_variables():
        return f"{cause}; the file or folder in {named[0]} lacks the one of your company"
    return f"{cause}; name the one of your company in REQUESTS_CA_BUNDLE"


def _host(url: str) -> str:
    return sanitize(urlsplit(url).netloc)


def _system_reason(chain: list[BaseException]) -> str:
    # The last, because it is the innermost: the outer ones repeat it or have none.
    numbers = [link.errno for link in chain if isinstance(link, OSError) and link.errno]
    return os.strerror(numbers[-1]) if numbers else ""


def _walk_chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those inside it.

    requests and urllib3 wrap the exceptions of the layers below in their arguments and in
    `reason`, besides `raise ... from`.
    """
    seen: set[int] = set()
    pending: list[object] = [error]
    while pending:
        link = pending.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            pending += [*link.args, getattr(link, "reason", None)]
            pending += [link.__cause__, link.__context__]
