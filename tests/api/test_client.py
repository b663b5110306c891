"""The client and the sandbox agree: each implements the API's contract on its own."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.api import Budget, Client
from mkdocs_masko.errors import (
    NotFound,
    NotReady,
    OptionError,
)
from mkdocs_masko.sandbox import Sandbox
from secrecy import KEY

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20


def paths(sandbox: Sandbox) -> list[str]:
    return [request.path for request in sandbox.requests]


@pytest.mark.parametrize("legacy", [False, True])
def test_everything_is_readable_in_both_dialects(
    sandbox: Sandbox, client: Client, *, legacy: bool
) -> None:
    """Each reading call gives typed resources, from either envelope."""
    sandbox.legacy = legacy
    project = next(client.projects())
    fox = client.collection("fox")
    assert project.name == "Sandbox"
    assert "fox" in [c.id for c in client.collections(project.id)]
    assert fox.config
    assert fox.config.prompt
    assert [item.name for item in client.items("fox")][:2] == ["wave", "idle"]
    asset = next(client.assets("fox"))
    assert client.asset(asset.id).cdn_url == asset.cdn_url
    assert asset.id in [a.id for a in client.all_assets()]
    assert client.cdn_export("fox").collection == fox.name


def test_an_export_has_every_medium(client: Client) -> None:
    """A pose's still images, animations and size variants arrive."""
    export = client.cdn_export("fox")
    wave = next(item for item in export.items if item.name == "wave")
    assert wave.image
    assert wave.transparent_image
    assert sorted(wave.animations[0]) == [
        "transparent_video_android",
        "transparent_video_mov",
        "transparent_video_webm",
        "transparent_video_webm_256",
        "video",
    ]


def test_odd_items_are_understood(client: Client) -> None:
    """Duplicate names, old flat items, nulls and odd names of the owl all arrive."""
    export = client.cdn_export("owl")
    by_name = {item.name: item for item in export.items}
    assert [item.name for item in export.items].count("wave") == 2
    assert set(by_name["older-blink"].animations[0]) == {
        "video",
        "transparent_video_webm",
        "transparent_video_mov",
    }
    assert by_name["half-drawn"].transparent_image is None
    assert 'Says "hoo" & <waves> {{ title }}' in by_name


def test_a_list_is_read_to_its_end(sandbox: Sandbox, client: Client) -> None:
    """Each entry of a list of several pages comes once."""
    sandbox.world.add_collections(120)
    listed = [c.id for c in client.collections()]
    assert len(listed) == len(set(listed)) == 123
    assert paths(sandbox) == [
        "/v1/collections",
        "/v1/collections?offset=50",
        "/v1/collections?offset=100",
    ]


def test_lists_are_lazy(sandbox: Sandbox, client: Client) -> None:
    """Reading the first entries requests the first page only."""
    sandbox.world.add_collections(120)
    assert len(list(itertools.islice(client.collections(), 3))) == 3
    assert len(sandbox.requests) == 1


def test_signed_urls_come_on_request_only(sandbox: Sandbox, client: Client) -> None:
    """A URL that expires is not even requested, unless the caller wants it."""
    assert {asset.file_url for asset in client.assets("fox")} == {None}
    assert all(asset.file_url for asset in client.assets("fox", signed_urls=True))
    assert paths(sandbox)[0] == "/v1/collections/fox/assets?include_file_urls=false"


def test_an_item_is_renamed_and_deleted(client: Client) -> None:
    """Changes arrive, and the new item comes back."""
    item = next(client.items("fox"))
    renamed = client.rename_item("fox", item.id, name="Grüße {x}", prompt="p")
    assert renamed
    assert (renamed.name, renamed.prompt) == ("Grüße {x}", "p")
    client.delete_item("fox", item.id)
    assert item.id not in [i.id for i in client.items("fox")]


def test_a_change_of_nothing_is_refused(sandbox: Sandbox, client: Client) -> None:
    """An empty PATCH is never sent."""
    with pytest.raises(OptionError, match="nothing to change"):
        client.rename_item("fox", "a")
    assert not sandbox.requests


def test_an_archived_asset_leaves_the_lists(client: Client) -> None:
    """Deleting an asset archives it."""
    asset = next(client.all_assets())
    client.delete_asset(asset.id)
    assert asset.id not in [a.id for a in client.all_assets()]
    assert client.asset(asset.id).status == "archived"


@pytest.mark.parametrize("legacy", [False, True])
def test_an_unpublished_collection_is_not_ready(
    sandbox: Sandbox, client: Client, *, legacy: bool
) -> None:
    """The error names all three causes, costs one call, and goes away by publishing."""
    sandbox.legacy = legacy
    with pytest.raises(NotReady, match=r"hosting is off.*unpublished.*nothing is published"):
        client.cdn_export("draft")
    assert len(sandbox.requests) == 1
    sandbox.publish("draft")
    assert client.cdn_export("draft").items


@pytest.mark.parametrize("bad", ["", "..", "a/b", "a?b=c", "a%2Fb", "a b", "é", "a\n", "::x"])
def test_an_id_cannot_leave_its_place_in_the_path(
    sandbox: Sandbox, client: Client, bad: str
) -> None:
    """Text that is not an id is refused before anything is sent."""
    for call in (client.collection, client.cdn_export, client.asset, client.delete_asset):
        with pytest.raises(OptionError, match="is not an id"):
            call(bad)
    assert not sandbox.requests


def test_a_part_of_a_medium_is_fetched_without_the_key(sandbox: Sandbox, client: Client) -> None:
    """The requested bytes come, with the size of the medium, and no key is sent."""
    url = client.cdn_export("fox").items[0].image
    assert url
    content = b"fox/wave/image.png" * 100
    assert client.fetch_range(url, 0, 10) == (content[:10], 1800)
    assert client.fetch_range(url, 1790, 100) == (content[1790:], 1800)
    assert client.fetch_range(url, 5000, 10) == (b"", 1800)
    assert client.fetch_range(url, 0, 10_000) == (content, 1800)
    assert all("authorization" not in request.headers for request in sandbox.requests[1:])
    assert {r.headers["accept-encoding"] for r in sandbox.requests} == {"identity"}


def test_a_stand_in_url_is_rewritten(media: Path) -> None:
    """Media come from the rewritten URL; errors name the original one."""
    stand_in = "https://sandbox.masko.invalid"
    with (
        Sandbox(media_dir=media, cdn_url=stand_in) as sandbox,
        Client(
            KEY,
            api_url=sandbox.api_url,
            budget=Budget(SECONDS),
            rewrite=lambda url: url.replace(stand_in, sandbox.origin),
        ) as client,
    ):
        url = client.cdn_export("fox").items[0].image
        assert url
        assert url.startswith(stand_in)
        assert client.fetch_range(url, 0, 3) == (b"fox", 1800)
        with pytest.raises(NotFound, match="is gone") as caught:
            client.fetch_range(f"{url}x", 0, 3)
        assert caught.value.url == f"{url}x"


def test_threads_share_a_client(sandbox: Sandbox, client: Client) -> None:
    """Many threads get their own responses over at most eight connections."""
    item = client.cdn_export("fox").items[0]
    urls = [str(item.image), str(item.transparent_image), item.animations[0]["video"]] * 20
    with ThreadPoolExecutor(16) as threads:
        parts = list(threads.map(lambda url: client.fetch_range(url, 0, 40)[0], urls))
    assert parts == [client.fetch_range(url, 0, 40)[0] for url in urls]
    assert len(sandbox.requests) == 121


def test_a_file_of_passwords_is_not_read(
    sandbox: Sandbox, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`~/.netrc` never takes the place of the key."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.cdn_export("fox")
    assert sandbox.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_sandbox_without_keys_needs_none(media: Path) -> None:
    """Without a key, no header is sent."""
    with Sandbox(media_dir=media, needs_key=False) as sandbox:
        with Client(None, api_url=sandbox.api_url, budget=Budget(SECONDS)) as client:
            assert client.cdn_export("fox").items
        assert "authorization" not in sandbox.requests[0].headers
