"""Of MkDocs, ProperDocs and Zensical, the right one is named; so is a theme that is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from cli_process import environment
from cli_process import run as run_masko
from mkdocs_masko.generator import (
    TESTED_ZENSICAL,
    Generator,
    command_line,
    generator_for,
    installed_themes,
    missing_plugins,
    theme_of,
    theme_remedy,
    used_extensions,
)
from mkdocs_masko.site_config.zensical_toml import default_extensions

ROOT = Path(__file__).parents[1]
MKDOCS = ("mkdocs", "mkdocs-[0-9]*")
THEMES = ("properdocs_theme_*", "mkdocs_material-*", "mkdocs_*theme*-*")
ERROR = "Unrecognised theme name: 'mkdocs'"
REMEDY = "pip install properdocs-theme-mkdocs"
_BOTH = {"mkdocs", "properdocs"}
FENCES, TILDE = "pymdownx.superfences", "pymdownx.tilde"
_ALL = {*_BOTH, "zensical"}
_PLUGIN = {"plugins": ["search", "masko"]}
_EXTENSION = {"markdown_extensions": {"masko": {}}}


@pytest.mark.parametrize(
    ("config", "packages", "generator"),
    [
        ("mkdocs.yml", _BOTH, "mkdocs"),
        ("properdocs.yml", _BOTH, "properdocs"),
        ("properdocs.yaml", _BOTH, "properdocs"),
        ("docs.yml", _BOTH, "mkdocs"),
        ("mkdocs.yml", {"properdocs"}, "properdocs"),
        ("properdocs.yml", {"properdocs"}, "properdocs"),
        ("mkdocs.yml", {"mkdocs"}, "mkdocs"),
        ("properdocs.yml", {"mkdocs"}, "mkdocs"),
        ("mkdocs.yml", set(), "mkdocs"),
        ("properdocs.yml", set(), "properdocs"),
    ],
)
def test_the_program_that_is_installed_builds_the_site(
    config: str, packages: set[str], generator: str
) -> None:
    assert generator_for(Path(config), {}, packages) == generator


@pytest.mark.parametrize(
    ("config", "settings", "packages", "generator"),
    [
        ("zensical.toml", {}, _ALL, "zensical"),
        ("zensical.toml", _PLUGIN, _BOTH, "zensical"),
        ("site/other.toml", {}, set(), "zensical"),
        ("mkdocs.yml", _EXTENSION, _ALL, "zensical"),
        ("mkdocs.yml", _EXTENSION, {"mkdocs"}, "zensical"),
        ("mkdocs.yml", _PLUGIN, _ALL, "mkdocs"),
        ("mkdocs.yml", {**_PLUGIN, **_EXTENSION}, _ALL, "mkdocs"),
        ("mkdocs.yml", {}, _ALL, "mkdocs"),
        ("mkdocs.yml", {}, {"properdocs", "zensical"}, "properdocs"),
        ("mkdocs.yml", {}, {"zensical"}, "zensical"),
        ("mkdocs.yml", _PLUGIN, {"zensical"}, "zensical"),
        ("properdocs.yml", {}, {"zensical"}, "zensical"),
    ],
)
def test_zensical_builds_what_only_it_reads_or_what_only_its_extension_shows(
    config: str, settings: dict[str, Any], packages: set[str], generator: str
) -> None:
    """A plugin shows that the site is for MkDocs, as long as that is installed."""
    assert generator_for(Path(config), settings, packages) == generator


@pytest.mark.parametrize(
    ("generator", "config", "command"),
    [
        ("mkdocs", "mkdocs.yml", "mkdocs serve"),
        ("mkdocs", "mkdocs.yaml", "mkdocs serve"),
        ("mkdocs", "properdocs.yml", "mkdocs serve -f properdocs.yml"),
        ("mkdocs", "docs/mkdocs.yml", "mkdocs serve -f docs/mkdocs.yml"),
        ("properdocs", "properdocs.yml", "properdocs serve"),
        ("properdocs", "mkdocs.yml", "properdocs serve"),
        ("properdocs", "docs.yml", "properdocs serve -f docs.yml"),
        ("zensical", "zensical.toml", "zensical serve"),
        ("zensical", "mkdocs.yml", "zensical serve"),
        ("zensical", "properdocs.yml", "zensical serve -f properdocs.yml"),
        ("zensical", "site/zensical.toml", "zensical serve -f site/zensical.toml"),
        ("zensical", "my site/zensical.toml", 'zensical serve -f "my site/zensical.toml"'),
    ],
)
def test_a_file_is_named_where_the_program_would_not_find_it(
    generator: Generator, config: str, command: str
) -> None:
    assert command_line(generator, "serve", config) == command


@pytest.mark.parametrize(
    ("settings", "theme"),
    [
        ({}, "mkdocs"),
        ({"theme": None}, "mkdocs"),
        ({"theme": "material"}, "material"),
        ({"theme": {"name": "readthedocs", "locale": "de"}}, "readthedocs"),
        ({"theme": {"name": None, "custom_dir": "theme"}}, None),
        ({"theme": {"custom_dir": "theme"}}, None),
    ],
)
def test_the_theme_is_the_one_that_is_built_with(settings: dict[str, Any], theme: object) -> None:
    assert theme_of(settings, "mkdocs") == theme
    assert theme_of(settings, "properdocs") == theme


@pytest.mark.parametrize(
    ("settings", "theme"),
    [
        ({}, "zensical"),
        ({"theme": "material"}, "material"),
        ({"theme": {"language": "de"}}, "zensical"),
        ({"theme": {"custom_dir": "overrides"}}, "zensical"),
        ({"theme": {"name": None, "custom_dir": "theme"}}, None),
    ],
)
def test_zensical_has_a_theme_of_its_own(settings: dict[str, Any], theme: str | None) -> None:
    """A folder without a name holds overrides there, and is the whole theme under MkDocs."""
    assert theme_of(settings, "zensical") == theme
    assert theme in {None, *installed_themes("zensical")}


@pytest.mark.parametrize(
    ("settings", "in_mkdocs", "in_zensical"),
    [
        ({}, set(), {*default_extensions()}),
        ({"markdown_extensions": None}, set(), {FENCES}),
        ({"markdown_extensions": ["abbr"]}, {"abbr"}, {"abbr", FENCES}),
        ({"markdown_extensions": {"pymdownx": {"tilde": {}}}}, {TILDE}, {TILDE, FENCES}),
    ],
)
def test_pages_go_through_the_extensions_of_the_program(
    settings: dict[str, Any], in_mkdocs: set[str], in_zensical: set[str]
) -> None:
    """Zensical has fences always, and its defaults where a site names no extension."""
    assert used_extensions(settings, "mkdocs").keys() == in_mkdocs
    assert used_extensions(settings, "zensical").keys() == in_zensical


def test_the_version_of_zensical_is_the_one_that_tests_build_with() -> None:
    assert f'"zensical=={TESTED_ZENSICAL};' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_a_theme_for_one_program_is_not_the_others() -> None:
    """Here both are installed, and the one of ProperDocs has the name of MkDocs' own."""
    assert {"mkdocs", "readthedocs", "material"} <= installed_themes("mkdocs")
    assert installed_themes("properdocs") >= installed_themes("mkdocs")


@pytest.mark.parametrize(
    ("theme", "generator", "remedy"),
    [
        ("material", "mkdocs", "pip install mkdocs-material"),
        ("mkdocs", "properdocs", REMEDY),
        ("readthedocs", "properdocs", "pip install properdocs-theme-readthedocs"),
        ("ivory", "mkdocs", "install the package that has it, or name another in 'theme'"),
    ],
)
def test_what_gets_a_theme_is_told(theme: str, generator: Generator, remedy: str) -> None:
    assert theme_remedy(theme, generator) == remedy


@pytest.mark.parametrize(
    ("plugins", "theme", "missing"),
    [
        (["search", "masko"], "mkdocs", []),
        (["search", "glightbx", "masko"], "mkdocs", ["glightbx"]),
        (["material/privacy"], "mkdocs", []),
        (["privacy"], "material", []),
        (["privacy"], "mkdocs", ["privacy"]),
        (["privacy"], None, ["privacy"]),
    ],
)
@pytest.mark.parametrize("generator", ["mkdocs", "properdocs"])
def test_a_plugin_that_is_not_installed_is_found(
    generator: Generator, plugins: list[str], theme: str | None, missing: list[str]
) -> None:
    assert list(missing_plugins(plugins, theme, generator)) == missing


def test_doctor_finds_what_a_build_stops_at(tmp_path: Path) -> None:
    """A theme and a plugin that are not installed; a theme in a folder is none of those."""
    path = tmp_path / "mkdocs.yml"
    path.write_text(
        "theme: {name: mateiral}\nplugins: [search, glightbx, masko: {collection: fox}]\n"
    )
    done = run_masko(tmp_path, "doctor", "--json")
    errors = [each for each in json.loads(done.out) if each["level"] == "error"]
    assert done.code == 1
    assert [(each["subject"], each["text"]) for each in errors] == [
        ("theme", "'mateiral' is not installed, so that 'mkdocs build' fails"),
        ("plugin glightbx", "is not installed, so that 'mkdocs build' fails"),
    ]
    path.write_text("theme: {name: null, custom_dir: theme}\nplugins: [masko]\n")
    found = json.loads(run_masko(tmp_path, "doctor", "--json").out)
    assert ("theme", "the folder 'custom_dir'") in [(f["subject"], f["text"]) for f in found]


def installed_but(folder: Path, *hidden: str) -> Path:
    """Fill a folder with the packages that are installed here, without some."""
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not any(fnmatch(entry.name, pattern) for pattern in hidden):
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture(scope="module")
def without_mkdocs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make two environments without MkDocs: with a theme, and with none."""
    return {
        "theme": installed_but(tmp_path_factory.mktemp("packages"), *MKDOCS),
        "no theme": installed_but(tmp_path_factory.mktemp("packages"), *MKDOCS, *THEMES),
    }


MASKO = "from mkdocs_masko.cli import main; main()"
PROPERDOCS = "from properdocs.__main__ import cli; cli()"


def run(packages: Path, folder: Path, code: str, *arguments: str) -> tuple[int, str]:
    """Run a command with those packages; return its exit code, and all that it said."""
    done = subprocess.run(
        # `-S` leaves out what is installed, and editable packages with it.
        [sys.executable, "-S", "-c", code, *arguments],
        cwd=folder,
        env=environment(PYTHONPATH=os.pathsep.join(map(str, (packages, ROOT)))),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def theme_finding(packages: Path, folder: Path) -> dict[str, str]:
    """Return what `doctor` says of the theme."""
    findings = json.loads(run(packages, folder, MASKO, "doctor", "--json")[1])
    return next(finding for finding in findings if finding["subject"] == "theme")


@pytest.mark.parametrize("name", ["properdocs.yml", "mkdocs.yml"])
def test_a_site_without_a_theme_is_told_what_properdocs_says(
    name: str, without_mkdocs: dict[str, Path], tmp_path: Path
) -> None:
    packages = without_mkdocs["no theme"]
    code, printed = run(packages, tmp_path, MASKO, "init", "--sandbox")
    assert (code, "Create a site first: 'properdocs new .'" in printed) == (2, True)
    assert run(packages, tmp_path, PROPERDOCS, "new", ".")[0] == 0
    (tmp_path / "properdocs.yml").rename(tmp_path / name)
    code, printed = run(packages, tmp_path, MASKO, "init", "--sandbox")
    assert code == 0, printed
    assert f"  1. The theme 'mkdocs' is not installed: {REMEDY}\n" in printed
    assert "on a page, and run 'properdocs serve'." in printed
    finding = theme_finding(packages, tmp_path)
    assert (finding["level"], finding["remedy"]) == ("error", REMEDY)
    assert finding["text"] == "'mkdocs' is not installed, so that 'properdocs build' fails"
    code, printed = run(packages, tmp_path, PROPERDOCS, "build")
    assert code != 0
    assert ERROR in printed


def test_a_site_with_the_theme_builds_without_mkdocs(
    without_mkdocs: dict[str, Path], tmp_path: Path
) -> None:
    packages = without_mkdocs["theme"]
    assert run(packages, tmp_path, PROPERDOCS, "new", ".")[0] == 0
    code, printed = run(packages, tmp_path, MASKO, "init", "--sandbox")
    assert code == 0, printed
    assert "theme" not in printed
    assert "run 'properdocs serve'." in printed
    assert theme_finding(packages, tmp_path)["level"] == "ok"
    (tmp_path / "docs" / "index.md").write_text("![A fox](masko:wave)\n")
    code, printed = run(packages, tmp_path, PROPERDOCS, "build")
    assert code == 0, printed
    assert "<masko-pose" in (tmp_path / "site" / "index.html").read_text()


def test_a_site_of_zensical_is_told_that_zensical_is_missing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    packages = installed_but(tmp_path_factory.mktemp("packages"), "zensical*")
    (tmp_path / "zensical.toml").write_text("[project.markdown_extensions.masko]\n")
    findings = json.loads(run(packages, tmp_path, MASKO, "doctor", "--json")[1])
    host = next(finding for finding in findings if finding["subject"] == "host")
    assert host["level"] == "error"
    assert host["text"] == "Zensical, which builds zensical.toml, is not installed"
    assert host["remedy"] == "pip install 'mkdocs-masko[zensical]'"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11")
def test_where_only_zensical_is_installed_a_mkdocs_yml_is_its(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The plugin of a site that moved does nothing there, until `init` has run."""
    packages = installed_but(tmp_path_factory.mktemp("packages"), *MKDOCS, "properdocs*")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Hi\n")
    plugin = "site_name: Fox\nplugins: [masko: {collection: fox, api_url: sandbox}]\n"
    (tmp_path / "mkdocs.yml").write_text(plugin)
    assert run(packages, tmp_path, MASKO, "sync")[0] == 0
    code, printed = run(packages, tmp_path, MASKO, "check", "--offline")
    assert code == 2
    assert "Zensical runs no MkDocs plugins, so that the plugin 'masko' does nothing" in printed
    code, printed = run(packages, tmp_path, MASKO, "init")
    assert code == 0, printed
    assert "run 'zensical serve'" in printed
    assert run(packages, tmp_path, MASKO, "check", "--offline")[0] == 0
    code, printed = run(packages, tmp_path, "from zensical.main import cli; cli()", "build", "-s")
    assert code == 0, printed


def test_without_either_program_doctor_says_so(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    packages = installed_but(
        tmp_path_factory.mktemp("packages"), *MKDOCS, "properdocs*", "zensical*"
    )
    code, printed = run(packages, tmp_path, MASKO, "doctor", "--json")
    assert code == 1
    finding = next(each for each in json.loads(printed) if each["level"] == "error")
    assert finding["text"] == "none of MkDocs, ProperDocs and Zensical is installed"
