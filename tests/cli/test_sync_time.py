"""How long a command may take that somebody waits for, and what it shows meanwhile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cli_process import NAME, config, run, variables
from mkdocs_masko.cli import output
from mkdocs_masko.sandbox import Answer, Fault, Sandbox
from synced_sites import cdn_requests
from terminals import at_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Moment

ANSWERED = 14  # requests for media, before none is answered any more


def _stop_answering(sandbox: Sandbox) -> None:
    numbers = iter(range(10**6))

    def effect(moment: Moment, /) -> Answer:
        if next(numbers) >= ANSWERED:
            moment.wait(60)
        return moment.usual()

    sandbox.add_fault(Fault(effect=effect, paths=re.compile(r"/(?!v1/).*")))


@pytest.mark.parametrize("command", ["sync", "check", "diff"])
def test_the_option_of_builds_does_not_bound_a_command(
    sandbox: Sandbox, tmp_path: Path, command: str
) -> None:
    """A command that somebody waits for has ten minutes, however short builds are to be."""
    config(tmp_path)
    run(tmp_path, "sync", **variables(sandbox))
    config(tmp_path, timeout=0.001)
    assert run(tmp_path, command, **variables(sandbox)).code == 0


@pytest.mark.parametrize("command", ["sync", "check", "diff"])
def test_a_command_whose_time_is_up_goes_on_when_it_is_run_again(
    sandbox: Sandbox, tmp_path: Path, command: str
) -> None:
    """The error names the option of the command, and the next run asks only for the rest."""
    config(tmp_path)
    run(tmp_path, "sync", **variables(sandbox))
    total = len({request.path for request in cdn_requests(sandbox)})
    _stop_answering(sandbox)
    done = run(tmp_path, command, "--timeout", "3", **variables(sandbox))
    assert (done.code, done.out) == (1, "")
    message = re.fullmatch(
        r"error: timed out after 3 s with ([0-9]+) of ([0-9]+) media read, which are kept\. Run "
        r"'mkdocs-masko sync' to read the rest, or raise '--timeout'\n",
        done.err,
    )
    assert message
    assert int(message[2]) == total
    sandbox.clear_faults()
    sandbox.requests.clear()
    assert run(tmp_path, "sync", **variables(sandbox)).code == 0
    assert len({request.path for request in cdn_requests(sandbox)}) == total - int(message[1])


@pytest.mark.parametrize("command", ["sync", "check", "diff"])
def test_a_long_command_says_now_and_then_how_far_it_is(
    sandbox: Sandbox, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines on standard error, where a log can have them."""
    config(tmp_path)
    run(tmp_path, "sync", **variables(sandbox))
    monkeypatch.setattr(output, "_LINE_INTERVAL", 0.0)
    done = run(tmp_path, command, **variables(sandbox))
    assert done.code == 0
    lines = done.err.splitlines()
    assert all(re.fullmatch(r"[0-9]+ of [0-9]+ media read", line) for line in lines)
    assert re.fullmatch(r"([0-9]+) of \1 media read", lines[-1])


@pytest.mark.parametrize("arguments", [("sync",), ("sync", "--wait", "9")])
def test_a_terminal_shows_how_far_a_sync_is(
    sandbox: Sandbox,
    tmp_path: Path,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bar while media are read; a countdown has its place where there is one."""
    config(tmp_path)
    monkeypatch.setattr(output, "_BAR_DELAY", 0.0)
    done = at_terminal(tmp_path, *arguments, **variables(sandbox))
    assert done.code == 0
    assert ("reading media" in done.out) is ("--wait" not in arguments)
    assert f"{NAME}: written" in done.out
