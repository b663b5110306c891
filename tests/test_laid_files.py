"""The record of a folder that `sync` writes, and which folder that is."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from media_cache import PNG
from mkdocs_masko.errors import CacheError, ManifestError, OptionError
from mkdocs_masko.laid_files import (
    RECORD,
    LaidFiles,
    find_stale,
    laid_folder,
    read_laid_files,
    write_files,
    write_page,
)
from mkdocs_masko.options import Options

if TYPE_CHECKING:
    from pathlib import Path

WAVE, AVIF = "wave.0123456789abcdef.png", "wave.fedcba9876543210.avif"
LAID = LaidFiles(
    files={"masko.0011223344556677.js": 7, WAVE: 12}, left_out={AVIF: 13, "w" + AVIF: None}
)
RECORDED = """{
  "files": {
    "masko.0011223344556677.js": 7,
    "wave.0123456789abcdef.png": 12
  },
  "left_out": {
    "wave.fedcba9876543210.avif": 13,
    "wwave.fedcba9876543210.avif": null
  },
  "used": false,
  "videos": false
}
"""


def test_a_record_has_one_file_a_line(tmp_path: Path) -> None:
    """Sorted, so that the same content is the same bytes, and Git merges it line by line."""
    sources = {}
    for name, size in LAID.files.items():
        sources[name] = tmp_path / name
        sources[name].write_bytes(bytes(size))
    write_files(tmp_path / "folder", sources, {}, structs.replace(LAID, files={}))
    assert (tmp_path / "folder" / RECORD).read_bytes().decode() == RECORDED


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_record_is_read_as_it_was_written(line_end: str, tmp_path: Path) -> None:
    """Git may have changed its line ends."""
    (tmp_path / RECORD).write_bytes(RECORDED.replace("\n", line_end).encode())
    assert read_laid_files(tmp_path) == LAID


def test_a_folder_without_a_record_has_nothing(tmp_path: Path) -> None:
    assert read_laid_files(tmp_path / "missing") == LaidFiles()


def test_a_record_of_a_later_version_may_have_more(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text('{"files": {}, "fonts": {}}')
    assert read_laid_files(tmp_path) == LaidFiles()


DAMAGED = [
    "",
    "[]",
    '{"files": []}',
    '{"files": {"wave.png": 1}}',
    f'{{"files": {{"../{WAVE}": 1}}}}',
    f'{{"files": {{"{WAVE}\\n": 1}}}}',
    f'{{"files": {{"{WAVE}": -1}}}}',
    f'{{"files": {{"{WAVE}": null}}}}',
    f'{{"left_out": {{"{WAVE}": "1"}}}}',
    '{"videos": 1}',
    '{"zz":' * 200_000,
]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_record_is_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(content)
    with pytest.raises(ManifestError) as caught:
        read_laid_files(tmp_path)
    remedy = "is damaged. Remove the file, then run 'mkdocs-masko sync'."
    assert str(caught.value) == f"{(tmp_path / RECORD).as_posix()}: {remedy}"


def test_merge_conflict_markers_are_told(tmp_path: Path) -> None:
    conflict = RECORDED.replace("  }", "<<<<<<< ours\n=======\n>>>>>>> theirs\n  }", 1)
    (tmp_path / RECORD).write_text(conflict)
    with pytest.raises(ManifestError, match=r"merge conflict markers\. Take either side"):
        read_laid_files(tmp_path)


def test_a_record_that_is_a_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / RECORD).mkdir()
    with pytest.raises(ManifestError, match=r"\.laid\.json: cannot be read: "):
        read_laid_files(tmp_path)


@pytest.mark.parametrize(
    ("into", "is_needed", "expected"),
    [
        (None, False, None),
        (None, True, "website/docs/assets/masko"),
        ("website/docs/mascots", True, "website/docs/mascots"),
        ("website/docs/mascots/", False, "website/docs/mascots"),
        ("media", False, "media"),
        ("website", False, "website"),
    ],
)
def test_the_folder_is_that_of_the_option_or_the_hosts(
    into: str | None, is_needed: bool, expected: str | None, tmp_path: Path
) -> None:
    folder = laid_folder(
        Options(into=into), tmp_path, tmp_path / "website/docs", is_needed=is_needed
    )
    assert folder == (tmp_path / expected if expected else None)


@pytest.mark.parametrize(
    ("into", "is_needed", "problem"),
    [
        ("docs", False, "must not be the docs folder itself; name one below it, such as docs/as"),
        ("docs/", True, "must not be the docs folder itself; name one below it, such as docs/as"),
        ("Docs", True, "must not be the docs folder itself; name one below it, such as docs/as"),
        ("Docs/x", True, "must be below the docs folder, such as docs/assets/masko; got 'Docs/x'"),
        ("media", True, "must be below the docs folder, such as docs/assets/masko; got 'media'"),
        ("docs2/x", True, "must be below the docs folder, such as docs/assets/masko; got 'docs2/x"),
    ],
)
def test_a_folder_where_the_host_finds_nothing_is_refused(
    into: str, is_needed: bool, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(OptionError) as caught:
        laid_folder(Options(into=into), tmp_path, tmp_path / "docs", is_needed=is_needed)
    assert str(caught.value).startswith(f"option 'into' {problem}")


INDEX = {"fox/wave": {"transparent_image": WAVE}}
OLD, OTHER = "old.0123456789abcdef.png", "other.fedcba9876543210.png"


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "source").write_bytes(PNG)
    return {WAVE: tmp_path / "source"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files that look like ours; nothing says whose they are."""
    (tmp_path / "mine.png").write_bytes(b"1")
    folder = tmp_path / "docs/folder"
    folder.mkdir(parents=True)
    for name in (OLD, OTHER, "mine.png"):
        (folder / name).write_bytes(b"1")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_are_written_once_with_an_index(sources: dict[str, Path], tmp_path: Path) -> None:
    """A second run writes nothing, so that a build that watches the folder stays still."""
    folder = tmp_path / "docs" / "assets"
    summary = write_files(folder, sources, INDEX)
    assert (summary.files, summary.size, summary.written, summary.removed) == (1, len(PNG), 1, 0)
    assert summary.has_changed
    assert (folder / WAVE).read_bytes() == PNG
    assert json.loads((folder / "files.json").read_text()) == INDEX
    stamp = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    summary = write_files(folder, sources, INDEX)
    assert (summary.written, summary.removed, summary.has_changed) == (0, 0, False)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == stamp


def test_another_choice_of_variants_is_a_change(sources: dict[str, Path], folder: Path) -> None:
    """Pages are rendered by the record."""
    write_files(folder, sources, INDEX)
    assert write_files(folder, sources, INDEX, LaidFiles(left_out={AVIF: 1})).has_changed


def test_stale_files_in_the_index_are_removed(
    sources: dict[str, Path], folder: Path, tmp_path: Path
) -> None:
    """Nothing else is, whatever an index lists: an earlier version wrote no record."""
    listed = [OLD, "mine.png", "../../mine.png", "gone.0123456789abcdef.png"]
    index = {"fox/old": {str(n): name for n, name in enumerate(listed)}}
    (folder / "files.json").write_text(json.dumps(index))
    assert write_files(folder, sources, INDEX).removed == 1
    assert names(folder) == [RECORD, "files.json", "mine.png", OTHER, WAVE]
    assert (tmp_path / "mine.png").exists()


def test_stale_files_in_the_record_are_removed(sources: dict[str, Path], folder: Path) -> None:
    """Variants, style sheets and scripts are in no index."""
    script = "masko.0011223344556677.js"
    (folder / script).write_bytes(b"1")
    (folder / RECORD).write_text(json.dumps({"files": {script: 1, OTHER: 1}}))
    assert write_files(folder, sources, INDEX).removed == 2
    assert names(folder) == [RECORD, "files.json", "mine.png", OLD, WAVE]


CONFLICT = "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"
NAMELESS = ["{}", '{"a": {}}', '{"en": {"title": "Willkommen"}}', '{"a": {"b": "x/wave.png"}}']


@pytest.mark.parametrize(
    "index",
    ["", "[]", "{", '{"a": 1}', '{"a": {"b": 1}}', "null", CONFLICT.format("{}", "{}"), *NAMELESS],
)
def test_an_index_of_somebody_else_is_not_written_over(
    index: str, sources: dict[str, Path], folder: Path
) -> None:
    (folder / "files.json").write_text(index)
    before = names(folder)
    with pytest.raises(ManifestError) as caught:
        write_files(folder, sources, INDEX)
    place = (folder / "files.json").as_posix()
    problem = "is there already, and is no index of media. Move the file, or name another folder."
    assert str(caught.value) == f"{place}: {problem}"
    assert (folder / "files.json").read_text() == index
    assert names(folder) == before


LISTED = json.dumps({"fox/old": {"image": OTHER, "a": "x"}}, indent=2)


@pytest.mark.parametrize(
    ("index", "record"),
    [(CONFLICT.format(LISTED, "{}"), None), ("", "{}"), ("[]", "{}"), ("{}", "{}")],
)
def test_a_damaged_index_of_ours_is_written_anew(
    index: str, record: str | None, sources: dict[str, Path], folder: Path
) -> None:
    (folder / "files.json").write_text(index)
    if record is not None:
        (folder / RECORD).write_text(record)
    assert write_files(folder, sources, INDEX).removed == 0
    assert json.loads((folder / "files.json").read_text()) == INDEX


def test_an_index_that_is_a_folder_is_one_line(sources: dict[str, Path], folder: Path) -> None:
    (folder / "files.json").mkdir()
    with pytest.raises(CacheError, match=r"files\.json: cannot be read: "):
        write_files(folder, sources, INDEX)


def test_a_damaged_record_stops_before_anything_is_written(
    sources: dict[str, Path], folder: Path
) -> None:
    """Nobody would know any more what to remove."""
    (folder / RECORD).write_text("{")
    before = names(folder)
    with pytest.raises(ManifestError, match="is damaged"):
        write_files(folder, sources, INDEX)
    assert names(folder) == before


def test_a_damaged_file_is_written_again(sources: dict[str, Path], tmp_path: Path) -> None:
    """So is a link, even to the right bytes."""
    target = tmp_path / "folder" / WAVE
    write_files(target.parent, sources, INDEX)
    target.write_bytes(b"1")
    assert write_files(target.parent, sources, INDEX).written == 1
    target.unlink()
    target.symlink_to(tmp_path / "source")
    assert write_files(target.parent, sources, INDEX).written == 1
    assert not target.is_symlink()
    assert target.read_bytes() == PNG


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match="cannot be written: Not a directory"):
        write_files(tmp_path / "file" / "folder", {}, INDEX)


def test_a_page_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match=r"file/mascots\.md: cannot be written: "):
        write_page(tmp_path / "file/mascots.md", "# Mascots\n")


def test_a_page_that_came_in_the_meantime_stays(tmp_path: Path) -> None:
    (tmp_path / "mascots.md").write_text("# Mine\n")
    with pytest.raises(CacheError, match=r"mascots\.md: cannot be written: "):
        write_page(tmp_path / "mascots.md", "# Mascots\n")
    assert (tmp_path / "mascots.md").read_text() == "# Mine\n"


def test_an_interrupted_run_leaves_the_record_as_it_was(
    sources: dict[str, Path], folder: Path
) -> None:
    """The next one finds what it has to remove."""
    write_files(folder, {OLD: sources[WAVE]}, INDEX)
    record = (folder / RECORD).read_bytes()
    with pytest.raises(CacheError):
        write_files(folder, {**sources, OTHER: folder / "missing"}, INDEX)
    assert (folder / RECORD).read_bytes() == record
    assert (folder / OLD).is_file()
    assert not [name for name in names(folder) if name.endswith(".new")]
    assert write_files(folder, sources, INDEX).removed == 1


def test_a_folder_with_all_that_is_needed_is_not_stale(
    sources: dict[str, Path], folder: Path
) -> None:
    """What nobody needs any more is no reason to fail."""
    write_files(folder, {**sources, OTHER: sources[WAVE]}, INDEX)
    assert find_stale(folder, "docs/folder", [WAVE]) == ""


@pytest.mark.parametrize("damage", ["missing", "shorter", "unrecorded"])
def test_a_file_that_is_not_as_recorded_makes_a_folder_stale(
    damage: str, sources: dict[str, Path], folder: Path
) -> None:
    write_files(folder, {**sources, OTHER: sources[WAVE]}, INDEX)
    match damage:
        case "missing":
            (folder / WAVE).unlink()
        case "shorter":
            os.truncate(folder / WAVE, 5)
        case "unrecorded":
            (folder / RECORD).write_text(json.dumps({"files": {OTHER: len(PNG)}}))
    expected = f"docs/folder: lacks {WAVE}. Run 'mkdocs-masko sync'."
    assert find_stale(folder, "docs/folder", [WAVE, OTHER]) == expected


def test_a_folder_that_is_not_there_is_stale(tmp_path: Path) -> None:
    stale = find_stale(tmp_path / "missing", "docs/folder", [WAVE])
    assert stale == "docs/folder: has not been written. Run 'mkdocs-masko sync'."
