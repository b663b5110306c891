"""A manifest for people: the rows that all three forms have in common."""

from __future__ import annotations

import re

import pytest
from rich.console import Console

from hostile_texts import TEXTS
from manifest_samples import FOX, manifest, pose
from mkdocs_masko.cli.output import print_json, tab_separated, to_rich
from mkdocs_masko.cli.poses import manifest_document, pose_table, rows
from mkdocs_masko.manifest import Collection, Manifest, Pose, make
from mkdocs_masko.text import replace_controls

EXPECTED = {
    "wave": ("wave", "512x512", "mov webm mp4"),
    "two": ("two", "512x512", "mov webm mp4, mov webm mp4"),
    "still": ("still", "512x512", "none"),
    "plush-swagger": ("Plush Swagger", "512x512", "none"),
    "only-webm": ("only-webm", "512x512", "webm"),
    "only-mov": ("only-mov", "512x512", "mov"),
    "only-mp4": ("only-mp4", "none", "mp4"),
    "opaque": ("opaque", "512x512 opaque", "mov webm mp4"),
    "faceless": ("faceless", "none", "mov webm mp4"),
    "wide": ("wide", "600x200", "none"),
    "bare": ("bare", "none", "none"),
}


@pytest.mark.parametrize("slug", EXPECTED)
def test_a_row_says_what_there_is(slug: str) -> None:
    """What to write, the pose's name, the size of its still, and the formats of what moves."""
    found = {row[0]: row[1:] for row in rows(manifest(), "fox")}
    assert found[f"masko:{slug}"] == EXPECTED[slug]


def test_poses_of_the_default_collection_need_no_alias() -> None:
    """The first column can be copied onto a page as it is."""
    both = manifest(owl={"wave": pose("wave")}, fox={"idle": pose("idle")})
    assert [row[0] for row in rows(both, "owl")] == ["masko:fox/idle", "masko:wave"]
    assert [row[0] for row in rows(both, "fox")] == ["masko:idle", "masko:owl/wave"]


def hostile() -> Manifest:
    """Make a manifest whose names all break something."""
    slugs = (text[:300].encode("utf-8", "ignore").decode() or "x" for text in TEXTS)
    poses = {slug: Pose(name=slug, image=FOX["still"].image) for slug in slugs}
    return make({each: Collection(id="fox", name="Fox", poses=poses) for each in ["a", "\x1b[31m"]})


def test_nothing_raw_is_shown() -> None:
    """Whatever the names are, each pose is one line of plain letters in four columns."""
    content = hostile()
    lines = list(tab_separated(pose_table(content, "a")))
    assert len(lines) == sum(len(c.poses) for c in content.collections.values())
    for line in lines:
        assert line.count("\t") == 3
        assert all(part == replace_controls(part) for part in line.split("\t"))
        assert "::" not in line
        assert len(line) < 450


def test_a_table_shows_names_and_no_markup() -> None:
    """Square brackets and emoji names in a pose's name are letters."""
    name = "[red]x[/red] :smile: \x1b[31m"
    console = Console(width=80, record=True, force_terminal=True, file=None, quiet=False)
    with console.capture() as capture:
        table = pose_table(manifest(fox={"x": pose("x", name=name)}), "fox")
        console.print(to_rich(table, 80))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", capture.get())
    assert "[red]x[/red] :smile: \ufffd[31m" in plain


def test_a_document_has_every_medium() -> None:
    """The JSON is for programs: by collection and slug the name, and the address of each medium."""
    document = manifest_document(manifest())
    assert document["fox"].keys() == FOX.keys()
    for slug, found in FOX.items():
        media = {place: medium.url for place, medium in found.media()}
        assert document["fox"][slug] == {"name": found.name, "media": media}


def test_a_document_is_printed_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    """No name can act on a terminal, and every pipe can encode it."""
    print_json(manifest_document(hostile()))
    text = capsys.readouterr().out
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
