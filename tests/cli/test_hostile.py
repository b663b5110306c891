"""What comes from outside is shown in plain letters, whoever wrote it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

import synced_sites
from cli_process import COMMAND, config, environment, run, variables
from mkdocs_masko.sandbox import Fault, Sandbox
from mkdocs_masko.sandbox.faults import Refuse
from synced_sites import put_export

if TYPE_CHECKING:
    from pathlib import Path


def test_a_list_that_nobody_reads_to_its_end_is_no_failure(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A pipe to `head` ends without a traceback."""
    for number in range(20):
        sandbox.world.add_item("fox", f"{number} " * 90, "owl/card-sit")
    synced_sites.make(tmp_path, sandbox)
    process = subprocess.Popen(
        [COMMAND, "list", "--json"],
        cwd=tmp_path,
        env=environment(MASKO_API_URL=sandbox.api_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


NAMES = {
    "escape sequences": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "a command of a CI system": "::error file=x::boom",
    "line breaks": "one\n::error::two\r\nthree\u2028four",
    "from right to left": "\u202eevil\u202c \u2066x\u2069",
    "zero width": "a\u200bb\ufeffc\u00ad",
    "markup of the table": "[red]x[/red] [link=https://evil.example]y",
    "long": "long " * 20_000,
    "no letters": "!!! ??? \U0001f98a",
}


def test_hostile_names_do_not_act_on_a_terminal(sandbox: Sandbox, tmp_path: Path) -> None:
    """What comes from the API is shown in plain letters, one line a pose."""
    config(tmp_path)
    host = f"{sandbox.origin}/5a0db0c5"
    good = next(asset for asset in sandbox.world.assets("fox") if asset.type == "image")
    for name in NAMES.values():
        put_export(sandbox, "fox", name, image=f"{sandbox.origin}{good.cdn_path}")
        put_export(sandbox, "fox", f"{name} x", image=f"{host}/nowhere.png")
    for arguments in (("sync",), ("list",), ("list", "--json"), ("check",)):
        done = run(tmp_path, *arguments, **variables(sandbox))
        assert done.code == 0, done.said[:500]
        assert re.sub(r"[\n\t]", "", done.said).isprintable()
        assert not re.search(r"^\s*::", done.said, re.MULTILINE)
        assert max(map(len, done.err.splitlines()), default=0) < 1500
    lines = run(tmp_path, "list", **variables(sandbox)).out.splitlines()
    assert len(lines) == 4 + len(NAMES)
    assert {line.count("\t") for line in lines} == {3}
    assert max(map(len, lines)) < 500


def test_half_a_letter_in_a_name_is_one_error(sandbox: Sandbox, tmp_path: Path) -> None:
    """A lone surrogate, which no file can hold, does not end in a traceback."""
    config(tmp_path)
    sandbox.world.add_item("fox", "wave \ud800", "fox/wave")
    done = run(tmp_path, "sync", **variables(sandbox))
    assert done.code == 1
    assert done.is_one_error


@pytest.mark.parametrize("status", [401, 404, 409, 418, 501])
def test_hostile_messages_do_not_act_on_a_terminal(tmp_path: Path, status: int) -> None:
    """What an API, or something in between, says of a failure is one plain line."""
    config(tmp_path)
    said = "\x1b[2J\n::error::boom\r\u202e" + "x" * 5_000
    with Sandbox(faults=[Fault(effect=Refuse(status=status, message=said))]) as sandbox:
        done = run(tmp_path, "sync", **variables(sandbox))
    assert done.code in {1, 3}
    assert done.is_one_error
    assert done.err.rstrip("\n").isprintable()
    assert "::" not in done.err
    assert len(done.err) < 700


def test_a_hostile_manifest_does_not_act_on_a_terminal(sandbox: Sandbox, tmp_path: Path) -> None:
    """Neither do names that a stranger put into the file."""
    path = synced_sites.make(tmp_path, sandbox, collections={"fox": "fox"})
    document = json.loads(path.read_text())
    document["collections"]["\x1b[31m::error::"] = document["collections"].pop("fox")
    path.write_text(json.dumps(document))
    done = run(tmp_path, "list", **variables(sandbox))
    assert done.err.rstrip("\n").isprintable()
