"""`Client.raw` has the reading calls of `Client`, with resources as the API sends them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mkdocs_masko import Client, api
from mkdocs_masko.api import RawClient
from mkdocs_masko.errors import MalformedResponse, NotReady, OptionError
from mkdocs_masko.sandbox import Sandbox
from raw_server import Wire, answer
from secrecy import KEY
from stand_in_media import stand_in_media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    media: Path = stand_in_media(tmp_path_factory.mktemp("media"))
    with Sandbox(media_dir=media) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(KEY, api_url=sandbox.api_url) as client:
        yield client


def test_raw_and_typed_resources_are_the_same(client: Client) -> None:
    raw = client.raw
    asset_id = next(client.all_assets()).id
    pairs: list[tuple[Any, list[dict[str, Any]]]] = [
        (client.projects(), list(raw.projects())),
        (client.collections(), list(raw.collections())),
        (client.items("fox"), list(raw.items("fox"))),
        (client.assets("fox"), list(raw.assets("fox"))),
        (client.all_assets(), list(raw.all_assets())),
        ([client.collection("fox")], [raw.collection("fox")]),
        ([client.asset(asset_id)], [raw.asset(asset_id)]),
    ]
    for typed, dictionaries in pairs:
        assert [(each.id, each.created_at) for each in typed] == [
            (each["id"], each["created_at"]) for each in dictionaries
        ]
    export = client.cdn_export("fox")
    assert [item["name"] for item in raw.cdn_export("fox")["items"]] == [
        item.name for item in export.items
    ]


def test_an_export_that_is_not_ready_is_an_error(client: Client) -> None:
    with pytest.raises(NotReady):
        client.raw.cdn_export("draft")


def test_a_signed_url_is_dropped_unless_it_is_wanted(client: Client) -> None:
    """Also where the API sends one without being asked, as it does for a single asset."""
    asset_id = next(client.raw.all_assets())["id"]
    assert "file_url" not in client.raw.asset(asset_id)
    assert "file_url" in client.raw.asset(asset_id, signed_urls=True)
    for list_assets in (client.raw.all_assets, lambda **more: client.raw.assets("fox", **more)):
        assert all("file_url" not in asset for asset in list_assets())
        assert any(asset.get("file_url") for asset in list_assets(signed_urls=True))


def serving(*bodies: object) -> Wire:
    """Send one body after the other."""
    left = [answer(json.dumps(body).encode()) for body in bodies]
    return Wire(lambda exchange: exchange.send(left.pop(0)))


def test_unknown_fields_are_kept() -> None:
    item = {"id": "a", "name": None, "mood": [1, {"x": 2}]}
    with serving({"data": [item]}) as wire, Client(KEY, api_url=wire.url) as client:
        assert list(client.raw.items("fox")) == [item]


def test_wrong_types_are_errors() -> None:
    with (
        serving({"data": [{"id": "a"}, {"id": 5}]}) as wire,
        Client(KEY, api_url=wire.url) as client,
        pytest.raises(MalformedResponse, match="breaks its contract"),
    ):
        list(client.raw.items("fox"))


@pytest.mark.parametrize(
    "call",
    [
        RawClient.collection,
        RawClient.items,
        RawClient.assets,
        RawClient.asset,
        RawClient.cdn_export,
        RawClient.collections,
    ],
)
def test_an_id_cannot_leave_its_place_in_the_path(
    client: Client, call: Callable[[RawClient, str], object]
) -> None:
    with pytest.raises(OptionError, match="is not an id"):
        call(client.raw, "../x")


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    """Its names are imported on first use, and a typo still fails as Python has it."""
    assert {*api.__all__} == {"API_URL", "Budget", "Client", "RawClient"}
    assert api.API_URL == "https://api.masko.ai/v1"
    with pytest.raises(AttributeError, match=r"module 'mkdocs_masko.api' has no attribute"):
        _ = api.Clinet
