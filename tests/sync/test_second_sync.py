"""A second sync asks whether media have changed, and reads those that have: whatever a CDN says."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from mkdocs_masko.assets.signature import Signer
from mkdocs_masko.probe import MediaInfo
from mkdocs_masko.sandbox import Answer, Fault, Sandbox
from mkdocs_masko.sandbox.ranges import media_answer
from mkdocs_masko.sync import compare, preview, update
from mkdocs_masko.sync.journal import ProbeResult
from mkdocs_masko.sync.probes import ProbeRecord, ProbeRecords
from synced_sites import KEY, cdn_requests, content_of, media, now, path_of, site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mkdocs_masko.sandbox import Moment, Request

MEDIA = re.compile(r"/(?!v1/).*")
CONDITIONS = {"if-none-match", "if-modified-since"}
OLD = "Sun, 01 Feb 2026 10:00:00 GMT"


class Cdn:
    """Answers as some CDN does, and counts what it sends.

    Attributes:
        sent: Bytes of media.
    """

    def __init__(self, sandbox: Sandbox, server: Server) -> None:
        self.sent = 0
        self._sandbox, self._server = sandbox, server

    def __call__(self, moment: Moment, /) -> Answer:
        """Answer a request."""
        request = moment.request
        content = self._sandbox.world.content_at(request.path) or b""
        headers = {name: text for name, text in request.headers.items() if name not in CONDITIONS}
        whole = media_answer(replace(request, headers=headers), content)
        answer = self._server(request, moment.usual(), whole)
        self.sent += len(answer.body) if answer.status in {200, 206} else 0
        return answer


if TYPE_CHECKING:
    Server = Callable[[Request, Answer, Answer], Answer]
    """Takes a request, the usual answer, and the one without a condition."""


def _is_conditional(request: Request) -> bool:
    return bool(CONDITIONS & request.headers.keys())


def _with(answer: Answer, **headers: str) -> Answer:
    """Return an answer with other headers, `ETag` among them; an empty one is left out."""
    merged = {**answer.headers, **{name.replace("_", "-"): h for name, h in headers.items()}}
    return replace(answer, headers={name: text for name, text in merged.items() if text})


def _etag(tag: str) -> Server:
    """Answer with the usual ETag inside another one."""

    def serve(request: Request, _: Answer, whole: Answer) -> Answer:
        current = tag.replace("*", whole.headers["ETag"].strip('"'))
        if request.headers.get("if-none-match") == current:
            return Answer(status=304, headers={"ETag": current})
        return _with(whole, ETag=current)

    return serve


def _dated(request: Request, _: Answer, whole: Answer) -> Answer:
    date = OLD if b"\0\0\0\0CHANGED" not in whole.body else OLD.replace("10:00", "10:01")
    if request.headers.get("if-modified-since") == date:
        return Answer(status=304, headers={})
    return _with(whole, ETag="", Last_Modified=date)


def _refuse(status: int) -> Server:
    def serve(request: Request, _: Answer, whole: Answer) -> Answer:
        return Answer(status=status, headers={}) if _is_conditional(request) else whole

    return serve


def _always_304(request: Request, _: Answer, whole: Answer) -> Answer:
    return Answer(status=304, headers={}) if _is_conditional(request) else whole


def _always_304_dated(request: Request, _: Answer, whole: Answer) -> Answer:
    dated = _with(whole, ETag="", Last_Modified=OLD)
    return Answer(status=304, headers={}) if _is_conditional(request) else dated


SERVERS: dict[str, tuple[Server, bool]] = {
    "an ETag": (lambda _, usual, __: usual, True),
    "an ETag of odd characters": (_etag('"*,;\\\'<>{}%00`"'), True),
    "an ETag with a space": (_etag('"a *"'), False),
    "an ETag beyond ASCII": (_etag('"é*"'), False),
    "an ETag that is too long": (_etag(f'"{"a" * 250}*"'), False),
    "an ETag without quotes": (_etag("*"), False),
    "a weak ETag": (_etag('W/"*"'), False),
    "a 304 without ETag": (
        lambda _, usual, __: _with(
            usual, ETag="" if usual.status == 304 else usual.headers["ETag"]
        ),
        True,
    ),
    "a 304 with another ETag": (
        lambda _, usual, __: _with(usual, ETag='"x"') if usual.status == 304 else usual,
        False,
    ),
    "always 304": (_always_304, False),
    "always 304, with a date": (_always_304_dated, False),
    "a date": (_dated, True),
    "a date of now": (
        lambda _, __, whole: _with(whole, ETag="", Last_Modified="Thu, 01 Jan 2099 00:00:00 GMT"),
        False,
    ),
    "a date that is none": (
        lambda _, __, whole: _with(whole, ETag="", Last_Modified="Sun, 31 Feb 2026 10:00:00 GMT"),
        False,
    ),
    "neither": (lambda _, __, whole: _with(whole, ETag=""), False),
    "no conditions": (lambda _, __, whole: whole, False),
    "412": (_refuse(412), False),
    "400": (_refuse(400), False),
    "a redirect": (_refuse(302), False),
}
"""Each with whether it saves the bytes of a second sync."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start the API and its CDN, with a collection of one pose."""
    with Sandbox() as running:
        running.publish("draft")
        yield running


@pytest.mark.parametrize("hosting", ["cdn", "self"])
@pytest.mark.parametrize("server", SERVERS)
def test_a_second_sync_reads_what_the_cdn_cannot_vouch_for(
    sandbox: Sandbox, tmp_path: Path, server: str, hosting: str
) -> None:
    """Headers alone where it can; and a file that was replaced in place is found everywhere."""
    serve, saves = SERVERS[server]
    docs = site(tmp_path, sandbox, collection="draft", hosting=hosting)
    cdn = Cdn(sandbox, serve)
    sandbox.add_fault(Fault(effect=cdn, paths=MEDIA))
    first = update(docs, now(), revalidate=True)
    full, cdn.sent = cdn.sent, 0
    assert full > 0
    again = update(docs, now(), revalidate=True)
    assert again.manifest == first.manifest
    assert not again.is_written
    assert cdn.sent <= 1 if saves else cdn.sent >= full

    medium = next(each for each in media(first) if each.type == "image/png")
    changed = content_of(sandbox, medium) + b"\0\0\0\0CHANGED"
    sandbox.world.put_file(path_of(medium.url), changed)
    result = update(docs, now(), revalidate=True)
    sizes = {each.url: each.bytes for each in media(result)}
    assert sizes == {
        **{each.url: each.bytes for each in media(first)},
        medium.url: len(changed),
    }


@pytest.mark.parametrize("act", [compare, preview])
@pytest.mark.parametrize("hosting", ["cdn", "self"])
def test_a_comparison_costs_no_bytes_either(
    sandbox: Sandbox, tmp_path: Path, act: Callable[..., object], hosting: str
) -> None:
    """Nothing is sent but headers: `check` and `diff` read what `sync` has read."""
    docs = site(tmp_path, sandbox, collection="draft", hosting=hosting)
    update(docs, now())
    cdn = Cdn(sandbox, lambda _, usual, __: usual)
    sandbox.add_fault(Fault(effect=cdn, paths=MEDIA))
    act(docs, now(), revalidate=True)
    assert cdn.sent == 0


def test_nothing_of_it_is_in_the_project(sandbox: Sandbox, tmp_path: Path) -> None:
    """A site whose media are on the CDN has no cache that somebody could commit."""
    docs = site(tmp_path, sandbox, collection="draft")
    update(docs, now())
    assert [path.name for path in tmp_path.iterdir()] == [docs.manifest.name]


@pytest.mark.parametrize("case", ["lost", "a file in the way", "another key"])
def test_without_records_everything_is_read(sandbox: Sandbox, tmp_path: Path, case: str) -> None:
    """The manifest is right all the same."""
    docs = structs.replace(site(tmp_path, sandbox, collection="draft"), state=tmp_path / "state")
    first = update(docs, now())
    if case == "another key":
        docs = structs.replace(docs, key="masko_" + "e" * 64)
    else:
        (records,) = (tmp_path / "state" / "probes").iterdir()
        records.unlink()
        if case != "lost":
            records.mkdir()
    sandbox.requests.clear()
    assert update(docs, now(), revalidate=True).manifest == first.manifest
    assert not any(CONDITIONS & request.headers.keys() for request in cdn_requests(sandbox))


URL = "https://assets.masko.ai/a.png"
RECORD = ProbeRecord(
    result=ProbeResult(
        info=MediaInfo(
            type="image/png", width=2, height=1, alpha=True, duration=None, codec="", codecs=""
        ),
        size=99,
    ),
    etag='"v1"',
)
DAY = 86_400.0  # seconds


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def _records(folder: Path, clock: Clock, key: str | None = KEY) -> ProbeRecords:
    docs = structs.replace(site(folder, None), state=folder / "state")
    return ProbeRecords(docs, Signer(key), clock=clock)


def _save(folder: Path, clock: Clock, key: str | None = KEY) -> None:
    records = _records(folder, clock, key)
    records.put(URL, RECORD)
    records.save()


def test_a_record_holds_for_thirty_days(tmp_path: Path) -> None:
    """No server is believed for ever; nor is a record from the future."""
    clock = Clock()
    _save(tmp_path, clock)
    written_at = clock.now
    ages = {0: True, 29 * DAY: True, 30 * DAY: False, -1: False}
    for age, holds in ages.items():
        clock.now = written_at + age
        assert (_records(tmp_path, clock).get(URL) is not None) is holds


def test_records_without_a_validator_or_a_key_are_not_kept(tmp_path: Path) -> None:
    """There is nothing to ask with, or nobody could tell who wrote them."""
    clock = Clock()
    records = _records(tmp_path, clock)
    records.put(URL, structs.replace(RECORD, etag=""))
    records.save()
    _save(tmp_path, clock, key=None)
    assert list(tmp_path.iterdir()) == []


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "another size": lambda signed: signed.replace(b'"width":2', b'"width":3'),
    "another ETag": lambda signed: signed.replace(b"v1", b"v2"),
    "not signed": lambda signed: signed.partition(b"\n")[2],
    "signed without a key": lambda signed: Signer(None).sign("", signed.partition(b"\n")[2]),
    "cut off": lambda signed: signed[:-9],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("case", FORGED)
def test_records_that_somebody_else_wrote_count_for_nothing(tmp_path: Path, case: str) -> None:
    """A shared state folder cannot say what media are."""
    clock = Clock()
    _save(tmp_path, clock)
    (path,) = (tmp_path / "state" / "probes").iterdir()
    path.write_bytes(FORGED[case](path.read_bytes()))
    assert _records(tmp_path, clock).get(URL) is None


def test_records_of_a_site_that_is_gone_are_removed(tmp_path: Path) -> None:
    """When another site writes its own, a month later."""
    clock = Clock()
    (tmp_path / "one").mkdir()
    _save(tmp_path / "one", clock)
    (old,) = (tmp_path / "one" / "state" / "probes").iterdir()
    docs = structs.replace(site(tmp_path, None), state=tmp_path / "one" / "state")
    clock.now = old.stat().st_mtime + 30 * DAY
    records = ProbeRecords(docs, Signer(KEY), clock=clock)
    records.put(URL, RECORD)
    records.save()
    assert not old.exists()
