"""What went wrong on the wire, in words that say what to do."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from requests.exceptions import InvalidProxyURL, InvalidURL
from urllib3.exceptions import HTTPError, IncompleteRead, ProxyError
from urllib3.exceptions import TimeoutError as Late

from mkdocs_masko.errors import ApiError, MalformedAnswer, NetworkError
from mkdocs_masko.http.sockets import TooMuch
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    return one_line(urlsplit(url).netloc)


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
