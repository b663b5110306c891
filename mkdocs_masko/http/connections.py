"""urllib3's connections over sockets with a deadline, and whom they trust."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from mkdocs_masko.errors import OptionError
from mkdocs_masko.http.sockets import BoundedSocket, BoundedTls, Limits, dial
from mkdocs_masko.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping


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
