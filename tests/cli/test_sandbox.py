"""The sandbox as a command."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import urlopen

import click
import pytest

from cli_process import COMMAND, config, environment, run
from mkdocs_masko.cli import main
from mkdocs_masko.sandbox import Fault
from mkdocs_masko.sandbox.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FREE = ("--port", "0")


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the sandbox as a command; give its process and what it said first."""
    process = subprocess.Popen(
        [COMMAND, "sandbox", *arguments],
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl+C" in line:
                break
        try:
            yield process, said
        finally:
            process.kill()


def told(said: str) -> dict[str, str]:
    """Return the variables that the sandbox says to set."""
    return dict(re.findall(r"export (\w+)=(\S+)", said))


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is no signal to a process there")
def test_the_sandbox_serves_until_it_is_stopped(tmp_path: Path) -> None:
    """It says how to use it, is what it says, and ends on Ctrl+C without a word."""
    with started(tmp_path, *FREE) as (process, said):
        given = told(said)
        assert given.keys() == {"MASKO_API_URL", "MASKO_API_KEY"}
        origin = given["MASKO_API_URL"].removesuffix("/v1")
        assert f"API:  {origin}/v1\nCDN:  {origin}\n" in said
        with urlopen(f"{origin}/", timeout=20) as page:  # noqa: S310 - a server of ours
            assert b"The mkdocs-masko sandbox" in page.read()
        config(tmp_path)
        done = run(
            tmp_path, "sync", MASKO_API_URL=f"{origin}/v1", MASKO_API_KEY="masko_" + "1" * 64
        )
        assert (done.code, done.err) == (0, "")
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_the_sandbox_misbehaves_on_demand(tmp_path: Path) -> None:
    """A fault that is typed is one that happens."""
    config(tmp_path)
    faults = ("--fault", "not-ready:1", "--fault", "error:404:1@*/nothing")
    with started(tmp_path, *FREE, *faults) as (_, said):
        assert run(tmp_path, "sync", **told(said)).code == 3
        assert run(tmp_path, "sync", **told(said)).code == 0


_COMMAND = main.get_command(click.Context(main), "sandbox")
HELP = str(_COMMAND and _COMMAND.help).replace("\b", "")
EXAMPLES = [line.strip() for line in HELP.splitlines() if "mkdocs-masko" in line]


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_of_the_sandbox_work(tmp_path: Path, line: str) -> None:
    """Each starts a server; only the port is another, which the last one on the line decides."""
    with started(tmp_path, *shlex.split(line)[2:], *FREE) as (_, said):
        assert told(said)["MASKO_API_URL"].startswith("http://127.0.0.1:")


def test_the_faults_in_the_help_are_faults() -> None:
    """What the help lists can be typed."""
    listed = HELP.partition("Faults:")[2].partition("Examples:")[0]
    faults = [line.split()[0] for line in listed.splitlines() if line.strip()]
    assert {fault.partition(":")[0] for fault in faults} == FAULTS.keys()
    assert all(Fault.parse(fault) for fault in faults)
