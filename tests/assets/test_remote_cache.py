"""A cache that machines share: over a real S3 server, verified on read, and never required."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from media_cache import PNG, WEBM, files, sha
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.cache import medium_path, variant_path
from mkdocs_masko.assets.remote_cache import RemoteCache
from mkdocs_masko.errors import OptionError
from mkdocs_masko.variants import Variant
from raw_server import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VARIANT = Variant(format="avif", width=240, height=240)
BUCKET = "s3://mascots/docs"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3, with a bucket; its URL and a key are in the environment."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    os.environ.update(variables)
    fsspec.filesystem("s3", skip_instance_cache=True).makedirs("mascots", exist_ok=True)
    yield BUCKET
    server.stop()
    for name in variables:
        del os.environ[name]


@pytest.fixture(params=["s3", "memory", "file", "local"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty storage of each kind; a folder does not even exist."""
    if request.param in {"file", "local"}:
        yield f"{request.param}://{tmp_path}/storage/docs"
        return
    if request.param == "s3":
        address = request.getfixturevalue("s3")
        system = fsspec.filesystem("s3", skip_instance_cache=True)
    else:
        address, system = "memory://mascots/docs", fsspec.filesystem("memory")
    yield address
    for path in system.find(address):
        system.rm(path)


def _machine(folder: Path, url: str) -> tuple[RemoteCache, Cache, list[str]]:
    warnings: list[str] = []
    cache = Cache(folder)
    return RemoteCache(url, cache, warnings.append), cache, warnings


def test_one_machine_gets_what_another_shares(url: str, tmp_path: Path) -> None:
    """Media and variants, byte for byte, into its own cache."""
    name = variant_path(sha(PNG), VARIANT)
    remote, cache, _ = _machine(tmp_path / "one", url)
    remote.put_media({sha(c): cache.put_medium(sha(c), c) for c in (PNG, WEBM)})
    remote.put_variants({(sha(PNG), VARIANT): cache.put(name, b"small")})
    remote, cache, warnings = _machine(tmp_path / "two", url)
    media = remote.get_media([sha(PNG), sha(WEBM), sha(b"neither")])
    assert {key: path.read_bytes() for key, path in media.items()} == {
        sha(PNG): PNG,
        sha(WEBM): WEBM,
    }
    assert media == {key: cache.get_medium(key) for key in media}
    remote.get_variants([(sha(PNG), VARIANT), (sha(WEBM), VARIANT)])
    assert [path.relative_to(tmp_path / "two") for path in files(tmp_path / "two", "variants")] == [
        name
    ]
    assert cache.read(name) == b"small"
    assert warnings == []


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: c[:0], lambda c: b"x" + c[1:]])
def test_a_corrupt_medium_in_the_storage_is_a_cache_miss(
    damage: Callable[[bytes], bytes], url: str, tmp_path: Path
) -> None:
    """A damaged file in the storage does not reach the site."""
    remote, cache, _ = _machine(tmp_path / "one", url)
    remote.put_media({sha(PNG): cache.put_medium(sha(PNG), PNG)})
    system, _ = fsspec.core.url_to_fs(url)
    for path in system.find(url):
        system.pipe(path, damage(system.cat(path)))
    remote, cache, warnings = _machine(tmp_path / "two", url)
    assert remote.get_media([sha(PNG)]) == {}
    assert cache.get_medium(sha(PNG)) is None
    assert warnings == []


def test_many_files_are_transferred_in_batches(url: str, tmp_path: Path) -> None:
    remote, cache, _ = _machine(tmp_path / "one", url)
    contents = [PNG[:100] + bytes([n]) for n in range(70)]
    remote.put_media({sha(c): cache.put_medium(sha(c), c) for c in contents})
    remote, _, _ = _machine(tmp_path / "two", url)
    assert len(remote.get_media(map(sha, contents))) == 70


@pytest.mark.parametrize(
    "address",
    ["s3://no-such-bucket/x", "http://127.0.0.1:9/x"],
    ids=["no bucket", "no server"],
)
@pytest.mark.usefixtures("s3")
def test_a_failure_is_reported_once_and_ends_the_use_of_the_storage(
    address: str, tmp_path: Path
) -> None:
    """A miss like any other: the build goes on without it."""
    remote, cache, warnings = _machine(tmp_path, address)
    kept = cache.put_medium(sha(PNG), PNG)
    remote.put_media({sha(PNG): kept})
    remote.put_media({sha(PNG): kept})
    assert remote.get_media([sha(PNG)]) == {}
    assert len(warnings) == 1
    assert warnings[0].startswith(f"the shared cache {address} is not used in this build: ")


def test_a_storage_that_does_not_answer_times_out(tmp_path: Path) -> None:
    """Its own library would wait for minutes."""
    warnings: list[str] = []
    with Wire(lambda exchange: exchange.hold()) as wire:
        address = f"{wire.url}/x"
        remote = RemoteCache(address, Cache(tmp_path), warnings.append, timeout=0.3)
        assert remote.get_media([sha(PNG)]) == {}
    assert warnings == [
        f"the shared cache {address} is not used in this build: timed out after 0.3 s"
    ]


def test_a_url_of_no_storage_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"option 'cache' must be the URL of a storage: "):
        RemoteCache("nowhere://x", Cache(tmp_path), print)


def test_a_storage_whose_library_is_missing_is_not_used(tmp_path: Path) -> None:
    """One line says what to install, and every use is a cache miss."""
    warnings: list[str] = []
    remote = RemoteCache("git:///no/such/folder", Cache(tmp_path), warnings.append)
    assert remote.get_media([sha(PNG)]) == {}
    (line,) = warnings
    assert line.startswith("the shared cache git:///no/such/folder is not used in this build: it ")
    assert line.endswith(": pip install 'mkdocs-masko[remote-cache]'")


def test_without_the_extra_the_storage_is_not_used(tmp_path: Path) -> None:
    """In a process that has no fsspec."""
    code = (
        "import sys; sys.modules['fsspec'] = None\n"
        "from pathlib import Path\n"
        "from mkdocs_masko.assets import Cache\n"
        "from mkdocs_masko.assets.remote_cache import RemoteCache\n"
        f"remote = RemoteCache('s3://b', Cache(Path({str(tmp_path)!r})), print)\n"
        "print(remote.get_media(['0' * 64]))\n"
        "remote.put_media({})"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    line, media = process.stdout.splitlines()
    assert line.startswith("the shared cache s3://b is not used in this build: it needs a library ")
    assert line.endswith(": pip install 'mkdocs-masko[remote-cache]'")
    assert media == "{}"


def test_a_folder_where_a_file_belongs_is_a_miss_of_that_file(tmp_path: Path) -> None:
    """All others are found."""
    url = f"file://{tmp_path}/storage"
    remote, cache, _ = _machine(tmp_path / "one", url)
    remote.put_media({sha(c): cache.put_medium(sha(c), c) for c in (PNG, WEBM)})
    place = tmp_path / "storage" / medium_path(sha(PNG))
    place.unlink()
    place.mkdir()
    remote, _, warnings = _machine(tmp_path / "two", url)
    assert remote.get_media([sha(PNG), sha(WEBM)]).keys() == {sha(WEBM)}
    assert warnings == []
