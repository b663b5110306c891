"""The HTTP server in front of the sandbox, on 127.0.0.1.

It is imported when a sandbox starts: to look up the media of the cast, nobody needs a socket.
"""

from __future__ import annotations

import io
import re
import socket
import socketserver
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import LineTooLong
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import TYPE_CHECKING

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.faults import Hangup
from mkdocs_masko.sandbox.limits import Limits, is_loopback_host
from mkdocs_masko.sandbox.responses import Answer, Refusal, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    Connection = socket.socket | tuple[bytes, socket.socket]

_BUFFER_SIZE = 8192  # bytes; Python's own default is 16 times as large from 3.14 on

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)
_END_TIMEOUT = 5  # seconds that the listener and open connections get to end


class LoopbackServer(ThreadingHTTPServer):
    """A server on 127.0.0.1 that prints nothing and closes all its connections when it ends.

    Attributes:
        answer: Returns the answer to a request, or raises `Hangup`.
        refuse: Returns the answer to what cannot be read as a request.
        limits: What it takes from its clients.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        answer: Callable[[Request], Answer],
        refuse: Callable[[Refusal], Answer],
        limits: Limits,
    ) -> None:
        self.answer = answer
        self.refuse = refuse
        self.limits = limits
        self._connections: set[Connection] = set()
        self._connections_changed = Condition()
        try:
            super().__init__(("127.0.0.1", port), _RequestHandler)
        except (OSError, OverflowError) as error:
            raise OptionError(
                f"cannot listen on port {port} ({error}). Choose another; 0 takes a free one."
            ) from error
        self._is_ending = False
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def server_bind(self) -> None:
        """Bind without asking for this machine's name, which can take seconds offline."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def end(self) -> None:
        """Stop listening, close every connection and wait for its thread."""
        self._is_ending = True
        # `handle_request` blocks until a connection arrives, so one is made. `serve_forever` would
        # poll instead, and take up to half a second to end.
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.server_port), _END_TIMEOUT).close()
        self._thread.join(_END_TIMEOUT)
        self.server_close()
        with self._connections_changed:
            for connection in self._connections:
                _shut_down(connection)
            self._connections_changed.wait_for(lambda: not self._connections, timeout=_END_TIMEOUT)

    def _listen(self) -> None:
        while not self._is_ending:
            self.handle_request()

    def process_request(self, request: Connection, client_address: object) -> None:
        """Note a connection as open, and serve it in a thread; refuse one that is too many."""
        with self._connections_changed:
            is_full = len(self._connections) >= self.limits.connections
            if not is_full:
                self._connections.add(request)
        if is_full:
            with suppress(OSError):
                if isinstance(request, socket.socket):
                    request.sendall(_BUSY)  # a new connection has room for so little
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        """Close a connection, and note it as closed."""
        super().shutdown_request(request)
        with self._connections_changed:
            self._connections.discard(request)
            self._connections_changed.notify_all()

    def handle_error(self, request: Connection, client_address: object) -> None:
        """Ignore that a client is gone; print the traceback of anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _shut_down(connection: Connection) -> None:
    with suppress(OSError):  # it may be closing by itself
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)


class _RequestReader(io.RawIOBase):
    """Reads from a connection for as long, and as much, as the limits allow.

    A timeout of the socket alone would start anew with each byte.
    """

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        super().__init__()
        self._connection, self._limits = connection, limits
        self.start_request()

    def start_request(self) -> None:
        """Wait for another request."""
        self._deadline: float | None = None
        # The buffer may hold what comes behind the headers.
        self._left = self._limits.head + _BUFFER_SIZE

    def expect_body(self, size: int) -> None:
        """Take so many bytes more."""
        self._left += size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # that of sockets
        now = time.monotonic()
        if self._deadline is None:
            seconds = self._limits.idle_timeout
        else:
            seconds = self._deadline - now
            if seconds <= 0:
                raise TimeoutError
        if self._left <= 0:
            raise LineTooLong("header")  # which http.server answers with 431
        self._connection.settimeout(seconds)
        size = self._connection.recv_into(buffer)
        if self._deadline is None:
            self._deadline = time.monotonic() + self._limits.request_timeout
        self._left -= size
        return size


class _RequestHandler(BaseHTTPRequestHandler):
    """One connection, with any number of requests."""

    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    server_version = "masko-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes; neither waits for the other

    def setup(self) -> None:
        """Bound what is read."""
        super().setup()
        self._reader = _RequestReader(self.connection, self.server.limits)
        self.rfile = io.BufferedReader(self._reader, _BUFFER_SIZE)

    def handle_one_request(self) -> None:
        """Wait for a request, and answer it."""
        self._reader.start_request()
        super().handle_one_request()

    def _answer_request(self) -> None:
        try:
            answer = self.server.answer(self._read_request())
        except Hangup:
            self.close_connection = True
        except Refusal as refusal:  # nobody knows where the next request begins
            self.close_connection = True
            self._send(self.server.refuse(refusal))
        else:
            self._send(answer)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _answer_request  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _read_request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not all(map(is_loopback_host, self.headers.get_all("Host", []))):
            raise Refusal(403, "this host is not the sandbox: use 127.0.0.1 or localhost")
        return Request(
            method=self.command, path=self.path, headers=headers, body=self._read_body(headers)
        )

    def _read_body(self, headers: dict[str, str]) -> bytes:
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers:
            raise Refusal(411, "send the body whole, with its Content-Length")
        if not re.fullmatch(r"[0-9]{1,18}", length):
            raise Refusal(400, "Content-Length is a whole number")
        if int(length) > self.server.limits.body:
            raise Refusal(413, f"a body has at most {self.server.limits.body} bytes")
        self._reader.expect_body(int(length))
        try:
            return self.rfile.read(int(length))
        except TimeoutError:
            raise Refusal(408, "the body did not arrive in time") from None

    def _send(self, answer: Answer) -> None:
        self.connection.settimeout(self.server.limits.request_timeout)  # of all that `wfile` sends
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
