"""What pages show in Zensical: all that they show in MkDocs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import sites
import zensical_sites as zensical

if TYPE_CHECKING:
    from pathlib import Path

    from sites import Built

PAGES = {
    "index.md": "# Home ![](masko:wave){ width=24 }\n\nNo pose is below.\n",
    "plain.md": "# Plain\n\n[Home](index.md)\n",
    "guide/page.md": (
        '# Guide\n\n![Waves](masko:wave){ width=240 }\n\n{{ masko("idle", width=120) }}\n\n'
        '{{ masko("card-sit", dark="idle", width=160, href="../index.md") }}\n\n'
        '![](masko:wave){ caption="Good morning" }\n\n'
        '<div markdown>![In HTML](masko:idle)</div>\n\n<img src="masko:wave" alt="Raw">\n\n'
        "<p style=\"background: url({{ masko_url('wave') }})\">Style</p>\n\n"
        '[File]({{ masko_url("wave") }})\n\n{{ masko_preload("idle") }}\n\n'
        "`![](masko:wave)`\n\n## ![Idle](masko:idle)\n\n### With ![a pose](masko:wave) inside\n"
    ),
    "guide/quotes.md": "# Quotes\n\n"
    + "\n\n".join(
        tag.replace("URL", "{{ masko_url('wave') }}")
        for tag in (
            "<img src='URL' alt=1>",
            "<img src=URL alt=2>",
            '<IMG SRC="URL" alt=3>',
            '<img alt="4>" src = "URL">',
            '<img alt=5 srcset="plain.png 1x, URL 2x" src="URL">',
            "<p style='background: url(URL)' title=\"x\">6</p>",
            '<p data-a="URL" class="src">7</p>',
        )
    ),
    "guide/index.md": "# Chapter\n\n![](masko:wave)\n",
    "gallery.md": "# All\n\n{{ masko_gallery() }}\n",
    "still.md": '# Still\n\n{{ masko_image("wave", width=240) }}\n',
}


@pytest.fixture(scope="module", params=["cdn", "self"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("zensical")
    options = {"hosting": request.param, "videos": "original"}
    return zensical.build(zensical.make(folder, PAGES, options), "--strict").good()


def test_every_address_of_ours_leads_to_a_file(built: Built) -> None:
    assert sites.missing(built) == []
    assert (
        sum(
            len(list(sites.our_addresses(built.page(f"{page}index.html"))))
            for page in ("", "guide/page/", "gallery/")
        )
        > 50
    )


def test_urls_in_attributes_of_any_form_lead_to_files(built: Built) -> None:
    content = zensical.article(built.page("guide/quotes/index.html"))
    urls = re.findall(r"[./]*assets/masko/wave\.[0-9a-f]{16}\.png", content)
    assert len(urls) == 8
    assert {url.rpartition("/")[0] for url in urls} == {"../../assets/masko"}


@pytest.mark.parametrize("page", ["index.html", "guide/page/index.html", "guide/index.html"])
def test_an_animation_brings_style_sheet_and_script_once(page: str, built: Built) -> None:
    content = zensical.article(built.page(page))
    root = "../" * page.count("/")
    assert re.findall(r'<link rel="stylesheet" href="([^"]*)\.[0-9a-f]{16}\.css">', content) == [
        f"{root}assets/masko/masko"
    ]
    assert re.findall(r'<script defer src="([^"]*)\.[0-9a-f]{16}\.js">', content) == [
        f"{root}assets/masko/masko"
    ]


def test_a_page_with_a_still_image_alone_loads_no_script(built: Built) -> None:
    content = zensical.article(built.page("still/index.html"))
    assert 'rel="stylesheet"' in content
    assert "<script" not in content


def test_a_page_without_poses_loads_nothing(built: Built) -> None:
    assert "masko" not in built.page("plain/index.html")


def test_the_gallery_loads_its_own_style_sheet_and_script(built: Built) -> None:
    content = zensical.article(built.page("gallery/index.html"))
    assert re.findall(r'="\.\./assets/masko/(\w+)\.[0-9a-f]{16}\.(css|js)"', content) == [
        ("gallery", "css"),
        ("masko", "css"),
        ("gallery", "js"),
        ("masko", "js"),
    ]


def test_links_of_poses_lead_where_links_of_markdown_do(built: Built) -> None:
    assert '<a href="../../">' in zensical.article(built.page("guide/page/index.html"))


def test_a_url_in_a_style_leads_from_the_page(built: Built) -> None:
    content = zensical.article(built.page("guide/page/index.html"))
    (url,) = re.findall(r"background: url\(([^)]*)\)", content)
    assert url.startswith("../../assets/masko/wave.")
    assert (built.site / "guide/page" / url).is_file()


def test_code_stays_as_it_was_written(built: Built) -> None:
    assert "<code>![](masko:wave)</code>" in built.page("guide/page/index.html")


@pytest.mark.parametrize("page", ["index.html", "guide/page/index.html"])
def test_no_pose_is_outside_of_the_content(page: str, built: Built) -> None:
    """Neither in the title nor in the table of contents, which have its alt text at most."""
    html = built.page(page)
    rest = html.replace(zensical.article(html), "")
    assert "masko" not in re.sub(r"<meta[^>]*>", "", rest)
    assert html.count("<h1") == 1


def test_the_table_of_contents_names_a_pose_by_its_alt_text(built: Built) -> None:
    html = built.page("guide/page/index.html")
    contents = html.replace(zensical.article(html), "")
    entries = [
        " ".join(entry.split())
        for entry in re.findall(r'<span class="md-typeset">(.*?)</span>', contents, re.DOTALL)
    ]
    assert "Idle" in entries
    assert "With inside" in entries


def test_what_a_reader_sees_first_is_fetched_early(built: Built) -> None:
    page = built.page("guide/index.html")
    assert 'fetchpriority="high"' in page
    assert 'loading="eager"' in page
    assert 'loading="eager"' not in zensical.article(built.page("gallery/index.html"))


def test_a_self_hosted_site_offers_variants(built: Built) -> None:
    content = zensical.article(built.page("still/index.html"))
    is_self_hosted = "hosting = 'self'" in (built.site.parent / "zensical.toml").read_text()
    assert ('type="image/avif"' in content) == is_self_hosted


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site in a folder of its host, with files in a folder of the author's, and odd names."""
    page = (
        '# Page\n\n![](masko:wave){ dark=idle } <img src="masko:idle" alt="">\n\n'
        '{{ masko_url("wave", "image", absolute=true) }}\n\n{{ masko_url("wave", "image") }}\n'
    )
    names = ("index.md", "a b/README.md", "a b/\u00fcber uns.md", "flat.md")
    settings = (
        'site_url = "https://example.org/a/b/"\ndocs_dir = "content"\nuse_directory_urls = false\n'
    )
    folder = tmp_path_factory.mktemp("elsewhere")
    zensical.write(folder, dict.fromkeys(names, page), {"into": "content/media files/\u00f6"})
    (folder / "docs").rename(folder / "content")
    toml = folder / "zensical.toml"
    text = toml.read_text(encoding="utf-8").replace("[project]\n", f"[project]\n{settings}", 1)
    toml.write_text(text.replace(zensical.LAID, "content/media files/\u00f6"), encoding="utf-8")
    zensical.sync(folder)
    return zensical.build(folder, "--strict").good()


def test_files_may_lie_anywhere_in_the_docs(elsewhere: Built) -> None:
    pages = sorted(path.relative_to(elsewhere.site).as_posix() for path in _html(elsewhere))
    assert pages == ["a b/index.html", "a b/\u00fcber uns.html", "flat.html", "index.html"]
    assert sites.dead_links(elsewhere, "https://example.org/a/b/") == []
    for page in pages:
        url = "../" * page.count("/") + "media%20files/%C3%B6/wave."
        assert f'src="{url}' in elsewhere.page(page)
        assert f"<p>{url}" in elsewhere.page(page)


def test_an_absolute_url_leads_to_that_folder(elsewhere: Built) -> None:
    for path in _html(elsewhere):
        (name,) = re.findall(
            r"<p>https://example\.org/a/b/media%20files/%C3%B6/([^<]+)<", path.read_text("utf-8")
        )
        assert (elsewhere.site / "media files/\u00f6" / name).is_file()


def _html(built: Built) -> list[Path]:
    return [path for path in built.site.rglob("*.html") if path.name != "404.html"]
