"""The cache: a corrupt entry is a cache miss, and no file is ever partial."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media_cache import PNG, SIGNER, files, sha
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.cache import IntegrityChecker, medium_path, variant_path
from mkdocs_masko.assets.url_index import UrlIndex, UrlRecord
from mkdocs_masko.errors import CacheError
from mkdocs_masko.variants import Variant

if TYPE_CHECKING:
    from collections.abc import Callable

DIGEST = sha(PNG)
VARIANT = Variant(format="avif", width=240, height=240)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _link(path: Path) -> None:
    """Lead to the very same bytes, elsewhere."""
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit": _flip,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "empty": lambda path: path.write_bytes(b""),
    "a link": _link,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_corrupt_medium_is_a_cache_miss_and_can_be_put_again(
    damage: Callable[[Path], object], tmp_path: Path
) -> None:
    """Even where the same cache had just found it intact."""
    cache = Cache(tmp_path)
    path = cache.put_medium(DIGEST, PNG)
    assert cache.get_medium(DIGEST) == path
    damage(path)
    assert cache.get_medium(DIGEST) is None
    assert Cache(tmp_path).get_medium(DIGEST) is None
    if path.is_dir():
        path.rmdir()
    assert cache.put_medium(DIGEST, PNG).read_bytes() == PNG
    assert cache.get_medium(DIGEST) == path
    assert not path.is_symlink()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_corrupt_variant_is_a_cache_miss_and_can_be_put_again(
    damage: Callable[[Path], object], tmp_path: Path
) -> None:
    """Its hash is not in its name: who asks for it knows the hash."""
    cache, name, digest = Cache(tmp_path), variant_path(DIGEST, VARIANT), sha(b"small")
    path = cache.put(name, b"small")
    assert cache.find(name, digest) == path
    damage(path)
    assert cache.find(name, digest) is None
    if path.is_dir():
        path.rmdir()
    assert cache.put(name, b"small").read_bytes() == b"small"
    assert cache.find(name, digest) == path


def test_a_variant_is_found_by_medium_format_and_size() -> None:
    """None stands for another."""
    variants = [
        VARIANT,
        Variant(format="webp", width=240, height=240),
        Variant(format="avif", width=24, height=240),
        Variant(format="avif", width=240, height=24),
    ]
    paths = {variant_path(sha256, each) for sha256 in (DIGEST, sha(b"x")) for each in variants}
    assert len(paths) == 8


def test_no_path_inside_the_cache_is_long(tmp_path: Path) -> None:
    """Windows takes 260 characters for the whole; a file being written has the longest name."""
    cache = Cache(tmp_path)
    cache.put_medium(DIGEST, PNG)
    cache.put(variant_path(DIGEST, Variant(format="avif", width=8192, height=8192)), b"1")
    url = "https://assets.masko.ai/" + "long/" * 100
    UrlIndex(cache, SIGNER).put(url, UrlRecord(sha256=DIGEST))
    lengths = {
        path.relative_to(tmp_path).parts[0]: len(path.relative_to(tmp_path).as_posix())
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert lengths == {"media": 73, "variants": 53, "downloads": 47}


def test_an_intact_file_is_hashed_once_in_a_process(tmp_path: Path) -> None:
    """When `serve` builds again, nothing is hashed that did not change."""
    path = tmp_path / "file"
    path.write_bytes(PNG)
    checker = IntegrityChecker()
    assert checker.is_intact(path, DIGEST)
    before = path.stat()
    assert checker.is_intact(path, DIGEST)
    assert path.stat().st_atime_ns >= before.st_atime_ns
    _flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not checker.is_intact(path, DIGEST)


def test_a_cache_that_cannot_be_written_warns_once_and_uses_a_temporary_folder(
    tmp_path: Path,
) -> None:
    """The files are in a temporary folder for the time of the build."""
    (tmp_path / "file").write_text("in the way")
    warnings: list[str] = []
    cache = Cache(tmp_path / "file" / "cache", warnings.append)
    path = cache.put_medium(DIGEST, PNG)
    cache.put(variant_path(DIGEST, VARIANT), b"small")
    assert cache.get_medium(DIGEST) == path
    assert cache.find(variant_path(DIGEST, VARIANT), sha(b"small")) is not None
    assert len(warnings) == 1
    assert "cannot be written (Not a directory); the next build has to download" in warnings[0]


def test_a_read_only_cache_is_read(tmp_path: Path) -> None:
    """Whatever it lacks is put elsewhere. For root, who may write anywhere, it is a full one."""
    full = Cache(tmp_path)
    path = full.put_medium(DIGEST, PNG)
    tmp_path.chmod(0o555)
    try:
        assert Cache(tmp_path).get_medium(DIGEST) == path
    finally:
        tmp_path.chmod(0o755)


def _folder(path: Path) -> None:
    (path / "in-the-way").mkdir(parents=True)


def _file_for_folder(path: Path) -> None:
    path.parent.parent.mkdir(parents=True)
    path.parent.write_bytes(b"1")


def _link_to_nothing(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.parent.rmdir()
    path.parent.symlink_to("nowhere/at/all")


@pytest.mark.parametrize("block", [_folder, _file_for_folder, _link_to_nothing])
def test_what_stands_where_a_file_belongs_is_a_miss(
    block: Callable[[Path], None], tmp_path: Path
) -> None:
    """The one file goes elsewhere, and all others to their place."""
    warnings: list[str] = []
    cache = Cache(tmp_path / "cache", warnings.append)
    block(tmp_path / "cache" / "media" / DIGEST[:2] / DIGEST)
    for _ in range(2):
        path = cache.put_medium(DIGEST, PNG)
        assert path.read_bytes() == PNG
    assert cache.get_medium(DIGEST) == path
    assert not path.is_relative_to(tmp_path)
    assert len(warnings) == 1
    other = cache.put_medium(sha(b"other"), b"other")
    assert other.is_relative_to(tmp_path)


def _pipe(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)


def _unreadable(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(PNG[:-1])
    path.chmod(0)


@pytest.mark.parametrize("block", [_pipe, _unreadable])
def test_what_can_be_replaced_is_replaced(block: Callable[[Path], None], tmp_path: Path) -> None:
    """Nothing waits for a pipe, and the new file can be read."""
    cache = Cache(tmp_path)
    path = tmp_path / medium_path(DIGEST)
    block(path)
    assert cache.get_medium(DIGEST) is None
    assert cache.read(medium_path(DIGEST)) in {None, PNG[:-1]}  # root may read it
    assert cache.put_medium(DIGEST, PNG) == path
    assert cache.get_medium(DIGEST) == path
    assert path.stat().st_mode & 0o400


def test_twelve_threads_share_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """Each gets its file, in one temporary folder, and one line says so."""
    (tmp_path / "file").write_text("in the way")
    contents = [bytes([number]) * 9 for number in range(48)]
    for _ in range(10):
        warnings: list[str] = []
        cache = Cache(tmp_path / "file" / "cache", warnings.append)
        start = threading.Barrier(12)

        def put(content: bytes, cache: Cache = cache, start: threading.Barrier = start) -> Path:
            start.wait()
            return cache.put_medium(sha(content), content)

        with ThreadPoolExecutor(12) as pool:
            paths = list(pool.map(put, contents))
        assert [path.read_bytes() for path in paths] == contents
        assert len({path.parents[2] for path in paths}) == len(warnings) == 1


def test_a_full_disk_is_a_miss(small_disk: Path) -> None:
    """What fits is cached, what does not fit goes elsewhere, and nothing half-written stays."""
    warnings: list[str] = []
    cache = Cache(small_disk / "cache", warnings.append)
    fits = cache.put_medium(sha(b"fits"), b"fits")
    large = bytes(200_000)
    path = cache.put_medium(sha(large), large)
    assert cache.get_medium(sha(large)) == path
    assert not path.is_relative_to(small_disk)
    assert files(small_disk, "cache") == [fits]
    assert len(warnings) == 1
    assert "(No space left on device)" in warnings[0]


def test_without_any_place_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the cache nor the system's temporary folder can be written."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    cache = Cache(tmp_path / "file" / "cache")
    with pytest.raises(CacheError, match="the cache of media cannot be written: "):
        cache.put_medium(DIGEST, PNG)
    assert cache.get_medium(DIGEST) is None


def test_the_repr_of_a_cache_has_its_folder(tmp_path: Path) -> None:
    assert repr(Cache(tmp_path)) == f"Cache({str(tmp_path)!r})"
