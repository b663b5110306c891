"""What the sandbox takes from clients: hosts, sizes, times, connections."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from cli_process import run
from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox import Fault, Limits, Sandbox
from mkdocs_masko.sandbox.faults import FAULTS, GRAMMAR
from mkdocs_masko.sandbox.limits import is_loopback_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE = 20  # seconds after which a test hangs
SHORT = Limits(request_timeout=0.3, idle_timeout=0.3)


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[socket.socket]:
    """Open a connection to a sandbox."""
    port = int(sandbox.origin.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), _PATIENCE) as connection:
        yield connection


def answer(connection: socket.socket, sent: bytes = b"") -> bytes:
    """Send bytes, and return all that comes back until the connection is closed."""
    parts = []
    try:
        connection.sendall(sent)
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass  # it was closed while there was something left to read
    return b"".join(parts)


def asked(sandbox: Sandbox, *hosts: str, method: str = "GET", path: str = "/") -> int:
    """Ask for a page under a host's name; return the status."""
    lines = [f"{method} {path} HTTP/1.1", *(f"Host: {host}" for host in hosts)]
    request = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
    with connected(sandbox) as connection:
        return int(answer(connection, request).split()[1])


LOOPBACK = [
    *("127.0.0.1", "127.0.0.1:8765", "127.1.2.3", "localhost", "LOCALHOST:1", "localhost."),
    *("docs.localhost:8765", "[::1]", "[::1]:8765"),
]
ELSEWHERE = [
    *("evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example"),
    *("notlocalhost", "10.0.0.1", "0.0.0.0", "[::2]", "[::1", "::1", "", "a@127.0.0.1"),
    *("127.0.0.1/evil", "127.0.0.1:8765:1", "2130706433", "127.0.0.1 evil.example"),
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_is_a_host(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_no_other_machine_is(host: str) -> None:
    assert not is_loopback_host(host)


def test_a_request_under_another_name_is_refused() -> None:
    """A page that lets its own name resolve to this machine reads nothing."""
    with Sandbox() as sandbox:
        port = sandbox.origin.rpartition(":")[2]
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
            assert asked(sandbox, host) == 200
        count = len(sandbox.requests)
        for method, path in (("GET", "/"), ("DELETE", "/v1/collections/fox/items/x")):
            assert asked(sandbox, f"evil.example:{port}", method=method, path=path) == 403
        assert asked(sandbox, f"127.0.0.1:{port}", "evil.example") == 403
        assert len(sandbox.requests) == count


def test_a_client_without_a_host_is_no_browser() -> None:
    """HTTP/1.0 has none."""
    with Sandbox() as sandbox:
        assert asked(sandbox) == 200


def test_only_the_last_requests_are_kept() -> None:
    """A server that runs for days does not grow."""
    with Sandbox(limits=Limits(requests=3)) as sandbox:
        for number in range(5):
            asked(sandbox, "localhost", path=f"/{number}")
        assert [request.path for request in sandbox.requests] == ["/2", "/3", "/4"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET", b""),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b""),
        (b"PATCH /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", b"408"),
    ],
)
def test_a_client_that_stops_in_the_middle_is_left(sent: bytes, status: bytes) -> None:
    """It holds no thread for ever."""
    with Sandbox(limits=SHORT) as sandbox, connected(sandbox) as connection:
        assert answer(connection, sent)[9:12] == status


def test_a_client_that_sends_byte_by_byte_is_left() -> None:
    """Each byte comes in time, and the request does not."""
    with Sandbox(limits=SHORT) as sandbox, connected(sandbox) as connection:
        connection.settimeout(0.05)
        received = None
        for _ in range(200):
            try:
                connection.sendall(b"G")
                received = connection.recv(1)
            except TimeoutError:
                continue
            except ConnectionError:
                received = b""
            break
        assert received == b""


def test_an_open_connection_that_is_used_stays() -> None:
    """The time counts for each request anew."""
    with Sandbox(limits=Limits(request_timeout=5, idle_timeout=5)) as sandbox:
        request = b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with connected(sandbox) as connection:
            for _ in range(3):
                connection.sendall(request)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_fault_may_take_longer_than_a_client() -> None:
    """`slow` is about the answer, and the limit about the request."""
    with Sandbox(limits=SHORT, faults=[Fault.parse("slow:0.6")]) as sandbox:
        assert asked(sandbox, "localhost") == 200


@pytest.mark.parametrize("count", [3, 60])
def test_headers_have_a_size(count: int) -> None:
    """All of them together, not only each."""
    lines = [b"GET / HTTP/1.1", b"Host: localhost"]
    lines += [b"X-%d: " % number + b"x" * 4000 for number in range(count)]
    request = b"\r\n".join([*lines, b"Connection: close", b"", b""])
    with Sandbox() as sandbox, connected(sandbox) as connection:
        status = answer(connection, request)[9:12]
    assert status == (b"200" if count == 3 else b"431")


def test_a_body_has_a_size() -> None:
    """It is refused before it is read; one that fits is read whole."""
    head = b"PATCH /v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
    with Sandbox() as sandbox:
        with connected(sandbox) as connection:
            assert answer(connection, head + b"65537\r\n\r\n")[9:12] == b"413"
        with connected(sandbox) as connection:
            answer(connection, head + b"65536\r\n\r\n" + b"x" * 65536)
        assert len(sandbox.requests[-1].body) == 65536


def test_one_connection_too_many_is_told_to_come_back() -> None:
    """The others go on, and there is room again when one ends."""
    with Sandbox(limits=Limits(connections=3)) as sandbox:
        with ExitStack() as stack:
            for _ in range(3):
                connection = stack.enter_context(connected(sandbox))
                connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            with connected(sandbox) as last:
                assert answer(last).startswith(b"HTTP/1.1 503")
            connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        for _ in range(100):
            with connected(sandbox) as connection:
                status = answer(
                    connection, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )[9:12]
            if status == b"200":
                break
        assert status == b"200"


def test_the_help_shows_every_fault(tmp_path: Path) -> None:
    """Each example of the table is one that can be typed."""
    text = run(tmp_path, "sandbox", "--help").out
    for name, kind in FAULTS.items():
        assert kind.examples
        for example, effect in kind.examples:
            assert Fault.parse(example).effect
            assert f"    {example} " in text
            assert effect in text
        for form in kind.forms:
            assert f"{name}:{form}" in GRAMMAR


def test_a_fault_that_is_none_is_answered_with_all_of_them() -> None:
    with pytest.raises(OptionError, match=r"slow:SECONDS or drop:N, each with @PATTERN"):
        Fault.parse("late:3")


def test_the_limits_are_those_of_the_documentation() -> None:
    assert json.dumps([Limits().body, Limits().head]) == "[65536, 65536]"
