"""A 409: what is kept, what fails, and how a sync polls for an export."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

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
    from collections.abc import Callable
    from pathlib import Path

    from mkdocs_masko.sync import Site, SyncResult

    Act = Callable[[Site, PollPolicy], SyncResult]

CAUSES = ("asset hosting is off", "the collection is unpublished", "nothing is published yet")


@pytest.mark.parametrize("not_ready", ["keep", "fail"])
@pytest.mark.parametrize("act", [prepare, update])
def test_with_nothing_to_keep_the_three_causes_are_named(
    sandbox: Sandbox, tmp_path: Path, not_ready: str, act: Act
) -> None:
    """Without a manifest a 409 fails, and says what may have to be done in Masko."""
    docs = site(tmp_path, sandbox, collection="draft", not_ready=not_ready)
    with pytest.raises(NotReady) as caught:
        act(docs, now())
    assert [cause for cause in CAUSES if cause not in str(caught.value)] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [prepare, update])
def test_the_last_good_content_is_kept_with_one_warning(
    sandbox: Sandbox, tmp_path: Path, act: Act
) -> None:
    """A collection that is unpublished for a while stays on the site as it was."""
    docs = site(tmp_path, sandbox)
    before = update(docs, now()).manifest
    written = stamp(tmp_path / NAME)
    sandbox.publish("fox", published=False)
    result = act(docs, now())
    assert result.manifest == before
    assert not result.is_written
    (warning,) = warnings(result)
    assert warning == (
        "collection 'default' is not ready (409); its last good content is used, "
        "from a file that is less than a minute old"
    )
    assert stamp(tmp_path / NAME) == written


TWO = {"fox": "fox", "owl": "owl"}


def _locked(docs: Site, poll_policy: PollPolicy) -> SyncResult:
    return prepare(
        structs.replace(docs, options=structs.replace(docs.options, mode="locked")), poll_policy
    )


@pytest.mark.parametrize("act", [compare, _locked])
@pytest.mark.parametrize("options", [{}, {"collections": TWO}, {"not_ready": "keep"}])
def test_a_comparison_fails_where_something_is_not_ready(
    sandbox: Sandbox, tmp_path: Path, act: Act, options: dict[str, Any]
) -> None:
    """What the manifest has and the API does not is a difference, whatever `not_ready` says."""
    docs = site(tmp_path, sandbox, **options)
    update(docs, now())
    written = stamp(tmp_path / NAME)
    sandbox.publish("fox", published=False)
    with pytest.raises(NotReady, match="publish it in Masko"):
        act(docs, now())
    assert stamp(tmp_path / NAME) == written


@pytest.mark.parametrize("act", [compare, _locked])
def test_a_comparison_fails_where_a_new_collection_is_not_ready(
    sandbox: Sandbox, tmp_path: Path, act: Act
) -> None:
    """A collection that the manifest never had cannot be up to date."""
    update(site(tmp_path, sandbox, collections={"fox": "fox"}), now())
    docs = site(tmp_path, sandbox, collections={"fox": "fox", "new": "draft"})
    with pytest.raises(NotReady, match="collection 'new'"):
        act(docs, now())


def test_a_comparison_waits_for_an_export(sandbox: Sandbox, tmp_path: Path) -> None:
    """It fails after the wait, not before."""
    docs = site(tmp_path, sandbox, mode="locked")
    update(docs, now())
    sandbox.publish("fox", published=False)
    pauses = Pauses(after=lambda _: sandbox.publish("fox"))
    assert not warnings(prepare(docs, pauses.poll_policy(60)))
    assert len(pauses.taken) == 1


@pytest.mark.parametrize("mode", ["auto", "locked"])
def test_not_ready_fail_makes_a_409_an_error(sandbox: Sandbox, tmp_path: Path, mode: str) -> None:
    """With 'not_ready: fail' a 409 is an error in every mode that asks."""
    docs = site(tmp_path, sandbox, not_ready="fail", mode=mode)
    update(docs, now())
    written = stamp(tmp_path / NAME)
    sandbox.publish("fox", published=False)
    for act in (prepare, update, compare):
        with pytest.raises(NotReady):
            act(docs, now())
    assert stamp(tmp_path / NAME) == written


def test_only_the_collection_that_is_not_ready_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """The others are updated all the same."""
    docs = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl"})
    before = update(docs, now())
    sandbox.publish("fox", published=False)
    sandbox.world.remove("owl", "blink")
    result = update(docs, now())
    assert poses(result, "fox") == poses(before, "fox")
    assert "blink" not in poses(result, "owl")
    assert [str(change) for change in result.changes] == ["removed owl/blink"]
    assert len(warnings(result)) == 1


def test_a_collection_that_was_never_ready_cannot_be_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """It is left out with a warning, and those that are ready are taken."""
    update(site(tmp_path, sandbox, collections={"fox": "fox"}), now())
    more = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl", "new": "draft"})
    result = prepare(more, now())
    assert result.manifest.collections.keys() == {"fox", "owl"}
    assert warnings(result) == [
        "collection 'new' is not ready (409); it is left out until the next sync"
    ]


def test_polling_ends_when_the_export_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """The API is polled with growing pauses, and each is reported."""
    pauses = Pauses(after=lambda count: sandbox.publish("draft") if count == 4 else None)
    result = update(site(tmp_path, sandbox, collection="draft"), pauses.poll_policy(600))
    assert poses(result).keys() == {"idle"}
    assert pauses.taken == sorted({*pauses.taken})
    assert len(pauses.taken) == 4
    assert pauses.heard == [("draft", pause) for pause in pauses.taken]
    assert len(api_requests(sandbox)) == 5


def test_polling_times_out(sandbox: Sandbox, tmp_path: Path) -> None:
    """The pauses add up to the wait, none is longer than half a minute, and then it fails."""
    pauses = Pauses()
    with pytest.raises(NotReady):
        update(site(tmp_path, sandbox, collection="draft"), pauses.poll_policy(200))
    assert sum(pauses.taken) == pytest.approx(200)
    assert max(pauses.taken) == 30
    assert len(api_requests(sandbox)) == len(pauses.taken) + 1


def test_the_timeout_is_for_all_collections_together(sandbox: Sandbox, tmp_path: Path) -> None:
    """Two that are not ready are not waited for twice."""
    pauses = Pauses()
    chosen = {"one": "draft", "fox": "fox", "two": "draft"}
    update(site(tmp_path, sandbox, collections=chosen), pauses.poll_policy(9))
    assert sum(pauses.taken) == pytest.approx(9)


def test_no_media_are_read_while_an_export_is_not_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """With `not_ready: fail` the CDN gets no request before all exports are ready."""
    chosen = {"fox": "fox", "new": "draft"}
    with pytest.raises(NotReady, match="collection 'new'"):
        update(site(tmp_path, sandbox, collections=chosen, not_ready="fail"), now())
    assert cdn_requests(sandbox) == []


def test_another_409_is_not_polled(tmp_path: Path) -> None:
    """Only `cdn_export_not_ready` is worth polling."""
    pauses = Pauses()
    with Sandbox(faults=[Fault.parse("error:409:99")]) as sandbox:
        with pytest.raises(Exception, match="409"):
            update(site(tmp_path, sandbox), pauses.poll_policy(60))
        assert pauses.taken == []


def test_polling_works_with_the_real_clock(tmp_path: Path) -> None:
    """With the clock of this machine, polling ends soon after the export is ready."""
    with Sandbox(faults=[Fault.parse("not-ready:1")]) as sandbox:
        poll_policy = PollPolicy(20, time.sleep, lambda *_: None)
        assert len(media(prepare(site(tmp_path, sandbox), poll_policy))) >= 24
