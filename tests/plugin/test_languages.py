"""Sites in several languages, which mkdocs-static-i18n builds one inside of the other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://fox.example/docs/"
MATERIAL = {"name": "material", "font": False}
LANGUAGES = [
    {"locale": "en", "name": "English", "default": True},
    {"locale": "fr", "name": "Français"},
    {"locale": "de", "name": "Deutsch"},
]
PAUSE = {
    "en": "Pause animations",
    "fr": "Mettre les animations en pause",
    "de": "Animationen anhalten",
}
HOME = (
    "# {0}\n\n![A fox](masko:wave){{ width=120 dark=cheer href=guide/go.md }}\n\n"
    '{{{{ masko("idle", width=90) }}}}\n\n[{0}](guide/go.md) <img src="masko:wave" width="80">\n'
)
GO = "# {0}\n\n![](masko:owl/blink){{ play=click caption=Owl }}\n\n[Home](../index.md)\n"
LINK = "\n\n[All](mascots.md)\n"
# Nobody has translated the second page to German, so that the default language stands in.
TEXTS = {("en", "index"): HOME, ("fr", "index"): HOME, ("de", "index"): HOME}
TEXTS |= {("en", "guide/go"): GO, ("fr", "guide/go"): GO}


def _pages(structure: str, texts: dict[tuple[str, str], str]) -> dict[str, str]:
    if structure == "folder":
        return {f"{language}/{name}.md": text for (language, name), text in texts.items()}
    return {
        f"{name}{'' if language == 'en' else '.' + language}.md": text
        for (language, name), text in texts.items()
    }


def _i18n(structure: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - of that plugin
    return {"i18n": {"docs_structure": structure, "languages": LANGUAGES, **options}}


@pytest.fixture(
    scope="module",
    params=[
        (structure, hosting, gallery)
        for structure in ("suffix", "folder")
        for hosting in ("cdn", "self")
        for gallery in (False, True)
    ],
    ids=lambda parameters: "-".join([*parameters[:2], "gallery" if parameters[2] else "plain"]),
)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[sites.Built, bool]:
    """One of all kinds of sites; those of one hosting differ in their themes and orders too."""
    structure, hosting, gallery = request.param
    folder = tmp_path_factory.mktemp("languages")
    shared = tmp_path_factory.getbasetemp() / "languages-cache"
    texts = {key: text.format(f"{key[0]} {key[1]}") for key, text in TEXTS.items()}
    if gallery:
        texts = {key: text + LINK * key[1].endswith("index") for key, text in texts.items()}
    options = {**sites.SANDBOX, "hosting": hosting, "gallery": gallery}
    others = ["search", _i18n(structure)]
    plugins = ["masko", *others] if structure == "suffix" else [*others, "masko"]
    theme = MATERIAL if gallery else {"name": "mkdocs"}
    sites.make(
        folder,
        _pages(structure, texts),
        options=options,
        plugins=plugins,
        theme=theme,
        site_url=SITE,
        markdown_extensions=["attr_list"],
    )
    built = sites.build(folder, "--strict", env={"MASKO_CACHE_DIR": str(shared)}).good()
    return built, gallery


def _remote(built: sites.Built) -> set[str]:
    text = (built.site / "assets/masko/manifest.json").read_text(encoding="utf-8")
    return set(re.findall(r'"url": "([^"]+)"', text))


def test_no_link_and_no_medium_is_dead(site: tuple[sites.Built, bool]) -> None:
    built, _ = site
    assert sites.dead_links(built, SITE, _remote(built)) == []


@pytest.mark.parametrize("language", PAUSE)
def test_a_pose_is_paused_in_the_language_of_the_page(
    site: tuple[sites.Built, bool], language: str
) -> None:
    built, _ = site
    folder = "" if language == "en" else f"{language}/"
    html = built.page(f"{folder}index.html")
    assert set(re.findall(r'data-label="([^"]*)"', html)) == {PAUSE[language]}


@pytest.mark.parametrize("language", PAUSE)
def test_each_language_has_its_gallery(site: tuple[sites.Built, bool], language: str) -> None:
    built, has_gallery = site
    folder = "" if language == "en" else f"{language}/"
    page = f"{folder}mascots/index.html"
    assert (built.site / page).is_file() == has_gallery
    if has_gallery:
        html = built.page(page)
        assert f'<html lang="{language}"' in html
        links = [link for link in sites.parse(html).iter("a") if link.get("hreflang")]
        root = "../" if language == "en" else "../../"
        urls = {"en": f"{root}mascots/", "fr": f"{root}fr/mascots/", "de": f"{root}de/mascots/"}
        assert {link.get("hreflang"): link.get("href") for link in links} == {
            **urls,
            language: "./",
        }


@pytest.mark.parametrize("language", PAUSE)
def test_the_sitemap_lists_the_gallery_of_each_language(
    site: tuple[sites.Built, bool], language: str
) -> None:
    """As often as the home page; each entry names all languages."""
    built, has_gallery = site
    urls = {name: SITE + ("" if name == "en" else f"{name}/") for name in PAUSE}
    sitemap = built.page("sitemap.xml")
    assert sitemap.count(f"<loc>{urls[language]}</loc>") == 1
    entries = re.findall(f"<loc>{urls[language]}mascots/</loc>(.*?)</url>", sitemap, re.DOTALL)
    assert len(entries) == has_gallery
    for entry in entries:
        links = dict(re.findall(r'hreflang="(\w+)" href="([^"]+)"', entry))
        assert links == {name: f"{url}mascots/" for name, url in urls.items()}


def test_the_walk_over_links_finds_dead_ones(tmp_path: Path) -> None:
    html = (
        '<a href="no.html"></a><a href="#x"></a><a href="mailto:x@y"></a><a href="https://a.b/">'
        '</a><img src="/docs/none.png" srcset="index.html 1x, two.png 2x">'
        '<video poster="p.png"></video><div class="masko" data-x="assets/masko/a.png"><img src="https://cdn.example/a.png"></div>'
    )
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    built = sites.Built(code=0, output="", site=tmp_path)
    assert sorted(sites.dead_links(built, SITE, {"https://cdn.example/b.png"})) == [
        "index.html: /docs/none.png",
        "index.html: assets/masko/a.png",
        "index.html: https://cdn.example/a.png",
        "index.html: no.html",
        "index.html: p.png",
        "index.html: two.png",
    ]


BAD = "# {0}\n\n![x](masko:nope-{0})\n"
BAD_TEXTS = {
    ("en", "index"): BAD.format("en"),
    ("fr", "index"): BAD.format("fr"),
    ("de", "index"): BAD.format("de"),
    ("en", "shared"): BAD.format("shared"),
}
PLACES = {
    "suffix": ["index.md", "shared.md", "index.fr.md", "index.de.md"],
    "folder": ["en/index.md", "en/shared.md", "fr/index.md", "de/index.md"],
}


def _bad_site(folder: Path, structure: str, *, is_first: bool = True, **more: Any) -> Path:  # noqa: ANN401
    others = more.pop("others", [])
    plugins = ["masko", _i18n(structure)] if is_first else [_i18n(structure), "masko"]
    return sites.make(folder, _pages(structure, BAD_TEXTS), plugins=[*others, *plugins], **more)


@pytest.mark.parametrize("is_first", [True, False], ids=["ours first", "ours last"])
@pytest.mark.parametrize("structure", PLACES)
def test_bad_references_of_all_languages_are_told_once(
    tmp_path: Path, structure: str, *, is_first: bool
) -> None:
    """A page that stands in for its translation is built for two languages."""
    folder = _bad_site(tmp_path, structure, is_first=is_first)
    warnings = sites.build(folder).good().lines("WARNING")
    places = [f"masko: docs/{name}:3:6" for name in PLACES[structure]]
    assert [line.partition(": no pose")[0] for line in warnings] == places
    strict = sites.build(folder, "--strict", "--quiet")
    assert strict.code == 1
    assert "ERROR   -  masko: 4 bad references:\n" in strict.output
    assert re.findall(r"^docs/(.*?):3:6: no pose", strict.output, re.MULTILINE) == PLACES[structure]


@pytest.mark.parametrize("host", ["properdocs"])
def test_another_host_tells_them_too(tmp_path: Path, host: str) -> None:
    built = sites.build(_bad_site(tmp_path, "suffix"), "--strict", host=host)
    assert "masko: 4 bad references:\n" in built.output


HOOK = """
from mkdocs.exceptions import PluginError

def on_env(env, config, files):
    if config.plugins["i18n"].current_language == "de":
        raise PluginError("German fails")
"""


def test_bad_references_are_told_where_a_later_language_fails(tmp_path: Path) -> None:
    folder = _bad_site(tmp_path, "suffix", files={"hook.py": HOOK}, hooks=["hook.py"])
    built = sites.build(folder)
    assert built.code == 1
    assert "German fails" in built.output
    places = [f"masko: docs/{name}:3:6" for name in PLACES["suffix"][:3]]
    assert [line.partition(": no pose")[0] for line in built.lines("WARNING")] == places


def test_no_gallery_is_found_by_the_search_of_mkdocs(tmp_path: Path) -> None:
    """That plugin writes the index anew when all languages are built, without equal pages."""
    sites.make(
        tmp_path,
        {"index.md": "# Home\n", "index.fr.md": "# Accueil\n"},
        options={**sites.FROZEN, "gallery": True},
        plugins=["search", "masko", _i18n("suffix")],
        theme={"name": "mkdocs"},
    )
    built = sites.build(tmp_path, "--strict").good()
    docs = json.loads(built.page("search/search_index.json"))["docs"]
    assert {doc["location"].partition("#")[0] for doc in docs} == {"", "fr/"}


@pytest.mark.parametrize(
    ("locale", "settings", "label"),
    [
        ("fr", {}, PAUSE["fr"]),
        ("pt", {"theme": {"locale": "pt_BR"}}, "Pausar as animações"),
        ("zh", {"theme": {"locale": "zh_TW"}}, "暫停動畫"),
        ("cy", {}, PAUSE["en"]),
    ],
)
def test_a_theme_that_knows_no_languages_has_labels_in_that_of_the_page(
    tmp_path: Path, locale: str, settings: dict[str, Any], label: str
) -> None:
    languages = [LANGUAGES[0], {"locale": locale, "name": locale, **settings}]
    sites.make(
        tmp_path,
        {"index.md": "![a](masko:wave)\n"},
        plugins=["masko", {"i18n": {"languages": languages}}],
    )
    built = sites.build(tmp_path).good()  # the host lacks translations of its own for some
    assert f'data-label="{label}"' in built.page(f"{locale}/index.html")
    assert f'data-label="{PAUSE["en"]}"' in built.page("index.html")
