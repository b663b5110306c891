"""Which variants a site publishes: of the right original, and smaller than what they replace."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from PIL import Image, ImageDraw

import sites
from media_cache import files, sha
from mkdocs_masko.assets import Cache
from mkdocs_masko.manifest import Collection, dumps, make
from mkdocs_masko.sandbox import Sandbox
from mkdocs_masko.text import format_size
from sandbox_client import exported, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PAGES = {
    "index.md": "![A fox](masko:wave){ width=120 } ![](masko:idle){ kind=image width=240 }",
    "guide/page.md": '{{ masko_image("wave", width=120, caption="Hello") }}\n',
}
ALL_PAGES = ("index.html", "guide/page/index.html", "gallery/index.html")
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _site(folder: Path, sandbox: Sandbox, pages: Mapping[str, str] = PAGES, **more: Any) -> Path:  # noqa: ANN401 - what `make` takes
    options = {"collections": {"fox": "fox"}, "hosting": "self", "api_url": sandbox.api_url}
    return sites.make(folder, pages, options={**options, **more.pop("options", {})}, **more)


def _build(folder: Path, *arguments: str, **variables: str) -> sites.Built:
    return sites.build(folder, *arguments, env={"MASKO_API_KEY": sites.KEY, **variables})


def _cache(folder: Path) -> Path:
    return folder / ".cache/plugin/masko"


@pytest.fixture(scope="module")
def full(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was built once."""
    folder = _site(tmp_path_factory.mktemp("full"), sandbox)
    _build(folder, "--strict").good()
    return folder


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    """A copy of that site with its cache, as a CI job restores it."""
    return shutil.copytree(full, tmp_path / "copy", ignore=shutil.ignore_patterns("site"))


def _media(folder: Path) -> list[dict[str, Any]]:
    poses = json.loads((folder / "masko.manifest.json").read_text())["collections"]["fox"]["poses"]
    return [pose[key] for pose in poses.values() for key in ("image", "transparent_image")]


def _published(folder: Path, built: sites.Built) -> dict[str, int]:
    names = sites.published(built)
    return {name: (folder / "site/assets/masko" / name).stat().st_size for name in names}


def _pictures(built: sites.Built, page: str) -> Iterator[list[list[str]]]:
    """Yield the files of each picture by format, the best first."""
    for element in sites.parse(built.page(page)).iter():
        if element.tag == "picture":
            yield [
                [part.split(" ")[0].rpartition("/")[2] for part in _srcset(each).split(", ")]
                for each in element
            ]


def _srcset(element: Any) -> str:  # noqa: ANN401 - of any library
    return str(element.get("srcset") or element.get("src"))


@pytest.fixture(scope="module")
def gallery(full: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site with a gallery, built twice."""
    folder = shutil.copytree(full, tmp_path_factory.mktemp("gallery") / "site")
    (folder / "docs/gallery.md").write_text("{{ masko_gallery() }}\n")
    for _ in range(2):
        _build(folder, "--strict").good()
    return folder


def test_no_variant_is_published_that_is_not_smaller_than_what_it_replaces(gallery: Path) -> None:
    """Neither than the original, nor than the next format of the same picture."""
    built = sites.Built(code=0, output="", site=gallery / "site")
    sizes = _published(gallery, built)
    originals = {medium["sha256"][:16]: medium["bytes"] for medium in _media(gallery)}
    seen = 0
    for page in ALL_PAGES:
        for formats in _pictures(built, page):
            stem = formats[0][0].split(".")[0]
            original = max(m["bytes"] for m in _media(gallery) if f"/{stem}-" in m["url"])
            for better, worse in pairwise(formats):
                assert sizes[better[0]] < sizes[worse[0]]
                assert sizes[better[-1]] < sizes[worse[-1]]
            variants = [n for f in formats for n in f if n.split(".")[1] not in originals]
            assert all(sizes[name] < original for name in variants)
            seen += len(variants)
    assert seen > 10
    assert any(name.split(".")[1] in originals and name.endswith(".png") for name in sizes)


def test_all_that_is_published_is_used_and_all_that_is_used_is_published(gallery: Path) -> None:
    built = sites.Built(code=0, output="", site=gallery / "site")
    assert sites.missing(built) == []
    html = "".join(page.read_text() for page in built.site.rglob("*.html"))
    assert [name for name in sites.published(built) if name not in html] == []


def test_the_summary_and_the_budget_count_what_is_published(copy: Path) -> None:
    settings = json.loads((copy / "mkdocs.yml").read_text())
    settings["plugins"][0]["masko"]["budget"] = {"page": 1}
    (copy / "mkdocs.yml").write_text(json.dumps(settings))
    built = _build(copy).good()
    sizes = _published(copy, built)
    (line,) = [line for line in built.lines("INFO") if "published" in line]
    assert f" in {len(sizes)} files, {format_size(sum(sizes.values()))} published" in line
    stills = [formats[0][-1] for formats in _pictures(built, "index.html")]
    video = max(sizes[name] for name in _videos(built))
    weight = format_size(sum(sizes[name] for name in stills) + video)
    assert f"docs/index.md: its poses weigh {weight}, more than" in built.output


def _videos(built: sites.Built) -> list[str]:
    sources = sites.parse(built.page()).iter("source")
    return [str(e.get("src")).rpartition("/")[2] for e in sources if e.get("src")]


def test_a_warm_build_is_the_same_and_encodes_nothing(copy: Path, full: Path) -> None:
    """Neither what is published nor what is not."""
    built = _build(copy, "--strict").good()
    assert "encod" not in built.output
    for page in ("index.html", "guide/page/index.html"):
        assert built.page(page) == (full / "site" / page).read_text()
    assert sites.published(built) == {
        *sites.published(sites.Built(code=0, output="", site=full / "site"))
    }


def test_theme_templates_show_only_what_is_published(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are rendered once, after all pages."""
    main = "{{ page.content }}{{ masko_image('owl/wave' if 0 else 'cheer', width=240) }}"
    pages = {"index.md": "# Nothing", "other.md": "# Nothing"}
    folder = _site(tmp_path, sandbox, pages, files={"theme/main.html": f"<html>{main}"})
    built = _build(folder, "--strict").good()
    assert sites.missing(built) == []
    (picture,) = _pictures(built, "index.html")
    assert {name for each in picture for name in each} == sites.published(built)
    assert picture[-1][0].split(".")[1] in {medium["sha256"][:16] for medium in _media(folder)}


REWRITE = """
import re
def on_page_content(html, page, **_):
    page.meta["copied"] = html
    return {change}
"""


@pytest.mark.parametrize(
    ("change", "template"),
    [
        ("html.replace('loading=', 'data-x loading=')", "{{ page.content }}"),
        ("html.encode().hex()", "{{ page.content }}"),
        ("html", "{{ page.meta.copied }}"),
    ],
    ids=["rewritten", "encrypted", "copied"],
)
def test_what_another_plugin_made_of_the_html_still_finds_its_files(
    change: str, template: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """In the copy of it too, as a page that prints all others has one."""
    pages = {"index.md": "![](masko:idle){ kind=image width=240 }"}
    sources = {"hook.py": REWRITE.format(change=change), "theme/main.html": f"<html>{template}"}
    folder = _site(tmp_path, sandbox, pages, files=sources, hooks=["hook.py"])
    built = _build(folder, "--strict").good()
    html = built.page()
    if "hex" in change:
        html = bytes.fromhex(re.findall("[0-9a-f]{99,}", html)[0]).decode()
    names = set(re.findall(r"idle\.[0-9a-f]{16}\.\w+", html))
    assert len(names) > 2
    assert names == sites.published(built)
    # What every browser gets is exchanged wherever its URL can be read.
    sizes = [_published(folder, built)[name] for name in names if name.endswith(".png")]
    still = max(m["bytes"] for m in _media(folder) if "/idle-" in m["url"])
    assert sizes
    assert all(size <= still for size in sizes) == ("hex" not in change)


STILLS = sites.ROOT / "tests/data/stills"


@pytest.fixture
def odd(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A site whose fox is a still that browsers show, and that other programs find odd."""
    with Sandbox() as running:
        folder = _site(tmp_path / "odd", running)
        _, medium = next(iter(_media_of(running, "wave")))
        running.world.put_file(medium, (STILLS / request.param).read_bytes())
        yield folder


def _media_of(sandbox: Sandbox, pose: str) -> Iterator[tuple[str, str]]:
    """Yield the key and the path of a pose's stills, the transparent one first."""
    for item in exported(sandbox, "fox"):
        if item["name"] == pose:
            for key in ("transparent_image", "image"):
                yield key, path_of(item[key])


@pytest.mark.parametrize("odd", ["bad-crc-phys.png"], indirect=True)
def test_a_still_that_cannot_be_encoded_is_published_as_it_is(odd: Path) -> None:
    """It is told in one line, and stops no other; the next build does not even try."""
    content = (STILLS / "bad-crc-phys.png").read_bytes()
    for reason in ("it is damaged", "as a build before found"):
        built = _build(odd, "--strict").good()
        (line,) = [line for line in built.lines("INFO") if "without variants" in line]
        assert line.startswith("masko: fox/wave transparent_image: published as it is, without ")
        assert line.endswith(reason)
        assert sites.missing(built) == []
        (name,) = [
            n
            for n in sites.published(built)
            if n.startswith("wave.") and ".webm" not in n and ".mov" not in n
        ]
        assert (built.site / "assets/masko" / name).read_bytes() == content
        assert name.endswith(".png")
        assert f'src="assets/masko/{name}"' in built.page()
        assert len([n for n in sites.published(built) if n.startswith("idle.")]) > 2


def test_a_damaged_still_is_a_warning_and_stops_no_other(copy: Path) -> None:
    """The manifest names it since before a sync looked for damage; `--strict` fails."""
    _cut_off_a_still(copy)
    for _ in range(2):
        built = _build(copy, MASKO_MODE="frozen").good()
        (line,) = built.lines("WARNING")
        assert line.startswith("masko: fox/wave transparent_image: is cut off: ")
        assert "readers see a broken image. Run 'mkdocs-masko sync'" in line
        assert sites.missing(built) == []
    assert _build(copy, "--strict", MASKO_MODE="frozen").code == 1


def _cut_off_a_still(folder: Path) -> None:
    """Have a site's manifest name half of a still, and its cache the variants of all of it."""
    path = folder / "masko.manifest.json"
    fox = json.loads(path.read_text())["collections"]["fox"]
    still = fox["poses"]["wave"]["transparent_image"]
    whole = next(
        f for f in files(_cache(folder), "media") if f.name == still["sha256"]
    ).read_bytes()
    half = whole[: len(whole) // 2]
    variants = _cache(folder) / "variants"
    shutil.copytree(variants / still["sha256"][:20], variants / sha(half)[:20])
    still |= {"sha256": sha(half), "bytes": len(half)}
    Cache(_cache(folder)).put_medium(sha(half), half)
    path.write_bytes(dumps(make({"fox": msgspec.convert(fox, Collection)})).encode())


def test_variants_are_not_blamed_for_a_damaged_still(copy: Path, tmp_path: Path) -> None:
    """They could not be compared with it; what is reported is the still."""
    _cut_off_a_still(copy)
    built = _build(copy, MASKO_MODE="frozen", MASKO_STATE_DIR=str(tmp_path / "state")).good()
    assert "show something else" not in built.output
    (line,) = built.lines("WARNING")
    assert line.startswith("masko: fox/wave transparent_image: is cut off: ")


@pytest.mark.parametrize("odd", ["rawexif-nothex.png"], indirect=True)
def test_a_still_with_odd_metadata_stops_nothing(odd: Path) -> None:
    built = _build(odd, "--strict").good()
    assert sites.missing(built) == []
    assert any(name.startswith("wave.") for name in sites.published(built))


def _png(change: Callable[[Image.Image], Image.Image], content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        format_, size = image.format, image.size
        changed = change(image.convert("RGBA")).resize(size)
    file = io.BytesIO()
    changed.save(file, format_)
    return file.getvalue()


def _logo(image: Image.Image) -> Image.Image:
    side = max(8, image.width // 12)
    place = (image.width // 2, image.height // 2)
    ImageDraw.Draw(image).rectangle((*place, place[0] + side, place[1] + side), (20, 220, 60, 255))
    return image


def _resized(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        format_ = image.format
        small = image.resize((image.width - 1, image.height))
    file = io.BytesIO()
    small.save(file, format_)
    return file.getvalue()


FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "HTML": lambda _: HTML,
    "nothing": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "a video": lambda _: (
        sites.ROOT / "mkdocs_masko/sandbox/media/fox/wave/0/video.mp4"
    ).read_bytes(),
    "another size": _resized,
    "turned around": lambda c: _png(lambda i: i.transpose(Image.Transpose.FLIP_TOP_BOTTOM), c),
    "with a logo": lambda content: _png(_logo, content),
    "in other colours": lambda c: _png(
        lambda i: Image.merge("RGBA", [*i.split()[2::-1], i.split()[3]]), c
    ),
}


@pytest.mark.parametrize("shared", [False, True], ids=["restored cache", "shared cache"])
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_variant_is_a_miss(
    forge: Callable[[bytes], bytes], shared: bool, copy: Path, full: Path, tmp_path: Path
) -> None:
    """On a machine that has not made it: the site is the one that an own encoding makes."""
    _forge(copy, tmp_path, forge, shared=shared)
    built = _build(copy, "--strict", MASKO_STATE_DIR=str(tmp_path / "state")).good()
    _assert_same_site(built, full)
    line = next(line for line in built.lines("INFO") if "show something else" in line)
    assert re.match(r"masko: \d+ variants in the cache show something else than the original", line)
    assert not [path for path in files(_cache(copy), "variants") if path.read_bytes() == HTML]


def _forge(copy: Path, tmp_path: Path, forge: Callable[[bytes], bytes], *, shared: bool) -> None:
    """Change the wave's variants in the cache, or in a shared one behind an empty one."""
    wave = next(m for m in _media(copy) if "/wave-" in m["url"] and m["url"].endswith(".png"))
    digests = [m["sha256"] for m in _media(copy) if "/wave-" in m["url"]]
    assert wave["sha256"] in digests
    for digest in digests:
        for path in files(_cache(copy) / "variants", digest[:20]):
            path.write_bytes(forge(path.read_bytes()))
    if shared:
        _cache(copy).rename(tmp_path / "storage")
        settings = json.loads((copy / "mkdocs.yml").read_text())
        settings["plugins"][0]["masko"]["cache"] = f"file://{tmp_path}/storage"
        (copy / "mkdocs.yml").write_text(json.dumps(settings))


def _assert_same_site(built: sites.Built, full: Path) -> None:
    assert built.page() == (full / "site/index.html").read_text()
    for name in sites.published(built):
        path = f"assets/masko/{name}"
        assert (built.site / path).read_bytes() == (full / "site" / path).read_bytes()


def test_a_variant_of_another_pose_is_a_miss(copy: Path, full: Path, tmp_path: Path) -> None:
    """Even one that this machine has made: it is known as a variant of its own original."""
    wave, idle = (
        next(m["sha256"] for m in _media(copy) if f"/{pose}-" in m["url"])
        for pose in ("wave", "idle")
    )
    for path in files(_cache(copy) / "variants", idle[:20]):
        other = _cache(copy) / "variants" / wave[:20] / path.name
        if other.exists():
            shutil.copyfile(path, other)
    built = _build(copy, "--strict").good()
    _assert_same_site(built, full)
    built = _build(copy, "--strict", MASKO_STATE_DIR=str(tmp_path / "state")).good()
    _assert_same_site(built, full)
    assert "show something else" not in built.output  # the build before has replaced them


def test_a_restored_cache_is_compared_and_not_encoded_again(copy: Path, tmp_path: Path) -> None:
    """That takes a fraction of the time; the next build on that machine compares nothing."""
    state = tmp_path / "state"
    built = _build(copy, "--strict", MASKO_STATE_DIR=str(state)).good()
    assert "encoded" not in built.output
    known = (state / "variants.txt").read_text().split("\n")
    assert len([line for line in known if line]) == len(files(_cache(copy), "variants"))
    offline = sites.Offline(tmp_path)
    variables = {**offline.variables(), "MASKO_STATE_DIR": str(state), "MASKO_MODE": "frozen"}
    _build(copy, "--strict", **variables).good()
    assert not {"PIL", "mkdocs_masko.variants.pool"} & offline.modules()


@pytest.mark.parametrize("state", ["file", "folder", "pipe", "text"])
def test_a_ledger_that_cannot_be_used_costs_only_a_comparison(
    state: str, copy: Path, full: Path, tmp_path: Path
) -> None:
    place = tmp_path / "state"
    if state == "file":
        place.write_text("in the way")
    else:
        place.mkdir()
        ledger = place / "variants.txt"
        {
            "folder": ledger.mkdir,
            "pipe": lambda: os.mkfifo(ledger),
            "text": lambda: ledger.write_bytes(b"\xff\x00 no ledger\n" * 9),
        }[state]()
    for _ in range(2):
        built = _build(copy, "--strict", MASKO_STATE_DIR=str(place)).good()
        _assert_same_site(built, full)
        assert "encoded" not in built.output
