"""The script that tries the plugin on somebody's site finds what changes, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import sites

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOOK = '''\
"""Marks each build by a new number, and changes one page where our plugin is used."""
import uuid

def on_page_content(html, page, config, files):
    if page.file.src_uri == "spoiled.md" and "masko" in config.plugins:
        return html.replace("sound", "spoiled")
    return f"<i>{uuid.uuid4()}</i> {html}" if page.file.src_uri == "unsteady.md" else html

def on_post_build(config):
    if "masko" in config.plugins:
        open(f"{config.site_dir}/stray.txt", "w").close()
'''
PAGES = {
    "docs/index.md": "# Home\n\n`${{ code }}`\n",
    "docs/spoiled.md": "# Page\n\n    sound\n",
    "docs/unsteady.md": "# Page\n\nAs it was.\n",
}


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def try_site(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    env = sites.environment()
    env.pop("PYTHONSAFEPATH", None)  # the script imports another one from its own folder
    return subprocess.run(
        [sys.executable, sites.ROOT / "scripts/try_real_site.py", *arguments],
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is found on a site whose hook spoils a page and adds a file."""
    folder = tmp_path_factory.mktemp("spoiled")
    settings = {
        "site_name": "Test",
        "theme": sites.BARE,
        "hooks": ["hook.py"],
        "plugins": ["glightbox"],
    }
    templates = {"theme/main.html": sites.MAIN, "theme/404.html": ""}
    write(folder, **PAGES, **templates, **{"hook.py": HOOK, "mkdocs.yml": json.dumps(settings)})
    done = try_site("--json", "--with-poses", folder)
    assert done.returncode == 1, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_changed_page_is_named_with_what_changed(results: dict[str, Any]) -> None:
    found = results["plugin"]
    assert (found["pages"], list(found["changed_pages"])) == (3, ["spoiled/index.html"])
    before, after = found["changed_pages"]["spoiled/index.html"].splitlines()
    assert before.startswith("- ")
    assert "<code>sound" in before
    assert "<code>spoiled" in after


def test_a_touched_code_sample_is_counted(results: dict[str, Any]) -> None:
    found = results["plugin"]
    assert (found["samples"], found["changed_samples"]) == (2, {"spoiled/index.html": 1})


def test_what_differs_between_plain_builds_is_left_out(results: dict[str, Any]) -> None:
    assert results["plugin"]["left_out"] == []
    assert "unsteady/index.html" not in results["plugin"]["changed_pages"]


def test_files_in_other_folders_are_told_from_its_own(results: dict[str, Any]) -> None:
    assert results["plugin"]["strays"] == ["stray.txt"]
    assert "assets/masko/manifest.json" in results["plugin"]["added"]


def test_seconds_of_cpu_are_measured(results: dict[str, Any]) -> None:
    assert set(results["plugin"]["cpu_seconds"]) == {"plain", "plugin"}


def test_poses_change_nothing_else_of_a_page(results: dict[str, Any]) -> None:
    found = results["poses"]
    assert found["pages_with_poses"] == 3
    assert list(found["changed_pages"]) == ["spoiled/index.html"]
    assert found["as_text"] == []


def test_a_site_that_stays_the_same_is_good(tmp_path: Path) -> None:
    """Its settings are inherited, and a plugin that is not here is switched off."""
    parent = {"site_name": "Test", "theme": sites.BARE, "plugins": {"search": {}, "not-here": {}}}
    write(
        tmp_path,
        **PAGES,
        **{"theme/main.html": sites.MAIN, "theme/404.html": "", "base.yml": json.dumps(parent)},
        **{"site.yml": "INHERIT: base.yml\nrepo_url: !ENV [REPOSITORY, 'https://example.org']\n"},
    )
    before = contents(tmp_path)
    done = try_site("-f", "site.yml", "--without", "not-here", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n  pages changed             0 of 3\n" in done.stdout
    assert "\n  code samples touched      0 of 2\n" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert contents(tmp_path) == before


def test_a_folder_without_settings_is_told(tmp_path: Path) -> None:
    done = try_site(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "mkdocs.yml: no such file. Name it with -f." in done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small site, as `work/checkout`."""
    folder = tmp_path / "work/checkout"
    folder.mkdir(parents=True)
    settings = {"site_name": "Test", "theme": sites.BARE, "plugins": []}
    templates = {"theme/main.html": sites.MAIN, "theme/404.html": ""}
    write(folder, **PAGES, **templates, **{"mkdocs.yml": json.dumps(settings)})
    return folder


def assert_refused(done: subprocess.CompletedProcess[str], *texts: str) -> None:
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    for text in texts:
        assert text in done.stderr


def test_built_sites_are_kept_and_nothing_else(checkout: Path, tmp_path: Path) -> None:
    before, kept = contents(tmp_path), tmp_path / "new/kept"
    assert try_site("--keep", kept, checkout).returncode == 0
    names = {path.name for path in kept.iterdir()}
    assert names == {"plain-0", "plain-1", "plugin-0", "plugin-1"}
    assert (kept / "plugin-1/index.html").is_file()
    assert {path: data for path, data in contents(tmp_path).items() if path in before} == before


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        ("work", "is not an empty folder. Name a new one with --keep."),
        ("work/checkout", "is not an empty folder. Name a new one with --keep."),
        ("work/checkout/mkdocs.yml", "is not an empty folder. Name a new one with --keep."),
        ("work/checkout/new", "is in the checkout. Name a folder elsewhere with --keep."),
    ],
)
def test_sites_are_not_kept_among_other_files(
    checkout: Path, tmp_path: Path, keep: str, message: str
) -> None:
    before = contents(tmp_path)
    assert_refused(try_site("--keep", tmp_path / keep, checkout), f"{tmp_path / keep}: {message}")
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_created_is_told_before_any_build(
    checkout: Path, tmp_path: Path
) -> None:
    keep = tmp_path / "link"
    keep.symlink_to(tmp_path / "nowhere")
    assert_refused(try_site("--keep", keep, checkout), f"{keep}: cannot be created: ")


def link_docs(checkout: Path) -> list[str]:
    (checkout / "docs").rename(checkout / "pages")
    (checkout / "docs").symlink_to(checkout / "pages")
    return []


def link_docs_elsewhere(checkout: Path) -> list[str]:
    (checkout / "docs").rename(checkout.parent / "pages")
    (checkout / "docs").symlink_to(checkout.parent / "pages")
    return []


def name_docs_absolutely(checkout: Path) -> list[str]:
    settings = json.loads((checkout / "mkdocs.yml").read_text(encoding="utf-8"))
    settings["docs_dir"] = str(checkout / "docs")
    write(checkout, **{"mkdocs.yml": json.dumps(settings)})
    return []


def name_config_absolutely(checkout: Path) -> list[str]:
    return ["-f", str(checkout / "mkdocs.yml")]


def link_config_folder(checkout: Path) -> list[str]:
    (checkout / "linked").symlink_to(checkout)
    return ["-f", "linked/mkdocs.yml"]


@pytest.mark.parametrize(
    "share",
    [
        link_docs,
        link_docs_elsewhere,
        name_docs_absolutely,
        name_config_absolutely,
        link_config_folder,
    ],
)
def test_what_a_copy_would_share_with_the_checkout_is_refused(
    checkout: Path, tmp_path: Path, share: Callable[[Path], list[str]]
) -> None:
    arguments = share(checkout)
    before = contents(tmp_path)
    done = try_site("--with-poses", *arguments, checkout)
    assert_refused(done, "a copy of the checkout would share it. Use a checkout that")
    assert contents(tmp_path) == before


def test_links_to_pages_elsewhere_are_not_followed(checkout: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside", **{"page.md": "# Outside\n"})
    (checkout / "docs/folder").symlink_to(tmp_path / "outside")
    (checkout / "docs/page.md").symlink_to(tmp_path / "outside/page.md")
    before = contents(tmp_path)
    done = try_site("--with-poses", checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(tmp_path) == before


def test_poses_need_a_docs_folder_that_is_known(checkout: Path) -> None:
    with (checkout / "mkdocs.yml").open("w", encoding="utf-8") as file:
        file.write("site_name: Test\nplugins: []\ntheme: {name: null, custom_dir: theme}\n")
        file.write("docs_dir: !ENV [NOT_SET, docs]\n")
    assert try_site(checkout).returncode == 0
    assert_refused(try_site("--with-poses", checkout), "docs_dir: is not a plain path. Write one")
