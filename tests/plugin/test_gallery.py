"""The catalogue as a page of a site: there when it is asked for, and in nobody's way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import run
from mkdocs_masko.errors import OptionError
from mkdocs_masko.gallery.page import is_gallery_page
from mkdocs_masko.options import GalleryPage, read_options
from mkdocs_masko.plugin.publish import drop_from_search

if TYPE_CHECKING:
    from pathlib import Path

FOX = {"collection": "fox"}
MATERIAL = {"name": "material", "font": False}
PAGE = "mascots/index.html"


def _site(folder: Path, gallery: object = True, **config: Any) -> sites.Built:  # noqa: ANN401
    options = {**sites.FROZEN, "gallery": gallery}
    pages = {"index.md": "# Home", **config.pop("pages", {})}
    return sites.build(sites.make(folder, pages, options=options, **config), "--strict")


def _cards(html: str) -> int:
    return len(re.findall(r'<li class="mg-card"', html))


@pytest.mark.parametrize(
    ("gallery", "path"),
    [
        (True, "mascots/index.html"),
        ("mascots.md", "mascots/index.html"),
        ("mascots/", "mascots/index.html"),
        ("team/all of us.md", "team/all of us/index.html"),
        ({"path": "x.md", "title": "All"}, "x/index.html"),
        ({"title": "All"}, "mascots/index.html"),
    ],
)
def test_the_page_is_where_the_option_says(tmp_path: Path, gallery: object, path: str) -> None:
    built = _site(tmp_path, gallery).good()
    assert _cards(built.page(path)) == 15
    assert sites.missing(built) == []
    assert built.lines("WARNING") == []


@pytest.mark.parametrize("gallery", [False, None])
def test_without_the_option_there_is_no_page_and_no_file_of_it(
    tmp_path: Path, gallery: object
) -> None:
    built = _site(tmp_path, gallery).good()
    assert not (built.site / "mascots").exists()
    assert not [name for name in sites.published(built) if name.startswith("gallery.")]


def test_its_style_sheet_and_script_are_on_its_page_alone(tmp_path: Path) -> None:
    """They are files named by their content, and stand once on it."""
    built = _site(tmp_path).good()
    assert "gallery." not in built.page()
    for extension in ("css", "js"):
        (name,) = re.findall(rf"gallery\.[0-9a-f]{{16}}\.{extension}", built.page(PAGE))
        source = sites.ROOT / f"templates/masko/gallery.{extension}"
        assert (built.site / "assets/masko" / name).read_bytes() == source.read_bytes()


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
@pytest.mark.parametrize("nav", [None, [{"Home": "index.md"}], [{"All": "mascots.md"}, "index.md"]])
def test_a_strict_build_says_nothing_of_it(tmp_path: Path, nav: object, host: str) -> None:
    """It is in the navigation that `nav` says, in the one that is made without, or in none."""
    validation = {"nav": {"omitted_files": "warn"}, "links": {"not_found": "warn"}}
    options = {**sites.FROZEN, "gallery": True}
    main = sites.MAIN + "{% for item in nav %}<b>{{ item.title }}</b>{% endfor %}"
    folder = sites.make(
        tmp_path,
        {"index.md": "# Home\n\n[All](mascots.md)"},
        options=options,
        files={"theme/main.html": main},
        nav=nav,
        validation=validation,
    )
    built = sites.build(folder, "--strict", host=host).good()
    titles = re.findall("<b>(.*?)</b>", built.page())
    assert titles == (["Home", "Mascots"] if nav is None else [*map(str, _titles(nav))])
    assert _cards(built.page(PAGE)) == 15


def _titles(nav: Any) -> list[str]:  # noqa: ANN401
    return [next(iter(each)) if isinstance(each, dict) else "Home" for each in nav]


def test_nobody_can_edit_it(tmp_path: Path) -> None:
    built = _site(
        tmp_path,
        theme=MATERIAL | {"features": ["content.action.edit"]},
        repo_url="https://example.org/x",
        edit_uri="edit/",
    ).good()
    assert "edit/index.md" in built.page()
    assert "edit/mascots.md" not in built.page(PAGE)


@pytest.mark.parametrize(
    "path", ["mascots.md", "mascots/index.md", "Mascots.md", "MASCOTS/index.md"]
)
def test_a_page_that_is_there_is_never_replaced(tmp_path: Path, path: str) -> None:
    built = _site(tmp_path, pages={path: "# Mine"})
    assert built.code == 1
    assert (
        f"masko: option 'gallery' would replace {path}. Give another path, "
        "or write {{ masko_gallery() }} on that page" in built.output
    )


SAMPLES = {
    "fenced": "```jinja\n{{ masko_gallery() }}\n```\n",
    "a code span": "Write `{{ masko_gallery() }}` on a page.\n",
    "indented": "Write:\n\n    {{ masko_gallery() }}\n",
    "a comment": "<!-- {{ masko_gallery() }} -->\n",
    "another macro": "{{ masko('wave') }} of the gallery ()\n",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_the_gallery_is_none(name: str) -> None:
    assert not is_gallery_page(f"# Mascots\n\n{SAMPLES[name]}")


SHOWN = {
    "twice": "```\n{{ masko_gallery() }}\n```\n\n{{ masko_gallery() }}\n",
    "trimmed": "{{- masko_gallery(search=false) -}}\n",
    "imported": '{% import "masko/macros.html" as m %}\n\n{{ m.gallery("owl") }}\n',
    "from": '{% from "masko/macros.html" import gallery %}\n\n{{ gallery() }}\n',
    "kept": "{% set all = masko_gallery() %}{{ all }}\n",
    "in a tab": '=== "All"\n\n    {{ masko_gallery() }}\n',
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_that_shows_the_gallery_can_stand_for_it(name: str) -> None:
    assert is_gallery_page(f"# Mascots\n\n{SHOWN[name]}")


def test_a_page_with_a_sample_alone_ends_a_build(tmp_path: Path) -> None:
    built = _site(tmp_path, pages={"mascots.md": SAMPLES["fenced"]})
    assert built.code == 1
    assert "option 'gallery' would replace mascots.md. " in built.output


def test_a_page_that_imports_the_gallery_is_the_page(tmp_path: Path) -> None:
    built = _site(tmp_path, plugins=["macros", "masko"], pages={"mascots.md": SHOWN["imported"]})
    assert built.good().page(PAGE).count("<masko-gallery") == 1


@pytest.mark.parametrize("path", ["caf\u00e9.md", "cafe\u0301.md", "CAF\u00c9.md"])
def test_a_page_that_macos_takes_for_the_same_is_never_replaced(tmp_path: Path, path: str) -> None:
    built = _site(tmp_path, "caf\u00e9.md", pages={path: "# Mine"})
    assert built.code == 1
    assert f"option 'gallery' would replace {path}" in built.output
    done = run(tmp_path, "check", "--offline")
    assert f"option 'gallery' would replace {path}" in done.err


TITLE = 'A "title": [x](y) & <b> {{ masko("wave") }} #1'


@pytest.mark.parametrize("theme", [sites.BARE, MATERIAL], ids=["bare", "material"])
def test_any_title_is_text(tmp_path: Path, theme: dict[str, Any]) -> None:
    built = _site(tmp_path, {"title": TITLE}, theme=theme, pages={"a.md": "# A"}).good()
    (heading,) = sites.parse(built.page(PAGE)).iter("h1")
    assert "".join(heading.itertext()).rstrip("¶").strip() == TITLE


def _index(built: sites.Built) -> dict[str, Any]:
    text = (built.site / "search/search_index.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("theme", ["mkdocs", MATERIAL], ids=["mkdocs", "material"])
@pytest.mark.parametrize("search", [False, True])
def test_search_finds_it_only_where_it_is_asked_to(
    tmp_path: Path, theme: object, search: bool
) -> None:
    """With the search of MkDocs, and with Material's."""
    plugin = "material/search" if theme == MATERIAL else "search"
    built = _site(tmp_path, {"search": search}, theme=theme, plugins=[plugin, "masko"]).good()
    docs = _index(built)["docs"]
    locations = {doc["location"].partition("#")[0] for doc in docs}
    assert locations == {"", "mascots/"} if search else {""}
    assert any("Plush Swagger" in doc["text"] for doc in docs) == search


def test_what_is_on_a_page_of_ones_own_is_not_found_by_materials_search(tmp_path: Path) -> None:
    page = "# Ours\n\nA word before.\n\n{{ masko_gallery() }}\n\nA word after."
    for name, text, found in (("a", page, False), ("b", page.replace("()", "(search=true)"), True)):
        built = _site(
            tmp_path / name,
            False,
            theme=MATERIAL,
            plugins=["material/search", "masko"],
            pages={"ours.md": text},
        ).good()
        texts = " ".join(doc["text"] for doc in _index(built)["docs"])
        assert "A word before" in texts
        assert "A word after" in texts
        assert ("Plush Swagger" in texts) == found


def test_a_prebuilt_index_loses_the_page_too() -> None:
    """As lunr 2.3 writes it: vectors by field and place, and places by word and field."""
    content = {
        "docs": [{"location": "a/"}, {"location": "m/"}, {"location": "m/#x"}, {"location": "m2/"}],
        "index": {
            "fieldVectors": [["title/a/", [0, 1]], ["text/m/", [0, 1]], ["text/m/#x", [0, 1]]],
            "invertedIndex": [
                ["fox", {"_index": 0, "title": {"a/": {}}, "text": {"m/": {}, "m/#x": {}}}]
            ],
        },
    }
    assert drop_from_search(content, "m/")
    assert content["docs"] == [{"location": "a/"}, {"location": "m2/"}]
    assert content["index"] == {
        "fieldVectors": [["title/a/", [0, 1]]],
        "invertedIndex": [["fox", {"_index": 0, "title": {"a/": {}}, "text": {}}]],
    }
    assert not drop_from_search(content, "m/")


OTHERS = {
    "markdown": ("{{ masko_gallery() }}", ["masko"], 15),
    "of one": ('{{ masko_gallery("owl", level=3) }}', ["masko"], 11),
    "macros": ("{{ masko_gallery('fox') }}", ["masko", "macros"], 4),
    "macros, imported": (
        '{% import "masko/macros.html" as masko %}\n\n{{ masko.gallery("fox") }}',
        ["macros", "masko"],
        4,
    ),
    "twice": ("{{ masko_gallery('fox') }}\n\n{{ masko_gallery('owl') }}", ["masko"], 15),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_page_of_ones_own_has_it_where_it_is_called(tmp_path: Path, name: str) -> None:
    text, plugins, count = OTHERS[name]
    page = f"# Ours\n\n{text}\n\nAfter."
    built = _site(tmp_path, False, plugins=plugins, pages={"ours.md": page}).good()
    html = built.page("ours/index.html")
    assert _cards(html) == count
    assert "<p>After.</p>" in html
    assert not re.search(r"<p>\s*<div", html)
    assert html.count("gallery.") == 2
    assert sites.missing(built) == []


def test_a_template_of_the_theme_can_call_it(tmp_path: Path) -> None:
    main = '{% import "masko/macros.html" as m %}<!DOCTYPE html><body>{{ m.gallery("owl") }}'
    built = _site(tmp_path, False, files={"theme/main.html": main}).good()
    assert _cards(built.page()) == 11
    assert len(re.findall(r"assets/masko/gallery\.[0-9a-f]{16}\.", built.page())) == 2
    assert sites.missing(built) == []
    assert {name.partition(".")[0] for name in sites.published(built)} >= {"gallery", "blink"}


def test_a_slip_is_told_with_its_place(tmp_path: Path) -> None:
    page = "# Ours\n\nSome words.\n\n{{ masko_gallery('hawk') }}\n\n{{ masko_galery() }}"
    built = _site(tmp_path, False, pages={"ours.md": page})
    assert built.code == 1
    assert "docs/ours.md:5:1: no collection 'hawk'. There are: fox, owl." in built.output
    assert (
        "docs/ours.md:7:1: there is no function 'masko_galery' (did you mean 'masko_gallery'"
        in built.output
    )


EXPECTED = (
    "must be true, false, a path below docs_dir such as mascots.md or mascots/, "
    "or a map such as {path: mascots.md, title: Mascots, search: true}; got "
)
WRONG: list[object] = [
    "mascots",
    "",
    "/mascots.md",
    "../mascots.md",
    "a/../m.md",
    "a//m.md",
    "a\\m.md",
    "con.md",
    "AUX/",
    "a/nul/m.md",
    "com1.x.md",
    "mascots..md",
    "mascots .md",
    "a./m.md",
    "c:m.md",
    "m\x07.md",
    {"path": "x"},
    {"titel": "x"},
    {"title": " "},
]


@pytest.mark.parametrize("gallery", WRONG)
def test_an_option_that_does_not_fit_is_told(gallery: object) -> None:
    with pytest.raises(OptionError) as error:
        read_options({**FOX, "gallery": gallery}, {})
    assert (error.value.option, error.value.problem) == ("gallery", f"{EXPECTED}{gallery!r}")


@pytest.mark.parametrize(
    ("gallery", "page"),
    [
        (None, None),
        (False, None),
        (True, GalleryPage()),
        ("a/b.md", GalleryPage(path="a/b.md")),
        ({"search": "true"}, GalleryPage(search=True)),
        ({}, GalleryPage()),
    ],
)
def test_each_form_of_the_option_is_the_same_page(gallery: object, page: object) -> None:
    assert read_options({**FOX, "gallery": gallery}, {}).gallery_page == page
