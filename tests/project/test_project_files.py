"""The files around the code: workflows, templates, hooks and the release agree with the project."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import mkdocs_masko
import sites
from mkdocs_masko._version import VERSION

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli")

WORKFLOWS = sorted((sites.ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((sites.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
URLS = PROJECT["project"]["urls"]


def loaded(path: Path) -> Any:  # noqa: ANN401 - YAML
    """Return what a YAML file holds."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    text = (sites.ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z0-9-]*):", text, re.MULTILINE))


def test_the_workflows_are_sound() -> None:
    tool = Path(sys.executable).with_name("jactionlint")
    files = [*WORKFLOWS, sites.ROOT / ".github/dependabot.yml", sites.ROOT / "action.yml"]
    done = subprocess.run(
        [tool, "-c", ".github/jactionlint.yaml", "--no-online", "--shellcheck=", *files],
        cwd=sites.ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_the_targets_of_the_makefile(path: Path) -> None:
    """CI and a contributor do the same; no job gets more than it says."""
    workflow = loaded(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    goals = [
        goal
        for step in steps
        for line in step.get("run", "").splitlines()
        if line.startswith("make ")
        for goal in shlex.split(line)[1:]
    ]
    assert goals
    assert set(goals) <= targets()
    assert all(
        re.search(r"@(v\d+|release/v\d+)$", step["uses"]) for step in steps if "uses" in step
    )


def test_every_supported_python_is_tested() -> None:
    jobs = loaded(sites.ROOT / ".github/workflows/tests.yml")["jobs"]
    pythons = jobs["unit"]["strategy"]["matrix"]["python"]
    prefix = "Programming Language :: Python :: "
    versions = [each.removeprefix(prefix) for each in PROJECT["project"]["classifiers"]]
    assert pythons == [version for version in versions if re.match(r"3\.\d+$", version)]
    assert PROJECT["project"]["requires-python"] == f">={pythons[0]}"
    makefile = (sites.ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"\nPYTHONS := {' '.join(pythons)}\n" in makefile
    assert jobs["hosts"]["strategy"]["matrix"]["python"] == pythons
    (lowest,) = [
        s["with"] for s in jobs["lowest"]["steps"] if "python-version" in s.get("with", ())
    ]
    assert lowest["python-version"] == pythons[0]


def test_windows_is_tested_as_contributors_on_windows_test() -> None:
    """Without make; a branch rule requires this job and all others."""
    jobs = loaded(sites.ROOT / ".github/workflows/tests.yml")["jobs"]
    commands = [step["run"] for step in jobs["systems"]["steps"] if "run" in step]
    text = (sites.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "\n".join(f"> {command}" for command in commands) in text
    assert jobs["systems"]["strategy"]["matrix"]["system"] == ["windows-latest", "macos-latest"]
    assert {*jobs["passed"]["needs"]} == jobs.keys() - {"passed"}


def test_what_make_tests_is_what_is_installed() -> None:
    """The Makefile sets PYTHONSAFEPATH; Python 3.10 does not know it, and must find no other."""
    package = Path(mkdocs_masko.__file__)
    if os.environ.get("PYTHONSAFEPATH") and not os.environ.get("PYTHONPATH"):
        assert package.is_relative_to(sys.prefix)
    assert package.parent.name == "mkdocs_masko"


def test_a_python_is_found_by_its_version() -> None:
    """This one, at least; one of another version is no answer."""
    this = "{}.{}".format(*sys.version_info)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for version, code in ((this, 0), ("2.0", 1)):
        done = subprocess.run(
            ["sh", sites.ROOT / "scripts/find_python.sh", version],
            env={**os.environ, "PATH": path},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code
        if code == 0:
            asked = [done.stdout.strip(), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            assert subprocess.check_output(asked, encoding="utf-8").strip() == this


def test_what_is_published_is_what_was_tested() -> None:
    """Only one job builds, after it nothing is built again, and only one may publish."""
    jobs = loaded(sites.ROOT / ".github/workflows/release.yml")["jobs"]
    build, publish = jobs["build"]["steps"], jobs["publish"]
    runs = [step["run"] for step in build if "run" in step]
    assert runs[-1] == "make test"
    assert build[runs.index("make test") + 2]["with"]["name"] == "dist"
    assert publish["permissions"] == {"id-token": "write"}
    assert "run" not in {key for step in publish["steps"] for key in step}
    assert [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})] == [
        "publish"
    ]


@pytest.mark.parametrize("name", ["bug", "feature", "config"])
def test_the_issue_templates_are_complete(name: str) -> None:
    template = loaded(sites.ROOT / f".github/ISSUE_TEMPLATE/{name}.yml")
    if name == "config":
        links = [link["url"] for link in template["contact_links"]]
        assert links == [f"{URLS['Repository']}/security/advisories/new", URLS["Documentation"]]
        return
    assert {"name", "description", "body"} <= template.keys()
    ids = [field.get("id") for field in template["body"] if field["type"] != "markdown"]
    assert len(ids) == len({*ids}) > 2
    assert all(field["attributes"] for field in template["body"])


def test_every_url_of_the_project_is_that_of_its_metadata() -> None:
    """A move changes `[project.urls]`, and this test lists the files that name the old URL."""
    assert all(url.startswith((URLS["Repository"], URLS["Documentation"])) for url in URLS.values())
    slug = URLS["Repository"].removeprefix("https://github.com/")
    name = re.escape(PROJECT["project"]["name"])
    stray = set()
    for file in project_texts():
        text = file.read_text(encoding="utf-8")
        urls = re.findall(rf"https://(?!pypi\.org/)[\w.-]+/(?:[\w.-]+/)?{name}(?![\w-])", text)
        actions = re.findall(rf"uses: ([\w-]+/{name})@", text)
        sound = {URLS["Repository"], URLS["Documentation"].rstrip("/"), slug}
        stray |= {f"{file.relative_to(sites.ROOT)}: {each}" for each in {*urls, *actions} - sound}
    assert stray == set()


def project_texts() -> list[Path]:
    """Return the files that may name the project's URLs."""
    folders = (".github", "example-site/docs", "scripts")
    paths = [*sites.ROOT.glob("*"), sites.ROOT / "example-site/mkdocs.yml"]
    for folder in folders:
        paths += (sites.ROOT / folder).rglob("*")
    return [path for path in paths if path.suffix in {".md", ".yml", ".yaml", ".toml", ".py"}]


def test_the_hooks_of_contributors_use_the_environment_of_make_setup() -> None:
    """And are tools that the development environment has."""
    config = loaded(sites.ROOT / ".pre-commit-config.yaml")
    (local,) = (repo["hooks"] for repo in config["repos"] if repo["repo"] == "local")
    tools = [shlex.split(hook["entry"])[0] for hook in local]
    assert all(tool.startswith(".venv/bin/") for tool in tools)
    assert all(Path(sys.executable).with_name(Path(tool).name).exists() for tool in tools)


def release_notes(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script that a release begins with."""
    return subprocess.run(
        [sys.executable, sites.ROOT / "scripts/release_notes.py", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_release_has_its_section_of_the_changelog() -> None:
    done = release_notes(f"v{VERSION}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in (sites.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "\n## " not in done.stdout


@pytest.mark.parametrize("tag", ["v9.9.9", VERSION, f"v{VERSION}.1", f"v{VERSION}rc1"])
def test_a_tag_that_is_not_the_version_ends_a_release(tag: str) -> None:
    done = release_notes(tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"mkdocs_masko/_version.py: has {VERSION}, but the tag is {tag}. " in done.stderr
