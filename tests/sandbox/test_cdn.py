"""The sandbox's CDN: the right bytes, types, validators and ranges, and nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from mkdocs_masko.sandbox import Sandbox, media_file
from sandbox_client import (
    LAYOUT,
    PLACEHOLDER,
    addresses,
    ask,
    exported,
    path_of,
    put_stand_ins,
    talk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TYPES = {
    "png": "image/png",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
}


@pytest.fixture(scope="module")
def media_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_stand_ins(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def sandbox(media_dir: Path) -> Iterator[Sandbox]:
    with Sandbox(media_dir=media_dir) as running:
        yield running


@pytest.fixture(scope="module")
def webm(sandbox: Sandbox) -> str:
    """The path of the fox's waving webm."""
    url = exported(sandbox, "fox")[0]["animations"][0]["transparent_video_webm"]
    return path_of(url)


@pytest.fixture(scope="module")
def content(media_dir: Path) -> bytes:
    """What stands at that path."""
    return (media_dir / "fox/wave/0/transparent_video_webm.webm").read_bytes()


@pytest.mark.parametrize("collection", ["fox", "owl"])
def test_each_address_has_its_own_bytes(sandbox: Sandbox, media_dir: Path, collection: str) -> None:
    """Every address of an export serves the file that its key names, whose hash it holds."""
    files = {hashlib.sha256(f.read_bytes()).hexdigest(): f for f in media_dir.rglob("*.*")}
    for url in addresses(exported(sandbox, collection)):
        answer = ask(sandbox, path_of(url), key=None)
        digest = hashlib.sha256(answer.body).hexdigest()
        stem, _, extension = url.rpartition(".")
        assert answer.status == 200
        assert answer.headers["content-type"] == TYPES[extension]
        assert answer.headers["content-length"] == str(len(answer.body))
        assert stem.endswith("-" + digest[:8])
        assert files[digest].suffix == f".{extension}"


def test_every_key_serves_the_file_of_its_name(sandbox: Sandbox, media_dir: Path) -> None:
    """The fox's wave has each key of the API, and each the file that is called like it."""
    wave = exported(sandbox, "fox")[0]
    (animation,) = wave.pop("animations")
    del wave["name"]
    named = {**wave, **{f"0/{key}": url for key, url in animation.items()}}
    names = [name.rpartition(".")[0] for name in LAYOUT["fox/wave"]]
    assert sorted(named) == sorted(names)
    for key, url in named.items():
        file = media_dir / "fox/wave" / f"{key}.{url.rpartition('.')[2]}"
        assert ask(sandbox, path_of(url)).body == file.read_bytes()


def test_webm_and_mov_have_different_hashes(sandbox: Sandbox) -> None:
    """No address can be derived from another by its extension."""
    for item in exported(sandbox, "fox"):
        stems = [url.rpartition(".")[0] for url in addresses(item)]
        assert len(set(stems)) == len(stems)


def test_no_key_is_asked_for(sandbox: Sandbox, webm: str) -> None:
    """Media are public: with, without or with a wrong key they are served."""
    assert {ask(sandbox, webm, key=key).status for key in (None, "x", "masko_")} == {200}


def test_caches_are_told_what_to_do(sandbox: Sandbox, webm: str, content: bytes) -> None:
    """A medium has a strong validator and a short life, and takes ranges; it allows no origin."""
    headers = ask(sandbox, webm).headers
    assert headers["etag"] == f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    assert headers["cache-control"] == "public, max-age=300"
    assert headers["accept-ranges"] == "bytes"
    assert not [name for name in headers if name.startswith("access-control-")]


def test_head_tells_the_length(sandbox: Sandbox, webm: str, content: bytes) -> None:
    """HEAD has the headers of GET and no body, and takes no notice of a range."""
    answer = ask(sandbox, webm, "HEAD", range_="bytes=0-9")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == "video/webm"


SIZE = len(b"fox/wave/0/transparent_video_webm.webm: ") + 256

RANGES: tuple[tuple[str, int, int], ...] = (  # what is asked for, first byte, end
    ("bytes=0-0", 0, 1),
    ("bytes=0-1", 0, 2),
    ("bytes=0-", 0, SIZE),
    ("bytes=10-19", 10, 20),
    ("bytes=007-009", 7, 10),
    (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
    (f"bytes={SIZE - 1}-{SIZE - 1}", SIZE - 1, SIZE),
    (f"bytes=0-{SIZE - 1}", 0, SIZE),
    (f"bytes=0-{SIZE}", 0, SIZE),
    ("bytes=5-999999999999999999", 5, SIZE),
    ("bytes=-1", SIZE - 1, SIZE),
    ("bytes=-100", SIZE - 100, SIZE),
    (f"bytes=-{SIZE}", 0, SIZE),
    (f"bytes=-{SIZE + 1}", 0, SIZE),
    ("bytes=-999999999999999999", 0, SIZE),
)


@pytest.mark.parametrize("case", RANGES, ids=lambda case: case[0])
def test_a_range_is_served(
    sandbox: Sandbox, webm: str, content: bytes, case: tuple[str, int, int]
) -> None:
    """A range is a 206 with exactly those bytes, named as RFC 9110 has it."""
    wanted, start, stop = case
    answer = ask(sandbox, webm, range_=wanted)
    assert answer.status == 206
    assert answer.body == content[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - start)
    assert answer.headers["content-type"] == "video/webm"


@pytest.mark.parametrize(
    "wanted",
    [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=999999999999999999-", "bytes=-0"],
)
def test_a_range_outside_is_refused(sandbox: Sandbox, webm: str, wanted: str) -> None:
    """A range without a single byte is a 416 that tells the size."""
    answer = ask(sandbox, webm, range_=wanted)
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


IGNORED = (
    "bytes=-",
    "bytes=",
    "bytes=a-b",
    "bytes=5-2",
    "bytes=0-1,5-6",
    "bytes=0x0-0x1",
    "bytes=+0-1",
    "bytes=0--1",
    "bytes= 0-1",
    "bytes=²-³",
    "bytes=0-" + "9" * 5000,
    "bytes=" + "9" * 5000 + "-",
    "chars=0-1",
    "items 0-1/2",
    "0-1",
    "",
)


@pytest.mark.parametrize("wanted", IGNORED, ids=lambda value: value[:24] or "empty")
def test_what_is_no_single_range_is_ignored(
    sandbox: Sandbox, webm: str, content: bytes, wanted: str
) -> None:
    """Several ranges, other units and nonsense give the whole medium, as RFC 9110 allows."""
    answer = ask(sandbox, webm, range_=wanted)
    assert (answer.status, answer.body) == (200, content)
    assert "content-range" not in answer.headers


def test_two_ranges_join(sandbox: Sandbox, webm: str, content: bytes) -> None:
    """A download that goes on where it was cut gives the whole medium."""
    parts = [ask(sandbox, webm, range_=wanted).body for wanted in ("bytes=0-99", "bytes=100-")]
    assert b"".join(parts) == content


def test_if_range_guards_a_range(sandbox: Sandbox, webm: str, content: bytes) -> None:
    """With another validator than today's the whole medium comes; with today's the part."""
    etag = ask(sandbox, webm).headers["etag"]
    same = ask(sandbox, webm, range_="bytes=0-9", if_range=etag)
    assert (same.status, same.body) == (206, content[:10])
    for other in ('"other"', f"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = ask(sandbox, webm, range_="bytes=0-9", if_range=other)
        assert (answer.status, answer.body) == (200, content)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"a", {}', '{}, "b"', "  {}", "*", '"a",W/{},"b"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_known_is_not_sent_again(
    sandbox: Sandbox, webm: str, method: str, form: str
) -> None:
    """`If-None-Match` with the validator is a 304 without a body, also beside a range."""
    etag = ask(sandbox, webm).headers["etag"]
    answer = ask(sandbox, webm, method, if_none_match=form.format(etag), range_="bytes=0-1")
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("value", ['"other"', "", '""', "no quotes", '"', "**"])
def test_what_is_not_known_is_sent(sandbox: Sandbox, webm: str, content: bytes, value: str) -> None:
    """Another validator, or none, gives the medium."""
    answer = ask(sandbox, webm, if_none_match=value)
    assert (answer.status, answer.body) == (200, content)


def hostile(path: str) -> list[str]:
    """Ways to ask for a file that is not published, or in another spelling."""
    folder, _, name = path.rpartition("/")
    climb = "/.." * 8
    return [
        f"{folder}{climb}/etc/passwd",
        f"{folder}/..%2f..%2f..%2fetc%2fpasswd",
        f"{folder}/%2e%2e/%2e%2e/etc/passwd",
        f"{folder}/%252e%252e%252f{name}",
        f"{folder}/..\\..\\placeholder.png",
        f"{folder}/./{name}",
        f"{folder}//{name}",
        f"{folder}/../fox-mascot-a1b2c3d4/{name}",
        f"{path}%00",
        f"{path}%00.png",
        f"{path}/",
        f"{path}.bak",
        f"{path[:-1]}",
        path.upper(),
        path.replace("w", "%77", 1),
        path.replace("/", "%2f"),
        path.replace(".webm", ".mov"),
        path.replace("fox-mascot", "owl-mascot"),
        path.replace("-a1b2c3d4", ""),
        path[1:],
        f"{folder}/",
        folder,
        "/placeholder.png",
        "/media/placeholder.png",
        "/fox/wave/image.png",
        "/media/fox/wave/image.png",
        "/__init__.py",
        "/etc/passwd",
        "//etc/passwd",
        "/..",
        "/../../../../../../etc/passwd",
        "/v1/../etc/passwd",
        "/%",
        "/%zz",
        "/~root",
        "/file:///etc/passwd",
        "/CON",
        "/aux.png",
        f"/{'a' * 60_000}",
        "/" + "../" * 10_000 + "etc/passwd",
        "/é",
        "/\N{RIGHT-TO-LEFT OVERRIDE}gnp.png",
        "*",
        "http://[/",
        "?",
        "#",
    ]


def test_hostile_paths_find_nothing(sandbox: Sandbox, webm: str) -> None:
    """Climbing, encodings, other spellings and over-long paths are refused and never a file."""
    for path in hostile(webm):
        raw = talk(sandbox, b"GET " + path.encode() + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
        head, _, body = raw.partition(b"\r\n\r\n")
        assert head.split()[1] in {b"400", b"401", b"404", b"414"}, path
        assert b"root:" not in body
        assert b"\x00\x01\x02" not in body, path


@pytest.mark.parametrize("char", [b"\x00", b"\x01", b"\x1b", b"\x7f", b"\xff", b"\xc3\xa9"])
def test_odd_bytes_in_a_path_find_nothing(sandbox: Sandbox, webm: str, char: bytes) -> None:
    """Control characters and bytes that are no ASCII are part of no path."""
    for path in (webm.encode() + char, char + webm.encode(), b"/" + char):
        raw = talk(sandbox, b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert raw.split()[1] in {b"400", b"404"}


def test_hostile_paths_have_no_file(webm: str) -> None:
    """`media_file` looks paths up and builds none: what is not published is None."""
    assert {media_file(path) for path in hostile(webm)} == {None}


def test_a_query_is_no_part_of_a_path(sandbox: Sandbox, webm: str, content: bytes) -> None:
    """A query, as caches are busted with, changes nothing."""
    answer = ask(sandbox, f"{webm}?v=1")
    assert (answer.body, answer.headers["content-type"]) == (content, "video/webm")


def test_the_drafts_media_are_not_public(sandbox: Sandbox, media_dir: Path) -> None:
    """A collection that is not published has nothing on the CDN."""
    content = (media_dir / "hedgehog/idle/image.png").read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:8]
    path = f"/5a0db0c5/hedgehog-draft-c3d4e5f6/idle-{digest}.png"
    assert ask(sandbox, path).status == 404
    with Sandbox(media_dir=media_dir) as other:
        other.publish("draft")
        assert ask(other, path).body == content


def assets(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(ask(sandbox, "/v1/collections/draft/assets").json["data"])


def without_origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_a_signed_address_serves_the_file(sandbox: Sandbox, media_dir: Path) -> None:
    """`file_url` gives the medium without a key, also of what is not published."""
    first = assets(sandbox)[0]
    answer = ask(sandbox, without_origin(first["file_url"]), key=None)
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.body == (media_dir / "hedgehog/idle/image.png").read_bytes()


def test_a_signed_address_serves_ranges(sandbox: Sandbox) -> None:
    """A signed address is as good as a public one for a player."""
    video = next(a for a in assets(sandbox) if a["type"] == "animation")
    answer = ask(sandbox, without_origin(video["file_url"]), key=None, range_="bytes=0-4")
    assert (answer.status, answer.body) == (206, b"hedge")


def test_signed_addresses_expire(media_dir: Path) -> None:
    """A signed address is good for an hour, and every call gives a new one."""
    now = [1_800_000_000.0]
    with Sandbox(media_dir=media_dir, clock=lambda: now[0]) as sandbox:
        first = assets(sandbox)[0]["file_url"]
        assert "expires=1800003600&" in first
        now[0] += 3600
        assert ask(sandbox, without_origin(first)).status == 200
        now[0] += 1
        answer = ask(sandbox, without_origin(first))
        assert (answer.status, answer.code) == (403, "forbidden")
        assert assets(sandbox)[0]["file_url"] != first


def test_signatures_cannot_be_made_up(sandbox: Sandbox) -> None:
    """Another name, time or signature is a 403."""
    good = without_origin(assets(sandbox)[0]["file_url"])
    others: tuple[Callable[[str], str], ...] = (
        lambda url: url.partition("?")[0],
        lambda url: url.partition("&")[0],
        lambda url: url.replace("expires=", "expires=9"),
        lambda url: url.replace("expires=", "expires=x"),
        lambda url: url.replace("expires=", "expired="),
        lambda url: url[:-1],
        lambda url: url + "%C3%A9",
        lambda url: url.replace(".png", ".mov"),
        lambda url: url.replace("/storage/", "/storage/x"),
        lambda url: url.replace("/storage/", "/storage/../"),
    )
    assert ask(sandbox, good).status == 200
    assert {ask(sandbox, change(good)).status for change in others} == {403}


def test_the_placeholder_has_no_address(sandbox: Sandbox) -> None:
    """The placeholder stands in for media and is published nowhere itself."""
    everything = [ask(sandbox, path_of(u)).body for u in addresses(exported(sandbox, "fox"))]
    assert PLACEHOLDER not in everything


def test_no_export_holds_a_signed_address(sandbox: Sandbox) -> None:
    """What expires stands in lists of assets only."""
    export = json.dumps([exported(sandbox, "fox"), exported(sandbox, "owl")])
    assert "/storage/" not in export
    assert "signature" not in export
