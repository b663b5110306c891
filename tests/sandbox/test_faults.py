"""Fault injection: the grammar, and that each fault does what it says as often as it says."""

from __future__ import annotations

import dataclasses
import http.client
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox import Answer, Fault, Hangup, Moment, Refusal, Sandbox
from sandbox_client import (
    KEY,
    PLACEHOLDER,
    addresses,
    ask,
    connect,
    exported,
    path_of,
)

if TYPE_CHECKING:
    from pathlib import Path

EXPORT = "/v1/collections/fox/cdn-export"


def statuses(sandbox: Sandbox, path: str, count: int) -> list[int]:
    return [ask(sandbox, path).status for _ in range(count)]


GOOD = (
    "not-ready:1",
    "not-ready:999999999",
    "not-ready:3s",
    "not-ready:0s",
    "not-ready:0.25s",
    "rate-limit:1",
    "rate-limit:2:1",
    "rate-limit:2:soon",
    "rate-limit:2:-5",
    "rate-limit:2:1.5",
    "rate-limit:2:1e9",
    "rate-limit:2:Wed, 21 Oct 2015 07:28:00 GMT",
    "rate-limit:1:" + "9" * 5000,
    "error:401:1",
    "error:402:1",
    "error:403:1",
    "error:404:1",
    "error:409:1",
    "error:500:2",
    "error:502:2:html",
    "error:599:2",
    "error:200:1:html",
    "placeholder:*",
    "placeholder:*wave*.webm",
    "placeholder:/5a0db0c5/*/[wb]*.mov",
    "slow:0",
    "slow:0.5",
    "slow:999999",
    "drop:1",
    "drop:3@*.webm",
    "error:500:1@/v1/assets*",
)

BAD = (
    "",
    ":",
    "@",
    "not-ready",
    "not-ready:",
    "not-ready:0",
    "not-ready:-1",
    "not-ready:s",
    "not-ready:-1s",
    "not-ready:1m",
    "not-ready:1e3s",
    "not-ready:infs",
    "not-ready:1:2",
    "not-ready:٣",
    "not-ready:" + "9" * 5000,
    "notready:1",
    "Not-Ready:1",
    " not-ready:1",
    "rate-limit",
    "rate-limit:",
    "rate-limit:x",
    "rate-limit:1:",
    "rate-limit:1: 5",
    "rate-limit:1:5\r\nX-Other: 1",
    "rate-limit:1:bald\N{LATIN SMALL LETTER A WITH DIAERESIS}",
    "error",
    "error:500",
    "error:500:",
    "error:500:0",
    "error:500:x",
    "error:200:1",
    "error:204:1:html",
    "error:302:1",
    "error:600:1",
    "error:50:1",
    "error:5000:1",
    "error:502:1:xml",
    "error:502:1:html:",
    "placeholder",
    "placeholder:",
    "slow",
    "slow:",
    "slow:-1",
    "slow:nan",
    "slow:fast",
    "slow:1234567",
    "drop",
    "drop:",
    "drop:0",
    "drop:1@",
    "drop:1.5",
    "hang:1",
    "\x1b[31m",
    "x" * 5000,
)


@pytest.mark.parametrize("text", GOOD, ids=lambda text: text[:32])
def test_a_fault_is_read(text: str) -> None:
    """Each form of the grammar is read, and says how often or how long it lasts."""
    fault = Fault.parse(text)
    assert fault.times is None or fault.times >= 1
    assert fault.times is None or fault.seconds is None


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:32]))
def test_what_is_no_fault_is_explained(text: str) -> None:
    """Anything else is an error of one short line with the grammar and an example in it."""
    with pytest.raises(OptionError) as caught:
        Fault.parse(text)
    message = str(caught.value)
    assert "for example rate-limit:2:1" in message
    for kind in ("not-ready:", "rate-limit:", "error:", "placeholder:", "slow:", "drop:"):
        assert kind in message
    assert message.isprintable()
    assert len(message) < 500


def test_the_example_of_the_message_is_good() -> None:
    """What the error tells people to write can be written."""
    with pytest.raises(OptionError) as caught:
        Fault.parse("?")
    example = str(caught.value).rpartition("for example ")[2]
    assert Fault.parse(example).times == 2


def test_a_fault_is_frozen() -> None:
    """A fault is data: two sandboxes can share it, each counting for itself."""
    fault = Fault.parse("drop:1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        fault.times = 2  # type: ignore[misc]
    assert fault == Fault.parse("drop:1")


def test_a_fault_counts_for_each_sandbox(media_dir: Path) -> None:
    """What one sandbox has used up is still to come in another."""
    faults = [Fault.parse("error:500:1")]
    for _ in range(2):
        with Sandbox(media_dir=media_dir, faults=faults) as sandbox:
            assert statuses(sandbox, EXPORT, 2) == [500, 200]


def test_not_ready_for_some_calls(media_dir: Path) -> None:
    """`not-ready:N` gives N exports a 409 and leaves every other call alone."""
    with Sandbox(media_dir=media_dir, faults=[Fault.parse("not-ready:2")]) as sandbox:
        assert ask(sandbox, "/v1/collections/fox").status == 200
        answer = ask(sandbox, EXPORT)
        assert (answer.status, answer.code) == (409, "cdn_export_not_ready")
        assert statuses(sandbox, "/v1/projects", 2) == [200, 200]
        assert statuses(sandbox, EXPORT, 3) == [409, 200, 200]


def test_not_ready_for_some_seconds(media_dir: Path) -> None:
    """`not-ready:Ns` lasts N seconds from the start, however many calls are made."""
    now = [1000.0]
    fault = Fault.parse("not-ready:30s")
    sandbox = Sandbox(media_dir=media_dir, faults=[fault], clock=lambda: now[0])
    now[0] += 600
    with sandbox:
        assert statuses(sandbox, EXPORT, 3) == [409, 409, 409]
        now[0] += 29.9
        assert statuses(sandbox, EXPORT, 2) == [409, 409]
        now[0] += 0.1
        assert statuses(sandbox, EXPORT, 2) == [200, 200]


def test_seconds_of_a_later_fault_begin_later(media_dir: Path) -> None:
    """A fault that is added to a running sandbox lasts from then on."""
    now = [1000.0]
    with Sandbox(media_dir=media_dir, clock=lambda: now[0]) as sandbox:
        now[0] += 600
        sandbox.add_fault(Fault.parse("not-ready:10s"))
        now[0] += 9
        assert ask(sandbox, EXPORT).status == 409
        now[0] += 1
        assert ask(sandbox, EXPORT).status == 200


@pytest.mark.parametrize(
    "after", ["1", "soon", "-5", "1.5", "1e9", "Wed, 21 Oct 2099 07:28:00 GMT", "9" * 5000]
)
def test_rate_limits(sandbox: Sandbox, after: str) -> None:
    """`rate-limit:N:TEXT` is a 429 whose `Retry-After` is that text, letter by letter."""
    sandbox.add_fault(Fault.parse(f"rate-limit:2:{after}"))
    for path in (EXPORT, "/v1/projects"):
        answer = ask(sandbox, path)
        assert (answer.status, answer.code) == (429, "rate_limited")
        assert answer.headers["retry-after"] == after
        assert answer.headers["x-ratelimit-remaining"] == "0"
    assert ask(sandbox, EXPORT).status == 200


def test_a_rate_limit_may_say_nothing(sandbox: Sandbox) -> None:
    """Without a text there is no `Retry-After`."""
    sandbox.add_fault(Fault.parse("rate-limit:1"))
    answer = ask(sandbox, EXPORT)
    assert answer.status == 429
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (401, "unauthorized"),
        (402, "insufficient_credits"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "conflict"),
        (429, "rate_limited"),
        (500, "internal_error"),
        (502, "bad_gateway"),
        (503, "service_unavailable"),
        (599, "error"),
    ],
)
def test_errors_in_the_apis_form(sandbox: Sandbox, status: int, code: str) -> None:
    """`error:STATUS:N` has the API's error body with the contract's word for it."""
    sandbox.add_fault(Fault.parse(f"error:{status}:1"))
    answer = ask(sandbox, EXPORT)
    assert (answer.status, answer.code) == (status, code)
    assert ask(sandbox, EXPORT).status == 200


def test_errors_in_the_older_form(sandbox: Sandbox) -> None:
    """In the older dialect a fault's error is a text, too."""
    sandbox.legacy = True
    sandbox.add_fault(Fault.parse("error:503:1"))
    assert ask(sandbox, EXPORT).json == {"error": "service unavailable"}


@pytest.mark.parametrize("status", [200, 403, 502, 504])
def test_errors_as_a_page(sandbox: Sandbox, status: int) -> None:
    """`error:STATUS:N:html` is what a proxy in between would send."""
    sandbox.add_fault(Fault.parse(f"error:{status}:1:html"))
    answer = ask(sandbox, EXPORT)
    assert answer.status == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.body.startswith(b"<!doctype html>")
    assert ask(sandbox, EXPORT).json["collection"] == "Fox Mascot"


def test_errors_leave_media_alone(sandbox: Sandbox) -> None:
    """Without a pattern errors and rate limits happen to the API, not to its CDN."""
    path = path_of(addresses(exported(sandbox, "fox"))[0])
    for text in ("error:500:1", "rate-limit:1", "not-ready:1"):
        sandbox.add_fault(Fault.parse(text))
    assert statuses(sandbox, path, 3) == [200, 200, 200]
    assert ask(sandbox, "/").status == 200


def test_a_pattern_chooses_paths(sandbox: Sandbox) -> None:
    """`@PATTERN` makes a fault happen to the paths that match it, and to no others."""
    png, *_, mov = [path_of(url) for url in addresses(exported(sandbox, "fox")[1])][:5]
    sandbox.add_fault(Fault.parse("error:503:1@*.mov"))
    assert statuses(sandbox, png, 2) == [200, 200]
    assert statuses(sandbox, EXPORT, 2) == [200, 200]
    assert statuses(sandbox, mov, 2) == [503, 200]


def test_a_pattern_is_matched_without_the_query(sandbox: Sandbox) -> None:
    """A fault finds its path whatever is asked of it."""
    sandbox.add_fault(Fault.parse("error:503:2@/v1/assets"))
    assert ask(sandbox, "/v1/assets?limit=1").status == 503
    assert ask(sandbox, "/v1/assets/x").status == 404


def test_the_placeholder_stands_in(sandbox: Sandbox) -> None:
    """`placeholder:PATTERN` shows the placeholder's bytes at the medium's own address."""
    urls = {path_of(url) for url in addresses(exported(sandbox, "fox"))}
    sandbox.add_fault(Fault.parse("placeholder:*/wave-*.webm"))
    hit = {path for path in urls if ask(sandbox, path).body == PLACEHOLDER}
    assert hit == {path for path in urls if re.search(r"/wave-[^/]+\.webm$", path)}
    assert len(hit) == 2
    answer = ask(sandbox, hit.pop())
    assert answer.headers["content-type"] == "video/webm"


def test_the_placeholder_goes_when_the_medium_comes(sandbox: Sandbox) -> None:
    """The bytes behind one address change, and its validator with them."""
    path = path_of(addresses(exported(sandbox, "fox"))[0])
    final = ask(sandbox, path)
    sandbox.add_fault(Fault.parse("placeholder:*"))
    early = ask(sandbox, path)
    sandbox.clear_faults()
    again = ask(sandbox, path, if_none_match=early.headers["etag"])
    assert early.body == PLACEHOLDER
    assert (again.status, again.body) == (200, final.body)


def test_the_placeholder_takes_ranges(sandbox: Sandbox) -> None:
    """The placeholder is served like any medium."""
    path = path_of(addresses(exported(sandbox, "fox"))[0])
    sandbox.add_fault(Fault.parse("placeholder:*"))
    answer = ask(sandbox, path, range_="bytes=1-3")
    assert (answer.status, answer.body) == (206, b"PNG")


def test_the_placeholder_stands_for_media_only(sandbox: Sandbox) -> None:
    """Calls, signed addresses, the front page and unknown paths stay as they are."""
    paths = (EXPORT, "/", "/nothing.png", "/storage/x")
    before = [ask(sandbox, path).body for path in paths]
    sandbox.add_fault(Fault.parse("placeholder:*"))
    assert [ask(sandbox, path).body for path in paths] == before


def test_slow_answers_come_late(sandbox: Sandbox) -> None:
    """`slow:SECONDS` answers as usual, but not sooner than that."""
    sandbox.add_fault(Fault.parse("slow:0.2"))
    start = time.monotonic()
    assert ask(sandbox, EXPORT).status == 200
    assert time.monotonic() - start >= 0.2


def test_slow_answers_do_not_wait_for_each_other(sandbox: Sandbox) -> None:
    """Ten slow answers at once take about as long as one."""
    sandbox.add_fault(Fault.parse("slow:2"))
    start = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda _: ask(sandbox, EXPORT).status, range(10)))
    assert results == [200] * 10
    assert time.monotonic() - start < 16


def test_a_stop_ends_the_waiting(media_dir: Path) -> None:
    """Stopping does not wait for a slow answer."""
    sandbox = Sandbox(media_dir=media_dir, faults=[Fault.parse("slow:600")]).start()
    connection = connect(sandbox)
    connection.request("GET", EXPORT, headers={"Authorization": f"Bearer {KEY}"})
    deadline = time.monotonic() + 20
    while not sandbox.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    start = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - start < 10
    connection.close()


def test_dropped_calls_have_no_answer(sandbox: Sandbox) -> None:
    """`drop:N` closes the connection without a byte, N times."""
    sandbox.add_fault(Fault.parse("drop:2"))
    for _ in range(2):
        with pytest.raises(http.client.RemoteDisconnected):
            ask(sandbox, EXPORT)
    assert ask(sandbox, EXPORT).status == 200


def test_dropped_calls_are_recorded(sandbox: Sandbox) -> None:
    """A call that got no answer was made all the same."""
    sandbox.add_fault(Fault.parse("drop:1"))
    with pytest.raises(http.client.RemoteDisconnected):
        ask(sandbox, EXPORT)
    assert [request.path for request in sandbox.requests] == [EXPORT]


def test_faults_strike_in_their_order(media_dir: Path) -> None:
    """The first fault is used up before the second begins."""
    texts = ("error:500:2", "rate-limit:1", "not-ready:1")
    with Sandbox(media_dir=media_dir, faults=map(Fault.parse, texts)) as sandbox:
        sandbox.add_fault(Fault.parse("error:503:1"))
        assert statuses(sandbox, EXPORT, 6) == [500, 500, 429, 409, 503, 200]


def test_a_slow_fault_joins_with_others(sandbox: Sandbox) -> None:
    """What lets the usual answer through lets the next fault through, too."""
    sandbox.add_fault(Fault.parse("slow:0.05"))
    sandbox.add_fault(Fault.parse("error:500:1"))
    start = time.monotonic()
    assert ask(sandbox, EXPORT).status == 500
    assert time.monotonic() - start >= 0.05


def test_faults_can_be_cleared(sandbox: Sandbox) -> None:
    """After `clear_faults` nothing goes wrong, and faults can be added again."""
    for text in ("error:500:999", "drop:999", "slow:600"):
        sandbox.add_fault(Fault.parse(text))
    sandbox.clear_faults()
    assert ask(sandbox, EXPORT).status == 200
    sandbox.add_fault(Fault.parse("error:500:1"))
    assert statuses(sandbox, EXPORT, 2) == [500, 200]


def test_a_count_is_exact_in_parallel(sandbox: Sandbox) -> None:
    """Of 60 calls at once exactly as many go wrong as were to."""
    sandbox.add_fault(Fault.parse("error:500:25"))
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: ask(sandbox, "/v1/projects").status, range(60)))
    assert sorted(results) == [200] * 35 + [500] * 25


def test_an_effect_of_ones_own(sandbox: Sandbox) -> None:
    """Any callable is an effect: it may change the usual answer, or give its own."""

    def truncate(moment: Moment, /) -> Answer:
        usual = moment.usual()
        return dataclasses.replace(usual, body=usual.body[:10])

    sandbox.add_fault(Fault(effect=truncate, times=1))
    assert ask(sandbox, EXPORT).body == b'{"collecti'
    assert len(ask(sandbox, EXPORT).body) > 10


def test_an_effect_may_refuse_or_hang_up(sandbox: Sandbox) -> None:
    """An effect may raise what the sandbox's own raise."""

    def refuse(_moment: Moment, /) -> Answer:
        raise Refusal(418, "short and stout")

    def hang_up(_moment: Moment, /) -> Answer:
        raise Hangup

    sandbox.add_fault(Fault(effect=refuse, times=1))
    sandbox.add_fault(Fault(effect=hang_up, times=1))
    assert ask(sandbox, EXPORT).code == "i_m_a_teapot"
    with pytest.raises(http.client.RemoteDisconnected):
        ask(sandbox, EXPORT)


def test_an_effect_sees_the_request(sandbox: Sandbox) -> None:
    """An effect is given the request."""
    seen: list[Moment] = []
    arrived = threading.Event()

    def look(moment: Moment, /) -> Answer:
        seen.append(moment)
        arrived.set()
        return moment.usual()

    sandbox.add_fault(Fault(effect=look, paths=re.compile("/v1/projects")))
    ask(sandbox, "/v1/projects?limit=1", X_Mark="1")
    assert arrived.is_set()
    (moment,) = seen
    assert (moment.request.method, moment.request.path) == ("GET", "/v1/projects?limit=1")
    assert moment.request.headers["x-mark"] == "1"
    assert moment.placeholder() == PLACEHOLDER
