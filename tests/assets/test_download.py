"""Downloads are hashed and bounded, and resume where an earlier run stopped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media_cache import PNG, SIGNER, WEBM, fetching, files, sha
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import (
    Download,
    DownloadRequest,
    PartialDownload,
)
from mkdocs_masko.assets.signature import Signer
from mkdocs_masko.assets.url_index import UrlIndex, UrlRecord, url_key
from mkdocs_masko.errors import DriftError, MediaError, NetworkError, ServerError
from mkdocs_masko.sandbox import Sandbox
from raw_server import Exchange, Wire, answer
from sites import remount_read_only

if TYPE_CHECKING:
    from collections.abc import Callable

if TYPE_CHECKING:
    from collections.abc import Callable

TAG = '"v1"'
REST = re.compile(rb"Range: bytes=(\d+)-\r\n")


def _parts(folder: Path) -> list[Path]:
    """Return the files of partial downloads."""
    return [path for path in files(folder, "downloads") if path.suffix in {".part", ".etag"}]


def _serve(exchange: Exchange, content: bytes, *, etag: str = TAG) -> None:
    """Answer as a server that knows ranges."""
    tag = [f"ETag: {etag}"] if etag else []
    found = REST.search(exchange.request)
    known = re.search(rb"If-Range: (.*)\r\n", exchange.request)
    if not found or (known and known[1].decode() != etag):
        exchange.send(answer(content, *tag))
        return
    start = int(found[1])
    given = f"Content-Range: bytes {start}-{len(content) - 1}/{len(content)}"
    exchange.send(answer(content[start:], given, *tag, status="206 Partial Content"))


def _cut(exchange: Exchange, content: bytes, *, etag: str = TAG) -> None:
    """Send half of a medium, and break off."""
    whole = answer(content, *([f"ETag: {etag}"] if etag else []))
    exchange.send(whole[: len(whole) - len(content) // 2])


def test_media_are_cached_by_their_hashes(tmp_path: Path) -> None:
    """The bytes are those of the server, and the next download is a cache hit."""
    with Sandbox() as sandbox:
        sandbox.world.put_file("/m/a.png", PNG)
        url = f"{sandbox.cdn_url}/m/a.png"
        with fetching(tmp_path, sandbox.cdn_url) as (downloader, cache):
            found = downloader.download_all([DownloadRequest(url=url)])[url]
            path = cache.get_medium(sha(PNG))
            assert path is not None
            assert found == Download(path=path, sha256=sha(PNG), size=len(PNG), is_new=True)
            assert path.read_bytes() == PNG
            again = downloader.download_all([DownloadRequest(url=url, sha256=sha(PNG))])[url]
            assert again == Download(path=path, sha256=sha(PNG), size=len(PNG), is_new=False)
            assert len(sandbox.requests) == 1
            assert _parts(tmp_path) == []


def test_eight_downloads_run_at_once_and_each_is_reported(tmp_path: Path) -> None:
    """The server answers only when it has eight requests."""
    eight = threading.Barrier(8, timeout=60)
    with Wire(lambda e: (eight.wait(), e.send(answer(PNG)))) as wire:
        reports: list[tuple[str, int]] = []
        urls = [f"{wire.url}/{n}.png" for n in range(24)]

        def note(url: str, download: Download) -> None:
            reports.append((url, download.size))

        with fetching(tmp_path, wire.url, on_finished=note) as (downloader, _):
            found = downloader.download_all(map(_wanted, urls))
        assert all(isinstance(each, Download) for each in found.values())
        assert sorted(reports) == sorted((url, len(PNG)) for url in urls)
        assert len(files(tmp_path, "media")) == 1


def _wanted(url: str) -> DownloadRequest:
    return DownloadRequest(url=url)


@pytest.mark.parametrize("etag", [TAG, ""], ids=["an ETag", "no ETag"])
@pytest.mark.parametrize("known", [True, False], ids=["a known hash", "no known hash"])
def test_a_broken_download_resumes_where_an_etag_or_hash_allows_it(
    etag: str, known: bool, tmp_path: Path
) -> None:
    """An ETag or the hash of the whole; without either it starts again."""
    scripts = iter([_cut])
    url_wanted = sha(WEBM) if known else ""

    def script(exchange: Exchange) -> None:
        next(scripts, _serve)(exchange, WEBM, etag=etag)

    with Wire(script) as wire, fetching(tmp_path, wire.url) as (downloader, _):
        url = f"{wire.url}/a.webm"
        found = downloader.download_all([DownloadRequest(url=url, sha256=url_wanted)])[url]
        assert isinstance(found, Download)
        assert found.path.read_bytes() == WEBM
        assert len(wire.requests) == 2
        assert bool(REST.search(wire.requests[1])) is bool(etag or known)
        assert (b"If-Range" in wire.requests[1]) is bool(etag)


def test_a_download_resumes_in_another_run(tmp_path: Path) -> None:
    """The bytes of a run that was stopped are not downloaded again."""
    with Wire(partial(_cut, content=WEBM)) as wire:
        url = f"{wire.url}/a.webm"
        with fetching(tmp_path, wire.url) as (downloader, _), pytest.raises(NetworkError):
            downloader.download_all([DownloadRequest(url=url)])
    (half,) = [path for path in _parts(tmp_path) if path.suffix != ".etag"]
    size = half.stat().st_size
    assert size > 0
    with Wire(partial(_serve, content=WEBM)) as wire:
        moved = f"{wire.url}/a.webm"
        parts = tmp_path / "downloads"
        for suffix in (".part", ".etag"):  # the port is another, and so is the URL
            (parts / f"{url_key(url)}{suffix}").rename(parts / f"{url_key(moved)}{suffix}")
        with fetching(tmp_path, wire.url) as (downloader, _):
            found = downloader.download_all([DownloadRequest(url=moved)])[moved]
        assert isinstance(found, Download)
        assert found.path.read_bytes() == WEBM
        (request,) = wire.requests
        assert f"Range: bytes={size}-\r\n".encode() in request


@pytest.mark.parametrize(
    "half",
    [b"<html>" * 20, PNG[:4000], WEBM + b"more", WEBM, b""],
    ids=["no medium", "of another", "too long", "complete", "empty"],
)
@pytest.mark.parametrize("known", [True, False], ids=["a known hash", "no known hash"])
def test_a_partial_download_that_does_not_fit_starts_over(
    half: bytes, known: bool, tmp_path: Path
) -> None:
    """Whatever the bytes so far, the result is the medium."""
    with Wire(partial(_serve, content=WEBM)) as wire:
        url = f"{wire.url}/a.webm"
        place = tmp_path / "downloads" / f"{url_key(url)}.part"
        place.parent.mkdir()
        place.write_bytes(half)
        with fetching(tmp_path, wire.url) as (downloader, _):
            wanted = DownloadRequest(url=url, sha256=sha(WEBM) if known else "")
            found = downloader.download_all([wanted])[url]
        assert isinstance(found, Download)
        assert found.path.read_bytes() == WEBM
        assert len(wire.requests) <= 2


def test_a_file_that_changed_meanwhile_is_not_mixed_with_its_old_bytes(tmp_path: Path) -> None:
    """The server has other bytes at the second attempt, and starts again by itself."""
    scripts = iter([partial(_cut, content=WEBM, etag='"old"')])

    def script(exchange: Exchange) -> None:
        next(scripts, partial(_serve, content=PNG, etag='"new"'))(exchange)

    with Wire(script) as wire, fetching(tmp_path, wire.url) as (downloader, _):
        url = f"{wire.url}/a"
        found = downloader.download_all([DownloadRequest(url=url)])[url]
        assert isinstance(found, Download)
        assert found.path.read_bytes() == PNG


def test_other_bytes_than_the_manifests_are_drift_and_are_not_kept(tmp_path: Path) -> None:
    """The message names the URL, and the command to run."""
    with Wire(partial(_serve, content=PNG)) as wire:
        url = f"{wire.url}/a.png"
        with fetching(tmp_path, wire.url) as (downloader, cache):
            found = downloader.download_all([DownloadRequest(url=url, sha256=sha(WEBM))])[url]
            assert isinstance(found, DriftError)
            assert str(found) == (
                f"the file at {url} is not the one in the manifest. "
                "Run 'mkdocs-masko sync' and commit the manifest."
            )
            assert cache.get_medium(sha(PNG)) is cache.get_medium(sha(WEBM)) is None
            assert files(tmp_path, "media") == _parts(tmp_path) == []


REFUSED: dict[str, tuple[bytes, str]] = {
    "html": (answer(b"<html>no</html>"), "the file is not an image or video of a supported type"),
    "nothing": (answer(b""), "the file is empty"),
    "gone": (answer(b"", status="404 Not Found"), "the file is gone (404)"),
    "forbidden": (answer(b"", status="403 Forbidden"), "the media server refuses"),
    "a large image": (
        answer(PNG + bytes(25 * 2**20)),
        "is larger than 25 MiB, the limit for its type",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_response_that_is_no_medium_is_an_error_and_stops_no_other(
    name: str, tmp_path: Path
) -> None:
    """Each URL has a result of its own."""
    data, expected = REFUSED[name]

    def script(exchange: Exchange) -> None:
        exchange.send(answer(WEBM) if b"GET /good" in exchange.request else data)

    with Wire(script) as wire, fetching(tmp_path, wire.url) as (downloader, _):
        urls = [f"{wire.url}/bad.png", f"{wire.url}/good.webm"]
        bad, good = downloader.download_all(map(_wanted, urls)).values()
        assert expected in str(bad)
        assert isinstance(good, Download)
        assert len(files(tmp_path, "media")) == 1
        assert _parts(tmp_path) == []


def test_a_resumed_image_is_still_too_large(tmp_path: Path) -> None:
    """The limit is for the sum of all runs."""
    place = tmp_path / "part"
    place.write_bytes(PNG + bytes(25 * 2**20 - len(PNG)))
    part = PartialDownload(place, has_known_hash=True)
    assert part.size == 25 * 2**20
    with (
        Wire(lambda e: _serve(e, place.read_bytes() + b"1")) as wire,
        fetching(tmp_path, wire.url) as (downloader, cache),
    ):
        url = f"{wire.url}/a.png"
        place.rename(cache.put(Path("downloads", f"{url_key(url)}.part"), b"1"))
        place.write_bytes(PNG + bytes(25 * 2**20 - len(PNG)))
        found = downloader.download_all([DownloadRequest(url=url, sha256=sha(PNG))])[url]
        assert isinstance(found, MediaError)
        assert "larger than 25 MiB" in str(found)


def test_a_url_on_another_host_gets_no_request(tmp_path: Path) -> None:
    """A manifest cannot make a build download from anywhere."""
    with Wire(partial(_serve, content=PNG)) as wire:
        with fetching(tmp_path, "https://assets.masko.ai") as (downloader, _):
            (found,) = downloader.download_all([DownloadRequest(url=f"{wire.url}/a.png")]).values()
        assert "is not on a host that media may come from" in str(found)
        assert wire.requests == []


def test_a_server_that_fails_ends_the_run_and_finished_downloads_stay(tmp_path: Path) -> None:
    """Nothing can be said of the others then."""

    def script(exchange: Exchange) -> None:
        good = b"GET /good" in exchange.request
        exchange.send(answer(PNG) if good else answer(b"", status="500 Internal Server Error"))

    with Wire(script) as wire, fetching(tmp_path, wire.url) as (downloader, cache):
        urls = [f"{wire.url}/good.png", f"{wire.url}/bad.png"]
        with pytest.raises(ServerError, match=r"the media server fails \(500\)"):
            downloader.download_all(map(_wanted, urls))
        assert cache.get_medium(sha(PNG)) is not None


@pytest.mark.parametrize("etag", [TAG, "", 'W/"v1"'], ids=["an ETag", "none", "a weak one"])
def test_a_revalidation_costs_no_bytes_where_the_server_has_etags(
    etag: str, tmp_path: Path
) -> None:
    """Where it has none, the whole comes again; either way new bytes are seen."""

    def script(exchange: Exchange) -> None:
        if etag and f"If-None-Match: {etag}\r\n".encode() in exchange.request:
            exchange.send(answer(b"", f"ETag: {etag}", status="304 Not Modified", length=False))
        else:
            _serve(exchange, PNG, etag=etag)

    with Wire(script) as wire:
        url, came = f"{wire.url}/a.png", []

        def note(_: str, download: Download) -> None:
            came.append(download.size if download.is_new else 0)

        for _ in range(2):
            with fetching(tmp_path, wire.url, revalidate=True, on_finished=note) as (
                downloader,
                _,
            ):
                found = downloader.download_all([DownloadRequest(url=url)])[url]
            assert isinstance(found, Download)
            assert found.sha256 == sha(PNG)
        assert came == [len(PNG), 0 if etag == TAG else len(PNG)]
        assert len(wire.requests) == 2


def test_a_revalidation_finds_new_bytes_at_an_old_url(tmp_path: Path) -> None:
    """The ETag is another, and so the bytes come."""
    with Sandbox() as sandbox:
        url = f"{sandbox.cdn_url}/m/a"
        for content in (PNG, WEBM):
            sandbox.world.put_file("/m/a", content)
            with fetching(tmp_path, sandbox.cdn_url, revalidate=True) as (downloader, _):
                found = downloader.download_all([DownloadRequest(url=url)])[url]
            assert isinstance(found, Download)
            assert found.sha256 == sha(content)


def test_a_recent_record_of_a_url_saves_the_request(tmp_path: Path) -> None:
    """Builders that start together share what they find; after a minute it does not count."""
    with Sandbox() as sandbox:
        sandbox.world.put_file("/m/a.png", PNG)
        url = f"{sandbox.cdn_url}/m/a.png"
        for _ in range(3):
            with fetching(tmp_path, sandbox.cdn_url) as (downloader, cache):
                downloader.download_all([DownloadRequest(url=url)])
        assert len(sandbox.requests) == 1
        findings = UrlIndex(cache, SIGNER)
        assert findings.get(url) == findings.get(url, since=time.time() - 60)
        assert findings.get(url, since=time.time() + 60) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": 1}'])
def test_a_corrupt_record_of_a_url_is_a_miss(text: str, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    findings = UrlIndex(cache, SIGNER)
    findings.put("https://assets.masko.ai/a.png", UrlRecord(sha256=sha(PNG)))
    (path,) = files(tmp_path, "downloads")
    path.write_bytes(SIGNER.sign("download of https://assets.masko.ai/a.png", text.encode()))
    assert findings.get("https://assets.masko.ai/a.png") is None


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "not signed": lambda signed: signed.partition(b"\n")[2],
    "an empty signature": lambda signed: b"\n" + signed.partition(b"\n")[2],
    "another hash": lambda signed: signed.replace(sha(PNG).encode(), sha(WEBM).encode()),
    "another key": lambda signed: Signer("masko_" + "2" * 64).sign(
        "download of https://assets.masko.ai/a.png", signed.partition(b"\n")[2]
    ),
    "another URL": lambda signed: SIGNER.sign(
        "download of https://assets.masko.ai/b.png", signed.partition(b"\n")[2]
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_record_that_somebody_else_wrote_is_a_miss(case: str, tmp_path: Path) -> None:
    """A pull request that brings a cache along cannot say which bytes a URL has."""
    index = UrlIndex(Cache(tmp_path), SIGNER)
    index.put("https://assets.masko.ai/a.png", UrlRecord(sha256=sha(PNG), etag=TAG))
    assert index.get("https://assets.masko.ai/a.png") is not None
    (path,) = files(tmp_path, "downloads")
    path.write_bytes(FORGED[case](path.read_bytes()))
    assert index.get("https://assets.masko.ai/a.png") is None


def test_without_a_key_nothing_is_remembered_of_a_url(tmp_path: Path) -> None:
    """Nobody could tell who wrote it."""
    index = UrlIndex(Cache(tmp_path), Signer(None))
    index.put("https://assets.masko.ai/a.png", UrlRecord(sha256=sha(PNG), etag=TAG))
    assert list(tmp_path.iterdir()) == []
    UrlIndex(Cache(tmp_path), SIGNER).put(
        "https://assets.masko.ai/a.png", UrlRecord(sha256=sha(PNG), etag=TAG)
    )
    assert index.get("https://assets.masko.ai/a.png") is None


SUPPORT = Path(__file__).parents[1] / "support"
BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from media_cache import fetching
from mkdocs_masko.assets.download import Download, DownloadRequest
origin, urls = sys.argv[3], sys.argv[4:]
with fetching(Path(sys.argv[2]), origin) as (downloader, _):
    found = downloader.download_all([DownloadRequest(url=url) for url in urls])
assert all(isinstance(each, Download) for each in found.values()), found
"""


def test_a_dozen_builders_on_one_cache_fetch_each_medium_about_once(tmp_path: Path) -> None:
    """And every file is whole: what a lock cannot promise, names by content do."""
    with Sandbox() as sandbox:
        contents = {f"/m/{n}.png": PNG + bytes([n]) for n in range(6)}
        for path, content in contents.items():
            sandbox.world.put_file(path, content)
        urls = [f"{sandbox.cdn_url}{path}" for path in contents]
        here = str(SUPPORT)
        command = [sys.executable, "-c", BUILDER, here, str(tmp_path), sandbox.cdn_url, *urls]
        builders = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(12)]
        for builder in builders:
            _, said = builder.communicate(timeout=300)
            assert builder.returncode == 0, said.decode()
        assert len(urls) <= len(sandbox.requests) <= 2 * len(urls)
    found = files(tmp_path, "media")
    assert {path.name for path in found} == {sha(content) for content in contents.values()}
    assert all(sha(path.read_bytes()) == path.name for path in found)


def test_a_builder_resumes_the_download_of_one_that_was_killed(tmp_path: Path) -> None:
    """No lock of the dead one is in the way, and nothing half-written is taken for a medium."""
    large = WEBM + bytes(2**20)  # more than is on its way from the connection to the disk

    def serve(exchange: Exchange) -> None:
        if REST.search(exchange.request):
            _serve(exchange, content=large)
            return
        whole = answer(large, f"ETag: {TAG}")
        exchange.send(whole[: len(whole) - len(large) // 2])
        exchange.hold()

    with Wire(serve) as wire:
        url = f"{wire.url}/a.webm"
        command = [
            sys.executable,
            "-c",
            BUILDER,
            str(SUPPORT),
            str(tmp_path),
        ]
        with subprocess.Popen([*command, wire.url, url]) as builder:
            part = tmp_path / "downloads" / f"{url_key(url)}.part"
            end = time.monotonic() + 60
            while not (part.exists() and part.stat().st_size):
                assert time.monotonic() < end
                time.sleep(0.01)
            builder.kill()
        assert files(tmp_path, "media") == []
        with fetching(tmp_path, wire.url) as (downloader, _):
            found = downloader.download_all([DownloadRequest(url=url)])[url]
        assert isinstance(found, Download)
        assert found.path.read_bytes() == large
        assert REST.search(wire.requests[-1])


@pytest.mark.parametrize("kind", ["read-only", "full", "a file"])
def test_a_cache_that_cannot_be_written_fails_no_download(
    kind: str, small_disk: Path, tmp_path: Path
) -> None:
    """Twelve threads find out at the same time, and one line says so."""
    folder = _unwritable(kind, small_disk, tmp_path)
    contents = {f"/{n}.png": PNG + bytes([n]) for n in range(24)}
    messages: list[str] = []
    with Wire(lambda e: _serve(e, contents[e.request.split(b" ")[1].decode()])) as wire:
        requests = [DownloadRequest(url=wire.url + path) for path in contents]
        with fetching(folder, wire.url, warn=messages.append) as (downloader, cache):
            found = downloader.download_all(requests)
            for request in requests:
                download = found[request.url]
                assert isinstance(download, Download)
                assert download.path.read_bytes() == contents[request.url.removeprefix(wire.url)]
                assert cache.get_medium(download.sha256) == download.path
    (message,) = messages
    assert "; the next build has to download and encode again" in message
    if kind == "full":
        assert _parts(small_disk / "cache") == []


def _unwritable(kind: str, small_disk: Path, tmp_path: Path) -> Path:
    if kind == "a file":
        (tmp_path / "file").write_text("in the way")
        return tmp_path / "file" / "cache"
    if kind == "full":
        (small_disk / "filler").write_bytes(bytes(40 * 1024))
    else:
        remount_read_only(small_disk)
    return small_disk / "cache"


@pytest.mark.parametrize("block", [Path.mkdir, os.mkfifo, lambda p: p.symlink_to("nowhere/x")])
@pytest.mark.parametrize("suffix", ["lock", "part", "etag", "json"])
def test_whatever_stands_where_a_file_of_a_download_belongs(
    suffix: str, block: Callable[[Path], object], tmp_path: Path
) -> None:
    """Nothing waits for it, and the medium is downloaded."""
    with Wire(partial(_serve, content=WEBM)) as wire:
        url = f"{wire.url}/a.webm"
        place = tmp_path / "downloads" / f"{url_key(url)}.{suffix}"
        place.parent.mkdir()
        block(place)
        for _ in range(2):
            with fetching(tmp_path, wire.url) as (downloader, _):
                found = downloader.download_all([DownloadRequest(url=url)])[url]
            assert isinstance(found, Download)
            assert found.path.read_bytes() == WEBM


@pytest.mark.parametrize("content", ['"secret"', "", None], ids=["a secret", "empty", "no file"])
def test_an_etag_is_neither_read_nor_written_through_a_link(
    content: str | None, tmp_path: Path
) -> None:
    """A cache may come with a pull request: no file of the machine is sent, none is written."""
    private = tmp_path / "private"
    if content is not None:
        private.write_text(content)
    with Wire(partial(_serve, content=WEBM)) as wire:
        url = f"{wire.url}/a.webm"
        part = tmp_path / "cache" / "downloads" / f"{url_key(url)}.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(WEBM[:100])
        part.with_suffix(".etag").symlink_to(private)
        with fetching(tmp_path / "cache", wire.url) as (downloader, _):
            found = downloader.download_all([DownloadRequest(url=url, sha256=sha(WEBM))])[url]
        assert isinstance(found, Download)
        assert found.path.read_bytes() == WEBM
        (request,) = wire.requests
        assert b"Range: bytes=100-" in request
        assert b"If-Range" not in request
    assert (private.read_text() if private.exists() else None) == content


def test_builds_without_locks_do_not_mix_their_bytes(tmp_path: Path) -> None:
    """Each writes a partial download of its own, of which nothing is left."""
    large = WEBM + bytes(2**20)
    with Wire(partial(_serve, content=large)) as wire:
        url = f"{wire.url}/a.webm"
        place = tmp_path / "downloads" / f"{url_key(url)}.lock"
        place.mkdir(parents=True)  # no lock can be made

        def build(_: int) -> bytes:
            with fetching(tmp_path, wire.url, revalidate=True) as (downloader, _):
                found = downloader.download_all([DownloadRequest(url=url)])[url]
            assert isinstance(found, Download)
            return found.path.read_bytes()

        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(build, range(20))) == {large}
    assert _parts(tmp_path) == []
    assert Cache(tmp_path).get_medium(sha(large)) is not None
