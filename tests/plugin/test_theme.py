"""Poses in themes: front matter, addresses with their host, languages, overrides, palettes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

SHARED = '<meta property="og:image" content="{{ masko_url("wave", absolute=true) }}">'
MASCOT = (
    "<body>{{ page.content }}"
    '{% if page.meta.mascot %}{{ masko(page.meta.mascot, alt="Mascot") }}{% endif %}'
)


def test_a_theme_shows_the_mascot_that_a_page_names(tmp_path: Path) -> None:
    pages = {"index.md": "---\nmascot: owl/card-sit\n---\n\nx", "none.md": "x"}
    files = {"theme/main.html": MASCOT}
    built = sites.build(sites.make(tmp_path, pages, files=files), "--strict").good()
    (shown,) = sites.embeds(built.page())
    assert 'alt="Mascot"' in shown
    assert "/card-sit." in shown
    assert sites.embeds(built.page("none/index.html")) == []


@pytest.mark.parametrize("mascot", ["wavee", "[wave, idle]", "7"])
def test_a_mascot_that_is_not_there_is_told_with_its_line(mascot: str, tmp_path: Path) -> None:
    """Even if no template shows it: the author meant one."""
    pages = {"index.md": f"---\ntitle: T\nmascot: {mascot}\n---\n\nx"}
    built = sites.build(sites.make(tmp_path, pages))
    (warning,) = built.lines("WARNING")
    assert re.match(r"masko: docs/index\.md:3:1: no pose .+ in 'fox'", warning)
    assert "masko: 1 bad reference:" in sites.build(tmp_path, "--strict").output


@pytest.mark.parametrize("site_url", ["https://fox.example/docs/", "https://fox.example/docs"])
def test_an_address_with_its_host_is_that_of_the_published_file(
    site_url: str, tmp_path: Path
) -> None:
    files = {"theme/main.html": f"<head>{SHARED}</head>{{{{ page.content }}}}"}
    pages = {"a/b.md": '{{ masko_url("wave", absolute=true) }}'}
    made = sites.make(tmp_path, pages, files=files, site_url=site_url)
    built = sites.build(made, "--strict").good()
    found = re.findall(r"https://fox\.example/docs/(assets/[^\"<]+)", built.page("a/b/index.html"))
    assert len(found) == 2
    assert all((built.site / path).is_file() for path in found)


def test_a_site_that_does_not_know_its_address_is_told(tmp_path: Path) -> None:
    pages = {"index.md": 'x {{ masko_url("wave", absolute=true) }}'}
    built = sites.build(sites.make(tmp_path, pages))
    (warning,) = built.lines("WARNING")
    assert warning == (
        "masko: docs/index.md:1:3: argument 'absolute' needs the setting 'site_url': "
        "the site serves the file"
    )


@pytest.mark.parametrize(
    ("theme", "name"),
    [
        ({"name": "material", "language": "fr"}, "Mettre les animations en pause"),
        ({"name": "mkdocs", "locale": "pt_BR"}, "Pausar as animações"),
        ({"name": "mkdocs"}, "Pause animations"),
        (sites.BARE, "Pause animations"),
    ],
    ids=["material", "mkdocs", "default", "bare"],
)
def test_the_control_speaks_the_language_of_the_theme(
    theme: object, name: str, tmp_path: Path
) -> None:
    pages = {"index.md": "![A fox](masko:wave)"}
    page = sites.build(sites.make(tmp_path, pages, theme=theme)).good().page()
    assert f'data-label="{name}"' in page


GAPS = {
    "![x](masko:owl/plush-swagger)": "owl/plush-swagger: no MOV: Safari shows the still image",
    '{{ masko("owl/polishes-geometric-orb") }}': "owl/polishes-geometric-orb: no "
    "WebM: only Safari plays it",
    "![x](masko:owl/cafe-creme){ kind=image }": "owl/cafe-creme: no transparent image: the still "
    "image has a background",
}
WHOLE = {**sites.FROZEN, "incomplete": "warn"}


def test_poses_that_lack_a_file_are_told_once_with_who_sees_what(tmp_path: Path) -> None:
    pages = {"index.md": "\n\n".join([*GAPS, *GAPS]), "again.md": "\n\n".join(GAPS)}
    built = sites.build(sites.make(tmp_path, pages, options=WHOLE)).good()
    (warning,) = built.lines("WARNING")
    listed = built.output.partition(warning + "\n")[2].split("INFO")[0]
    assert warning == "masko: some poses lack a file, and are not the same for all readers:"
    assert [line.strip() for line in listed.splitlines()] == [*GAPS.values()]
    assert sites.build(tmp_path, "--strict").code == 1


def test_what_is_whole_or_ignored_is_not_told(tmp_path: Path) -> None:
    """A pose with a background on purpose, and a picture, lack nothing."""
    fine = (
        "![x](masko:wave) ![x](masko:owl/plush-swagger){ kind=image } "
        "![x](masko:owl/cafe-creme){ background }"
    )
    made = sites.make(tmp_path, {"index.md": fine}, options=WHOLE)
    sites.build(made, "--strict").good()
    sites.make(tmp_path, {"index.md": "\n\n".join(GAPS)})
    sites.build(tmp_path, "--strict").good()


def test_an_override_of_a_figure_serves_running_text_too(tmp_path: Path) -> None:
    text = (sites.ROOT / "example-site/overrides/masko/figure.html").read_text(encoding="utf-8")
    pages = {"index.md": "![x](masko:wave){ caption=Hi }\n\nSo ![x](masko:wave){ caption=Ho } ends"}
    made = sites.make(tmp_path, pages, files={"theme/masko/figure.html": text})
    page = sites.build(made, "--strict").good().page()
    assert re.search(r'<figure class="masko masko-figure speaks">\s*<figcaption[^>]*>Hi<', page)
    assert re.search(r'<p>So <span class="masko[^>]*role="figure"[^>]*>\s*<span[^>]*>Ho<', page)
