"""The sandbox as a server: starting, talking, being talked to badly, and ending."""

from __future__ import annotations

import ast
import gc
import http.client
import json
import shlex
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

import mkdocs_masko.sandbox
from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox import Fault, Request, Sandbox
from sandbox_client import (
    KEY,
    PATIENCE,
    Reply,
    address,
    addresses,
    ask,
    connect,
    exported,
    path_of,
    talk,
)

PACKAGE = Path(mkdocs_masko.sandbox.__file__).parent
EXPORT = "/v1/collections/fox/cdn-export"
HEADERS = {"Authorization": f"Bearer {KEY}"}


def threads() -> int:
    return len([thread for thread in threading.enumerate() if thread.is_alive()])


def test_addresses_are_those_of_loopback(sandbox: Sandbox) -> None:
    """`origin` and `api_url` are where it listens, and exports name the same place."""
    host, port = address(sandbox)
    assert host == "127.0.0.1"
    assert sandbox.origin == f"http://127.0.0.1:{port}"
    assert sandbox.api_url == f"{sandbox.origin}/v1"
    assert sandbox.cdn_url == sandbox.origin


def test_addresses_are_known_while_it_runs(media_dir: Path) -> None:
    """Before the start there is no address, and asking for it says so."""
    sandbox = Sandbox(media_dir=media_dir)
    with pytest.raises(RuntimeError, match="start"):
        _ = sandbox.api_url
    with sandbox:
        assert sandbox.api_url
    with pytest.raises(RuntimeError, match="start"):
        _ = sandbox.origin


def test_starting_and_stopping_twice_is_once(media_dir: Path) -> None:
    """`start` and `stop` may be called again, and `start` after `stop`."""
    sandbox = Sandbox(media_dir=media_dir)
    sandbox.stop()
    assert sandbox.start() is sandbox
    origin = sandbox.origin
    assert sandbox.start().origin == origin
    assert ask(sandbox, "/v1/projects").status == 200
    sandbox.stop()
    sandbox.stop()
    assert ask(sandbox.start(), "/v1/projects").status == 200
    sandbox.stop()


def test_a_port_can_be_chosen(media_dir: Path) -> None:
    """With a port of its own it listens there, again and again."""
    with Sandbox(media_dir=media_dir) as any_port:
        port = address(any_port)[1]
    for _ in range(3):
        with Sandbox(media_dir=media_dir, port=port) as sandbox:
            assert sandbox.origin == f"http://127.0.0.1:{port}"
            assert ask(sandbox, "/v1/projects").status == 200


def test_a_port_in_use_is_explained(media_dir: Path) -> None:
    """A port that somebody else has is an error that names it and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OptionError, match=rf"port {port} .*0 takes a free one"):
            Sandbox(media_dir=media_dir, port=port).start()


@pytest.mark.parametrize("port", [-1, 65536, 99_999])
def test_a_port_that_cannot_be_is_explained(media_dir: Path, port: int) -> None:
    """So is a number that is no port."""
    with pytest.raises(OptionError, match=f"port {port} "):
        Sandbox(media_dir=media_dir, port=port).start()


def test_missing_media_are_explained(tmp_path: Path) -> None:
    """A folder without the cast is an error at once, not an empty export later."""
    with pytest.raises(OptionError, match=r"placeholder\.png"):
        Sandbox(media_dir=tmp_path)


def test_an_error_inside_ends_it(media_dir: Path) -> None:
    """Leaving the block by an exception stops the server and lets the exception through."""
    sandbox = Sandbox(media_dir=media_dir).start()
    where = address(sandbox)
    with pytest.raises(ZeroDivisionError), sandbox:
        raise ZeroDivisionError
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where)


def test_it_ends_with_all_its_threads(media_dir: Path) -> None:
    """After `stop` no thread of it is left, idle connections notwithstanding."""
    before = threads()
    with Sandbox(media_dir=media_dir) as sandbox:
        idle = [connect(sandbox) for _ in range(5)]
        for connection in idle:
            connection.request("GET", "/")
            connection.getresponse().read()
        fresh = socket.create_connection(address(sandbox))
        assert threads() > before
    deadline = time.monotonic() + PATIENCE
    while threads() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threads() == before
    assert is_over(fresh)
    for connection in idle:
        assert is_over(connection.sock)
        connection.close()


def is_over(line: socket.socket) -> bool:
    """Tell whether the other side has ended a connection, politely or not; close it."""
    line.settimeout(PATIENCE)
    with line, suppress(ConnectionResetError):
        return line.recv(1) == b""
    return True


def test_nothing_is_left_open(media_dir: Path) -> None:
    """Starting, answering and stopping leaves no descriptor behind and warns of none."""
    with Sandbox(media_dir=media_dir) as sandbox:
        ask(sandbox, "/")
    gc.collect()
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        with Sandbox(media_dir=media_dir) as sandbox:
            ask(sandbox, "/v1/projects")
            with socket.create_connection(address(sandbox)):
                pass
    gc.collect()
    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_nothing_is_printed(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """Good calls, bad calls, nonsense and clients that go away leave no word behind."""
    sandbox.add_fault(Fault.parse("drop:1@/v1/assets"))
    with pytest.raises(http.client.RemoteDisconnected):
        ask(sandbox, "/v1/assets")
    for path in ("/", "/nothing", "/v1/projects", "/v1/nothing"):
        ask(sandbox, path)
    for sent in (b"nonsense\r\n\r\n", b"\r\n\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01"):
        talk(sandbox, sent)
    leave_early(sandbox)
    sandbox.stop()
    assert capfd.readouterr() == ("", "")


def leave_early(sandbox: Sandbox) -> None:
    """Ask for much, and reset the connection without reading."""
    sandbox.world.put_file("/large.mp4", bytes(8_000_000))
    for sent in (
        b"GET /large.mp4 HTTP/1.1\r\n\r\n",
        b"GET /large.mp4 HT",
        b"GET / HTTP/1.1\r\nA: b",
    ):
        line = socket.create_connection(address(sandbox))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(sent)
        line.close()
    ask(sandbox, "/")


def test_it_goes_on_after_clients_that_leave(sandbox: Sandbox) -> None:
    """A client that resets its connection harms nobody else."""
    for _ in range(5):
        leave_early(sandbox)
    assert ask(sandbox, EXPORT).status == 200


def test_a_connection_is_kept(sandbox: Sandbox) -> None:
    """Many requests of every kind go over one connection, errors included."""
    connection = connect(sandbox)
    connection.connect()
    own = connection.sock.getsockname()
    path = path_of(addresses(exported(sandbox, "fox"))[0])
    expected = {
        ("GET", "/v1/projects"): 200,
        ("HEAD", "/v1/projects"): 200,
        ("GET", "/v1/nothing"): 404,
        ("POST", "/v1/projects"): 405,
        ("PATCH", "/v1/collections/fox/items/nobody"): 404,
        ("GET", path): 200,
        ("HEAD", path): 200,
        ("GET", "/nothing.png"): 404,
        ("GET", "/"): 200,
    }
    for (method, target), status in expected.items():
        connection.request(method, target, body=b"{}", headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.version) == (status, 11)
    connection.request("GET", path, headers={"If-None-Match": "*"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (304, b"")
    connection.request("GET", "/")
    assert connection.getresponse().read()
    assert connection.sock.getsockname() == own
    connection.close()


def test_requests_can_be_sent_ahead(sandbox: Sandbox) -> None:
    """Two requests in one packet get two answers in their order."""
    raw = talk(sandbox, b"GET / HTTP/1.1\r\n\r\nGET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert raw.count(b"HTTP/1.1 ") == 2
    assert raw.index(b"200 OK") < raw.index(b"404 Not Found")


def test_a_client_may_close(sandbox: Sandbox) -> None:
    """`Connection: close` and HTTP/1.0 get an answer and the end of the connection."""
    for request in (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"):
        head, _, body = talk(sandbox, request).partition(b"\r\n\r\n")
        assert b"\r\nConnection: close" in head
        assert body.startswith(b"The mkdocs-masko sandbox")


def test_a_server_of_its_own_name(sandbox: Sandbox) -> None:
    """The `Server` header tells no versions."""
    assert ask(sandbox, "/").headers["server"].strip() == "masko-sandbox"


FRAMINGS = (
    (b"Content-Length: -1", 400),
    (b"Content-Length: x", 400),
    (b"Content-Length: 1, 1", 400),
    (b"Content-Length: 0x10", 400),
    (b"Content-Length: 65537", 413),
    (b"Content-Length: 999999999999999999", 413),
    (b"Content-Length: " + b"9" * 5000, 400),
    (b"Transfer-Encoding: chunked", 411),
    (b"Transfer-Encoding: gzip\r\nContent-Length: 2", 411),
)


@pytest.mark.parametrize(("header", "status"), FRAMINGS, ids=lambda value: str(value)[:32])
def test_bodies_without_clear_ends_are_refused(
    sandbox: Sandbox, header: bytes, status: int
) -> None:
    """Where a body's end is not plain, it is refused, and the connection ends with that."""
    line = b"PATCH /v1/collections/fox/items/x HTTP/1.1\r\n"
    raw = talk(sandbox, line + header + b"\r\n\r\n" + b"GET / HTTP/1.1\r\n\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"\r\nConnection: close" in head
    assert json.loads(body)["error"]["message"]


def test_a_body_that_never_comes(sandbox: Sandbox) -> None:
    """A body that is cut off is what came of it: a 400, not a wait."""
    head = "PATCH /v1/collections/fox/items/f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0001 HTTP/1.1\r\n"
    sent = f'{head}Authorization: Bearer {KEY}\r\nContent-Length: 500\r\n\r\n{{"name"'
    assert talk(sandbox, sent.encode()).split()[1] == b"400"


NONSENSE = (
    b"",
    b"\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/x\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"BREW / HTTP/1.1\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    bytes(range(256)),
)


@pytest.mark.parametrize("sent", NONSENSE, ids=lambda sent: repr(sent[:24]))
def test_nonsense_harms_nobody(sandbox: Sandbox, sent: bytes) -> None:
    """What is no HTTP is refused or met with silence, and the next client is served."""
    raw = talk(sandbox, sent)
    assert b" 200 " not in raw.partition(b"\r\n")[0]
    assert ask(sandbox, "/v1/projects").status == 200


def test_fifty_at_once(sandbox: Sandbox) -> None:
    """Fifty clients at once each get the whole right answer."""
    urls = [path_of(url) for url in addresses(exported(sandbox, "fox"))]
    paths = [EXPORT, "/v1/assets", "/v1/collections/owl/cdn-export", "/", *urls]
    expected = {
        path: ask(sandbox, path, if_match="x").body for path in paths if "assets" not in path
    }
    ready = threading.Barrier(50)

    def read(number: int) -> tuple[str, Reply]:
        path = paths[number % len(paths)]
        ready.wait(PATIENCE)
        return path, ask(sandbox, path)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(read, range(50)))
    assert {reply.status for _, reply in answers} == {200}
    assert all(reply.body == expected.get(path, reply.body) for path, reply in answers)


def test_a_silent_client_holds_up_nobody(sandbox: Sandbox) -> None:
    """Clients that connect and say nothing leave room for others."""
    silent = [socket.create_connection(address(sandbox)) for _ in range(30)]
    assert ask(sandbox, EXPORT).status == 200
    for line in silent:
        line.close()


def test_requests_are_recorded(sandbox: Sandbox) -> None:
    """Each request is recorded as it was asked: method, path with query, headers, body."""
    ask(sandbox, "/v1/projects?limit=1", X_Mark="Yes")
    ask(sandbox, "/v1/collections/fox/items/x", "PATCH", key=None, body=b"{}")
    first, second = sandbox.requests
    assert (first.method, first.path, first.body) == ("GET", "/v1/projects?limit=1", b"")
    assert first.headers["x-mark"] == "Yes"
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert (second.method, second.body) == ("PATCH", b"{}")
    assert "authorization" not in second.headers
    assert isinstance(first, Request)


def test_records_are_frozen_and_can_be_cleared(sandbox: Sandbox) -> None:
    """A record cannot be changed; the list of them can be emptied."""
    ask(sandbox, "/")
    with pytest.raises(AttributeError):
        sandbox.requests[0].path = "/x"  # type: ignore[misc]
    sandbox.requests.clear()
    ask(sandbox, "/v1/projects")
    assert [request.path for request in sandbox.requests] == ["/v1/projects"]


def test_no_request_is_lost(sandbox: Sandbox) -> None:
    """Of many at once each is recorded once."""
    paths = [f"/v1/projects?x={number}" for number in range(80)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda path: ask(sandbox, path), paths))
    assert sorted(request.path for request in sandbox.requests) == sorted(paths)


def test_urllib_is_served_as_well(sandbox: Sandbox) -> None:
    """Another client than the one of these tests reads the same."""
    request = urllib.request.Request(sandbox.api_url + "/projects", headers=HEADERS)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
        assert json.load(answer)["data"][0]["name"] == "Sandbox"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sandbox.api_url + "/projects", timeout=PATIENCE)  # noqa: S310 - loopback
    assert caught.value.code == 401
    caught.value.close()


def test_the_front_page_is_plain(sandbox: Sandbox) -> None:
    """`GET /` needs no key and tells what this is in at most 80 columns."""
    answer = ask(sandbox, "/", key=None)
    text = answer.body.decode()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert max(map(len, text.splitlines())) <= 80
    assert sandbox.api_url in text
    assert text.isascii()


def curl(sandbox: Sandbox, words: list[str]) -> int:
    """Do what curl does with these words, as far as the front page goes."""
    options = {flag: word for flag, word in pairwise(words) if flag[0] == "-"}
    name, _, value = options["-H"].partition(": ")
    body = options["-d"].encode() if "-d" in options else None
    path = words[-1].removeprefix(sandbox.origin)
    method = options.get("-X", "GET")
    return ask(sandbox, path, method, key=None, body=body, **{name: value}).status


def test_calls_of_the_front_page_work(sandbox: Sandbox) -> None:
    """Every call on the page can be copied and answers 200; together they are all eleven."""
    text = ask(sandbox, "/").body.decode().replace("$(printf %064d 1)", "0" * 63 + "1")
    lines = text.splitlines()
    shell = dict(
        shlex.split(line)[0].split("=", 1) for line in lines if line[:4].isupper() and "=" in line
    )
    calls = [line for line in lines if line.startswith("curl")]
    for name, value in shell.items():
        calls = [call.replace(f"${name}", value) for call in calls]
    words = [shlex.split(call) for call in calls]
    assert [curl(sandbox, call) for call in words] == [200] * 12
    kinds = {(r.method, r.path.partition("?")[0]) for r in sandbox.requests if r.path != "/"}
    assert len(kinds) == 11


def test_the_front_page_survives_an_empty_fox(sandbox: Sandbox) -> None:
    """The page is there even when nothing is left that it could name."""
    for name in ("wave", "idle", "card-sit", "cheer"):
        sandbox.world.remove("fox", name)
    assert ask(sandbox, "/").status == 200


def test_public_names_are_sorted_and_there() -> None:
    """`__all__` is sorted and every name in it exists."""
    names = mkdocs_masko.sandbox.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert all(hasattr(mkdocs_masko.sandbox, name) for name in names)


def test_importing_is_cheap() -> None:
    """Importing the sandbox imports no server and no library from elsewhere."""
    code = "import mkdocs_masko.sandbox, sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stdout.split())
    heavy = {"http.server", "socketserver", "email", "ssl", "msgspec", "requests", "urllib3", "PIL"}
    assert not loaded & heavy


def imported(source: Path) -> set[str]:
    nodes = ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    froms = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    nodes = ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return froms | plain


@pytest.mark.parametrize("source", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_it_is_a_second_opinion(source: Path) -> None:
    """No module knows anything of the package but errors, wording and the sandbox itself."""
    own = {name for name in imported(source) if name.startswith("mkdocs_masko")}
    allowed = ("mkdocs_masko.sandbox", "mkdocs_masko.errors", "mkdocs_masko.text")
    assert all(name.startswith(allowed) for name in own)
    others = {name.partition(".")[0] for name in imported(source) - own}
    assert others <= {*sys.stdlib_module_names, "typing_extensions"}
