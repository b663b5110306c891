"""Recipes for CI: workflows are whole, and a site builds in a fresh clone as the manual says."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import sites
from manual_snippets import SNIPPETS, Snippet, run_as_reader
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINT = """\
rules:  # a recipe leaves to its reader what depends on the repository
  artipacked: "off"
  concurrency-limits: "off"
  missing-timeout: "off"
  unpinned-uses: "off"
"""


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    with Sandbox() as sandbox:
        yield {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": sites.KEY}


_WORKFLOWS = [snippet for snippet in SNIPPETS if snippet.title.startswith(".github/workflows/")]


def test_every_workflow_of_the_manual_is_sound(tmp_path: Path) -> None:
    """The linter of our own workflows looks at each."""
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    names = [f"{snippet.file.stem}-{snippet.line}.yml" for snippet in _WORKFLOWS]
    for name, snippet in zip(names, _WORKFLOWS, strict=True):
        (folder / name).write_text(snippet.text, encoding="utf-8")
    tool = Path(sys.executable).with_name("jactionlint")
    settings = tmp_path / "lint.yaml"
    settings.write_text(_LINT, encoding="utf-8")
    done = subprocess.run(
        [tool, "-c", settings, "--no-online", "--shellcheck=", *(folder / name for name in names)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert len(_WORKFLOWS) > 5


@pytest.mark.parametrize("snippet", _WORKFLOWS, ids=str)
def test_a_workflow_of_the_manual_is_whole(snippet: Snippet) -> None:
    """It says when it runs, and which Python it runs with."""
    workflow = yaml.safe_load(snippet.text)
    assert workflow[True]  # YAML 1.1 reads `on` as true
    for job in workflow["jobs"].values():
        used = [step.get("uses", "").partition("@")[0] for step in job["steps"]]
        assert used[:2] == ["actions/checkout", "actions/setup-python"]


SELF_HOSTED = {"collection": "fox", "hosting": "self"}


@pytest.fixture
def committed(tmp_path: Path, variables: dict[str, str]) -> Path:
    """A repository with a site that hosts its media itself: its pages, and no more."""
    page = {"index.md": "# Home\n\n![A fox](masko:wave){ width=120 }\n"}
    folder = sites.make(tmp_path / "origin", page, options=SELF_HOSTED)
    (folder / ".gitignore").write_text(".cache\nsite\n", encoding="utf-8")
    script = "git init -q -b main && git add . && git commit -qm 'Add the site'"
    run_as_reader("bash", "-euc", script, folder=folder, **variables, **_AUTHOR)
    return folder


_AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Fox"), ("EMAIL", "fox@example.org"))
}


def _clone(repository: Path, target: Path) -> Path:
    run_as_reader("git", "clone", "-q", str(repository), str(target), folder=repository)
    return target


def _build_frozen(clone: Path, variables: dict[str, str], host: str = "mkdocs") -> sites.Built:
    """Build as a fork does: without key, cache and network."""
    offline = sites.Offline(Path(tempfile.mkdtemp(dir=clone.parent)))
    env = {"MASKO_API_URL": variables["MASKO_API_URL"], "MASKO_MODE": "frozen"}
    built = sites.build(clone, "--strict", host=host, env={**env, **offline.variables()})
    assert offline.attempts() == ""
    return built


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_site_that_hosts_its_media_builds_in_a_fresh_clone(
    host: str, committed: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    """By the commands of the manual; the fork is a clone of the clone."""
    (recipe,) = [s for s in SNIPPETS if s.title == "Commit the manifest and the media"]
    commands = re.sub(r"^\$ ", "", recipe.text, flags=re.MULTILINE)
    run_as_reader(
        "bash", "-euo", "pipefail", "-c", commands, folder=committed, **variables, **_AUTHOR
    )
    clone = _clone(committed, tmp_path / "clone")
    for repository in (clone, _clone(clone, tmp_path / "fork")):
        built = _build_frozen(repository, variables, host).good()
        assert sites.missing(built) == []
        assert sites.embeds(built.page())
        assert {name.partition(".")[0] for name in sites.published(built)} <= {"wave", "files"}


def test_a_fresh_clone_without_the_media_says_which_command_commits_them(
    committed: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    script = "mkdocs-masko sync && git add masko.manifest.json && git commit -qm 'Add the manifest'"
    run_as_reader("bash", "-euc", script, folder=committed, **variables, **_AUTHOR)
    built = _build_frozen(_clone(committed, tmp_path / "clone"), variables)
    assert built.code == 1
    assert "'mkdocs-masko sync --into docs/assets/masko'" in built.output
