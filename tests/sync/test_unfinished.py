"""A sync that is not finished: what it has read is kept, and the next one goes on from there."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from mkdocs_masko.api import Budget
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.signature import Signer
from mkdocs_masko.errors import ApiError, ServerError, TimedOut
from mkdocs_masko.probe import MediaInfo
from mkdocs_masko.sandbox import Answer, Fault, Sandbox
from mkdocs_masko.sandbox.faults import Refuse
from mkdocs_masko.sync import compare, connect, prepare, update
from mkdocs_masko.sync.journal import Journal, ProbeResult
from mkdocs_masko.sync.media import changed_urls
from synced_sites import KEY, Pauses, cdn_requests, media, now, site, warnings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mkdocs_masko.sandbox import Moment
    from mkdocs_masko.sync import PollPolicy, Site, SyncResult

    Act = Callable[[Site, PollPolicy], SyncResult]

pytestmark = pytest.mark.usefixtures("no_second_attempt")

MEDIA = re.compile(r"/(?!v1/).*")
ANSWERED = 14  # requests for media, before nothing works any more


class StopAnswering:
    """Answers some requests as usual, and all later ones in another way."""

    def __init__(self, other: Callable[[Moment], Answer]) -> None:
        self._numbers = iter(range(10**6))
        self._other = other

    def __call__(self, moment: Moment, /) -> Answer:
        """Answer a request."""
        return moment.usual() if next(self._numbers) < ANSWERED else self._other(moment)


def _fail(moment: Moment) -> Answer:
    return Refuse(status=501, message="no")(moment)


def _be_silent(moment: Moment) -> Answer:
    moment.wait(60)
    return moment.usual()


def _break(sandbox: Sandbox, other: Callable[[Moment], Answer] = _fail) -> None:
    sandbox.add_fault(Fault(effect=StopAnswering(other), paths=MEDIA))


def _repair(sandbox: Sandbox) -> None:
    sandbox.clear_faults()
    sandbox.requests.clear()


def _asked(sandbox: Sandbox) -> set[str]:
    return {request.path for request in cdn_requests(sandbox)}


def _truth(folder: Path, sandbox: Sandbox, hosting: str) -> SyncResult:
    folder.mkdir()
    return update(site(folder, sandbox, hosting=hosting), now())


def _revalidate(docs: Site, poll_policy: PollPolicy) -> SyncResult:
    return update(docs, poll_policy, revalidate=True)


def _journals(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("unfinished/*") if path.is_file()]


PROGRESS = re.compile(r"([0-9]+) of ([0-9]+) media read, which are kept")


@pytest.mark.parametrize("act", [prepare, _revalidate])
@pytest.mark.parametrize("hosting", ["cdn", "self"])
def test_the_next_sync_reads_only_the_rest(
    sandbox: Sandbox, tmp_path: Path, hosting: str, act: Act
) -> None:
    """The message says how far it came; no medium is asked for again, and the result is right."""
    expected = _truth(tmp_path / "other", sandbox, hosting)
    docs = site(tmp_path, sandbox, hosting=hosting)
    _break(sandbox)
    with pytest.raises(ServerError) as caught:
        act(docs, now())
    progress = PROGRESS.match(str(caught.value))
    assert progress
    count, total = map(int, progress.groups())
    assert 0 < count < total == len({medium.url for medium in media(expected)})
    assert not docs.manifest.exists()
    _repair(sandbox)
    result = act(docs, now())
    assert result.manifest == expected.manifest
    assert len(_asked(sandbox)) == total - count
    assert _journals(tmp_path) == []


def test_when_the_time_is_up_the_message_says_how_to_go_on(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The host answers, so it is not the host that is named."""
    _break(sandbox, _be_silent)
    with pytest.raises(TimedOut) as caught:
        update(site(tmp_path, sandbox, timeout=3), now())
    assert re.fullmatch(
        r"timed out after 3 s with [0-9]+ of [0-9]+ media read, which are kept\. Run "
        r"'mkdocs-masko sync' to read the rest, or raise 'timeout'",
        str(caught.value),
    )


def test_a_build_with_a_manifest_goes_on_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each build uses the manifest and comes further, until one of them is finished."""
    docs = site(tmp_path, sandbox, collections={"fox": "fox"})
    update(docs, now())
    both = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl"})
    counts = []
    for _ in range(2):
        _break(sandbox)
        (warning,) = warnings(prepare(both, now()))
        counts.append(int(PROGRESS.match(warning)[1]))  # type: ignore[index] # fails the test
        assert warning.endswith("The manifest is used as it is; its file is less than a minute old")
        _repair(sandbox)
    assert 0 < counts[0] < counts[1]
    assert "owl" in prepare(both, now()).manifest.collections


def test_a_comparison_goes_on_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    """It reads all media, and writes nothing but its own progress."""
    docs = site(tmp_path, sandbox)
    total = len({medium.url for medium in media(update(docs, now()))})
    _break(sandbox)
    with pytest.raises(ServerError) as caught:
        compare(docs, now(), revalidate=True)
    count = int(PROGRESS.match(str(caught.value))[1])  # type: ignore[index] # fails the test
    _repair(sandbox)
    assert not warnings(compare(docs, now(), revalidate=True))
    assert len(_asked(sandbox)) == total - count


def test_a_build_does_not_spoil_the_work_of_a_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    """It reads what is new to it, and leaves what the sync has read of the others."""
    docs = site(tmp_path, sandbox)
    total = len({medium.url for medium in media(update(docs, now()))})
    _break(sandbox)
    with pytest.raises(ServerError) as caught:
        _revalidate(docs, now())
    count = int(PROGRESS.match(str(caught.value))[1])  # type: ignore[index] # fails the test
    _repair(sandbox)
    prepare(docs, now())
    _revalidate(docs, now())
    assert len(_asked(sandbox)) == total - count


def test_a_placeholder_is_read_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """What cannot be used yet may be ready when the sync goes on."""
    sandbox.add_fault(Fault.parse("placeholder:*.webm"))
    _break(sandbox)
    docs = site(tmp_path, sandbox)
    with pytest.raises(ApiError, match="media read"):
        update(docs, now())
    _repair(sandbox)
    assert not warnings(update(docs, now()))


def test_an_interrupted_sync_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """Ctrl+C is no reason to begin again."""
    counts = iter(range(1, 10**6))

    def advance(_: int) -> None:
        if next(counts) > 5:
            raise KeyboardInterrupt

    @contextmanager
    def reading(_: int) -> Iterator[Callable[[int], None]]:
        yield advance

    docs = site(tmp_path, sandbox)
    with pytest.raises(KeyboardInterrupt):
        update(docs, structs.replace(now(), reading=reading))
    assert len(_journals(tmp_path)) == 1
    sandbox.requests.clear()
    urls = {medium.url for medium in media(update(docs, now()))}
    assert len(_asked(sandbox)) < len(urls)


@pytest.mark.parametrize("case", ["no key", "no cache"])
def test_what_cannot_be_kept_is_not_promised(tmp_path: Path, case: str) -> None:
    """Without a key nobody could tell who wrote it; and a cache may be a file."""
    docs = site(tmp_path, None)
    if case == "no cache":
        (tmp_path / "file").touch()
        docs = structs.replace(docs, cache=tmp_path / "file")
    journal = _journal(docs, Clock(), None if case == "no key" else KEY)
    journal.add(URL, RESULT)
    assert not journal.save()
    assert _journals(tmp_path) == []


RESULT = ProbeResult(
    info=MediaInfo(
        type="image/png", width=2, height=1, alpha=True, duration=None, codec="", codecs=""
    ),
    size=99,
    sha256="0" * 64,
)
URL = "https://assets.masko.ai/a.png"


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def _journal(docs: Site, clock: Clock, key: str | None = KEY) -> Journal:
    return Journal(Cache(docs.cache), Signer(key), docs, clock=clock)


def test_a_journal_holds_for_a_day(tmp_path: Path) -> None:
    """After that a medium is read again, and so it is when the clock was turned back."""
    docs, clock = site(tmp_path, None), Clock()
    journal = _journal(docs, clock)
    journal.add(URL, RESULT)
    assert journal.save()
    clock.now += 86_399
    assert _journal(docs, clock).results([URL, "https://assets.masko.ai/b.png"]) == {URL: RESULT}
    clock.now += 1
    assert _journal(docs, clock).results([URL]) == {}
    clock.now -= 90_000
    assert _journal(docs, clock).results([URL]) == {}


def test_a_sync_that_is_killed_loses_a_few_seconds(tmp_path: Path) -> None:
    """The journal is written from time to time, and by none that is quick."""
    docs, clock = site(tmp_path, None), Clock()
    journal = _journal(docs, clock)
    journal.add(URL, RESULT)
    assert list(tmp_path.iterdir()) == []
    clock.now += 5
    journal.add("https://assets.masko.ai/b.png", RESULT)
    assert _journal(docs, clock).results([URL]) == {URL: RESULT}


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "another size": lambda signed: signed.replace(b'"width":2', b'"width":3'),
    "another hash": lambda signed: signed.replace(b"0" * 64, b"1" * 64),
    "not signed": lambda signed: signed.partition(b"\n")[2],
    "an empty signature": lambda signed: b"\n" + signed.partition(b"\n")[2],
    "signed without a key": lambda signed: Signer(None).sign("", signed.partition(b"\n")[2]),
    "cut off": lambda signed: signed[:-9],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("case", FORGED)
def test_a_journal_that_somebody_else_wrote_counts_for_nothing(tmp_path: Path, case: str) -> None:
    """A pull request that brings a cache along cannot say what media are."""
    docs, clock = site(tmp_path, None), Clock()
    journal = _journal(docs, clock)
    journal.add(URL, RESULT)
    journal.save()
    (path,) = _journals(tmp_path)
    path.write_bytes(FORGED[case](path.read_bytes()))
    assert _journal(docs, clock).results([URL]) == {}


@pytest.mark.parametrize("case", ["key", "no key", "API", "hosting"])
def test_a_journal_is_of_one_key_api_and_hosting(tmp_path: Path, case: str) -> None:
    """It is moved to where the journal of another site would be."""
    docs, clock = site(tmp_path, None), Clock()
    journal = _journal(docs, clock)
    journal.add(URL, RESULT)
    journal.save()
    content = _journals(tmp_path)[0].read_bytes()
    options = {"API": {"api_url": "https://example.org/v1"}, "hosting": {"hosting": "self"}}
    key = {"key": KEY[::-1], "no key": None}.get(case, KEY)
    elsewhere = site(tmp_path, None, **options.get(case, {}))
    its_own = _journal(elsewhere, clock, key)
    its_own.add(URL, structs.replace(RESULT, size=1))
    its_own.save()
    for each in _journals(tmp_path):
        each.write_bytes(content)
    assert _journal(elsewhere, clock, key).results([URL]) == {}


def test_a_forged_cache_does_not_reach_the_manifest(sandbox: Sandbox, tmp_path: Path) -> None:
    """Records and media that a stranger put into the cache, with the very ETags of the server."""
    expected = _truth(tmp_path / "other", sandbox, "self").manifest
    docs = site(tmp_path, sandbox, hosting="self")
    other_key = structs.replace(docs, key="masko_" + "e" * 64)
    update(other_key, now())  # everything is there, but signed by somebody else
    docs.manifest.unlink()
    sandbox.requests.clear()
    assert update(docs, now()).manifest == expected
    assert all("if-none-match" not in request.headers for request in cdn_requests(sandbox))


def test_a_pause_of_polling_does_not_count_as_network_work() -> None:
    """The option `timeout` says: not counting `wait`."""
    clock = Clock()
    budget = Budget(30, clock)

    def pass_time(seconds: float) -> None:
        clock.now += seconds

    policy = structs.replace(Pauses().poll_policy(300), sleep=pass_time)
    policy.excluded_from(budget).sleep(100)
    assert budget.remaining() == 30


def test_looking_for_replaced_media_takes_a_part_of_the_time(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A build has to download media as well, and finds out there what it did not ask for."""
    docs = site(tmp_path, sandbox, hosting="self", timeout=40)
    known = media(update(docs, now()))
    elsewhere = structs.replace(docs, cache=tmp_path / "empty")
    times = iter([0.0, *[9.9] * 3])
    sandbox.requests.clear()
    with connect(elsewhere) as connection:
        assert changed_urls(known, connection, elsewhere, clock=lambda: next(times, 10.0)) == set()
    assert len(cdn_requests(sandbox)) == 3
