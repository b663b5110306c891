"""The cast that ships, with its real media."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import uuid
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox import MEDIA_DIR, Fault, Sandbox, media_file
from mkdocs_masko.sandbox.cast import COLLECTIONS, PROJECTS
from sandbox_client import LAYOUT, addresses, ask, exported, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEMS = [item for collection in COLLECTIONS for item in collection.items]
HEADS = {
    ".png": re.compile(rb"\x89PNG\r\n\x1a\n", re.DOTALL),
    ".mp4": re.compile(rb"....ftyp", re.DOTALL),
    ".mov": re.compile(rb"....ftyp", re.DOTALL),
    ".webm": re.compile(rb"\x1a\x45\xdf\xa3", re.DOTALL),
}
TYPES = {
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running.publish("draft")
        yield running


def suffix(path: str) -> str:
    return path[path.rindex(".") :]


@pytest.mark.parametrize("collection", ["fox", "owl", "draft"])
def test_every_address_serves_the_file_behind_it(sandbox: Sandbox, collection: str) -> None:
    """For each address of an export `media_file` finds the very bytes that are served."""
    urls = addresses(exported(sandbox, collection))
    assert urls
    for path in map(path_of, urls):
        answer, file = ask(sandbox, path), media_file(path)
        assert answer.status == 200
        assert file is not None
        assert answer.body == file.read_bytes()
        assert file.is_relative_to(MEDIA_DIR)
        assert answer.headers["content-type"] == TYPES[suffix(path)]


@pytest.mark.parametrize("collection", ["fox", "owl", "draft"])
def test_media_are_what_their_address_says(sandbox: Sandbox, collection: str) -> None:
    """The bytes begin as files of their extension do, and hash to what the address holds."""
    for path in map(path_of, addresses(exported(sandbox, collection))):
        body = ask(sandbox, path).body
        assert HEADS[suffix(path)].match(body), path
        assert hashlib.sha256(body).hexdigest()[:8] in path


@pytest.mark.parametrize("collection", ["fox", "owl", "draft"])
def test_addresses_are_plain(sandbox: Sandbox, collection: str) -> None:
    """An address is prefix, collection, item and hash, in letters that need no encoding."""
    chosen = sandbox.world.collection(collection)
    shape = re.compile(
        rf"/5a0db0c5/{chosen.public_slug}/[a-z0-9-]+-[0-9a-f]{{8}}\.(png|mp4|webm|mov)"
    )
    for url in addresses(exported(sandbox, collection)):
        assert shape.fullmatch(path_of(url))
        assert not urlsplit(url).query


def test_addresses_are_of_one_medium_each(sandbox: Sandbox) -> None:
    """No two media of the cast share an address."""
    urls = [url for c in ("fox", "owl", "draft") for url in addresses(exported(sandbox, c))]
    assert [url for url, count in Counter(urls).items() if count > 1] == []


def test_every_file_of_the_cast_is_shown(sandbox: Sandbox) -> None:
    """Nothing lies in the folder of media that no export names, but the placeholder."""
    urls = [url for c in ("fox", "owl", "draft") for url in addresses(exported(sandbox, c))]
    exported_files = {media_file(path_of(url)) for url in urls}
    files = {file for file in MEDIA_DIR.rglob("*") if file.is_file()}
    assert files - exported_files == {MEDIA_DIR / "placeholder.png"}


@pytest.mark.parametrize("pose", LAYOUT)
def test_every_pose_has_its_folder(pose: str) -> None:
    """Each folder that items name is there and has a still."""
    assert (MEDIA_DIR / pose / "image.png").is_file()


def test_items_name_folders_that_are_there() -> None:
    """No item shows a folder that does not exist."""
    named = {item.media for item in ITEMS if item.media}
    assert {name for name in named if not (MEDIA_DIR / name).is_dir()} == set()
    assert named == set(LAYOUT)


def test_the_fox_has_every_medium(sandbox: Sandbox) -> None:
    """Every pose of the fox has both stills and the four videos."""
    for item in exported(sandbox, "fox"):
        (animation,) = item["animations"]
        kinds = Counter(suffix(url) for url in addresses(animation))
        assert kinds.keys() == {".mp4", ".webm", ".mov"}
        assert animation.keys() >= {
            "video",
            "transparent_video_webm",
            "transparent_video_mov",
            "transparent_video_android",
        }
        assert {suffix(item["image"]), suffix(item["transparent_image"])} == {".png"}


def test_the_fox_has_size_variants(sandbox: Sandbox) -> None:
    """Some pose of the fox has smaller variants, and they are smaller."""
    (animation,) = exported(sandbox, "fox")[0]["animations"]
    sized = {key: url for key, url in animation.items() if key.endswith("_256")}
    assert sized
    for key, url in sized.items():
        large = ask(sandbox, path_of(animation[key.removesuffix("_256")])).body
        assert len(ask(sandbox, path_of(url)).body) < len(large)


@pytest.mark.parametrize(
    ("name", "webm", "mov", "animations"),
    [
        ("Plush Swagger", True, False, 1),
        ("Polishes geometric orb", False, True, 1),
        ("blink", True, True, 2),
        ("card-sit", False, False, 0),
        ("Café crème", True, True, 1),
    ],
)
def test_the_owl_is_odd(
    sandbox: Sandbox, name: str, animations: int, *, webm: bool, mov: bool
) -> None:
    """Each odd pose of the owl lacks what it is there to lack."""
    item = next(item for item in exported(sandbox, "owl") if item["name"] == name)
    keys = {key for animation in item["animations"] for key in animation}
    assert len(item["animations"]) == animations
    assert ("transparent_video_webm" in keys) is webm
    assert ("transparent_video_mov" in keys) is mov


def test_the_placeholder_is_an_image(sandbox: Sandbox) -> None:
    """What stands at a webm's address until it is there is a PNG."""
    (animation,) = exported(sandbox, "fox")[0]["animations"]
    sandbox.add_fault(Fault.parse("placeholder:*.webm"))
    answer = ask(sandbox, path_of(animation["transparent_video_webm"]))
    sandbox.clear_faults()
    assert answer.headers["content-type"] == "video/webm"
    assert HEADS[".png"].match(answer.body)
    assert answer.body == (MEDIA_DIR / "placeholder.png").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "placeholder.png",
        "/placeholder.png",
        "/fox/wave/image.png",
        "fox/wave/image.png",
        "/5a0db0c5/fox-mascot-a1b2c3d4/",
        "/5a0db0c5/fox-mascot-a1b2c3d4/wave.png",
        "/5a0db0c5/fox-mascot-a1b2c3d4/wave-00000000.png",
        "/5a0db0c5/../../media/placeholder.png",
        "/../__init__.py",
        "/%2e%2e/__init__.py",
        "\x00",
        "/" + "a" * 100_000,
        str(MEDIA_DIR / "placeholder.png"),
    ],
    ids=lambda path: repr(path[:40]),
)
def test_other_paths_have_no_file(path: str) -> None:
    """`media_file` knows published paths only, letter by letter."""
    assert media_file(path) is None


def test_near_misses_have_no_file(sandbox: Sandbox) -> None:
    """A published path in another spelling is not that path."""
    path = path_of(exported(sandbox, "fox")[0]["image"])
    near = (path[1:], path + "/", path.upper(), f"{path}?x", f"/.{path}", path.replace("/", "//"))
    assert media_file(path) is not None
    assert {media_file(other) for other in near} == {None}


def test_exports_are_the_same_in_every_process() -> None:
    """The same media give the same export, so examples can name its addresses."""
    code = """
import json, sys
from urllib.request import urlopen
from mkdocs_masko.sandbox import Sandbox
with Sandbox(needs_key=False, cdn_url="https://sandbox.masko.invalid") as sandbox:
    for collection in ("fox", "owl"):
        sys.stdout.write(urlopen(f"{sandbox.api_url}/collections/{collection}/cdn-export").read().decode())
"""
    command = [sys.executable, "-X", "utf8", "-W", "error", "-c", code]
    runs = {
        subprocess.run(
            command, check=True, capture_output=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert b"https://sandbox.masko.invalid/5a0db0c5/fox-mascot-a1b2c3d4/wave-" in runs.pop()


def test_a_script_ends_without_a_word() -> None:
    """A process that leaves its sandbox running ends at once and says nothing."""
    code = """
from urllib.request import urlopen
from mkdocs_masko.sandbox import Sandbox
sandbox = Sandbox().start()
answer = urlopen(sandbox.origin)
answer.read()
answer.close()
"""
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_ids_are_uuids_of_their_own() -> None:
    """Ids of projects and items are UUIDs, and no two are equal."""
    ids = [project.id for project in PROJECTS] + [item.id for item in ITEMS]
    assert [str(uuid.UUID(each)) for each in ids] == ids
    assert len(set(ids)) == len(ids)


def test_ids_of_assets_are_uuids(sandbox: Sandbox) -> None:
    """Ids of assets are UUIDs, and no two are equal."""
    ids = [asset.id for asset in sandbox.world.assets()]
    assert [str(uuid.UUID(each)) for each in ids] == ids
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("resource", [*PROJECTS, *COLLECTIONS, *ITEMS], ids=lambda r: r.id)
def test_times_are_in_utc(resource: object) -> None:
    """Every time is ISO 8601 in UTC, and nothing was changed before it was made."""
    created = getattr(resource, "created_at")  # noqa: B009 - one test for three types
    updated = getattr(resource, "updated_at", created)
    assert created.endswith("Z")
    read = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (created, updated)]
    assert read == sorted(read)


def test_slugs_are_of_one_item_each() -> None:
    """Two items of one collection never share their part of an address."""
    for collection in COLLECTIONS:
        slugs = [item.public_slug for item in collection.items]
        assert len(set(slugs)) == len(slugs)


def test_collections_belong_to_projects() -> None:
    """Every collection names a project that there is."""
    assert {c.project_id for c in COLLECTIONS} == {project.id for project in PROJECTS}


def test_the_media_are_found_where_they_ship() -> None:
    """Without `media_dir` a sandbox serves the folder beside its code."""
    assert Sandbox().world.media_dir == MEDIA_DIR
    assert (MEDIA_DIR / "placeholder.png").is_file()


def test_a_folder_without_media_is_refused() -> None:
    """The error for a folder without the cast names the folder."""
    with pytest.raises(OptionError, match="fox"):
        Sandbox(media_dir=MEDIA_DIR / "fox")


def test_exports_are_json_that_anybody_reads(sandbox: Sandbox) -> None:
    """An export is UTF-8 with accents as they are, not escaped."""
    body = ask(sandbox, "/v1/collections/owl/cdn-export").body
    assert "Café crème".encode() in body
    assert json.loads(body)["collection"] == "Owl Mascot"
