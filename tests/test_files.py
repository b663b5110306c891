"""Files that are replaced, removed and named on every system; Windows is answered for."""

from __future__ import annotations

import errno
import fcntl
import ntpath
import os
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko import files
from mkdocs_masko.files import (
    copy_file,
    fold_name,
    move_file,
    named_folder,
    read_file,
    relative_name,
    remove_file,
    replace_file,
    update_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[], int]

_answers: dict[Path, Answer] = {}  # by the path that is replaced or removed


def _answer_as_windows(path: Path) -> None:
    """Refuse what Windows would refuse."""
    answer = _answers.get(path)
    if answer and (code := answer()):
        error = PermissionError(13, "Access is denied")
        error.winerror = code  # type: ignore[attr-defined] # of Windows alone
        raise error


@pytest.fixture(autouse=True)
def _windows(monkeypatch: pytest.MonkeyPatch) -> None:
    replace, unlink = Path.replace, Path.unlink

    def replace_or_refuse(path: Path, target: Path) -> Path:
        _answer_as_windows(target)
        return replace(path, target)

    def unlink_or_refuse(path: Path, *, missing_ok: bool = False) -> None:
        _answer_as_windows(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "replace", replace_or_refuse)
    monkeypatch.setattr(Path, "unlink", unlink_or_refuse)
    monkeypatch.setattr(files, "_PATIENCE", 0.2)
    monkeypatch.setattr(files, "_PAUSE", 0.01)


@contextmanager
def held(path: Path, answer: Answer) -> Iterator[None]:
    """Hold a file for as long as `answer` returns the number of an error."""
    _answers[path] = answer
    yield
    del _answers[path]


def for_times(count: int, code: int) -> Answer:
    """Answer with an error that often."""
    codes = iter([code] * count)
    return lambda: next(codes, 0)


def while_read_only(path: Path) -> Answer:
    """Answer as for a file that is read-only, which Windows does not replace."""
    return lambda: 0 if path.stat().st_mode & stat.S_IWRITE else 5


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "masko.manifest.json"
    path.write_bytes(b"old")
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_that_is_let_go_is_replaced(target: Path, code: int) -> None:
    with held(target, for_times(3, code)):
        replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert names(target.parent) == {target.name}


def test_a_file_that_is_held_for_long_stays_as_it_is(target: Path) -> None:
    with held(target, lambda: 32), pytest.raises(PermissionError):
        replace_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(target.parent) == {target.name}


def test_a_file_that_is_held_and_right_already_is_success(target: Path) -> None:
    """A second builder wrote the same bytes, and has not closed its file yet."""
    with held(target, lambda: 32):
        replace_file(target, b"old")
    assert names(target.parent) == {target.name}


def test_an_error_that_waiting_does_not_help_is_told_at_once(target: Path) -> None:
    attempts: list[int] = []

    def answer() -> int:
        attempts.append(1)
        return 112  # ERROR_DISK_FULL

    with held(target, answer), pytest.raises(PermissionError):
        replace_file(target, b"new")
    assert len(attempts) == 1


def test_a_read_only_file_is_replaced(target: Path) -> None:
    target.chmod(0o444)
    with held(target, while_read_only(target)):
        replace_file(target, b"new")
    assert target.read_bytes() == b"new"


def test_a_read_only_file_is_removed(target: Path) -> None:
    target.chmod(0o444)
    with held(target, while_read_only(target)):
        remove_file(target)
    assert names(target.parent) == set()


def test_a_file_that_is_let_go_is_removed(target: Path) -> None:
    with held(target, for_times(2, 32)):
        remove_file(target)
    assert names(target.parent) == set()


def test_a_file_that_is_replaced_right_now_is_read(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows, it cannot be opened meanwhile."""
    monkeypatch.setattr(sys, "platform", "win32")
    opened, refusals = Path.open, [1, 1, 1]

    def open_or_refuse(path: Path, *mode: str) -> object:
        if refusals and refusals.pop():
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *mode)

    monkeypatch.setattr(Path, "open", open_or_refuse)
    assert read_file(target, 2) == b"ol"
    refusals += [1, 1]
    assert not update_file(target, b"old")


@pytest.mark.parametrize(("system", "attempts"), [("linux", 1), ("win32", 3)])
def test_a_file_that_may_not_be_read_is_left_as_it_is(
    target: Path, monkeypatch: pytest.MonkeyPatch, system: str, attempts: int
) -> None:
    """Where no other program can be in the way, nothing is waited for."""
    monkeypatch.setattr(sys, "platform", system)
    target.chmod(0o444)
    refused: list[Path] = []

    def refuse(path: Path, _: str) -> None:
        refused.append(path)
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError):
        read_file(target)
    assert len(refused) >= attempts
    assert (len(refused) == 1) is (attempts == 1)
    assert stat.S_IMODE(target.stat().st_mode) == 0o444


def test_a_missing_file_is_an_error_unless_it_may_be_missing(tmp_path: Path) -> None:
    remove_file(tmp_path / "no.json", missing_ok=True)
    with pytest.raises(FileNotFoundError):
        remove_file(tmp_path / "no.json")


def test_a_file_is_moved_over_one_that_is_let_go(target: Path) -> None:
    source = target.with_name("source")
    source.write_bytes(b"new")
    with held(target, for_times(2, 32)):
        move_file(source, target)
    assert target.read_bytes() == b"new"
    assert names(target.parent) == {target.name}


@pytest.mark.parametrize(
    ("on_disk", "is_written"), [(b"a\r\nb\r\n", False), (b"a\nb\n", False), (b"a\nc\n", True)]
)
def test_line_ends_of_a_checkout_are_no_change(
    tmp_path: Path, on_disk: bytes, *, is_written: bool
) -> None:
    """Git writes CRLF on Windows, with `core.autocrlf`."""
    path = tmp_path / "files.json"
    path.write_bytes(on_disk)
    assert update_file(path, b"a\nb\n") is is_written
    assert path.read_bytes() == (b"a\nb\n" if is_written else on_disk)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mascots.md", "mascots.md"),
        ("caf\u00e9.md", "cafe\u0301.md"),
        ("CAF\u00c9.md", "cafe\u0301.md"),
        ("Stra\u00dfe.md", "STRASSE.md"),
    ],
)
def test_names_that_are_one_file_on_some_system_fold_alike(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_names_that_are_two_files_everywhere_fold_apart() -> None:
    assert fold_name("cafe.md") != fold_name("caf\u00e9.md")


def test_a_file_beside_a_folder_is_named_from_there(tmp_path: Path) -> None:
    assert relative_name(tmp_path / "docs" / "a.md", tmp_path / "site") == "../docs/a.md"


def test_a_file_on_another_drive_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two drives, `relpath` raises ValueError."""
    monkeypatch.setattr(os.path, "relpath", lambda *_: ntpath.relpath("D:\\docs", "C:\\site"))
    assert relative_name(tmp_path / "a.md", "site") == (tmp_path / "a.md").as_posix()


_WRITE_AND_WAIT = """
import sys
from pathlib import Path
from mkdocs_masko import files

def wait(source, target):
    print(source, flush=True)
    input()

files.move_file = wait
files.replace_file(Path(sys.argv[1]), b"half")
"""


@contextmanager
def writer(path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run another process that has written a file, and not yet moved it into its place."""
    command = [sys.executable, "-c", _WRITE_AND_WAIT, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        yield process, Path(process.stdout.readline().strip())
        process.kill()


@pytest.fixture(autouse=True)
def _first_write_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_tidy_folders", set())


def write_anew(path: Path) -> None:
    replace_file(path, b"new")


def leave_unchanged(path: Path) -> None:
    update_file(path, b"old")


def copy_over(path: Path) -> None:
    copy_file(path, path.with_name("copy"))


@pytest.mark.parametrize("act", [write_anew, leave_unchanged, copy_over])
def test_what_a_killed_process_has_not_finished_is_removed_by_the_next(
    target: Path, act: Callable[[Path], None]
) -> None:
    with writer(target) as (process, leftover):
        process.terminate()
        process.wait()
    assert leftover.parent == target.parent
    assert leftover.exists()
    act(target)
    assert not leftover.exists()


def test_what_another_process_is_writing_stays(target: Path) -> None:
    with writer(target) as (_, temporary):
        replace_file(target, b"new")
        assert temporary.exists()


def test_on_a_disk_without_locks_files_are_written_and_nothing_is_removed(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    leftover = target.with_name(f".masko-{'0' * 16}.new")
    leftover.write_bytes(b"half")
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert leftover.exists()


@pytest.mark.parametrize(("age", "is_removed"), [(files.GRACE + 1, True), (0, False)])
def test_on_windows_a_leftover_is_known_by_its_age(
    target: Path, monkeypatch: pytest.MonkeyPatch, age: float, *, is_removed: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    leftover = target.with_name(f".masko-{'0' * 16}.new")
    leftover.write_bytes(b"half")
    os.utime(leftover, (time.time() - age,) * 2)
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert leftover.exists() is not is_removed


@pytest.mark.parametrize(
    "name", [".env.new", ".masko-0123.new", "masko-0123456789abcdef.new", ".masko-draft.new"]
)
def test_files_of_other_programs_are_no_leftovers(target: Path, name: str) -> None:
    (target.parent / name).write_bytes(b"")
    replace_file(target, b"new")
    assert (target.parent / name).exists()


@pytest.mark.parametrize(
    ("owner", "function", "number"),
    [(Path, "chmod", errno.EPERM), (Path, "chmod", errno.ENOTSUP), (os, "fsync", errno.EINVAL)],
)
def test_a_disk_that_knows_neither_modes_nor_flushing_gets_files(
    target: Path, monkeypatch: pytest.MonkeyPatch, owner: object, function: str, number: int
) -> None:
    """Network shares, FAT and file systems of user programs refuse what they do not have."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(owner, function, refuse)
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"


def test_a_disk_that_fails_to_flush_leaves_the_old_file(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        replace_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(target.parent) == {target.name}


def test_a_new_file_can_be_read_by_a_web_server(target: Path) -> None:
    """The umask alone decides, and not the mode of a private original."""
    umask = os.umask(0o022)
    try:
        target.chmod(0o600)
        copy_file(target, target.with_name("copy"))
        replace_file(target.with_name("new"), b"")
    finally:
        os.umask(umask)
    modes = {stat.S_IMODE(target.with_name(name).stat().st_mode) for name in ("copy", "new")}
    assert modes == {0o644}


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        (None, None),
        (" ", None),
        (" /srv/cache ", Path("/srv/cache")),
        ("cache", Path("cache")),
        ("~/.cache/masko", Path.home() / ".cache/masko"),
        ("cache~", Path("cache~")),
        ("~no-such-user/cache", Path("~no-such-user/cache")),
    ],
)
def test_a_variable_may_name_a_folder_of_the_user(value: str | None, folder: Path | None) -> None:
    """As in YAML of a CI system, where no shell replaces the `~`."""
    environ = {} if value is None else {"MASKO_CACHE_DIR": value}
    assert named_folder(environ, "MASKO_CACHE_DIR") == folder


def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path: Path) -> None:
    """The file is written under a name that is no longer."""
    path = tmp_path / ("x" * 250 + ".json")
    replace_file(path, b"new")
    assert names(tmp_path) == {path.name}
