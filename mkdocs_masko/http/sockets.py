"""Sockets that keep a deadline.

The `timeout` of an HTTP library bounds one wait, not their sum: a server that sends a byte a
second never times out. Here each wait of a socket is cut to the time that is left, for headers,
bodies and TLS alike, and the bytes of one response are counted.
"""

from __future__ import annotations

import os
import queue
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssltransport import SSLTransport

from mkdocs_masko.errors import OptionError
from mkdocs_masko.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from urllib3._base_connection import BaseHTTPConnection


class Budget:
    """The time for network work. It runs from the moment it is created.

    All calls of the clients that share a budget must end before it does.

    Args:
        seconds: How long it lasts.
        clock: Returns a time in seconds that never goes back.
        setting: What the user raises to get more time, for messages.
        elapsed: Seconds of it that have passed already.

    Attributes:
        seconds: How long it lasts.
        setting: What the user raises to get more time.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        setting: str = "budget",
        elapsed: float = 0.0,
    ) -> None:
        self.seconds = seconds
        self.setting = setting
        self._clock = clock
        self._end = clock() + seconds - elapsed

    def __repr__(self) -> str:
        return f"Budget(seconds={self.seconds:g})"

    def remaining(self) -> float:
        """Return the seconds left, 0 when the time is up."""
        return max(0.0, self._end - self._clock())

    def extend(self, seconds: float) -> None:
        """Let it last longer, because of a pause that does not count."""
        self._end += seconds

    def for_call(self, timeout: float) -> Budget:
        """Return the budget of one call: `timeout` seconds, or this one if it has less left."""
        if self.remaining() < timeout:
            return self
        return Budget(timeout, self._clock, setting="timeout")

    def explain_timeout(self) -> str:
        """Say that the time is up, and how to get more."""
        return f"timed out after {self.seconds:g} s; try again later, or raise '{self.setting}'"


# A pooled connection outlives the call that opened it, and urllib3 passes nothing of a call down
# to its socket. So the budget goes the way of anyio's `fail_after`: it is the context's.
_budget: ContextVar[Budget] = ContextVar("budget")


@contextmanager
def within(budget: Budget) -> Iterator[None]:
    """Hold every socket that the block uses, in this thread, to a budget."""
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


def _cut(seconds: float) -> float:
    """Cut a wait to the time that is left.

    Raises:
        TimeoutError: None is left.
    """
    budget = _budget.get()
    remaining = budget.remaining()
    if not remaining:
        raise TimeoutError(budget.explain_timeout())
    return min(seconds, remaining)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long a socket may wait at once, and how much it may receive.

    Attributes:
        connect: Seconds for one IP address of a host.
        read: Seconds between two pieces of a response.
        rate: Bytes a second that a response must bring, on average over a window.
        window: Seconds of that, of which only those count that were spent waiting.
        response: Bytes after one request, headers included.
        clock: Returns a time in seconds that never goes back.
        resolve: Returns the IP addresses of a host, as `socket.getaddrinfo` does.
    """

    connect: float = 10.0
    read: float = 10.0
    rate: int = 256
    window: float = 20.0
    response: int = 64 * 1024 * 1024
    clock: Callable[[], float] = time.monotonic
    resolve: Callable[..., list[Any]] = socket.getaddrinfo


class ResponseTooLarge(Exception):
    """A server sends more than any response may have."""


class TooSlow(TimeoutError):
    """A server sends, but so little that it would take for ever."""


class BoundedSocket(socket.socket):
    """A socket under limits, which a subclass sets.

    Attributes:
        received: Bytes of the response at hand.
    """

    limits: ClassVar[Limits]
    received = 0
    _waited = 0.0  # seconds of the window, and the bytes that came in them
    _window_bytes = 0

    def recv(self, *args: Any) -> bytes:  # noqa: ANN401 - as the base class has it
        """Receive bytes."""
        start = self._start_wait()
        data = super().recv(*args)
        self._count(len(data), start)
        return data

    def recv_into(self, *args: Any) -> int:  # noqa: ANN401 - as the base class has it
        """Receive into a buffer."""
        start = self._start_wait()
        size = super().recv_into(*args)
        self._count(size, start)
        return size

    def send(self, *args: Any) -> int:  # noqa: ANN401 - as the base class has it
        """Send some bytes."""
        self._start_request()
        return super().send(*args)

    def sendall(self, *args: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Send all bytes."""
        self._start_request()
        super().sendall(*args)

    def _start_request(self) -> None:
        # Sending means that the response before is read: HTTP/1.1 without pipelining.
        self.received, self._waited, self._window_bytes = 0, 0.0, 0
        self.settimeout(_cut(self.limits.read))

    def _start_wait(self) -> float:
        self.settimeout(_cut(self.limits.read))
        return self.limits.clock()

    def _count(self, size: int, start: float) -> None:
        self.received += size
        if self.received > self.limits.response:
            raise ResponseTooLarge
        self._waited += self.limits.clock() - start
        self._window_bytes += size
        if self._waited >= self.limits.window:
            if self._window_bytes < self.limits.rate * self.limits.window:
                raise TooSlow
            self._waited, self._window_bytes = 0.0, 0


class BoundedTlsSocket(BoundedSocket, ssl.SSLSocket):
    """The same over TLS. `create_connection` leaves the timeout of the handshake behind."""


def create_connection(host: str, port: int, kind: type[BoundedSocket]) -> BoundedSocket:
    """Connect to the first IP address of a host that accepts the connection.

    Raises:
        OSError: None did, or the host has no IP address.
    """
    limits = kind.limits
    failure = OSError("the host has no IP address")
    for family, type_, protocol, _, address in _resolve(host, port, limits):
        sock = kind(family, type_, protocol)
        try:
            sock.settimeout(_cut(limits.connect))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
            sock.settimeout(_cut(limits.connect))
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _resolve(host: str, port: int, limits: Limits) -> list[Any]:
    # getaddrinfo takes no timeout. A daemon thread, unlike one of a pool, does not keep the
    # interpreter alive when a lookup hangs.
    results: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            results.put(limits.resolve(host, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            results.put(error)
        except UnicodeError:  # of the idna codec: an empty label, or one of over 63 characters
            results.put(socket.gaierror("not a host name"))

    threading.Thread(target=look_up, daemon=True).start()
    try:
        result = results.get(timeout=_cut(limits.connect))
    except queue.Empty:
        raise TimeoutError("the lookup of the host's name timed out") from None
    if isinstance(result, OSError):
        raise result
    return result


# In this order; of the last two, which are OpenSSL's, either or both.
_CA_VARIABLES = (("REQUESTS_CA_BUNDLE",), ("CURL_CA_BUNDLE",), ("SSL_CERT_FILE", "SSL_CERT_DIR"))
_CONNECTIONS = 8  # to one host


class Adapter(HTTPAdapter):
    """Sends one request over a pooled connection, and never repeats it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # Before `super`, which calls `init_poolmanager`.
        self._pool_classes = _make_pool_classes(limits, lambda: self._ssl_context)
        super().__init__(_CONNECTIONS, _CONNECTIONS, max_retries=0, pool_block=True)

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        """Whom to trust; it takes 25 ms to read, so nothing is read before an `https:` URL."""
        return _make_ssl_context(self._limits)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        """Create the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as inherited
        """Return the pools for connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs, proxy_ssl_context=self._ssl_context)
        manager.pool_classes_by_scheme = self._pool_classes
        return manager

    def cert_verify(self, *args: object) -> None:
        """Do nothing: the SSL context has the certificates to trust."""


class _BoundedConnection:
    """Makes urllib3's connections use a `BoundedSocket`."""

    limits: ClassVar[Limits]
    host: str
    port: int
    debuglevel = 0  # at any other, http.client prints headers, and the key in them

    def _new_conn(self) -> BoundedSocket:
        kind = type("Socket", (BoundedSocket,), {"limits": self.limits})
        return create_connection(self.host, self.port, kind)


class _BoundedPool(HTTPConnectionPool):
    """Makes a thread wait for a free connection no longer than its budget lasts."""

    def _get_conn(self, timeout: float | None = None) -> BaseHTTPConnection:
        # requests leaves the timeout out, and the pool would wait for ever.
        return super()._get_conn(_cut(timeout or threading.TIMEOUT_MAX))


def _make_pool_classes(
    limits: Limits, context: Callable[[], ssl.SSLContext]
) -> dict[str, type[HTTPConnectionPool]]:
    plain = type("Plain", (_BoundedConnection, HTTPConnection), {"limits": limits})
    tls = type("Tls", (_BoundedConnection, HTTPSConnection), {"limits": limits})

    class TlsPool(_BoundedPool, HTTPSConnectionPool):
        """Reads whom to trust when it is created, which is with the first URL of a host."""

        ConnectionCls = tls

        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
            super().__init__(*args, **kwargs, ssl_context=context())

    return {"http": type("PlainPool", (_BoundedPool,), {"ConnectionCls": plain}), "https": TlsPool}


def _make_ssl_context(limits: Limits) -> ssl.SSLContext:
    context = _trusting_context()
    if _is_interpreters_own(context):
        context.sslsocket_class = type("TlsSocket", (BoundedTlsSocket,), {"limits": limits})
    else:
        context.wrap_socket = partial(_wrap_in_memory, context)  # type: ignore[method-assign, assignment] # its sockets are its own
    return context


def _trusting_context() -> ssl.SSLContext:
    """Return a context that trusts what the environment names, or else the system.

    Raises:
        OptionError: What the environment names cannot be read.
    """
    if named := certificate_variables():
        return _context_of(named)
    try:
        import truststore  # noqa: PLC0415 - an extra, for who needs the system's own verification
    except ImportError:
        context = ssl.create_default_context()
        # A container may have none, OpenSSL cannot read those of macOS, and Windows downloads most
        # of its own only when its own TLS needs them.
        if sys.platform == "win32" or not context.cert_store_stats()["x509_ca"]:
            context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        return context
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def certificate_variables() -> list[str]:
    """Return the environment variables that name the certificates to trust."""
    for variables in _CA_VARIABLES:
        if named := [name for name in variables if os.environ.get(name)]:
            return named
    return []


def _context_of(variables: Iterable[str]) -> ssl.SSLContext:
    """Return a context that trusts the certificates in the files and folders of variables."""
    context: ssl.SSLContext | None = None
    for variable in variables:
        path = os.environ[variable]
        # OpenSSL takes several folders.
        is_folder = any(Path(part).is_dir() for part in path.split(os.pathsep))
        file, folder = (None, path) if is_folder else (path, None)
        try:
            if context is None:
                context = ssl.create_default_context(cafile=file, capath=folder)
            else:
                context.load_verify_locations(file, folder)
        except OSError:
            raise OptionError(
                f"{variable} does not name a readable file or folder of certificates; "
                "correct or unset it"
            ) from None
    assert context is not None  # noqa: S101 - the caller has a variable
    return context


def _is_interpreters_own(context: ssl.SSLContext) -> bool:
    """Tell whether TLS is Python's: truststore and gevent put a class of theirs in its place."""
    return type(context).wrap_socket.__module__ == "ssl"


def _wrap_in_memory(
    context: ssl.SSLContext, sock: socket.socket, *, server_hostname: str | None = None
) -> SSLTransport:
    """Do TLS in memory over a socket, whose own limits go on to hold."""
    return SSLTransport(sock, context, server_hostname)


def proxies_for(url: str) -> Mapping[str, str]:
    """Return the environment's proxies for a URL; a server on this machine needs none.

    Raises:
        OptionError: It is a SOCKS proxy, whose sockets keep no deadline.
    """
    proxies = {} if is_loopback(url) else get_environ_proxies(_with_port(url))
    if (select_proxy(url, proxies) or "").lower().startswith("socks"):
        raise OptionError(
            "the environment names a SOCKS proxy, which is not supported; "
            "set HTTPS_PROXY to an HTTP proxy, or NO_PROXY to the host"
        )
    return proxies


def _with_port(url: str) -> str:
    """Return a URL with its port, with which NO_PROXY may name a host: `api.masko.ai:443`."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if parts.port or not default:
        return url
    return parts._replace(netloc=f"{parts.netloc.rstrip(':')}:{default}").geturl()
