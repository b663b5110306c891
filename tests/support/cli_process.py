"""The command as people and CI jobs run it: with its own arguments, environment and folder.

It runs in the test's own process unless a test asks for a real one: what is claimed of a process
(its start, its signals, its encoding, what it imports) is claimed of a real one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from in_process import run_with_pipes
from mkdocs_masko.cli import main

if TYPE_CHECKING:
    from mkdocs_masko.sandbox import Sandbox

KEY = "masko_" + "c0de5afe" * 8
COMMAND = Path(sys.executable).with_name("mkdocs-masko")
NAME = "masko.manifest.json"

_SHORT = 16  # letters; a shorter word is no secret
_TIME = 120  # seconds after which a command hangs
_OURS = ("MASKO_", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "TTY_", "GITHUB_")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of a command: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that was written."""
        return self.out + self.err

    @property
    def is_one_error(self) -> bool:
        """Whether it said one thing: why it failed."""
        return self.out == "" and bool(re.fullmatch(r"error: .+\n", self.err))


def environment(**given: str) -> dict[str, str]:
    """Return variables for a process: the tests' own ledger, and those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    kept["MASKO_STATE_DIR"] = os.environ["MASKO_STATE_DIR"]
    return {**kept, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **given}


def variables(sandbox: Sandbox, key: str = KEY) -> dict[str, str]:
    """Return what the sandbox says to set."""
    return {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": key}


def run(folder: Path, *arguments: str, process: bool = False, **given: str) -> Done:
    """Run a command of `mkdocs-masko`, with variables, in a folder.

    Whatever is run, it shows neither a traceback nor the key.

    Args:
        folder: The working directory.
        *arguments: What is typed after the command's name.
        process: Whether the command gets a process of its own.
        **given: Environment variables.
    """
    env = environment(**given)
    if process:
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_TIME,
            check=False,
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        code, out, err = run_with_pipes(lambda: main([*arguments], COMMAND.name), folder, env)
    return checked(Done(code=code, out=out, err=err), **given)


def checked(done: Done, **given: str) -> Done:
    """Check what holds for every command."""
    assert "Traceback" not in done.said, done.said
    words = given.get("MASKO_API_KEY", "").split()
    assert not [word for word in words if len(word) > _SHORT and word in done.said]
    return done


def config(folder: Path, **options: Any) -> Path:  # noqa: ANN401 - the plugin's options
    """Write the `mkdocs.yml` of a site of the fox, or of what the options say."""
    chosen = {} if "collections" in options else {"collection": "fox"}
    lines = [f"      {name}: {value!r}" for name, value in {**chosen, **options}.items()]
    path = folder / "mkdocs.yml"
    path.write_text("\n".join(["site_name: Fox", "plugins:", "  - masko:", *lines, ""]))
    return path


def transcript(done: Done, *arguments: str) -> str:
    """Write down a command and what came of it, the same on every machine."""
    parts = [f"$ mkdocs-masko {' '.join(arguments)}".rstrip()]
    parts += [done.out.rstrip("\n")] if done.out else []
    parts += ["--- stderr", done.err.rstrip("\n")] if done.err else []
    text = "\n".join([*parts, f"--- exit code {done.code}"])
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text).replace("\x1b", "␛")
