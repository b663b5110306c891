"""`init` names the line of a CI file that has to install the package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli_process import run
from mkdocs_masko.cli.repository import workflow_steps

NAME = ".github/workflows/docs.yml"
BUILD = "      - run: zensical build --clean\n"
STEPS = {
    "zensical new": (f"- run: pip install zensical\n{BUILD}", 1, "- run: pip install zensical"),
    "a version": ("run: |\n  pip install zensical==0.0.73 x\n" + BUILD, 2, None),
    "uv": (f"- run: uv pip install --system zensical\n{BUILD}", 1, None),
    "an extra": (f"- run: pip install zensical[social]\n{BUILD}", 1, None),
    "another package": (f"- run: pip install zensical-feeds\n{BUILD}", 0, None),
    "two commands": (f"- run: pip install zensical && zensical build\n{BUILD}", 0, None),
    "quotes": (f'- run: "pip install zensical"\n{BUILD}', 0, None),
    "a module": (f"- run: python3 -m pip install zensical\n{BUILD}", 1, None),
    "a script": (f"script: pip3.12 install zensical\n{BUILD}", 1, None),
    "a step's name": (f"- name: install zensical\n  run: pip install zensical\n{BUILD}", 2, None),
    "a name alone": (f"- name: install zensical\n  run: ./install.sh\n{BUILD}", 0, None),
    "a list in brackets": (f"script: [pip install zensical, x]\n{BUILD}", 0, None),
    "a map in braces": (f"- {{run: pip install zensical}}\n{BUILD}", 0, None),
    "hashes": (f"- run: pip install zensical --require-hashes\n{BUILD}", 0, None),
    "pipx": (f"- run: pipx install zensical\n{BUILD}", 0, None),
    "a tool of uv's": (f"- run: uv tool install zensical\n{BUILD}", 0, None),
    "a package of Debian's": (f"- run: apt-get install -y zensical\n{BUILD}", 0, None),
    "conda": (f"- run: conda install zensical\n{BUILD}", 0, None),
    "a file": (f"- run: pip install -r requirements.txt\n{BUILD}", 0, None),
}


@pytest.mark.parametrize("form", STEPS)
def test_the_line_that_installs_the_program_is_named(form: str, tmp_path: Path) -> None:
    """Where none can be changed safely, it is said what has to happen."""
    text, number, line = STEPS[form]
    write(tmp_path, NAME, text)
    (step,) = workflow_steps(tmp_path, tmp_path, "zensical")
    if number:
        changed = line or text.splitlines()[number - 1].strip()
        assert step == f"Change {NAME}:{number} to: {changed} mkdocs-masko"
    else:
        command = "zensical build"
        assert step == f"Have {NAME} install mkdocs-masko before it runs '{command}'"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (NAME, f"- run: pip install zensical mkdocs-masko\n{BUILD}"),
        (NAME, "- run: pip install zensical\n"),
        (NAME, "- run: pip install mkdocs\n- run: mkdocs build\n"),
        ("README.md", f"pip install zensical\n{BUILD}"),
    ],
)
def test_a_file_that_needs_no_change_is_not_named(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, name, text)
    assert not list(workflow_steps(tmp_path, tmp_path, "zensical"))


@pytest.mark.parametrize("name", ["requirements.txt", "docs-requirements.txt", "pyproject.toml"])
def test_a_package_among_the_dependencies_is_enough(name: str, tmp_path: Path) -> None:
    write(tmp_path, NAME, f"- run: pip install -r requirements.txt\n{BUILD}")
    write(tmp_path, f"site/{name}", "zensical\nmkdocs-masko\n")
    assert not list(workflow_steps(tmp_path, tmp_path / "site", "zensical"))


def test_other_hosts_and_systems_are_known(tmp_path: Path) -> None:
    write(tmp_path, ".gitlab-ci.yml", "script:\n  - pip install mkdocs\n  - mkdocs build\n")
    write(tmp_path, NAME, "- run: pip install mkdocs-material\n- run: mkdocs gh-deploy\n")
    assert list(workflow_steps(tmp_path, tmp_path, "mkdocs")) == [
        f"Have {NAME} install mkdocs-masko before it runs 'mkdocs gh-deploy'",
        "Change .gitlab-ci.yml:2 to: - pip install mkdocs mkdocs-masko",
    ]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11")
def test_init_names_the_line_that_zensical_new_has_written(tmp_path: Path) -> None:
    import zensical  # noqa: PLC0415 - not there for Python 3.10

    bootstrap = Path(zensical.__file__).parent / "bootstrap"
    for path in bootstrap.rglob("*.*"):
        if path.is_file():
            write(tmp_path, path.relative_to(bootstrap).as_posix(), path.read_text("utf-8"))
    text = (tmp_path / NAME).read_text(encoding="utf-8")
    done = run(tmp_path, "init", "--sandbox")
    number = text.splitlines().index("      - run: pip install zensical") + 1
    assert f". Change {NAME}:{number} to: - run: pip install zensical mkdocs-masko\n" in done.out
    assert (tmp_path / NAME).read_text(encoding="utf-8") == text


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of a repository."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
