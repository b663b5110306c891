"""Sockets that keep a deadline.

A timeout of a call bounds one wait, not the sum of them: a server that sends a byte a second
is never late. Here each wait of a socket is cut to what is left of the whole budget, for
headers, bodies and TLS alike, and the bytes of one answer are counted.
"""

from __future__ import annotations

import os
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from mkdocs_masko.errors import OptionError
from mkdocs_masko.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Budget:
    """The time for all network work of one task. It runs from the moment it is made.

    Args:
        seconds: The time there is.
        clock: Tells a time in seconds that never goes back.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def __repr__(self) -> str:
        return f"Budget(seconds={self.seconds:g})"

    def remaining(self) -> float:
        """Return the seconds left, 0 when the time is over."""
        return max(0.0, self._end - self._clock())


def over(seconds: float) -> str:
    """Say that a budget of so many seconds is used up."""
    return (
        f"the {seconds:g} s for network work are over; "
        "try again later, or allow more with the option 'timeout'"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long a socket may wait, in seconds, and how much it may take, in bytes.

    Attributes:
        budget: Bounds the sum of all waits.
        connect: Bounds the wait for one address of a host.
        read: Bounds the wait between two pieces of an answer.
        answer: The most that may come after one request, headers included.
        resolve: Finds the addresses of a host.
    """

    budget: Budget
    connect: float = 10.0
    read: float = 10.0
    answer: int = 64 * 1024 * 1024
    resolve: Callable[..., list[Any]] = socket.getaddrinfo

    def wait(self, longest: float) -> float:
        """Cut a wait to what is left.

        Raises:
            TimeoutError: Nothing is left.
        """
        remaining = self.budget.remaining()
        if not remaining:
            raise TimeoutError(over(self.budget.seconds))
        return min(longest, remaining)


class TooMuch(Exception):
    """More bytes have come than any answer may have."""


class BoundedSocket(socket.socket):
    """A socket under limits, which a subclass names."""

    limits: ClassVar[Limits]
    taken = 0

    def recv(self, *args: Any) -> bytes:  # noqa: ANN401 - as the base class has it
        """Receive bytes."""
        self.settimeout(self.limits.wait(self.limits.read))
        data = super().recv(*args)
        self._count(len(data))
        return data

    def recv_into(self, *args: Any) -> int:  # noqa: ANN401 - as the base class has it
        """Receive into a buffer."""
        self.settimeout(self.limits.wait(self.limits.read))
        size = super().recv_into(*args)
        self._count(size)
        return size

    def send(self, *args: Any) -> int:  # noqa: ANN401 - as the base class has it
        """Send some bytes."""
        self._start()
        return super().send(*args)

    def sendall(self, *args: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Send all bytes."""
        self._start()
        super().sendall(*args)

    def _start(self) -> None:
        self.taken = 0
        self.settimeout(self.limits.wait(self.limits.read))

    def _count(self, size: int) -> None:
        self.taken += size
        if self.taken > self.limits.answer:
            raise TooMuch


class BoundedTls(BoundedSocket, ssl.SSLSocket):
    """The same over TLS; the handshake has the timeout that `dial` leaves behind."""


def dial(host: str, port: int, kind: type[BoundedSocket]) -> BoundedSocket:
    """Connect to the first address of a host that answers.

    Raises:
        OSError: None did, or the name has no address.
    """
    limits = kind.limits
    fault = OSError("the host has no address")
    for family, type_, protocol, _, address in _addresses(host, port, limits):
        sock = kind(family, type_, protocol)
        try:
            sock.settimeout(limits.wait(limits.connect))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
            sock.settimeout(limits.wait(limits.connect))
        except OSError as error:
            sock.close()
            fault = error
        else:
            return sock
    raise fault


def _addresses(host: str, port: int, limits: Limits) -> list[Any]:
    """Look a name up in a thread that the interpreter's end does not wait for.

    A lookup cannot be given a timeout.
    """
    found: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found.put(limits.resolve(host, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            found.put(error)
        except UnicodeError:
            found.put(socket.gaierror("not a name"))

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = found.get(timeout=limits.wait(limits.connect))
    except queue.Empty:
        raise TimeoutError("no answer about the host's name") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_CONNECTIONS = 8


class Adapter(HTTPAdapter):
    """Sends one request over a pooled connection, and never twice."""

    def __init__(self, limits: Limits) -> None:
        self._context = _context(limits)
        self._pools = _pools(limits)
        super().__init__(_CONNECTIONS, _CONNECTIONS, max_retries=0, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as inherited
        """Make, or find again, the pools for connections through a proxy."""
        contexts = {"ssl_context": self._context, "proxy_ssl_context": self._context}
        manager = super().proxy_manager_for(proxy, **kwargs, **contexts)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, *args: object) -> None:
        """Do nothing: the context knows whom to trust."""


class _Bounded:
    """Makes a connection's socket."""

    limits: ClassVar[Limits]
    host: str
    port: int
    debuglevel = 0  # http.client prints headers, and the key in them, at any other

    def _new_conn(self) -> BoundedSocket:
        kind = type("Socket", (BoundedSocket,), {"limits": self.limits})
        return dial(self.host, self.port, kind)


def _pools(limits: Limits) -> dict[str, type[HTTPConnectionPool]]:
    plain = type("Plain", (_Bounded, HTTPConnection), {"limits": limits})
    tls = type("Tls", (_Bounded, HTTPSConnection), {"limits": limits})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


def _context(limits: Limits) -> ssl.SSLContext:
    variable = next((name for name in _CA_VARIABLES if os.environ.get(name)), None)
    path = Path(os.environ[variable] if variable else DEFAULT_CA_BUNDLE_PATH)
    try:
        if path.is_dir():
            context = ssl.create_default_context(capath=path)
        else:
            context = ssl.create_default_context(cafile=path)
    except OSError:
        raise OptionError(f"{variable} names no readable file of certificates") from None
    context.sslsocket_class = type("TlsSocket", (BoundedTls,), {"limits": limits})
    return context


def proxies_for(url: str) -> Mapping[str, str]:
    """Return the proxies of the environment; a server on this machine needs none.

    Raises:
        OptionError: It is a SOCKS proxy, whose sockets know no deadline.
    """
    proxies = {} if is_loopback(url) else get_environ_proxies(url)
    if (select_proxy(url, proxies) or "").lower().startswith("socks"):
        raise OptionError(
            "the environment names a SOCKS proxy, which is not supported; "
            "set HTTPS_PROXY to an HTTP proxy, or NO_PROXY to the host"
        )
    return proxies
