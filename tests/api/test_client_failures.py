"""Requests to a failing API are repeated where that helps, and no longer than that."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.api import Client
from mkdocs_masko.errors import (
    ApiError,
    Forbidden,
    MalformedResponse,
    NetworkError,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
)
from mkdocs_masko.sandbox import Fault, Sandbox
from secrecy import assert_one_discreet_line

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 20


def test_a_rate_limited_call_waits_as_long_as_the_server_asks(
    sandbox: Sandbox, client: Client, pauses: list[float]
) -> None:
    """Retry-After is the pause."""
    sandbox.add_fault(Fault.parse("rate-limit:2:3"))
    assert client.cdn_export("fox").items
    assert pauses == [3.0, 3.0]


@pytest.mark.parametrize("after", ["86400", "1e9", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_wait_beyond_the_budget_ends_now(
    sandbox: Sandbox, client: Client, pauses: list[float], after: str
) -> None:
    """There is no pause, and the message says when to come back."""
    sandbox.add_fault(Fault.parse(f"rate-limit:9:{after}"))
    with pytest.raises(RateLimited, match=r"try again in (1 d|more than a year)"):
        client.cdn_export("fox")
    assert not pauses
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize(
    "after", ["-5", "soon", "9" * 5000, "nan", "Wed, 21 Oct 2015 07:28:00 GMT", "0", "1.5"]
)
def test_a_retry_after_that_is_not_valid_does_no_harm(
    sandbox: Sandbox, client: Client, pauses: list[float], after: str
) -> None:
    """The call succeeds, after pauses of a few seconds at most."""
    sandbox.add_fault(Fault.parse(f"rate-limit:2:{after}"))
    assert client.cdn_export("fox").items
    assert len(pauses) == 2
    assert all(0 <= pause < 5 for pause in pauses)


@pytest.mark.parametrize("fault", ["error:500:3", "error:502:3:html", "error:503:3", "drop:3"])
def test_a_burst_of_failures_is_survived(
    sandbox: Sandbox, client: Client, pauses: list[float], fault: str
) -> None:
    """The call succeeds after three failures in a row, with growing pauses."""
    sandbox.add_fault(Fault.parse(fault))
    assert client.cdn_export("fox").items
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


@pytest.mark.parametrize(
    ("fault", "kind", "calls"),
    [
        ("error:500:9", ServerError, 4),
        ("error:501:9", ServerError, 1),
        ("error:404:9", NotFound, 1),
        ("error:200:9:html", MalformedResponse, 1),
        ("rate-limit:9:0", RateLimited, 4),
        ("drop:9", NetworkError, 4),
    ],
)
def test_attempts_have_an_end(
    sandbox: Sandbox, client: Client, fault: str, kind: type[ApiError], calls: int
) -> None:
    """At most four attempts are made, and one where more cannot help."""
    sandbox.add_fault(Fault.parse(fault))
    with pytest.raises(kind):
        client.cdn_export("fox")
    assert len(sandbox.requests) == calls


@pytest.mark.parametrize(
    ("fault", "calls"),
    [("error:500:1", 1), ("drop:1", 1), ("error:503:1", 2), ("rate-limit:1:0", 2)],
)
def test_a_change_is_repeated_only_if_it_was_not_made(
    sandbox: Sandbox, client: Client, fault: str, calls: int
) -> None:
    """PATCH and DELETE are sent again after 429 and 503 alone."""
    item = next(client.items("fox"))
    sandbox.requests.clear()
    for change in (
        functools.partial(client.rename_item, "fox", item.id, "x"),
        functools.partial(client.delete_item, "fox", item.id),
    ):
        sandbox.add_fault(Fault.parse(fault))
        try:
            change()
        except ApiError:
            assert calls == 1
    assert len(sandbox.requests) == 2 * calls


@pytest.mark.parametrize(
    ("key", "kind", "words"),
    [
        (None, Unauthorized, "requires a key.*{}"),
        ("masko_" + "x" * 64, Unauthorized, "{}.*create a new key"),
        ("masko_" + "0" * 64, Forbidden, "{}.*workspace"),
    ],
)
@pytest.mark.parametrize(("key_name", "where"), [(None, "argument 'key'"), ("MY_KEY", "MY_KEY")])
def test_a_refused_key_is_named_by_where_it_comes_from(  # noqa: PLR0913 - one case's parts
    sandbox: Sandbox,
    *,
    key: str | None,
    kind: type[ApiError],
    words: str,
    key_name: str | None,
    where: str,
) -> None:
    """The message names the argument, or the variable where one was read, and what to do."""
    client = Client(key, api_url=sandbox.api_url, timeout=SECONDS, key_name=key_name)
    with client, pytest.raises(kind, match=words.format(where)) as caught:
        next(client.projects())
    assert_one_discreet_line(caught.value)
    assert (key_name is None) is ("MY_KEY" not in str(caught.value))
    assert "MASKO_API_KEY" not in str(caught.value)
    assert caught.value.url == f"{sandbox.api_url}/projects"
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.collection("nope"),
        lambda c: list(c.items("nope")),
        lambda c: c.cdn_export("nope"),
        lambda c: c.asset("nope"),
        lambda c: c.delete_item("fox", "nope"),
        lambda c: c.rename_item("fox", "nope", "x"),
    ],
)
def test_an_unknown_id_is_not_found(client: Client, call: Callable[[Client], object]) -> None:
    """A 404 is its own error, with the API's code."""
    with pytest.raises(NotFound, match="check the id") as caught:
        call(client)
    assert (caught.value.status, caught.value.code) == (404, "not_found")
