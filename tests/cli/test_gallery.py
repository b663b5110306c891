"""`mkdocs-masko gallery`: a folder to open in a browser, with or without a site."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cli_process
import sites
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

OWL = ("gallery", "--collection", "owl", "--api-url", "sandbox")
LOCAL = re.compile(r'(?:src|href)="(?!https?:)([^"]+)"')


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _page(done: cli_process.Done, folder: Path) -> str:
    assert done.code == 0, done.said
    return (folder / done.out.strip()).read_text(encoding="utf-8")


def test_it_writes_a_folder_that_has_all_it_needs(tmp_path: Path) -> None:
    """Without a site, a key or a manifest; and it writes nothing else."""
    done = cli_process.run(tmp_path, *OWL, "--output", "poses", "--no-open")
    assert (done.out.strip(), done.err) == (str(Path("poses/index.html")), "")
    page = _page(done, tmp_path)
    assert page.count('<li class="mg-card"') == 11
    addresses = {*LOCAL.findall(page), *re.findall(r'src="([^"]+)"', page)}
    assert len(addresses) > 15
    assert [a for a in addresses if not (tmp_path / "poses" / a).is_file()] == []
    assert [path.name for path in tmp_path.iterdir()] == ["poses"]


def test_the_page_is_valid_and_needs_no_exception_of_a_policy(tmp_path: Path) -> None:
    page = _page(cli_process.run(tmp_path, *OWL, "-o", "x", "--no-open"), tmp_path)
    for element in sites.parse(page).iter():
        assert element.tag != "style"
        assert element.tag != "script" or element.get("src")
        assert not {name for name in element.attrib if name.startswith("on") or name == "style"}
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_it_shows_the_manifest_of_the_site_without_asking_anybody(tmp_path: Path) -> None:
    """Only what the CDN does not serve is copied; addresses of the CDN stay what they are."""
    sites.make(tmp_path, {}, options=sites.FROZEN)
    offline = tmp_path / "offline"
    offline.mkdir()
    variables = sites.Offline(offline).variables()
    done = cli_process.run(tmp_path, "gallery", "-o", "out", "--no-open", **variables)
    page = _page(done, tmp_path)
    assert page.count('<li class="mg-card"') == 15
    assert "![Plush Swagger](masko:owl/plush-swagger)" in page
    assert sites.Offline(offline).attempts() == ""


def test_media_of_a_server_stay_where_they_are(sandbox: Sandbox, tmp_path: Path) -> None:
    variables = cli_process.variables(sandbox)
    done = cli_process.run(
        tmp_path, "gallery", "--collection", "fox", "-o", "out", "--no-open", **variables
    )
    page = _page(done, tmp_path)
    assert f'src="{sandbox.cdn_url}/' in page
    names = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert names == {"index.html", "gallery.css", "gallery.js", "masko.css", "masko.js"}


def test_without_a_folder_it_takes_a_temporary_one(tmp_path: Path) -> None:
    done = cli_process.run(tmp_path, *OWL, "--no-open", process=True, TMPDIR=str(tmp_path))
    page = Path(done.out.strip())
    assert page.name == "index.html"
    assert page.parent.parent == tmp_path
    assert page.parent.name.startswith("masko-gallery-")
    assert tempfile.gettempprefix() not in page.parent.name


@pytest.mark.parametrize("works", [True, False])
def test_it_opens_the_page_in_the_browser_that_is_there(tmp_path: Path, works: bool) -> None:
    opener = tmp_path / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\nexit {int(not works)}\n')
    opener.chmod(0o755)
    done = cli_process.run(
        tmp_path, *OWL, "-o", "a b", process=True, BROWSER=f"{opener} %s", PATH="", DISPLAY=""
    )
    assert (done.code, done.out.strip()) == (0, str(Path("a b/index.html")))
    opened = (tmp_path / "opened").read_text().strip()
    assert opened == (tmp_path / "a b/index.html").as_uri()
    told = "" if works else "no browser found: open this page yourself\n"
    assert done.err == told


def test_it_is_written_again_but_never_over_somebodys_page(tmp_path: Path) -> None:
    for _ in range(2):
        assert cli_process.run(tmp_path, *OWL, "-o", "out", "--no-open").code == 0
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine/index.html"
    mine.write_text("<h1>Mine</h1>")
    done = cli_process.run(tmp_path, *OWL, "-o", "mine", "--no-open")
    assert done.code == 2
    assert done.err == (
        f"error: option '--output' {Path('mine/index.html')} is there already, and is no gallery: "
        "name another folder\n"
    )
    assert mine.read_text() == "<h1>Mine</h1>"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["index.html"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cli_process.run(tmp_path, *OWL, "-o", "file/below", "--no-open")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"error: {Path('file/below')}: cannot be written: Not a directory.\n"


def test_without_a_site_a_manifest_or_a_key_it_says_what_to_do(tmp_path: Path) -> None:
    done = cli_process.run(tmp_path, "gallery", "--no-open")
    assert (done.code, done.out) == (2, "")
    assert (
        "no mkdocs.yml or zensical.toml in this folder. Name one with -f, or give --collection."
        in done.err
    )
    done = cli_process.run(tmp_path, "gallery", "--collection", "x", "--no-open")
    assert (done.code, done.out) == (2, "")
    assert "there is neither a manifest (masko.manifest.json) nor a key" in done.err
