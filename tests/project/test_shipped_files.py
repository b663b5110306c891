"""The script and the style sheet: small, plain, and nothing that a strict policy forbids."""

from __future__ import annotations

import gzip

import pytest

from mkdocs_masko.page_assets import POSE_ASSETS, inject_assets, shipped_file, site_path

LIMITS = {"masko.js": 3000, "masko.css": 1500}
SHEET = '<link rel="stylesheet" href="../'


def injected(page: str) -> str:
    return inject_assets(page, "../")


@pytest.mark.parametrize("name", POSE_ASSETS)
def test_a_file_is_small_on_the_wire(name: str) -> None:
    """In bytes, compressed as servers do it."""
    assert len(gzip.compress(shipped_file(name).read_bytes(), 9)) <= LIMITS[name]


def test_they_need_no_exception_from_a_policy() -> None:
    script, sheet = (shipped_file(name).read_text(encoding="utf-8") for name in LIMITS)
    for word in (
        "eval(",
        "Function(",
        "innerHTML",
        ".style",
        "import(",
        "import ",
        "http",
        "data:",
    ):
        assert word not in script
    for word in ("url(", "@import", "http"):
        assert word not in sheet


@pytest.mark.parametrize(
    ("page", "before"),
    [
        ('<!doctype html><html><head><meta charset="utf-8"><title>', '<meta charset="utf-8">'),
        ("<!DOCTYPE html>\n<html lang=en>\n<head>\n<title>", "<head>"),
        ("<html lang=en><title>", "<html lang=en>"),
        ("<!doctype html><title>", "<!doctype html>"),
        ("<p>", ""),
    ],
)
def test_the_sheet_comes_first_in_the_head(page: str, before: str) -> None:
    """Behind the character set alone; what of the head is written does not matter."""
    html = injected(page + '<img class="masko">')
    assert html.startswith(page[: page.index(before) + len(before)] + SHEET)
    assert html.count(SHEET) == 1


def test_the_script_follows_the_last_pose() -> None:
    html = injected("<masko-pose></masko-pose><p><masko-pose></masko-pose> end")
    assert f'</masko-pose><script defer src="../{site_path("masko.js")}"></script> end' in html
    assert html.count("<script") == 1


@pytest.mark.parametrize(
    "page",
    [
        "words",
        '<img class="unmasko">',
        '<code>&lt;img class="masko"&gt;</code>',
        '<p title="masko">',
        "masko-pose",
    ],
)
def test_a_page_without_a_pose_stays_as_it_is(page: str) -> None:
    assert injected(page) == page


def test_a_url_is_text() -> None:
    html = inject_assets('<img class="masko">', 'a"><b>&')
    assert 'href="a&quot;&gt;&lt;b&gt;&amp;' in html
