"""The commands: what they do, with which exit code, and what they say where."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

import synced_sites
from cli_process import KEY, NAME, config, run, variables
from mkdocs_masko.sandbox import Fault, Sandbox
from synced_sites import put_export, stamp

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN_KEY = "masko_" + "0" * 64
CALLS = [("sync",), ("check",), ("sync", "--locked")]


def test_a_sync_and_a_check_agree(sandbox: Sandbox, tmp_path: Path) -> None:
    """What a sync wrote is what a check wants; space around the key does no harm."""
    config(tmp_path)
    given = variables(sandbox, f" {KEY}\n")
    for arguments in (("sync",), ("sync",), ("check",), ("sync", "--locked"), ("sync", "--frozen")):
        done = run(tmp_path, *arguments, **given)
        assert (done.code, done.err) == (0, ""), arguments
    assert {request.headers.get("authorization", "") for request in sandbox.requests} == {
        "",
        f"Bearer {KEY}",
    }


def test_a_check_fails_on_drift_and_writes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """A CI job that checks turns red, and the message names what differs and the remedy."""
    before = stamp(synced_sites.make(tmp_path, sandbox))
    sandbox.world.remove("fox", "idle")
    for arguments in CALLS[1:]:
        done = run(tmp_path, *arguments, **variables(sandbox))
        assert done.code == 1
        assert done.is_one_error
        assert "removed default/idle. Run 'mkdocs-masko sync'" in done.err
    assert stamp(tmp_path / NAME) == before
    done = run(tmp_path, "sync", **variables(sandbox))
    assert (done.code, done.out.splitlines()[0], done.err) == (0, "  removed default/idle", "")


def test_notes_go_to_stderr(sandbox: Sandbox, tmp_path: Path) -> None:
    """What a sync found odd is said beside its result, and is no failure."""
    config(tmp_path)
    put_export(sandbox, "fox", "trap", image="https://evil.example/x.png")
    done = run(tmp_path, "sync", **variables(sandbox))
    assert done.code == 0
    assert done.err.startswith("warning: default/trap image: URL 'https://evil.example/x.png'")
    assert "warning" not in done.out


def test_not_ready_has_an_exit_code_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    """A script can tell that it should come back later."""
    config(tmp_path, collection="draft")
    done = run(tmp_path, "sync", **variables(sandbox))
    assert done.code == 3
    assert done.is_one_error
    assert "(409)" in done.err
    sandbox.publish("draft")
    assert run(tmp_path, "sync", **variables(sandbox)).code == 0
    sandbox.publish("draft", published=False)
    for arguments in CALLS:
        assert run(tmp_path, *arguments, **variables(sandbox)).code == 3


def test_a_wait_ends_when_the_export_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """The command polls, says so, and succeeds."""
    config(tmp_path, collection="draft")
    publisher = threading.Thread(target=_publish_soon, args=[sandbox])
    publisher.start()
    done = run(tmp_path, "sync", "--wait", "30", **variables(sandbox))
    publisher.join()
    assert done.code == 0
    assert "draft is not ready (409); retrying in 2 s\n" in done.err
    assert done.out.startswith("  added collection default\n")


def _publish_soon(sandbox: Sandbox) -> None:
    for _ in range(600):
        if sandbox.requests:
            break
        time.sleep(0.1)
    sandbox.publish("draft")


FAILURES = {
    "401": (["error:401:99"], 1),
    "402": (["error:402:99"], 1),
    "403": (["error:403:99"], 1),
    "404": (["error:404:99"], 1),
    "409": (["not-ready:99"], 3),
    "429": (["rate-limit:99:3600"], 1),
    "501": (["error:501:99"], 1),
    "503 in HTML": (["error:503:99:html"], 1),
    "no JSON": (["error:200:99:html"], 1),
    "no answer": (["drop:99"], 1),
}


@pytest.mark.parametrize("case", FAILURES)
def test_each_failure_is_one_line_on_stderr(tmp_path: Path, case: str) -> None:
    """No traceback, nothing on stdout, nothing written, and the exit code of its kind."""
    faults, code = FAILURES[case]
    config(tmp_path)
    with Sandbox(faults=map(Fault.parse, faults)) as sandbox:  # two pauses fit into the time
        done = run(tmp_path, "sync", "--timeout", "3", **variables(sandbox))
    assert done.code == code
    assert done.is_one_error
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("key", ["masko_" + "z" * 64, FOREIGN_KEY])
def test_a_wrong_key_is_named_by_its_variable(sandbox: Sandbox, tmp_path: Path, key: str) -> None:
    """The variable is named, the key is not."""
    config(tmp_path)
    done = run(tmp_path, "sync", **variables(sandbox, key))
    assert done.code == 1
    assert done.is_one_error
    assert "MASKO_API_KEY" in done.err


@pytest.mark.parametrize("key", [f"{KEY}\nX-Evil: 1", f"{KEY}\r\n{KEY}", f'"{KEY}"x\x7f', "masko"])
def test_a_key_that_is_none_is_not_shown(sandbox: Sandbox, tmp_path: Path, key: str) -> None:
    """A key with a line break in it, as a form may leave it, is refused in silence about it."""
    config(tmp_path)
    done = run(tmp_path, "sync", MASKO_API_URL=sandbox.api_url, MASKO_API_KEY=key)
    assert done.code == 2
    assert done.is_one_error
    assert KEY not in done.said
    assert sandbox.requests == []


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A refused connection tells the address."""
    config(tmp_path)
    with Sandbox() as sandbox:
        given = variables(sandbox)
    done = run(tmp_path, "sync", "--timeout", "1", **given)
    assert done.code == 1
    assert done.is_one_error
    assert "no response from 127.0.0.1:" in done.err


@pytest.mark.parametrize("text", ["{", "<<<<<<< ours\n", '{"version": 2}', ""])
@pytest.mark.parametrize("arguments", [("sync",), ("list",)])
def test_a_malformed_manifest_is_one_error(
    tmp_path: Path, text: str, arguments: tuple[str, ...]
) -> None:
    """Every command names the file and the remedy, before it asks anybody."""
    config(tmp_path)
    (tmp_path / NAME).write_text(text)
    done = run(tmp_path, *arguments, MASKO_API_URL="http://127.0.0.1:1/v1", MASKO_API_KEY=KEY)
    assert done.code == 1
    assert done.is_one_error
    assert done.err.startswith(f"error: {NAME}: ")
    assert (tmp_path / NAME).read_text() == text


def test_a_list_needs_no_key_and_no_network(sandbox: Sandbox, tmp_path: Path) -> None:
    """It shows the manifest, whatever mode the file has and whatever is up."""
    synced_sites.make(tmp_path, sandbox, mode="locked")
    sandbox.requests.clear()
    done = run(tmp_path, "list", MASKO_API_URL=sandbox.api_url)
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 4
    assert sandbox.requests == []


def test_a_list_without_a_manifest_says_how_to_get_one(tmp_path: Path) -> None:
    """The remedy is a command."""
    config(tmp_path)
    done = run(tmp_path, "list")
    assert done.code == 1
    assert done.err == (
        f"error: {NAME}: there is no such manifest. Run 'mkdocs-masko sync' and commit the file.\n"
    )


def test_the_commands_start_without_what_they_do_not_use() -> None:
    """Asking for help, or for the list, loads no HTTP library and no MkDocs."""
    code = (
        "import sys, mkdocs_masko.cli, mkdocs_masko.sync, mkdocs_masko.cli.poses\n"
        "loud = {'requests', 'urllib3', 'mkdocs', 'markdown', 'rich', 'PIL', 'tenacity'}\n"
        "print(*sorted(loud & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stdout, done.stderr) == ("\n", "")


@pytest.mark.parametrize("flag", ["--locked", "--frozen"])
def test_media_without_hashes_are_laid_down_by_the_command_that_is_named(
    sandbox: Sandbox, tmp_path: Path, flag: str
) -> None:
    """A sync without the folder would add no hashes."""
    synced_sites.make(tmp_path, sandbox)
    done = run(tmp_path, "sync", flag, "--into", "media", **variables(sandbox))
    assert done.code == 1
    assert done.is_one_error
    (command,) = re.findall(r"Run 'mkdocs-masko (sync --into media)' once", done.err)
    assert run(tmp_path, *command.split(), **variables(sandbox)).code == 0
    assert run(tmp_path, "sync", flag, "--into", "media", **variables(sandbox)).code == 0
