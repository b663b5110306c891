"""No lookup, connection or silence is longer than the budget."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING, Any

import pytest

from mkdocs_masko.api import Client
from mkdocs_masko.errors import NetworkError
from mkdocs_masko.http import Budget, Limits, Transport
from mkdocs_masko.http.sockets import BoundedSocket, create_connection, within
from raw_server import Wire, answer
from secrecy import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raw_server import Exchange

FINE = answer(b'{"collection": "Fox", "items": []}')
OUTER_BOUND = 10.0


@contextlib.contextmanager
def full_queue() -> Iterator[int]:
    """Listen without ever accepting, with a queue that is full."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_a_connection_that_never_comes_is_bounded() -> None:
    """The budget bounds the wait for a connection."""
    with full_queue() as port:
        client = Client(KEY, api_url=f"http://127.0.0.1:{port}", budget=Budget(0.5))
        with client, pytest.raises(NetworkError, match="timed out after"):
            client.cdn_export("fox")


def test_a_lookup_that_never_ends_is_bounded() -> None:
    """The budget bounds the lookup of a name too, which has no timeout of its own."""
    is_over = threading.Event()

    def resolve(*_: object) -> list[Any]:
        is_over.wait(OUTER_BOUND)
        return []

    limits = Limits(resolve=resolve)
    kind = type("Kind", (BoundedSocket,), {"limits": limits})
    with within(Budget(0.2)), pytest.raises(TimeoutError, match="name"):
        create_connection("example.invalid", 443, kind)
    is_over.set()


def test_the_next_ip_address_of_a_host_is_tried() -> None:
    """A host whose first IP address is dead is reached at its second."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", address)
            for address in (dead.getsockname(), server.getsockname())
        ]
        limits = Limits(resolve=lambda *_: addresses)
        kind = type("Kind", (BoundedSocket,), {"limits": limits})
        with within(Budget(30)), create_connection("example.invalid", 443, kind) as sock:
            assert sock.getpeername() == server.getsockname()


def test_a_program_ends_while_a_lookup_hangs() -> None:
    """A lookup that never ends does not keep the interpreter alive."""
    program = """
        import time
        from mkdocs_masko.http import Budget, Limits
        from mkdocs_masko.http.sockets import BoundedSocket, create_connection, within
        limits = Limits(resolve=lambda *_: time.sleep(60))
        try:
            with within(Budget(0.1)):
                create_connection("x", 1, type("Kind", (BoundedSocket,), {"limits": limits}))
        except TimeoutError:
            print("in time")
    """
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert process.stdout == "in time\n"


def test_nothing_is_sent_when_the_time_is_over() -> None:
    """A call after the end of the budget fails at once."""
    now = [0.0]
    budget = Budget(30, clock=lambda: now[0])
    assert budget.remaining() == 30
    now[0] = 30.0
    with Wire(lambda exchange: exchange.send(FINE)) as wire:
        client = Client(KEY, api_url=wire.url, budget=budget)
        with client, pytest.raises(NetworkError, match=r"127\.0.* after 30 s; .*'budget'"):
            client.cdn_export("fox")
        assert not wire.requests


def test_one_wait_is_shorter_than_the_budget() -> None:
    """A silent server uses up its read timeout, so that there is time for another attempt."""
    calls: list[int] = []

    def script(exchange: Exchange) -> None:
        calls.append(1)
        if len(calls) == 1:
            exchange.hold()
        exchange.send(FINE)

    budget = Budget(OUTER_BOUND)
    with Wire(script) as wire:
        transport = Transport(budget, limits=Limits(read=1))
        with pytest.raises(NetworkError, match=": timed out; try again later"):
            transport.request("GET", wire.url)
        assert transport.request("GET", wire.url).status == 200
        transport.close()


class QuickClock:
    """A clock that goes on by some seconds whenever it is read: twice for each piece received."""

    def __init__(self, seconds: float) -> None:
        self._times = itertools.count(0.0, seconds)

    def __call__(self) -> float:
        """Return the time in seconds."""
        return next(self._times)


@pytest.mark.parametrize("case", ["headers", "body"])
def test_a_server_that_sends_a_byte_at_a_time_is_left(case: str) -> None:
    """It ends long before the budget; a budget of minutes is no invitation."""

    def script(exchange: Exchange) -> None:
        if case == "body":
            exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        exchange.drip(b"x" * 9999, 0.001)

    budget = Budget(600)
    with Wire(script) as wire:
        transport = Transport(budget, limits=Limits(clock=QuickClock(1)))
        with pytest.raises(NetworkError, match="it sends hardly anything; try again later"):
            transport.request("GET", wire.url)
        assert wire.exchanges[0].sent < 200
        transport.close()


def test_a_server_that_is_slow_but_steady_is_not_left() -> None:
    """Some kB in each window are enough, and the time between two requests is no wait."""
    body = b"x" * 300_000
    with Wire(lambda exchange: exchange.send(answer(body))) as wire:
        transport = Transport(Budget(600), limits=Limits(clock=QuickClock(9)))
        for _ in range(2):
            assert transport.request("GET", wire.url).body == body
        transport.close()


def test_a_budget_can_begin_late_and_last_longer() -> None:
    """The message has what the option says, not what is left of it."""
    now = [0.0]
    budget = Budget(3, clock=lambda: now[0], setting="timeout", elapsed=2.5)
    assert budget.remaining() == 0.5
    budget.extend(4)
    assert budget.remaining() == 4.5
    assert budget.explain_timeout() == "timed out after 3 s; try again later, or raise 'timeout'"
