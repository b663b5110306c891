"""Poses for link previews and search engines: `og:image`, JSON-LD, the pictures of feeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import run

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://fox.example/docs/"
MAIN = (
    '<!DOCTYPE html><html lang=en><title>x</title><meta property="og:image" content="{{ '
    'page.meta.image }}"><script type="application/ld+json">{"image": "{{ page.meta.image }}", '
    '"description": "{{ page.meta.description }}"}</script><body>{{ page.content }}'
)
FILES = {"theme/main.html": MAIN}
PAGE = "---\nimage: {}\ndescription: A fox\ndate: 2026-01-01\n---\n# Home\n\nText.\n"


def _make(folder: Path, image: str, **more: Any) -> Path:  # noqa: ANN401 - settings
    pages = {"index.md": "# Index\n", "news/one.md": PAGE.format(image)}
    settings = {"files": FILES, "site_url": SITE, **more}
    return sites.make(folder, pages, **settings)


@pytest.mark.parametrize("plugins", [["masko"], ["masko", "macros"], ["macros", "masko"]])
@pytest.mark.parametrize("hosting", ["cdn", "self"])
def test_a_pose_in_front_matter_is_the_absolute_url_of_an_opaque_still(
    tmp_path: Path, hosting: str, plugins: list[str]
) -> None:
    options = {**sites.SANDBOX, "hosting": hosting}
    _make(tmp_path, "masko:wave", options=options, plugins=plugins)
    built = sites.build(tmp_path, "--strict").good()
    html = built.page("news/one/index.html")
    (image,) = re.findall(r'og:image" content="([^"]*)"', html)
    assert f'"image": "{image}"' in html
    assert "masko:" not in html
    if hosting == "self":
        path = built.site / image.removeprefix(SITE)
        original = sites.ROOT / "mkdocs_masko/sandbox/media/fox/wave/image.png"
        assert path.read_bytes() == original.read_bytes()
    else:
        assert re.fullmatch(r"https?://[^/]+/.*\.png(\?.*)?", image)


def test_a_feed_has_the_same_picture(tmp_path: Path) -> None:
    rss = {"rss": {"use_git": False, "match_path": "news/.*"}}
    options = {**sites.SANDBOX, "hosting": "self"}
    _make(tmp_path, "masko:wave", options=options, plugins=["masko", rss], site_url="http://[::1]/")
    built = sites.build(tmp_path, "--strict").good()
    (url,) = re.findall(r'<enclosure url="([^"]*)"', built.page("feed_rss_created.xml"))
    assert f'content="{url}"' in built.page("news/one/index.html")
    assert (built.site / url.removeprefix("http://[::1]/")).is_file()


@pytest.mark.parametrize("image", ["https://fox.example/a.png", "a.png", "wave", "{a: b}"])
def test_any_other_picture_stays_as_it_is(tmp_path: Path, image: str) -> None:
    built = sites.build(_make(tmp_path, image), "--strict").good()
    image = image.replace("{a: b}", "{'a': 'b'}")
    assert f'content="{image}"' in built.page("news/one/index.html")


@pytest.mark.parametrize(
    ("image", "more", "problem"),
    [
        (
            "masko:wavee",
            {},
            "docs/news/one.md:2:1: no pose 'wavee' in 'fox' (did you mean 'wave'?)",
        ),
        (
            "masko:wave",
            {"options": {**sites.SANDBOX, "hosting": "self"}, "site_url": ""},
            "docs/news/one.md:2:1: argument 'absolute' needs the setting 'site_url': the site",
        ),
        (
            'a.png\ndescription: "![A fox](masko:wave) waves"',
            {},
            "docs/news/one.md:3:15: 'description' is published as it is written",
        ),
        (
            "a.png\ndescription: '{{ masko(\"wave\") }} waves'",
            {},
            "docs/news/one.md:3:15: 'description' is published as it is written",
        ),
    ],
)
def test_what_cannot_be_shown_is_told_and_never_published_as_a_picture(
    tmp_path: Path, image: str, more: dict[str, Any], problem: str
) -> None:
    text = PAGE.replace("description: A fox\n", "") if "description" in image else PAGE
    folder = _make(tmp_path, image, **more)
    (folder / "docs/news/one.md").write_text(text.format(image), encoding="utf-8")
    built = sites.build(folder).good()
    (line,) = built.lines("WARNING")
    assert line.startswith(f"masko: {problem}")
    assert 'content="masko:' not in built.page("news/one/index.html")
    if not more:
        assert problem in run(folder, "check", "--offline").err


def test_a_pose_in_data_for_search_engines_is_told(tmp_path: Path) -> None:
    data = (
        '<script type="application/ld+json">{"image": "masko:wave", "name": "masko:x y"}</script>'
    )
    files = {"theme/main.html": f"<body>{data}{{{{ page.content }}}}"}
    sites.make(tmp_path, {"index.md": "# Home\n"}, files=files)
    (line,) = sites.build(tmp_path).good().lines("WARNING")
    assert line.startswith("masko: template main.html: JSON-LD cannot show 'masko:wave'. Write")
