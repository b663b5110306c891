"""A call ends within its timeout, and all calls together within a budget that they share."""

from __future__ import annotations

import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko import Budget, Client
from mkdocs_masko.errors import NetworkError
from raw_server import Wire, answer
from secrecy import KEY

if TYPE_CHECKING:
    from raw_server import Exchange

EXPORT = answer(b'{"collection": "Fox", "items": []}')
PAGE = answer(b'{"data": [{"id": "a"}], "meta": {"pagination": {"has_more": true}}}')
LAST_PAGE = answer(b'{"data": [{"id": "z"}]}')
OUTER_BOUND = 15.0  # seconds; a machine with other work may be slow, but never that slow


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def test_a_key_is_all_that_a_client_needs() -> None:
    """The timeout is 30 s then, as the README and the plugin's option have it."""
    Client(KEY).close()
    assert inspect.signature(Client).parameters["timeout"].default == 30


def test_a_silent_server_is_left_after_the_timeout() -> None:
    """The message names the argument to raise."""
    started = time.monotonic()
    with (
        Wire(lambda exchange: exchange.hold()) as wire,
        Client(KEY, api_url=wire.url, timeout=0.4) as client,
        pytest.raises(NetworkError, match=r"timed out after 0\.4 s; .* raise 'timeout'"),
    ):
        client.cdn_export("fox")
    assert time.monotonic() - started < OUTER_BOUND


def test_each_call_has_the_timeout_anew() -> None:
    """A call that timed out leaves nothing behind for the next one."""
    is_silent = threading.Event()
    is_silent.set()

    def script(exchange: Exchange) -> None:
        if is_silent.is_set():
            exchange.hold()
        exchange.send(EXPORT)

    with Wire(script) as wire, Client(KEY, api_url=wire.url, timeout=1) as client:
        with pytest.raises(NetworkError, match="timed out after 1 s"):
            client.cdn_export("fox")
        is_silent.clear()
        assert client.cdn_export("fox").collection == "Fox"


def test_each_page_of_a_list_is_a_call() -> None:
    """Reading a list may take longer than the timeout."""
    clock, ids = Clock(), []
    with (
        Wire(lambda exchange: exchange.send(PAGE if len(ids) < 3 else LAST_PAGE)) as wire,
        Client(KEY, api_url=wire.url, timeout=1, budget=Budget(1000, clock)) as client,
    ):
        for project in client.projects():
            ids.append(project.id)
            clock.now += 0.8
    assert ids == ["a", "a", "a", "z"]


def test_all_calls_share_a_budget() -> None:
    """A list ends with an error when the budget is used up, whatever the timeout is."""
    clock = Clock()
    with (
        Wire(lambda exchange: exchange.send(PAGE)) as wire,
        Client(KEY, api_url=wire.url, timeout=1, budget=Budget(2, clock)) as client,
    ):
        projects = client.projects()
        for _ in range(3):
            next(projects)
            clock.now += 0.8
        with pytest.raises(NetworkError, match=r"timed out after 2 s; .* raise 'budget'"):
            next(projects)


def test_clients_share_a_budget() -> None:
    """What one of them uses is not left for the other."""
    clock = Clock()
    budget = Budget(3, clock)
    with Wire(lambda exchange: exchange.send(EXPORT)) as wire:
        with Client(KEY, api_url=wire.url, budget=budget) as client:
            client.cdn_export("fox")
        clock.now = 3.0
        client = Client(KEY, api_url=wire.url, budget=budget)
        with client, pytest.raises(NetworkError, match="timed out after 3 s"):
            client.cdn_export("fox")
        assert len(wire.requests) == 1


def test_a_call_ends_with_its_timeout_or_the_budget() -> None:
    """Whichever comes first, and the message names that one."""
    clock = Clock()
    budget = Budget(10, clock)
    assert budget.for_call(4).remaining() == 4
    assert "after 4 s; try again later, or raise 'timeout'" in budget.for_call(4).explain_timeout()
    clock.now = 7.0
    assert budget.for_call(4).remaining() == 3
    assert "after 10 s; try again later, or raise 'budget'" in budget.for_call(4).explain_timeout()


def test_a_pause_does_not_outlast_the_timeout() -> None:
    """A server that asks to come back later than that ends the call at once."""
    pauses: list[float] = []
    busy = answer(b"", "Retry-After: 5", status="429 Too Many Requests")
    with Wire(lambda exchange: exchange.send(busy)) as wire:
        client = Client(KEY, api_url=wire.url, timeout=4, budget=Budget(60), sleep=pauses.append)
        with client, pytest.raises(Exception, match="try again in 5 s"):
            client.cdn_export("fox")
    assert not pauses


def test_waiting_for_a_free_connection_counts() -> None:
    """A ninth call times out while the eight connections to the host are still busy."""
    is_released = threading.Event()

    def script(exchange: Exchange) -> None:
        is_released.wait(OUTER_BOUND)
        exchange.send(EXPORT)

    with (
        Wire(script) as wire,
        Client(KEY, api_url=wire.url, timeout=60) as patient,
        ThreadPoolExecutor(8) as threads,
    ):
        results = [threads.submit(patient.cdn_export, "fox") for _ in range(8)]
        while len(wire.exchanges) < 8:
            time.sleep(0.01)
        hasty = Client(KEY, api_url=wire.url, timeout=0.4)
        hasty._transport._adapter = patient._transport._adapter  # noqa: SLF001 - the same pool
        with pytest.raises(NetworkError, match=r"timed out after 0\.4 s"):
            hasty.cdn_export("fox")
        assert len(wire.exchanges) == 8
        is_released.set()
        assert [result.result().collection for result in results] == ["Fox"] * 8
