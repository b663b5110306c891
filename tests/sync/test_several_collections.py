"""Exports of several collections: requested side by side, reported in the order of the options."""

from __future__ import annotations

import re
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from mkdocs_masko.errors import ApiError, MaskoError, NotFound, NotReady
from mkdocs_masko.manifest import dumps
from mkdocs_masko.sandbox import Answer, Fault, Sandbox
from mkdocs_masko.sandbox.faults import Refuse, drop_connection
from mkdocs_masko.sync import prepare, update
from synced_sites import Pauses, api_requests, now, poses, site, warnings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mkdocs_masko.sandbox import Moment

EXPORTS = re.compile(r"/v1/.*/cdn-export")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start the API and its CDN, with forty more collections, each of one pose."""
    with Sandbox() as running:
        for number in range(1, 41):
            collection = running.world.collection("draft")
            added = replace(collection, id=f"c{number}", public_slug=f"c{number}")
            running.world.put_collection(replace(added, is_published=True))
        yield running


def several(count: int) -> dict[str, str]:
    """Return so many collections, in an order that is none of the alphabet."""
    return {f"mascot{number}": f"c{number}" for number in range(count, 0, -1)}


class Crowd:
    """Answers when enough requests wait at once; counts how many do."""

    def __init__(self, count: int) -> None:
        self.peak = self._now = 0
        self._barrier = threading.Barrier(count, timeout=60)
        self._lock = threading.Lock()

    def __call__(self, moment: Moment, /) -> Answer:
        """Let a request wait for the others."""
        with self._lock:
            self._now += 1
            self.peak = max(self.peak, self._now)
        self._barrier.wait()
        with self._lock:
            self._now -= 1
        return moment.usual()


def test_eight_exports_are_requested_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """The API answers only when it has eight requests, and never has more."""
    crowd = Crowd(8)
    sandbox.add_fault(Fault(effect=crowd, paths=EXPORTS))
    result = update(site(tmp_path, sandbox, collections=several(40)), now())
    assert crowd.peak == 8
    assert result.current == several(40).keys()


def test_a_collection_under_two_names_is_requested_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """Both names get what is published."""
    result = update(site(tmp_path, sandbox, collections={"one": "c1", "two": "c1"}), now())
    assert poses(result, "one") == poses(result, "two")
    assert len(api_requests(sandbox)) == 1


def test_one_that_is_not_ready_does_not_hold_up_the_others(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """All are requested before the first pause, and after it only those that are not ready."""
    requests: list[int] = []
    pauses = Pauses(after=lambda _: requests.append(len(api_requests(sandbox))))
    chosen = {"first": "draft", **several(11)}
    result = update(site(tmp_path, sandbox, collections=chosen), pauses.poll_policy(4))
    assert requests == [12, 13]
    assert result.manifest.collections.keys() == several(11).keys()
    assert warnings(result) == [
        "collection 'first' is not ready (409); it is left out until the next sync"
    ]


def test_all_that_are_not_ready_are_reported_together(sandbox: Sandbox, tmp_path: Path) -> None:
    """One pause is for all of them, in the order of the options."""
    for collection_id in ("c2", "c1"):
        sandbox.publish(collection_id, published=False)
    pauses = Pauses()
    docs = site(tmp_path, sandbox, collections=several(3), not_ready="fail")
    with pytest.raises(NotReady, match=r"^collections 'mascot2', 'mascot1': the collection has no"):
        update(docs, pauses.poll_policy(2))
    assert pauses.heard == [("c2", 2), ("c1", 2)]


def _fail_with(status: int) -> Callable[[Moment], Answer]:
    return Refuse(status=status, message="no")


WRONG_ID = (
    "the API has nothing with this id (404); check the id, and that the key in MASKO_API_KEY is of "
    "the right workspace; the API says: no"
)
NO_JSON = "the API sends JSON that is not valid: Input data was truncated"
EFFECTS = {
    "404": _fail_with(404),
    "403": _fail_with(403),
    "501": _fail_with(501),
    "no JSON": lambda _: Answer(body=b"{"),
}
"""Failures that are not followed by another attempt."""

FAILURES: dict[str, tuple[dict[str, str], str]] = {
    "one id": ({"c2": "404"}, f"collection 'c2': {WRONG_ID}"),
    "two ids": ({"c1": "404", "c3": "404"}, f"collections 'c3', 'c1': {WRONG_ID}"),
    "many ids": (
        {f"c{n}": "404" for n in range(1, 13)},
        f"collections 'c12', 'c11', 'c10', and 9 more: {WRONG_ID}",
    ),
    "an id and the API": ({"c3": "404", "c2": "501"}, f"collection 'c3': {WRONG_ID}; the API f"),
    "the API first": ({"c3": "501", "c2": "404"}, "the API fails (501); try again later"),
    "no JSON first": (
        {"c2": "no JSON", "c1": "404"},
        f"collection 'c2': {NO_JSON}; collection 'c1': ",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_errors_come_in_the_order_of_the_options(
    sandbox: Sandbox, tmp_path: Path, case: str
) -> None:
    """Whichever came first, and each with the collections that it is about."""
    effects, expected = FAILURES[case]
    for collection_id, effect in effects.items():
        paths = re.compile(rf"/v1/collections/{collection_id}/cdn-export")
        sandbox.add_fault(Fault(effect=EFFECTS[effect], paths=paths))
    with pytest.raises(ApiError) as caught:
        update(site(tmp_path, sandbox, collections=several(max(3, len(effects)))), now())
    assert str(caught.value).startswith(expected)
    assert isinstance(caught.value, NotFound) is ("404" in expected)


def test_a_failing_api_is_not_asked_for_the_rest(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is wrong with the key is wrong for all."""
    sandbox.add_fault(Fault(effect=_fail_with(401), paths=EXPORTS))
    with pytest.raises(ApiError, match=r"^the API refuses the key in MASKO_API_KEY \(401\)"):
        update(site(tmp_path, sandbox, collections=several(40)), now())
    assert len(api_requests(sandbox)) < 40


class Gate:
    """Refuses what comes side by side; after each refusal one request may pass."""

    def __init__(self, crowd: int, *, strict: bool) -> None:
        self._barrier = threading.Barrier(crowd, timeout=60)
        self._left, self._strict = crowd, strict
        self._passes = 1
        self._lock = threading.Lock()

    def __call__(self, moment: Moment, /) -> Answer:
        """Answer, or say how long to wait."""
        with self._lock:
            is_first = self._left > 0
            self._left -= 1
        if is_first:
            self._barrier.wait()
        with self._lock:
            refuses = is_first or (self._strict and self._passes == 0)
            if not is_first:
                self._passes = 1 if refuses else 0
        headers = (("Retry-After", "7"),)
        return (
            Refuse(status=429, message="no", headers=headers)(moment) if refuses else moment.usual()
        )


@pytest.mark.parametrize("strict", [False, True])
def test_a_rate_limit_is_respected_once_for_all(
    sandbox: Sandbox, tmp_path: Path, *, strict: bool
) -> None:
    """Eight are refused, one pause is for all, and then they take turns."""
    sandbox.add_fault(Fault(effect=Gate(8, strict=strict), paths=EXPORTS))
    sleeps: list[float] = []
    policy = structs.replace(now(), sleep_before_retry=sleeps.append)
    chosen = several(20)
    result = update(site(tmp_path, sandbox, collections=chosen), policy)
    assert result.current == chosen.keys()
    assert sleeps == [7.0] * (20 if strict else 1)


OUTCOMES: dict[str, Callable[[Moment], Answer]] = {
    "ready": lambda moment: moment.usual(),
    "not ready": Refuse(status=409, code="cdn_export_not_ready", message="soon"),
    "empty": lambda _: Answer(body=b'{"collection": "None", "items": []}'),
    "odd": lambda _: Answer(body=b'{"collection": "Odd", "items": [{"name": 5}]}'),
    **EFFECTS,
}
_outcomes = st.sampled_from(list(OUTCOMES))
_usual = st.sampled_from(["ready", "ready", "not ready", "empty", "odd"])


class Scenario:
    """Answers for each collection what the example says, late, and at times at a second attempt."""

    def __init__(self, outcomes: dict[str, str], delays: dict[str, int], drops: set[str]) -> None:
        self._outcomes, self._delays = outcomes, delays
        self._drops = set(drops)

    def __call__(self, moment: Moment, /) -> Answer:
        """Answer a request for an export."""
        collection_id = moment.request.path.split("/")[-2]
        moment.wait(self._delays[collection_id] / 1000)
        if collection_id in self._drops:
            self._drops.remove(collection_id)
            return drop_connection(moment)
        return OUTCOMES[self._outcomes[collection_id]](moment)


IDS = [f"c{number}" for number in range(1, 11)]
_delays = st.fixed_dictionaries({each: st.integers(0, 9) for each in IDS})
_drops = st.sets(st.sampled_from(IDS), max_size=4)


def _sync(sandbox: Sandbox, scenario: Scenario, act: Callable[..., object]) -> object:
    """Return all that a user gets to see of a sync: the file, or the error; and messages."""
    sandbox.clear_faults()
    sandbox.add_fault(Fault(effect=scenario, paths=EXPORTS))
    pauses = Pauses()
    policy = structs.replace(pauses.poll_policy(3), sleep_before_retry=lambda _: None)
    with tempfile.TemporaryDirectory() as folder:
        docs = site(Path(folder), sandbox, collections=several(10))
        try:
            result = act(docs, policy)
        except MaskoError as error:
            return type(error), str(error), pauses.heard, docs.manifest.exists()
        return dumps(result.manifest), result.messages, pauses.heard, docs.manifest.read_bytes()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """Start one sandbox for all examples."""
    with Sandbox() as running:
        for collection_id in IDS:
            draft = running.world.collection("draft")
            added = replace(draft, id=collection_id, public_slug=collection_id)
            running.world.put_collection(replace(added, is_published=True))
        yield running


@settings(max_examples=12)
@given(
    act=st.sampled_from([prepare, update]),
    outcomes=st.fixed_dictionaries(dict.fromkeys(IDS, _usual))
    | st.fixed_dictionaries(dict.fromkeys(IDS, _outcomes)),
    delays=st.tuples(_delays, _delays),
    drops=st.tuples(_drops, _drops),
)
def test_it_does_not_matter_which_response_comes_first(
    shared_sandbox: Sandbox,
    act: Callable[..., object],
    outcomes: dict[str, str],
    delays: tuple[dict[str, int], dict[str, int]],
    drops: tuple[set[str], set[str]],
) -> None:
    """The same outcomes, at other times and after other lost connections, are the same sync."""
    first, second = (
        _sync(shared_sandbox, Scenario(outcomes, delay, drop), act)
        for delay, drop in zip(delays, drops, strict=True)
    )
    assert first == second
