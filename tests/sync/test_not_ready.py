"""A 409: what is kept, what fails, and how a sync waits for what is being published."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.errors import NotReady
from mkdocs_masko.sandbox import Fault, Sandbox
from mkdocs_masko.sync import PollPolicy, compare, prepare, update
from synced_sites import (
    NAME,
    Pauses,
    api_requests,
    cdn_requests,
    media,
    now,
    poses,
    site,
    stamp,
    warnings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mkdocs_masko.sync import Site, SyncResult

    Act = Callable[[Site, PollPolicy], SyncResult]

CAUSES = ("asset hosting is off", "the collection is unpublished", "nothing is published yet")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start the API and its CDN."""
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("not_ready", ["keep", "fail"])
@pytest.mark.parametrize("act", [prepare, update])
def test_with_nothing_to_keep_the_three_causes_are_named(
    sandbox: Sandbox, tmp_path: Path, not_ready: str, act: Act
) -> None:
    """Without a manifest a 409 fails, and says what may have to be done in Masko."""
    found = site(tmp_path, sandbox, collection="draft", not_ready=not_ready)
    with pytest.raises(NotReady) as caught:
        act(found, now())
    assert [cause for cause in CAUSES if cause not in str(caught.value)] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [prepare, update])
def test_the_last_good_content_is_kept_with_one_warning(
    sandbox: Sandbox, tmp_path: Path, act: Act
) -> None:
    """A collection that is unpublished for a while stays on the site as it was."""
    found = site(tmp_path, sandbox)
    before = update(found, now()).manifest
    written = stamp(tmp_path / NAME)
    sandbox.publish("fox", published=False)
    outcome = act(found, now())
    assert outcome.manifest == before
    assert not outcome.is_written
    (warning,) = warnings(outcome)
    assert warning == (
        "collection 'default' is not ready (409); its last good content is used, "
        "from a file that is less than a minute old"
    )
    assert stamp(tmp_path / NAME) == written


def test_comparing_keeps_too(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is not ready has not drifted."""
    found = site(tmp_path, sandbox, mode="locked")
    update(found, now())
    sandbox.publish("fox", published=False)
    assert len(warnings(compare(found, now()))) == 1
    assert len(warnings(prepare(found, now()))) == 1


@pytest.mark.parametrize("mode", ["auto", "locked"])
def test_a_site_may_want_it_to_fail(sandbox: Sandbox, tmp_path: Path, mode: str) -> None:
    """With 'not_ready: fail' a 409 is an error in every mode that asks."""
    found = site(tmp_path, sandbox, not_ready="fail", mode=mode)
    update(found, now())
    written = stamp(tmp_path / NAME)
    sandbox.publish("fox", published=False)
    for act in (prepare, update, compare):
        with pytest.raises(NotReady):
            act(found, now())
    assert stamp(tmp_path / NAME) == written


def test_only_the_collection_that_is_not_ready_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """The others are brought up to date all the same."""
    found = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl"})
    before = update(found, now())
    sandbox.publish("fox", published=False)
    sandbox.world.remove("owl", "blink")
    outcome = update(found, now())
    assert poses(outcome, "fox") == poses(before, "fox")
    assert "blink" not in poses(outcome, "owl")
    assert [str(change) for change in outcome.changes] == ["removed owl/blink"]
    assert len(warnings(outcome)) == 1


def test_a_collection_that_was_never_ready_cannot_be_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """It is left out with a warning, and those that are ready are taken."""
    update(site(tmp_path, sandbox, collections={"fox": "fox"}), now())
    more = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl", "new": "draft"})
    outcome = prepare(more, now())
    assert outcome.manifest.collections.keys() == {"fox", "owl"}
    assert warnings(outcome) == [
        "collection 'new' is not ready (409); it is left out until the next sync"
    ]


def test_waiting_ends_when_the_export_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """The API is asked again after pauses that grow, and each is announced."""
    pauses = Pauses(after=lambda count: sandbox.publish("draft") if count == 4 else None)
    outcome = update(site(tmp_path, sandbox, collection="draft"), pauses.poll_policy(600))
    assert poses(outcome).keys() == {"idle"}
    assert pauses.taken == sorted({*pauses.taken})
    assert len(pauses.taken) == 4
    assert pauses.heard == [("draft", pause) for pause in pauses.taken]
    assert len(api_requests(sandbox)) == 5


def test_waiting_ends_with_the_patience(sandbox: Sandbox, tmp_path: Path) -> None:
    """The pauses add up to the wait, none is longer than half a minute, and then it fails."""
    pauses = Pauses()
    with pytest.raises(NotReady):
        update(site(tmp_path, sandbox, collection="draft"), pauses.poll_policy(200))
    assert sum(pauses.taken) == pytest.approx(200)
    assert max(pauses.taken) == 30
    assert len(api_requests(sandbox)) == len(pauses.taken) + 1


def test_the_patience_is_for_all_collections_together(sandbox: Sandbox, tmp_path: Path) -> None:
    """Two that are not ready are not waited for twice."""
    pauses = Pauses()
    chosen = {"one": "draft", "fox": "fox", "two": "draft"}
    update(site(tmp_path, sandbox, collections=chosen), pauses.poll_policy(9))
    assert sum(pauses.taken) == pytest.approx(9)


def test_nothing_is_fetched_while_an_export_is_not_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """The CDN is asked once all exports are there, where one that is not ready is a failure."""
    chosen = {"fox": "fox", "new": "draft"}
    with pytest.raises(NotReady, match="collection 'new'"):
        update(site(tmp_path, sandbox, collections=chosen, not_ready="fail"), now())
    assert cdn_requests(sandbox) == []


def test_a_409_of_another_kind_is_no_reason_to_wait(tmp_path: Path) -> None:
    """Only the export that is not ready yet is worth asking for again."""
    pauses = Pauses()
    with Sandbox(faults=[Fault.parse("error:409:99")]) as sandbox:
        with pytest.raises(Exception, match="409"):
            update(site(tmp_path, sandbox), pauses.poll_policy(60))
        assert pauses.taken == []


def test_real_time_passes_too(tmp_path: Path) -> None:
    """With the clock of this machine, a wait ends soon after the export is ready."""
    with Sandbox(faults=[Fault.parse("not-ready:1")]) as sandbox:
        patience = PollPolicy(20, time.sleep, lambda *_: None)
        assert len(media(prepare(site(tmp_path, sandbox), patience))) >= 24
