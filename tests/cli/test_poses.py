"""A manifest for people: the rows that all three forms have in common."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

import sites
from cli_process import NAME, config, run, variables
from hostile_texts import TEXTS
from manifest_samples import FOX, manifest, pose
from mkdocs_masko.cli.output import print_json, tab_separated, to_rich
from mkdocs_masko.cli.poses import manifest_document, pose_table, rows
from mkdocs_masko.manifest import Collection, Manifest, Pose, make
from mkdocs_masko.text import replace_controls
from terminals import at_terminal, plain

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox

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


def test_show_lists_what_a_self_hosted_site_serves(tmp_path: Path) -> None:
    """The same files that a build publishes for the pose, and the HTML that names them."""
    options = {**sites.FROZEN, "hosting": "self"}
    folder = sites.make(tmp_path, {"index.md": "![wave](masko:wave)"}, options=options)
    (folder / NAME).unlink()
    assert run(folder, "sync").code == 0
    built = sites.build(folder).good()
    document = json.loads(run(folder, "show", "wave", "--json").out)
    served = {file["path"].rpartition("/")[2] for file in document["served"]}
    assert served >= sites.published(built) - {"files.json"}
    assert "sandbox.masko.invalid" not in document["markup"]
    assert all(file["path"] in document["markup"] for file in document["served"])
    piped = [line.split("\t") for line in run(folder, "show", "wave").out.splitlines()]
    assert {path for *_, path in piped} == {file["path"] for file in document["served"]}
    assert {place for place, *_ in piped} >= {"transparent_image", "transparent_video_webm"}
    text = plain(at_terminal(folder, "show", "wave", width=120).out)
    part = text.partition("Files of the site")[2].partition("Write it")[0]
    assert all(file["path"] in part for file in document["served"])


def test_show_reads_the_configuration_that_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    """The media that `sync --into` wrote are in its docs folder, not in that of `mkdocs.yml`."""
    text = config(tmp_path, hosting="self").read_text(encoding="utf-8")
    (tmp_path / "other.yml").write_text(f"docs_dir: pages\n{text}", encoding="utf-8")
    assert run(tmp_path, "sync", "--into", "pages/assets/masko", **variables(sandbox)).code == 0
    known = {"MASKO_API_URL": sandbox.api_url}
    expected = run(tmp_path, "show", "wave", "--json", **known).out
    elsewhere = {**known, "MASKO_CACHE_DIR": str(tmp_path / "empty")}
    assert run(tmp_path, "show", "wave", "--json", **elsewhere).out != expected
    assert run(tmp_path, "show", "wave", "--json", "-f", "other.yml", **elsewhere).out == expected


def test_show_lists_urls_where_a_cdn_serves_the_files(sandbox: Sandbox, tmp_path: Path) -> None:
    """The site then serves none."""
    config(tmp_path)
    assert run(tmp_path, "sync", **variables(sandbox)).code == 0
    done = run(tmp_path, "show", "wave", "--json", MASKO_API_URL=sandbox.api_url)
    document = json.loads(done.out)
    assert "served" not in document
    assert sandbox.origin in document["markup"]


def test_show_takes_what_a_page_writes(tmp_path: Path) -> None:
    """With the scheme, or without."""
    config(tmp_path, api_url="sandbox")
    assert run(tmp_path, "sync").code == 0
    assert run(tmp_path, "show", "masko:wave").out == run(tmp_path, "show", "wave").out
