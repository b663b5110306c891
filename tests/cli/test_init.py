"""`init`: some lines put into a `mkdocs.yml`, and not one other byte changed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sites
from cli_process import KEY, NAME, run, variables
from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.settings import load_settings, plugins_of, read_plugin_options
from mkdocs_masko.site_config.yml_insertion import add_plugin
from terminals import at_terminal

if TYPE_CHECKING:
    from mkdocs_masko.sandbox import Sandbox


DATA = Path(__file__).parents[1] / "data" / "init"
GOLDEN = Path(__file__).parents[1] / "golden" / "init"
SHAPES = sorted(path.stem for path in DATA.glob("*.yml"))
PAGE = "# Hello\n\n![A fox waving](masko:wave)\n"


def site(folder: Path, config: bytes = b"site_name: Fox\n") -> Path:
    """Write a site with one page; return its configuration."""
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(PAGE, encoding="utf-8")
    path = folder / "mkdocs.yml"
    path.write_bytes(config)
    return path


def inserted(old: bytes, new: bytes) -> bytes:
    """Return what was put in, when that is all that was done."""
    starts = range(len(old), -1, -1)
    start = next(n for n in starts if new.startswith(old[:n]) and new.endswith(old[n:]))
    assert new[:start] + new[start + len(new) - len(old) :] == old
    return new[start : start + len(new) - len(old)]


@pytest.mark.parametrize("shape", SHAPES)
def test_only_lines_are_put_in_and_the_site_builds(tmp_path: Path, shape: str) -> None:
    """Whatever the file looks like: the rest of it stays, byte for byte."""
    old = (DATA / f"{shape}.yml").read_bytes()
    path = site(tmp_path, old)
    for base in (DATA / "bases").iterdir():
        shutil.copy(base, tmp_path)
    before = plugins_of(load_settings(path)) or {"search": None}
    done = run(tmp_path, "init", "--sandbox")
    assert (done.code, done.err) == (0, "")
    new = path.read_bytes()
    assert b"masko" in inserted(old, new)
    assert (b"\r\n" in old) == (b"\r\n" in new)
    assert new.count(b"\r\n") in {0, new.count(b"\n")}
    golden = GOLDEN / f"{shape}.yml"
    if os.environ.get("MASKO_UPDATE_GOLDEN") == "1":
        golden.write_bytes(new)
    assert new == golden.read_bytes()
    assert read_plugin_options(path) == {"collection": "fox", "api_url": "sandbox"}
    assert plugins_of(load_settings(path)) == {**before, "masko": read_plugin_options(path)}
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
    built = sites.build(tmp_path, "--strict").good()
    assert len(sites.embeds(built.page())) >= 1


REFUSED = {
    "an alias": (b"x: &all\n  - search\nplugins: *all\n", "its plugins are an alias"),
    "a text": (b"plugins: search\n", "its plugins are neither a list nor a map"),
    "a list of settings": (b"- site_name\n", "it is not a map of settings"),
    "the plugin": (b"plugins:\n  - masko: {collection: fox}\n", "has the plugin 'masko' already"),
    "the end of a document": (b"site_name: Fox\n...\n", "it ends with a document marker"),
    "broken": (b"site_name: [\n", "not valid YAML"),
    "letters of another kind": ("site_name: Füchsin\n".encode("latin-1"), "not valid YAML"),
    "a variable": (b"plugins: !ENV PLUGINS\n", "its plugins have the tag !ENV"),
    "a variable or words": (b"plugins: !ENV [A, b]\n", "its plugins have the tag !ENV"),
    "a variable or a list": (b"plugins: !ENV [A, [search]]\n", "its plugins have the tag !ENV"),
    "a path": (b"plugins: !relative x\n", "its plugins have the tag !relative"),
    "a name of Python's": (
        b"plugins: !!python/name:os.path\n",
        "not one that can be edited safely",
    ),
    "nothing, in a word": (b"plugins: null\n", "its plugins are neither a list nor a map"),
    "a merge": (b"<<<<<<< a\nx: 1\n=======\n>>>>>>> b\n", "contains merge conflict markers. Res"),
    "a merge without labels": (b"<<<<<<<\nx: 1\n=======\n>>>>>>>\n", "merge conflict markers"),
    "letters of two bytes": ("site_name: Fox\n".encode("utf-16"), "it is not UTF-8"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_edited_is_refused_with_what_to_write(tmp_path: Path, case: str) -> None:
    """One line says why and what to do by hand, before anything is written."""
    content, reason = REFUSED[case]
    path = site(tmp_path, content)
    done = run(tmp_path, "init", "--sandbox")
    assert done.code == 2
    assert reason in done.err
    assert done.err.count("\n") == 1
    assert path.read_bytes() == content
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("plugins:\n- a\n# b\n- print-site\n", "plugins:\n- a\n- masko: {}\n# b\n- print-site\n"),
        ("plugins:\n  - print-site # b\n", "plugins:\n  - masko: {}\n  - print-site # b\n"),
        (
            "plugins:\n  - a: {b: c}\n  - print-site:\n      d: e\nf: g\n",
            "plugins:\n  - a: {b: c}\n  - masko: {}\n  - print-site:\n      d: e\nf: g\n",
        ),
        ("plugins: [a, print-site]\n", "plugins: [a, {masko: {}}, print-site]\n"),
        ("plugins: [print-site]\n", "plugins: [{masko: {}}, print-site]\n"),
        ("plugins: {a: {}, print-site: {}}\n", "plugins: {a: {}, masko: {}, print-site: {}}\n"),
        ("plugins:\n  a:\n  print-site:\n", "plugins:\n  a:\n  masko: {}\n  print-site:\n"),
        ("plugins:\n  print-site:\n", "plugins:\n  masko: {}\n  print-site:\n"),
        ("plugins: [print-site, a]\n", "plugins: [print-site, a, {masko: {}}]\n"),
        ("INHERIT: x.yml\n", "INHERIT: x.yml\n\nplugins:\n  - a\n  - masko: {}\n  - print-site\n"),
    ],
)
def test_a_plugin_that_has_to_be_the_last_one_stays_it(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "mkdocs.yml"
    (tmp_path / "x.yml").write_text("plugins: [a, print-site]\n")
    path.write_text(old)
    assert add_plugin(path, {}).decode() == new


def test_an_inherited_list_with_options_is_not_copied(tmp_path: Path) -> None:
    """A list of one's own would replace it, and its options may have changed by then."""
    path = site(tmp_path, b"INHERIT: base.yml\n")
    (tmp_path / "base.yml").write_text("plugins:\n  - search: {lang: en}\n")
    with pytest.raises(OptionError, match="inherits a list of plugins with options"):
        add_plugin(path, {"collection": "fox"})


def test_ids_that_look_like_something_else_are_quoted(tmp_path: Path) -> None:
    """An id of digits stays a text; several mascots get a map."""
    path = site(tmp_path, b"plugins: {}\n")
    path.write_bytes(add_plugin(path, {"collection": "123"}))
    assert path.read_bytes() == b'plugins: {masko: {collection: "123"}}\n'
    path.write_bytes(b"plugins:\n- search\n")
    path.write_bytes(add_plugin(path, {"collections": {"fox": "1e3", "owl": "o"}}))
    assert read_plugin_options(path) == {"collections": {"fox": "1e3", "owl": "o"}}


@pytest.mark.parametrize("wanted", ["fox", "Fox Mascot", "fox-m"])
def test_a_mascot_is_found_by_name(sandbox: Sandbox, tmp_path: Path, wanted: str) -> None:
    """The file gets its id; the address from the variable stays out of it."""
    path = site(tmp_path)
    done = run(tmp_path, "init", "--collection", wanted, **variables(sandbox))
    assert (done.code, done.err) == (0, "")
    assert read_plugin_options(path) == {"collection": "fox"}
    assert json.loads((tmp_path / NAME).read_text())["collections"]["default"]["id"] == "fox"
    assert "git add mkdocs.yml masko.manifest.json" in done.out


@pytest.mark.parametrize(
    ("attributes", "is_suggested"),
    [(None, True), ("* text=auto\n", True), ("masko.manifest.json -text\n", False)],
)
def test_a_line_for_git_is_suggested_where_there_is_none(
    tmp_path: Path, attributes: str | None, *, is_suggested: bool
) -> None:
    site(tmp_path)
    if attributes is not None:
        (tmp_path / ".gitattributes").write_text(attributes)
    done = run(tmp_path, "init", "--sandbox")
    line = "Add to .gitattributes: masko.manifest.json eol=lf linguist-generated"
    assert (line in done.out) is is_suggested


def test_without_a_key_the_sandbox_is_offered(tmp_path: Path) -> None:
    """Where nobody can answer, the offer is a flag."""
    path = site(tmp_path)
    for arguments in ((), ("--collection", "fox")):
        done = run(tmp_path, "init", *arguments)
        assert done.code == 2
        assert "no key in MASKO_API_KEY: set it, or try the plugin with --sandbox" in done.err
    assert path.read_bytes() == b"site_name: Fox\n"


def test_on_a_terminal_it_asks(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without a key for the sandbox; with one, which mascot."""
    path = site(tmp_path)
    done = at_terminal(tmp_path, "init", typed="y\n")
    assert "Try the plugin with a sample mascot? [Y/n]" in done.out
    assert done.code == 0
    assert read_plugin_options(path) == {"collection": "fox", "api_url": "sandbox"}
    path.write_bytes(b"site_name: Fox\n")
    done = at_terminal(tmp_path, "init", typed="owl\n", **variables(sandbox))
    assert "Which mascot (id or name)" in done.out
    assert "Owl Mascot" in done.out
    assert read_plugin_options(path) == {"collection": "owl"}
    path.write_bytes(b"site_name: Fox\n")
    assert at_terminal(tmp_path, "init", typed="n\n").code == 1
    assert path.read_bytes() == b"site_name: Fox\n"


def test_without_a_terminal_it_wants_to_be_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """There is a command that has the names."""
    site(tmp_path)
    done = run(tmp_path, "init", **variables(sandbox))
    assert done.code == 2
    assert "name a mascot with --collection; 'mkdocs-masko collections' lists them" in done.err


def test_what_is_not_published_yet_comes_later(sandbox: Sandbox, tmp_path: Path) -> None:
    """The plugin is there, the manifest is not, and the exit code says so."""
    path = site(tmp_path)
    done = run(tmp_path, "init", "--collection", "draft", **variables(sandbox))
    assert done.code == 3
    assert read_plugin_options(path) == {"collection": "draft"}
    assert "run 'mkdocs-masko sync --wait 600'" in done.out
    assert not (tmp_path / NAME).exists()


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """No half of it: neither the file nor the manifest."""
    path = site(tmp_path)
    done = run(
        tmp_path,
        "init",
        "--collection",
        "f9503022-a991-46ea-bf8c-d628c921b6b0",
        MASKO_API_URL="http://127.0.0.1:1/v1",
        MASKO_API_KEY=KEY,
    )
    assert done.code == 1
    assert path.read_bytes() == b"site_name: Fox\n"
    assert not (tmp_path / NAME).exists()


def test_a_folder_without_a_site_is_told_how_to_get_one(tmp_path: Path) -> None:
    """The remedy is a command."""
    done = run(tmp_path, "init", "--sandbox")
    assert done.code == 2
    assert "Create a site first: 'mkdocs new .'" in done.err


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file that it leads to is changed, and the manifest lies beside that."""
    real = tmp_path / "real"
    real.mkdir()
    site(real)
    link = tmp_path / "mkdocs.yml"
    link.symlink_to(real / "mkdocs.yml")
    assert run(tmp_path, "init", "--sandbox").code == 0
    assert link.is_symlink()
    assert b"masko" in (real / "mkdocs.yml").read_bytes()


def test_as_json_it_says_what_it_wrote(tmp_path: Path) -> None:
    """And nothing else, so that a program can go on from there."""
    site(tmp_path)
    done = run(tmp_path, "init", "--sandbox", "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == {
        "config": "mkdocs.yml",
        "options": {"collection": "fox", "api_url": "sandbox"},
        "manifest": NAME,
        "revision": json.loads((tmp_path / NAME).read_text())["revision"],
        "poses": ["card-sit", "cheer", "idle", "wave"],
    }


def test_as_json_it_says_that_nothing_is_published_yet(sandbox: Sandbox, tmp_path: Path) -> None:
    """The plugin is added all the same; advice and the error go to standard error."""
    site(tmp_path)
    done = run(tmp_path, "init", "--collection", "draft", "--json", **variables(sandbox))
    document = json.loads(done.out)
    assert done.code == 3
    assert (document["manifest"], document["revision"], document["poses"]) == (None, None, [])
    assert done.err.startswith("Next: publish the mascot in Masko")
