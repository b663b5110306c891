"""The sandbox: a world, the service around it and the server in front."""

from __future__ import annotations

import re
import socket
import socketserver
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.app import Service
from mkdocs_masko.sandbox.cdn import MEDIA_DIR
from mkdocs_masko.sandbox.faults import Faults, Hangup
from mkdocs_masko.sandbox.responses import Answer, Refusal, Request
from mkdocs_masko.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

    from mkdocs_masko.sandbox.faults import Fault

    Connection = socket.socket | tuple[bytes, socket.socket]


class Sandbox:
    """The Masko API and its CDN on loopback, with invented mascots.

    ```python
    with Sandbox(faults=[Fault.parse("not-ready:2")]) as sandbox:
        urlopen(f"{sandbox.api_url}/collections/fox/cdn-export")
    ```

    Attributes:
        world: What there is; tests may change it.
        requests: What was asked since the start, in order of arrival.

    Args:
        port: Where to listen on 127.0.0.1; 0 takes a free port.
        cdn_url: What the address of a medium in an export begins with; None for where the
            CDN really listens.
        needs_key: Whether calls need a key; any of right form will do.
        faults: What goes wrong; seconds count from the start.
        media_dir: Where the media lie.
        clock: Gives the time in seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of whoever starts it
        self,
        *,
        port: int = 0,
        cdn_url: str | None = None,
        needs_key: bool = True,
        faults: Iterable[Fault] = (),
        media_dir: Path = MEDIA_DIR,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not (media_dir / "placeholder.png").is_file():
            raise OptionError(f"no media of the cast in {media_dir}: placeholder.png is missing")
        self.world = World(media_dir)
        self.requests: list[Request] = []
        self._port = port
        self._cdn_url = cdn_url
        self._stopped = Event()
        self._faults = Faults(clock)
        for fault in faults:
            self._faults.add(fault)
        self._service = Service(
            self.world, self._faults, needs_key=needs_key, clock=clock, wait=self._stopped.wait
        )
        self._server: Loopback | None = None

    def start(self) -> Self:
        """Listen, and return at once.

        Raises:
            OptionError: The port cannot be had.
        """
        if self._server is None:
            self._stopped.clear()
            self._faults.restart()
            self._server = Loopback(self._port, self._answer, self._service.refuse)
            self._service.origin = self.origin
            self._service.cdn_url = self.cdn_url
        return self

    def stop(self) -> None:
        """End the server and all its connections; does nothing when it is not running."""
        server, self._server = self._server, None
        if server is not None:
            self._stopped.set()
            server.end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Where API and CDN really listen: `http://127.0.0.1:PORT`."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running: start() it first")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """The base of all calls: `http://127.0.0.1:PORT/v1`."""
        return f"{self.origin}/v1"

    @property
    def cdn_url(self) -> str:
        """What the address of a medium in an export begins with."""
        return self.origin if self._cdn_url is None else self._cdn_url.rstrip("/")

    @property
    def legacy(self) -> bool:
        """Whether it speaks the older dialect: other envelopes for lists, details and errors."""
        return self._service.legacy

    @legacy.setter
    def legacy(self, legacy: bool) -> None:
        self._service.legacy = legacy

    @property
    def shuffle(self) -> bool:
        """Whether each list and export comes in another order every time."""
        return self._service.shuffle

    @shuffle.setter
    def shuffle(self, shuffle: bool) -> None:
        self._service.shuffle = shuffle

    def publish(self, collection_id: str, *, published: bool = True) -> None:
        """Publish a collection, or take it back: its export is a 409 then."""
        self.world.publish(collection_id, published=published)

    def add_fault(self, fault: Fault) -> None:
        """Let something go wrong from now on; what was added before strikes first."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def _answer(self, request: Request) -> Answer:
        self.requests.append(request)
        return self._service.answer(request)


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
