"""`hosting: self`: every byte comes from the site itself, verified, and only what is used."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import sites
from media_cache import PNG, files, sha
from mkdocs_masko.assets.site_files import OURS
from mkdocs_masko.manifest import Collection, dumps, make
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAVY = {"requests", "urllib3", "PIL", "tenacity", "rich", "filelock", "http.client", "fsspec"}
PAGES = {
    "index.md": "![A fox](masko:wave){ width=120 } ![](masko:idle){ kind=image width=90 }",
    "guide/page.md": '# Page\n\n{{ masko("cheer", width=120) }}\n',
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def full(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was built once against a server, with its manifest and its cache."""
    folder = _site(tmp_path_factory.mktemp("full"), sandbox)
    _build(folder, sandbox).good()
    return folder


def _site(folder: Path, sandbox: Sandbox, **options: Any) -> Path:  # noqa: ANN401 - the plugin's
    raw = {"collections": {"fox": "fox"}, "hosting": "self", "api_url": sandbox.api_url, **options}
    return sites.make(folder, PAGES, options=raw, site_url="https://docs.example/guide/")


def _build(folder: Path, *arguments: Any, **variables: str) -> sites.Built:  # noqa: ANN401 - a sandbox is none
    more = [each for each in arguments if isinstance(each, str)]
    return sites.build(folder, *more, env={"MASKO_API_KEY": sites.KEY, **variables})


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    """A copy of the site as it is in a repository, with its cache."""
    unwanted = shutil.ignore_patterns("site")
    return shutil.copytree(full, tmp_path / "copy", ignore=unwanted)


def _cache(folder: Path) -> Path:
    return folder / ".cache/plugin/masko"


def test_no_address_in_our_markup_is_of_another_origin(full: Path) -> None:
    """All of them lead to files of the site, which are those that pages use and no other."""
    built = sites.Built(code=0, output="", site=full / "site")
    assert sites.missing(built) == []
    used = set()
    for page in ("index.html", "guide/page/index.html"):
        for address in _addresses(built.page(page)):
            assert re.match(r"(\.\./)*assets/masko/[^/]+\Z", address), address
            used.add(address.rpartition("/")[2])
    assert sites.published(built) == used
    assert all(OURS.fullmatch(name) for name in used)


def _addresses(html: str) -> Iterator[str]:
    for element in sites.parse(html).iter():
        if element.tag in {"img", "source"}:
            listed = element.get("srcset", "").split(", ")
            yield from (each.split(" ")[0] for each in [element.get("src", ""), *listed] if each)


def test_a_still_is_offered_small_and_in_three_formats(full: Path) -> None:
    """AVIF, WebP, and PNG for everybody else, for plain and for dense screens."""
    html = sites.Built(code=0, output="", site=full / "site").page()
    pictures = list(sites.parse(html).iter("picture"))
    assert len(pictures) == 2
    for picture, width in zip(pictures, (120, 90), strict=True):
        *sources, image = list(picture)
        assert [source.get("type") for source in sources] == ["image/avif", "image/webp"]
        for element in (*sources, image):
            first, second = (element.get("srcset") or "").split(", ")
            assert first.endswith(" 1x")
            assert second.endswith(" 2x")
        assert image.get("width") == str(width)
        assert "off-glb" in (image.get("class") or "")
        first = (image.get("srcset") or "").split(" ")[0]
        assert image.get("src") == first
        header = (full / "site" / first).read_bytes()[16:24]
        assert header == width.to_bytes(4, "big") * 2


def test_the_manifest_has_the_hash_and_the_size_of_every_medium(full: Path) -> None:
    text = (full / "masko.manifest.json").read_text()
    media = re.findall(r'"sha256": "[0-9a-f]{64}"', text)
    assert len(media) == text.count('"url": ') == text.count('"bytes": ')


def test_a_second_build_asks_for_nothing_and_makes_nothing(copy: Path, sandbox: Sandbox) -> None:
    """But for the one call that an `auto` build makes."""
    before = {path: path.stat().st_mtime_ns for path in _cache(copy).rglob("*")}
    count = len(sandbox.requests)
    built = _build(copy).good()
    assert [r.path for r in sandbox.requests[count:]] == ["/v1/collections/fox/cdn-export"]
    assert {path: path.stat().st_mtime_ns for path in _cache(copy).rglob("*")} == before
    (line,) = [line for line in built.lines("INFO") if "published" in line]
    assert re.fullmatch(
        r"masko: 3 poses in \d+ files, \d+ kB published; "
        r"a reader loads first at most [\d.]+ kB \(docs/index.md\)",
        line,
    )


def test_a_frozen_build_needs_nothing_but_a_copy_of_the_cache(
    copy: Path, full: Path, tmp_path: Path
) -> None:
    """The same site, with no network and no library for one; a cache may lie anywhere."""
    moved = tmp_path / "elsewhere"
    _cache(copy).rename(moved)
    offline = sites.Offline(tmp_path)
    variables = {**offline.variables(), "MASKO_MODE": "frozen", "MASKO_CACHE_DIR": str(moved)}
    built = _build(copy, "--strict", **variables).good()
    assert offline.attempts() == ""
    assert not HEAVY & offline.modules()
    same = sites.Built(code=0, output="", site=full / "site")
    assert sites.published(built) == sites.published(same)
    assert built.page() == same.page()


def test_a_frozen_build_without_the_cache_says_what_to_do(copy: Path, tmp_path: Path) -> None:
    """One error, with the names of what is missing, and nothing is published."""
    shutil.rmtree(_cache(copy))
    offline = sites.Offline(tmp_path)
    built = _build(copy, MASKO_MODE="frozen", **offline.variables())
    assert built.code == 1
    assert offline.attempts() == ""
    assert "Traceback" not in built.output
    assert "not in the cache, and this build uses no network. Run 'mkdocs-masko sync'" in (
        built.output
    )
    assert "fox/wave transparent_image" in built.output


def _each(folder: Path, damage: Callable[[Path], object]) -> int:
    found = [*files(_cache(folder), "media"), *files(_cache(folder), "variants")]
    for path in found:
        damage(path)
    return len(found)


def _flip(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to(sites.ROOT / "README.md")


@pytest.mark.parametrize(
    "damage",
    [_flip, lambda p: p.write_bytes(p.read_bytes()[:-1]), lambda p: p.write_bytes(b""), _link],
    ids=["a flipped bit", "cut short", "empty", "a link"],
)
def test_a_damaged_cache_heals_itself_and_is_never_published(
    damage: Callable[[Path], object], copy: Path, full: Path
) -> None:
    """The site is byte for byte the one that a sound cache makes."""
    assert _each(copy, damage) > 20
    built = _build(copy, "--strict").good()
    for name in sites.published(built):
        path = f"assets/masko/{name}"
        assert (built.site / path).read_bytes() == (full / "site" / path).read_bytes()
    for path in files(_cache(copy), "media"):
        if not path.is_symlink() and path.stat().st_mtime > (full / "mkdocs.yml").stat().st_mtime:
            assert path.name in {sha(path.read_bytes()), path.name}


@pytest.fixture
def own(full: Path, tmp_path: Path) -> Iterator[tuple[Sandbox, Path]]:
    """A server of one's own, and a site that was synced with it; its variants are encoded once."""
    with Sandbox() as running:
        folder = _site(tmp_path / "own", running)
        shutil.copytree(_cache(full) / "variants", _cache(folder) / "variants")
        _build(folder).good()
        yield running, folder


def _forget_media(folder: Path) -> None:
    """Empty the cache, but for the variants: they are named by the bytes of their still."""
    for path in _cache(folder).iterdir():
        if path.name != "variants" and path.is_dir():
            shutil.rmtree(path)


def _picture(folder: Path, pose: str) -> Any:  # noqa: ANN401 - JSON
    text = json.loads((folder / "masko.manifest.json").read_text())
    return text["collections"]["fox"]["poses"][pose]["transparent_image"]


def _replace(sandbox: Sandbox, folder: Path) -> None:
    """Put other bytes behind the address of the fox's picture."""
    old, new = (_path(sandbox, _picture(folder, pose)) for pose in ("wave", "idle"))
    other = sandbox.world.content_at(new)
    assert other is not None
    sandbox.world.put_file(old, other)


def _path(sandbox: Sandbox, medium: Any) -> str:  # noqa: ANN401 - JSON
    return str(medium["url"]).removeprefix(sandbox.cdn_url)


def test_new_bytes_at_an_old_address_are_drift_told_by_name(own: tuple[Sandbox, Path]) -> None:
    """Where the cache lacks the old ones; a build with the cache goes on with what it promises."""
    sandbox, folder = own
    _replace(sandbox, folder)
    _build(folder, "--strict", MASKO_MODE="locked").good()
    shutil.rmtree(_cache(folder))  # variants too, or nobody needs the still
    built = _build(folder, MASKO_MODE="locked")
    assert built.code == 1
    assert "fox/wave transparent_image: the file at" in built.output
    assert "Run 'mkdocs-masko sync' and commit the manifest" in built.output
    assert "Traceback" not in built.output


def test_new_bytes_at_an_old_address_are_an_update_in_auto(own: tuple[Sandbox, Path]) -> None:
    """The same build shows them, and the manifest has their hash."""
    sandbox, folder = own
    old, stills = _picture(folder, "wave"), _stills(folder)
    _replace(sandbox, folder)
    _forget_media(folder)
    _build(folder, "--strict").good()
    new = _picture(folder, "wave")
    assert old["url"] == new["url"]
    assert old["sha256"] != new["sha256"]
    assert len(_stills(folder)) == len(stills) > 0
    assert not _stills(folder) & stills


def _stills(folder: Path) -> set[str]:
    return {path.name for path in (folder / "site/assets/masko").glob("wave.*.png")}


def test_what_is_published_no_more_is_not_asked_for(own: tuple[Sandbox, Path]) -> None:
    """Its size would say nothing: the manifest is about to forget it."""
    sandbox, folder = own
    old = _path(sandbox, _picture(folder, "wave"))
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    _forget_media(folder)
    count = len(sandbox.requests)
    _build(folder).good()
    assert _path(sandbox, _picture(folder, "wave")) != old
    assert old not in {request.path for request in sandbox.requests[count:]}


@pytest.mark.parametrize("mode", ["auto", "locked"])
def test_only_what_is_used_is_fetched_by_a_build(own: tuple[Sandbox, Path], mode: str) -> None:
    """A build with a manifest and no cache fetches the media of its pages alone.

    In `auto` it asks the others for their size, at the cost of a byte.
    """
    sandbox, folder = own
    _forget_media(folder)
    count = len(sandbox.requests)
    _build(folder, MASKO_MODE=mode).good()
    asked = [r for r in sandbox.requests[count:] if not r.path.startswith("/v1/")]
    fetched = [r.path for r in asked if r.headers.get("range") != "bytes=0-0"]
    assert (len(asked) > len(fetched)) == (mode == "auto")
    assert 0 < len(fetched) == len(set(fetched))
    assert {path.split("/")[-1].partition("-")[0] for path in fetched} <= {"wave", "idle", "cheer"}


def test_without_hashes_the_error_names_the_command(tmp_path: Path) -> None:
    """The manifest is from a time when the CDN served the media."""
    sites.make(tmp_path, PAGES, options={**sites.FROZEN, "hosting": "self"})
    built = sites.build(tmp_path)
    assert built.code == 1
    assert "has no hashes (sha256) of the media" in built.output
    assert "Run 'mkdocs-masko sync' and commit the file." in built.output


def test_scripts_get_what_include_names(copy: Path) -> None:
    """With an index by pose and key; a pattern that matches nothing is a warning."""
    settings = json.loads((copy / "mkdocs.yml").read_text())
    include = ["card-sit:transparent_video_webm*", "fox/che*:image", "nobody"]
    settings["plugins"][0]["masko"]["include"] = include
    (copy / "mkdocs.yml").write_text(json.dumps(settings))
    built = _build(copy).good()
    index = json.loads(built.page("assets/masko/files.json"))
    assert index.keys() == {"fox/card-sit", "fox/cheer"}
    assert [key.rpartition(".")[2] for key in index["fox/card-sit"]] == ["transparent_video_webm"]
    for names in index.values():
        assert all((built.site / "assets/masko" / name).is_file() for name in names.values())
    assert "option 'include': 'nobody' matches no pose" in built.output


def test_a_budget_warns_with_the_numbers(copy: Path) -> None:
    settings = json.loads((copy / "mkdocs.yml").read_text())
    settings["plugins"][0]["masko"]["budget"] = {"page": "1 kB", "pose": 50_000_000}
    (copy / "mkdocs.yml").write_text(json.dumps(settings))
    built = _build(copy).good()
    lines = [line for line in built.lines("WARNING") if "budget" in line]
    assert len(lines) == 2
    assert all(
        re.fullmatch(
            r"masko: docs/\S+: its poses weigh [\d.]+ kB, more than the budget of 1.0 kB", line
        )
        for line in lines
    )


@pytest.mark.parametrize("flat", [True, False], ids=["pages are files", "pages are folders"])
def test_addresses_hold_wherever_the_site_is_put(flat: bool, copy: Path) -> None:
    """They are relative to the page, so a subfolder, a version's folder or a disk is fine."""
    settings = json.loads((copy / "mkdocs.yml").read_text())
    settings["use_directory_urls"] = not flat
    (copy / "mkdocs.yml").write_text(json.dumps(settings))
    built = _build(copy).good()
    page = "guide/page.html" if flat else "guide/page/index.html"
    found = list(_addresses(built.page(page)))
    assert found
    up = "../" if flat else "../../"
    assert all(address.startswith(f"{up}assets/masko/") for address in found)
    assert sites.missing(built) == []


def test_media_in_the_repository_are_enough_for_a_frozen_build(
    copy: Path, tmp_path: Path, full: Path
) -> None:
    """What `sync --into docs/assets/masko` laid down, without any cache."""
    published = full / "site/assets/masko"
    laid = copy / "docs/assets/masko"
    laid.mkdir(parents=True)
    for path in files(_cache(copy), "media"):
        for name in [n for n in _names(copy) if f".{path.name[:16]}." in n]:
            shutil.copyfile(path, laid / name)
    shutil.rmtree(_cache(copy))
    offline = sites.Offline(tmp_path)
    built = _build(copy, "--strict", MASKO_MODE="frozen", **offline.variables()).good()
    assert {p.name for p in published.iterdir()} <= {
        p.name for p in (built.site / "assets/masko").iterdir()
    }
    damaged = next(path for path in laid.iterdir() if path.suffix == ".webm" and _used(built, path))
    damaged.write_bytes(PNG)
    built = _build(copy, "--strict", MASKO_MODE="frozen", **offline.variables())
    assert built.code == 1
    assert "not in the cache" in built.output


def _names(folder: Path) -> list[str]:
    from mkdocs_masko.assets import file_name  # noqa: PLC0415 - only here
    from mkdocs_masko.manifest import Manifest, loads  # noqa: PLC0415

    text = (folder / "masko.manifest.json").read_text()
    origins = {"/".join(url.split("/")[:3]) for url in re.findall(r'"url": "([^"]+)"', text)}
    manifest: Manifest = loads(text, origins)
    poses = manifest.collections["fox"].poses.values()
    return [file_name(m, m.sha256 or "") for pose in poses for _, m in pose.media()]


def _used(built: sites.Built, path: Path) -> bool:
    return path.name in built.page()


def test_include_of_a_medium_without_a_hash_is_one_line(copy: Path) -> None:
    """The manifest has hashes of others: it was merged, or written by hand."""
    path = copy / "masko.manifest.json"
    text = json.loads(path.read_text())
    fox = text["collections"]["fox"]
    del fox["poses"]["card-sit"]["image"]["sha256"]
    path.write_bytes(dumps(make({"fox": msgspec.convert(fox, Collection)})).encode())
    _set_option(copy, include=["card-sit:image"])
    built = _build(copy, MASKO_MODE="frozen")
    assert built.code == 1
    assert "Traceback" not in built.output
    assert "masko: the manifest has no sha256 of fox/card-sit image" in built.output


def _set_option(folder: Path, **options: Any) -> None:  # noqa: ANN401 - the plugin's
    settings = json.loads((folder / "mkdocs.yml").read_text())
    settings["plugins"][0]["masko"] |= options
    (folder / "mkdocs.yml").write_text(json.dumps(settings))


@pytest.mark.parametrize("kind", ["full", "read-only", "a file"])
def test_a_build_needs_no_cache_that_can_be_written(
    kind: str, copy: Path, full: Path, small_disk: Path, tmp_path: Path
) -> None:
    """It says so in one line, and makes the same site."""
    folder = small_disk / "cache"
    if kind == "a file":
        folder = tmp_path / "file"
        folder.write_text("in the way")
    elif kind == "full":
        (small_disk / "filler").write_bytes(bytes(40 * 1024))
    else:
        sites.remount_read_only(small_disk)
    built = _build(copy, "--strict", MASKO_CACHE_DIR=str(folder)).good()
    lines = [line for line in built.lines("INFO") if "cannot be written" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"masko: the cache {folder} cannot be written (")
    for name in sites.published(built):
        path = f"assets/masko/{name}"
        assert (built.site / path).read_bytes() == (full / "site" / path).read_bytes()


@pytest.mark.parametrize("fsspec", ["installed", "missing"])
def test_a_shared_cache_on_a_disk(fsspec: str, copy: Path, tmp_path: Path) -> None:
    """Its folder is made by the first build; without the library, one line says what to install."""
    storage = tmp_path / "storage/docs"
    _set_option(copy, cache=f"file://{storage}")
    shutil.rmtree(_cache(copy) / "media")
    variables = {}
    if fsspec == "missing":
        (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['fsspec'] = None\n")
        variables["PYTHONPATH"] = str(tmp_path)
    for path in files(_cache(copy), "variants"):
        path.unlink()
    built = _build(copy, "--strict", **variables).good()
    lines = [line for line in built.lines("INFO") if "shared cache" in line]
    if fsspec == "missing":
        assert len(lines) == 1
        assert "pip install 'mkdocs-masko[remote-cache]'" in lines[0]
        return
    assert lines == []
    assert {path.name for path in files(storage, "variants")} == {
        path.name for path in files(_cache(copy), "variants")
    }
    assert len(files(storage, "media")) > 2
