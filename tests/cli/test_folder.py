"""The folder that `sync` writes to, by `--into`, an option or for Zensical; and `check` of it."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import run, variables
from media_cache import shared_cache
from missing_extra import without_video
from mkdocs_masko.laid_files import read_laid_files
from mkdocs_masko.sandbox import Sandbox
from processes import children, wait_until_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cli_process import Done

FOLDER = "docs/assets/masko"
NAME = "masko.manifest.json"
SHIPPED = {"gallery.css", "gallery.js", "masko.css", "masko.js"}
OWL = {"collections": {"fox": "fox", "owl": "owl"}}
PAGES = {
    "index.md": "# Home\n\n![A fox](masko:wave){ width=100 }\n\n{{ masko('idle', width=50) }}\n",
    "guide/a.md": (
        "# A\n\n<img src='masko:card-sit' alt='' width='80'>\n\n"
        "{{ masko_image('wave', dark='idle', width=90) }}\n"
    ),
}
SELF = {"collection": "fox", "api_url": "sandbox", "hosting": "self", "videos": "original"}
CDN = {"collection": "fox"}


def toml(
    folder: Path, options: Mapping[str, Any], pages: Mapping[str, str] = PAGES, setting: str = ""
) -> Path:
    """Write a site for Zensical, which names no folder."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in options.items()]
    text = f'[project]\nsite_name = "Fox"\n{setting}\n[project.markdown_extensions.masko]\n'
    return _write(folder, {"zensical.toml": text + "\n".join([*lines, ""])}, pages)


def yml(folder: Path, options: Mapping[str, Any], pages: Mapping[str, str] = PAGES) -> Path:
    """Write a site for MkDocs."""
    return sites.make(folder, pages, options=options)


def _write(folder: Path, files: Mapping[str, str], pages: Mapping[str, str]) -> Path:
    for name, text in {**files, **{f"docs/{name}": text for name, text in pages.items()}}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder, the record and the index aside."""
    return {path.name for path in folder.iterdir()} - {".laid.json", "files.json"}


def shipped(folder: Path) -> set[str]:
    """Return the style sheets and scripts in a folder, without their hashes."""
    parts = (name.split(".") for name in names(folder))
    return {f"{stem}.{suffix}" for stem, _, suffix in parts if suffix in {"css", "js"}}


def media(folder: Path) -> set[str]:
    return {name for name in names(folder) if not name.endswith((".css", ".js"))}


def good(done: Done) -> Done:
    assert done.code == 0, done.said
    return done


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A server whose media lie at a CDN of its own, as those of Masko do."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-hosted site for Zensical after a plain sync."""
    folder = toml(tmp_path_factory.mktemp("laid"), SELF)
    done = good(run(folder, "sync"))
    count = len(names(folder / FOLDER))
    assert f"{FOLDER}: {count} files, " in done.out
    assert f" MB; {count} written, 0 removed\n" in done.out
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    """The same pages, built by MkDocs."""
    folder = yml(tmp_path_factory.mktemp("built"), {**SELF, "incomplete": "ignore"})
    return sites.build(folder, "--strict", env=shared_cache()).good()


@pytest.fixture
def copy(laid: Path, tmp_path: Path) -> Path:
    return shutil.copytree(laid, tmp_path / "copy")


def test_all_that_mkdocs_would_publish_lies_there(laid: Path, built: sites.Built) -> None:
    published = built.site / "assets/masko"
    wanted = {path.name for path in published.iterdir() if "manifest" not in path.name}
    assert len([name for name in wanted if name.endswith(".avif")]) > 3
    assert wanted <= names(laid / FOLDER)
    for name in wanted:
        assert (laid / FOLDER / name).read_bytes() == (published / name).read_bytes()


def test_all_media_and_assets_lie_there(laid: Path) -> None:
    index = json.loads((laid / FOLDER / "files.json").read_text("utf-8"))
    originals = {name for pose in index.values() for name in pose.values()}
    manifest = json.loads((laid / NAME).read_text("utf-8"))
    assert set(index) == {f"default/{slug}" for slug in manifest["collections"]["default"]["poses"]}
    assert originals < media(laid / FOLDER)
    assert shipped(laid / FOLDER) == SHIPPED


def test_the_record_says_what_was_left_out(laid: Path) -> None:
    record = read_laid_files(laid / FOLDER)
    sizes = {path.name: path.stat().st_size for path in (laid / FOLDER).iterdir()}
    assert record.files == {name: sizes[name] for name in names(laid / FOLDER)}
    assert record.left_out
    assert not record.left_out.keys() & record.files.keys()
    assert not record.videos
    assert not record.used


def test_a_second_sync_writes_nothing(copy: Path) -> None:
    """The manifest's time is that of the last change, too."""
    files = [*(copy / FOLDER).iterdir(), copy / NAME]
    stamps = {path: path.stat().st_mtime_ns for path in files}
    assert "; 0 written, 0 removed\n" in good(run(copy, "sync")).out
    again = {path: path.stat().st_mtime_ns for path in stamps}
    assert again == stamps


@pytest.mark.parametrize("change", ["missing", "stale"])
def test_a_change_in_the_folder_touches_the_manifest(change: str, copy: Path) -> None:
    """Zensical renders pages again only when a file changes that it watches."""
    os.utime(copy / NAME, (1, 1))
    content = (copy / NAME).read_bytes()
    old = copy / FOLDER / "old.0123456789abcdef.png"
    if change == "missing":
        next((copy / FOLDER).glob("masko.*.css")).unlink()
    else:
        old.write_bytes(b"old")
        index = json.loads((copy / FOLDER / "files.json").read_text())
        index["default/old"] = {"image": old.name}
        (copy / FOLDER / "files.json").write_text(json.dumps(index))
    done = good(run(copy, "sync"))
    assert ("1 written, 0 removed" if change == "missing" else "0 written, 1 removed") in done.out
    assert not old.exists()
    assert (copy / NAME).stat().st_mtime > 1
    assert (copy / NAME).read_bytes() == content


def test_the_folder_is_enough_without_cache_and_network(copy: Path) -> None:
    """Variants in it are compared, and not encoded again."""
    shutil.rmtree(copy / ".cache")
    before = {path.name: path.read_bytes() for path in (copy / FOLDER).iterdir()}
    done = good(run(copy, "sync", "--frozen", MASKO_STATE_DIR=str(copy / "state")))
    assert "; 0 written, 0 removed\n" in done.out
    assert "encoding" not in done.err
    assert {path.name: path.read_bytes() for path in (copy / FOLDER).iterdir()} == before


def test_a_variant_of_something_else_is_written_again(copy: Path) -> None:
    """Somebody has put another image in its place."""
    shutil.rmtree(copy / ".cache")
    one, other = sorted((copy / FOLDER).glob("*.avif"))[:2]
    content = one.read_bytes()
    shutil.copyfile(other, one)
    done = good(run(copy, "sync", "--frozen", MASKO_STATE_DIR=str(copy / "state")))
    assert "; 1 written, 0 removed\n" in done.out
    assert one.read_bytes() == content


def test_only_what_pages_use(copy: Path, built: sites.Built) -> None:
    """Just what MkDocs publishes of the same pages."""
    done = good(run(copy, "sync", "--used"))
    published = built.site / "assets/masko"
    wanted = {path.name for path in published.iterdir() if "manifest" not in path.name}
    assert names(copy / FOLDER) == wanted
    assert "; 0 written, " in done.out
    assert read_laid_files(copy / FOLDER).used
    assert good(run(copy, "check", "--offline"))
    assert " 0 removed\n" in good(run(copy, "sync")).out


def test_a_folder_remembers_that_it_has_only_what_pages_use(copy: Path) -> None:
    """So does a clone of it, such as in CI, until somebody says otherwise."""
    good(run(copy, "sync", "--used"))
    used = names(copy / FOLDER)
    done = good(run(copy, "sync"))
    assert done.out.endswith(f"\n{FOLDER}: only what pages use, as last time; --all writes all\n")
    assert names(copy / FOLDER) == used
    page = copy / "docs/index.md"
    page.write_text("# Home\n\n{{ masko_url('cheer', 'image') }}\n", encoding="utf-8")
    assert run(copy, "check", "--offline").code == 1
    good(run(copy, "sync"))
    good(run(copy, "check", "--offline"))
    used_now = names(copy / FOLDER)
    assert used_now != used
    assert "as last time" not in good(run(copy, "sync", "--all")).out
    assert names(copy / FOLDER) > used_now
    assert "as last time" not in good(run(copy, "sync")).out


def test_what_include_and_front_matter_name_is_used(tmp_path: Path) -> None:
    pages = {"index.md": "---\nmascot: Cheer\n---\n# Home\n"}
    options = {**SELF, "include": ["wave:transparent_video_mov"]}
    folder = toml(tmp_path, options, pages)
    good(run(folder, "sync", "--used"))
    index = json.loads((folder / FOLDER / "files.json").read_text("utf-8"))
    assert set(index) == {"default/cheer", "default/wave"}
    assert list(index["default/wave"]) == ["animations[0].transparent_video_mov"]
    assert shipped(folder / FOLDER) == {"masko.css", "masko.js"}
    stems = {name.partition(".")[0] for name in media(folder / FOLDER)}
    assert stems == {"cheer", "wave"}


def test_a_host_with_plugins_gets_what_its_variants_are_made_of(tmp_path: Path) -> None:
    """With `--used`: a build without cache and network encodes them."""
    folder = yml(tmp_path, {**SELF, "into": FOLDER})
    good(run(folder, "sync", "--used"))
    shutil.rmtree(folder / ".cache")
    env = {"MASKO_MODE": "frozen"}
    built = sites.build(folder, "--strict", env=env).good()
    assert sites.missing(built) == []


def test_the_option_does_what_the_command_line_does(tmp_path: Path) -> None:
    folders = {}
    for name, arguments, options in (
        ("option", ("sync",), {**SELF, "into": "docs/static/mascots/"}),
        ("typed", ("sync", "--into", "docs/static/mascots"), SELF),
    ):
        folder = yml(tmp_path / name, options, {"index.md": "# Home\n"})
        good(run(folder, *arguments, **shared_cache()))
        folders[name] = folder / "docs/static/mascots"
    contents = [
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders.values()
    ]
    assert contents[0] == contents[1]


def test_the_command_line_goes_before_the_option(tmp_path: Path) -> None:
    folder = yml(tmp_path, {**SELF, "into": FOLDER}, {"index.md": "# Home\n"})
    done = good(run(folder, "sync", "--into", "media", **shared_cache()))
    assert "\nmedia: " in done.out
    assert names(folder / "media")
    assert not (folder / FOLDER).exists()


def test_a_page_that_cannot_be_read_stops_all_work(tmp_path: Path) -> None:
    """The variants of another one are being encoded by then."""
    folder = toml(tmp_path, SELF, {"a.md": "![A fox](masko:wave){ width=77 }\n"})
    (folder / "docs/b.md").write_bytes(b"\xff masko")
    done = run(folder, "sync", MASKO_STATE_DIR=str(tmp_path / "state"))
    assert done.code == 2
    assert "docs/b.md: cannot be read: it is not UTF-8" in done.err
    assert not (folder / FOLDER).exists()
    wait_until_gone(children())


def test_paths_start_from_the_configuration(tmp_path: Path) -> None:
    """Which may lie in another folder, and name another one for the docs."""
    site = sites.make(
        tmp_path / "website",
        {},
        options={**SELF, "gallery": True},
        docs_dir="pages",
        markdown_extensions=["masko"],
    )
    (site / "pages").mkdir()
    (site / "pages/index.md").write_text("# Home\n", encoding="utf-8")
    done = good(run(tmp_path, "sync", "-f", "website/mkdocs.yml", **shared_cache()))
    assert "\npages/mascots.md: written\n" in done.out
    assert "\npages/assets/masko: " in done.out
    assert shipped(site / "pages/assets/masko") == SHIPPED
    good(run(tmp_path, "check", "--offline", "-f", "website/mkdocs.yml"))


def test_without_an_option_mkdocs_has_no_folder(tmp_path: Path) -> None:
    folder = yml(tmp_path, SELF)
    assert FOLDER not in good(run(folder, "sync")).out
    assert not (folder / FOLDER).exists()


def test_a_folder_of_media_on_the_cdn_has_none(sandbox: Sandbox, tmp_path: Path) -> None:
    """But what a CDN does not have: style sheets and scripts."""
    folder = toml(tmp_path, CDN)
    done = good(run(folder, "sync", **variables(sandbox)))
    assert f"\n{FOLDER}: 4 files, " in done.out
    assert f"{FOLDER}: without media, which readers load from the CDN\n" in done.out
    assert max(len(line) for line in done.out.splitlines() if line.startswith(FOLDER)) <= 80
    assert media(folder / FOLDER) == set()
    assert shipped(folder / FOLDER) == SHIPPED
    good(run(folder, "check", **variables(sandbox)))
    typed = good(run(folder, "sync", "--into", FOLDER, **variables(sandbox)))
    assert "without media" not in typed.out
    assert len(media(folder / FOLDER)) > 20
    assert not [name for name in media(folder / FOLDER) if name.endswith((".avif", ".webp"))]


def test_what_pages_use_goes_to_a_folder_of_a_site_on_the_cdn(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = yml(tmp_path, CDN)
    done = run(folder, "sync", "--into", "media", "--used", **variables(sandbox))
    good(done)
    stems = {name.partition(".")[0] for name in media(folder / "media")}
    assert stems == {"card-sit", "idle", "wave"}


def test_media_of_the_embedded_sandbox_have_no_cdn(tmp_path: Path) -> None:
    folder = toml(tmp_path, {**CDN, "api_url": "sandbox"})
    done = good(run(folder, "sync"))
    assert "without media" not in done.out
    assert len(media(folder / FOLDER)) > 20
    assert not [name for name in media(folder / FOLDER) if name.endswith((".avif", ".webp"))]


def test_line_ends_that_git_has_changed_are_no_damage(copy: Path) -> None:
    """On Windows, in a clone of a repository with `core.autocrlf`."""
    texts = [*(copy / FOLDER).glob("*.css"), *(copy / FOLDER).glob("*.js*")]
    texts.append(copy / FOLDER / ".laid.json")
    contents = {path: path.read_bytes().replace(b"\n", b"\r\n") for path in texts}
    for path, content in contents.items():
        path.write_bytes(content)
    good(run(copy, "check", "--offline"))
    assert "; 0 written, 0 removed\n" in good(run(copy, "sync")).out
    assert {path: path.read_bytes() for path in texts} == contents


def test_a_host_with_plugins_lacks_media_alone(tmp_path: Path) -> None:
    """It makes variants itself, for every size, and brings style sheets and scripts along."""
    folder = yml(tmp_path, {**SELF, "into": FOLDER})
    good(run(folder, "sync", "--used"))
    page = "# Home\n\n![A fox](masko:wave){ width=123 }\n"
    (folder / "docs/index.md").write_text(page, encoding="utf-8")
    for path in (*(folder / FOLDER).glob("*.css"), *(folder / FOLDER).glob("*.avif")):
        path.unlink()
    good(run(folder, "check", "--offline"))
    (folder / "docs/index.md").write_text("# Home\n\n![A fox](masko:cheer)\n", encoding="utf-8")
    done = run(folder, "check", "--offline")
    assert done.code == 1
    assert f"error: {FOLDER}: lacks cheer." in done.err


def test_a_site_with_plugin_and_extension_is_built_by_two_hosts(tmp_path: Path) -> None:
    """Zensical finds the folder where the file names none, and variants for every size."""
    options = {**SELF, "mode": "auto", "incomplete": "ignore"}
    folder = sites.make(tmp_path, PAGES, options=options, markdown_extensions=["masko"])
    good(run(folder, "sync", "--used", **shared_cache()))
    built = sites.build(folder, "--strict", env=shared_cache()).good()
    published = {path.name for path in (built.site / "assets/masko").iterdir()}
    assert {name for name in published if "manifest" not in name} - names(folder / FOLDER) == {
        "files.json"
    }
    good(run(folder, "check", "--offline"))
    next((folder / FOLDER).glob("*.avif")).unlink()
    assert run(folder, "check", "--offline").code == 1


def test_a_machine_without_the_encoder_says_what_gets_lost(tmp_path: Path) -> None:
    """A colleague has written variants of animations; the next sync there brings them back."""
    options = {**SELF, "videos": "auto"}
    folder = toml(tmp_path, options, {"index.md": "![A fox](masko:wave){ width=80 }\n"})
    (folder / FOLDER).mkdir(parents=True)
    (folder / FOLDER / ".laid.json").write_text('{"videos": true}', encoding="utf-8")
    env = {**without_video(tmp_path / "python"), **shared_cache()}
    done = good(run(folder, "sync", process=True, **env))
    assert f"warning: {FOLDER}: had variants of animations and gets none, because" in done.err
    assert not read_laid_files(folder / FOLDER).videos
    again = good(run(folder, "sync", process=True, **env))
    assert "warning" not in again.err


@pytest.mark.parametrize("damage", ["page", "style", "folder"])
def test_check_tells_what_the_folder_lacks(damage: str, copy: Path) -> None:
    good(run(copy, "check", "--offline"))
    match damage:
        case "page":
            page = "# Home\n\n![A fox](masko:wave){ width=123 }\n"
            (copy / "docs/index.md").write_text(page, encoding="utf-8")
        case "style":
            style = next((copy / FOLDER).glob("masko.*.css"))
            style.rename(style.with_name("masko.0123456789abcdef.css"))
        case "folder":
            shutil.rmtree(copy / FOLDER)
    done = run(copy, "check", "--offline", "--json")
    assert done.code == 1
    expected = {"page": "lacks wave.", "style": "lacks masko.", "folder": "has not been written."}
    (line,) = done.err.splitlines()
    assert line.startswith(f"error: {FOLDER}: {expected[damage]}")
    assert line.endswith(" Run 'mkdocs-masko sync'.")
    assert f"error: {json.loads(done.out)['error']}" == line
    good(run(copy, "sync"))
    good(run(copy, "check", "--offline"))


def _shown_from(site: Path, into: str) -> tuple[dict[str, Any], list[str]]:
    """Move the folder; return what `show` says of a pose, and the paths of its files."""
    settings = (site / "zensical.toml").read_text("utf-8")
    shutil.move(site / FOLDER, site / into)
    (site / "zensical.toml").write_text(f'{settings}into = "{into}"\n', encoding="utf-8")
    document = json.loads(good(run(site, "show", "wave", "--json")).out)
    paths = [file["path"] for file in document["served"]]
    assert all((site / "docs" / path).is_file() for path in paths)
    return document, paths


def test_show_says_where_the_site_has_its_files(copy: Path) -> None:
    """Zensical publishes the folder where it is; the plugin has a place of its own."""
    document, paths = _shown_from(copy, "docs/mascots")
    assert all(path.startswith("mascots/") and path in document["markup"] for path in paths)
    options = {**SELF, "into": "docs/mascots"}
    yml(copy, options)
    (copy / "zensical.toml").unlink()
    document = json.loads(good(run(copy, "show", "wave", "--json")).out)
    assert {file["path"].rpartition("/")[0] for file in document["served"]} == {"assets/masko"}


def test_show_writes_urls_as_pages_have_them(copy: Path) -> None:
    document, paths = _shown_from(copy, "docs/my media")
    assert all(path.replace("my media", "my%20media") in document["markup"] for path in paths)
    assert "my media" not in document["markup"]
    assert "assets/masko" not in document["markup"]


def test_check_tells_a_record_with_conflicts(copy: Path) -> None:
    (copy / FOLDER / ".laid.json").write_text("<<<<<<< a\n{}\n=======\n{}\n>>>>>>> b\n")
    for command in (["check", "--offline"], ["sync"]):
        done = run(copy, *command)
        assert done.code == 1
        assert f"{FOLDER}/.laid.json: contains merge conflict markers." in done.err


def test_the_result_as_json(copy: Path) -> None:
    document = json.loads(good(run(copy, "sync", "--json")).out)["media"]
    sizes = [(copy / FOLDER / name).stat().st_size for name in names(copy / FOLDER)]
    assert document == {
        "folder": FOLDER,
        "files": len(sizes),
        "bytes": sum(sizes),
        "written": 0,
        "removed": 0,
    }


def test_the_gallery_page_that_was_written_as_json(tmp_path: Path) -> None:
    folder = toml(tmp_path, GALLERY, {"index.md": "# Home\n"})
    assert json.loads(good(run(folder, "sync", "--json")).out)["gallery"] == "docs/mascots.md"
    assert "gallery" not in json.loads(good(run(folder, "sync", "--json")).out)


@pytest.mark.parametrize("into", ["docs", "docs/"])
@pytest.mark.parametrize("command", [["sync"], ["check", "--offline"]])
def test_the_docs_folder_itself_is_refused(command: list[str], into: str, tmp_path: Path) -> None:
    folder = yml(tmp_path, {**sites.FROZEN, "into": into})
    done = run(folder, *command)
    assert done.code == 2
    problem = "must not be the docs folder itself; name one below it, such as docs/assets/masko"
    assert done.err == f"error: mkdocs.yml:1: option 'into' {problem}\n"


@pytest.mark.parametrize("into", ["docs", "./docs/", "Docs"])
@pytest.mark.parametrize("make", [toml, yml])
def test_the_docs_folder_is_refused_on_the_command_line(
    make: Callable[..., Path], into: str, tmp_path: Path
) -> None:
    """Where there is a site: elsewhere it is a folder as any other."""
    folder = make(tmp_path, SELF)
    done = run(folder, "sync", "--into", into)
    assert done.code == 2
    assert "option '--into' must not be the docs folder itself; name one below" in done.err
    assert not (folder / "docs/files.json").exists()


def test_zensical_needs_a_folder_in_the_docs(tmp_path: Path) -> None:
    folder = toml(tmp_path, {**SELF, "into": "media"})
    done = run(folder, "sync")
    assert done.code == 2
    expected = "option 'into' must be below the docs folder, such as docs/assets/masko; got 'media'"
    assert expected in done.err
    assert not (folder / NAME).exists()


def test_used_files_need_pages_and_a_folder(tmp_path: Path) -> None:
    """Neither is known without a site's configuration."""
    fox = ["--collection", "fox", "--api-url", "sandbox"]
    done = run(tmp_path, "sync", *fox, "--used")
    assert done.code == 2
    assert "--used needs a site, and --into" in done.err
    done = run(tmp_path, "sync", *fox, "--used", "--into", "media")
    assert done.code == 2
    assert "--used needs a site" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_site_gets_media(tmp_path: Path) -> None:
    fox = ["--collection", "fox", "--api-url", "sandbox"]
    done = good(run(tmp_path, "sync", *fox, "--into", "media"))
    assert len(media(tmp_path / "media")) > 20
    assert f"media: {len(names(tmp_path / 'media'))} files, " in done.out


GALLERY = {**CDN, "api_url": "sandbox", "gallery": True}


def test_a_gallery_page_is_written_once(tmp_path: Path) -> None:
    """Zensical takes no pages from a plugin. What the author makes of it stays."""
    folder = toml(tmp_path, GALLERY)
    page = folder / "docs/mascots.md"
    assert "docs/mascots.md: written\n" in good(run(folder, "sync")).out
    text = page.read_text("utf-8")
    assert text.startswith('---\ntitle: "Mascots"\n')
    assert 'search: {"exclude": true}\n' in text
    assert "{{ masko_gallery(search=false) }}" in text
    page.write_text(f"{text}\nMine.\n", encoding="utf-8")
    assert "docs/mascots.md" not in good(run(folder, "sync")).out
    assert page.read_text("utf-8").endswith("Mine.\n")
    good(run(folder, "check", "--offline"))
    page.unlink()
    done = run(folder, "check", "--offline")
    assert done.code == 1
    assert "docs/mascots.md: has not been written. Run 'mkdocs-masko sync'." in done.err


@pytest.mark.parametrize("command", [["sync"], ["sync", "--used"]])
def test_another_page_in_the_place_of_the_gallery_stays(command: list[str], tmp_path: Path) -> None:
    folder = toml(tmp_path, GALLERY, {**PAGES, "mascots.md": "# Our mascots\n"})
    done = run(folder, *command)
    assert done.code == 2
    assert "option 'gallery' would replace mascots.md." in done.err
    assert (folder / "docs/mascots.md").read_text("utf-8") == "# Our mascots\n"


UNPUBLISHED = {
    "excluded": ('exclude_docs = "mascots.md"', "mascots.md"),
    "a draft": ('draft_docs = "*.md"', "mascots.md"),
    "in another case": ('exclude_docs = "MASCOTS.md"', "MASCOTS.md"),
    "a folder's index": ('draft_docs = "mascots/"', "mascots/index.md"),
}


@pytest.mark.parametrize("name", UNPUBLISHED)
def test_a_page_that_the_site_leaves_out_stays(name: str, tmp_path: Path) -> None:
    setting, page = UNPUBLISHED[name]
    folder = toml(tmp_path, GALLERY, {**PAGES, page: "# Notes\n"}, setting)
    for command in (["sync"], ["check", "--offline"]):
        done = run(folder, *command)
        assert done.code == 2
        assert f"option 'gallery' would replace {page}." in done.err
    assert (folder / "docs" / page).read_text("utf-8") == "# Notes\n"


def test_a_draft_with_the_gallery_is_the_page(tmp_path: Path) -> None:
    page = "# Soon\n\n{{ masko_gallery() }}\n"
    pages = {**PAGES, "mascots.md": page}
    folder = toml(tmp_path, GALLERY, pages, 'draft_docs = "mascots.md"')
    good(run(folder, "sync"))
    good(run(folder, "check", "--offline"))
    assert (folder / "docs/mascots.md").read_text("utf-8") == page


def test_a_file_that_zensical_takes_for_no_page_is_in_nobodys_way(tmp_path: Path) -> None:
    folder = toml(tmp_path, GALLERY, {**PAGES, "mascots.markdown": "# Notes\n"})
    assert "docs/mascots.md: written\n" in good(run(folder, "sync")).out
    assert (folder / "docs/mascots.markdown").read_text("utf-8") == "# Notes\n"
    good(run(folder, "check", "--offline"))


def test_the_gallery_page_is_that_of_mkdocs_too(tmp_path: Path) -> None:
    """A site that both build has one, which search does not find."""
    folder = toml(tmp_path, GALLERY, {"index.md": "# Home\n"})
    good(run(folder, "sync"))
    plugins = ["search", "masko"]
    sites.make(folder, {}, options={**GALLERY, "mode": "auto"}, plugins=plugins)
    built = sites.build(folder, "--strict").good()
    assert built.page("mascots/index.html").count("<masko-gallery") == 1
    assert sites.missing(built) == []
    index = json.loads((built.site / "search/search_index.json").read_text("utf-8"))
    assert {entry["location"].partition("#")[0] for entry in index["docs"]} == {""}
