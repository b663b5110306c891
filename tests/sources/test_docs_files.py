"""The docs folder without MkDocs has the files that MkDocs finds, and reads what it reads."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import get_files
from mkdocs.utils import meta

from mkdocs_masko.sources.docs_files import DocsFolder, split_front_matter

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    *("index.md", "README.md", "both/README.md", "both/index.md", "html/index.html"),
    *("html/index.md", "only/README.md", "a.markdown", "b.mdown", "c.mkdn", "d.mkd", "e.txt"),
    *("page.md", "page/index.md", ".dot.md", ".well-known/x.md", "templates/x.md"),
    *("deep/templates/x.md", "private/x.md", "private/keep.md", "drafts/x.md", "img/x.png"),
    *("excluded/README.md", "excluded/index.md", "Case.MD", "README.txt", "a b.md"),
)
SETTINGS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "exclude": {"exclude_docs": "private/*\n!private/keep.md\n*.txt\nexcluded/index.md\n"},
    "include again": {"exclude_docs": "!.well-known\n!/templates/\n"},
    "drafts": {"draft_docs": "drafts/\n# a comment\n\n/page.md"},
    "not in nav": {"not_in_nav": "page.md", "nav": [{"Home": "index.md"}]},
    "flat": {"use_directory_urls": False},
    "another folder": {"docs_dir": "pages"},
}


@pytest.mark.parametrize("case", SETTINGS)
def test_it_has_the_files_of_a_build(tmp_path: Path, case: str) -> None:
    """Those that a build renders or copies, each with the place that it gets in the site."""
    settings = SETTINGS[case]
    docs = tmp_path / settings.get("docs_dir", "docs")
    for name in FILES:
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    config = MkDocsConfig(str(tmp_path / "mkdocs.yml"))
    config.load_dict({"site_name": "x", **settings})
    assert config.validate()[0] == []
    files = [file for file in get_files(config) if file.inclusion.is_included()]
    folder = DocsFolder(tmp_path, settings)
    found = folder.files()
    assert {file.uri for file in found} == {file.src_uri for file in files}
    assert {file.uri for file in found if file.is_page} == {
        file.src_uri for file in files if file.is_documentation_page()
    }
    assert {file.uri: folder.target(file.uri) for file in found} == {
        file.src_uri: file.dest_uri for file in files
    }
    assert folder.uris == {*FILES}
    assert {file.name for file in found} == {f"{docs.name}/{file.uri}" for file in found}


def test_a_page_beside_the_configuration_is_named_without_a_folder(tmp_path: Path) -> None:
    """Annotations of GitHub's take no `./index.md`."""
    (tmp_path / "index.md").write_text("x")
    (page,) = DocsFolder(tmp_path, {"docs_dir": "."}).files()
    assert page.name == "index.md"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_followed(tmp_path: Path) -> None:
    """As MkDocs does."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/x.md").write_text("x")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/linked").symlink_to(tmp_path / "elsewhere")
    assert [file.uri for file in DocsFolder(tmp_path, {}).files()] == ["linked/x.md"]


PAGES = [
    "# No front matter\n",
    "---\ntitle: x\nmascot: wave\n---\n# Text\n",
    "---\ntitle: x\n...\n\n\n# Text\n",
    "---\n- a\n- list\n---\n# Text\n",
    "---\n: not [yaml\n---\n# Text\n",
    "---\n---\n# Text\n",
    "---\ntitle: without an end\n",
    "----\ntitle: x\n----\n",
    "Title: Hello\nMascot: wave\n    and more\nTitle: again\n\n# Text\n",
    "Title: Hello\n# Text\n",
    "  Title: Hello\n\tmore\n\nText: that is no pair\n",
    "Title: all of it",
    "    indented: code\n\nText\n",
    "\nTitle: behind a blank line\n",
    "",
]


@pytest.mark.parametrize("text", PAGES)
def test_front_matter_is_what_mkdocs_reads(text: str) -> None:
    """In both forms that it knows; the rest of the page is the same but for blank lines."""
    markdown, data = meta.get_data(text)
    found, rest = split_front_matter(text)
    assert found == data
    assert rest.strip("\n") == markdown.strip("\n")
