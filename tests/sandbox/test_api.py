"""The sandbox's eleven calls, by the contract: each answer, each status, both dialects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mkdocs_masko.sandbox import Sandbox
from sandbox_client import FOREIGN_KEY, KEY, addresses, ask, exported, path_of

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "6f0c6a52-3d0b-4a8e-9b57-1f6f4f1d2a01"
DRAFTS = "6f0c6a52-3d0b-4a8e-9b57-1f6f4f1d2a02"
FOX_WAVE = "f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0001"
WAVE_PATH = f"/v1/collections/fox/items/{FOX_WAVE}"

LISTS = {
    "/v1/projects": "projects",
    "/v1/collections": "collections",
    "/v1/collections/fox/items": "items",
    "/v1/collections/fox/assets": "assets",
    "/v1/assets": "assets",
}
READS = (*LISTS, "/v1/collections/fox", "/v1/collections/fox/cdn-export")


def first_asset(sandbox: Sandbox, collection: str = "fox") -> dict[str, Any]:
    rows = ask(sandbox, f"/v1/collections/{collection}/assets").json["data"]
    return dict(rows[0])


def test_projects_are_listed(sandbox: Sandbox) -> None:
    """`GET /v1/projects` gives both projects in the documented shape."""
    answer = ask(sandbox, "/v1/projects")
    assert answer.status == 200
    assert answer.json["data"] == [
        {
            "id": PROJECT,
            "name": "Sandbox",
            "organization_id": None,
            "created_at": "2026-01-15T08:00:00Z",
            "updated_at": "2026-01-15T08:00:00Z",
        },
        {
            "id": DRAFTS,
            "name": "Drafts",
            "organization_id": None,
            "created_at": "2026-01-20T08:00:00Z",
            "updated_at": "2026-02-11T09:30:00Z",
        },
    ]
    assert answer.json["meta"] == {
        "pagination": {"total": 2, "limit": 50, "offset": 0, "has_more": False}
    }


def test_collections_are_listed(sandbox: Sandbox) -> None:
    """`GET /v1/collections` gives all three, the fox first and in the documented shape."""
    rows = ask(sandbox, "/v1/collections").json["data"]
    assert [row["id"] for row in rows] == ["fox", "owl", "draft"]
    assert rows[0] == {
        "id": "fox",
        "project_id": PROJECT,
        "name": "Fox Mascot",
        "type": "mascot",
        "is_published": True,
        "public_slug": "fox-mascot-a1b2c3d4",
        "user_prefix": "5a0db0c5",
        "created_at": "2026-02-01T10:00:00Z",
    }


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        (PROJECT, ["fox", "owl"]),
        (DRAFTS, ["draft"]),
        ("00000000-0000-0000-0000-000000000000", []),
        ("", []),
    ],
)
def test_collections_are_filtered_by_project(
    sandbox: Sandbox, project: str, expected: list[str]
) -> None:
    """`project_id` keeps the collections of that project only."""
    answer = ask(sandbox, f"/v1/collections?project_id={project}")
    assert [row["id"] for row in answer.json["data"]] == expected
    assert answer.json["meta"]["pagination"]["total"] == len(expected)


def test_a_collection_is_shown_in_detail(sandbox: Sandbox) -> None:
    """`GET /v1/collections/:id` adds configuration, slug and CDN status."""
    reference = first_asset(sandbox)["id"]
    assert ask(sandbox, "/v1/collections/fox").json == {
        "data": {
            "id": "fox",
            "name": "Fox Mascot",
            "type": "mascot",
            "project_id": PROJECT,
            "slug": "fox-mascot-a1b2c3d4",
            "config": {
                "prompt": "A friendly fox with a white-tipped tail",
                "reference_asset_ids": [reference],
                "style_card": None,
                "caution_list": [],
            },
            "cdn_status": [],
            "created_at": "2026-02-01T10:00:00Z",
            "updated_at": "2026-03-15T16:20:00Z",
        }
    }


def test_items_are_listed(sandbox: Sandbox) -> None:
    """`GET /v1/collections/:id/items` gives the poses in the documented shape."""
    rows = ask(sandbox, "/v1/collections/fox/items").json["data"]
    assert [row["name"] for row in rows] == ["wave", "idle", "card-sit", "cheer"]
    assert rows[0] == {
        "id": FOX_WAVE,
        "name": "wave",
        "type": "image",
        "prompt": "waving hello with the right paw",
        "public_slug": "wave",
        "created_at": "2026-02-01T10:05:00Z",
    }


def test_assets_of_a_collection_are_listed(sandbox: Sandbox) -> None:
    """`GET /v1/collections/:id/assets` gives one completed asset a medium, with its address."""
    rows = ask(sandbox, "/v1/collections/fox/assets").json["data"]
    assert len(rows) == 4 * 6
    assert {row["status"] for row in rows} == {"completed"}
    assert {row["collection_id"] for row in rows} == {"fox"}
    assert len({row["id"] for row in rows}) == len(rows)
    first = rows[0]
    assert first.keys() == {
        "id",
        "type",
        "status",
        "file_url",
        "cdn_url",
        "item_id",
        "collection_id",
        "created_at",
    }
    assert (first["type"], first["item_id"]) == ("image", FOX_WAVE)
    assert first["cdn_url"] in addresses(exported(sandbox, "fox"))


def test_every_asset_is_listed(sandbox: Sandbox) -> None:
    """`GET /v1/assets` gives those of all collections."""
    each = [
        ask(sandbox, f"/v1/collections/{collection}/assets?limit=100").json["data"]
        for collection in ("fox", "owl", "draft")
    ]
    answer = ask(sandbox, "/v1/assets?limit=100&include_file_urls=false")
    ids = [row["id"] for row in answer.json["data"]]
    assert answer.json["meta"]["pagination"]["total"] == sum(map(len, each))
    assert ids == [row["id"] for rows in each for row in rows][:100]


def test_an_asset_is_shown(sandbox: Sandbox) -> None:
    """`GET /v1/assets/:id` gives what the list gives."""
    listed = first_asset(sandbox)
    single = ask(sandbox, f"/v1/assets/{listed['id']}").json["data"]
    assert single | {"file_url": None} == listed | {"file_url": None}


def test_ids_of_assets_never_change(sandbox: Sandbox) -> None:
    """An example may name an asset: its id is the same in every process."""
    assert first_asset(sandbox)["id"] == "82fe47af-5b46-5ea2-be64-0c392112b396"


@pytest.mark.parametrize("path", ["/v1/assets", "/v1/collections/owl/assets"])
def test_file_urls_can_be_left_out(sandbox: Sandbox, path: str) -> None:
    """`include_file_urls=false` leaves `file_url` out and keeps `cdn_url`."""
    bare = ask(sandbox, f"{path}?include_file_urls=false").json["data"]
    full = ask(sandbox, f"{path}?include_file_urls=true").json["data"]
    assert all("file_url" not in row for row in bare)
    assert all("file_url" in row for row in full)
    assert [row["cdn_url"] for row in bare] == [row["cdn_url"] for row in full]


def test_unpublished_assets_have_no_cdn_url(sandbox: Sandbox) -> None:
    """The draft's finished assets have a signed address only; the rest has none at all."""
    rows = ask(sandbox, "/v1/collections/draft/assets").json["data"]
    assert {row["cdn_url"] for row in rows} == {None}
    assert {row["status"] for row in rows} == {"completed", "processing"}
    assert [row["file_url"] is None for row in rows] == [
        row["status"] == "processing" for row in rows
    ]


def test_the_export_is_bare(sandbox: Sandbox) -> None:
    """`GET /v1/collections/:id/cdn-export` gives name and items without an envelope."""
    export = ask(sandbox, "/v1/collections/fox/cdn-export").json
    assert export.keys() == {"collection", "items"}
    assert export["collection"] == "Fox Mascot"
    assert [item["name"] for item in export["items"]] == ["wave", "idle", "card-sit", "cheer"]
    wave = export["items"][0]
    assert list(wave) == ["name", "image", "transparent_image", "animations"]
    assert list(wave["animations"][0]) == [
        "video",
        "transparent_video_webm",
        "transparent_video_mov",
        "transparent_video_android",
        "video_256",
        "transparent_video_webm_256",
        "transparent_video_mov_256",
        "transparent_video_android_256",
    ]


def test_addresses_begin_where_the_sandbox_listens(sandbox: Sandbox) -> None:
    """Without a `cdn_url` of its own the export names the server that answers."""
    urls = addresses(exported(sandbox, "fox"))
    assert urls
    assert all(url.startswith(f"{sandbox.origin}/5a0db0c5/fox-mascot-a1b2c3d4/") for url in urls)


def test_addresses_begin_as_they_are_told_to(media_dir: Path) -> None:
    """With a `cdn_url` exports and assets name that, and the paths are served all the same."""
    with Sandbox(media_dir=media_dir, cdn_url="https://sandbox.masko.invalid/") as sandbox:
        urls = [*addresses(exported(sandbox, "fox")), first_asset(sandbox)["cdn_url"]]
        assert all(url.startswith("https://sandbox.masko.invalid/5a0d") for url in urls)
        assert {ask(sandbox, path_of(url)).status for url in urls} == {200}


def test_the_draft_is_not_ready(sandbox: Sandbox) -> None:
    """The draft's export is a 409 whose message says that it is unpublished."""
    answer = ask(sandbox, "/v1/collections/draft/cdn-export")
    assert (answer.status, answer.code) == (409, "cdn_export_not_ready")
    assert "unpublished" in answer.json["error"]["message"]


def test_an_item_is_renamed(sandbox: Sandbox) -> None:
    """`PATCH .../items/:itemId` answers with the changed item, and export and list follow."""
    answer = ask(sandbox, WAVE_PATH, "PATCH", body='{"name": "höi", "prompt": "p"}'.encode())
    assert answer.status == 200
    assert answer.json["data"] == {
        "id": FOX_WAVE,
        "name": "höi",
        "type": "image",
        "prompt": "p",
        "public_slug": "wave",
        "created_at": "2026-02-01T10:05:00Z",
    }
    assert ask(sandbox, "/v1/collections/fox/items").json["data"][0] == answer.json["data"]
    assert exported(sandbox, "fox")[0]["name"] == "höi"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "hi"}, ("hi", "waving hello with the right paw")),
        ({"prompt": ""}, ("wave", "")),
        ({"name": "x" * 200, "prompt": "y" * 4000}, ("x" * 200, "y" * 4000)),
    ],
    ids=["name", "prompt", "longest"],
)
def test_a_change_leaves_the_rest(
    sandbox: Sandbox, change: dict[str, str], expected: tuple[str, str]
) -> None:
    """What a change does not name stays as it is."""
    row = ask(sandbox, WAVE_PATH, "PATCH", body=json.dumps(change).encode()).json["data"]
    assert (row["name"], row["prompt"]) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"name=hello",
        b'{"name": 1}',
        b'{"name": null}',
        b'{"name": ""}',
        b'{"name": " \\t"}',
        b'{"prompt": ["p"]}',
        b'{"name": "wave", "type": "image"}',
        b'{"id": "fox"}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": "' + b"x" * 201 + b'"}',
        b'{"prompt": "' + b"x" * 4001 + b'"}',
        b"[" * 60_000,
        b"9" * 5_000,
    ],
    ids=lambda body: body[:24].decode("latin-1") or "empty",
)
def test_a_bad_change_is_refused(sandbox: Sandbox, body: bytes) -> None:
    """A body that is not an object of `name` and `prompt` is a 400 and changes nothing."""
    before = ask(sandbox, "/v1/collections/fox/items").json
    answer = ask(sandbox, WAVE_PATH, "PATCH", body=body)
    assert (answer.status, answer.code) == (400, "bad_request")
    assert ask(sandbox, "/v1/collections/fox/items").json == before


def test_an_item_is_deleted(sandbox: Sandbox) -> None:
    """`DELETE .../items/:itemId` takes item and assets out of every list and the export."""
    asset = first_asset(sandbox)
    answer = ask(sandbox, WAVE_PATH, "DELETE")
    assert (answer.status, answer.json) == (200, {"data": {"id": FOX_WAVE, "deleted": True}})
    assert ask(sandbox, WAVE_PATH, "DELETE").status == 404
    assert "wave" not in [item["name"] for item in exported(sandbox, "fox")]
    assert ask(sandbox, f"/v1/assets/{asset['id']}").status == 404
    assert ask(sandbox, path_of(asset["cdn_url"])).status == 200


def test_an_asset_is_archived(sandbox: Sandbox) -> None:
    """`DELETE /v1/assets/:id` is soft: it leaves lists and export, and can be looked up."""
    asset = first_asset(sandbox)
    answer = ask(sandbox, f"/v1/assets/{asset['id']}", "DELETE")
    assert (answer.status, answer.json["data"]["status"]) == (200, "archived")
    for path in ("/v1/assets?limit=100", "/v1/collections/fox/assets"):
        assert asset["id"] not in [row["id"] for row in ask(sandbox, path).json["data"]]
    assert ask(sandbox, f"/v1/assets/{asset['id']}").json["data"]["status"] == "archived"
    assert "image" not in exported(sandbox, "fox")[0]
    assert ask(sandbox, f"/v1/assets/{asset['id']}", "DELETE").status == 200


def test_size_variants_go_with_their_asset(sandbox: Sandbox) -> None:
    """Archiving a video takes its smaller variant out of the export as well."""
    rows = ask(sandbox, "/v1/collections/fox/assets").json["data"]
    webm = next(row for row in rows if row["cdn_url"].endswith(".webm"))
    ask(sandbox, f"/v1/assets/{webm['id']}", "DELETE")
    (animation,) = exported(sandbox, "fox")[0]["animations"]
    assert not [key for key in animation if "webm" in key]
    assert "transparent_video_mov_256" in animation


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 401, "unauthorized"),
        ("", 401, "unauthorized"),
        (KEY, 401, "unauthorized"),
        ("Bearer", 401, "unauthorized"),
        (f"Basic {KEY}", 401, "unauthorized"),
        ("Bearer masko_", 401, "unauthorized"),
        (f"Bearer {KEY}0", 401, "unauthorized"),
        (f"Bearer {KEY[:-1]}", 401, "unauthorized"),
        (f"Bearer {KEY[:-1]}g", 401, "unauthorized"),
        (f"Bearer {KEY} {KEY}", 401, "unauthorized"),
        ("Bearer MASKO_" + "a" * 64, 401, "unauthorized"),
        ("Bearer maskö_" + "a" * 64, 401, "unauthorized"),
        (f"Bearer {FOREIGN_KEY}", 403, "forbidden"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/projects", "/v1/collections/nobody", "/v1/nothing"])
def test_a_key_is_needed(
    sandbox: Sandbox, path: str, header: str | None, status: int, code: str
) -> None:
    """Without a good key every call is refused in the same way, whether the path exists or not."""
    answer = (
        ask(sandbox, path, key=None)
        if header is None
        else ask(sandbox, path, key=None, Authorization=header)
    )
    assert (answer.status, answer.code) == (status, code)
    assert KEY.encode() not in answer.body


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer {KEY}", f"Bearer  {KEY.upper()}"])
def test_any_well_formed_key_will_do(sandbox: Sandbox, header: str) -> None:
    """A key is good when it is `masko_` and 64 hex digits."""
    header = header.replace("MASKO_", "masko_")
    assert ask(sandbox, "/v1/projects", key=None, Authorization=header).status == 200


@pytest.mark.parametrize("key", [None, "rubbish", FOREIGN_KEY])
def test_no_key_may_be_needed(media_dir: Path, key: str | None) -> None:
    """A sandbox that needs no key takes no notice of one."""
    with Sandbox(media_dir=media_dir, needs_key=False) as sandbox:
        assert ask(sandbox, "/v1/projects", key=key).status == 200


UNKNOWN = (
    ("GET", "/v1/collections/nobody"),
    ("GET", "/v1/collections/nobody/items"),
    ("GET", "/v1/collections/nobody/assets"),
    ("GET", "/v1/collections/nobody/cdn-export"),
    ("GET", "/v1/collections/FOX"),
    ("GET", "/v1/collections/Fox%20Mascot"),
    ("GET", "/v1/assets/nobody"),
    ("DELETE", "/v1/assets/nobody"),
    ("DELETE", "/v1/collections/fox/items/nobody"),
    ("DELETE", "/v1/collections/fox/items/wave"),
    ("DELETE", f"/v1/collections/owl/items/{FOX_WAVE}"),
    ("PATCH", "/v1/collections/fox/items/wave"),
    ("PATCH", f"/v1/collections/nobody/items/{FOX_WAVE}"),
    ("GET", "/v1/"),
    ("GET", "/v1/project"),
    ("GET", "/v1/projects/"),
    ("GET", f"/v1/projects/{PROJECT}"),
    ("GET", "/v1/collections//items"),
    ("GET", "/v1/collections/fox/items/"),
    ("GET", "/v1/collections/fox/cdn-export/x"),
    ("GET", "/v1/collections/" + "f" * 65),
)


@pytest.mark.parametrize(("method", "path"), UNKNOWN, ids=lambda value: value[:48])
def test_what_is_not_there_is_not_found(sandbox: Sandbox, method: str, path: str) -> None:
    """Unknown ids and paths are a 404; an item's name is no id."""
    answer = ask(sandbox, path, method, body=b'{"name": "x"}')
    assert (answer.status, answer.code) == (404, "not_found")
    assert len(exported(sandbox, "fox")) == 4


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v1/projects", "GET, HEAD"),
        ("DELETE", "/v1/collections/fox", "GET, HEAD"),
        ("PUT", "/v1/collections/fox/cdn-export", "GET, HEAD"),
        ("GET", WAVE_PATH, "PATCH, DELETE"),
        ("HEAD", WAVE_PATH, "PATCH, DELETE"),
        ("PATCH", "/v1/assets/x", "GET, DELETE, HEAD"),
        ("OPTIONS", "/v1/assets", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/5a0db0c5/fox-mascot-a1b2c3d4/wave.png", "GET, HEAD"),
    ],
)
def test_other_methods_are_refused(sandbox: Sandbox, method: str, path: str, allowed: str) -> None:
    """A path that takes other methods is a 405 which names them."""
    answer = ask(sandbox, path, method, body=b"{}")
    assert (answer.status, answer.headers["allow"]) == (405, allowed)


BAD_QUERIES = (
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=+1",
    "limit=1.0",
    "limit=ten",
    "limit=",
    "limit=%D9%A1",
    "limit=" + "9" * 5000,
    "limit=5&limit=0",
    "offset=-1",
    "offset=x",
    "offset=",
    "offset=9999999999",
    "&".join(f"a{n}=1" for n in range(30)),
)


@pytest.mark.parametrize("query", BAD_QUERIES, ids=lambda query: query[:24])
@pytest.mark.parametrize("path", LISTS)
def test_a_bad_page_is_refused(sandbox: Sandbox, path: str, query: str) -> None:
    """`limit` and `offset` out of bounds are a 400 at every list."""
    answer = ask(sandbox, f"{path}?{query}")
    assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize("value", ["", "no", "0", "False", "true,false"])
def test_a_bad_flag_is_refused(sandbox: Sandbox, value: str) -> None:
    """`include_file_urls` is `true` or `false`."""
    answer = ask(sandbox, f"/v1/assets?include_file_urls={value}")
    assert (answer.status, answer.code) == (400, "bad_request")


def test_unknown_parameters_do_no_harm(sandbox: Sandbox) -> None:
    """A parameter nobody knows changes nothing."""
    assert ask(sandbox, "/v1/projects?x=1&y").json == ask(sandbox, "/v1/projects").json


@pytest.mark.parametrize("limit", [1, 7, 50, 60, 100])
def test_a_list_is_walked_by_pages(sandbox: Sandbox, limit: int) -> None:
    """Walking on `has_more` meets every row once, in order, and no page is longer than asked."""
    sandbox.world.add_collections(117)
    seen: list[str] = []
    has_more = True
    while has_more:
        answer = ask(sandbox, f"/v1/collections?limit={limit}&offset={len(seen)}").json
        page = answer["meta"]["pagination"]
        assert page == page | {"total": 120, "limit": limit, "offset": len(seen)}
        assert 0 < len(answer["data"]) <= limit
        seen += [row["id"] for row in answer["data"]]
        has_more = page["has_more"]
    assert len(seen) == len(set(seen)) == 120
    assert seen[:4] == ["fox", "owl", "draft", "extra-0004"]


@pytest.mark.parametrize(
    ("query", "rows", "has_more"),
    [
        ("", 50, True),
        ("offset=70", 50, False),
        ("offset=69", 50, True),
        ("limit=100", 100, True),
        ("limit=20&offset=100", 20, False),
        ("offset=119", 1, False),
        ("offset=120", 0, False),
        ("offset=999999999", 0, False),
    ],
)
def test_the_end_of_a_list_is_told(
    sandbox: Sandbox, query: str, rows: int, *, has_more: bool
) -> None:
    """A page beyond the end is empty, and `has_more` is true exactly when rows follow."""
    sandbox.world.add_collections(117)
    answer = ask(sandbox, f"/v1/collections?{query}").json
    assert len(answer["data"]) == rows
    assert answer["meta"]["pagination"]["has_more"] is has_more


@pytest.mark.parametrize("path", READS)
def test_head_is_get_without_a_body(sandbox: Sandbox, path: str) -> None:
    """HEAD gives the status and length of the same GET."""
    full, head = ask(sandbox, path), ask(sandbox, path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(full.body))


@pytest.mark.parametrize("path", [*READS, "/v1/nothing", "/v1/collections/draft/cdn-export"])
def test_limits_are_announced(sandbox: Sandbox, path: str) -> None:
    """Every answer of the API, errors too, tells what is left and until when."""
    headers = ask(sandbox, path).headers
    assert int(headers["x-ratelimit-remaining"]) > 0
    assert int(headers["x-ratelimit-reset"]) > 1_700_000_000
    assert headers["cache-control"] == "no-store"


def test_the_allowance_is_never_used_up(media_dir: Path) -> None:
    """A client that honours the announced limit is not stopped by it."""
    with Sandbox(media_dir=media_dir, clock=lambda: 1_800_000_000.5) as sandbox:
        left = [ask(sandbox, "/v1/projects").headers for _ in range(70)]
    remaining = [int(headers["x-ratelimit-remaining"]) for headers in left]
    assert remaining == [*range(59, 0, -1), *[1] * 11]
    assert {headers["x-ratelimit-reset"] for headers in left} == {"1800000001"}


@pytest.mark.parametrize(("path", "name"), LISTS.items())
def test_older_lists_stand_under_their_name(sandbox: Sandbox, path: str, name: str) -> None:
    """In the older dialect a list has its name in place of `data`, and no `meta`."""
    query = "?include_file_urls=false&limit=100"
    modern = ask(sandbox, path + query).json["data"]
    sandbox.legacy = True
    assert ask(sandbox, path + query).json == {name: modern}


def test_older_lists_are_whole_unless_cut(sandbox: Sandbox) -> None:
    """Without `limit` the older dialect leaves nothing out, as it has no way to say so."""
    sandbox.world.add_collections(117)
    sandbox.legacy = True
    assert len(ask(sandbox, "/v1/collections").json["collections"]) == 120
    cut = ask(sandbox, "/v1/collections?limit=2&offset=1").json["collections"]
    assert [row["id"] for row in cut] == ["owl", "draft"]


def test_older_details_are_bare(sandbox: Sandbox) -> None:
    """In the older dialect a detail has no envelope."""
    asset = first_asset(sandbox)["id"]
    sandbox.legacy = True
    assert ask(sandbox, "/v1/collections/fox").json["id"] == "fox"
    assert ask(sandbox, f"/v1/assets/{asset}").json["id"] == asset
    assert ask(sandbox, WAVE_PATH, "PATCH", body=b'{"name": "hi"}').json["name"] == "hi"


def test_older_exports_are_wrapped(sandbox: Sandbox) -> None:
    """In the older dialect the export stands under `data`."""
    modern = ask(sandbox, "/v1/collections/fox/cdn-export").json
    sandbox.legacy = True
    assert ask(sandbox, "/v1/collections/fox/cdn-export").json == {"data": modern}


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/v1/projects", None, 401),
        ("/v1/projects", FOREIGN_KEY, 403),
        ("/v1/collections/nobody", KEY, 404),
        ("/v1/collections/draft/cdn-export", KEY, 409),
        ("/v1/collections?limit=0", KEY, 400),
    ],
)
def test_older_errors_are_a_text(sandbox: Sandbox, path: str, key: str | None, status: int) -> None:
    """In the older dialect an error is its message alone."""
    message = ask(sandbox, path, key=key).json["error"]["message"]
    sandbox.legacy = True
    answer = ask(sandbox, path, key=key)
    assert (answer.status, answer.json) == (status, {"error": message})


@pytest.mark.parametrize("path", [*LISTS, "/v1/collections/owl/cdn-export"])
def test_shuffled_answers_differ_in_order_alone(sandbox: Sandbox, path: str) -> None:
    """With `shuffle` two answers in a row hold the same rows in different orders."""
    sandbox.shuffle = True
    query = "" if "export" in path else "?include_file_urls=false"
    answers = [ask(sandbox, path + query).json for _ in range(3)]
    lists = [answer.get("data") or answer["items"] for answer in answers]
    assert lists[0] != lists[1] != lists[2]
    as_sets = [{json.dumps(row, sort_keys=True) for row in rows} for rows in lists]
    assert as_sets[0] == as_sets[1] == as_sets[2]


def test_shuffled_pages_still_hold_every_row(sandbox: Sandbox) -> None:
    """Rows are shuffled within a page, so a walk meets each of them once."""
    sandbox.world.add_collections(17)
    sandbox.shuffle = True
    pages = [ask(sandbox, f"/v1/collections?limit=7&offset={n}").json["data"] for n in (0, 7, 14)]
    ids = [row["id"] for rows in pages for row in rows]
    assert len(ids) == len(set(ids)) == 20


def test_nothing_is_shuffled_unasked(sandbox: Sandbox) -> None:
    """Without `shuffle` equal calls have equal answers."""
    answers = {ask(sandbox, "/v1/collections/owl/cdn-export").body for _ in range(3)}
    assert len(answers) == 1
