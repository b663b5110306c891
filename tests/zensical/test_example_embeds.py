"""The example site, built by Zensical from the same pages: its poses are those of MkDocs' site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import pytest

import sites
import zensical_sites

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.unmeasured  # the other modules here go the same ways

_NO_PAGE = {"404.html"}
"""A template, which shows its pose in MkDocs alone: Zensical gives templates no macros."""
_URLS = {"src", "href", "poster"}
_SETS = {"srcset", "imagesrcset"}
_RAW = re.compile(r"\{\{ *masko|masko(_\w+)?\(|maskoembed|maskourl|\.masko-root\.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sites.example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def mkdocs(folder: Path) -> sites.Built:
    """The site of MkDocs, built before a sync has written anything to the docs."""
    return sites.build(folder, "--strict").good()


@pytest.fixture(scope="module")
def zensical(folder: Path, mkdocs: sites.Built) -> sites.Built:
    """The site of Zensical."""
    assert mkdocs.code == 0
    return zensical_sites.example(folder)


def _pages(built: sites.Built) -> list[str]:
    names = {path.relative_to(built.site).as_posix() for path in built.site.rglob("*.html")}
    return sorted(names - _NO_PAGE)


def _with_absolute_urls(element: ET.Element, page: str) -> ET.Element:
    """Resolve the URLs of an element and of all in it, as a browser does on a page."""
    for each in element.iter():
        for name, value in each.items():
            if name in _URLS or (name.startswith("data-") and "/" in value):
                each.set(name, urljoin(f"/{page}", value))
            elif name in _SETS:
                candidates = (candidate.split() for candidate in value.split(","))
                each.set(
                    name,
                    ", ".join(" ".join([urljoin(f"/{page}", c[0]), *c[1:]]) for c in candidates),
                )
        each.attrib.pop("data-search-exclude", None)  # Zensical obeys it, and takes it out
    return element


def _is_outermost(element: ET.Element) -> bool:
    return bool({"masko", "masko-pair"} & {*element.get("class", "").split()}) or (
        element.tag == "masko-gallery"
    )


def _embeds(built: sites.Built, page: str) -> list[str]:
    """Return all that shows a pose on a page: poses, stills, pairs, figures and the gallery."""

    def outermost(element: ET.Element) -> Iterator[ET.Element]:
        for child in element:
            if _is_outermost(child):
                child.tail = None
                yield child
            else:
                yield from outermost(child)

    found = outermost(sites.parse(built.page(page)))
    return [ET.tostring(_with_absolute_urls(each, page), encoding="unicode") for each in found]


def test_it_has_the_same_pages(mkdocs: sites.Built, zensical: sites.Built) -> None:
    assert _pages(zensical) == _pages(mkdocs)


def test_its_embeds_are_equal(mkdocs: sites.Built, zensical: sites.Built) -> None:
    count = 0
    for page in _pages(mkdocs):
        embeds = _embeds(mkdocs, page)
        assert _embeds(zensical, page) == embeds, page
        count += len(embeds)
    assert count > 90


@pytest.mark.parametrize("mark", ["masko-pair", "<figure", "<masko-gallery", "<masko-pose"])
def test_every_kind_of_embed_is_among_them(zensical: sites.Built, mark: str) -> None:
    assert any(mark in embed for page in _pages(zensical) for embed in _embeds(zensical, page))


def test_the_same_poses_are_fetched_early(mkdocs: sites.Built, zensical: sites.Built) -> None:
    """Embeds and, of pairs, whatever stands in front of them."""

    def early(built: sites.Built, page: str) -> list[str]:
        elements = (e for e in sites.parse(built.page(page)).iter() if e.get("fetchpriority"))
        return [ET.tostring(_with_absolute_urls(e, page), encoding="unicode") for e in elements]

    pages = {page: early(mkdocs, page) for page in _pages(mkdocs)}
    assert {page: early(zensical, page) for page in pages} == pages
    assert sum(map(bool, pages.values())) > 8


def test_every_url_of_a_pose_leads_to_a_file(zensical: sites.Built) -> None:
    assert sites.dead_links(zensical, "https://example.org/") == []


def test_each_page_with_a_pose_has_the_style_sheet_once_and_before_the_poses(
    zensical: sites.Built,
) -> None:
    for page in _pages(zensical):
        text = zensical.page(page)
        sheets = [m.start() for m in re.finditer(r"<link[^>]+/masko\.\w+\.css", text)]
        poses = re.search(r'class="masko[ "]|<masko-pose', text)
        assert len(sheets) == bool(poses), page
        assert not poses or sheets[0] < poses.start(), page


def test_nothing_of_the_syntax_is_left_outside_code(zensical: sites.Built) -> None:
    def texts(element: ET.Element) -> Iterator[str]:
        if element.tag in {"code", "pre", "script", "style"}:
            return
        yield element.text or ""
        for child in element:
            yield from texts(child)
            yield child.tail or ""

    for page in _pages(zensical):
        root = sites.parse(zensical.page(page))
        assert not [text for text in texts(root) if _RAW.search(text)], page
        for element in root.iter():
            values = [value for name, value in element.items() if name in _URLS | _SETS]
            assert not [v for v in values if "masko:" in v or _RAW.search(v)], page


def test_titles_and_tables_of_contents_are_words(
    mkdocs: sites.Built, zensical: sites.Built
) -> None:
    """Those of MkDocs; the pose of a heading is in the heading alone."""

    def words(built: sites.Built, page: str) -> list[str]:
        root = sites.parse(built.page(page))
        found = ["".join(title.itertext()) for title in root.iter("title")]
        for nav in root.iter("nav"):
            assert not [e for e in nav.iter() if sites.is_ours(e)], page
            if "md-nav--secondary" in nav.get("class", "").split():
                found += [" ".join("".join(link.itertext()).split()) for link in nav.iter("a")]
        return found

    for page in _pages(mkdocs):
        assert words(zensical, page) == words(mkdocs, page), page
    assert "In a heading" in words(zensical, "poses/index.html")


def test_the_folder_in_the_docs_changes_nothing_for_mkdocs(
    folder: Path, mkdocs: sites.Built, zensical: sites.Built
) -> None:
    assert zensical.code == 0
    again = sites.build(folder, "--strict", into="again").good()
    assert sites.published(again) - {"files.json"} == sites.published(mkdocs) - {"files.json"}
    for page in _pages(mkdocs):
        assert again.page(page) == mkdocs.page(page), page
