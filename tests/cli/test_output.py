"""What the commands print, letter by letter: golden files that MASKO_UPDATE_GOLDEN=1 rewrites."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import synced_sites
from cli_process import COMMAND, NAME, Done, config, environment, run, transcript
from manifest_samples import check_golden
from mkdocs_masko.cli.group import commands_by_name
from mkdocs_masko.manifest import Collection, Pose, dumps, load, make
from mkdocs_masko.sync import update
from mkdocs_masko.urls import SANDBOX_ORIGIN
from terminals import at_terminal

GOLDEN = Path(__file__).parents[1] / "golden" / "cli"


def check(name: str, *dones: tuple[Done, tuple[str, ...]]) -> None:
    """Compare commands, one after the other, with a golden file."""
    text = "\n\n".join(transcript(done, *arguments) for done, arguments in dones)
    check_golden(GOLDEN / f"{name}.txt", text)


def ran(folder: Path, *arguments: str, **given: str) -> tuple[Done, tuple[str, ...]]:
    """Run a command, and remember which."""
    return run(folder, *arguments, **given), arguments


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Write a site that uses the embedded sandbox, and sync it."""
    options: dict[str, Any] = {"collections": {"uhu": "owl", "fox": "fox"}, "api_url": "sandbox"}
    config(tmp_path, **options)
    update(synced_sites.site(tmp_path, None, **options), synced_sites.now())
    return tmp_path


def change(folder: Path) -> None:
    """Let the manifest be another than the API's: one pose renamed, one gone, one too many."""
    manifest = load(folder / NAME, [SANDBOX_ORIGIN])
    fox = manifest.collections["fox"]
    poses = dict(fox.poses)
    poses["old"] = poses.pop("wave")
    poses["idle"] = Pose(name="Idle", image=poses["cheer"].image)
    collections = {**manifest.collections, "fox": Collection(id="fox", name="Fix", poses=poses)}
    (folder / NAME).write_text(dumps(make(collections)), encoding="utf-8")


@pytest.mark.parametrize("command", ["", *commands_by_name()])
def test_help_fits_80_columns(tmp_path: Path, command: str) -> None:
    """The help of each command is what it was, and no line of it wraps."""
    arguments = tuple(filter(None, (command, "--help")))
    done = run(tmp_path, *arguments, COLUMNS="200")
    check(f"help-{command or 'all'}", (done, arguments))
    assert max(map(len, done.out.splitlines())) <= 80
    assert run(tmp_path, *arguments[:-1], "-h") == done


def test_a_sync_tells_what_changed(tmp_path: Path) -> None:
    """The first time all is new, then nothing is, and later each change has its line."""
    config(tmp_path, collections={"uhu": "owl", "fox": "fox"}, api_url="sandbox")
    first, again = ran(tmp_path, "sync"), ran(tmp_path, "sync")
    change(tmp_path)
    check("sync", first, again, ran(tmp_path, "sync"))


def test_a_check_fails_on_drift(site: Path) -> None:
    """It says nothing but that all is well, or what is not."""
    fine = ran(site, "check")
    change(site)
    check("check", fine, ran(site, "check"), ran(site, "sync", "--locked"))


def test_a_list_for_programs_has_tabs(site: Path) -> None:
    """Piped, each pose is a line of four parts."""
    done, arguments = ran(site, "list")
    check("list", (done, arguments))
    assert {line.count("\t") for line in done.out.splitlines()} == {3}


def test_a_list_as_json_is_one_document(site: Path) -> None:
    """Every pose with its media, in ASCII, so that no program stumbles over a name."""
    done, arguments = ran(site, "list", "--json")
    check("list-json", (done, arguments))
    document = json.loads(done.out)
    assert document["uhu"]["cafe-creme"]["name"] == "Café crème"
    assert done.out.isascii()


def test_a_list_on_a_terminal_is_a_table(site: Path) -> None:
    """It fits 80 columns, and what is there to be copied is in one piece."""
    done = at_terminal(site, "list", process=True)
    check("list-terminal", (done, ("list",)))
    assert "masko:fox/card-sit" in done.out


def test_without_colour_a_table_has_none(site: Path) -> None:
    """NO_COLOR is heard."""
    done = at_terminal(site, "list", NO_COLOR="1")
    assert "\x1b[3" not in done.out
    assert "masko:fox/card-sit" in done.out
    plain = re.sub("\x1b\\[[01]m", "", done.out)
    assert max(map(len, plain.splitlines())) <= 80


@pytest.mark.parametrize(("given", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_an_error_on_a_terminal_is_red_or_plain(
    tmp_path: Path, given: dict[str, str], *, coloured: bool
) -> None:
    """The word is red for people who want colours."""
    done = at_terminal(tmp_path, "check", **given)
    assert done.code == 2
    assert ("\x1b" in done.out) is coloured
    assert done.out.replace("\x1b[31m\x1b[1m", "").startswith("error: ")


def test_a_piped_error_is_plain(tmp_path: Path) -> None:
    """A log of a CI job holds no escape sequences."""
    assert run(tmp_path, "check").err == (
        "error: no mkdocs.yml or zensical.toml in this folder. "
        "Name one with -f, or give --collection.\n"
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_pipe_that_knows_few_letters_gets_the_others_spelled_out(
    tmp_path: Path, encoding: str
) -> None:
    """A name from anywhere does not break a list on a machine of another language."""
    config(tmp_path, api_url="sandbox")
    outcome = update(synced_sites.site(tmp_path, None, api_url="sandbox"), synced_sites.now())
    fox = outcome.manifest.collections["default"]
    poses = {"wave": Pose(name="キツネ", image=fox.poses["wave"].image)}
    new = make({"default": Collection(id="fox", name="Fox", poses=poses)})
    (tmp_path / NAME).write_text(dumps(new), encoding="utf-8")
    done = subprocess.run(
        [COMMAND, "list"],
        cwd=tmp_path,
        env=environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C"),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"masko:wave\t")
    assert done.stdout.endswith(b"\t512x512 opaque\tnone\n")


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    """What --version prints is what pip installed."""
    done = run(tmp_path, "--version")
    assert done.out == f"mkdocs-masko {version('mkdocs-masko')}\n"
