"""What a sync reads of media: as little as it needs, and without the key."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox import Fault, Sandbox
from mkdocs_masko.sync import prepare, update
from synced_sites import (
    KEY,
    api_requests,
    cdn_requests,
    content_of,
    media,
    now,
    path_of,
    poses,
    site,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Answer, Moment

_PIECE = 65536  # bytes


def test_media_are_read_by_ranges_and_without_the_key(sandbox: Sandbox, tmp_path: Path) -> None:
    """The CDN gets requests for ranges of 64 KiB; only the API sees the key."""
    update(site(tmp_path, sandbox), now())
    requests = cdn_requests(sandbox)
    assert len(requests) >= 24
    for request in requests:
        first, last = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"]).groups()  # type: ignore[union-attr] # fails the test
        assert int(last) - int(first) < _PIECE
        assert KEY not in str(request)
        assert {*request.headers} & {"authorization", "cookie", "referer"} == set()
    assert [r.headers["authorization"] for r in api_requests(sandbox)] == [f"Bearer {KEY}"]


def test_of_a_large_file_only_the_start_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    """The first bytes of an image tell what it is, however many follow."""
    docs = site(tmp_path, sandbox)
    image = poses(update(docs, now()))["wave"].image
    assert image is not None
    whole = content_of(sandbox, image) + bytes(5_000_000)
    sandbox.world.put_file(path_of(image.url), whole)
    sandbox.requests.clear()
    again = poses(update(docs, now(), revalidate=True))["wave"].image
    ranges = [r.headers["range"] for r in sandbox.requests if r.path == path_of(image.url)]
    assert ranges == [f"bytes=0-{_PIECE - 1}"]
    assert again is not None
    assert again.bytes == len(whole)


@dataclass
class Crowd:
    """Counts how many requests are there at once."""

    peak: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, moment: Moment, /) -> Answer:
        """Let a request wait among the others."""
        with self._lock:
            self._now += 1
            self.peak = max(self.peak, self._now)
        moment.wait(0.05)
        with self._lock:
            self._now -= 1
        return moment.usual()


def test_at_most_eight_media_are_read_at_once(tmp_path: Path) -> None:
    """A sync is quick, and no load for the CDN."""
    crowd = Crowd()
    with Sandbox(faults=[Fault(effect=crowd, paths=re.compile(r"/(?!v1/).*"))]) as sandbox:
        update(site(tmp_path, sandbox), now())
    assert 1 < crowd.peak <= 8


def test_a_build_reads_only_media_at_new_urls(sandbox: Sandbox, tmp_path: Path) -> None:
    """A redrawn pose has new URLs; the others are known from the manifest."""
    docs = site(tmp_path, sandbox)
    old = {medium.url for medium in media(prepare(docs, now()))}
    sandbox.requests.clear()
    assert not prepare(docs, now()).is_written
    assert cdn_requests(sandbox) == []
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    result = prepare(docs, now())
    new = {medium.url for medium in media(result)} - old
    assert result.is_written
    assert len(new) >= 8
    assert {request.path for request in cdn_requests(sandbox)} == {path_of(url) for url in new}


def test_the_command_reads_all_media_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """The command notices other bytes at an old URL; a build does not."""
    docs = site(tmp_path, sandbox)
    image = poses(update(docs, now()))["wave"].image
    assert image is not None
    sandbox.world.put_file(path_of(image.url), content_of(sandbox, image) + b"\0")
    assert not prepare(docs, now()).changes
    sandbox.requests.clear()
    result = update(docs, now(), revalidate=True)
    assert [str(change) for change in result.changes] == ["changed default/wave: image"]
    assert {request.path for request in cdn_requests(sandbox)} == {
        path_of(medium.url) for medium in media(result)
    }
