"""Files that the site serves itself: their names, and that only used ones are published."""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from mkdocs_masko.assets import (
    FOLDER,
    MediaFormat,
    SiteFile,
    SiteFiles,
    file_name,
    variant_name,
)
from mkdocs_masko.manifest import Medium
from mkdocs_masko.variants import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES = get_args(get_type_hints(Medium)["type"])
SHA = hashlib.sha256(b"fox").hexdigest()
DIGEST = SHA[:16]


def medium(url: str, type_: str = "image/png", size: int = 512) -> Medium:
    """Make a medium at an address."""
    return Medium(url=url, type=type_, width=size, height=size)  # type: ignore[arg-type] # one of TYPES


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://assets.masko.ai/fox/wave-7288dd2e.png", "wave"),
        ("https://assets.masko.ai/fox/wave.png", "wave"),
        ("https://assets.masko.ai/fox/Plush%20Swagger.webm", "plush-20swagger"),
        ("https://assets.masko.ai/fox/card-sit-deadbeef.mov.exe", "card-sit-deadbeef-mov"),
        ("https://assets.masko.ai/fox/wave-2.png", "wave-2"),
        ("https://assets.masko.ai/fox/cafe-creme-2-12345678abcd.png", "cafe-creme-2"),
        ("https://assets.masko.ai/fox/12345678", "12345678"),
        ("https://assets.masko.ai/fox/con.png", "pose-con"),
        ("https://assets.masko.ai/fox/AUX-7288dd2e.png", "pose-aux"),
        ("https://assets.masko.ai/fox/nul..png", "pose-nul"),
        ("https://assets.masko.ai/fox/com1.png", "pose-com1"),
        ("https://assets.masko.ai/fox/lpt9 .png", "pose-lpt9"),
        ("https://assets.masko.ai/fox/console.png", "console"),
        ("https://assets.masko.ai/fox/WAVE.png", "wave"),
        ("https://assets.masko.ai/", "pose-e3b0c442"),
        ("https://assets.masko.ai/狐狸.png", "pose"),
        ("https://assets.masko.ai/%F0%9F%A6%8A", "f0-9f-a6-8a"),
        ("https://assets.masko.ai/" + "long-" * 100, ("long-" * 100)[:48]),
    ],
)
def test_a_file_is_named_by_pose_and_content(url: str, name: str) -> None:
    """The hash is that of the bytes, and what the CDN put for it is dropped."""
    assert file_name(medium(url), SHA) == f"{name}.{DIGEST}.png"


def test_a_variant_has_no_reserved_name_either() -> None:
    """Windows cannot open `con.0123456789abcdef.avif`."""
    variant = Variant(format="avif", width=9, height=9)
    name = variant_name(medium("https://assets.masko.ai/fox/con-7288dd2e.png"), SHA, variant)
    assert name.startswith("pose-con.")


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_has_an_extension_of_ours(type_: str) -> None:
    """Servers tell a type by the extension, so it has to be that of the bytes."""
    name = file_name(medium("https://assets.masko.ai/wave.php", type_), SHA)
    extension = name.rpartition(".")[2]
    shown = {"jpeg": "jpg", "quicktime": "mov"}
    assert extension == shown.get(type_.rpartition("/")[2], type_.rpartition("/")[2])


@given(st.text(max_size=80), st.binary(max_size=9))
def test_a_file_name_is_plain(path: str, content: bytes) -> None:
    """Whatever an address holds, the name is one that every system and server takes."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = file_name(medium(f"https://assets.masko.ai/{path}"), sha256)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.png", name)


def test_each_form_has_a_name_of_its_own_and_the_same_one_every_time() -> None:
    """Medium, format and size all count, so that a name may be cached for ever."""
    wave = medium("https://assets.masko.ai/fox/wave-7288dd2e.png")
    forms = [
        Variant(format=format_, width=w, height=h)
        for format_ in get_args(get_type_hints(Variant)["format"])
        for w, h in [(240, 240), (480, 480), (240, 480)]
    ]
    other = hashlib.sha256(b"owl").hexdigest()
    names = [variant_name(wave, sha256, form) for sha256 in (SHA, other) for form in forms]
    assert len(set(names)) == len(names) == 30
    assert names == [variant_name(wave, sha256, form) for sha256 in (SHA, other) for form in forms]
    pattern = re.compile(r"wave\.[0-9a-f]{16}\.(avif|webp|png|webm|mov)")
    assert all(map(pattern.fullmatch, names))


def test_naming_is_pure_and_asks_for_each_digest_once() -> None:
    """A medium that the site serves has a path; one of the CDN has none."""
    digested = []

    def digest(medium: Medium) -> str | None:
        digested.append(medium.url)
        return SHA if medium.url.startswith("https://sandbox") else None

    files = SiteFiles(digest)
    ours = medium("https://sandbox.masko.invalid/a.png")
    theirs = medium("https://assets.masko.ai/c.png")
    named = [files.file(ours), files.file(theirs), files.file(ours), files.file(theirs)]
    path = f"{FOLDER}/a.{DIGEST}.png"
    assert named == [SiteFile(path=path, medium=ours, sha256=SHA), None] * 2
    assert digested == [ours.url, theirs.url]
    assert files.still(ours, 100, 100) == ()


def test_equal_files_have_one_path() -> None:
    """Two URLs of the same bytes and name are one file of the site."""
    files = SiteFiles(lambda _: SHA)
    named = [files.file(medium(f"https://assets.masko.ai/{n}/wave.png")) for n in range(3)]
    assert len({file.path for file in named if file}) == 1


def test_a_still_is_offered_in_three_formats_and_two_sizes() -> None:
    """The original is not published when nothing asks for it."""
    files = SiteFiles(lambda _: SHA, variants=True)
    formats = files.still(medium("https://assets.masko.ai/wave.png"), 100, None)
    assert [each.type for each in formats] == ["image/avif", "image/webp", "image/png"]
    assert [len(each.files) for each in formats] == [2, 2, 2]
    variants = [file.variant for each in formats for file in each.files]
    assert {(v.width, v.height) for v in variants if v} == {(100, 100), (200, 200)}
    assert None not in variants


def test_a_box_as_large_as_the_still_has_one_size() -> None:
    """Nothing is ever enlarged."""
    files = SiteFiles(lambda _: SHA, variants=True)
    formats = files.still(medium("https://assets.masko.ai/wave.png"), 512, 512)
    assert [len(each.files) for each in formats] == [1, 1, 1]
    assert isinstance(formats[0], MediaFormat)


def test_what_the_cdn_serves_has_no_variants() -> None:
    """They would have to lie on that server."""
    files = SiteFiles(variants=True)
    assert files.still(medium("https://assets.masko.ai/wave.png"), 100, 100) == ()
    assert files.file(medium("https://assets.masko.ai/wave.png")) is None


MOV_TYPE, WEBM_TYPE = 'video/mp4; codecs="hvc1"', 'video/webm; codecs="vp9"'


def animation(size: int = 1024, **bytes_: int) -> dict[str, Medium]:
    """Make an animation in the formats whose bytes are given, by the types of their sources."""
    both = {"mov": (MOV_TYPE, "video/quicktime"), "webm": (WEBM_TYPE, "video/webm")}
    media: dict[str, Medium] = {}
    for name, weight in bytes_.items():
        type_, mime = both[name]
        bare = medium(f"https://assets.masko.ai/wave.{name}", mime, size)
        media[type_] = structs.replace(bare, bytes=weight)
    return media


def offered(files: SiteFiles, media: Mapping[str, Medium], box: int) -> list[str]:
    """Say what an animation is offered in: format, size and what it is made of."""
    formats = files.animation(media, box, box)
    assert [each.type for each in formats] == [
        type_ for type_ in (MOV_TYPE, WEBM_TYPE) if type_ in {each.type for each in formats}
    ]
    shown = []
    for each in formats:
        (file,) = each.files
        assert file.path.endswith(".mov" if each.type == MOV_TYPE else ".webm")
        made_of = file.medium.url.rpartition(".")[2]
        size = file.variant.width if file.variant else "original"
        shown.append(f"{file.path.rpartition('.')[2]} {size} of {made_of}")
    return shown


AS_EXPORTED = ["mov original of mov", "webm original of webm"]
ANIMATIONS = [
    pytest.param(1024, ("mov", "webm"), 240, ["mov 480 of mov", "webm 480 of webm"], id="both"),
    pytest.param(1024, ("webm", "mov"), 240, ["mov 480 of mov", "webm 480 of webm"], id="order"),
    pytest.param(
        480, ("mov", "webm"), 240, ["mov original of mov", "webm original of webm"], id="as"
    ),
    pytest.param(1024, ("webm",), 240, ["mov 480 of webm", "webm 480 of webm"], id="no MOV"),
    pytest.param(1024, ("mov",), 240, ["mov 480 of mov", "webm 480 of mov"], id="no WebM"),
    pytest.param(257, ("webm",), 240, ["mov 256 of webm", "webm original of webm"], id="odd"),
    pytest.param(1, ("webm",), 240, ["webm original of webm"], id="a dot"),
    pytest.param(14, ("webm",), 240, ["webm original of webm"], id="too small for HEVC"),
    pytest.param(16, ("webm",), 240, ["mov 16 of webm", "webm original of webm"], id="just not"),
    pytest.param(14, ("mov",), 240, ["mov original of mov", "webm 14 of mov"], id="small MOV"),
    pytest.param(1024, (), 240, [], id="none"),
]


@pytest.mark.parametrize(("size", "formats", "box", "expected"), ANIMATIONS)
def test_an_animation_is_offered_as_small_as_its_box_and_in_both_formats(
    size: int, formats: tuple[str, ...], box: int, expected: list[str]
) -> None:
    """The MOV comes first: Safari plays the WebM too, but without its transparency."""
    files = SiteFiles(lambda _: SHA, variants=True, videos=True)
    assert offered(files, animation(size, **dict.fromkeys(formats, 900)), box) == expected


def test_boxes_of_about_the_same_size_share_the_files_of_an_animation() -> None:
    files = SiteFiles(lambda _: SHA, variants=True, videos=True)
    media = animation(mov=900, webm=900)
    assert len({tuple(offered(files, media, box)) for box in range(60, 400, 5)}) == 6


@pytest.mark.parametrize(
    ("formats", "sizes", "expected"),
    [
        pytest.param(
            {"mov": 900, "webm": 900},
            {"mov": 899, "webm": 899},
            ["mov 480 of mov", "webm 480 of webm"],
            id="smaller",
        ),
        pytest.param(
            {"mov": 900, "webm": 900},
            {"mov": 899, "webm": 900},
            ["mov 480 of mov", "webm original of webm"],
            id="one is as large",
        ),
        pytest.param(
            {"mov": 900, "webm": 900},
            {"mov": math.inf, "webm": 10},
            ["mov original of mov", "webm 480 of webm"],
            id="one cannot be made",
        ),
        pytest.param(
            {"webm": 900},
            {"mov": 5000, "webm": 10},
            ["mov 480 of webm", "webm 480 of webm"],
            id="the missing half is large, and better than none",
        ),
        pytest.param(
            {"webm": 900},
            {"mov": math.inf, "webm": 10},
            ["webm 480 of webm"],
            id="the missing half cannot be made",
        ),
        pytest.param(
            {"mov": 0, "webm": 0},
            {"mov": 5000, "webm": math.inf},
            ["mov 480 of mov", "webm original of webm"],
            id="nobody knows the bytes of the originals",
        ),
    ],
)
def test_a_variant_of_an_animation_is_offered_only_where_it_is_smaller(
    formats: dict[str, int], sizes: dict[str, float], expected: list[str]
) -> None:
    files, media = SiteFiles(lambda _: SHA, variants=True, videos=True), animation(**formats)
    planned = [file for each in files.animation(media, 240, 240) for file in each.files]
    changed = files.learn_sizes({file.path: sizes[_format(file)] for file in planned})
    assert offered(files, media, 240) == expected
    chosen = {_format(f): f for each in files.animation(media, 240, 240) for f in each.files}
    is_same = [file.path for file in planned] == [file.path for file in chosen.values()]
    assert changed == (set() if is_same else {each.url for each in media.values()})
    for file in planned:
        if file.path in files.stand_ins and _format(file) in chosen:
            assert files.stand_ins[file.path] == chosen[_format(file)].path


def _format(file: SiteFile) -> str:
    return file.path.rpartition(".")[2]


@pytest.mark.parametrize(("variants", "videos"), [(False, True), (True, False), (False, False)])
def test_without_variants_an_animation_is_offered_as_exported(variants: bool, videos: bool) -> None:
    files = SiteFiles(lambda _: SHA, variants=variants, videos=videos)
    assert files.animation(animation(mov=900, webm=900), 240, 240) == ()


def test_an_opaque_animation_is_offered_as_exported() -> None:
    """Its MP4 is what the author asked for by name, and small already."""
    files = SiteFiles(lambda _: SHA, variants=True, videos=True)
    mp4 = medium("https://assets.masko.ai/wave.mp4", "video/mp4", 1024)
    assert files.animation({"video/mp4": mp4}, 240, 240) == ()


def test_possible_savings_count_each_animation_once_at_its_largest_box() -> None:
    files, media = SiteFiles(lambda _: SHA, variants=True), animation(mov=100_000, webm=200_000)
    assert files.possible_savings() == (0, 0)
    for box in (80, 240, 500):  # the last needs the original
        files.animation(media, box, box)
    files.animation(animation(256, webm=7_000), 200, 200)  # which is small enough
    now, then = files.possible_savings()
    assert now == 300_000
    assert 50_000 < then < 150_000
