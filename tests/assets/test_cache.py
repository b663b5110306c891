"""The cache: a corrupt entry is a cache miss, and no file is ever partial."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media_cache import PNG, files, sha
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.cache import IntegrityChecker
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
    """Its name has its own hash, because no manifest has it."""
    cache = Cache(tmp_path)
    path = cache.put_variant(DIGEST, VARIANT, b"small")
    assert cache.get_variant(DIGEST, VARIANT) == path
    damage(path)
    assert cache.get_variant(DIGEST, VARIANT) is None
    if path.is_dir():
        path.rmdir()
    assert cache.put_variant(DIGEST, VARIANT, b"small").read_bytes() == b"small"
    assert cache.get_variant(DIGEST, VARIANT) == path


def test_a_variant_is_found_by_medium_format_and_size(tmp_path: Path) -> None:
    """None stands for another."""
    cache = Cache(tmp_path)
    cache.put_variant(DIGEST, VARIANT, b"small")
    others = [
        Variant(format="webp", width=240, height=240),
        Variant(format="avif", width=24, height=240),
        Variant(format="avif", width=240, height=24),
    ]
    assert [cache.get_variant(DIGEST, variant) for variant in others] == [None] * 3
    assert cache.get_variant(sha(b"other"), VARIANT) is None


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
    cache.put_variant(DIGEST, VARIANT, b"small")
    assert cache.get_medium(DIGEST) == path
    assert cache.get_variant(DIGEST, VARIANT) is not None
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


def test_a_failed_write_is_an_error_and_leaves_no_partial_file(tmp_path: Path) -> None:
    """A folder stands where the file belongs."""
    cache = Cache(tmp_path)
    place = tmp_path / "media" / DIGEST[:2] / DIGEST
    (place / "in-the-way").mkdir(parents=True)
    with pytest.raises(CacheError, match="the cache of media cannot be written: "):
        cache.put_medium(DIGEST, PNG)
    assert files(tmp_path, "media") == []
    assert cache.get_medium(DIGEST) is None


def test_the_repr_of_a_cache_has_its_folder(tmp_path: Path) -> None:
    assert repr(Cache(tmp_path)) == f"Cache({str(tmp_path)!r})"
