"""`init` for Zensical: the Markdown extension, the watched manifest, and all that pages load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_process import NAME, environment, run, variables
from mkdocs_masko.site_config.settings import extensions_of, load_settings, read_plugin_options

if TYPE_CHECKING:
    from mkdocs_masko.sandbox import Sandbox


PAGE = "# Hello\n\n![A fox waving](masko:wave)\n"
FOLDER = "docs/assets/masko"
OPTIONS = {"collection": "fox", "api_url": "sandbox", "into": FOLDER}


def site(folder: Path, text: str = "[project]\nsite_name = 'Fox'\n", name: str = "") -> Path:
    """Write a site with one page; return its configuration."""
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "index.md").write_text(PAGE, encoding="utf-8")
    path = folder / (name or "zensical.toml")
    path.write_text(text)
    return path


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11")
@pytest.mark.parametrize("name", ["zensical.toml", "mkdocs.yml"])
def test_one_command_and_zensical_shows_the_pose(tmp_path: Path, name: str) -> None:
    """Media, style sheet and script lie in the docs, and the page loads them."""
    text = "site_name: Fox\n" if name.endswith(".yml") else "[project]\nsite_name = 'Fox'\n"
    path = site(tmp_path, text, name)
    done = run(tmp_path, "init", "--sandbox", "--zensical")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        f"{name}: Markdown extension added\n{NAME}: written, 4 poses\n{FOLDER}:"
    )
    assert read_plugin_options(path) == OPTIONS
    assert load_settings(path)["watch"] == [NAME, FOLDER]
    assert path.read_text().startswith(text)
    command = [Path(sys.executable).with_name("zensical"), "build", "--strict"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment())
    page = (tmp_path / "site" / "index.html").read_text()
    assert "<masko-pose" in page
    assert list((tmp_path / "site" / "assets" / "masko").glob("masko.*.js"))
    doctor = json.loads(run(tmp_path, "doctor", "--json").out)
    assert {each["level"] for each in doctor if each["subject"] != "manifest"} == {"ok"}
    assert run(tmp_path, "check", "--offline").code == 0


def test_the_next_steps_are_those_of_zensical(tmp_path: Path) -> None:
    site(tmp_path)
    done = run(tmp_path, "init", "--sandbox")
    steps = [line[5:] for line in done.out.splitlines() if line.startswith("  ")]
    assert steps == [
        "Write ![What it shows](masko:wave) on a page, and run 'zensical serve'.",
        f"Add to .gitattributes: {NAME} eol=lf linguist-generated",
        f"Add to .gitattributes: {FOLDER}/** -text linguist-generated",
        f"git add zensical.toml {NAME} {FOLDER} .gitattributes",
    ]


def test_the_next_steps_name_paths_from_the_working_folder(tmp_path: Path) -> None:
    """Of a second site in a repository; whoever copies a line gets what it says."""
    path = site(tmp_path / "my site")
    done = run(tmp_path, "init", "--sandbox", "-f", "my site/zensical.toml")
    steps = [line[5:] for line in done.out.splitlines() if line.startswith("  ")]
    assert steps == [
        (
            "Write ![What it shows](masko:wave) on a page, and run "
            "'zensical serve -f \"my site/zensical.toml\"'."
        ),
        f"Add to my site/.gitattributes: {NAME} eol=lf linguist-generated",
        f"Add to my site/.gitattributes: {FOLDER}/** -text linguist-generated",
        (
            f'git add "my site/zensical.toml" "my site/{NAME}" "my site/{FOLDER}" '
            '"my site/.gitattributes"'
        ),
    ]
    (path.parent / ".gitattributes").write_text(f"{NAME} eol=lf linguist-generated\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(steps[-1], cwd=tmp_path, check=True, shell=True)  # noqa: S602 - as printed
    listed = subprocess.run(
        ["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, encoding="utf-8"
    )
    names = {"my site/zensical.toml", f"my site/{NAME}", f"my site/{FOLDER}/.laid.json"}
    names.add("my site/.gitattributes")
    assert names <= {*listed.stdout.splitlines()}
    assert (path.parent / "masko.manifest.json").is_file()


def test_the_gallery_page_that_is_written_is_to_be_committed(tmp_path: Path) -> None:
    site(tmp_path)
    options = "{masko: {collection: fox, api_url: sandbox, gallery: true}}"
    (tmp_path / "mkdocs.yml").write_text(f"site_name: Fox\nplugins: [{options}]\n")
    done = run(tmp_path, "init", "--zensical", "-f", "zensical.toml")
    assert f". git add zensical.toml {NAME} {FOLDER} docs/mascots.md .gitattributes\n" in done.out


def test_a_site_elsewhere_with_another_docs_folder(tmp_path: Path) -> None:
    """All paths start from the folder of the file."""
    path = site(tmp_path / "web", "[project]\nsite_name = 'Fox'\ndocs_dir = 'pages'\n")
    (tmp_path / "web" / "docs").rename(tmp_path / "web" / "pages")
    done = run(tmp_path, "init", "--sandbox", "-f", "web/zensical.toml")
    assert done.code == 0
    assert "zensical serve -f web/zensical.toml" in done.out
    assert read_plugin_options(path)["into"] == "pages/assets/masko"
    assert list((tmp_path / "web" / "pages" / "assets" / "masko").glob("wave.*.png"))
    for command in (
        ("list",),
        ("check", "--offline"),
        ("sync",),
        ("diff",),
        ("prune", "--dry-run"),
        ("show", "wave"),
        ("snippets",),
        ("status",),
        ("items", "fox"),
        ("gallery", "--no-open"),
    ):
        done = run(tmp_path, *command, "-f", "web/zensical.toml")
        assert (command, done.code) == (command, 0)


def test_a_docs_folder_whose_name_is_no_option_does_without(tmp_path: Path) -> None:
    """The folder is the same without the option `into`."""
    path = site(tmp_path, "[project]\nsite_name = 'Fox'\ndocs_dir = '.docs'\n")
    (tmp_path / "docs").rename(tmp_path / ".docs")
    assert run(tmp_path, "init", "--sandbox").code == 0
    assert "into" not in read_plugin_options(path)
    assert list((tmp_path / ".docs" / "assets" / "masko").glob("wave.*.png"))


@pytest.mark.parametrize("name", ["zensical.toml", "mkdocs.yml"])
def test_options_of_the_plugin_are_taken_over(tmp_path: Path, name: str) -> None:
    """A site that moves from MkDocs has said all that there is to say, and has a manifest."""
    plugin = (
        "site_name: Fox\nplugins:\n- masko: {collections: {fox: fox, owl: owl}, api_url: sandbox}\n"
    )
    path = site(tmp_path, plugin, "mkdocs.yml")
    assert run(tmp_path, "sync").code == 0
    arguments = ["--zensical"]
    if name == "zensical.toml":
        path, arguments = tmp_path / name, []
        path.write_text("[project]\nsite_name = 'Fox'\n")
    done = run(tmp_path, "init", *arguments)
    assert (done.code, done.err) == (0, "")
    assert f"{name}: Markdown extension added\n{NAME}: up to date, 15 poses\n" in done.out
    options = {"collections": {"fox": "fox", "owl": "owl"}, "api_url": "sandbox", "into": FOLDER}
    assert read_plugin_options(path) == options
    assert (tmp_path / "mkdocs.yml").read_text().startswith(plugin)
    assert run(tmp_path, "check").code == 0


@pytest.mark.parametrize("name", ["zensical.toml", "mkdocs.yml"])
def test_options_without_effect_stay_out_of_the_file(tmp_path: Path, name: str) -> None:
    """Those that only the plugin has a use for; they are named."""
    plugin = "{collection: fox, api_url: sandbox, mode: locked, budget: {page: 1 MB}, wait: 5}"
    path = site(tmp_path, f"site_name: Fox\nplugins: [masko: {plugin}]\n", "mkdocs.yml")
    if name == "zensical.toml":
        path = tmp_path / name
        path.write_text("[project]\nsite_name = 'Fox'\n")
    done = run(tmp_path, "init", "--zensical", "-f", name)
    assert (done.code, done.err) == (0, "")
    assert f"{name}: left out, without effect in Zensical: mode, budget\n" in done.out
    assert extensions_of(load_settings(path))["masko"] == {**OPTIONS, "wait": 5}


@pytest.mark.parametrize("name", ["zensical.toml", "mkdocs.yml"])
@pytest.mark.parametrize(
    ("plugin", "tagged"),
    [
        ('plugins: [masko: {collection: fox, cache: !ENV [FOX_CACHE, ""]}]', "'cache'"),
        ("plugins: [masko: {collection: !ENV FOX_VALUE}]", "'collection'"),
        ("plugins: {masko: {collections: {fox: !ENV FOX_VALUE}}}", "'collections'"),
        ("plugins: [masko: {collection: fox, include: [!ENV FOX_VALUE]}]", "'include'"),
        ("INHERIT: base.yml", "'cache'"),
        ("plugins: !ENV [UNSET_FOX, [masko: {collection: !ENV FOX_VALUE}]]", "'plugins'"),
    ],
)
def test_a_value_of_the_environment_stays_out_of_the_file(
    tmp_path: Path, name: str, plugin: str, tagged: str
) -> None:
    """It may be a secret, and it is this machine's; the message says what to add by hand."""
    base = "plugins: {masko: {collection: fox, cache: !ENV FOX_CACHE}}\n"
    (tmp_path / "base.yml").write_text(base)
    path = site(tmp_path, f"site_name: Fox\n{plugin}\n", "mkdocs.yml")
    if name == "zensical.toml":
        path = tmp_path / name
        path.write_text("[project]\nsite_name = 'Fox'\n")
    before = path.read_bytes()
    values = {"FOX_VALUE": "secret-value", "FOX_CACHE": "s3://secret-value/fox"}
    done = run(tmp_path, "init", "--zensical", **values)
    assert done.code == 2
    assert f"mkdocs.yml: masko has a value with a tag, such as !ENV, in {tagged}, which" in done.err
    assert f"to 'markdown_extensions' in {name} by hand" in done.err
    assert "secret-value" not in done.out + done.err
    assert path.read_bytes() == before
    assert not (tmp_path / NAME).exists()


def test_what_is_not_published_yet_stops_newer_versions(sandbox: Sandbox, tmp_path: Path) -> None:
    """They refuse to watch a manifest that no sync has written."""
    path = site(tmp_path)
    done = run(tmp_path, "init", "--collection", "draft", **variables(sandbox))
    assert done.code != 0
    assert load_settings(path)["watch"] == [NAME, FOLDER]
    assert done.out.endswith(
        "Until then, Zensical 0.1 and later stop: paths in 'watch' must exist.\n"
    )


def test_options_are_taken_over_without_a_key(sandbox: Sandbox, tmp_path: Path) -> None:
    """The manifest is there; media that the site is to serve come from the CDN."""
    plugin = f"plugins: [masko: {{collection: fox, api_url: '{sandbox.api_url}'}}]\n"
    site(tmp_path, plugin, "mkdocs.yml")
    assert run(tmp_path, "sync", **variables(sandbox)).code == 0
    path = tmp_path / "zensical.toml"
    path.write_text("[project]\nsite_name = 'Fox'\n")
    done = run(tmp_path, "init")
    assert (done.code, done.err) == (0, "")
    assert read_plugin_options(path)["collection"] == "fox"


def test_as_json_it_says_what_it_wrote(tmp_path: Path) -> None:
    site(tmp_path)
    done = run(tmp_path, "init", "--sandbox", "--json")
    document = json.loads(done.out)
    assert document["config"] == "zensical.toml"
    assert document["options"] == OPTIONS
    assert document["media"]["folder"] == FOLDER
    assert document["poses"] == ["card-sit", "cheer", "idle", "wave"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[project.markdown_extensions.masko]\n", "has the Markdown extension 'masko' already"),
        ("project = { site_name = 'T' }\n", "add this by hand: to the table project.markdown_ext"),
        ("[project\n", "zensical.toml:1:9: not valid TOML. "),
        ("<<<<<<< a\n=======\n>>>>>>> b\n", "contains merge conflict markers"),
        (
            "[project]\nplugins = [{ masko = { collection = 'fox', api_key = 'x' } }]\n",
            "must not hold the API key",
        ),
    ],
)
def test_what_cannot_be_edited_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """One line says why, before anything is written."""
    path = site(tmp_path, text)
    done = run(tmp_path, "init", *(["--sandbox"] if "api_key" not in text else []))
    assert done.code == 2
    assert reason in done.err
    assert done.err.count("\n") == 1
    assert path.read_text() == text
    assert not (tmp_path / NAME).exists()
    assert not (tmp_path / FOLDER).exists()


def test_a_folder_without_a_site_is_told_how_to_get_one(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--sandbox", "--zensical")
    assert "no mkdocs.yml or zensical.toml in this folder" in done.err
    assert "'zensical new .'" in done.err
