"""The manifest's text: equal content is equal bytes, and nothing in a file is trusted."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mkdocs_masko
from manifest_samples import FOX, HOST, ORIGINS, collection, manifest, medium, pose
from mkdocs_masko.errors import ManifestError
from mkdocs_masko.manifest import (
    VERSION,
    Collection,
    Manifest,
    Medium,
    Pose,
    dumps,
    loads,
    make,
    schema,
)

DATA = Path(__file__).parents[1] / "data" / "manifests"
REMEDY = "Restore it from version control, or delete it and run 'mkdocs-masko sync'."

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
paths = st.text("abcXYZ012._~-@", min_size=1, max_size=20).filter(lambda p: p not in {".", ".."})
media = st.builds(
    Medium,
    url=paths.map(lambda path: f"{HOST}/m/{path}"),
    type=st.sampled_from(["image/png", "image/webp", "video/webm", "video/mp4"]),
    width=st.integers(1, 65535),
    height=st.integers(1, 65535),
    bytes=st.none() | st.integers(1, 2**40),
    sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    alpha=st.none() | st.booleans(),
    # Milliseconds, which is what durations are rounded to.
    duration=st.none() | st.integers(0, 10**9).map(lambda ms: ms / 1000) | st.integers(0, 100),
)
keys = st.sampled_from(
    ["video", "transparent_video_webm", "transparent_video_mov", "transparent_video_android_512"]
)
poses = st.builds(
    Pose,
    name=names,
    image=st.none() | media,
    transparent_image=st.none() | media,
    animations=st.lists(st.dictionaries(keys, media), max_size=2).map(tuple),
)
collections = st.builds(
    Collection,
    id=st.text("abc019_-", min_size=1),
    name=names,
    poses=st.dictionaries(names, poses, max_size=3),
)
contents = st.dictionaries(names, collections, max_size=3)


def text_of(content: object) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def plain() -> dict[str, Any]:
    """Return a small manifest as plain data, to be broken."""
    found: dict[str, Any] = json.loads(dumps(manifest(fox={"wave": FOX["wave"]})))
    return found


def turned(content: object) -> Any:  # noqa: ANN401 - JSON
    """Return the same content with every object in the other order."""
    if isinstance(content, dict):
        return {key: turned(content[key]) for key in reversed(content)}
    return [turned(item) for item in content] if isinstance(content, list) else content


@given(contents)
@settings(max_examples=60)
def test_a_manifest_survives_the_round_trip_through_text(content: dict[str, Collection]) -> None:
    made = make(content)
    assert loads(dumps(made), ORIGINS) == made
    assert loads(dumps(made).encode(), ORIGINS) == made


@given(contents)
@settings(max_examples=60)
def test_equal_content_is_equal_bytes_in_whatever_order_it_came(
    content: dict[str, Collection],
) -> None:
    made = make(content)
    other = msgspec.convert(turned(msgspec.to_builtins(made)), Manifest)
    assert dumps(other) == dumps(made)
    assert make(other.collections) == made


@given(contents, contents)
@settings(max_examples=60)
def test_the_revision_changes_if_and_only_if_the_content_does(
    one: dict[str, Collection], two: dict[str, Collection]
) -> None:
    first, second = make(one), make(two)
    assert (first.revision == second.revision) == (first.collections == second.collections)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Wave"},
        {"image": None},
        {"transparent_image": medium("other.png")},
        {"animations": ()},
        {"animations": (*FOX["wave"].animations, {})},
    ],
    ids=str,
)
def test_every_part_of_a_pose_counts_for_the_revision(change: dict[str, Any]) -> None:
    before = FOX["wave"]
    after = msgspec.structs.replace(before, **change)
    assert manifest(fox={"w": before}).revision != manifest(fox={"w": after}).revision


@given(contents)
@settings(max_examples=40)
def test_the_text_has_sorted_keys_two_spaces_and_no_carriage_return(
    content: dict[str, Collection],
) -> None:
    text = dumps(make(content))
    assert text == text_of(json.loads(text))
    assert "\r" not in text


def test_a_whole_number_of_seconds_survives_the_round_trip() -> None:
    made = manifest(fox={"wave": Pose(name="wave", image=medium("a.png", duration=2))})
    assert loads(dumps(made), ORIGINS) == made


@pytest.mark.parametrize(
    "wrong",
    [
        Pose(name=""),
        Pose(name="\ud800"),
        Pose(name="x", image=medium("a.png", size=0)),
        Pose(name="x", image=medium("a.png", size=70_000)),
        Pose(name="x", image=medium("a.png", "image/bmp")),
        Pose(name="x", image=medium("a.png", duration=float("nan"))),
        Pose(name="x", image=medium("a.png", duration=float("inf"))),
        Pose(name="x", animations=({"vid": medium("a.png")},)),
    ],
    ids=["name", "surrogate", "width", "wide", "type", "nan", "inf", "key"],
)
def test_content_that_could_not_be_read_again_is_refused(wrong: Pose) -> None:
    with pytest.raises(ManifestError, match="content that a manifest cannot hold: ") as caught:
        manifest(fox={"x": wrong})
    assert len(str(caught.value).splitlines()) == 1


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "Input data was truncated"),
    "no JSON": ("hello", "JSON is malformed"),
    "cut off": (dumps(manifest())[:500], "Input data was truncated"),
    "trailing": (dumps(manifest()) + "x", "JSON is malformed"),
    "BOM": ("\N{BYTE ORDER MARK}" + dumps(manifest()), "JSON is malformed"),
    "UTF-16": (dumps(manifest()).encode("utf-16"), "JSON is malformed"),
    "Latin-1": (dumps(manifest(fox={"x": Pose(name="ä")})).encode("latin-1"), "utf-8"),
    "surrogate": ('"\ud800"', "utf-8"),
    "list": ("[]", "Expected `object`"),
    "null": ("null", "Expected `object`"),
    "number": ("1", "Expected `object`"),
    "empty object": ("{}", "missing required field"),
    "version only": ('{"version": 1}', "missing required field"),
    "version text": ('{"version": "1"}', "version"),
    "version zero": ('{"version": 0}', "version"),
    "version true": ('{"version": true}', "version"),
    "version float": ('{"version": 1.5}', "version"),
    "deep list": ("[" * 100_000, "Expected `object`, got `array`"),
    # Python 3.14 looks at the stack in place of counting calls, and gets to the end of the text.
    "deep object": ('{"a":' * 100_000, "recursion" if sys.version_info < (3, 14) else "truncated"),
    "5,000 digits": ('{"version": ' + "9" * 5_000 + "}", "out of range"),
    "5,000 digits elsewhere": ('{"version": 1, "x": ' + "9" * 5_000 + "}", "unknown field `x`"),
    "exponent": ('{"version": 1e999}', "out of range"),
    "NaN": ('{"version": NaN}', "JSON is malformed"),
    "the same key twice": (
        dumps(manifest()).replace('"version": 1', '"version": 2, "version": 1'),
        "Invalid enum value 2",
    ),
    "the same pose twice": (
        dumps(manifest()).replace('"bare": {', '"bare": {"name": "other"}, "bare": {', 1)[:-3]
        + ', "revision": "0123456789abcdef"}',
        "edited",
    ),
}


@pytest.mark.parametrize(("text", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_broken_text_is_one_error_with_the_remedy(text: str | bytes, fault: str) -> None:
    with pytest.raises(ManifestError, match=fault) as caught:
        loads(text, ORIGINS)
    assert str(caught.value).endswith(REMEDY)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400


def _set(*place: str | int, to: object) -> tuple[tuple[str | int, ...], object]:
    return place, to


FOX_POSE = ("collections", "fox", "poses", "wave")
WRONG = {
    "unknown field": _set("generated", to="2026-01-01"),
    "unknown field of a collection": _set("collections", "fox", "prompt", to="a fox"),
    "unknown field of a pose": _set(*FOX_POSE, "asset_id", to="1"),
    "unknown field of a medium": _set(*FOX_POSE, "image", "signed_url", to="x"),
    **{
        f"{field} {value:.0e}": _set(*FOX_POSE, "image", field, to=value)
        for field, value in (
            ("bytes", 10**30),
            ("bytes", 2**63),
            ("bytes", 2**40 + 1),
            ("bytes", -1),
            ("width", 10**30),
            ("height", -(10**30)),
            ("duration", 1e300),
            ("duration", 1_000_001),
        )
    },
    "unknown key": _set(*FOX_POSE, "animations", 0, "gif", to=None),
    "key with a line break": _set(*FOX_POSE, "animations", 0, "video\n", to={}),
    "variant of nothing": _set(*FOX_POSE, "animations", 0, "video_0", to={}),
    "collections as list": _set("collections", to=[]),
    "poses as list": _set("collections", "fox", "poses", to=[]),
    "collection null": _set("collections", "fox", to=None),
    "empty alias": _set("collections", "", to={"id": "x", "name": "", "poses": {}}),
    "long alias": _set("collections", "x" * 501, to={"id": "x", "name": "", "poses": {}}),
    "empty slug": _set("collections", "fox", "poses", "", to={"name": "x"}),
    "no name": _set(*FOX_POSE, to={}),
    "empty name": _set(*FOX_POSE, "name", to=""),
    "name number": _set(*FOX_POSE, "name", to=1),
    "id with slash": _set("collections", "fox", "id", to="a/b"),
    "id with a line break": _set("collections", "fox", "id", to="fox\n"),
    "width zero": _set(*FOX_POSE, "image", "width", to=0),
    "width text": _set(*FOX_POSE, "image", "width", to="512"),
    "width float": _set(*FOX_POSE, "image", "width", to=1.5),
    "width huge": _set(*FOX_POSE, "image", "width", to=10**4_000),
    "bytes negative": _set(*FOX_POSE, "image", "bytes", to=-1),
    "duration negative": _set(*FOX_POSE, "image", "duration", to=-0.5),
    "type unknown": _set(*FOX_POSE, "image", "type", to="image/svg+xml"),
    "alpha number": _set(*FOX_POSE, "image", "alpha", to=1),
    "hash short": _set(*FOX_POSE, "image", "sha256", to="ab"),
    "hash with a line break": _set(*FOX_POSE, "image", "sha256", to="a" * 64 + "\n"),
    "url long": _set(*FOX_POSE, "image", "url", to=f"{HOST}/" + "a" * 2_000),
    "url number": _set(*FOX_POSE, "image", "url", to=7),
    "revision long": _set("revision", to="0" * 17),
    "revision upper": _set("revision", to="ABCDEF0123456789"),
    "revision with a line break": _set("revision", to="0" * 16 + "\n"),
}


def changed(place: tuple[str | int, ...], value: object) -> Any:  # noqa: ANN401 - JSON
    content = plain()
    inner: Any = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return content


@pytest.mark.parametrize(("place", "value"), WRONG.values(), ids=WRONG)
def test_content_that_breaks_the_schema_is_one_error_with_the_remedy(
    place: tuple[str | int, ...], value: object
) -> None:
    with pytest.raises(ManifestError) as caught:
        loads(text_of(changed(place, value)), ORIGINS)
    assert str(caught.value).endswith(REMEDY)
    assert "edited" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("place", "value"), WRONG.values(), ids=WRONG)
def test_the_json_schema_refuses_the_same_content(
    place: tuple[str | int, ...], value: object
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(changed(place, value))


@given(contents)
@settings(max_examples=40)
def test_the_json_schema_accepts_every_manifest(content: dict[str, Collection]) -> None:
    found = json.loads(dumps(make(content)))
    jsonschema.Draft202012Validator(schema()).validate(found)


def test_the_json_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_that_ships_is_the_one_of_the_types() -> None:
    shipped = Path(mkdocs_masko.__file__).with_name("manifest.schema.json")
    expected = json.dumps(schema(), indent=2, sort_keys=True) + "\n"
    assert shipped.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    ("version", "shown"), [(2, "2"), (99, "99"), (10**300, "1" + "0" * 198 + "…")]
)
def test_a_later_version_is_refused_by_name(version: int, shown: str) -> None:
    content = {"version": version, "poses": "in a form that nobody knows yet"}
    with pytest.raises(ManifestError) as caught:
        loads(text_of(content), ORIGINS)
    assert str(caught.value) == (
        f"version {shown} of the format is newer than this mkdocs-masko reads (version 1). "
        "Upgrade mkdocs-masko."
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        _set(*FOX_POSE, "name", to="Hello"),
        _set(*FOX_POSE, "image", "url", to=f"{HOST}/other.png"),
        _set(*FOX_POSE, "image", "width", to=1),
        _set("collections", "fox", "name", to="Vixen"),
        _set("revision", to="0123456789abcdef"),
    ],
)
def test_edited_content_is_refused(place: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(ManifestError) as caught:
        loads(text_of(changed(place, value)), ORIGINS)
    assert str(caught.value) == (
        f"its revision is not that of its content: it was edited. {REMEDY}"
    )


def test_the_layout_of_the_text_does_not_matter_when_reading() -> None:
    made = manifest()
    compact = json.dumps(turned(json.loads(dumps(made))))
    assert loads(compact, ORIGINS) == made
    assert loads(dumps(made).replace("\n", "\r\n"), ORIGINS) == made


def test_a_url_on_another_host_is_refused_when_reading() -> None:
    with pytest.raises(ManifestError, match=r"not on a host that media may come from") as caught:
        loads(dumps(manifest()), ["https://media.example.org"])
    assert str(caught.value).endswith(REMEDY)


@pytest.mark.parametrize("url", ["https://evil.example/x.png", "javascript:alert(1)"])
@pytest.mark.parametrize(
    "place", ["image", "transparent_image", "image_sizes", "animations"], ids=str
)
def test_the_url_of_every_medium_is_checked_when_reading(place: str, url: str) -> None:
    bad = msgspec.structs.replace(medium("x.png"), url=url)
    parts = {
        "image": bad,
        "transparent_image": bad,
        "image_sizes": {"transparent_image_480": bad},
        "animations": ({"video": bad},),
    }
    wrong = msgspec.structs.replace(pose("x"), **{place: parts[place]})
    with pytest.raises(ManifestError):
        loads(dumps(manifest(fox={"x": wrong})), ORIGINS)


def test_a_manifest_yields_the_url_of_every_medium() -> None:
    sized = msgspec.structs.replace(pose("x"), image_sizes={"image_480": medium("x-480.png")})
    content = manifest(fox={**FOX, "x": sized})
    assert {*content.urls()} == {each.url for _, _, each in content.media()}


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_every_released_version_of_the_format_can_be_loaded(version: int) -> None:
    found = loads((DATA / f"v{version}.json").read_bytes(), ORIGINS)
    assert list(found.collections) == ["fox", "owl"]


def test_the_latest_version_is_written_byte_for_byte() -> None:
    text = (DATA / f"v{VERSION}.json").read_text(encoding="utf-8")
    assert dumps(loads(text, ORIGINS)) == text


def test_a_pose_yields_its_media_with_their_places() -> None:
    places = [place for place, _ in FOX["two"].media()]
    assert places == [
        "image",
        "transparent_image",
        *(
            f"animations[{number}].{key}"
            for number in (0, 1)
            for key in (
                "transparent_video_android",
                "transparent_video_mov",
                "transparent_video_webm",
                "video",
            )
        ),
    ]


def test_the_same_poses_in_any_order_are_one_manifest() -> None:
    one = make({"a": collection({"x": pose("x"), "y": pose("y")}), "b": collection({})})
    two = make({"b": collection({}), "a": collection({"y": pose("y"), "x": pose("x")})})
    assert (one.revision, dumps(one)) == (two.revision, dumps(two))
