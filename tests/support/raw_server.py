"""A server that answers in raw bytes, for what no proper server does."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

CERTIFICATE = Path(__file__).parents[1] / "data" / "wire" / "self_signed.pem"
"""A key and its certificate for 127.0.0.1, made for these tests; trusted by nobody."""

_HANDSHAKE = b"\x16"  # the first byte of TLS
_PATIENCE = 20.0  # seconds; the outer bound of a test that went wrong


class Exchange:
    """One connection, after its request has come."""

    def __init__(self, sock: socket.socket, request: bytes, over: threading.Event) -> None:
        self.request = request
        self.sent = 0
        self._sock = sock
        self._over = over

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._sock.sendall(data)
        self.sent += len(data)

    def drip(self, data: bytes, every: float = 0.05) -> None:
        """Send byte after byte, and then wait."""
        for n in range(len(data)):
            if self._over.wait(every):
                return
            self.send(data[n : n + 1])
        self.hold()

    def flood(self, data: bytes) -> None:
        """Send the same bytes for as long as they are taken."""
        while not self._over.is_set():
            self.send(data)

    def hold(self) -> None:
        """Stay connected and silent until the test is over."""
        self._over.wait(_PATIENCE)

    def reset(self) -> None:
        """Break the connection off with a RST."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Wire:
    """Runs a script for every connection, until the `with` block ends.

    Args:
        script: What it does.
        tls: Whether it speaks TLS.
        certificate: A key and its certificate, for TLS.

    Attributes:
        exchanges: What went on, in order of the connections.
    """

    def __init__(
        self,
        script: Callable[[Exchange], None],
        *,
        tls: bool = False,
        certificate: Path = CERTIFICATE,
    ) -> None:
        self.exchanges: list[Exchange] = []
        self._script = script
        self._context = _server_context(certificate) if tls else None
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        """The origin."""
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.getsockname()[1])

    @property
    def requests(self) -> list[bytes]:
        """The heads of all requests."""
        return [exchange.request for exchange in self.exchanges]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                sock, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            plain.settimeout(5)
            with self._context.wrap_socket(plain, True) if self._context else plain as sock:
                sock.settimeout(5)
                exchange = Exchange(sock, _head(sock), self._over)
                self.exchanges.append(exchange)
                self._script(exchange)


def _server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _head(sock: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and head[:1] != _HANDSHAKE:
        piece = sock.recv(65_536)
        if not piece:
            return b""
        head += piece
    return head


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """Put an answer together."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
