"""Pruning the cache."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from media_cache import PNG, SIGNER, WEBM, files, sha
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.cache import variant_path
from mkdocs_masko.assets.maintenance import CacheContents, count_contents, prune
from mkdocs_masko.assets.url_index import UrlIndex, UrlRecord, url_key
from mkdocs_masko.manifest import Collection, Manifest, Medium, Pose, make
from mkdocs_masko.variants import Variant

VARIANT = Variant(format="avif", width=240, height=240)
URL = "https://assets.masko.ai/fox/wave.png"
OTHER = "https://assets.masko.ai/fox/old.png"


def _manifest() -> Manifest:
    medium = Medium(url=URL, type="image/png", width=9, height=9, sha256=sha(PNG))
    poses = {"wave": Pose(name="wave", transparent_image=medium)}
    return make({"fox": Collection(id="fox", name="Fox", poses=poses)})


def _full(folder: Path) -> Cache:
    """Fill a cache with what is needed and with as much that is not."""
    cache = Cache(folder)
    for url, content in ((URL, PNG), (OTHER, WEBM)):
        cache.put_medium(sha(content), content)
        cache.put(variant_path(sha(content), VARIANT), b"small" + content[:9])
        UrlIndex(cache, SIGNER).put(url, UrlRecord(sha256=sha(content)))
    old = (folder / variant_path(sha(PNG), VARIANT)).with_name("240x240.01234567.avif")
    old.write_bytes(b"of another setting")
    for name, age in (("young", 0), ("old", 7200)):
        for suffix in ("part", "lock"):
            path = folder / "downloads" / f"{name}.{suffix}"
            path.write_bytes(b"1")
            os.utime(path, (time.time() - age, time.time() - age))
    (folder / "notes.txt").write_text("somebody's own")
    return cache


def test_variants_of_animations_stay_while_their_settings_are_those_of_today(
    tmp_path: Path,
) -> None:
    cache, video = Cache(tmp_path), Variant(format="webm", width=480, height=480)
    for sha256 in (sha(PNG), sha(WEBM)):
        cache.put(variant_path(sha256, video), b"small")
    old = (tmp_path / variant_path(sha(PNG), video)).with_name("480x480.01234567.webm")
    old.write_bytes(b"of another setting")
    assert (prune(tmp_path, _manifest()).files, prune(tmp_path, _manifest()).kept) == (2, 1)
    assert cache.locate(variant_path(sha(PNG), video)) is not None


def test_what_is_in_a_cache_is_counted(tmp_path: Path) -> None:
    """Without what only downloads need, and without what is somebody else's."""
    cache = _full(tmp_path / "cache")
    cache.put(variant_path(sha(PNG), Variant(format="mov", width=480, height=480)), b"small")
    size = len(PNG) + len(WEBM) + 2 * 14 + len(b"of another setting") + 5
    expected = CacheContents(media=2, stills=3, animations=1, size=size)
    assert count_contents(tmp_path / "cache") == expected
    empty = CacheContents(media=0, stills=0, animations=0, size=0)
    assert count_contents(tmp_path / "none") == empty


def test_what_the_manifest_needs_stays(tmp_path: Path) -> None:
    """Its media, their variants with today's settings, and what another build may be using."""
    cache = _full(tmp_path)
    summary = prune(tmp_path, _manifest())
    assert (summary.files, summary.kept) == (6, 2)
    assert summary.size > len(WEBM)
    assert cache.get_medium(sha(PNG)) is not None
    assert cache.locate(variant_path(sha(PNG), VARIANT)) is not None
    assert UrlIndex(cache, SIGNER).get(URL) is not None
    assert cache.get_medium(sha(WEBM)) is cache.locate(variant_path(sha(WEBM), VARIANT)) is None
    (record, *young) = files(tmp_path, "downloads")
    assert record.name == f"{url_key(URL)}.json"
    assert [path.name for path in young] == ["young.lock", "young.part"]
    assert (tmp_path / "notes.txt").exists()
    assert not (tmp_path / "media" / sha(WEBM)[:2]).exists()


@pytest.mark.parametrize(("age", "is_kept"), [(0, True), (7200, False)])
def test_the_journal_of_an_unfinished_sync_stays_for_an_hour(
    tmp_path: Path, age: int, *, is_kept: bool
) -> None:
    """Somebody may be about to go on."""
    path = Cache(tmp_path).put(Path("unfinished", "0123.json"), b"1")
    os.utime(path, (time.time() - age, time.time() - age))
    prune(tmp_path, _manifest())
    assert path.exists() is is_kept
    prune(tmp_path, None)
    assert not path.exists()


def test_folders_of_the_first_version_are_removed(tmp_path: Path) -> None:
    """No build reads them any more, whatever is in them."""
    _full(tmp_path)
    for kind in ("forms", "addresses", "parts", "locks"):
        path = tmp_path / kind / "ab" / "file"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"1")
    prune(tmp_path, _manifest())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "downloads",
        "media",
        "notes.txt",
        "variants",
    ]


def test_a_dry_run_only_counts(tmp_path: Path) -> None:
    _full(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    dry = prune(tmp_path, _manifest(), dry_run=True)
    assert sorted(tmp_path.rglob("*")) == before
    assert prune(tmp_path, _manifest()) == dry


def test_without_a_manifest_all_of_the_cache_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """A folder that is somebody's, or a link to one, is left alone."""
    _full(tmp_path / "cache")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("x")
    (tmp_path / "cache" / "media" / "link").symlink_to(tmp_path / "elsewhere")
    summary = prune(tmp_path / "cache", None)
    assert summary.kept == 0
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["notes.txt"]
    assert (tmp_path / "elsewhere" / "file").exists()


def test_a_missing_cache_needs_no_pruning(tmp_path: Path) -> None:
    summary = prune(tmp_path / "none", _manifest())
    assert (summary.files, summary.size, summary.kept) == (0, 0, 0)
