"""Media that cannot be used as they are: the rest of a sync goes on, or all of it stops."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from mkdocs_masko.errors import (
    ApiError,
    DriftError,
    MalformedResponse,
    NetworkError,
    RateLimited,
    ServerError,
)
from mkdocs_masko.manifest import Collection, dumps, make
from mkdocs_masko.sandbox import Answer, Fault, Sandbox
from mkdocs_masko.sync import compare, prepare, update
from synced_sites import (
    NAME,
    cdn_requests,
    content_of,
    media,
    now,
    path_of,
    poses,
    put_export,
    site,
    stamp,
    warnings,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mkdocs_masko.sandbox import Moment
    from mkdocs_masko.sync import SyncResult

PLACEHOLDER = "is an image: the placeholder that the CDN serves until the file is ready"
CDN = "/5a0db0c5/*"
"""The paths of all media."""


def test_a_placeholder_is_left_out_of_the_first_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    """An image at a video's URL is no video yet; the warning says where, and what happens."""
    sandbox.add_fault(Fault.parse("placeholder:*/wave-*.webm"))
    result = update(site(tmp_path, sandbox), now())
    (wave,) = poses(result)["wave"].animations
    assert "transparent_video_mov" in wave
    assert not [key for key in wave if "webm" in key]
    (warning,) = warnings(result)
    assert warning.startswith("default/wave animations[0].transparent_video_webm")
    assert warning.endswith(f": {PLACEHOLDER}; left out until the next sync")


def test_the_next_build_reads_a_placeholder_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """A build takes the video as soon as it is there."""
    docs = site(tmp_path, sandbox)
    sandbox.add_fault(Fault.parse("placeholder:*.webm"))
    prepare(docs, now())
    sandbox.clear_faults()
    result = prepare(docs, now())
    assert not warnings(result)
    assert all("transparent_video_webm" in p.animations[0] for p in poses(result).values())


def test_the_last_good_video_is_kept_in_the_place_of_a_placeholder(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A pose that is redrawn goes on moving, as it did before."""
    docs = site(tmp_path, sandbox)
    before = poses(update(docs, now()))["wave"]
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    sandbox.add_fault(Fault.parse("placeholder:*.webm"))
    result = update(docs, now())
    after = poses(result)["wave"]
    key = "transparent_video_webm"
    assert after.animations[0][key] == before.animations[0][key]
    assert after.animations[0]["video"] != before.animations[0]["video"]
    assert warnings(result) == [
        f"default/wave animations[0].{key}: {PLACEHOLDER}; the last good one is kept",
        f"default/wave animations[1].{key}: {PLACEHOLDER}; left out until the next sync",
    ]


def test_a_known_image_is_not_taken_for_a_video(sandbox: Sandbox, tmp_path: Path) -> None:
    """A URL that is good for an image is not proven good for a video."""
    docs = site(tmp_path, sandbox)
    image = poses(update(docs, now()))["wave"].image
    assert image is not None
    put_export(sandbox, "fox", "new", image=image.url, animations=[{"video": image.url}])
    result = prepare(docs, now())
    assert poses(result)["new"].image == image
    assert poses(result)["new"].animations == ()
    assert warnings(result) == [
        f"default/new animations[0].video: {PLACEHOLDER}; left out until the next sync"
    ]


REFUSED = {
    "https://evil.example/x.png": "is not on a host that media may come from",
    "https://assets.masko.ai.evil.example/x.png": "is not on a host that media may come from",
    "https://assets.masko.ai@evil.example/x.png": "is not on a host that media may come from",
    "http://assets.masko.ai/x.png": "is not on a host that media may come from",
    "//assets.masko.ai/x.png": "is not on a host that media may come from",
    "file:///etc/passwd": "is not on a host that media may come from",
    "javascript:alert(1)": "is not on a host that media may come from",
    "http://169.254.169.254/latest/meta-data": "is not on a host that media may come from",
    "http://[": "is not valid",
    "https://assets.masko.ai/x.png?token=1": "has a query or a fragment",
    "https://assets.masko.ai/a/../x.png": "has dot segments or characters",
    "https://assets.masko.ai/\x1b[31mx.png": "has dot segments or characters",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_hostile_url_is_left_out_without_a_request(
    sandbox: Sandbox, tmp_path: Path, url: str
) -> None:
    """Only the vendor's hosts get requests and readers; the warning says why."""
    put_export(sandbox, "fox", "trap", image=url)
    result = update(site(tmp_path, sandbox), now())
    assert poses(result).keys() == {"wave", "idle", "card-sit", "cheer"}
    (warning,) = warnings(result)
    assert warning.startswith("default/trap image: URL ")
    assert REFUSED[url] in warning
    assert warning.isprintable()
    assert len(cdn_requests(sandbox)) == len({medium.url for medium in media(result)})


def test_a_file_that_is_gone_is_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    """A 404 of one medium is no reason to do without the others."""
    put_export(sandbox, "fox", "gone", image=f"{sandbox.origin}/5a0db0c5/gone.png")
    result = update(site(tmp_path, sandbox), now())
    (warning,) = warnings(result)
    assert warning.startswith("default/gone image: the file is gone (404)")
    assert "gone" not in poses(result)


@pytest.mark.parametrize(
    "fault",
    ["error:404:9@*/wave-*.webm", "error:410:9@*/wave-*.webm", "placeholder:*/wave-*.webm"],
)
def test_a_known_file_that_the_cdn_lost_fails_a_comparison(
    sandbox: Sandbox, tmp_path: Path, fault: str
) -> None:
    """Nothing differs, as its entry stays, but readers do not get it."""
    docs = site(tmp_path, sandbox)
    update(docs, now())
    before = stamp(tmp_path / NAME)
    sandbox.add_fault(Fault.parse(fault))
    webm = "default/wave animations[0].transparent_video_webm"
    with pytest.raises(DriftError) as caught:
        compare(docs, now(), revalidate=True)
    assert str(caught.value) == (
        f"{NAME}: readers do not get {webm}, {webm}_256: the CDN has no good file there. Publish "
        "it again in Masko, then run 'mkdocs-masko sync'."
    )
    result = update(docs, now(), revalidate=True)
    assert {w.endswith("; the last good one is kept") for w in warnings(result)} == {True}
    assert stamp(tmp_path / NAME) == before


def test_a_site_that_serves_its_media_can_do_without_the_cdn(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    docs = site(tmp_path, sandbox, hosting="self")
    update(docs, now())
    sandbox.add_fault(Fault.parse("error:404:9@*/wave-*.webm"))
    result = compare(docs, now(), revalidate=True)
    assert {w.endswith("; the last good one is kept") for w in warnings(result)} == {True}


@pytest.mark.parametrize("revalidate", [False, True])
def test_hashes_are_no_change_where_the_site_does_not_serve_media(
    sandbox: Sandbox, tmp_path: Path, *, revalidate: bool
) -> None:
    """`hosting: cdn` again: what a build takes for up to date, 'check' and 'sync' do as well."""
    before = update(site(tmp_path, sandbox, hosting="self"), now()).manifest
    docs = site(tmp_path, sandbox)
    assert compare(docs, now(), revalidate=revalidate).manifest == before
    assert not update(docs, now(), revalidate=revalidate).is_written


def test_a_hash_goes_with_the_file_that_had_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """Another size tells that the bytes at a URL are others."""
    old = poses(update(site(tmp_path, sandbox, hosting="self"), now()))["wave"].image
    assert old is not None
    other = poses(update(site(tmp_path, sandbox, hosting="self"), now()))["idle"].image
    assert other is not None
    sandbox.world.put_file(path_of(old.url), content_of(sandbox, other))
    new = poses(update(site(tmp_path, sandbox), now(), revalidate=True))["wave"].image
    assert new is not None
    assert (new.bytes, new.sha256) == (other.bytes, None)


def test_a_file_that_is_refused_is_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    """The same goes for any other 4xx."""
    sandbox.add_fault(Fault.parse("error:410:1@*/wave-*.webm"))
    sandbox.add_fault(Fault.parse("error:403:1@*/wave-*.mov"))
    result = update(site(tmp_path, sandbox), now())
    gone, refused = sorted(warnings(result))[::-1]
    assert "(410)" in gone + refused
    assert "(403)" in gone + refused


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "left out until the next sync"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "left out until the next sync"),
        (b"<!doctype html><h1>Hello</h1>", "left out until the next sync"),
    ],
    ids=["empty", "SVG", "HTML"],
)
def test_bytes_of_no_supported_type_are_left_out(
    sandbox: Sandbox, tmp_path: Path, content: bytes, reason: str
) -> None:
    """An unsupported file is not shown, whatever its URL ends in."""
    sandbox.world.put_file("/5a0db0c5/odd.png", content)
    put_export(sandbox, "fox", "odd", image=f"{sandbox.origin}/5a0db0c5/odd.png")
    result = update(site(tmp_path, sandbox), now())
    (warning,) = warnings(result)
    assert warning.startswith("default/odd image: ")
    assert warning.endswith(reason)


def test_a_video_of_another_format_is_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    """H.264 at the URL of the WebM would have no transparency, so it is not used."""
    docs = site(tmp_path, sandbox)
    (wave,) = poses(update(docs, now()))["wave"].animations
    webm = path_of(wave["transparent_video_webm"].url)
    sandbox.world.put_file(webm, content_of(sandbox, wave["video"]))
    (warning,) = warnings(update(docs, now(), revalidate=True))
    assert "is H.264 where WebM with VP9 and alpha belongs; the last good one is kept" in warning


def test_each_reason_is_reported_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A hundred placeholders are one line, with the first three places."""
    sandbox.add_fault(Fault.parse("placeholder:*.webm"))
    sandbox.add_fault(Fault.parse("placeholder:*.mov"))
    (warning,) = warnings(update(site(tmp_path, sandbox), now()))
    places = warning.partition(": is an image")[0]
    assert places.count("default/") == 3
    assert places.endswith(" more")


def _break_items(*items: object) -> Fault:
    """Put odd items between those of an export."""

    def effect(moment: Moment, /) -> Answer:
        answer = moment.usual()
        export = json.loads(answer.body)
        first, *others = export["items"]
        export["items"] = [first, *items, *others]
        return replace(answer, body=json.dumps(export).encode())

    return Fault(effect=effect, paths=re.compile(r"/v1/.*/cdn-export"))


@pytest.mark.parametrize("hosting", ["cdn", "self"])
@pytest.mark.parametrize("act", [prepare, update])
def test_a_nameless_item_is_left_out(
    sandbox: Sandbox, tmp_path: Path, act: Callable[..., SyncResult], hosting: str
) -> None:
    """The other poses are there, and one warning for the collection says what is not."""
    docs = site(tmp_path, sandbox, hosting=hosting, collections={"fox": "fox", "owl": "owl"})
    sandbox.add_fault(_break_items({"id": "i-1", "image": "x"}, None, {"name": "a", "image": 5}))
    result = act(docs, now())
    assert {"wave", "idle", "card-sit", "cheer"} == poses(result, "fox").keys()
    assert warnings(result) == [
        f"collection {alias!r}: item 2 of the export (id 'i-1') has no name; item 3 of the export "
        "is not an object; item 4 of the export ('a') has 'image' of type int, not a string; "
        "left out until the next sync"
        for alias in ("fox", "owl")
    ]


def test_an_export_of_odd_items_alone_stops_the_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    """An API that calls names something else does not empty the manifest."""
    docs = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl"})
    update(docs, now())
    before = stamp(tmp_path / NAME)

    def rename(moment: Moment, /) -> Answer:
        answer = moment.usual()
        return replace(answer, body=answer.body.replace(b'"name"', b'"title"'))

    sandbox.add_fault(Fault(effect=rename, paths=re.compile(r"/v1/.*/owl/cdn-export")))
    with pytest.raises(
        MalformedResponse, match="collection 'owl': item 1 of the export has no name"
    ):
        update(docs, now())
    assert stamp(tmp_path / NAME) == before


@pytest.mark.parametrize("size", [25 * 1024 * 1024 + 1, 10**17])
def test_a_medium_of_an_absurd_size_is_left_out(
    sandbox: Sandbox, tmp_path: Path, size: int
) -> None:
    """The server says how large a file is before it is read."""

    def enlarge(moment: Moment, /) -> Answer:
        answer = moment.usual()
        span = answer.headers["Content-Range"].partition("/")[0]
        return replace(answer, headers={**answer.headers, "Content-Range": f"{span}/{size}"})

    sandbox.add_fault(Fault(effect=enlarge, paths=re.compile(r".*/idle-.*\.png")))
    result = update(site(tmp_path, sandbox), now())
    (warning,) = warnings(result)
    assert warning.startswith("default/idle image, default/idle transparent_image: is larger than")
    assert poses(result)["idle"].image is None


DAMAGES = {
    "truncated": (lambda png: png[: len(png) // 2], "is cut off: the file ends before"),
    "a pixel chunk": (lambda png: _spoil(png, b"IDAT"), "has a wrong checksum in its IDAT chunk"),
    "the header": (lambda png: _spoil(png, b"IHDR"), "has a wrong checksum in its IHDR chunk"),
    "too large": (lambda png: _resize(png, 9000), "is 9000 x 9000 px; a still may have 8192 px"),
    "a bomb": (lambda png: _resize(png, 8192), "40 megapixels: publish a smaller one"),
}


def _spoil(png: bytes, kind: bytes) -> bytes:
    at = png.index(kind)
    end = at + 4 + int.from_bytes(png[at - 4 : at], "big")
    return png[:end] + bytes([png[end] ^ 1]) + png[end + 1 :]


def _resize(png: bytes, side: int) -> bytes:
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4, "big") + png[33:]


@pytest.mark.parametrize("hosting", ["cdn", "self"])
@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_still_is_left_out(
    sandbox: Sandbox, tmp_path: Path, case: str, hosting: str
) -> None:
    """The warning names pose and key, and no hash of 64 digits.

    With media on the CDN, the first 64 KiB tell: all of a small file, the header of any.
    """
    damage, words = DAMAGES[case]
    docs = site(tmp_path, sandbox, hosting=hosting)
    good = poses(update(docs, now()))["wave"].transparent_image
    assert good is not None
    docs.manifest.unlink()
    content = content_of(sandbox, good)
    sandbox.world.put_file(path_of(good.url), damage(content))
    result = update(docs, now(), revalidate=True)
    assert poses(result)["wave"].transparent_image is None
    assert poses(result)["wave"].image is not None
    (warning,) = warnings(result)
    assert warning.startswith("default/wave transparent_image: ")
    assert warning.endswith("; left out until the next sync")
    assert words in warning
    assert not re.search(r"[0-9a-f]{64}|object at", warning)


@pytest.mark.parametrize("before", ["cdn", "self"])
@pytest.mark.parametrize("hosting", ["cdn", "self"])
def test_a_damaged_medium_is_no_last_good_one(
    sandbox: Sandbox, tmp_path: Path, hosting: str, before: str
) -> None:
    """The manifest has it, of an earlier version or by its URL alone; a sync takes it out."""
    docs = site(tmp_path, sandbox, hosting=before)
    good = poses(update(docs, now()))["wave"].transparent_image
    assert good is not None
    content = content_of(sandbox, good)[:-99]
    sandbox.world.put_file(path_of(good.url), content)
    text = docs.manifest.read_text(encoding="utf-8")
    text = text.replace(good.sha256 or "?", hashlib.sha256(content).hexdigest())
    collections = msgspec.convert(json.loads(text)["collections"], dict[str, Collection])
    docs.manifest.write_text(dumps(make(collections)), encoding="utf-8")
    result = update(site(tmp_path, sandbox, hosting=hosting), now(), revalidate=True)
    (warning,) = warnings(result)
    assert warning.endswith("; left out until the next sync")
    assert poses(result)["wave"].transparent_image is None


def test_a_site_keeps_the_good_bytes_that_it_serves(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is damaged at their URL now is another file."""
    docs = site(tmp_path, sandbox, hosting="self")
    good = poses(update(docs, now()))["wave"].transparent_image
    assert good is not None
    sandbox.world.put_file(path_of(good.url), content_of(sandbox, good)[:-99])
    result = update(docs, now(), revalidate=True)
    (warning,) = warnings(result)
    assert warning.endswith("; the last good one is kept")
    assert poses(result)["wave"].transparent_image == good


@pytest.mark.parametrize("hosting", ["cdn", "self"])
@pytest.mark.parametrize("key", ["transparent_video_webm", "transparent_video_mov", "video"])
def test_a_truncated_video_is_left_out(
    sandbox: Sandbox, tmp_path: Path, key: str, hosting: str
) -> None:
    """Its container says how long it should be."""
    docs = site(tmp_path, sandbox, hosting=hosting)
    good = poses(update(docs, now()))["wave"].animations[0][key]  # type: ignore[index] # a key
    docs.manifest.unlink()
    sandbox.world.put_file(path_of(good.url), content_of(sandbox, good)[:-100])
    result = update(docs, now(), revalidate=True)
    assert key not in poses(result)["wave"].animations[0]
    (warning,) = warnings(result)
    assert warning.startswith(f"default/wave animations[0].{key}: ")


FAILURES = {
    "error:501:999@" + CDN: ServerError,
    "error:500:999@" + CDN: ServerError,
    "error:429:999@" + CDN: RateLimited,
    "slow:30@" + CDN: NetworkError,
    "drop:999@" + CDN: NetworkError,
}


@pytest.mark.parametrize("fault", FAILURES)
def test_a_cdn_that_fails_stops_the_sync_as_a_whole(tmp_path: Path, fault: str) -> None:
    """When nothing can be said of its media, nothing is written."""
    kind = FAILURES[fault]

    with Sandbox(faults=[Fault.parse(fault)]) as sandbox, pytest.raises((kind, NetworkError)):
        update(site(tmp_path, sandbox, timeout=2), now())
    assert list(tmp_path.iterdir()) == []


def test_a_cdn_that_redirects_stops_the_sync_as_a_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    """An answer that breaks the contract is not followed anywhere."""

    def redirect(_moment: object, /) -> Answer:
        return Answer(status=302, headers={"Location": "https://evil.example/"})

    sandbox.add_fault(Fault(effect=redirect, paths=re.compile("/5a0db0c5/.*")))
    with pytest.raises(MalformedResponse, match="redirects"):
        update(site(tmp_path, sandbox), now())
    assert list(tmp_path.iterdir()) == []


def test_a_cdn_that_fails_for_a_moment_is_retried(sandbox: Sandbox, tmp_path: Path) -> None:
    """A short failure goes unnoticed."""
    sandbox.add_fault(Fault.parse(f"error:503:2@{CDN}"))
    sandbox.add_fault(Fault.parse(f"drop:2@{CDN}"))
    assert not warnings(update(site(tmp_path, sandbox), now()))


def test_a_cdn_that_fails_leaves_the_manifest_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """A build goes on with what it has; a sync fails; neither writes."""
    docs = site(tmp_path, sandbox)
    update(docs, now())
    before = stamp(tmp_path / NAME)
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    sandbox.add_fault(Fault.parse(f"error:501:999@{CDN}"))
    (warning,) = warnings(prepare(docs, now()))
    assert warning.startswith("the media server fails (501); try again later. The manifest is used")
    with pytest.raises(ApiError):
        update(docs, now())
    assert stamp(tmp_path / NAME) == before
