"""Resources are read tolerantly, but never with wrong types."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.api.models import (
    Asset,
    Collection,
    CollectionDetail,
    Export,
    ExportItem,
    Item,
    Project,
    decode_page,
    parse_export,
)
from mkdocs_masko.errors import MalformedResponse

RESOURCES = [Project, Collection, CollectionDetail, Item, Asset]
KEYS = [
    "video",
    "transparent_video_webm",
    "transparent_video_mov",
    "transparent_video_android",
]
URL = "https://assets.masko.ai/fda8417d/fox-mascot/wave.webm"


def export_of(*items: object) -> Export:
    return parse_export({"collection": "Fox", "items": list(items)})


def animations_of(**item: object) -> tuple[dict[str, str], ...]:
    return export_of({"name": "wave", **item}).items[0].animations


@pytest.mark.parametrize("kind", RESOURCES)
def test_an_id_is_enough(kind: type[Any]) -> None:
    """Every field but the id may be missing, or null."""
    bare = msgspec.convert({"id": "col_xyz789"}, kind)
    nulls = dict.fromkeys(kind.__struct_fields__) | {"id": "col_xyz789"}
    assert msgspec.convert(nulls, kind) == bare


@pytest.mark.parametrize("kind", RESOURCES)
def test_unknown_fields_are_ignored(kind: type[Any]) -> None:
    """A field that the API adds tomorrow does no harm."""
    assert msgspec.convert({"id": "a", "mood": [1, {}]}, kind) == kind(id="a")


@pytest.mark.parametrize("kind", RESOURCES)
@pytest.mark.parametrize("field", ["id", "created_at", "type", "name", "project_id"])
def test_wrong_types_are_errors(kind: type[Any], field: str) -> None:
    """A number where text belongs is refused."""
    if field in kind.__struct_fields__:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"id": "a", field: 5}, kind)


@pytest.mark.parametrize("bad", ["", "a/b", "..", "a b", "a\n", "é", "a?b", "x" * 129, None])
def test_an_id_that_is_none_is_refused(bad: object) -> None:
    """Ids go into paths, so only their own letters pass."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": bad}, Item)


def test_a_detail_keeps_its_configuration() -> None:
    """The configuration of the API's own example is read."""
    config = {
        "prompt": "A friendly fox",
        "reference_asset_ids": ["e906ebb5"],
        "style_card": None,
        "caution_list": [],
    }
    detail = msgspec.convert({"id": "f950", "config": config, "cdn_status": []}, CollectionDetail)
    assert detail.config
    assert detail.config.reference_asset_ids == ("e906ebb5",)


def test_resources_are_frozen() -> None:
    """Nothing can be changed once it is read."""
    item = Item(id="a")
    with pytest.raises(AttributeError):
        item.name = "other"  # type: ignore[misc]


def test_the_export_of_the_page_is_read() -> None:
    """The API's own example comes out as it stands."""
    media = {key: f"https://assets.masko.ai/f/fox/{key}" for key in KEYS}
    item = {"name": "card-sit", "image": "i", "transparent_image": "t", "animations": [media]}
    assert export_of(item) == Export(
        collection="Fox",
        items=(ExportItem(name="card-sit", image="i", transparent_image="t", animations=(media,)),),
    )


@pytest.mark.parametrize("key", [*KEYS, *(f"{key}_{px}" for key in KEYS for px in (360, 720))])
def test_media_keys_and_their_sizes_are_kept(key: str) -> None:
    """The four keys and their size variants are kept."""
    assert animations_of(animations=[{key: URL}]) == ({key: URL},)


@pytest.mark.parametrize("key", ["image_480", "transparent_image_1024"])
def test_sizes_of_still_images_are_kept(key: str) -> None:
    (item,) = export_of(
        {"name": "wave", "image": "i", key: URL, f"{key}x": URL, "mood_480": 5}
    ).items
    assert item.image_sizes == {key: URL}
    (flat,) = export_of({"name": "wave", "animation_webm": URL, key: URL}).items
    assert flat.image_sizes == {key: URL}
    assert flat.animations == ({"transparent_video_webm": URL},)


@pytest.mark.parametrize("key", ["mood", "video_", "video_0", "video_x", "my_video", "VIDEO"])
def test_other_keys_are_left_out(key: str) -> None:
    """A key that is no medium is left out, whatever is in it."""
    assert animations_of(animations=[{key: 5, "video": URL}]) == ({"video": URL},)


@pytest.mark.parametrize(
    "animations", [None, [], [None], [{}], [{"video": None}], [{"video": ""}, None]]
)
def test_no_animation_is_fine(animations: object) -> None:
    """Missing, null and empty animations are none."""
    assert animations_of(animations=animations) == ()
    assert animations_of() == ()


def test_several_animations_keep_their_order() -> None:
    """Null ones in between are dropped."""
    assert animations_of(animations=[{"video": "a"}, None, {"video": "b"}]) == (
        {"video": "a"},
        {"video": "b"},
    )


@pytest.mark.parametrize(
    ("flat", "expected"),
    [
        ({"animation_webm": "w"}, {"transparent_video_webm": "w"}),
        ({"animation_mov": "m"}, {"transparent_video_mov": "m"}),
        ({"animation_hevc": "h"}, {"transparent_video_mov": "h"}),
        ({"animation_mov": "m", "animation_hevc": None}, {"transparent_video_mov": "m"}),
        ({"video": "v", "animation_webm": "w"}, {"video": "v", "transparent_video_webm": "w"}),
        ({"video": "v", "animations": []}, {"video": "v"}),
    ],
)
def test_flat_items_have_one_animation(flat: dict[str, object], expected: dict[str, str]) -> None:
    """The older form means the same."""
    assert animations_of(**flat) == (expected,)


def test_an_empty_export_is_returned_as_such() -> None:
    """Whether nothing is an error is for others to say."""
    assert export_of() == Export(collection="Fox", items=())
    assert parse_export({"items": []}).collection == ""


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (None, "the export"),
        ([], "the export"),
        ({"items": {}}, "'items'"),
        ({"collection": "Fox"}, "'items'"),
        ({"collection": 5, "items": []}, "'collection'"),
        ({"items": [None]}, "item 1"),
        ({"items": [[], {}]}, "item 1"),
        ({"items": [{"name": " \t"}]}, "item 1"),
        ({"items": [{"name": 5}]}, "'name'"),
        ({"items": [{"name": "a", "image": {}}]}, "'image'"),
        ({"items": [{"name": "a", "animations": {}}]}, "animations"),
        ({"items": [{"name": "a", "animations": ["x"]}]}, "animation"),
        ({"items": [{"name": "a", "animations": [{"video": 5}]}]}, "'video'"),
        ({"items": [{"name": "a\n::b\x1b", "animations": [{"video": 5}]}]}, "item 1"),
    ],
)
def test_a_broken_export_names_the_place(raw: object, place: str) -> None:
    """An error says where, on one line, without control characters."""
    with pytest.raises(MalformedResponse, match=place) as caught:
        parse_export(raw)
    assert str(caught.value).isprintable()
    assert "::" not in str(caught.value)


GOOD = {"name": "wave", "image": URL, "animations": [{"video": URL}]}
ODD: dict[str, tuple[object, str, tuple[ExportItem, ...]]] = {
    "no name": ({"image": URL}, "item 2 of the export has no name", ()),
    "null name": ({"name": None}, "item 2 of the export has no name", ()),
    "blank name": ({"name": " \t"}, "item 2 of the export has no name", ()),
    "an id": ({"id": "a-1"}, "item 2 of the export (id 'a-1') has no name", ()),
    "a hostile id": ({"id": "\x1b::x"}, "item 2 of the export (id '\ufffd: :x') has no name", ()),
    "name": (
        {"name": 5},
        "item 2 of the export has 'name' of type int, not a string",
        (),
    ),
    "null": (None, "item 2 of the export is not an object", ()),
    "list": (["wave"], "item 2 of the export is not an object", ()),
    "image": (
        {"name": "a", "image": 10**30, "transparent_image": URL},
        "item 2 of the export ('a') has 'image' of type int, not a string",
        (ExportItem(name="a", transparent_image=URL),),
    ),
    "animations": (
        {"name": "a", "animations": {"video": URL}},
        "item 2 of the export ('a') has animations that are not a list",
        (ExportItem(name="a"),),
    ),
    "an animation": (
        {"name": "a", "animations": ["x", {"video": URL}]},
        "item 2 of the export ('a') has an animation that is not an object",
        (ExportItem(name="a", animations=({}, {"video": URL})),),
    ),
    "a video": (
        {"name": "a", "animations": [{"video": 5}, {"video": URL, "video_720": []}]},
        "item 2 of the export ('a') has 'video' of type int, not a string",
        (ExportItem(name="a", animations=({}, {"video": URL})),),
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_one_odd_item_does_not_spoil_the_others(case: str) -> None:
    """It is left out, or what is odd in it is; the problem names its position, name or id."""
    item, problem, expected = ODD[case]
    result = export_of(GOOD, item, GOOD)
    (good,) = export_of(GOOD).items
    assert result.items == (good, *expected, good)
    assert result.problems[0] == problem
    assert all(problem.isprintable() for problem in result.problems)


@pytest.mark.parametrize("field", ["total", "limit", "offset"])
@pytest.mark.parametrize("number", [-1, 2**63, 10**30])
def test_absurd_numbers_of_a_page_are_errors(field: str, number: int) -> None:
    """A list that is cut short by a negative offset would be an incomplete list."""
    page = {"data": [], "meta": {"pagination": {field: number}}}
    with pytest.raises(MalformedResponse, match=field):
        decode_page(page, "projects", Project, "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["items", "name", "image", "animations", "collection", *KEYS])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON | st.fixed_dictionaries({"items": st.lists(JSON)}))
def test_any_json_gives_an_export_or_one_error(raw: object) -> None:
    """No JSON at all leads to another exception."""
    try:
        export = parse_export(raw)
    except MalformedResponse as error:
        assert "\n" not in str(error)  # noqa: PT017 - most of what is drawn is broken
    else:
        assert all(item.name.strip() for item in export.items)
        assert all(url for item in export.items for a in item.animations for url in a.values())


@given(
    st.builds(
        ExportItem,
        name=st.text(min_size=1).filter(str.strip),
        image=st.none() | st.text(min_size=1),
        transparent_image=st.none() | st.text(min_size=1),
        animations=st.lists(
            st.dictionaries(st.sampled_from(KEYS), st.text(min_size=1), min_size=1), max_size=3
        ).map(tuple),
    )
)
def test_what_is_in_order_stays_as_it_is(item: ExportItem) -> None:
    """An export in the present form is read without loss."""
    raw = json.loads(json.dumps(msgspec.to_builtins(item)))
    assert export_of(raw).items == (item,)


@pytest.mark.parametrize("module", ["models", "auth"])
def test_importing_a_part_of_the_api_loads_no_http_library(module: str) -> None:
    """Commands that only read resources, or only check a key, start without one."""
    code = (
        f"import sys, mkdocs_masko.api.{module}\n"
        "print(*sorted({'requests', 'urllib3', 'http.client', 'ssl'} & {*sys.modules}))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert (process.stdout, process.stderr) == ("\n", "")
