"""Poses for readers elsewhere: feeds, and Markdown for language models."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import sites
from mkdocs_masko.markdown.reader import cut_abstract

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://fox.example/docs/"
TEXT = (
    "# News\n\n![A fox waves](masko:wave){ width=120 dark=cheer } says hello.\n\n"
    '{{ masko("idle", width=90, alt="It waits", href="../index.md") }}\n\n'
    '[file]({{ masko_url("wave") }})\n\n<!-- more -->\n\n{{ masko("cheer") }}\n'
)
DATES = {"as_creation": "date", "as_update": False}


def _feed(folder: Path, text: str, plugins: tuple[str, ...] = ("masko",), **options: Any) -> str:  # noqa: ANN401 - of the feed
    """Build a site, and return the description of its one entry in the feed."""
    entry, built = _entry(folder, text, plugins, **options)
    description = entry["description"]
    for url in re.findall(r'(?:src|href)="([^"]*)"', description):
        assert url.startswith(SITE)
        if "assets/" in url:
            assert (built.site / url.removeprefix(SITE)).is_file()
    return description


def _entry(
    folder: Path,
    text: str,
    plugins: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - of the feed
) -> tuple[dict[str, str], sites.Built]:
    """Build a site, and return its one entry in the feed, with the site."""
    rss = {"rss": {"use_git": False, "match_path": "news/.*", **options}}
    pages = {"index.md": "# Home\n", "news/one.md": f"---\ndate: 2026-01-01\n---\n{text}"}
    sites.make(folder, pages, plugins=[*plugins, rss], site_url=SITE, theme=MATERIAL)
    built = sites.build(folder, "--strict").good()
    feed = ET.fromstring(built.page("feed_rss_created.xml"))  # noqa: S314 - of our own build
    (item,) = feed.iterfind(".//item")
    return {element.tag: element.text or "" for element in item}, built


MATERIAL = {"name": "material", "font": False}


@pytest.mark.parametrize(
    ("plugins", "count"),
    [(("masko",), 160), (("masko", "macros"), 10_000), (("macros", "masko"), -1), (("masko",), -1)],
)
def test_a_feed_shows_stills_with_absolute_urls(
    tmp_path: Path, plugins: tuple[str, ...], count: int
) -> None:
    """An abstract of so many characters, all of the page as Markdown, and all of it as HTML."""
    description = _feed(tmp_path, TEXT, plugins, abstract_chars_count=count)
    alts = re.findall(r'<img class="masko[^"]*" src="[^"]*" alt="([^"]*)"', description)
    assert alts == ["A fox waves", "It waits", "cheer"][: 3 if count == -1 else 2]
    assert not re.search(r"masko:|\{\{|maskoembed|<video|<masko-pose|srcset|width=120", description)


@pytest.mark.parametrize("plugins", [("masko",), ("masko", "macros"), ("macros", "masko")])
@pytest.mark.parametrize("pose", ["![A fox](masko:wave)", '{{ masko("wave") }}'])
def test_the_title_of_an_entry_has_no_trace_of_a_pose(
    tmp_path: Path, plugins: tuple[str, ...], pose: str
) -> None:
    entry, _ = _entry(tmp_path, f"# News {pose}\n\nToday.\n", plugins)
    assert entry["title"] == "News"


def test_a_feed_has_the_part_before_the_delimiter(tmp_path: Path) -> None:
    description = _feed(tmp_path, TEXT)
    assert description.count("<img") == 2
    assert "masko:" not in description


def test_a_description_of_the_author_stays(tmp_path: Path) -> None:
    text = "# News\n\n![A](masko:wave)\n"
    pages = {"news/one.md": f"---\ndescription: Mine\n---\n{text}"}
    rss = {"rss": {"use_git": False}}
    sites.make(tmp_path, pages, plugins=["masko", rss], site_url=SITE, theme=MATERIAL)
    built = sites.build(tmp_path, "--strict").good()
    assert "<description>Mine</description>" in built.page("feed_rss_created.xml")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="mkdocs-llmstxt needs Python 3.11")
@pytest.mark.parametrize("autoclean", [True, False])
def test_markdown_for_language_models_has_alt_text_and_absolute_urls(
    tmp_path: Path, *, autoclean: bool
) -> None:
    llms = {"llmstxt": {"sections": {"All": ["*.md"]}, "autoclean": autoclean}}
    pages = {"index.md": "# Home\n\n![A fox waves](masko:wave){ dark=cheer }\n\nEnd.\n"}
    sites.make(tmp_path, pages, plugins=["masko", llms], site_url=SITE, theme=MATERIAL)
    markdown = sites.build(tmp_path, "--strict").good().page("index.md")
    images = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", markdown)
    if autoclean:  # which removes all images
        assert images == []
    else:
        ((alt, url),) = images
        assert alt == "A fox waves"
        assert re.fullmatch(rf"{SITE}assets/masko/wave\.[0-9a-f]{{16}}\.png", url)
    assert not re.search(r"masko:|\]\([^)]*(?:mov|webm)|Pause", markdown)


@pytest.mark.parametrize(
    ("text", "limit", "abstract"),
    [
        ("short", 10, "short"),
        ("a long text", 8, "a lon..."),
        ("Hi ![A fox](masko:wave){ width=120 } there", 30, "Hi..."),
        ('Hi {{ masko("wave", width=120) }} there', 30, "Hi..."),
        ('Hi <img src="masko:wave" alt="A fox"> there', 30, "Hi..."),
        ("Hi maskoembed0123456789abcdefn12x there", 30, "Hi..."),
        ("Hi ![A fox](masko:wave) there you are", 30, "Hi ![A fox](masko:wave) the..."),
    ],
)
def test_an_abstract_ends_inside_of_no_image(text: str, limit: int, abstract: str) -> None:
    assert cut_abstract(text, limit) == abstract
