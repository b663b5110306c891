"""A web server for one folder: it notes what is fetched, answers ranges, and fails on demand."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_PIECE = 16_384  # bytes
_LONGEST = 60  # seconds that a hanging answer hangs, if nobody releases it
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")
_NUMBERS = count(1)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with a file.

    Attributes:
        status: What is answered instead of the file; 0 for the file itself.
        delay: Seconds before anything is answered.
        hangs: Nothing is answered until the visit is released.
    """

    status: int = 0
    delay: float = 0
    hangs: bool = False


GONE = Fault(status=HTTPStatus.NOT_FOUND)
HANGS = Fault(hangs=True)


@dataclass(kw_only=True)
class Fetched:
    """One request: its path, the status of its answer, and how many bytes of a body went out."""

    path: str
    status: int = 0
    sent: int = 0
    body: bytes = b""


@dataclass(kw_only=True)
class Visit:
    """One reader's visit: an origin of its own, so that no cache and no memory is shared.

    Attributes:
        origin: Without a slash at its end.
        faults: By pattern of the path.
        headers: More headers of each answer.
        fetched: All requests, in the order in which they came in.
    """

    origin: str
    faults: Mapping[str, Fault] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    fetched: list[Fetched] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    def url(self, path: str = "") -> str:
        """Return the address of a page."""
        return f"{self.origin}/{path}"

    def paths(self, *patterns: str) -> list[str]:
        """Return the paths that were asked for and match one of the patterns."""
        return [f.path for f in self.fetched if any(fnmatch(f.path, p) for p in patterns)]

    def fault(self, path: str) -> Fault:
        """Return what is wrong with a path."""
        found = (fault for pattern, fault in self.faults.items() if fnmatch(path, pattern))
        return next(found, Fault())


class Served:
    """A folder on a free port of this machine, for visits; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.visits: dict[str, Visit] = {}
        self._server = _Server(("127.0.0.1", 0), _Answer)
        self._server.served = self
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Served:  # noqa: PYI034 - Self came with Python 3.11
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for visit in self.visits.values():
            visit.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port on which it answers; it is known before the folder is there."""
        return self._server.server_port

    def visit(
        self, faults: Mapping[str, Fault] | None = None, headers: Mapping[str, str] | None = None
    ) -> Visit:
        """Begin a visit. Browsers resolve every name below `localhost` to this machine."""
        host = f"v{next(_NUMBERS)}.localhost:{self.port}"
        visit = Visit(origin=f"http://{host}", faults=faults or {}, headers=headers or {})
        self.visits[host] = visit
        return visit


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    served: Served

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that leaves a page breaks its connections off."""


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer with a file, a part of it, or what the visit has in its place."""
        path = unquote(urlsplit(self.path).path)
        visit = self.server.served.visits.get(self.headers.get("Host", ""))
        if visit is None:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        fetched = Fetched(path=path)
        visit.fetched.append(fetched)
        fault = visit.fault(path)
        if fault.hangs:
            visit.released.wait(_LONGEST)
        visit.released.wait(fault.delay)
        self._file(visit, fetched, fault)

    def do_POST(self) -> None:
        """Take a report."""
        length = int(self.headers.get("Content-Length", 0))
        visit = self.server.served.visits[self.headers["Host"]]
        body = self.rfile.read(length)
        visit.fetched.append(Fetched(path=self.path, status=HTTPStatus.NO_CONTENT, body=body))
        self._head(HTTPStatus.NO_CONTENT, {"Content-Length": "0"})

    def _file(self, visit: Visit, fetched: Fetched, fault: Fault) -> None:
        file = self._found(fetched.path)
        fetched.status = fault.status or (HTTPStatus.OK if file else HTTPStatus.NOT_FOUND)
        if file is None or fault.status:
            self._head(fetched.status, {"Content-Length": "0", **visit.headers})
            return
        content = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes", **visit.headers}
        part = self._part(len(content))
        if self.headers.get("Range"):
            fetched.status = HTTPStatus.PARTIAL_CONTENT
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(content)}"
        self._head(fetched.status, {**headers, "Content-Length": str(len(part))})
        for start in range(part.start, part.stop, _PIECE):
            fetched.sent += self.wfile.write(content[start : min(start + _PIECE, part.stop)])

    def _found(self, path: str) -> Path | None:
        folder = self.server.served.folder
        file = (folder / path.lstrip("/")).resolve()
        file = file / "index.html" if file.is_dir() else file
        return file if file.is_file() and file.is_relative_to(folder.resolve()) else None

    def _part(self, length: int) -> range:
        asked = _RANGE.match(self.headers.get("Range", ""))
        if not asked:
            return range(length)
        return range(int(asked[1]), min(int(asked[2] or length), length - 1) + 1)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Cache-Control": "max-age=600", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""
