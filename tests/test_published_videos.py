"""Which variants of animations a site publishes: as small as their box, proved, and smaller."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import run
from clips import clip, ruined
from media_cache import files
from missing_extra import without_video
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.sandbox import MEDIA_DIR, Sandbox
from mkdocs_masko.text import format_size
from processes import descendants, wait_until_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOV, WEBM = 'video/mp4; codecs="hvc1"', 'video/webm; codecs="vp9"'
KEYS = {"mov": "transparent_video_mov", "webm": "transparent_video_webm"}
TIMEOUT = 60  # seconds, for a machine with other work
SIDE = 240  # px of the originals; the sizes below that are 160 px, for boxes up to 80 px

PAGES = {
    "index.md": (
        "![](masko:wave){ width=80 }\n\n![](masko:wave){ width=65 }\n\n"
        "![](masko:wave){ width=120 }\n\n![](masko:cheer){ width=80 background=true }"
    ),
    "halves.md": "![](masko:idle){ width=80 }\n\n![](masko:card-sit){ width=120 }",
    "gallery.md": "{{ masko_gallery() }}",
}


@contextmanager
def _serve(folder: Path, **poses: Mapping[str, bytes]) -> Iterator[Sandbox]:
    """Serve a fox with the animations of these poses, by format; all others have none."""
    media = shutil.copytree(MEDIA_DIR, folder / "media")
    for path in [*media.glob("fox/*/0/*webm*"), *media.glob("fox/*/0/*mov*")]:
        path.unlink()
    for pose, contents in poses.items():
        for format_, content in contents.items():
            (media / "fox" / pose / "0" / f"{KEYS[format_]}.{format_}").write_bytes(content)
    with Sandbox(media_dir=media) as running:
        yield running


def _clips(*formats: str, size: int = SIDE, **more: Any) -> dict[str, bytes]:  # noqa: ANN401 - what `clip` takes
    return {format_: clip(format_, size, **more) for format_ in formats or KEYS}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """An API whose fox has large animations; of two, one half."""
    poses = {
        "wave": _clips(seed=1),
        "cheer": _clips(seed=2),
        "idle": _clips("webm", seed=3),
        "card-sit": _clips("mov", seed=4),
    }
    with _serve(tmp_path_factory.mktemp("cast"), **poses) as running:
        yield running


def _site(folder: Path, sandbox: Sandbox, pages: Mapping[str, str] = PAGES, **more: Any) -> Path:  # noqa: ANN401 - what `make` takes
    options = {"collections": {"fox": "fox"}, "hosting": "self", "videos": "auto"}
    return sites.make(folder, pages, options={**options, "api_url": sandbox.api_url}, **more)


def _build(folder: Path, *arguments: str, host: str = "mkdocs", **variables: str) -> sites.Built:
    return sites.build(folder, *arguments, host=host, env={"MASKO_API_KEY": sites.KEY, **variables})


def _cache(folder: Path) -> Path:
    return folder / ".cache/plugin/masko"


def _videos(folder: Path) -> list[Path]:
    """Return the variants of animations that a site's cache has."""
    return [p for p in files(_cache(folder), "variants") if p.suffix in {".webm", ".mov"}]


def _sources(built: sites.Built, page: str = "index.html") -> list[list[tuple[str, str]]]:
    """Return the sources of each animation of a page: type and file."""
    return [
        [
            (str(each.get("type")), str(each.get("src")).rpartition("/")[2])
            for each in video.iter("source")
        ]
        for video in sites.parse(built.page(page)).iter("video")
    ]


def _width(built: sites.Built, name: str) -> int:
    return probe_bytes((built.site / "assets/masko" / name).read_bytes()).width


@pytest.fixture(scope="module")
def full(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was built once."""
    folder = _site(tmp_path_factory.mktemp("full"), sandbox)
    (folder / "output").write_text(_build(folder, "--strict").good().output)
    return folder


@pytest.fixture
def built(full: Path) -> sites.Built:
    return sites.Built(code=0, output=(full / "output").read_text(), site=full / "site")


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    """A copy of that site with its cache, as a CI job restores it."""
    return shutil.copytree(full, tmp_path / "copy", ignore=shutil.ignore_patterns("site"))


def test_an_animation_is_published_as_small_as_its_box(built: sites.Built) -> None:
    """Boxes of about the same size share the files, and a large box has the original."""
    small, other, large, opaque = _sources(built)
    assert [type_ for type_, _ in small] == [type_ for type_, _ in large] == [MOV, WEBM]
    assert small == other
    assert [_width(built, name) for _, name in small] == [160, 160]
    assert [_width(built, name) for _, name in large] == [SIDE, SIDE]
    assert [name.rpartition(".")[2] for _, name in opaque] == ["mp4"]
    assert _width(built, opaque[0][1]) == 512


def test_an_animation_has_both_halves_and_no_reader_misses_one(built: sites.Built) -> None:
    """Where the export has but one, the site has the other, and the build does not warn."""
    webm_only, mov_only = _sources(built, "halves/index.html")
    for sources, width in ((webm_only, 160), (mov_only, SIDE)):
        assert [type_ for type_, _ in sources] == [MOV, WEBM]
        for type_, name in sources:
            facts = probe_bytes((built.site / "assets/masko" / name).read_bytes())
            assert (facts.width, facts.alpha) == (width, True)
            assert facts.codec == ("hvc1" if type_ == MOV else "vp9")
    assert built.lines("WARNING") == []


def test_the_gallery_has_both_halves_too(built: sites.Built) -> None:
    """In its boxes of 128 px, for which these originals are small enough."""
    animations = _sources(built, "gallery/index.html")
    assert len(animations) == 4
    for sources in animations:
        assert [type_ for type_, _ in sources] == [MOV, WEBM]
        assert [_width(built, name) for _, name in sources] == [SIDE, SIDE]


def test_all_that_is_published_is_used_and_all_that_is_used_is_published(
    built: sites.Built,
) -> None:
    assert sites.missing(built) == []
    html = "".join(page.read_text() for page in built.site.rglob("*.html"))
    assert [name for name in sites.published(built) if name not in html] == []


def test_the_summary_counts_variants_and_says_what_is_published(built: sites.Built) -> None:
    names = {name for name in sites.published(built) if not name.startswith("gallery.")}
    weight = sum((built.site / "assets/masko" / name).stat().st_size for name in names)
    (line,) = [line for line in built.lines("INFO") if "published (" in line]
    assert f"4 poses in {len(names)} files, {format_size(weight)} published" in line


def test_a_first_build_says_what_takes_its_time(built: sites.Built) -> None:
    (line,) = [line for line in built.lines("INFO") if "encoding" in line and " of still" in line]
    assert re.fullmatch(
        r"masko: encoding \d+ variants of still images and 6 of animations; "
        "later builds take them from the cache",
        line,
    )


def test_a_page_weighs_what_it_serves(copy: Path) -> None:
    _set_options(copy, budget={"pose": 1})
    built = _build(copy).good()
    small, _, large, _ = _sources(built)
    sizes = {p.name: p.stat().st_size for p in (built.site / "assets/masko").iterdir()}
    stills = {
        part.split(" ")[0].rpartition("/")[2]
        for element in sites.parse(built.page()).iter("picture")
        for part in [str(element[0].get("srcset")).split(", ")[-1]]
        if "wave" in part
    }
    weight = sum(max(sizes[name] for _, name in each) for each in (small, large))
    weight += sum(sizes[name] for name in stills)
    assert f"pose 'fox/wave' weighs {format_size(weight)}, more than" in built.output


def _set_options(folder: Path, **options: Any) -> None:  # noqa: ANN401 - the plugin's own
    settings = json.loads((folder / "mkdocs.yml").read_text())
    settings["plugins"][0]["masko"].update(options)
    (folder / "mkdocs.yml").write_text(json.dumps(settings))


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_warm_build_is_the_same_and_starts_nothing(
    host: str, copy: Path, full: Path, tmp_path: Path
) -> None:
    """Frozen, without a network, and without importing what encodes."""
    offline = sites.Offline(tmp_path)
    variables = {**offline.variables(), "MASKO_MODE": "frozen"}
    built = _build(copy, "--strict", host=host, **variables).good()
    assert "encod" not in built.output
    for page in ("index.html", "halves/index.html"):
        assert _sources(built, page) == _sources(
            sites.Built(code=0, output="", site=full / "site"), page
        )
    assert sites.missing(built) == []
    assert not offline.modules() & {
        *("PIL", "imageio_ffmpeg", "mkdocs_masko.variants.pool", "mkdocs_masko.variants.ffmpeg"),
        *("mkdocs_masko.variants.video_frames", "requests"),
    }


def test_a_frozen_build_encodes_what_it_has_the_originals_of(copy: Path, full: Path) -> None:
    """That needs no network."""
    for path in _videos(copy):
        path.unlink()
    built = _build(copy, "--strict", MASKO_MODE="frozen").good()
    assert " encoded)" in built.output
    assert _sources(built) == _sources(sites.Built(code=0, output="", site=full / "site"))
    assert len(_videos(copy)) == len(_videos(full))


def test_a_restored_cache_is_compared_and_not_encoded_again(copy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    before = {path: path.stat().st_mtime_ns for path in _videos(copy)}
    built = _build(copy, "--strict", MASKO_STATE_DIR=str(state)).good()
    assert "encoded" not in built.output
    assert {path: path.stat().st_mtime_ns for path in _videos(copy)} == before
    known = (state / "variants.txt").read_text().split("\n")
    assert len([line for line in known if line]) == len(files(_cache(copy), "variants"))


FORGERIES: dict[str, Callable[[str], bytes]] = {
    "HTML": lambda _: b"<!DOCTYPE html><script>alert(1)</script>",
    "another animation": lambda format_: clip(format_, 160, seed=9),
    "an opaque one": lambda format_: clip(format_, 160, seed=1, alpha=False),
    "another size": lambda format_: clip(format_, 158, seed=1),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_variant_is_a_miss(
    forge: Callable[[str], bytes], copy: Path, full: Path, tmp_path: Path
) -> None:
    """On a machine that has not made it: the site is the one that an own encoding makes."""
    forged = [path for path in _videos(copy) if path.name.startswith("160x160.")]
    for path in forged:
        path.write_bytes(forge(path.suffix[1:]))
    built = _build(copy, "--strict", MASKO_STATE_DIR=str(tmp_path / "state")).good()
    (line,) = [line for line in built.lines("INFO") if "show something else" in line]
    assert re.match(rf"masko: {len(forged)} variants in the cache show something else", line)
    for name in sites.published(built):
        path = Path("assets/masko", name)
        assert (built.site / path).read_bytes() == (full / "site" / path).read_bytes()


def test_animations_are_published_as_exported_on_request(copy: Path) -> None:
    """A half that is missing is a warning again, which fails a strict build."""
    _set_options(copy, videos="original")
    built = _build(copy).good()
    for sources in _sources(built)[:3]:
        assert [_width(built, name) for _, name in sources] == [SIDE, SIDE]
    assert [type_ for ((type_, _),) in _sources(built, "halves/index.html")] == [WEBM, MOV]
    (warning,) = built.lines("WARNING")
    assert "some poses lack a file" in warning
    assert "fox/idle: no MOV: Safari shows the still image" in built.output
    assert "pip install" not in built.output
    assert _build(copy, "--strict").code == 1


ONE = {"index.md": "![](masko:cheer){ width=80 }"}


def test_without_the_extra_a_hint_says_what_it_would_save(tmp_path: Path) -> None:
    """Once, at the end; and the animations are as exported."""
    without_extra = without_video(tmp_path / "hide")
    clips = _clips(size=480)
    with _serve(tmp_path, cheer=clips) as sandbox:
        folder = _site(tmp_path / "site", sandbox, ONE)
        built = _build(folder, "--strict", **without_extra).good()
        assert [_width(built, name) for _, name in _sources(built)[0]] == [480, 480]
        (hint,) = [line for line in built.lines("INFO") if "mkdocs-masko[video]" in line]
        weight = format_size(sum(map(len, clips.values())))
        assert hint.startswith(f"masko: animations are published as exported, in {weight}; ")
        assert "about" in hint
        assert "pip install" not in _build(folder, "--quiet", **without_extra).good().output
        for option in ({"videos": "original"}, {"videos": "auto", "hosting": "cdn"}):
            _set_options(folder, **option)
            assert "pip install" not in _build(folder, **without_extra).good().output


def test_without_the_extra_there_is_no_hint_for_little(sandbox: Sandbox, tmp_path: Path) -> None:
    without_extra = without_video(tmp_path / "hide")
    folder = _site(tmp_path / "site", sandbox, ONE)
    built = _build(folder, "--strict", **without_extra).good()
    assert [_width(built, name) for _, name in _sources(built)[0]] == [SIDE, SIDE]
    assert "pip install" not in built.output


def test_without_the_extra_the_warning_names_what_makes_a_missing_half(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = _site(tmp_path / "site", sandbox, {"index.md": "![](masko:idle){ width=80 }"})
    built = _build(folder, **without_video(tmp_path / "hide")).good()
    assert built.lines("WARNING")
    assert "fox/idle: no MOV: Safari shows the still image" in built.output
    assert "with 'mkdocs-masko[video]' installed, the build makes" in built.output


def test_a_variant_that_is_not_smaller_is_not_published(tmp_path: Path) -> None:
    """Nor is it made again by the next build."""
    with _serve(tmp_path, cheer=_clips(size=162, coarse=True)) as sandbox:
        folder = _site(tmp_path / "site", sandbox, ONE)
        for _ in range(2):
            built = _build(folder, "--strict").good()
            assert [_width(built, name) for _, name in _sources(built)[0]] == [162, 162]
            videos = {n for n in sites.published(built) if n.endswith((".mov", ".webm"))}
            assert videos == {name for _, name in _sources(built)[0]}
            assert len(_videos(folder)) == 2
        assert "encod" not in built.output


def test_an_animation_that_cannot_be_encoded_is_published_as_exported(tmp_path: Path) -> None:
    """It is told in one line, and stops no other; the next build does not even try."""
    poses = {
        "cheer": {"webm": ruined(clip("webm", SIDE)), "mov": clip("mov", SIDE)},
        "idle": {"webm": ruined(clip("webm", SIDE, seed=2))},
    }
    pages = {"index.md": "![](masko:cheer){ width=80 }\n\n![](masko:idle){ width=80 }"}
    with _serve(tmp_path, **poses) as sandbox:
        folder = _site(tmp_path / "site", sandbox, pages)
        for number in range(2):
            built = _build(folder).good()
            (line,) = [line for line in built.lines("INFO") if "published as it is" in line]
            media = "fox/cheer animations[0].transparent_video_webm"
            assert line.startswith(f"masko: {media}, fox/idle animations[0].")
            assert line.endswith("as a build before found") == (number == 1)
            cheer, idle = _sources(built)
            assert [(type_, _width(built, name)) for type_, name in cheer] == [
                (MOV, 160),
                (WEBM, SIDE),
            ]
            assert [(type_, _width(built, name)) for type_, name in idle] == [(WEBM, SIDE)]
            assert sites.missing(built) == []
            videos = {n for n in sites.published(built) if n.endswith((".mov", ".webm"))}
            assert videos == {name for _, name in (*cheer, *idle)}
            (warning,) = built.lines("WARNING")
            assert "some poses lack a file" in warning
            assert "fox/idle: no MOV: Safari shows the still image" in built.output
        assert _build(folder, "--strict").code == 1


def test_an_ffmpeg_that_dies_takes_nothing_else_down(sandbox: Sandbox, tmp_path: Path) -> None:
    """Still images have their variants, the animation is as exported, and the next build tries."""
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    folder = _site(tmp_path / "site", sandbox, ONE)
    for _ in range(2):
        built = _build(folder, "--strict", IMAGEIO_FFMPEG_EXE=str(program)).good()
        assert [_width(built, name) for _, name in _sources(built)[0]] == [SIDE, SIDE]
        assert any(name.endswith(".avif") for name in sites.published(built))
        (line,) = [line for line in built.lines("INFO") if "published as it is" in line]
        assert line.endswith("ffmpeg was killed, perhaps for want of memory")
    built = _build(folder, "--strict").good()
    assert [_width(built, name) for _, name in _sources(built)[0]] == [160, 160]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_no_ffmpeg(tmp_path: Path, how: signal.Signals) -> None:
    """And nothing half made in the cache: the next build is as if nothing had been."""
    with _serve(tmp_path, cheer=_clips(size=480)) as sandbox:
        folder = _site(tmp_path / "site", sandbox, {"index.md": "![](masko:cheer){ width=150 }"})
        with subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "build"],
            cwd=folder,
            env=sites.environment(MASKO_API_KEY=sites.KEY),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as build:
            end = time.monotonic() + TIMEOUT
            while not any(map(_is_ffmpeg, running := descendants(build.pid))):
                assert time.monotonic() < end, "no ffmpeg is started"
                time.sleep(0.01)
            build.send_signal(how)
            assert build.wait(TIMEOUT) != 0
        wait_until_gone(running)
        built = _build(folder, "--strict").good()
        assert [_width(built, name) for _, name in _sources(built)[0]] == [320, 320]


def _is_ffmpeg(pid: int) -> bool:
    try:
        return b"ffmpeg-" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    except OSError:  # it has ended
        return False


def test_a_shared_cache_has_what_another_machine_encoded(copy: Path, tmp_path: Path) -> None:
    """It is compared, as nothing in it is trusted."""
    storage = tmp_path / "storage"
    _cache(copy).rename(storage)
    _set_options(copy, cache=f"file://{storage}")
    built = _build(copy, "--strict", MASKO_STATE_DIR=str(tmp_path / "state")).good()
    assert "encoded" not in built.output
    assert [_width(built, name) for _, name in _sources(built)[0]] == [160, 160]


def test_an_export_into_the_docs_has_originals_and_the_variants_of_the_site(copy: Path) -> None:
    variables = {"MASKO_API_KEY": sites.KEY}
    run(copy, "sync", "--into", "docs/assets/masko", **variables)
    folder = copy / "docs/assets/masko"
    exported = {path.name for path in folder.iterdir()}
    index = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    originals = {name for pose in index.values() for name in pose.values()}
    built = _build(copy, "--strict", MASKO_MODE="frozen").good()
    published = {name for name in sites.published(built) if name.endswith(".webm")}
    assert [_width(built, name) for _, name in _sources(built)[0]] == [160, 160]
    html = "".join(page.read_text() for page in built.site.rglob("*.html"))
    assert published
    assert [name for name in published if name not in html] == []
    assert published - originals  # what is as small as its box
    assert originals | published < exported


def test_theme_templates_show_variants_as_pages_do(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are rendered after all pages."""
    main = "{{ page.content }}{{ masko('idle', width=80) }}"
    folder = _site(tmp_path, sandbox, {"index.md": "x"}, files={"theme/main.html": f"<html>{main}"})
    built = _build(folder, "--strict").good()
    (sources,) = _sources(built)
    assert [(type_, _width(built, name)) for type_, name in sources] == [(MOV, 160), (WEBM, 160)]
    assert sites.missing(built) == []


def test_a_pair_for_both_palettes_has_variants_of_both(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = _site(tmp_path, sandbox, {"index.md": '{{ masko("wave", dark="cheer", width=70) }}'})
    built = _build(folder, "--strict").good()
    assert [[_width(built, name) for _, name in each] for each in _sources(built)] == [
        [160, 160],
        [160, 160],
    ]
    assert len({name for each in _sources(built) for _, name in each}) == 4


def test_what_is_asked_for_by_name_stays_as_exported(sandbox: Sandbox, tmp_path: Path) -> None:
    page = '<a href=\'{{ masko_url("wave", "transparent_video_webm") }}\'>x</a>'
    folder = _site(tmp_path, sandbox, {"index.md": page})
    _set_options(folder, include=["wave:transparent_video_mov"])
    built = _build(folder, "--strict").good()
    videos = {n for n in sites.published(built) if n.endswith((".mov", ".webm"))}
    assert {_width(built, name) for name in videos} == {SIDE}
    assert len(videos) == 2


def test_the_size_of_the_export_that_fits_is_published_as_it_is(tmp_path: Path) -> None:
    with _serve(tmp_path, cheer=_clips(size=SIDE)) as sandbox:
        for format_, key in KEYS.items():
            path = sandbox.world.media_dir / "fox/cheer/0" / f"{key}_160.{format_}"
            path.write_bytes(clip(format_, 160, seed=2))
        folder = _site(tmp_path / "site", sandbox, ONE)
        built = _build(folder, "--strict").good()
        assert [_width(built, name) for _, name in _sources(built)[0]] == [160, 160]
        assert _videos(folder) == []
