"""The manual's page on Zensical: its commands, settings, workflow and messages, in that program."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

import sites
from manual_snippets import MANUAL, SNIPPETS, Snippet, run_as_reader

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unmeasured  # the other modules here go the same ways

PAGE = MANUAL / "zensical.md"
_POSE = "# Start\n\n![A fox](masko:wave)\n"
_ALL = [snippet for snippet in SNIPPETS if snippet.file == PAGE]
SHELL = """\
pip() { :; }  # everything is installed
zensical() {
  if [ "$1" = serve ]; then set -- build --strict; fi
  command zensical "$@"
}
"""
"""`serve` runs until it is stopped; a build does the same work and ends."""


def _of(language: str) -> list[Snippet]:
    return [snippet for snippet in _ALL if snippet.language == language]


def _run(folder: Path, commands: str) -> str:
    return run_as_reader("bash", "-euo", "pipefail", "-c", SHELL + commands, folder=folder)


def _site(folder: Path, page: str = _POSE) -> Path:
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(page, encoding="utf-8")
    (folder / "zensical.toml").write_text('[project]\nsite_name = "Site"\n', encoding="utf-8")
    _run(folder, "mkdocs-masko init --sandbox")
    return folder


def _embeds(folder: Path) -> list[str]:
    return sites.embeds((folder / "site/index.html").read_text(encoding="utf-8"))


def test_its_commands_run_one_after_the_other_in_an_empty_folder(tmp_path: Path) -> None:
    first, *others = _of("bash")
    _run(tmp_path, first.text)
    assert _embeds(tmp_path) == []
    markdown = next(s.text for s in _of("markdown") if "masko:wave" in s.text)
    (tmp_path / "docs/index.md").write_text(markdown, encoding="utf-8")
    for snippet in others:
        _run(tmp_path, snippet.text)
    _run(tmp_path, "zensical serve")
    (embed,) = _embeds(tmp_path)
    assert 'alt="A fox waving hello"' in embed


def test_init_adds_what_it_says(tmp_path: Path) -> None:
    text = (_site(tmp_path) / "zensical.toml").read_text(encoding="utf-8")
    (settings,) = (s.text for s in _of("toml") if "into" in s.text)
    assert settings.partition("[project.markdown_extensions.masko]")[2].strip() in text
    assert 'watch = ["masko.manifest.json", "docs/assets/masko"]' in text
    assert text.count("pymdownx.") > 15, "the defaults"


_SETTINGS = [*_of("toml"), *(s for s in _of("yaml") if not s.title)]


@pytest.mark.parametrize("snippet", _SETTINGS, ids=str)
def test_its_settings_show_a_pose(snippet: Snippet, tmp_path: Path) -> None:
    """With the macros plugin, the one of its sample with an expression."""
    page = next(s.text for s in _of("jinja")) if "plugins.macros" in snippet.text else _POSE
    settings = "" if snippet.language == "toml" else "site_name: My site\n"
    name = "zensical.toml" if snippet.language == "toml" else "mkdocs.yml"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(page, encoding="utf-8")
    (tmp_path / name).write_text(settings + snippet.text, encoding="utf-8")
    _run(tmp_path, "mkdocs-masko sync && zensical build --strict")
    (embed,) = _embeds(tmp_path)
    assert "<video" in embed


def test_its_workflow_builds_a_clone_without_key_and_network(tmp_path: Path) -> None:
    (workflow,) = (s.text for s in _of("yaml") if s.title)
    (job,) = yaml.safe_load(workflow)["jobs"].values()
    lines = [step["run"] for step in job["steps"] if "run" in step]
    (tmp_path / "origin").mkdir()
    origin = _site(tmp_path / "origin")
    shutil.copytree(origin, tmp_path / "clone", ignore=shutil.ignore_patterns(".cache", "site"))
    offline = sites.Offline(tmp_path)
    run_as_reader(
        *("bash", "-euo", "pipefail", "-c", SHELL + "\n".join(lines)),
        folder=tmp_path / "clone",
        **offline.variables(),
    )
    assert offline.attempts() == ""
    published = {step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})}
    assert published == {"site"}
    assert len(_embeds(tmp_path / "clone")) == 1


def test_its_messages_are_those_of_a_build(tmp_path: Path) -> None:
    missing, mistake = (snippet.text for snippet in _of("text"))
    site = _site(tmp_path)
    (site / "docs/index.md").write_text(_POSE.replace("wave", "wavee"), encoding="utf-8")
    assert mistake in _run(site, "! zensical build 2>&1")
    (site / "docs/index.md").write_text(_POSE, encoding="utf-8")
    for path in (site / "docs/assets/masko").iterdir():
        path.unlink()
    output = _run(site, "! zensical build --clean 2>&1")
    assert missing in output


def test_the_version_that_it_names_is_the_one_that_runs_here(tmp_path: Path) -> None:
    version = run_as_reader("zensical", "--version", folder=tmp_path).strip()
    assert f"Tested with Zensical {version}." in PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A site that asks for all that the page says it cannot have, and the output of its build."""
    folder = _site(tmp_path_factory.mktemp("limits"))
    files = {
        "theme/main.html": (
            '{% extends "base.html" %}{% block content %}{{ super() }}'
            "<p>{% if masko is defined %}A pose{% else %}No macros{% endif %}</p>{% endblock %}"
        ),
        "docs/blog/posts/plain.md": "---\ndate: 2026-01-02\n---\n# Plain\n\n![A fox](masko:wave)\n",
        "docs/blog/posts/described.md": (
            "---\ndate: 2026-01-03\ndescription: In words\n---\n# Told\n\n![A fox](masko:wave)\n"
        ),
        "docs/index.md": "# Start\n\nHello ![A fox](masko:wave) there.\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    toml = folder / "zensical.toml"
    settings = toml.read_text(encoding="utf-8").replace(
        "[project]\n",
        '[project]\nsite_url = "https://example.org/"\nsite_description = "x"\n'
        'theme.custom_dir = "theme"\nplugins.blog = {}\n'
        'plugins.rss = { match_path = "blog/posts/.*" }\n'
        'plugins.llmstxt = { full_output = "full.txt", sections = { Pages = ["index.md"] } }\n',
    )
    settings += "gallery = true\n"
    toml.write_text(settings, encoding="utf-8")
    return folder, _run(folder, "zensical build --clean 2>&1")


def test_templates_know_no_macros_and_can_ask(limited: tuple[Path, str]) -> None:
    assert "<p>No macros</p>" in (limited[0] / "site/index.html").read_text(encoding="utf-8")


def test_the_import_of_our_macros_ends_the_build(limited: tuple[Path, str], tmp_path: Path) -> None:
    folder = shutil.copytree(limited[0], tmp_path / "copy")
    template = '{% extends "base.html" %}{% import "masko/macros.html" as masko %}'
    (folder / "theme/main.html").write_text(template, encoding="utf-8")
    assert "masko/macros.html" in _run(folder, "! zensical build --clean 2>&1")


def test_no_gallery_is_generated_and_that_is_told(limited: tuple[Path, str]) -> None:
    folder, output = limited
    assert not (folder / "site/mascots").exists()
    hint = "option 'gallery': docs/mascots.md is missing. Run 'mkdocs-masko sync', which writes it."
    assert output.count(hint) == 1


def test_sync_writes_the_gallery_page(limited: tuple[Path, str], tmp_path: Path) -> None:
    folder = shutil.copytree(limited[0], tmp_path / "copy")
    output = _run(folder, "mkdocs-masko sync && zensical build --clean --strict 2>&1")
    page = (folder / "site/mascots/index.html").read_text(encoding="utf-8")
    assert page.count("<masko-gallery") == 1
    assert "option 'gallery'" not in output


@pytest.mark.parametrize(
    ("page", "text", "told"),
    [
        ("mascots/index.md", "{{ masko_gallery() }}", ""),
        ("mascots.md", "`{{ masko_gallery() }}`", "would replace mascots.md. Give another path,"),
        ("mascots.markdown", "{{ masko_gallery() }}", ": docs/mascots.md is missing. Run 'mkdoc"),
    ],
)
def test_a_page_in_the_place_of_the_gallery_is_as_for_sync(
    page: str, text: str, told: str, limited: tuple[Path, str], tmp_path: Path
) -> None:
    folder = shutil.copytree(limited[0], tmp_path / "copy")
    (folder / "docs" / page).parent.mkdir(exist_ok=True)
    (folder / "docs" / page).write_text(f"# Mascots\n\n{text}\n", encoding="utf-8")
    output = _run(folder, "zensical build --clean 2>&1")
    _, is_told, hint = output.partition("option 'gallery'")
    assert bool(is_told) == bool(told)
    assert hint.lstrip().startswith(told)


def test_all_files_of_the_folder_are_published_and_no_manifest(limited: tuple[Path, str]) -> None:
    folder = limited[0]
    in_docs = {path.name for path in (folder / "docs/assets/masko").glob("[!.]*")}
    assert {path.name for path in (folder / "site/assets/masko").iterdir()} == in_docs
    assert not [name for name in in_docs if name.startswith("manifest")]


def test_feeds_show_a_description_or_the_source(limited: tuple[Path, str]) -> None:
    feed = (limited[0] / "site/feed_rss_created.xml").read_text(encoding="utf-8")
    items = {item.partition("</title>")[0]: item for item in feed.split("<item><title>")[1:]}
    assert "masko:wave" in items["Plain"]
    assert "<description>In words</description>" in items["Told"]


def test_what_language_models_read_has_no_pictures(limited: tuple[Path, str]) -> None:
    text = (limited[0] / "site/full.txt").read_text(encoding="utf-8")
    assert "Hello there." in text
    assert "masko" not in text
