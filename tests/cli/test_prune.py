"""`prune` and `sync --into`, as people run them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import cli_process
from media_cache import files, sha
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

_ALL_DOWNLOADED = r"(\d+) of \1 media are ready: 0 from the cache, \1 downloaded \([\d.]+ MB in "


def _cache(folder: Path) -> Path:
    return folder / ".cache/plugin/masko"


def test_media_are_laid_down_and_stay_as_they_are(tmp_path: Path) -> None:
    """Every medium of the manifest, with its hash in the manifest and in its name."""
    cli_process.config(tmp_path)
    with Sandbox() as sandbox:
        given = cli_process.variables(sandbox)
        done = cli_process.run(tmp_path, "sync", "--into", "docs/assets/masko", **given)
        assert done.code == 0, done.said
        assert re.search(_ALL_DOWNLOADED, done.err)
        laid = tmp_path / "docs/assets/masko"
        index = json.loads((laid / "files.json").read_text())
        names = {name for pose in index.values() for name in pose.values()}
        others = {path.name for path in laid.iterdir()} - names
        assert {name.partition(".")[0] for name in others} == {"", "files", "gallery", "masko"}
        for name in names:
            assert sha((laid / name).read_bytes()).startswith(name.split(".")[1])
        again = cli_process.run(tmp_path, "sync", "--into", "docs/assets/masko", **given)
        assert "; 0 written, 0 removed" in again.out
        assert re.search(r"(\d+) of \1 media are ready: \1 from the cache, 0 downloaded", again.err)
    frozen = cli_process.run(tmp_path, "sync", "--frozen", "--into", "docs/other", **given)
    assert frozen.code == 0, frozen.said
    assert f"docs/other: {len(names) + 4} files" in frozen.out


def test_prune_says_what_it_removes(tmp_path: Path) -> None:
    """First what it would, then what it did; with --all, everything."""
    cli_process.config(tmp_path, hosting="self", api_url="sandbox")
    assert cli_process.run(tmp_path, "sync").code == 0
    count = len(files(_cache(tmp_path), "media"))
    stray = _cache(tmp_path) / "media/00" / ("0" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"12345")
    where = str(_cache(tmp_path))
    dry = cli_process.run(tmp_path, "prune", "--dry-run")
    assert dry.out == f"{where}: 1 file would be removed, 5 bytes; {count} kept\n"
    assert stray.exists()
    done = cli_process.run(tmp_path, "prune")
    assert done.out == f"{where}: 1 file removed, 5 bytes; {count} kept\n"
    assert not stray.exists()
    done = cli_process.run(tmp_path, "prune", "--all")
    assert re.fullmatch(rf"{where}: \d+ files removed, [\d.]+ MB; 0 kept\n", done.out)
    assert files(_cache(tmp_path), "media") == []


def test_prune_without_a_manifest_says_what_is_missing(tmp_path: Path) -> None:
    """It cannot know what is needed; --all needs to know nothing."""
    cli_process.config(tmp_path)
    done = cli_process.run(tmp_path, "prune")
    assert done.code == 1
    assert "there is no such manifest" in done.err
    assert cli_process.run(tmp_path, "prune", "--all").code == 0


def test_a_cache_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """Its name is longer than the system allows."""
    cli_process.config(tmp_path, hosting="self", api_url="sandbox")
    folder = str(tmp_path / ("x" * 300))
    done = cli_process.run(tmp_path, "prune", "--all", MASKO_CACHE_DIR=folder)
    assert done.code == 1
    assert "cannot be read: File name too long" in done.err
    assert "Traceback" not in done.err


def test_a_cache_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    cli_process.config(tmp_path, hosting="self", api_url="sandbox")
    file = tmp_path / "file"
    file.write_text("mine")
    done = cli_process.run(tmp_path, "prune", "--all", MASKO_CACHE_DIR=str(file))
    assert (done.code, file.read_text()) == (1, "mine")
    assert "cannot be read: Not a directory" in done.err


def test_prune_follows_no_link_out_of_the_cache(tmp_path: Path) -> None:
    """A pull request can bring one along."""
    cli_process.config(tmp_path, hosting="self", api_url="sandbox")
    folder = tmp_path / "outside/empty"
    folder.mkdir(parents=True)
    _cache(tmp_path).mkdir(parents=True)
    (_cache(tmp_path) / "media").symlink_to(folder.parent)
    assert cli_process.run(tmp_path, "prune", "--all").code == 0
    assert folder.is_dir()
