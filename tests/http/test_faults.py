"""Whatever a server does, the client ends in time, with an error of ours."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.api import Budget, Client
from mkdocs_masko.errors import NetworkError
from raw_server import Wire
from secrecy import KEY, assert_one_discreet_line
from server_faults import BODIES, BROKEN, LARGE, REDIRECTS, SLOW, STATUSES, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.errors import ApiError

ALL = [*SLOW, *BROKEN, *REDIRECTS, *BODIES, *STATUSES, *LARGE]
SECONDS = 0.7
ENOUGH = 20.0  # seconds, for a response that comes at once, on a machine with other work
OUTER_BOUND = 30.0
MOST_SENT = 80 * 1024 * 1024  # bytes per connection: the cap, and what buffers hold


def run_against(row: Row, kind: type[ApiError], call: Callable[[Client, str], object]) -> None:
    started = time.monotonic()
    seconds = SECONDS if kind is NetworkError else ENOUGH
    with (
        Wire(row.script) as wire,
        Client(
            KEY, api_url=f"{wire.url}/v1", budget=Budget(seconds), sleep=lambda _: None
        ) as client,
        pytest.raises(kind) as caught,
    ):
        call(client, wire.url)
    assert time.monotonic() - started < OUTER_BOUND
    assert_one_discreet_line(caught.value)
    assert "::" not in str(caught.value)
    assert max((exchange.sent for exchange in wire.exchanges), default=0) < MOST_SENT


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_a_call_survives(row: Row, caplog: pytest.LogCaptureFixture) -> None:
    """A call ends inside its budget, with one discreet line, and logs no key."""
    caplog.set_level(logging.DEBUG)
    run_against(row, row.api, lambda client, _: client.cdn_export("fox"))
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "row", [row for row in ALL if row.media is not None], ids=lambda row: row.name
)
def test_a_media_download_survives(row: Row) -> None:
    """A download ends inside its budget, with one discreet line."""
    assert row.media is not None
    run_against(row, row.media, lambda client, url: client.fetch_range(f"{url}/a.png", 0, 9000))
