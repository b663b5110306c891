"""What is told in Zensical: a build ends with all that is wrong on a page, a server goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

import cli_process as cli
import zensical_sites as zensical
from mkdocs_masko.manifest import load, make, save
from mkdocs_masko.markdown.standalone.site import open_site
from mkdocs_masko.markdown.standalone.zensical import Project
from mkdocs_masko.palette import opening_palette
from mkdocs_masko.urls import media_origins

if TYPE_CHECKING:
    from pathlib import Path

WAVE = (
    "no pose 'wavee' in 'Fox Mascot' (did you mean 'wave'?). Run 'mkdocs-masko sync' if it is new."
)
BAD = (
    "---\ntitle: Bad\nmascot: owll\n---\n\n# Bad\n\n![Waves](masko:wavee)\n\n"
    'Text {{ masko("idle", widht=20) }}\n\n<a href="masko:wave">link</a>\n'
    '{{ masko("idle", href="nowhere.md") }}\n'
)


@pytest.mark.parametrize("arguments", [(), ("--strict",)])
def test_a_build_ends_with_all_problems_of_a_page(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    zensical.make(tmp_path, {"index.md": "# Good\n", "guide/bad.md": BAD})
    built = zensical.build(tmp_path, *arguments)
    assert built.code == 1
    head, *lines = built.output.partition("BadReferences: ")[2].strip().splitlines()
    assert head == "5 on docs/guide/bad.md. 'mkdocs-masko check' lists those of all pages."
    places = [line.split(": ")[0] for line in lines]
    assert places == [f"docs/guide/bad.md:{p}" for p in ("3:1", "8:10", "10:6", "12:10", "13:1")]
    assert lines[1] == f"docs/guide/bad.md:8:10: {WAVE}"


def test_a_build_shows_no_traceback(tmp_path: Path) -> None:
    zensical.make(tmp_path, {"index.md": BAD})
    output = zensical.build(tmp_path).output
    assert "Traceback" not in output
    assert 'File "' not in output


def test_check_tells_the_same(tmp_path: Path) -> None:
    zensical.make(tmp_path, {"index.md": BAD})
    told = zensical.build(tmp_path).output.strip().splitlines()[-5:]
    done = cli.run(tmp_path, "check", "--offline")
    assert [line for line in done.said.splitlines() if line.startswith("docs/")] == told


def test_a_server_shows_the_alt_text_and_goes_on(tmp_path: Path) -> None:
    """A typo is told in one line; corrected, the pose is there; the manifest is followed too."""
    site = zensical.make(tmp_path, {"index.md": "# Home\n\n![Waves](masko:wavee)\n"})
    page = site / "docs/index.md"
    with zensical.serve(site) as server:
        html = server.wait_for("<p>Waves</p>")
        assert "<masko-pose" not in html
        assert server.wait_for_log(f"docs/index.md:3:10: {WAVE}\n").count(WAVE) == 1
        server.settle()
        page.write_text("# Home\n\n![Waves](masko:wave)\n", encoding="utf-8")
        server.wait_for("<masko-pose")
        server.settle()
        _remove_pose(site / "masko.manifest.json", "wave")
        server.wait_for("<p>Waves</p>")
        server.wait_for_log("no pose 'wave' in 'Fox Mascot'")
        server.settle()
        (site / "masko.manifest.json").unlink()
        page.write_text("# Home\n\n![No manifest](masko:wave)\n", encoding="utf-8")
        server.wait_for("<p>No manifest</p>")
        log = server.wait_for_log("masko.manifest.json: there is no such manifest.")
        assert "Traceback" not in log


def test_a_server_tells_once_what_is_wrong_with_all_pages(tmp_path: Path) -> None:
    """And again when it has been right in between."""
    pages = {"index.md": "", "a.md": "a/", "b.md": "b/"}
    site = zensical.make(tmp_path, dict.fromkeys(pages, "# Page\n"))
    manifest = site / "masko.manifest.json"
    content = manifest.read_bytes()

    def write(alt: str, awaited: str) -> None:
        for name, path in pages.items():
            text = f"# Page\n\n![{alt}](masko:wave)\n"
            (site / "docs" / name).write_text(text, encoding="utf-8")
            server.wait_for(awaited, path)

    with zensical.serve(site) as server:
        for number in (1, 2):
            write(f"Shown {number}", f'alt="Shown {number}"')
            manifest.unlink()
            write(f"Missing {number}", f"<p>Missing {number}</p>")
            assert server.log().count("masko.manifest.json: there is no such manifest.") == number
            manifest.write_bytes(content)


def _remove_pose(path: Path, removed: str) -> None:
    collection = load(path, media_origins("sandbox")).collections["default"]
    poses = {name: pose for name, pose in collection.poses.items() if name != removed}
    save(path, make({"default": structs.replace(collection, poses=poses)}))


POSE = {"index.md": "# Home\n\n![](masko:wave)\n"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"hostng": "self"},
            "zensical.toml:12: option 'hostng' is unknown (did you mean 'hosting'?)",
        ),
        (
            {"hosting": "mine"},
            "zensical.toml:12: option 'hosting' must be one of 'cdn', 'self'; got 'mine'",
        ),
        ({"api_key": "masko_" + "0" * 40}, "option 'api_key' must not hold the API key"),
        ({"manifest": "other.json"}, "other.json: there is no such manifest."),
        ({"into": "media"}, "zensical.toml:12: option 'into' must be below the docs folder"),
        ({"default": "owl"}, "zensical.toml:12: option 'default' names no collection 'owl'"),
    ],
)
def test_options_that_cannot_be_used_are_told_in_one_line(
    options: dict[str, str], told: str, tmp_path: Path
) -> None:
    zensical.make(tmp_path, POSE)
    zensical.write(tmp_path, POSE, options)
    built = zensical.build(tmp_path)
    assert built.code == 1
    assert told in built.output
    assert "Traceback" not in built.output
    assert "masko_0" not in built.output


def test_the_file_that_the_command_line_names_is_the_place(tmp_path: Path) -> None:
    site = zensical.make(tmp_path, POSE)
    zensical.write(site, POSE, {"hosting": "mine"})
    (site / "zensical.toml").rename(site / "fox.toml")
    (site / "mkdocs.yml").write_text("site_name: Site\n")
    built = zensical.build(site, "--config-file=fox.toml")
    assert "fox.toml:12: option 'hosting' must be one of" in built.output


def test_a_page_without_poses_needs_nothing(tmp_path: Path) -> None:
    page = {"index.md": "# Home\n"}
    zensical.write(zensical.make(tmp_path, page), page, {"hosting": "mine"})
    assert zensical.build(tmp_path).good()


def test_files_that_are_not_laid_down_are_told(tmp_path: Path) -> None:
    site = zensical.make(tmp_path, POSE)
    for path in (site / zensical.LAID).iterdir():
        path.unlink()
    lines = zensical.build(site).output.splitlines()
    assert (
        "docs/index.md:3:5: the files of pose 'default/wave' are not in docs/assets/masko. "
        "Run 'mkdocs-masko sync' and commit the folder." in lines
    )


@pytest.mark.parametrize("cut", ["removed", "cut off"])
def test_a_file_that_is_gone_is_told_whatever_the_record_says(cut: str, tmp_path: Path) -> None:
    site = zensical.make(tmp_path, POSE)
    for path in (site / zensical.LAID).glob("wave.*.mov"):
        path.unlink() if cut == "removed" else path.write_bytes(b"")
    built = zensical.build(site)
    assert built.code == 1
    assert "docs/index.md:3:5: the files of pose 'default/wave' are not in" in built.output


@pytest.mark.parametrize("gone", ["wave.*.mov", "*"])
def test_a_file_that_goes_after_a_build_is_told_by_the_next_one(gone: str, tmp_path: Path) -> None:
    """Zensical would take the page from its cache: it watches the folder."""
    site = zensical.make(tmp_path, POSE)
    assert zensical.build(site).good()
    for path in (site / zensical.LAID).glob(gone):
        path.unlink()
    built = zensical.build(site, is_clean=False)
    assert built.code == 1
    assert "docs/index.md:3:5: the files of pose 'default/wave' are not in" in built.output


def test_a_file_that_goes_while_a_server_runs_is_noticed(tmp_path: Path) -> None:
    """The record stays, as while Git, which writes it first, switches branches."""
    site = zensical.make(tmp_path, POSE)
    project = Project(
        folder=site,
        config_file=None,
        docs_dir=site / "docs",
        docs_settings={},
        overrides=(),
        language="en",
        palette=opening_palette({}),
        site_url="",
        excerpt_ends=(),
    )
    options = {"collection": "fox", "api_url": "sandbox"}
    first = open_site(options, project)
    assert open_site(options, project) is first
    for path in (site / zensical.LAID).glob("wave.*.mov"):
        path.unlink()
    assert open_site(options, project) is not first


def test_a_style_sheet_of_another_version_is_told(tmp_path: Path) -> None:
    site = zensical.make(tmp_path, POSE)
    record = site / zensical.LAID / ".laid.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    content["files"] = {n: size for n, size in content["files"].items() if ".css" not in n}
    record.write_text(json.dumps(content), encoding="utf-8")
    assert (
        "docs/assets/masko: has no masko.css of this version. "
        "Run 'mkdocs-masko sync' and commit the folder."
    ) in zensical.build(site).output


def test_a_size_that_is_not_laid_down_is_shown_from_the_original(tmp_path: Path) -> None:
    """Readers get the right picture, in more bytes; so the build goes on, and says so."""
    site = zensical.make(tmp_path, POSE, {"hosting": "self", "videos": "original"})
    page = '# Home\n\n{{ masko_image("wave", width=70) }}\n'
    (site / "docs/index.md").write_text(page, encoding="utf-8")
    built = zensical.build(site).good()
    assert (
        "docs/assets/masko: has no variant of 'default/wave' in a size that a page shows, so that "
        "readers load a larger file. Run 'mkdocs-masko sync'."
    ) in built.output
    assert 'width="70"' in built.page()


def test_the_manifest_is_found_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    site = zensical.make(tmp_path / "site", POSE)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    built = zensical.build(elsewhere, "-f", str(site / "zensical.toml"))
    assert built.code == 0, built.output
    assert "<masko-pose" in (site / "site/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("incomplete", ["warn", "ignore"])
def test_what_a_pose_lacks_is_told_and_builds(incomplete: str, tmp_path: Path) -> None:
    options = {"collection": "owl", "incomplete": incomplete}
    page = {"index.md": "# Home\n\n![](masko:wave-2)\n\n![](masko:wave-2)\n"}
    output = zensical.build(zensical.make(tmp_path, page, options)).good().output
    assert output.count("default/wave-2: no ") == (incomplete == "warn")


def test_what_a_page_includes_is_told_in_the_file_that_has_it(tmp_path: Path) -> None:
    settings = '[project.markdown_extensions.pymdownx.snippets]\nbase_path = ["parts"]\n'
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/a.md").write_text("A\n\n![Waves](masko:wavee)\n", encoding="utf-8")
    zensical.make(tmp_path, {"index.md": '# Home\n\n--8<-- "a.md"\n'}, settings=settings)
    assert f"parts/a.md:3:10: {WAVE}" in zensical.build(tmp_path).output
    assert f"parts/a.md:3:10: {WAVE}" in cli.run(tmp_path, "check", "--offline").said


def test_what_a_server_has_shown_is_told_by_a_build(tmp_path: Path) -> None:
    """Zensical caches the page with the alt text, and a build would publish that in silence."""
    site = zensical.make(tmp_path, {"index.md": "# Home\n\n![Waves](masko:wavee)\n"})
    with zensical.serve(site) as server:
        server.wait_for("<p>Waves</p>")
        server.wait_for_log("no pose 'wavee'")
    built = zensical.build(site, is_clean=False)
    assert built.code == 1
    assert f"docs/index.md:3:10: {WAVE}" in built.output


def test_a_server_shows_what_a_sync_lays_down(tmp_path: Path) -> None:
    page = "# Home\n\n{{ masko_image('wave', width=240) }}\n"
    options = {"hosting": "self", "videos": "original"}
    site = zensical.make(tmp_path, {"index.md": page}, options)
    with zensical.serve(site) as server:
        server.wait_for('type="image/avif"')
        server.settle()
        (site / "docs/index.md").write_text(page.replace("240", "333"), encoding="utf-8")
        server.wait_for_log("has no variant of 'default/wave' in a size that a page shows")
        server.wait_for('width="333"')
        server.settle()
        files_before = {*(site / zensical.LAID).iterdir()}
        zensical.sync(site)
        (new, *_) = {*(site / zensical.LAID).glob("*.avif")} - files_before
        server.wait_for(new.name)


def test_a_manifest_of_other_mascots_is_refused_by_check_and_build(tmp_path: Path) -> None:
    site = zensical.make(tmp_path, POSE)
    zensical.write(site, POSE, {"collection": "owl"})
    told = "masko.manifest.json: has collection 'fox', but the options name 'owl'."
    done = cli.run(site, "check", "--offline")
    assert (done.code, told in done.err) == (1, True)
    assert told in zensical.build(site).output
