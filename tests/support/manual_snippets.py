"""The fenced blocks of the README and the manual, and their commands run as a reader runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sites

if TYPE_CHECKING:
    from collections.abc import Iterator

README = sites.ROOT / "README.md"
MANUAL = sites.ROOT / "example-site/docs"
FILES = [README, *sorted(MANUAL.glob("*.md"))]
FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"]*)")?\n'
    r"(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Snippet:
    """A fenced block: in which file, from which line, and what it holds."""

    file: Path
    line: int
    language: str
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}"


def _snippets() -> Iterator[Snippet]:
    for file in FILES:
        content = file.read_text(encoding="utf-8")
        for match in FENCE.finditer(content):
            line = content.count("\n", 0, match.start()) + 1
            text = textwrap.dedent(match["text"])
            yield Snippet(file, line, match["language"], match["title"] or "", text)


SNIPPETS = list(_snippets())


def run_as_reader(*command: str, folder: Path, **env: str) -> str:
    """Run a command as a reader with the package installed; return its output."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.run(
        command,
        cwd=folder,
        env=sites.environment(PATH=path, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stdout
    return process.stdout
