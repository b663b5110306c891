"""The manifest on disk: the whole old file or the whole new one."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile_texts import TEXTS
from manifest_samples import FOX, ORIGINS, collection, manifest, pose
from mkdocs_masko.errors import ManifestError, ManifestMissing
from mkdocs_masko.manifest import Manifest, Pose, dumps, load, make, save
from mkdocs_masko.manifest.file import has_conflict_markers

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "masko.manifest.json"
NOBODY = 65534
REMEDY = "Restore it from version control, or delete it and run 'mkdocs-masko sync'."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """Give a folder that nobody may write in: not even a test run by the administrator."""
    folder = Path(tempfile.mkdtemp())
    save(folder / NAME, manifest())
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
        yield folder
        os.seteuid(0)
    else:
        yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def only_file(folder: Path) -> bool:
    return [entry.name for entry in folder.iterdir()] == [NAME]


def test_a_saved_manifest_can_be_loaded(path: Path) -> None:
    made = manifest()
    assert save(path, made) is True
    assert load(path, ORIGINS) == made
    assert path.read_bytes() == dumps(made).encode()
    assert only_file(path.parent)


def test_an_unchanged_file_is_not_touched(path: Path) -> None:
    save(path, manifest())
    before = path.stat()
    assert save(path, manifest()) is False
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_changed_file_is_replaced_as_a_whole(path: Path) -> None:
    save(path, manifest())
    before = path.stat().st_ino
    with path.open("rb") as still_open:
        assert save(path, make({})) is True
        assert still_open.read() == dumps(manifest()).encode()
    assert load(path, ORIGINS) == make({})
    assert path.stat().st_ino != before
    assert only_file(path.parent)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o444])
def test_the_mode_of_the_file_is_kept(path: Path, mode: int) -> None:
    save(path, manifest())
    path.chmod(mode)
    save(path, make({}))
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_of_any_new_file(path: Path, mask: int) -> None:
    old = os.umask(mask)
    try:
        save(path, manifest())
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("target", ["elsewhere.json", "missing.json"])
def test_a_symbolic_link_is_refused(path: Path, target: str) -> None:
    (path.parent / "elsewhere.json").write_text("mine")
    path.symlink_to(target)
    with pytest.raises(ManifestError) as caught:
        save(path, manifest())
    assert str(caught.value) == (
        f"{NAME}: is a symbolic link. Name the file itself in 'manifest:'."
    )
    assert path.is_symlink()
    assert (path.parent / "elsewhere.json").read_text() == "mine"


def test_a_symbolic_link_is_read(path: Path) -> None:
    save(path.with_name("real.json"), manifest())
    path.symlink_to("real.json")
    assert load(path, ORIGINS) == manifest()


def test_a_folder_that_cannot_be_written_is_one_error_and_keeps_the_old_file(
    locked_folder: Path,
) -> None:
    with pytest.raises(ManifestError) as caught:
        save(locked_folder / NAME, make({}))
    assert str(caught.value) == f"{NAME}: cannot be written: Permission denied."
    assert load(locked_folder / NAME, ORIGINS) == manifest()
    assert only_file(locked_folder)


def test_an_unchanged_file_in_a_read_only_folder_is_no_error(locked_folder: Path) -> None:
    assert save(locked_folder / NAME, manifest()) is False


@pytest.mark.parametrize("place", [f"missing/{NAME}", f"file/{NAME}"])
def test_a_place_that_is_no_folder_is_one_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ManifestError, match=f"^{NAME}: cannot be written: .+[.]$"):
        save(tmp_path / place, manifest())


def test_a_folder_in_the_files_place_is_one_error_and_leaves_nothing(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ManifestError, match=f"^{NAME}: cannot be written: Is a directory[.]$"):
        save(path, manifest())
    with pytest.raises(ManifestError, match=f"^{NAME}: cannot be read: Is a directory[.]$"):
        load(path, ORIGINS)
    assert only_file(path.parent)


def test_a_missing_file_is_an_error_of_its_own(path: Path) -> None:
    with pytest.raises(ManifestMissing) as caught:
        load(path, ORIGINS)
    assert str(caught.value) == f"{NAME}: there is no such manifest."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xef\xbb\xbf{}",
        b'{"version": 1, "name": "\xff"}',
        b"[" * 100_000,
        b'{"version": ' + b"9" * 5_000 + b"}",
        dumps(manifest()).replace("wave.png", "wavy.png").encode(),
        dumps(manifest()).replace("https:", "http:").encode(),
    ],
    ids=["empty", "no fields", "BOM", "no UTF-8", "deep", "digits", "edited", "http"],
)
def test_a_broken_file_is_one_error_that_names_it_and_the_remedy(
    path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(ManifestError) as caught:
        load(path, ORIGINS)
    message = str(caught.value)
    assert message.startswith(f"{NAME}: ")
    assert message.endswith(REMEDY)
    assert len(message.splitlines()) == 1
    assert path.read_bytes() == content


def test_a_file_of_a_later_version_is_refused_by_name_and_kept(path: Path) -> None:
    path.write_text('{"version": 2, "new": []}')
    with pytest.raises(ManifestError) as caught:
        load(path, ORIGINS)
    assert str(caught.value) == (
        f"{NAME}: version 2 of the format is newer than this mkdocs-masko reads (version 1). "
        "Upgrade mkdocs-masko."
    )
    assert path.read_text() == '{"version": 2, "new": []}'


def test_a_giant_file_is_refused_without_being_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    with pytest.raises(ManifestError, match=f"^{NAME}: it is larger than 32 MiB[.]$"):
        load(path, ORIGINS)


def test_what_is_too_large_to_be_loaded_is_not_saved(path: Path) -> None:
    """And the file stays as it was."""
    save(path, manifest())
    before = path.read_bytes()
    huge = manifest(fox={"wave": pose("wave", name="x" * (32 * 1024 * 1024))})
    with pytest.raises(ManifestError, match=r"would have 32[.]0 MiB, and is read up to 32 MiB"):
        save(path, huge)
    assert path.read_bytes() == before
    assert only_file(path.parent)


@pytest.mark.parametrize(
    "mark",
    [
        "<<<<<<< HEAD\n",
        ">>>>>>> branch\n",
        "<<<<<<< ours\r\n",
        '  "a": 1,\n<<<<<<< HEAD\n',
        "<<<<<<<\n",
        ">>>>>>>\n",
        "<<<<<<<\r\n",
        "||||||| base\n",
        "|||||||\n",
    ],
)
def test_merge_conflict_markers_are_an_error_with_the_way_out(path: Path, mark: str) -> None:
    path.write_text(mark + dumps(manifest()), newline="")
    with pytest.raises(ManifestError) as caught:
        load(path, ORIGINS)
    assert str(caught.value) == (
        f"{NAME}: it contains merge conflict markers. "
        "Take either side of the conflict, then run 'mkdocs-masko sync'."
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_name_of_a_pose_is_taken_for_a_conflict_marker(name: str) -> None:
    for text in (name, f"<<<<<<< {name}", f"\n<<<<<<< {name}", f"\r>>>>>>> {name}"):
        content = dumps(make({"fox": collection({"x": Pose(name=text)})}))
        assert not has_conflict_markers(content.encode())


@pytest.mark.parametrize(
    ("encoding", "problem"),
    [
        ("utf-8-sig", "it starts with a byte order mark (BOM), which an editor has added; save it"),
        ("utf-16", "it is UTF-16; save it as UTF-8. "),
        ("utf-16-be", "it is UTF-16; save it as UTF-8. "),
    ],
)
def test_a_file_in_another_encoding_is_told_as_that(
    path: Path, encoding: str, problem: str
) -> None:
    """A good manifest that some editor has saved."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes((mark + dumps(manifest())).encode(encoding))
    with pytest.raises(ManifestError) as caught:
        load(path, ORIGINS)
    assert str(caught.value).startswith(f"{NAME}: {problem}")
    assert str(caught.value).endswith(REMEDY)


def test_a_checkout_with_other_line_ends_is_read_and_not_rewritten(path: Path) -> None:
    """As git does on Windows, where it would change them back at the next commit."""
    content = dumps(manifest()).replace("\n", "\r\n").encode()
    path.write_bytes(content)
    assert load(path, ORIGINS) == manifest()
    assert save(path, manifest()) is False
    assert path.read_bytes() == content
    assert save(path, make({})) is True


def test_hostile_names_survive_the_file(path: Path) -> None:
    names = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    poses = {f"p{number}": Pose(name=name) for number, name in enumerate(names)}
    made = make({"fox": collection(poses)})
    save(path, made)
    assert load(path, ORIGINS) == made


SAVER = """
import pathlib, sys
from mkdocs_masko.manifest import load, save
path, one, two, rounds = sys.argv[1:]
both = [load(pathlib.Path(p), ["https://assets.masko.ai"]) for p in (one, two)]
print("ready", flush=True)
for number in range(int(rounds)):
    save(pathlib.Path(path), both[number % 2])
"""

KILLER = """
import os, pathlib, random, signal, sys, time
from mkdocs_masko.manifest import load, save
path, one, two = (pathlib.Path(p) for p in sys.argv[1:])
origins = ["https://assets.masko.ai"]
both = [load(p, origins) for p in (one, two)]
save(path, both[0])
for number in range(80):
    child = os.fork()
    if child == 0:
        for turn in range(100_000):
            save(path, both[turn % 2])
        os._exit(0)
    time.sleep(random.random() * 0.03)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert load(path, origins) in both, number
print("sound")
"""


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[Path, Path, Manifest, Manifest]:
    """Give two large manifests that differ everywhere."""
    one = make({"fox": collection({f"a{n}": FOX["wave"] for n in range(60)})})
    two = make({"owl": collection({f"b{n}": FOX["sized"] for n in range(80)})})
    folder = tmp_path / "given"
    folder.mkdir()
    save(folder / "one.json", one)
    save(folder / "two.json", two)
    return folder / "one.json", folder / "two.json", one, two


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as POSIX has them")
def test_a_process_that_is_killed_never_leaves_a_torn_file(
    tmp_path: Path, two_files: tuple[Path, Path, Manifest, Manifest]
) -> None:
    path = tmp_path / "site" / NAME
    path.parent.mkdir()
    command = [sys.executable, "-c", KILLER, str(path), *map(str, two_files[:2])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "sound\n", done.stderr


def test_processes_that_save_at_once_never_tear_the_file(
    tmp_path: Path, two_files: tuple[Path, Path, Manifest, Manifest]
) -> None:
    path = tmp_path / "site" / NAME
    path.parent.mkdir()
    save(path, two_files[2])
    command = [sys.executable, "-c", SAVER, str(path), *map(str, two_files[:2]), "25"]
    savers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(8)]
    while any(saver.poll() is None for saver in savers):
        assert load(path, ORIGINS) in two_files[2:]
    assert [saver.communicate()[0] for saver in savers] == [b"ready\n"] * 8
    assert [saver.returncode for saver in savers] == [0] * 8
    assert load(path, ORIGINS) in two_files[2:]
    assert only_file(path.parent)
