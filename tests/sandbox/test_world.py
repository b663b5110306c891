"""The sandbox's data: what the odd owl holds, and what tests can change while it runs."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mkdocs_masko.sandbox import Collection, Item, Refusal, Sandbox, World
from sandbox_client import addresses, ask, exported, path_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEYS = {"video", "transparent_video_webm", "transparent_video_mov", "transparent_video_android"}


@pytest.fixture(scope="module")
def owl(media_dir: Path) -> list[dict[str, Any]]:
    with Sandbox(media_dir=media_dir) as sandbox:
        return exported(sandbox, "owl")


def named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(item for item in items if item["name"] == name)


def keys_of(item: dict[str, Any]) -> list[set[str]]:
    return [set(animation) for animation in item["animations"]]


def test_the_fox_is_complete(sandbox: Sandbox) -> None:
    """Every pose of the fox has both stills and one animation with all four keys."""
    for item in exported(sandbox, "fox"):
        assert item["image"]
        assert item["transparent_image"]
        (keys,) = keys_of(item)
        assert keys >= KEYS


def test_names_of_the_owl_are_odd(owl: list[dict[str, Any]]) -> None:
    """Free text, accents, markup and a name twice."""
    names = Counter(item["name"] for item in owl)
    assert names["wave"] == 2
    assert names.keys() >= {
        "Plush Swagger",
        "Polishes geometric orb",
        "Café crème",
        'Says "hoo" & <waves> {{ title }}',
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Plush Swagger", [KEYS - {"transparent_video_mov"}]),
        ("blink", [KEYS, KEYS]),
        ("Polishes geometric orb", [KEYS - {"transparent_video_webm"}]),
        ("card-sit", []),
        ("Café crème", [KEYS]),
        ("half-drawn", [KEYS]),
    ],
)
def test_poses_of_the_owl_lack_something(
    owl: list[dict[str, Any]], name: str, expected: list[set[str]]
) -> None:
    """A pose may have no mov, no webm, two animations or none."""
    assert keys_of(named(owl, name)) == expected


def test_a_still_may_be_missing(owl: list[dict[str, Any]]) -> None:
    """A pose without a transparent image has no such key."""
    assert "transparent_image" not in named(owl, "Café crème")
    assert named(owl, "Café crème")["image"]


def test_animations_of_a_pose_differ(owl: list[dict[str, Any]]) -> None:
    """The two animations of one pose have no address in common."""
    first, second = named(owl, "blink")["animations"]
    assert not set(addresses(first)) & set(addresses(second))


def test_equal_names_have_different_media(owl: list[dict[str, Any]]) -> None:
    """Two poses of one name can be told apart by their media alone."""
    first, second = (item for item in owl if item["name"] == "wave")
    assert not set(addresses(first)) & set(addresses(second))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (
            "older-blink",
            ["name", "image", "transparent_image", "video", "animation_webm", "animation_hevc"],
        ),
        ("older-cafe", ["name", "image", "video", "animation_webm", "animation_mov"]),
    ],
)
def test_older_items_are_flat(owl: list[dict[str, Any]], name: str, keys: list[str]) -> None:
    """An older item has its media on itself, and the mov under either of two keys."""
    item = named(owl, name)
    assert list(item) == keys
    assert all(isinstance(value, str) for value in item.values())
    assert item["animation_webm"].endswith(".webm")
    assert item[keys[-1]].endswith(".mov")


def test_media_may_be_null(owl: list[dict[str, Any]]) -> None:
    """A pose may have null in place of media, and keys that nobody knows."""
    item = named(owl, "half-drawn")
    (animation,) = item["animations"]
    assert item["transparent_image"] is None
    assert {key for key, url in animation.items() if url is None} == KEYS - {
        "transparent_video_webm"
    }
    assert item["mood"] == "curious"


def test_publishing_ends_the_409(sandbox: Sandbox) -> None:
    """`publish` makes the draft's export good, without what is still being drawn."""
    assert ask(sandbox, "/v1/collections/draft/cdn-export").status == 409
    sandbox.publish("draft")
    assert [item["name"] for item in exported(sandbox, "draft")] == ["idle"]
    row = next(row for row in ask(sandbox, "/v1/collections").json["data"] if row["id"] == "draft")
    assert row["is_published"] is True
    assert {ask(sandbox, path_of(url)).status for url in addresses(exported(sandbox, "draft"))} == {
        200
    }


def test_taking_back_begins_the_409(sandbox: Sandbox) -> None:
    """`publish(published=False)` makes a 409 of the export; its addresses stay up."""
    urls = addresses(exported(sandbox, "fox"))
    sandbox.publish("fox", published=False)
    assert ask(sandbox, "/v1/collections/fox/cdn-export").code == "cdn_export_not_ready"
    assert {row["cdn_url"] for row in ask(sandbox, "/v1/collections/fox/assets").json["data"]} == {
        None
    }
    assert ask(sandbox, path_of(urls[0])).status == 200
    sandbox.publish("fox")
    assert addresses(exported(sandbox, "fox")) == urls


CAUSES: tuple[tuple[str, Callable[[Collection], Collection]], ...] = (
    ("hosting is disabled", lambda c: replace(c, is_hosted=False)),
    ("unpublished", lambda c: replace(c, is_published=False)),
    ("published yet", lambda c: replace(c, items=())),
    ("published yet", lambda c: replace(c, items=(replace(c.items[0], media=None),))),
    ("hosting is disabled", lambda c: replace(c, is_hosted=False, is_published=False)),
)


@pytest.mark.parametrize(("cause", "change"), CAUSES)
def test_the_409_names_its_cause(
    sandbox: Sandbox, cause: str, change: Callable[[Collection], Collection]
) -> None:
    """Each of the three causes has a message of its own, and one says what to do."""
    sandbox.world.put_collection(change(sandbox.world.collection("fox")))
    answer = ask(sandbox, "/v1/collections/fox/cdn-export")
    assert (answer.status, answer.code) == (409, "cdn_export_not_ready")
    assert cause in answer.json["error"]["message"]


@pytest.mark.parametrize("item", ["wave", "f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0001"])
def test_renaming_keeps_the_addresses(sandbox: Sandbox, item: str) -> None:
    """A renamed pose, found by name or id, has a new name and its old media."""
    before = exported(sandbox, "fox")[0]
    sandbox.world.rename("fox", item, "hello")
    assert exported(sandbox, "fox")[0] == before | {"name": "hello"}


def test_regenerating_makes_new_addresses(sandbox: Sandbox) -> None:
    """A redrawn pose has new assets and addresses; the old ones stay up with the old art."""
    before = exported(sandbox, "fox")[0]
    old = {url: ask(sandbox, path_of(url)).body for url in addresses(before)}
    rows = ask(sandbox, "/v1/collections/fox/assets").json["data"]
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    after = exported(sandbox, "fox")[0]
    assert after["name"] == "wave"
    assert not set(addresses(after)) & set(old)
    assert {url: ask(sandbox, path_of(url)).body for url in old} == old
    new = [row["id"] for row in ask(sandbox, "/v1/collections/fox/assets").json["data"]]
    assert rows[0]["id"] not in new
    assert len(new) == len(set(new))


def test_old_addresses_stay_up_unseen(sandbox: Sandbox) -> None:
    """An address stays up even when nobody asked for it before the change."""
    path = "/5a0db0c5/fox-mascot-a1b2c3d4/wave-"
    with Sandbox(media_dir=sandbox.world.media_dir) as other:
        url = exported(other, "fox")[0]["image"]
    sandbox.world.regenerate("fox", "wave", "fox/idle")
    assert path in url
    assert ask(sandbox, path_of(url)).status == 200


def test_removing_takes_an_item_away(sandbox: Sandbox) -> None:
    """Of two items of one name the first goes, and the other stays."""
    _, second = (item for item in exported(sandbox, "owl") if item["name"] == "wave")
    sandbox.world.remove("owl", "wave")
    assert [i for i in exported(sandbox, "owl") if i["name"] == "wave"] == [second]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Moon Walk", "moon-walk"), ("手を振る", "item-4"), ("a/../b", "a-b"), ("Ünder", "under")],
)
def test_items_can_be_added(sandbox: Sandbox, name: str, slug: str) -> None:
    """A new item is exported last, under an address of plain letters."""
    sandbox.world.add_item("fox", name, "owl/card-sit")
    item = exported(sandbox, "fox")[-1]
    assert (item["name"], item["animations"]) == (name, [])
    assert f"/fox-mascot-a1b2c3d4/{slug}-" in item["image"]
    assert ask(sandbox, path_of(item["image"])).status == 200


def test_added_items_of_one_name_differ(sandbox: Sandbox) -> None:
    """Adding the same name twice gives two items."""
    first, second = (sandbox.world.add_item("fox", "twin", "fox/idle") for _ in range(2))
    assert first.id != second.id
    assert len(exported(sandbox, "fox")) == 6


def test_an_item_may_wait_for_its_media(sandbox: Sandbox) -> None:
    """An item without media is listed, has an asset in work, and is not exported."""
    new = sandbox.world.add_item("fox", "soon", None)
    rows = ask(sandbox, "/v1/collections/fox/assets").json["data"]
    assert [row["status"] for row in rows if row["item_id"] == new.id] == ["processing"]
    assert "soon" not in [item["name"] for item in exported(sandbox, "fox")]


HOSTILE: tuple[dict[str, object], ...] = (
    {"image": "javascript:alert(1)"},
    {"image": "http://169.254.169.254/latest"},
    {"name": "\x1b[31m::error::"},
    {"name": "\ud800"},
    {"animations": None},
    {"animations": [[]]},
    {"name": None},
)


@pytest.mark.parametrize("extra", HOSTILE, ids=str)
def test_an_export_can_be_made_hostile(sandbox: Sandbox, extra: dict[str, object]) -> None:
    """`extra` puts anything into an item's export, in place of what stood there."""
    world = sandbox.world
    world.put_item("fox", replace(world.item("fox", "idle"), extra=extra))
    body = ask(sandbox, "/v1/collections/fox/cdn-export").body
    item = json.loads(body.decode("utf-8", "surrogatepass"))["items"][1]
    assert item == item | extra


def test_items_are_replaced_in_place(sandbox: Sandbox) -> None:
    """`put_item` keeps the order of items."""
    world = sandbox.world
    world.put_item("fox", replace(world.item("fox", "idle"), name="rest"))
    names = [item["name"] for item in exported(sandbox, "fox")]
    assert names == ["wave", "rest", "card-sit", "cheer"]


def test_collections_can_be_added(sandbox: Sandbox) -> None:
    """A collection of one's own is served like the others."""
    fox = sandbox.world.collection("fox")
    mine = replace(fox, id="col_xyz789", public_slug="my-fox-00000000", items=fox.items[:1])
    sandbox.world.put_collection(mine)
    (item,) = exported(sandbox, "col_xyz789")
    assert "/my-fox-00000000/wave-" in item["image"]
    assert ask(sandbox, path_of(item["image"])).status == 200
    assert len(exported(sandbox, "fox")) == 4


def test_many_collections_can_be_added(sandbox: Sandbox) -> None:
    """Added twice they still have ids of their own."""
    added = [*sandbox.world.add_collections(30), *sandbox.world.add_collections(30)]
    assert len({collection.id for collection in added}) == 60
    assert ask(sandbox, "/v1/collections").json["meta"]["pagination"]["total"] == 63
    assert ask(sandbox, f"/v1/collections/{added[-1].id}").status == 200
    assert ask(sandbox, f"/v1/collections/{added[-1].id}/cdn-export").status == 409


def test_files_of_ones_own(sandbox: Sandbox) -> None:
    """`put_file` lets the CDN serve any bytes, at a new path or in place of a medium."""
    path = path_of(exported(sandbox, "fox")[0]["image"])
    for place in (path, "/5a0db0c5/bomb.png"):
        sandbox.world.put_file(place, b"<svg onload=alert(1)>")
        answer = ask(sandbox, place)
        assert answer.body == b"<svg onload=alert(1)>"
        assert answer.headers["content-type"] == "image/png"


def test_files_of_ones_own_last(sandbox: Sandbox) -> None:
    """A file that was put somewhere stays there when the collection changes."""
    path = path_of(exported(sandbox, "fox")[0]["image"])
    sandbox.world.put_file(path, b"")
    sandbox.world.rename("fox", "wave", "hello")
    answer = ask(sandbox, path)
    assert (answer.status, answer.body) == (200, b"")


def test_an_empty_file_has_no_range(sandbox: Sandbox) -> None:
    """Every range of an empty file is outside of it."""
    sandbox.world.put_file("/empty.mov", b"")
    for wanted in ("bytes=0-0", "bytes=0-", "bytes=-1"):
        answer = ask(sandbox, "/empty.mov", range_=wanted)
        assert (answer.status, answer.headers["content-range"]) == (416, "bytes */0")


UNKNOWN: tuple[Callable[[World], object], ...] = (
    lambda world: world.publish("nobody"),
    lambda world: world.rename("fox", "nothing", "x"),
    lambda world: world.regenerate("nobody", "wave", "fox/idle"),
    lambda world: world.remove("fox", ""),
    lambda world: world.add_item("nobody", "x", None),
    lambda world: world.item_by_id("fox", "wave"),
    lambda world: world.asset("wave"),
    lambda world: world.assets("nobody"),
)


@pytest.mark.parametrize("change", UNKNOWN)
def test_changes_of_what_is_not_there(media_dir: Path, change: Callable[[World], object]) -> None:
    """An id that is not there is refused by name, and nothing changes."""
    world = World(media_dir)
    before = world.collections()
    with pytest.raises(Refusal, match=r"no (collection|item|asset) '"):
        change(world)
    assert world.collections() == before


def test_sandboxes_share_nothing(media_dir: Path) -> None:
    """What is changed in one sandbox is as it was in the next."""
    with Sandbox(media_dir=media_dir) as one, Sandbox(media_dir=media_dir) as other:
        one.publish("draft")
        one.world.remove("fox", "wave")
        asset = ask(one, "/v1/assets?limit=1").json["data"][0]["id"]
        ask(one, f"/v1/assets/{asset}", "DELETE")
        assert ask(other, "/v1/collections/draft/cdn-export").status == 409
        assert len(exported(other, "fox")) == 4
        assert ask(other, f"/v1/assets/{asset}").json["data"]["status"] == "completed"


def test_a_change_lasts_over_a_restart(media_dir: Path) -> None:
    """Stopping and starting again keeps the world and what was asked."""
    sandbox = Sandbox(media_dir=media_dir)
    sandbox.publish("draft")
    for _ in range(2):
        with sandbox:
            assert ask(sandbox, "/v1/collections/draft/cdn-export").status == 200
    assert len(sandbox.requests) == 2


def test_changes_in_parallel_are_all_kept(media_dir: Path) -> None:
    """Items that are added, renamed and removed from many threads do not lose each other."""
    with Sandbox(media_dir=media_dir) as sandbox:

        def change(number: int) -> int:
            new: Item = sandbox.world.add_item("fox", f"n{number}", "fox/idle")
            path = f"/v1/collections/fox/items/{new.id}"
            body = json.dumps({"name": f"renamed {number}"}).encode()
            return ask(sandbox, path, "PATCH", body=body).status

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(change, range(40))) == {200}
        names = {item["name"] for item in exported(sandbox, "fox")}
    assert names >= {f"renamed {number}" for number in range(40)}
