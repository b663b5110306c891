"""Commands at a terminal: a real one, of any width, with somebody who types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from select import select
from typing import TYPE_CHECKING

from cli_process import COMMAND, Done, checked, environment
from in_process import run_at_terminal
from mkdocs_masko.cli import main

if TYPE_CHECKING:
    from pathlib import Path

_TIME = 60  # seconds after which a command hangs
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def at_terminal(
    folder: Path,
    *arguments: str,
    width: int = 80,
    typed: str = "",
    process: bool = False,
    **given: str,
) -> Done:
    """Run a command of `mkdocs-masko` at a terminal; all that it shows is in `out`.

    With `process`, the command gets a process of its own.
    """
    if process:
        return watched(folder, [str(COMMAND), *arguments], width=width, typed=typed, **given)
    ours, theirs = _terminal(width)
    os.write(ours, typed.encode())
    code, shown = run_at_terminal(
        lambda: main([*arguments], COMMAND.name),
        folder,
        _variables(given),
        ours=ours,
        theirs=theirs,
    )
    return _done(code, shown, given)


def watched(
    folder: Path, command: list[str], *, width: int = 80, typed: str = "", **given: str
) -> Done:
    """Run any command at a terminal, in a process of its own."""
    ours, theirs = _terminal(width)
    with subprocess.Popen(
        command, cwd=folder, env=_variables(given), stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = _read(ours, process)
    os.close(ours)
    return _done(process.returncode, shown, given)


def _terminal(width: int) -> tuple[int, int]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    return ours, theirs


def _variables(given: dict[str, str]) -> dict[str, str]:
    env = {**environment(TERM="xterm-256color"), **given}
    env.pop("COLUMNS", None)
    return env


def _done(code: int, shown: bytes, given: dict[str, str]) -> Done:
    text = shown.decode().replace("\r\n", "\n")
    return checked(Done(code=code, out=text, err=""), **given)


def _read(terminal: int, process: subprocess.Popen[bytes]) -> bytes:
    parts, end = [], time.monotonic() + _TIME
    while time.monotonic() < end:
        if select([terminal], [], [], 1)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # how Linux says that nobody has the other side open
                return b"".join(parts)
            parts.append(part)
        if process.poll() is not None and not select([terminal], [], [], 0)[0]:
            return b"".join(parts)
    process.kill()
    raise AssertionError(f"the command hangs after {b''.join(parts)[-500:]!r}")


def plain(text: str) -> str:
    """Return what a terminal shows, without its colours and movements."""
    return _ESCAPES.sub("", text)
