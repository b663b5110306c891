"""The pre-commit hook, the GitHub Action and the recipes: valid, and their lines run."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import sites
from cli_process import COMMAND, NAME, config, environment, run, variables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox

RECIPES = (sites.ROOT / "example-site/docs/ci.md").read_text(encoding="utf-8")
_LINES = ("run", "script", "install", "html")


def loaded(name: str) -> Any:  # noqa: ANN401 - YAML
    """Return a file of the project."""
    return yaml.safe_load((sites.ROOT / name).read_text(encoding="utf-8"))


def shell(folder: Path, line: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a CI system does."""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", line],
        cwd=folder,
        env=environment(PATH=path, **given),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def site(folder: Path, sandbox: Sandbox, text: str) -> Path:
    """Write a site of one page, in sync with a server."""
    config(folder)
    assert run(folder, "sync", **variables(sandbox)).code == 0
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(text)
    return folder


def test_the_hook_finds_what_is_missing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its command needs no file names, no key and no network."""
    (hook,) = loaded(".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["pass_filenames"] is False
    folder = site(tmp_path, sandbox, "![a](masko:wave)\n")
    given = {"MASKO_API_URL": sandbox.api_url}
    assert shell(folder, hook["entry"], **given).returncode == 0
    (folder / "docs/index.md").write_text("![a](masko:nope)\n")
    done = shell(folder, hook["entry"], **given)
    assert done.returncode == 1
    assert "docs/index.md:1:6: no pose 'nope'" in done.stderr
    fits = re.compile(hook["files"]).search
    assert all(map(fits, ["docs/a.md", "site/masko.manifest.json", "mkdocs.yml", "mkdocs.yaml"]))
    assert not any(map(fits, ["docs/a.png", "package.json", "a.yml"]))


def test_the_action_checks_all_with_a_key_and_pages_without(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A fork has no secret, and gets the part that needs none."""
    action = loaded("action.yml")
    assert action["runs"]["using"] == "composite"
    assert all(step["shell"] == "bash" for step in action["runs"]["steps"])
    assert all(step["description"] for step in action["inputs"].values())
    install, check = (step["run"] for step in action["runs"]["steps"])
    assert install.rstrip().endswith('--disable-pip-version-check "$REQUIREMENT"')
    used = set(re.findall(r"inputs\.([\w-]+)", str(action["runs"])))
    assert used == set(action["inputs"])
    folder = site(tmp_path, sandbox, "![a](masko:wave)\n")
    given = {"CONFIG_FILE": "mkdocs.yml", **variables(sandbox)}
    assert shell(folder, check, **given).returncode == 0
    sandbox.world.remove("fox", "idle")
    assert "removed default/idle" in shell(folder, check, **given).stderr
    forked = shell(folder, check, **{**given, "MASKO_API_KEY": ""})
    assert (forked.returncode, forked.stderr) == (0, "")
    assert forked.stdout.startswith(f"{NAME}: has all poses that pages use")


@pytest.mark.parametrize(
    ("ref", "requirement", "argument"),
    [
        ("v0.1.0", "", "mkdocs-masko==0.1.0"),
        ("v1.20.3", "", "mkdocs-masko==1.20.3"),
        ("v1.0.0rc1", "", "mkdocs-masko==1.0.0rc1"),
        ("v1", "", "/actions/mkdocs masko"),
        ("v1.0", "", "/actions/mkdocs masko"),
        ("main", "", "/actions/mkdocs masko"),
        ("v1.0.0-fix; rm -r ~", "", "/actions/mkdocs masko"),
        ("8f4b7f84864484a7bf31766abe9204da3cbe65b3", "", "/actions/mkdocs masko"),
        ("", "", "/actions/mkdocs masko"),
        ("v0.1.0", "mkdocs-masko<1", "mkdocs-masko<1"),
    ],
)
def test_the_action_installs_what_its_own_tag_names(
    ref: str, requirement: str, argument: str, tmp_path: Path
) -> None:
    """A release comes from the index; anything else is installed from the action's own files."""
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "python").chmod(0o755)
    step = loaded("action.yml")["runs"]["steps"][0]
    names = {"REQUIREMENT": requirement, "ACTION_REF": ref, "ACTION_PATH": "/actions/mkdocs masko"}
    assert step["env"].keys() == names.keys()
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        env=environment(PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}", **names),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == ["-m", "pip", "install"]
    assert done.stdout.splitlines()[-1] == argument


def commands(node: object, key: str = "") -> Iterator[str]:
    """Yield the shell lines of a recipe."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from commands(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from commands(value, key)
    elif key in _LINES and isinstance(node, str):
        yield node


FOUND = [
    line
    for text in re.findall(r'^```yaml title="[^"]*"\n(.*?)^```$', RECIPES, re.MULTILINE | re.DOTALL)
    for line in commands(yaml.safe_load(text))
]


@pytest.mark.parametrize("line", sorted({*FOUND}))
def test_the_lines_of_the_recipes_are_a_shells(tmp_path: Path, line: str) -> None:
    """Those that build and check are run in a site with a manifest; the others must be readable."""
    assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0
    if "mkdocs" in line and not line.startswith(("pip ", "git ")):
        page = {"index.md": "# Home\n\n![A fox](masko:wave)\n"}
        files = {NAME: sites.manifest()}
        folder = sites.make(tmp_path / "site", page, options=sites.SANDBOX, files=files)
        done = shell(folder, line, READTHEDOCS_OUTPUT=str(tmp_path))
        assert done.returncode == 0, done.stderr


def test_the_recipes_have_lines() -> None:
    """Of every system that has a file."""
    assert len(FOUND) > 12
