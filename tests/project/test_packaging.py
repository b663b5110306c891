"""What ships: the wheel has all that it needs, and nothing else."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import markdown
import sites
from mkdocs_masko.sandbox import MEDIA_DIR

_LARGEST = 3_000_000  # bytes of the wheel


def _uv() -> str:
    own = sites.ROOT / ".tools/bin/uv"
    found = str(own) if own.is_file() else shutil.which("uv")
    if found is None:
        reason = "uv is not installed: run 'make setup', or 'pip install uv'"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return str(found)


def _run(*command: str | Path, cwd: Path | None = None, **env: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=sites.environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    _run(_uv(), "build", "--python", sys.executable, "--out-dir", folder, sites.ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> dict[str, bytes]:
    return _contents(next(dist.glob("*.whl")))


def _contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _tree(folder: Path, *suffixes: str) -> dict[str, bytes]:
    """Return a folder's files by relative path; with suffixes, only such ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and (not suffixes or path.suffix in suffixes)
    }


def _below(wheel: dict[str, bytes], prefix: str) -> dict[str, bytes]:
    return {n.removeprefix(prefix): content for n, content in wheel.items() if n.startswith(prefix)}


def test_the_wheel_has_the_templates_of_the_folder(wheel: dict[str, bytes]) -> None:
    assert _below(wheel, "mkdocs_masko/templates/") == _tree(sites.ROOT / "templates")


def test_no_code_lies_among_the_templates() -> None:
    assert _tree(sites.ROOT / "templates", ".py") == {}


def test_the_wheel_has_the_media_of_the_sandbox(wheel: dict[str, bytes]) -> None:
    media = _below(wheel, "mkdocs_masko/sandbox/media/")
    assert media == _tree(MEDIA_DIR)
    assert len(media) > 50


def test_the_wheel_has_all_modules_and_the_data_beside_them(wheel: dict[str, bytes]) -> None:
    package = _below(wheel, "mkdocs_masko/")
    assert _tree(sites.ROOT / "mkdocs_masko").items() <= package.items()
    assert "py.typed" in package
    assert json.loads(package["manifest.schema.json"])["title"] == "Manifest of mkdocs-masko"


def test_the_wheel_has_nothing_else(wheel: dict[str, bytes]) -> None:
    roots = {name.partition("/")[0] for name in wheel}
    assert roots == {"mkdocs_masko", next(root for root in roots if root.endswith(".dist-info"))}
    assert not [name for name in wheel if name.endswith((".pyc", ".orig", ".rej"))]


def test_the_wheel_is_not_large(dist: Path) -> None:
    assert next(dist.glob("*.whl")).stat().st_size < _LARGEST


def test_a_wheel_of_the_tree_is_the_same(wheel: dict[str, bytes], tmp_path: Path) -> None:
    """An sdist that forgets a folder would be silent otherwise."""
    _run(_uv(), "build", "--wheel", "--python", sys.executable, "--out-dir", tmp_path, sites.ROOT)
    assert _contents(next(tmp_path.glob("*.whl"))) == wheel


def test_the_sdist_has_the_tests_and_the_licence(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml", "tests/conftest.py"} <= names
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert folders == {".github", "example-site", "mkdocs_masko", "scripts", "templates", "tests"}
    made = ("example-site/site", "example-site/docs/assets/masko/")
    assert not [name for name in names if name.startswith(made)]


SDIST_TESTS = (
    "tests/markdown/test_extension.py",
    "tests/plugin/test_hosts.py::test_properdocs_finds_its_own_file",
    "tests/project/test_documentation.py::test_links_lead_to_files_that_exist",
    "tests/project/test_project_files.py",
    "tests/sandbox/test_cast.py",
    "tests/site_config/test_mkdocs_yml.py",
    "tests/test_options.py",
)
"""One part of each kind: support code, data, media, templates, a build, the project's files."""


def test_the_tests_run_from_an_unpacked_sdist(dist: Path, tmp_path: Path) -> None:
    """Against the package that lies beside them, as a distribution's packager runs them."""
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    command = (sys.executable, "-m", "pytest", *options, *SDIST_TESTS)
    printed = _run(*command, cwd=root, PYTHONPATH=str(root), PYTHONDONTWRITEBYTECODE="1")
    assert re.search(r"^[1-9]\d{2,} passed", printed, re.MULTILINE), printed


def _metadata(wheel: dict[str, bytes]) -> tuple[str, str]:
    """Return the fields, and the long description."""
    text = next(c for n, c in wheel.items() if n.endswith("/METADATA")).decode()
    head, _, body = text.partition("\n\n")
    return head, body


def test_the_long_description_links_to_nothing_beside_it(wheel: dict[str, bytes]) -> None:
    """The index shows the README alone: its links and pictures are URLs at the tag."""
    head, body = _metadata(wheel)
    html = sites.parse(markdown.markdown(body, extensions=["fenced_code", "tables"]))
    urls = [element.get(name, "") for element in html.iter() for name in ("href", "src", "srcset")]
    urls = [url for url in urls if url and not url.startswith("#")]
    assert urls
    assert not [url for url in urls if not url.startswith("https://")]
    readme = (sites.ROOT / "README.md").read_text(encoding="utf-8")
    repository, version = (
        re.search(pattern, head, re.MULTILINE)
        for pattern in ("^Project-URL: Repository, (.*)$", "^Version: (.*)$")
    )
    assert repository is not None
    assert version is not None
    at_the_tag = rf"{re.escape(repository[1])}/(?:raw|blob)/v{re.escape(version[1])}/"
    assert re.sub(at_the_tag, "", body).strip() == readme.strip()
    for path in re.findall(rf"{at_the_tag}([^)\"\s#]+)", body):
        assert (sites.ROOT / path).exists(), path


def test_the_metadata_says_what_the_package_is(wheel: dict[str, bytes]) -> None:
    head, _ = _metadata(wheel)
    assert "\nRequires-Python: >=3.10\n" in head
    assert "\nLicense-Expression: MIT\n" in head
    for name in ("Documentation", "Repository", "Changelog", "Issues"):
        assert f"\nProject-URL: {name}, https://" in head
    assert any(name.endswith("/licenses/LICENSE") for name in wheel)


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed, which comes before any other copy."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = next(dist.glob("*.whl"))
    target = ("--python", sys.executable, "--target", folder, "--no-deps")
    _run(_uv(), "pip", "install", *target, wheel)
    return folder


def test_every_entry_point_loads_from_the_wheel(
    wheel: dict[str, bytes], installed: Path, tmp_path: Path
) -> None:
    text = next(c for n, c in wheel.items() if n.endswith("/entry_points.txt")).decode()
    parser = configparser.ConfigParser()
    parser.read_string(text)
    assert set(parser.sections()) == {
        "console_scripts",
        "markdown.extensions",
        "mkdocs.plugins",
    }
    values = [value for section in parser.sections() for value in parser[section].values()]
    script = (
        "import sys; from importlib.metadata import EntryPoint\n"
        f"for value in {values!r}: EntryPoint('x', value, 'x').load()\n"
        "print(sys.modules['mkdocs_masko'].__file__)"
    )
    printed = _run(sys.executable, "-c", script, cwd=tmp_path, PYTHONPATH=str(installed))
    assert Path(printed.strip()).is_relative_to(installed)


def test_a_site_builds_with_the_wheel(installed: Path, tmp_path: Path) -> None:
    """With the sandbox, whose media and templates come from the wheel."""
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=sites.SANDBOX)
    env = {"PYTHONPATH": str(installed)}
    built = sites.build(tmp_path, "--strict", env=env).good()
    assert len(sites.embeds(built.page())) == 1
    assert sites.missing(built) == []


def test_the_command_is_installed(installed: Path, tmp_path: Path) -> None:
    command = installed / "bin" / "mkdocs-masko"
    env = {"PYTHONPATH": str(installed)}
    assert _run(command, "--version", cwd=tmp_path, **env).startswith("mkdocs-masko 0.")
