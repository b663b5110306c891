"""Media in the docs, written by `sync --into docs/assets/masko`: what a site publishes of them."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

import sites
from in_process import run_with_pipes
from media_cache import shared_cache
from mkdocs_masko.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "docs/assets/masko"
SELF = {**sites.FROZEN, "hosting": "self"}
PAGES = {"index.md": '# Home\n\n{{ masko_url("wave", "transparent_image") }}\n'}
NAME = "masko.manifest.json"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all media of the sandbox, written by the command."""
    options = {**sites.SANDBOX, "hosting": "self"}
    folder = sites.make(tmp_path_factory.mktemp("export"), PAGES, options=options)
    command = ["sync", "--into", FOLDER]
    code, output, _ = run_with_pipes(
        lambda: main(command), folder, sites.environment(**shared_cache()), merged=True
    )
    assert code == 0, output
    shutil.move(folder / NAME, folder / FOLDER)
    return folder / FOLDER


def index_of(folder: Path) -> dict[str, dict[str, str]]:
    index: dict[str, dict[str, str]] = json.loads((folder / "files.json").read_text("utf-8"))
    return index


def make(
    folder: Path,
    exported: Path,
    pages: Mapping[str, str] = PAGES,
    *,
    options: Mapping[str, Any] = SELF,
    **more: Any,  # noqa: ANN401 - what mkdocs.yml takes
) -> Path:
    sites.make(folder, pages, options=options, **more)
    shutil.copytree(exported, folder / FOLDER, dirs_exist_ok=True)
    shutil.move(folder / FOLDER / NAME, folder / NAME)
    return folder


def media(built: sites.Built) -> set[str]:
    return sites.published(built.good()) - {"files.json"}


def test_everything_lies_in_the_docs(exported: Path) -> None:
    names = {name for pose in index_of(exported).values() for name in pose.values()}
    others = {path.name for path in exported.iterdir()} - names
    assert others > {"files.json", ".laid.json", NAME}
    variants = {name for name in others if name.endswith((".avif", ".webp"))}
    assert len(variants) > 10
    shipped = {name for name in others - variants if name.endswith((".css", ".js"))}
    assert {name.partition(".")[0] for name in shipped} == {"gallery", "masko"}
    assert len(names) > 60


@pytest.mark.parametrize(
    ("hosting", "host"), [("self", "mkdocs"), ("cdn", "mkdocs"), ("self", "properdocs")]
)
def test_a_site_with_one_still_publishes_that_alone(
    host: str, hosting: str, exported: Path, tmp_path: Path
) -> None:
    folder = make(tmp_path, exported, options={**SELF, "hosting": hosting})
    built = sites.build(folder, "--strict", host=host)
    assert media(built) == {index_of(exported)["fox/wave"]["transparent_image"]}


def test_the_index_of_the_site_lists_what_is_published(exported: Path, tmp_path: Path) -> None:
    built = sites.build(make(tmp_path, exported), "--strict").good()
    name = index_of(exported)["fox/wave"]["transparent_image"]
    assert index_of(built.site / "assets/masko") == {"fox/wave": {"transparent_image": name}}


def test_a_site_without_a_pose_publishes_none(exported: Path, tmp_path: Path) -> None:
    built = sites.build(make(tmp_path, exported, {"index.md": "# Home\n"}), "--strict")
    assert sites.published(built.good()) == set()


def test_what_include_names_is_published(exported: Path, tmp_path: Path) -> None:
    options = {**SELF, "include": ["idle:transparent_image"]}
    built = sites.build(make(tmp_path, exported, options=options), "--strict")
    expected = {index_of(exported)[f"fox/{slug}"]["transparent_image"] for slug in ("wave", "idle")}
    assert media(built) == expected
    assert set(index_of(built.site / "assets/masko")) == {"fox/wave", "fox/idle"}


@pytest.mark.parametrize("where", ["page", "raw", "style", "script", "template", "404", "sitemap"])
def test_what_is_named_by_hand_is_published(where: str, exported: Path, tmp_path: Path) -> None:
    name = index_of(exported)["fox/idle"]["transparent_image"]
    link = f"assets/masko/{name}"
    pages, files = {"index.md": "# Home\n"}, {}
    more: dict[str, Any] = {}
    match where:
        case "page":
            pages["index.md"] += f"\n![A fox]({link})\n"
        case "raw":
            pages["index.md"] += f'\n<video poster="{link}"></video>\n'
        case "style":
            files["docs/assets/site.css"] = f"a {{ background: url(masko/{name}) }}"
        case "script":
            files["docs/site.js"] = f'new Image().src = "/{link}";'
        case "template":
            files["theme/main.html"] = f'{sites.MAIN}<img src="/{link}">'
        case "404":
            files["theme/404.html"] = f'<img src="/{link}">'
        case "sitemap":
            files["theme/feed.xml"] = f"<image>{link}</image>"
            more["theme"] = {**sites.BARE, "static_templates": ["404.html", "feed.xml"]}
    built = sites.build(make(tmp_path, exported, pages, files=files, **more), "--strict")
    assert media(built) == {name}


def test_what_only_a_template_shows_is_published(exported: Path, tmp_path: Path) -> None:
    main = f'{sites.MAIN}{{{{ masko_url("idle", "transparent_image") }}}}'
    files = {"theme/main.html": main}
    built = sites.build(make(tmp_path, exported, {"index.md": "# Home\n"}, files=files), "--strict")
    assert media(built) == {index_of(exported)["fox/idle"]["transparent_image"]}


CONTENT = b"mine"
LOOKS_LIKE_OURS = [
    "logo.0123456789abcdef.png",
    f"logo.{hashlib.sha256(CONTENT).hexdigest()[:16]}.png",
    "notes.txt",
    "wave.png",
]


@pytest.mark.parametrize("name", LOOKS_LIKE_OURS)
def test_a_file_of_somebody_else_stays(name: str, exported: Path, tmp_path: Path) -> None:
    folder = make(tmp_path, exported)
    (folder / FOLDER / name).write_bytes(CONTENT)
    built = sites.build(folder, "--strict").good()
    assert (built.site / "assets/masko" / name).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "index",
    [
        *("[]", '{"a": 1}', '{"a": {"b": "../x.md"}}', "no JSON", "", "{}"),
        '{"en": {"title": "Willkommen"}}',
    ],
)
def test_an_index_of_another_kind_stays_and_counts_for_nothing(index: str, tmp_path: Path) -> None:
    name = "logo.0123456789abcdef.png"
    files = {f"{FOLDER}/files.json": index, f"{FOLDER}/{name}": "mine"}
    built = sites.build(sites.make(tmp_path, PAGES, files=files), "--strict").good()
    assert (built.site / "assets/masko" / name).is_file()
    assert (built.site / "assets/masko/files.json").read_text(encoding="utf-8") == index


def test_media_of_an_earlier_manifest_are_not_published(exported: Path, tmp_path: Path) -> None:
    """The index of the export has them, the manifest no more."""
    folder = make(tmp_path, exported)
    old = "old-pose.0123456789abcdef.webm"
    index = {**index_of(exported), "fox/old-pose": {"transparent_video_webm": old}}
    (folder / FOLDER / old).write_bytes(b"old")
    (folder / FOLDER / "files.json").write_text(json.dumps(index), encoding="utf-8")
    assert old not in media(sites.build(folder, "--strict"))


def test_media_of_the_manifest_are_ours_without_an_index(exported: Path, tmp_path: Path) -> None:
    folder = make(tmp_path, exported)
    (folder / FOLDER / "files.json").unlink()
    built = sites.build(folder, "--strict")
    assert media(built) == {index_of(exported)["fox/wave"]["transparent_image"]}


def test_a_dirty_build_leaves_what_other_pages_may_use(exported: Path, tmp_path: Path) -> None:
    idle = '# Idle\n\n{{ masko_url("idle", "transparent_image") }}\n'
    folder = make(tmp_path, exported, {**PAGES, "idle.md": idle})
    sites.build(folder).good()
    shutil.rmtree(folder / "site/assets")
    time.sleep(0.01)
    (folder / "docs/index.md").write_text(PAGES["index.md"] + "\nmore\n", encoding="utf-8")
    built = sites.build(folder, "--dirty")
    assert index_of(exported)["fox/idle"]["transparent_image"] in media(built)


def test_the_docs_stay_as_they_are(exported: Path, tmp_path: Path) -> None:
    folder = make(tmp_path, exported)
    before = {path.name: path.read_bytes() for path in (folder / FOLDER).iterdir()}
    sites.build(folder, "--strict").good()
    assert {path.name: path.read_bytes() for path in (folder / FOLDER).iterdir()} == before


SHOWN = {
    "index.md": "# Home\n\n![A fox](masko:wave){ width=80 }\n",
    "all.md": "# All\n\n{{ masko_gallery('fox') }}\n",
}


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files of a site but the index of media, and those that hold the build's time."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix(): (folder / path).read_bytes()
        for path in paths
        if path.name != "files.json" and "sitemap" not in path.name
    }


@pytest.mark.parametrize(
    ("hosting", "host", "place"),
    [
        ("self", "mkdocs", FOLDER),
        ("self", "mkdocs", "docs/static/mascots"),
        ("cdn", "mkdocs", FOLDER),
        ("self", "properdocs", FOLDER),
    ],
)
def test_a_site_is_the_same_without_the_folder(
    hosting: str, host: str, place: str, exported: Path, tmp_path: Path
) -> None:
    """With all that another host needs there: variants, style sheets, scripts and their record."""
    options = {**SELF, "hosting": hosting, "into": place}
    folder = make(tmp_path / "with", exported, SHOWN, options=options)
    if place != FOLDER:
        (folder / place).parent.mkdir()
        shutil.move(folder / FOLDER, folder / place)
    bare = sites.make(tmp_path / "without", SHOWN, options=options)
    shutil.copyfile(folder / NAME, bare / NAME)
    built = sites.build(folder, "--strict", host=host).good()
    plain = sites.build(bare, "--strict", host=host, env=shared_cache()).good()
    assert tree(built.site) == tree(plain.site)
    assert sites.missing(built) == []
    assert built.lines("WARNING") == []


def test_what_an_earlier_version_shipped_is_not_published(exported: Path, tmp_path: Path) -> None:
    folder = make(tmp_path, exported)
    old = folder / FOLDER / "masko.0123456789abcdef.css"
    old.write_bytes(b"old")
    record = json.loads((folder / FOLDER / ".laid.json").read_text("utf-8"))
    record["files"][old.name] = 3
    (folder / FOLDER / ".laid.json").write_text(json.dumps(record), encoding="utf-8")
    built = sites.build(folder, "--strict").good()
    assert not (built.site / "assets/masko" / old.name).exists()


def test_a_damaged_record_is_no_reason_to_fail(exported: Path, tmp_path: Path) -> None:
    """More is published than readers need, which the build says."""
    folder = make(tmp_path, exported)
    (folder / FOLDER / ".laid.json").write_text("{", encoding="utf-8")
    built = sites.build(folder, "--strict").good()
    (line,) = [line for line in built.lines("INFO") if ".laid.json" in line]
    assert line.endswith("is damaged. Remove the file, then run 'mkdocs-masko sync'.")
    assert sites.missing(built) == []


@pytest.mark.parametrize("into", ["docs", "docs/"])
def test_the_docs_folder_itself_is_no_folder_for_files(into: str, tmp_path: Path) -> None:
    built = sites.build(sites.make(tmp_path, PAGES, options={**SELF, "into": into}))
    assert built.code == 1
    assert "option 'into' must not be the docs folder itself" in built.output


def test_a_folder_outside_the_docs_has_media_for_builds(exported: Path, tmp_path: Path) -> None:
    """They need neither cache nor network then."""
    options = {**SELF, "into": "media"}
    folder = make(tmp_path, exported, options=options)
    shutil.move(folder / FOLDER, folder / "media")
    path = folder / "media" / index_of(folder / "media")["fox/wave"]["transparent_image"]
    built = sites.build(folder, "--strict")
    assert media(built) == {path.name}
