"""Options of the file and of the command line, and what is wrong usage."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli_process import KEY, NAME, config, environment, run, variables
from mkdocs_masko._version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox


USAGE = {
    "an unknown option of the file": ({"manifst": "x.json"}, ("sync",), "did you mean 'manifest'"),
    "a bad value in the file": ({"wait": "long"}, ("check",), "must be seconds from 0 to 86400"),
    "several bad values": (
        {"mode": "fast", "hosting": "own", "manifst": "x"},
        ("sync", "--manifest", "x.yml"),
        (
            "error: mkdocs.yml:6: option 'hosting' must be one of 'cdn', 'self'; got 'own'; "
            "mkdocs.yml:7: option 'manifst' is unknown (did you mean 'manifest'?); "
            "option 'manifest' must be a path that ends in .json; got 'x.yml'\n"
        ),
    ),
    "a key in the file": ({"collection": KEY}, ("sync",), "must not hold the API key"),
    "a key on the command line": ({}, ("sync", "--collection", KEY), "must not hold the API key"),
    "no key": ({}, ("sync",), "no key in MASKO_API_KEY: set it"),
    "an id that is none": ({}, ("sync", "--collection", "../x"), "must be the id of a collection"),
    "a bad manifest": ({}, ("list", "--manifest", "x.yml"), "a path that ends in .json"),
    "a bad address": ({}, ("sync", "--api-url", "http://["), "must be an https URL"),
    "plain http": ({}, ("sync", "--api-url", "http://masko.example"), "is not https"),
    "two modes": ({}, ("sync", "--locked", "--frozen"), "cannot be used together"),
    "a wait that is none": ({}, ("sync", "--wait", "-1"), "--wait"),
    "an unknown command": ({}, ("snyc",), "No such command"),
    "a slip in a command": ({}, ("snyc",), "No such command 'snyc' (did you mean 'sync'?)."),
    "a command in capitals": ({}, ("Sync",), "No such command 'Sync' (did you mean 'sync'?)."),
    "part of a command": ({}, ("stat",), "No such command 'stat' (did you mean 'status'?)."),
    "a command of another tool": ({}, ("zzz",), "No such command 'zzz'."),
    "a command that a terminal obeys": ({}, ("sy\x1b[1mnc",), "No such command 'sy\ufffd[1mnc'"),
    "a slip in a flag": ({}, ("check", "--ofline"), "--offline"),
    "a format that is none": ({}, ("check", "--format", "gitlab"), "'text', 'github'"),
    "an unknown flag": ({}, ("sync", "--loked"), "No such option"),
    "a file that is not there": ({}, ("sync", "-f", "gone.yml"), "does not exist"),
    "a fault that is none": ({}, ("sandbox", "--fault", "x"), "no such fault"),
    "a port that is none": ({}, ("sandbox", "--port", "70000"), "--port"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_has_exit_code_2(tmp_path: Path, case: str) -> None:
    """Options of the file and of the command line are told apart from failures."""
    options, arguments, words = USAGE[case]
    config(tmp_path, **options)
    done = run(tmp_path, *arguments)
    assert done.code == 2
    assert words in done.err
    assert done.out == ""
    assert KEY not in done.said


def test_plain_http_elsewhere_is_refused_with_the_key_unsent(tmp_path: Path) -> None:
    """The key does not travel in the open."""
    config(tmp_path)
    done = run(tmp_path, "sync", "--api-url", "http://masko.example/v1", MASKO_API_KEY=KEY)
    assert done.code == 2
    assert "is not https" in done.err


def test_a_port_that_is_taken_is_one_error(sandbox: Sandbox, tmp_path: Path) -> None:
    """The message tells how to get a free one."""
    port = sandbox.origin.rpartition(":")[2]
    done = run(tmp_path, "sandbox", "--port", port)
    assert done.code == 2
    assert done.is_one_error
    assert "0 takes a free one" in done.err


def test_without_a_file_the_collection_can_be_named(tmp_path: Path) -> None:
    """A manifest can be made anywhere; without either there is one clear error."""
    assert run(tmp_path, "sync").code == 2
    done = run(tmp_path, "sync", "--collection", "fox", "--api-url", "sandbox")
    assert done.code == 0
    assert json.loads((tmp_path / NAME).read_text())["collections"]["default"]["id"] == "fox"
    done = run(tmp_path, "list", "--collection", "fox")
    assert done.out.startswith("masko:card-sit\t")


def test_the_command_line_wins_over_file_and_variables(sandbox: Sandbox, tmp_path: Path) -> None:
    """What was typed last counts."""
    config(tmp_path, manifest="file.json", api_url="http://127.0.0.1:1/v1", mode="frozen")
    given = {"MASKO_API_URL": "http://127.0.0.1:2/v1", "MASKO_MODE": "nonsense"}
    done = run(
        tmp_path,
        *("sync", "--api-url", sandbox.api_url, "--manifest", "typed.json", "--wait", "1"),
        **{**given, "MASKO_API_KEY": KEY},
    )
    assert (done.code, done.err) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"mkdocs.yml", "typed.json"}


def test_the_manifest_lies_beside_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Wherever a command is run, paths are those of the site."""
    (tmp_path / "docs").mkdir()
    config(tmp_path / "docs")
    for arguments in (("sync",), ("check",), ("list",)):
        done = run(tmp_path, *arguments, "-f", "docs/mkdocs.yml", **variables(sandbox))
        assert done.code == 0, done.err
    assert (tmp_path / "docs" / NAME).is_file()


def test_python_runs_the_command_where_no_shell_finds_it(tmp_path: Path) -> None:
    """With the same exit codes, and under the name by which it was called."""
    command = [sys.executable, "-m", "mkdocs_masko"]
    version, wrong = (
        subprocess.run(
            [*command, argument], cwd=tmp_path, env=environment(), capture_output=True, check=False
        )
        for argument in ("--version", "snyc")
    )
    assert (version.returncode, wrong.returncode) == (0, 2)
    assert version.stdout.endswith(f" {VERSION}\n".encode())
    assert b"Usage: python -m mkdocs_masko" in wrong.stderr
