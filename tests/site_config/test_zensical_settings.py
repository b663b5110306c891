"""What Zensical itself makes of the files that are edited for it."""

from __future__ import annotations

import sys
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest

from mkdocs_masko.site_config.settings import appends_inherited_lists, load_settings
from mkdocs_masko.site_config.toml_insertion import add_extension as add_to_toml
from mkdocs_masko.site_config.yml_insertion import add_extension as add_to_yml

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11")

OPTIONS = {"collection": "fox", "into": "docs/assets/masko"}
WATCHED = ["masko.manifest.json", "docs/assets/masko"]
TOML_EXTENSIONS = """
[project.markdown_extensions]
abbr = {}
pymdownx.tilde = {}
pymdownx.blocks.tab = {}
zensical.extensions.preview = {}
toc.permalink = true
"""
SITES = {
    "zensical.toml, without extensions": "[project]\nsite_name = 'T'\n",
    "zensical.toml, without project": "site_name = 'T'\n",
    "zensical.toml, with extensions": f"[project]\nsite_name = 'T'\nwatch = ['a']{TOML_EXTENSIONS}",
    "zensical.toml, with a list": "[project]\nsite_name = 'T'\nmarkdown_extensions = ['abbr']\n",
    "zensical.toml, with tables in a list": (
        "[project]\nsite_name = 'T'\n[[project.markdown_extensions]]\nabbr = {}\n"
    ),
    "mkdocs.yml, without extensions": "site_name: T\n",
    "mkdocs.yml, in brackets": "{site_name: T}\n",
    "mkdocs.yml, with a list": "site_name: T\nmarkdown_extensions: [abbr]\nwatch: [a]\n",
    "mkdocs.yml, with a map": "site_name: T\nmarkdown_extensions: {abbr: , toc: {permalink: true}}",
    "mkdocs.yml, which inherits a list": "INHERIT: base.yml\nsite_name: T\n",
    "mkdocs.yml, which inherits a list and has one": (
        "INHERIT: base.yml\nsite_name: T\nmarkdown_extensions: [abbr]\nwatch: [b]\n"
    ),
}


@pytest.fixture(autouse=True)
def no_site_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zensical keeps what it has read, and would seem to run for all tests that follow."""
    monkeypatch.setattr("zensical.config._CONFIG", None)


def read(path: Path) -> dict[str, Any]:
    """Return the settings as Zensical reads them."""
    from zensical.config import parse_config  # noqa: PLC0415 - not there for Python 3.10

    settings = parse_config(str(path))
    assert isinstance(settings, dict)
    return settings


@pytest.mark.parametrize("site", SITES)
def test_zensical_has_one_extension_more_and_watches_our_files(tmp_path: Path, site: str) -> None:
    """All its defaults are left where the site names no extension."""
    (tmp_path / WATCHED[1]).mkdir(parents=True)
    files = [tmp_path / WATCHED[0], tmp_path / WATCHED[1] / "masko.css"]
    for each in (*files, tmp_path / "a", tmp_path / "b"):
        each.touch()
    (tmp_path / "base.yml").write_text("markdown_extensions: [admonition]\nwatch: [a]\n")
    path = tmp_path / site.partition(",")[0]
    path.write_text(SITES[site])
    before = read(path)
    if path.suffix == ".toml":
        new = add_to_toml(path, OPTIONS, WATCHED)
    else:
        new = add_to_yml(path, OPTIONS, WATCHED, appends_lists=appends_inherited_lists())
    path.write_bytes(new)
    after = read(path)
    assert after["mdx_configs"] == {**before["mdx_configs"], "masko": OPTIONS}
    assert {*after["markdown_extensions"]} == {*before["markdown_extensions"], "masko"}
    assert after["watch"] == [*before["watch"], *WATCHED]
    assert {*map(str, files)} <= dict(after["watched_files"]).keys()
    ours = ("markdown_extensions", "mdx_configs", "mdx_configs_hash", "watch", "watched_files")
    others = [{n: v for n, v in settings.items() if n not in ours} for settings in (before, after)]
    assert others[0] == others[1]


def test_the_file_that_zensical_begins_with_gets_five_lines(tmp_path: Path) -> None:
    """All that `zensical new` has written stays where it was."""
    import zensical  # noqa: PLC0415 - not there for Python 3.10

    old = (Path(zensical.__file__).parent / "bootstrap" / "zensical.toml").read_text()
    path = tmp_path / "zensical.toml"
    path.write_text(old)
    new = add_to_toml(path, OPTIONS, WATCHED).decode()
    added = [line for line in ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
    assert added == [
        '+ watch = ["masko.manifest.json", "docs/assets/masko"]',
        "+ ",
        "+ [project.markdown_extensions.masko]",
        '+ collection = "fox"',
        '+ into = "docs/assets/masko"',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nsite_name = 'T'\n[project.markdown_extensions.masko]\ncollection = 'fox'\n",
        "[project]\nsite_name = 'T'\nmarkdown_extensions = [{ masko = { collection = 'fox' } }]\n",
        "site_name = 'T'\nmarkdown_extensions = { masko = {\n  collection = 'fox',\n} }\n",
    ],
)
def test_options_and_settings_are_those_of_zensical(tmp_path: Path, text: str) -> None:
    (tmp_path / "docs").mkdir()
    path = tmp_path / "zensical.toml"
    path.write_text(text)
    settings = load_settings(path)
    assert read(path)["mdx_configs"]["masko"] == {"collection": "fox"}
    assert settings["site_name"] == "T"
