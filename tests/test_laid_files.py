"""The record of a folder that `sync` writes, and which folder that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.errors import ManifestError, OptionError
from mkdocs_masko.laid_files import (
    RECORD,
    LaidFiles,
    dump_laid_files,
    laid_folder,
    read_laid_files,
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


def test_a_record_has_one_file_a_line() -> None:
    assert dump_laid_files(LAID).decode() == RECORDED


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
