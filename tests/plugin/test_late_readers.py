"""Plugins that look at pages or files at a time of their own: printing, checking, encrypting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import sites
from media_cache import shared_cache

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {
    "index.md": (
        "# Home\n\n![A fox](masko:wave){ width=120 }\n\n"
        '{{ masko("idle", kind="image", width=90, alt="Idle") }}\n'
    ),
    "guide/a.md": (
        "# A\n\n![Dark](masko:wave){ dark=cheer width=120 }\n\n"
        '![Caption](masko:wave){ width=100 caption="Hi" href=../index.md }\n'
    ),
}
MATERIAL = {"name": "material", "font": False}
PROOFER = {"htmlproofer": {"raise_error": True}}
CDN, SELF = sites.SANDBOX, {**sites.SANDBOX, "hosting": "self"}


def _build(folder: Path, plugins: list[Any], options: dict[str, Any], *flags: str) -> sites.Built:
    sites.make(folder, PAGES, options=options, plugins=plugins, theme=MATERIAL)
    return sites.build(folder, *flags, env=shared_cache()).good()


@pytest.mark.parametrize(
    ("plugins", "options"), [(["masko", "print-site"], SELF), (["print-site", "masko"], CDN)]
)
def test_the_page_to_print_shows_every_pose_once_and_still(
    tmp_path: Path, plugins: list[str], options: dict[str, Any]
) -> None:
    """mkdocs-print-site rewrites the URLs of `<img>` and no others; all pages stay as they are."""
    built = _build(tmp_path, plugins, options)
    page = built.page("print_page/index.html")
    images = [e for e in sites.parse(page).iter("img") if "assets/masko" in (e.get("src") or "")]
    assert [image.get("alt") for image in images] == ["A fox", "Idle", "Dark", "Caption"]
    for image in images:
        assert (built.site / "print_page" / (image.get("src") or "")).is_file()
        assert image.get("srcset") is None
    assert not re.search(r"<video|<masko-pose|<source|masko-dark", page)
    assert ">Hi</figcaption>" in page
    assert re.search(r'<link rel="stylesheet" href="\.\./assets/masko/masko\.', page)
    assert built.page().count("<masko-pose") == 1
    assert built.page("guide/a/index.html").count("<masko-pose") == 3
    assert sites.missing(built) == []


def test_the_page_to_print_shows_the_gallery_beside_a_plugin_that_writes_html_anew(
    tmp_path: Path,
) -> None:
    """mkdocs-glightbox parses each page, so that no embed stands there to the letter."""
    options = {**SELF, "collections": {"fox": "fox"}, "gallery": True}
    built = _build(tmp_path, ["masko", "glightbox", "print-site"], options, "--strict")
    page = built.page("print_page/index.html")
    images = [e for e in sites.parse(page).iter("img") if "assets/masko" in (e.get("src") or "")]
    alts = {image.get("alt") for image in images}
    assert alts >= {"A fox", "Idle", "Dark", "Caption", "wave", "card-sit"}
    assert not re.search(r"<video|<masko-pose|<source|masko-dark", page)
    assert sites.missing(built) == []


@pytest.mark.parametrize(
    ("plugins", "options"), [(["masko", PROOFER], SELF), ([PROOFER, "masko"], CDN)]
)
def test_a_link_checker_finds_the_media(
    tmp_path: Path, plugins: list[Any], options: dict[str, Any]
) -> None:
    """mkdocs-htmlproofer looks at the files of the site before there are any media."""
    assert "htmlproofer" not in _build(tmp_path, plugins, options, "--strict").output


def test_an_encrypted_page_has_style_sheet_and_script(tmp_path: Path) -> None:
    """What it shows is ciphertext by the time that they are injected."""
    encrypt = {"encryptcontent": {"global_password": "correct horse battery staple 99"}}
    built = _build(tmp_path, ["search", "masko", encrypt], CDN)
    page = built.page()
    assert "masko-pose" not in page
    assert len(re.findall(r'<link rel="stylesheet" href="\./assets/masko/masko\.', page)) == 1
    script = r'<script defer src="\./assets/masko/masko\.[^>]*></script></body'
    assert len(re.findall(script, page)) == 1
    assert sites.published(built)
