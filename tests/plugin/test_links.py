"""What `href=` may name: a Markdown file, as MkDocs finds it for the links of authors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import run

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = [
    {"locale": "en", "name": "English", "default": True, "build": True},
    {"locale": "fr", "name": "Français", "build": True},
]


def _hrefs(built: sites.Built, page: str = "index.html") -> list[str]:
    links = (link.get("href", "") for link in sites.parse(built.page(page)).iter("a"))
    return [*links]


@pytest.mark.parametrize(
    ("name", "href", "url"),
    [
        ("two words.md", "two%20words.md", "two%20words/"),
        ("50%.md", "50%25.md", "50%25/"),
        ("cafe\u0301.md", "caf\u00e9.md", "cafe%CC%81/"),
        ("caf\u00e9.md", "cafe\u0301.md#menu", "caf%C3%A9/#menu"),
        ("caf\u00e9.md", "caf%C3%A9.md", "caf%C3%A9/"),
    ],
    ids=["a blank", "a percent sign", "a name from macOS", "a link from macOS", "encoded"],
)
def test_a_link_names_a_file_however_both_are_written(
    tmp_path: Path, name: str, href: str, url: str
) -> None:
    """MkDocs decodes links; macOS stores accents apart from their letters, and people do not."""
    sites.make(tmp_path, {"index.md": f"![a](masko:wave){{ href={href} }}\n", name: "# Menu\n"})
    built = sites.build(tmp_path, "--strict").good()
    assert _hrefs(built) == [url]
    assert run(tmp_path, "check", "--offline").code == 0


@pytest.mark.parametrize("structure", ["suffix", "folder"])
def test_a_link_leads_to_the_page_in_the_same_language(tmp_path: Path, structure: str) -> None:
    """mkdocs-static-i18n decides which file a name means."""
    text = "![a](masko:wave){ href=guide/go.md }\n"
    suffix: dict[str, Any] = {"index.md": text, "index.fr.md": text, "guide/go.md": "# Go\n"}
    folder: dict[str, Any] = {
        "en/index.md": text,
        "fr/index.md": text,
        "en/guide/go.md": "# Go\n",
        "fr/guide/go.md": "# Va\n",
    }
    i18n = {"i18n": {"docs_structure": structure, "languages": LANGUAGES}}
    pages = suffix | {"guide/go.fr.md": "# Va\n"} if structure == "suffix" else folder
    sites.make(tmp_path, pages, plugins=("masko", i18n))
    built = sites.build(tmp_path, "--strict").good()
    assert _hrefs(built) == ["guide/go/"]
    assert _hrefs(built, "fr/index.html") == ["guide/go/"]
    assert (built.site / "fr/guide/go/index.html").is_file()


def test_a_page_that_has_no_translation_is_linked_in_the_default_language(tmp_path: Path) -> None:
    text = "![a](masko:wave){ href=../index.md }\n"
    i18n = {"i18n": {"docs_structure": "suffix", "languages": LANGUAGES}}
    pages = {"index.md": "# Home\n", "guide/go.md": text, "guide/go.fr.md": text}
    sites.make(tmp_path, pages, plugins=("masko", i18n))
    built = sites.build(tmp_path, "--strict").good()
    assert _hrefs(built, "guide/go/index.html") == ["../../"]
    assert _hrefs(built, "fr/guide/go/index.html") == ["../../"]
