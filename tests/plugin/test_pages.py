"""What a build publishes, and where the addresses on its pages lead."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import sites
from mkdocs_masko.manifest import loads
from mkdocs_masko.urls import CDN_ORIGINS, SANDBOX_ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {
    "index.md": '# Home\n\n![A fox](masko:wave) and {{ masko_image("idle") }}\n',
    "guide/first.md": '# First\n\n![A fox](masko:wave){ width=100 dark="cheer" caption="Hi" }\n',
    "guide/deep/down/page.md": (
        '# Deep\n\n<img src="masko:owl/blink" alt="An owl">\n\n'
        '[file]({{ masko_url("owl/blink", "video") }})\n'
    ),
    "guide/links.md": "# Links\n\n![Go](masko:idle){ kind=image href=deep/down/page.md#deep }\n",
}
THEME = {
    "theme/home.html": '<body>{{ page.content }}{{ masko_image("cheer", alt="Only here") }}',
    "theme/404.html": '<body><h1>404</h1>{{ masko("owl/plush-swagger", alt="Lost") }}',
}


def _site(folder: Path, **config: Any) -> Path:  # noqa: ANN401 - what mkdocs.yml takes
    pages = PAGES | {"landing.md": "---\ntemplate: home.html\n---\n\n# Landing\n"}
    return sites.make(folder, pages, files=THEME, **config)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    return sites.build(_site(tmp_path_factory.mktemp("pages")), "--strict").good()


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    folder = _site(tmp_path_factory.mktemp("flat"), use_directory_urls=False)
    return sites.build(folder, "--strict").good()


def test_every_address_of_ours_leads_to_a_file_of_the_site(
    built: sites.Built, flat: sites.Built
) -> None:
    assert sites.missing(built) == []
    assert sites.missing(flat) == []


def test_the_addresses_on_pages_are_relative_and_work_from_a_disk(
    built: sites.Built, flat: sites.Built
) -> None:
    for site in (built, flat):
        for page in set(site.site.rglob("*.html")) - {site.site / "404.html"}:
            for address in sites.our_addresses(page.read_text(encoding="utf-8")):
                assert not address.startswith("/")
                assert (page.parent / address.partition("#")[0]).exists()


def test_a_page_in_a_folder_shows_its_poses(built: sites.Built, flat: sites.Built) -> None:
    assert len(sites.embeds(built.page("guide/deep/down/page/index.html"))) == 1
    assert '<img class="off-glb" src="../../../../assets/' in built.page(
        "guide/deep/down/page/index.html"
    )
    assert '<img class="off-glb" src="../../../assets/' in flat.page("guide/deep/down/page.html")


def test_a_link_of_an_embed_may_name_a_markdown_file_as_any_link_may(
    built: sites.Built, flat: sites.Built
) -> None:
    link = '<a class="masko-link" href='
    assert f'{link}"../deep/down/page/#deep"><img' in built.page("guide/links/index.html")
    assert f'{link}"deep/down/page.html#deep"><img' in flat.page("guide/links.html")


def test_an_address_function_gives_a_link_that_works(built: sites.Built) -> None:
    page = built.page("guide/deep/down/page/index.html")
    found = re.search(r'<a href="([^"]+)">file</a>', page)
    assert found
    content = (built.site / "guide/deep/down/page" / found[1]).read_bytes()
    assert content[4:8] == b"ftyp"


def test_the_manifest_is_published_under_its_revision_and_as_the_latest(built: sites.Built) -> None:
    folder = built.site / "assets/masko"
    manifest = loads(sites.manifest(), [*CDN_ORIGINS, SANDBOX_ORIGIN])
    names = {path.name for path in folder.glob("manifest*")}
    assert names == {"manifest.json", f"manifest.{manifest.revision}.json"}
    assert {(folder / name).read_text(encoding="utf-8") for name in names} == {sites.manifest()}


def test_only_media_that_are_shown_are_published(built: sites.Built) -> None:
    kinds = {(name.partition(".")[0], name.rpartition(".")[2]) for name in sites.published(built)}
    assert {kind for kind in kinds if kind[0] == "wave"} == {
        ("wave", "png"),
        ("wave", "webm"),
        ("wave", "mov"),
    }
    assert {kind for kind in kinds if kind[0] == "idle"} == {("idle", "png")}
    assert not {kind for kind in kinds if kind[0] == "card-sit"}


def test_media_that_only_templates_show_are_published_too(built: sites.Built) -> None:
    landing = sites.parse(built.page("landing/index.html")).find(".//img[@alt='Only here']")
    assert landing is not None
    assert landing.get("src", "").startswith("../assets/masko/cheer.")
    lost = sites.parse(built.page("404.html")).find(".//masko-pose//img")
    assert lost is not None
    assert lost.get("src", "").startswith("/assets/masko/plush-swagger.")
    assert sites.missing(built) == []


def test_a_published_file_is_named_after_its_content(built: sites.Built) -> None:
    for name in sites.published(built):
        content = (built.site / "assets/masko" / name).read_bytes()
        assert name.split(".")[-2] == hashlib.sha256(content).hexdigest()[:16]


def _brought(page: str) -> list[str]:
    """Return the style sheet and the script of ours that a page brings in."""
    return re.findall(r'<(?:link|script)[^>]*"[./]*assets/masko/masko\.[0-9a-f]{16}\.(\w+)"', page)


@pytest.mark.parametrize(
    "theme", ["mkdocs", "material", sites.BARE], ids=["mkdocs", "material", "bare"]
)
def test_style_sheet_and_script_are_on_pages_that_need_them_alone(
    theme: object, tmp_path: Path
) -> None:
    """A picture needs the sheet, an animation both, and words, or code about poses, none."""
    pages = {
        "index.md": '# None\n\n    <masko-pose class="masko">\n\n`class="masko"`',
        "a/picture.md": "![A fox](masko:wave){ kind=image }",
        "a/moving.md": "![A fox](masko:wave)\n\n![](masko:idle)",
    }
    built = sites.build(sites.make(tmp_path, pages, theme=theme), "--strict").good()
    assert _brought(built.page()) == []
    assert _brought(built.page("a/picture/index.html")) == ["css"]
    moving = built.page("a/moving/index.html")
    assert _brought(moving) == ["css", "js"]
    assert re.search(r"</masko-pose><script defer [^>]+></script>", moving)
    assert moving.count("<masko-pose") == 2
    assert sites.missing(built) == []


def test_the_authors_own_style_sheets_have_the_last_word(tmp_path: Path) -> None:
    files = {"docs/mine.css": "b {}"}
    pages = {"index.md": "![A fox](masko:wave)"}
    folder = sites.make(tmp_path, pages, files=files, theme="mkdocs", extra_css=["mine.css"])
    page = sites.build(folder, "--strict").good().page()
    assert page.index("charset") < page.index("masko.") < page.index("mine.css")


def test_a_template_of_the_theme_alone_brings_them_in_too(built: sites.Built) -> None:
    assert _brought(built.page("404.html")) == ["css", "js"]
    assert _brought(built.page("landing/index.html")) == ["css"]


def test_equal_content_makes_equal_sites(built: sites.Built, tmp_path: Path) -> None:
    again = sites.build(_site(tmp_path), "--strict").good()
    assert again.page("guide/first/index.html") == built.page("guide/first/index.html")
    assert sites.published(again) == sites.published(built)


def test_media_of_a_real_cdn_stay_there(tmp_path: Path) -> None:
    content = json.loads(sites.manifest().replace(SANDBOX_ORIGIN, CDN_ORIGINS[0]))
    folder = sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"})
    (folder / "masko.manifest.json").write_text(_signed(content), encoding="utf-8")
    built = sites.build(folder, "--strict").good()
    media = [a for a in sites.our_addresses(built.page()) if "masko/masko." not in a]
    assert len(media) == 3
    assert all(address.startswith(CDN_ORIGINS[0]) for address in media)
    assert not sites.published(built)


def _signed(content: dict[str, dict[str, object]]) -> str:
    """Return the text of a manifest with the revision of its content."""
    rest = {name: content[name] for name in ("collections", "version")}
    text = json.dumps(rest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    revision = hashlib.sha256(text.encode()).hexdigest()[:16]
    whole = {**rest, "revision": revision}
    return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_a_theme_may_have_templates_of_its_own_for_embeds(tmp_path: Path) -> None:
    """A copy of one template in the theme's folder is used; the others stay ours."""
    files = {"theme/masko/still.html": '<b class="masko mine">{{ pose.alt }}</b>'}
    pages = {"index.md": "![<A & B>](masko:wave){ kind=image }\n\n![C](masko:idle)"}
    built = sites.build(sites.make(tmp_path, pages, files=files), "--strict").good()
    assert '<b class="masko mine">&lt;A &amp; B&gt;</b>' in built.page()
    assert '<masko-pose class="masko"' in built.page()
    assert '<b class="masko mine">C</b><template><video' in built.page()
