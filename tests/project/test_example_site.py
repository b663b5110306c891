"""The example site: the manual, the demo and this test are the same thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mkdocs_masko
import sites

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"requests", "urllib3", "PIL", "tenacity", "rich"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sites.example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def built(folder: Path) -> sites.Built:
    """The site, strictly built against the sandbox without a key."""
    return sites.build(folder, "--strict").good()


def _pages(built: sites.Built) -> list[str]:
    return sorted(str(path.relative_to(built.site)) for path in built.site.rglob("*.html"))


def test_its_committed_manifest_is_that_of_the_sandbox(built: sites.Built, folder: Path) -> None:
    committed = (sites.ROOT / "example-site/masko.manifest.json").read_bytes()
    assert (folder / "masko.manifest.json").read_bytes() == committed
    assert not [line for line in built.lines("INFO") if "manifest" in line]


def test_every_pose_of_both_mascots_is_in_it_with_files_that_exist(built: sites.Built) -> None:
    assert sites.missing(built) == []
    shown = {name.partition(".")[0] for name in sites.published(built)}
    assert {"wave", "idle", "card-sit", "cheer", "plush-swagger", "blink"} <= shown


def test_properdocs_publishes_the_same_embeds(built: sites.Built, folder: Path) -> None:
    other = sites.build(folder, "--strict", host="properdocs", into="properdocs").good()
    assert _pages(other) == _pages(built)
    count = 0
    for page in _pages(built):
        embeds = sites.embeds(built.page(page))
        assert sites.embeds(other.page(page)) == embeds, page
        count += len(embeds)
    assert count > 20
    assert sites.published(other) == sites.published(built)


def test_it_builds_from_the_manifest_without_any_network(
    built: sites.Built, folder: Path, tmp_path: Path
) -> None:
    """The same pages, no key, no connection, and no HTTP or image library of ours."""
    offline = sites.Offline(tmp_path)
    variables = {"MASKO_MODE": "frozen", **offline.variables()}
    frozen = sites.build(folder, "--strict", into="frozen", env=variables).good()
    for page in _pages(built):
        assert sites.embeds(frozen.page(page)) == sites.embeds(built.page(page)), page
    assert offline.attempts() == ""
    assert not HEAVY & offline.modules()


def test_nothing_of_the_machinery_is_left_on_its_pages(built: sites.Built) -> None:
    for page in _pages(built):
        text = built.page(page)
        assert "maskoembed" not in text
        assert "maskourl" not in text
        for element in sites.parse(text).iter():
            addresses = [element.get(name, "") for name in ("src", "href", "poster", "srcset")]
            assert not [address for address in addresses if address.startswith("masko:")]


def test_its_pages_ask_no_other_host_for_anything(built: sites.Built) -> None:
    for page in _pages(built):
        for element in sites.parse(built.page(page)).iter():
            loaded = [element.get("src", ""), element.get("poster", ""), element.get("srcset", "")]
            if element.tag == "link" and element.get("rel") in {"stylesheet", "preload", "icon"}:
                loaded.append(element.get("href", ""))
            assert not [address for address in loaded if address.startswith(("http", "//"))], page


def test_the_api_page_documents_every_public_name(built: sites.Built) -> None:
    """Each with a heading that links can lead to, and a signature or a text."""
    root = sites.parse(built.page("api/index.html"))
    headings = {element.get("id") for element in root.iter("h3")}
    assert headings == {f"mkdocs_masko.{name}" for name in mkdocs_masko.__all__}
    for element in root.iter("div"):
        if element.get("class") == "doc doc-contents first":
            assert "".join(element.itertext()).strip()
