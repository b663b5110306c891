"""Temporary folders are removed by who made them, or after a kill by the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.files import GRACE
from mkdocs_masko.temporary_folder import IN_USE, PREFIX, TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAKE_ONE_AND_WAIT = """
from mkdocs_masko.temporary_folder import TemporaryFolder
folder = TemporaryFolder()
print(folder.make(), flush=True)
input()
"""


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the system's temporary folder be an empty one."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def builder() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run another process that has a folder, and end it in the end."""
    command = [sys.executable, "-c", _MAKE_ONE_AND_WAIT]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        yield process, age(Path(process.stdout.readline().strip()))
        if process.poll() is None:
            process.communicate("\n")


def age(folder: Path) -> Path:
    """Make a folder older than the grace of a new one."""
    before = time.time() - GRACE - 1
    os.utime(folder, (before, before))
    return folder


def test_a_folder_goes_with_its_object(parent: Path) -> None:
    folder = TemporaryFolder()
    assert folder.path is None
    (folder.make() / "file").write_text("text")
    assert folder.make() == folder.path
    del folder
    assert list(parent.iterdir()) == []


def test_a_folder_that_somebody_removed_is_made_anew(parent: Path) -> None:
    folder = TemporaryFolder()
    first = folder.make()
    first.rename(parent / "elsewhere")
    assert folder.make() != first
    assert folder.make().is_dir()


@pytest.mark.usefixtures("parent")
def test_a_folder_goes_with_its_process() -> None:
    with builder() as (_, path):
        assert path.is_dir()
    assert not path.exists()


@pytest.mark.usefixtures("parent")
def test_what_a_killed_process_left_is_removed_by_the_next() -> None:
    """Python ends without a word at SIGTERM, which CI systems send to what they cancel."""
    with builder() as (process, path):
        process.terminate()
        process.wait()
    assert path.is_dir()
    folder = TemporaryFolder()
    folder.make()
    assert not path.exists()


@pytest.mark.usefixtures("parent")
def test_the_folder_of_a_process_at_work_stays() -> None:
    with builder() as (_, path):
        folder = TemporaryFolder()
        folder.make()
        assert path.is_dir()


def test_nothing_else_is_removed(parent: Path) -> None:
    """Neither other programs' files and links, nor a folder that was made just now."""
    gallery, file, new = (parent / f"{PREFIX}{name}" for name in ("gallery-a", "file", "new"))
    for each in (gallery, new):
        each.mkdir()
        age(each)
    file.write_text("")
    age(file)
    (new / IN_USE).write_text("")  # which makes its folder a new one
    elsewhere = parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / IN_USE).write_text("")
    link = parent / f"{PREFIX}link"
    link.symlink_to(age(elsewhere))
    folder = TemporaryFolder()
    folder.make()
    assert all(each.exists() for each in (gallery, file, new, link, elsewhere / IN_USE))
