"""`gallery: true` beside plugins that look at every page of the site.

What they read is the page's path on disk, its text, its front matter, its edit link and its dates.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sites

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGES = {
    "index.md": "# Home\n\n![A fox](masko:wave){ width=120 }\n",
    "guide/index.md": "---\ntags: [fox]\n---\n# Guide\n",
    "blog/index.md": "# Blog\n",
    "blog/posts/first.md": "---\ndate: 2026-01-31\n---\n# First\n",
}
OPTIONS = {**sites.FROZEN, "gallery": True}
MATERIAL = {"name": "material", "font": False}
MATERIALS_OWN = {"tags", "blog", "meta", "section-index"}
LANGUAGES = [
    {"locale": "en", "default": True, "name": "English", "build": True},
    {"locale": "de", "name": "Deutsch", "build": True},
]
NEIGHBOURS: dict[str, list[Any]] = {
    "rss": [{"rss": {"use_git": False}}],
    "rss and git": [{"rss": {"match_path": ".*"}}],
    "i18n": [{"i18n": {"languages": LANGUAGES}}],
    "i18n by folder": [{"i18n": {"languages": LANGUAGES, "docs_structure": "folder"}}],
    "dates": [{"git-revision-date-localized": {"enable_creation_date": True}}],
    "authors": [{"git-authors": {"exclude": ["mascots.md"]}}],
    "awesome-nav": ["awesome-nav"],
    "awesome-pages": ["awesome-pages"],
    "literate-nav": ["literate-nav"],
    "redirects": [{"redirects": {"redirect_maps": {"poses.md": "mascots.md"}}}],
    "section-index": ["section-index"],
    "tags": ["tags"],
    "blog": ["blog"],
    "meta": ["meta"],
    "search": ["search"],
}


def make(folder: Path, plugins: Sequence[Any], **more: Any) -> Path:  # noqa: ANN401 - mkdocs.yml
    settings = {
        "options": OPTIONS,
        "site_url": "https://example.org/",
        "repo_url": "https://github.com/example/docs",
        "edit_uri": "edit/main/docs/",
        "theme": {"name": "mkdocs"},
        **more,
    }
    sites.make(folder, PAGES, plugins=plugins, **settings)
    git = ("git", "-c", "user.name=Fox", "-c", "user.email=fox@example.org", "-C", str(folder))
    for command in (("init", "-q"), ("add", "docs"), ("commit", "-qm", "Add pages")):
        subprocess.run([*git, *command], check=True)
    return folder


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_strict_build_with_a_gallery_succeeds_beside(name: str, tmp_path: Path) -> None:
    theme = MATERIAL if name in MATERIALS_OWN else {"name": "mkdocs"}
    check(make(tmp_path, ["masko", *NEIGHBOURS[name]], theme=theme))


@pytest.mark.parametrize("name", ["rss", "i18n", "literate-nav", "redirects"])
def test_the_order_of_plugins_does_not_matter(name: str, tmp_path: Path) -> None:
    check(make(tmp_path, [*NEIGHBOURS[name], "masko"]))


def check(folder: Path) -> None:
    built = sites.build(folder, "--strict").good()
    assert "masko-gallery" in built.page("mascots/index.html")
    assert sites.missing(built) == []
    assert "mascots/" in built.page("index.html")  # the navigation has it


def test_all_neighbours_at_once(tmp_path: Path) -> None:
    together = ["rss", "dates", "authors", "awesome-nav", "section-index", "tags", "meta", "search"]
    plugins = [plugin for name in together for plugin in NEIGHBOURS[name]]
    check(make(tmp_path, ["masko", *plugins], theme=MATERIAL))


HOOK = """
import json, pathlib
from mkdocs.plugins import event_priority

@event_priority(-200)  # after all plugins
def on_env(env, config, files):
    rows = {}
    for file in files:
        known = bool(file.abs_src_path) and pathlib.Path(file.abs_src_path).is_file()
        below = known and pathlib.Path(config.docs_dir) in pathlib.Path(file.abs_src_path).parents
        edit = file.page.edit_url if file.page else None
        text = file.content_string if file.is_documentation_page() else ""
        by = file.generated_by
        rows[file.src_uri] = [known, below, edit, text, by]
    pathlib.Path(config.config_file_path).with_name("files.json").write_text(json.dumps(rows))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What other plugins can read of each file: see HOOK."""
    folder = tmp_path_factory.mktemp("site")
    options = {**OPTIONS, "include": ["wave"]}
    files = {"hook.py": HOOK}
    make(folder, ["masko"], options=options, hooks=["hook.py"], files=files)
    sites.build(folder, "--strict").good()
    rows: dict[str, list[Any]] = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    return rows


def test_every_file_has_a_path_on_disk(facts: dict[str, list[Any]]) -> None:
    assert [name for name, (is_file, *_) in facts.items() if not is_file] == []
    assert {"mascots.md", "assets/masko/manifest.json", "assets/masko/files.json"} <= {*facts}


def test_no_generated_file_lies_in_the_docs(facts: dict[str, list[Any]]) -> None:
    in_docs = {name for name, (_, is_below, *_) in facts.items() if is_below}
    assert in_docs == set(PAGES)


def test_a_generated_page_has_no_edit_link(facts: dict[str, list[Any]]) -> None:
    assert facts["mascots.md"][2] is None
    assert facts["index.md"][2] is not None


def test_a_generated_page_has_its_text_and_says_who_made_it(facts: dict[str, list[Any]]) -> None:
    *_, text, plugin = facts["mascots.md"]
    assert "masko_gallery(" in text
    assert plugin == "masko"


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_nothing_generated_is_left_behind(host: str, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    sites.make(tmp_path, PAGES, options=OPTIONS)
    sites.build(tmp_path, host=host, env={"TMPDIR": str(temporary)}, process=True).good()
    assert list(temporary.iterdir()) == []


def test_a_machine_without_a_temporary_folder_builds_the_gallery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content stays in memory then."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    built = sites.build(sites.make(tmp_path, PAGES, options=OPTIONS), "--strict").good()
    assert "masko-gallery" in built.page("mascots/index.html")


def test_a_dirty_build_renders_the_gallery_anew(tmp_path: Path) -> None:
    folder = sites.make(tmp_path, PAGES, options=OPTIONS)
    built = sites.build(folder).good()
    page = built.site / "mascots/index.html"
    page.write_text("old", encoding="utf-8")
    sites.build(folder, "--dirty").good()
    assert "masko-gallery" in built.page("mascots/index.html")
    assert Path(folder, "docs/mascots.md").exists() is False
