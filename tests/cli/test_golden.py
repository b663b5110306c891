"""Every command letter by letter: wide, narrow, piped, as JSON and without colours.

The golden files are rewritten with MASKO_UPDATE_GOLDEN=1; read the difference before a commit.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from cli_process import COMMAND, NAME, Done, config, run, transcript, variables
from manifest_samples import check_golden
from mkdocs_masko.cli import output
from mkdocs_masko.cli.group import commands_by_name
from mkdocs_masko.manifest import Collection, Pose, dumps, load, make
from mkdocs_masko.sandbox import Sandbox
from mkdocs_masko.urls import SANDBOX_ORIGIN
from terminals import at_terminal, plain, watched

GOLDEN = Path(__file__).parents[1] / "golden" / "cli"
SANDBOX = ("--api-url", "sandbox")
ITEM = "0de10001-2b7c-4d55-9c1e-7d0a52f30001"
ASSET = "82fe47af-5b46-5ea2-be64-0c392112b396"
CASES = {
    "projects": ("projects", *SANDBOX),
    "collections": ("collections", *SANDBOX),
    "collections-of-a-project": ("collections", "--project", "drafts", *SANDBOX),
    "collection": ("collection", "Fox Mascot", *SANDBOX),
    "items": ("items", "owl", *SANDBOX),
    "assets": ("assets", "draft", *SANDBOX),
    "assets-of-all": ("assets", "--limit", "3", *SANDBOX),
    "asset": ("asset", "82fe47af", *SANDBOX),
    "export": ("export", "owl", "--limit", "2", *SANDBOX),
    "status": ("status", "owl", *SANDBOX),
    "status-unpublished": ("status", "draft", *SANDBOX),
    "diff": ("diff",),
    "show": ("show", "Café crème"),
}
WITHOUT_JSON = {
    "rename": ("rename", "wave", "--collection", "fox", "--name", "hello", *SANDBOX),
    "delete-item": ("delete", "item", ITEM, "--collection", "owl", "--yes", *SANDBOX),
    "delete-asset": ("delete", "asset", ASSET, "--yes", *SANDBOX),
    "delete-prefix": ("delete", "asset", "82fe47af", "--yes", *SANDBOX),
    "delete-refused": ("delete", "item", "wave", "--collection", "fox", *SANDBOX),
    "rename-nothing": ("rename", "wave", "--collection", "fox", *SANDBOX),
    "two-meant": ("rename", "wave", "--collection", "owl", "--name", "x", *SANDBOX),
    "none-meant": ("items", "fxo", *SANDBOX),
}

_SHELL = frozenset("|&;<>()$`*?[]#~=%!{}\n")
"""Letters that mean something to a shell; quotes and backslashes are read as a shell does."""


@pytest.fixture(autouse=True)
def no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show none of it, however slow the machine is."""
    monkeypatch.setattr(output, "_BAR_DELAY", 3600.0)
    monkeypatch.setattr(output, "_LINE_INTERVAL", 3600.0)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a site of the owl and the fox, whose manifest differs from the API."""
    folder = tmp_path_factory.mktemp("site")
    config(folder, collections={"uhu": "owl", "fox": "fox"}, api_url="sandbox")
    assert run(folder, "sync").code == 0
    change(folder)
    return folder


def change(folder: Path) -> None:
    """Let a pose be gone, one be too many, and one be called by another name."""
    manifest = load(folder / NAME, [SANDBOX_ORIGIN])
    fox = manifest.collections["fox"]
    poses = {**fox.poses, "old": fox.poses["wave"]}
    del poses["wave"]
    poses["idle"] = Pose(name="Idle", image=fox.poses["cheer"].image)
    collections = {**manifest.collections, "fox": Collection(id="fox", name="Fix", poses=poses)}
    (folder / NAME).write_text(dumps(make(collections)), encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_each_form_is_what_it_was(site: Path, case: str) -> None:
    """Piped, as JSON, on terminals of 160, 80 and 60 columns, and without colours.

    The first one is a process, which writes what the command does in this one.
    """
    arguments = CASES[case]
    piped = run(site, *arguments, process=True)
    assert run(site, *arguments) == piped
    as_json = run(site, *arguments, "--json")
    wide, usual, narrow = (at_terminal(site, *arguments, width=w) for w in (160, 80, 60))
    colourless = at_terminal(site, *arguments, NO_COLOR="1")
    assert json.loads(as_json.out) is not None
    assert "\x1b" not in piped.said + as_json.said
    assert not {f"\x1b[{n}m" for n in range(30, 38)} & {*colourless.out.split("m")}
    assert plain(colourless.out) == plain(usual.out)
    for done, width in ((wide, 160), (usual, 80), (narrow, 60)):
        lines = [line for line in plain(done.out).splitlines() if not _may_be_long(line)]
        assert max(map(len, lines), default=0) <= width
    forms = {
        "piped": (piped, [*arguments]),
        "json": (as_json, [*arguments, "--json"]),
        "160 columns": (wide, arguments),
        "80 columns": (usual, arguments),
        "60 columns": (narrow, arguments),
        "NO_COLOR": (colourless, arguments),
    }
    parts = [f"# {name}\n{_written(done, *words)}" for name, (done, words) in forms.items()]
    check_golden(GOLDEN / f"{case}.txt", "\n\n".join(parts))


def _may_be_long(line: str) -> bool:
    """Addresses and markup are there to be copied; an error and a note are one line."""
    return any(mark in line for mark in ("://", "<", "error: ", "info: ", "  changed "))


def _written(done: Done, *arguments: str) -> str:
    text = transcript(done, *map(shlex.quote, arguments))
    text = re.sub(r"(?s)(HTML on a page.*?\n).*?(?=--- exit)", r"\1  MARKUP\n", text)
    text = re.sub(r'"markup": ".*"', '"markup": "MARKUP"', text)  # test_rendering_* has it
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("case", WITHOUT_JSON)
def test_changes_say_what_they_did(tmp_path: Path, case: str) -> None:
    """And what is refused says why, in a line."""
    arguments = WITHOUT_JSON[case]
    check_golden(GOLDEN / f"{case}.txt", _written(run(tmp_path, *arguments), *arguments))


def _examples(name: str) -> list[str]:
    text = run(Path.cwd(), name, "--help").out
    lines = text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    return [line.strip() for line in lines]


@pytest.mark.parametrize("name", [name for name in commands_by_name() if name != "sandbox"])
def test_the_examples_of_each_help_run(tmp_path: Path, name: str) -> None:
    """What a help shows is no prose: a shell runs it, in a site that is set up for it.

    Each command is a process at a terminal once; further examples are, where they need a shell.
    Those of `sandbox` run in `test_sandbox.py`, at a port that is free.
    """
    examples = _examples(name)
    assert 1 <= len(examples) <= 4
    for number, example in enumerate(examples):
        assert example.startswith(f"mkdocs-masko {name}")
        folder = tmp_path / str(number)
        with Sandbox() as sandbox:
            given = variables(sandbox)
            _prepare(folder, given, with_plugin=name != "init")
            if "--api-url" in example:  # another server than that of the manifest there
                (folder / NAME).unlink()
            typed = "fox\n" if name == "init" else "y\n"
            if number and not _SHELL.intersection(example):
                arguments = shlex.split(example)[1:]
                done = at_terminal(folder, *arguments, typed=typed, **given)
            else:
                path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
                line = ["bash", "-euo", "pipefail", "-c", example]
                done = watched(folder, line, typed=typed, PATH=path, **given)
        assert done.code == 0, f"{example}\n{done.out}"


def _prepare(folder: Path, given: dict[str, str], *, with_plugin: bool) -> None:
    (folder / "docs").mkdir(parents=True)
    (folder / "website" / "docs").mkdir(parents=True)
    config(folder)
    if not with_plugin:
        (folder / "mkdocs.yml").write_text("site_name: Fox\n")
        return
    assert run(folder, "sync", **given).code == 0
    for name in ("mkdocs.yml", NAME):
        shutil.copy(folder / name, folder / "website" / name)
