"""What a card of the catalogue says of a pose: its frames, its files and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import manifest_samples
from mkdocs_masko.gallery import groups, lines
from mkdocs_masko.manifest import Medium, Pose

if TYPE_CHECKING:
    from mkdocs_masko.gallery import Card


def _card(slug: str) -> Card:
    (group,) = groups(manifest_samples.manifest(), "fox")
    return next(card for card in group.cards if card.match.slug == slug)


FRAMES: dict[str, list[str]] = {
    "wave": ["Still image", "Animation 2.5 s"],
    "two": ["Still image", "Animation 1 2.5 s", "Animation 2 2.5 s"],
    "still": ["Still image", "No animation"],
    "opaque": ["Opaque still image", "Animation 2.5 s"],
    "only-mp4": ["No still image", "Opaque animation 2.5 s"],
    "opaque-webm": ["Still image", "No animation"],
    "bare": ["No still image", "No animation"],
}


@pytest.mark.parametrize("slug", FRAMES)
def test_a_card_shows_the_picture_and_each_animation(slug: str) -> None:
    """What there is none of has its place too."""
    frames = _card(slug).frames
    assert [f"{f.title} {f.duration}".strip() for f in frames] == FRAMES[slug]
    assert [f.arguments is None for f in frames] == [f.title.startswith("No ") for f in frames]


def test_an_animation_without_transparency_is_shown_with_its_background() -> None:
    frame = _card("only-mp4").frames[1]
    assert frame.arguments == {
        "kind": "animation",
        "play": "hover",
        "animation": 0,
        "background": True,
    }


def test_files_are_listed_by_format_with_px_and_bytes() -> None:
    said = [(line.format, line.note, line.sizes) for line in lines(manifest_samples.FOX["sized"])]
    assert [s[:2] for s in said] == [
        ("PNG", ""),
        ("JPEG", "opaque"),
        ("MOV", ""),
        ("WebM", ""),
        ("MP4", "opaque"),
        ("MP4", "stacked"),
    ]
    assert [size.partition(",")[0] for size in said[3][2]] == [
        "1024 px",
        "512 px",
        "256 px",
        "128 px",
    ]


def test_files_of_several_animations_have_their_number() -> None:
    formats = [line.format for line in lines(manifest_samples.FOX["two"])]
    assert formats[2:4] == ["MOV 1", "WebM 1"]
    assert formats[6:8] == ["MOV 2", "WebM 2"]


def test_a_webm_without_transparency_is_called_opaque() -> None:
    found = {line.format: line.note for line in lines(manifest_samples.FOX["opaque-webm"])}
    assert found["WebM"] == "opaque"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, "600\N{MULTIPLICATION SIGN}200 px"),
        (7, "600\N{MULTIPLICATION SIGN}200 px, 7 bytes"),
        (999, "600\N{MULTIPLICATION SIGN}200 px, 999 bytes"),
        (1000, "600\N{MULTIPLICATION SIGN}200 px, 1.0 kB"),
        (87_654, "600\N{MULTIPLICATION SIGN}200 px, 88 kB"),
        (999_499, "600\N{MULTIPLICATION SIGN}200 px, 999 kB"),
        (999_500, "600\N{MULTIPLICATION SIGN}200 px, 1.0 MB"),
        (12_345_678, "600\N{MULTIPLICATION SIGN}200 px, 12.3 MB"),
    ],
)
def test_a_size_is_said_in_px_and_where_they_are_known_in_bytes(
    count: int | None, said: str
) -> None:
    url = f"{manifest_samples.HOST}/w.png"
    medium = Medium(url=url, type="image/png", width=600, height=200, bytes=count)
    (line,) = lines(Pose(name="wide", transparent_image=medium))
    assert line.sizes == (said,)


def test_collections_come_in_order_the_default_one_first() -> None:
    made = manifest_samples.manifest(
        ant=manifest_samples.FOX, fox=manifest_samples.FOX, owl=manifest_samples.FOX
    )
    assert [group.alias for group in groups(made, "fox")] == ["fox", "ant", "owl"]
    assert [group.alias for group in groups(made, "fox", "owl")] == ["owl"]


def test_only_poses_of_other_collections_need_a_prefix() -> None:
    made = manifest_samples.manifest(
        fox={"wave": manifest_samples.FOX["wave"]}, owl={"wave": manifest_samples.FOX["wave"]}
    )
    fox, owl = groups(made, "fox")
    assert [fox.cards[0].reference, owl.cards[0].reference] == ["wave", "owl/wave"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("plush", ["plush-swagger"]),
        ("swagger fox", ["plush-swagger"]),
        ("no-mov", ["long", "only-webm"]),
        ("no-animation", ["bare", "plush-swagger", "still", "wide"]),
        ("owl", []),
    ],
)
def test_the_filter_finds_names_mascots_formats_and_what_is_missing(
    typed: str, found: list[str]
) -> None:
    (group,) = groups(manifest_samples.manifest(), "fox")
    fits = [c.match.slug for c in group.cards if all(t in c.words for t in typed.split())]
    assert fits == [slug for slug in sorted(manifest_samples.FOX) if slug in found]


def test_a_long_name_never_hides_what_is_missing_from_the_filter() -> None:
    pose = manifest_samples.pose(
        "x", {"transparent_video_webm": manifest_samples.webm("x")}, name="long " * 1000
    )
    (group,) = groups(manifest_samples.manifest(fox={"x": pose}), "fox")
    assert group.cards[0].words.startswith("no-mov no-mp4 png jpeg webm fox x long long")
    assert len(group.cards[0].words) <= 400
