"""`check` and `doctor` in a site that Zensical builds: what it renders, runs and cannot do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import NAME, run
from mkdocs_masko.generator import TESTED_ZENSICAL

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
[project]
site_name = "Fox"
watch = ["masko.manifest.json"]
[project.markdown_extensions.masko]
collections = { fox = "fox", owl = "owl" }
api_url = "sandbox"
"""
NEEDS_ZENSICAL = pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11")
BY_HAND = "Run 'mkdocs-masko init', which adds the Markdown extension."


def write(folder: Path, files: dict[str, str], config: str = CONFIG) -> Path:
    """Write a site, with the manifest of the fox and the owl."""
    for name, text in {"zensical.toml": config, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / NAME).write_text(sites.manifest(), encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    """Return what is wrong with the pages and templates."""
    document = json.loads(run(folder, "check", "--offline", "--json").out)
    return [
        f"{each['file']}:{each['line']}:{each['column']}: {each['message']}"
        for each in document["problems"]
    ]


def findings(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the findings of doctor by subject."""
    return {each["subject"]: each for each in json.loads(run(folder, "doctor", "--json").out)}


def test_the_errors_of_all_pages_are_told_at_once(tmp_path: Path) -> None:
    """Zensical itself stops at the first page."""
    write(
        tmp_path,
        {
            "docs/index.md": "# Hi\n\n![a](masko:wavee)\n\n{{ masko('wave', widht=3) }}\n",
            "docs/deep/page.md": "a ![a](masko:nope)\n",
            "docs/other.markdown": "![a](masko:nope), which Zensical copies as it is\n",
            "docs/.hidden/page.md": "![a](masko:nope)\n",
        },
    )
    found = problems(tmp_path)
    wanted = [
        "docs/deep/page.md:1:8: no pose 'nope' in 'fox'",
        "docs/index.md:3:6: no pose 'wavee' in 'fox' (did you mean 'wave'?)",
        "docs/index.md:5:1: unknown argument 'widht' (did you mean 'width'?)",
    ]
    assert len(found) == 3
    assert all(map(str.startswith, found, wanted))


@pytest.mark.parametrize(
    ("extensions", "count"),
    [
        ("[project.markdown_extensions.abbr]\n", 0),
        ("[project.markdown_extensions.pymdownx.tabbed]\nalternate_style = true\n", 1),
    ],
)
def test_pages_go_through_the_extensions_that_the_site_has(
    tmp_path: Path, extensions: str, count: int
) -> None:
    """What is indented is a tab with one extension, and code without it."""
    config = CONFIG.replace("[project.m", f"{extensions}[project.m")
    page = '=== "A"\n\n    ![a](masko:wavee)\n\n```\n![a](masko:wavee)\n```\n'
    write(tmp_path, {"docs/index.md": page}, config)
    assert len(problems(tmp_path)) == count


@pytest.mark.parametrize(
    ("macros", "count"),
    [
        ("plugins.macros = {}", 0),  # `{% if %}` is Jinja's to run
        ("markdown_extensions.zensical.extensions.macros = {}", 0),
        ("plugins.macros.enabled = false", 1),
        ("plugins.macros.render_by_default = false", 1),
        ("plugins.macros = {render_by_default = false, force_render_paths = 'ind*'}", 0),
        ("plugins.macros = {render_by_default = false, force_render_paths = '*\\n!index.md'}", 1),
        ("plugins.search = {}", 1),
    ],
)
def test_a_page_that_the_macros_plugin_runs_is_read_as_it_runs_it(
    tmp_path: Path, macros: str, count: int
) -> None:
    """An argument with a variable is a mistake where nothing evaluates it."""
    config = CONFIG.replace("[project.m", f"{macros}\n[project.m", 1)
    write(tmp_path, {"docs/index.md": "{{ masko('wave', width=small) }}\n"}, config)
    assert len(problems(tmp_path)) == count


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("force_render_paths = 'guide/*'", ["docs/guide/a.md:8:1"]),
        ("force_render_paths = '/*.md'", ["docs/index.md:8:1"]),
        ("j2_variable_start_string = '[['\nj2_variable_end_string = ']]'", []),
    ],
)
def test_only_what_the_macros_plugin_reads_is_unreadable(
    tmp_path: Path, options: str, found: list[str]
) -> None:
    """Jinja reads code as well, on the pages that the plugin runs and between its delimiters."""
    settings = f"[project.plugins.macros]\n{options}\n"
    settings += f"render_by_default = {str('j2' in options).lower()}\n"
    config = CONFIG.replace("[project.m", f"{settings}[project.m", 1)
    page = '---\ntitle: A\n---\n\n![a](masko:wave)\n\n```\n{{ masko("wave", width=3) }\n```\n'
    write(tmp_path, {"docs/index.md": page, "docs/guide/a.md": page}, config)
    assert [each.split(": ")[0] for each in problems(tmp_path)] == found


def test_a_default_that_is_no_collection_fails_as_the_build_does(tmp_path: Path) -> None:
    config = f'{CONFIG}default = "bear"\n'
    write(tmp_path, {"docs/index.md": "![a](masko:wave)\n"}, config)
    done = run(tmp_path, "check", "--offline")
    assert done.code == 2
    assert done.err == (
        "error: zensical.toml:7: option 'default' names no collection 'bear'. There are: fox, owl\n"
    )


def test_poses_in_templates_are_reported_as_what_zensical_cannot_show(tmp_path: Path) -> None:
    """It stops at a macro, and takes `masko:` for a URL."""
    template = (
        '{% extends "base.html" %}\n{{ masko("wave") }}\n<img src="masko:wave">\n'
        '{% import "masko/macros.html" as m %}\n{{ m.image("wave") }}\n<b>masko</b>\n'
    )
    config = CONFIG.replace("[project.m", "theme.custom_dir = 'overrides'\n[project.m")
    write(
        tmp_path,
        {
            "docs/index.md": "# Hi\n",
            "overrides/main.html": template,
            "overrides/guarded.html": (
                "{% if masko is defined %}\n{% import 'masko/macros.html' as m %}\n"
                "{{ m.image('wave') }}{{ masko('wave') }}\n<b>\n</b>{{ masko('a') }}{% endif %}\n"
                "{% if page.meta.x and masko is defined %}\n{{ masko('wave') }}{% endif %}\n"
                "{% if not masko_url %}{% else %}{{ masko_url('wave') }}{% endif %}\n"
                "{% if page %}{{ masko('wave') }}{% endif %}\n"
            ),
            "overrides/odd.html": "{% masko %}<a href='masko:wave'>a</a>",
            "overrides/masko/video.html": "{{ masko('ours') }}",
        },
        config,
    )
    message = "Zensical cannot show poses in templates of the theme. Write the pose on a page"
    assert problems(tmp_path) == [
        f"overrides/guarded.html:9:17: {message}",
        f"overrides/main.html:2:4: {message}",
        f"overrides/main.html:3:11: {message}",
        f"overrides/main.html:4:12: {message}",
        f"overrides/main.html:5:1: {message}",
        f"overrides/odd.html:1:21: {message}",
    ]


def test_templates_of_a_site_that_both_build_are_reported_too(tmp_path: Path) -> None:
    """MkDocs runs the macro, Zensical does not; who asks first has a theme for both."""
    config = (
        "theme: {name: material, custom_dir: overrides}\n"
        "plugins: [masko: {collections: {fox: fox, owl: owl}, api_url: sandbox}]\n"
    )
    guarded = "{% if masko is defined %}{{ masko('wave') }}{% endif %}\n"
    write(
        tmp_path,
        {
            "docs/index.md": "# Hi\n",
            "overrides/main.html": guarded + "{{ masko('wave') }}\n{{ masko('wavee') }}\n",
            "mkdocs.yml": config,
        },
    )
    (tmp_path / "zensical.toml").unlink()
    assert [each.partition(": ")[0] for each in problems(tmp_path)] == ["overrides/main.html:3:4"]
    (tmp_path / "mkdocs.yml").write_text(f"{config}markdown_extensions: [masko]\n")
    message = (
        "Zensical cannot show poses in templates of the theme. Write the pose on a page, "
        "or ask first, for MkDocs: {% if masko is defined %}"
    )
    assert [each for each in problems(tmp_path) if "Zensical" in each] == [
        f"overrides/main.html:2:4: {message}",
        f"overrides/main.html:3:4: {message}",
    ]


def test_poses_in_settings_are_told_where_they_stand(tmp_path: Path) -> None:
    config = CONFIG.replace("[project.m", "copyright = 'A masko:wave, {{ masko() }}'\n[project.m")
    config = config.replace("[project.m", "nav = [{ 'A' = 'masko:wave' }]\n[project.m")
    config = config.replace("[project.m", "[project.theme]\nlogo = 'masko:wave'\n[project.m")
    write(tmp_path, {"docs/index.md": "# Hi\n"}, config)
    assert [each.partition(": ")[0] for each in problems(tmp_path)] == [
        "zensical.toml:4:28",
        "zensical.toml:5:17",
        "zensical.toml:7:9",
    ]


def test_a_plugin_that_zensical_does_not_run_is_one_sentence(tmp_path: Path) -> None:
    """Zensical itself drops it without a word."""
    config = CONFIG.replace("markdown_extensions", "plugins")
    write(tmp_path, {"docs/index.md": "![a](masko:wave)\n"}, config)
    problem = "Zensical runs no MkDocs plugins, so that the plugin 'masko' does nothing"
    done = run(tmp_path, "check", "--offline")
    assert (done.code, done.err) == (2, f"error: zensical.toml: {problem}. {BY_HAND}\n")
    finding = findings(tmp_path)["extension"]
    assert (finding["level"], finding["text"]) == ("error", problem)
    assert finding["remedy"] in BY_HAND.replace("R", "r", 1)
    assert run(tmp_path, "init").code == 0
    assert findings(tmp_path)["extension"]["level"] == "ok"
    assert run(tmp_path, "check", "--offline").code == 0


@NEEDS_ZENSICAL
def test_doctor_says_what_zensical_lacks(tmp_path: Path) -> None:
    """Each with its remedy; a site that has all of it is ok."""
    config = CONFIG.replace('watch = ["masko.manifest.json"]', "plugins = ['offline']")
    write(tmp_path, {"docs/index.md": "# Hi\n"}, f"{config}budget = {{ page = '1 MB' }}\n")
    found = findings(tmp_path)
    assert found["host"]["text"] == f"Zensical {TESTED_ZENSICAL} builds zensical.toml"
    assert found["theme"]["text"] == "zensical"
    levels = {name: each["level"] for name, each in found.items() if each["level"] != "ok"}
    levels.pop("manifest", None)
    assert levels == {
        "watch": "warning",
        "files": "warning",
        "option budget": "warning",
        "plugin offline": "warning",
    }
    assert found["watch"]["remedy"] == f"add {NAME} and docs/assets/masko to the list 'watch'"
    assert found["files"]["text"] == "docs/assets/masko: has not been written"
    assert found["files"]["remedy"] == "run 'mkdocs-masko sync', and commit the folder"


def test_what_is_no_path_is_not_watched(tmp_path: Path) -> None:
    """Zensical itself says what is wrong with it; doctor goes on."""
    write(
        tmp_path,
        {"docs/index.md": "# Hi\n"},
        CONFIG.replace('["masko', '[1, { a = "b" }, "docs", "masko'),
    )
    assert findings(tmp_path)["watch"]["level"] == "ok"


def test_a_newer_zensical_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what the tests build with."""
    newer = tmp_path / "packages" / "zensical-9.0.dist-info"
    newer.mkdir(parents=True)
    (newer / "METADATA").write_text("Metadata-Version: 2.1\nName: zensical\nVersion: 9.0\n")
    monkeypatch.syspath_prepend(newer.parent)
    host = findings(write(tmp_path / "site", {"docs/index.md": ""}))["host"]
    assert host["level"] == "ok"
    tested = f"mkdocs-masko is tested with {TESTED_ZENSICAL}"
    assert host["text"] == f"Zensical 9.0 builds zensical.toml; {tested}"


@NEEDS_ZENSICAL
def test_a_site_that_both_build_is_checked_for_both(tmp_path: Path) -> None:
    write(tmp_path, {"docs/index.md": "# Hi\n"})
    (tmp_path / "zensical.toml").unlink()
    (tmp_path / "mkdocs.yml").write_text(
        "plugins: [masko: {collection: fox, api_url: sandbox}]\nmarkdown_extensions: [masko]\n"
    )
    found = json.loads(run(tmp_path, "doctor", "--json").out)
    hosts = [each["text"] for each in found if each["subject"] == "host"]
    assert [text.partition(" ")[0] for text in hosts] == ["MkDocs", "Zensical"]
    levels = {each["subject"]: each["level"] for each in found}
    assert (levels["extension"], levels["watch"], levels["files"]) == ("ok", "warning", "warning")
