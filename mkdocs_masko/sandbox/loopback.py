"""The socket: HTTP/1.1 on loopback, one thread a connection."""

from __future__ import annotations

import re
import socket
import socketserver
import sys
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import TYPE_CHECKING

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.effects import Hangup
from mkdocs_masko.sandbox.responses import Answer, Refusal, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    Connection = socket.socket | tuple[bytes, socket.socket]

_LARGEST_BODY = 64 * 1024  # bytes
_PATIENCE = 5  # seconds that open connections get to end


class Loopback(ThreadingHTTPServer):
    """A server on 127.0.0.1 that says nothing and ends with all its connections.

    Attributes:
        answer: Gives the answer to a request, or raises `Hangup`.
        refuse: Gives the answer to what cannot be read as a request.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        answer: Callable[[Request], Answer],
        refuse: Callable[[Refusal], Answer],
    ) -> None:
        self.answer = answer
        self.refuse = refuse
        self._open: set[Connection] = set()
        self._changed = Condition()
        try:
            super().__init__(("127.0.0.1", port), _Conversation)
        except (OSError, OverflowError) as taken:
            raise OptionError(
                f"cannot listen on port {port} ({taken}). Choose another; 0 takes a free one."
            ) from taken
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
        with suppress(OSError):  # the listener sleeps until somebody comes
            socket.create_connection(("127.0.0.1", self.server_port), _PATIENCE).close()
        self._thread.join(_PATIENCE)
        self.server_close()
        with self._changed:
            for connection in self._open:
                _cut(connection)
            self._changed.wait_for(lambda: not self._open, timeout=_PATIENCE)

    def _listen(self) -> None:
        while not self._is_ending:
            self.handle_request()

    def process_request(self, request: Connection, client_address: object) -> None:
        """Remember a connection, and serve it in a thread."""
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        """Close a connection and forget it."""
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Connection, client_address: object) -> None:
        """Stay silent when a client has gone; anything else is a fault of ours and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _cut(connection: Connection) -> None:
    with suppress(OSError):  # it may be closing by itself
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)


class _Conversation(BaseHTTPRequestHandler):
    """One connection, with any number of requests."""

    server: Loopback
    protocol_version = "HTTP/1.1"
    server_version = "masko-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes; neither waits for the other

    def _reply(self) -> None:
        try:
            answer = self.server.answer(self._request())
        except Hangup:
            self.close_connection = True
        except Refusal as unreadable:  # what follows on this connection cannot be told apart
            self.close_connection = True
            self._send(self.server.refuse(unreadable))
        else:
            self._send(answer)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _reply  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(
            method=self.command, path=self.path, headers=headers, body=self._body(headers)
        )

    def _body(self, headers: dict[str, str]) -> bytes:
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers:
            raise Refusal(411, "send the body whole, with its Content-Length")
        if not re.fullmatch(r"[0-9]{1,18}", length):
            raise Refusal(400, "Content-Length is a whole number")
        if int(length) > _LARGEST_BODY:
            raise Refusal(413, f"a body has at most {_LARGEST_BODY} bytes")
        return self.rfile.read(int(length))

    def _send(self, answer: Answer) -> None:
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
