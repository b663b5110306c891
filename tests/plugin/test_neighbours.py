"""`hosting: self` beside plugins that change pictures, and with the example site."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import convert
from msgspec.structs import replace

import sites
from media_cache import sha
from mkdocs_masko.assets.site_files import OURS
from mkdocs_masko.manifest import Collection, dumps, make

if TYPE_CHECKING:
    from collections.abc import Iterator

SELF = {**sites.SANDBOX, "hosting": "self", "timeout": 600}  # on a busy machine, too
PAGES = {"index.md": '![A fox](masko:wave){ width=120 }\n\n{{ masko_image("idle", width=90) }}\n'}
OTHERS = [
    {"privacy": {"assets_exclude": ["unpkg.com/*"]}},  # which the theme itself may ask
    {"optimize": {"cache": False}},
    {"glightbox": {}},
]
THEME = {"name": "material", "font": False}  # no other host is asked for anything
BIN = str(Path(sys.executable).parent)


@pytest.mark.parametrize("first", [True, False], ids=["ours first", "ours last"])
def test_materials_plugins_and_a_lightbox_leave_our_files_as_they_are(
    first: bool, tmp_path: Path
) -> None:
    """Privacy, optimize and glightbox, all switched on: the same pictures, none wrapped."""
    plugins = ["masko", *OTHERS] if first else [*OTHERS, "masko"]
    sites.make(tmp_path, PAGES, options=SELF, plugins=plugins, theme=THEME)
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # pngquant lies beside Python
    built = sites.build(tmp_path, "--strict", env={"PATH": path}).good()
    assert sites.missing(built) == []
    html = built.page()
    images = [e for e in sites.parse(html).iter("img") if "masko" in (e.get("src") or "")]
    assert len(images) == 2
    assert all("off-glb" in (image.get("class") or "") for image in images)
    for link in sites.parse(html).iter("a"):
        assert "glightbox" not in (link.get("class") or "")
    names = sites.published(built)
    assert all(OURS.fullmatch(name) for name in names)
    cached = {sha(p.read_bytes()) for p in (tmp_path / ".cache").rglob("*") if p.is_file()}
    small = [name for name in names if not name.endswith((".webm", ".mov", ".mp4"))]
    assert len(small) == 12
    for name in small:
        assert sha((built.site / "assets/masko" / name).read_bytes()) in cached


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example site, hosting its media itself."""
    folder = sites.example(tmp_path_factory.mktemp("example"))
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    config = folder / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    assert "api_url: sandbox\n" in text
    ours = "api_url: sandbox\n      hosting: self\n      timeout: 600\n"
    config.write_text(text.replace("api_url: sandbox\n", ours, 1), encoding="utf-8")
    return folder


def test_the_example_site_serves_all_of_its_media_itself(example: Path) -> None:
    """Both mascots, every page: no address of ours leads elsewhere, and each file is there."""
    built = sites.build(example, "--strict").good()
    assert sites.missing(built) == []
    again = sites.build(example, "--strict").good()
    (line,) = [line for line in again.lines("INFO") if "published" in line]
    assert "encoded" not in line
    assert "downloaded" not in line
    assert sites.published(again) == sites.published(built)


GENERATOR = """
import mkdocs_gen_files
with mkdocs_gen_files.open("guide/made.md", "w") as file:
    file.write('# Made\\n\\n![A fox](masko:wave)\\n\\n{{ masko("idle", alt="Idle") }}\\n')
"""
GUIDE = (
    '# Guide\n\n![A fox](masko:wave){ dark=cheer }\n\n{{ masko("idle", alt="Idle") }}\n\n'
    '- {{ masko_image("wave", alt="Wave", width=40) }} `{{ masko("code") }}`\n\n'
    "[Home](../index.md)\n"
)
ALTS = ["A fox", "A fox", "Idle", "Wave"]
HTML_MIN = {"minify_html": True, "htmlmin_opts": {"remove_optional_attribute_quotes": True}}
WRITERS: dict[str, dict[str, Any]] = {
    "ezlinks": {},
    "gen-files": {"scripts": ["generate.py"]},
    "markdownextradata": {},
    "minify": HTML_MIN,
    "redirects": {"redirect_maps": {"old.md": "guide/made.md"}},
}


@pytest.mark.parametrize("first", [True, False], ids=["ours first", "ours last"])
@pytest.mark.parametrize("name", WRITERS)
def test_what_writes_pages_or_links_anew_leaves_all_poses(
    name: str, tmp_path: Path, *, first: bool
) -> None:
    """Below the root of the site, where a relative link is another one than at the root."""
    other = {name: WRITERS[name]}
    pages = {"index.md": "# Home\n", "guide/made.md": GUIDE}
    sites.make(
        tmp_path,
        pages,
        files={"generate.py": GENERATOR},
        plugins=["masko", other] if first else [other, "masko"],
        theme={"name": "mkdocs"},
        markdown_extensions=["attr_list"],
    )
    built = sites.build(tmp_path, "--strict").good()
    html = built.page("guide/made/index.html")
    alts = [image.get("alt") for image in sites.parse(html).iter("img")]
    assert alts == (["A fox", "Idle"] if name == "gen-files" else ALTS)
    assert not re.search(r"masko(?::|%3A)|maskoembed", html)
    assert len(re.findall(r"assets/masko/masko\.[0-9a-f]{16}\.(?:css|js)", html)) == 2


FOX_ID = "f9503022-a991-46ea-bf8c-d628c921b6b0"


def _manifest_of_cdn() -> str:
    """Return a manifest whose media are on the CDN."""
    text = sites.manifest().replace("https://sandbox.masko.invalid", "https://assets.masko.ai")
    collections = convert(json.loads(text)["collections"], dict[str, Collection])
    return dumps(make({"fox": replace(collections["fox"], id=FOX_ID)}))


def _manual_recipe() -> list[str]:
    """Return the URLs that the manual says privacy has to leave alone."""
    page = (sites.ROOT / "example-site/docs/compatibility.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"`assets_exclude: \[([^\]]*)\]`", page)
    return [recipe]


def test_privacy_asks_no_host_for_media_that_the_manual_has_it_exclude(tmp_path: Path) -> None:
    """With `hosting: cdn` and no network, it ends in a traceback without that line."""
    options = {"collections": {"fox": FOX_ID}, "mode": "frozen"}
    pages = {"index.md": "![A fox](masko:wave){ width=120 dark=cheer }\n"}
    privacy = {"privacy": {"assets_exclude": ["unpkg.com/*", *_manual_recipe()]}}
    sites.make(tmp_path, pages, options=options, plugins=["masko", privacy], theme=THEME)
    (tmp_path / "masko.manifest.json").write_text(_manifest_of_cdn(), encoding="utf-8")
    (tmp_path / "offline").mkdir()
    offline = sites.Offline(tmp_path / "offline")
    built = sites.build(tmp_path, "--strict", env=offline.variables()).good()
    assert offline.attempts() == ""
    html = built.page()
    images = [image.get("src") or "" for image in sites.parse(html).iter("img")]
    assert len([src for src in images if src.startswith("https://assets.masko.ai/")]) == 2
    assert not (built.site / "assets/external").exists()
