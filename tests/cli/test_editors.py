"""What editors and shells are given: schemas, snippets, completion."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import sites
from cli_process import COMMAND, NAME, config, environment, run
from mkdocs_masko.cli.editors import snippets_file
from mkdocs_masko.manifest import Collection, Medium, Pose, loads, make
from mkdocs_masko.options import Options
from mkdocs_masko.schemas import SCHEMAS, options_schema, schema_path
from mkdocs_masko.snippets import escape_markdown
from mkdocs_masko.urls import SANDBOX_ORIGIN


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_that_ship_are_those_of_the_types(name: str) -> None:
    """After a change of the types: make schema."""
    assert json.loads(schema_path(name).read_text(encoding="utf-8")) == json.loads(
        json.dumps(SCHEMAS[name]())
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_printed_or_named(tmp_path: Path, name: str) -> None:
    """One of both, as it ships."""
    text = schema_path(name).read_text(encoding="utf-8")
    assert run(tmp_path, "schema", name).out == text
    path = Path(run(tmp_path, "schema", name, "--path").out.strip())
    assert path.read_text(encoding="utf-8") == text


def test_every_option_is_explained_in_the_schema() -> None:
    """An editor shows it beside the name."""
    options = options_schema()["$defs"]["Options"]["properties"]
    assert options.keys() == set(Options.__struct_fields__)
    assert all(len(option["description"]) > 20 for option in options.values())


FITTING = [
    "plugins: [search, masko: {collection: fox}]",
    "plugins: {search: {}, masko: {collections: {fox: f, owl: o}, mode: frozen, wait: 3}}",
    "plugins: [search]",
    "plugins: search",
    "site_name: x",
    "{plugins: [{other: {collection: 3}}], x: 1}",
]
WRONG = [
    "plugins: [masko: {collection: fox, mod: auto}]",
    "plugins: [masko: {collection: fox, mode: automatic}]",
    "plugins: {masko: {collection: fox, wait: -1}}",
    "plugins: [masko: {collection: fox, collections: {a: b}}]",
    "plugins: [search, masko: {mode: auto}]",
]


@pytest.mark.parametrize("text", [*FITTING, *WRONG])
def test_the_schema_takes_what_the_plugin_takes(text: str) -> None:
    """And marks what it refuses, in both forms of the list of plugins."""
    validator = jsonschema.Draft7Validator(options_schema())
    assert validator.is_valid(yaml.safe_load(text)) == (text in FITTING)


def pose(name: str) -> Pose:
    """Make a pose with a picture."""
    url = f"{SANDBOX_ORIGIN}/x.png"
    medium = Medium(url=url, type="image/png", width=2, height=3)
    return Pose(name=name, transparent_image=medium)


def test_a_snippet_shows_the_pose_it_is_named_after() -> None:
    """What it puts onto a page is found in the manifest."""
    manifest = loads(sites.manifest(), [SANDBOX_ORIGIN])
    entries = json.loads(snippets_file(manifest, "fox"))
    assert len(entries) == 2 * sum(len(c.poses) for c in manifest.collections.values())
    wave = entries["masko:wave as an image"]
    assert wave["body"] == "![${1:wave}](masko:wave)$0"
    assert wave["prefix"] == ["masko:wave", "wave"]
    call = entries["masko:owl/wave as a macro"]
    assert call["body"] == '{{ masko("owl/wave", alt="${1:wave}") }}$0'


HOSTILE = ["${1:x}", "a}b$0\\", '"quoted" [x]', "\x1b[31m", "$TM_SELECTED_TEXT"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_means_nothing_in_a_snippet(name: str) -> None:
    """Nor does it end the text that it stands in."""
    manifest = make({"fox": Collection(id="fox", name="Fox", poses={"x": pose(name)})})
    text = snippets_file(manifest, "fox")
    assert text.isascii()
    assert "\\u001b" not in text
    body = json.loads(text)["masko:x as an image"]["body"]
    inner = body.removeprefix("![${1:").removesuffix("}](masko:x)$0")
    bare = re.sub(r"\\[\\$}]", "", inner)
    assert not {*"$}\\"} & {*bare}
    assert re.sub(r"\\([\\$}])", r"\1", inner) == escape_markdown(name)


def test_the_snippets_are_written_where_vs_code_looks(tmp_path: Path) -> None:
    """Or to standard output."""
    config(tmp_path, collections={"fox": "fox", "owl": "owl"})
    (tmp_path / NAME).write_text(sites.manifest(), encoding="utf-8")
    done = run(tmp_path, "snippets")
    assert (done.out, done.err) == (".vscode/masko.code-snippets: written\n", "")
    text = (tmp_path / ".vscode/masko.code-snippets").read_text()
    assert run(tmp_path, "snippets", "-o", "-").out == text
    (tmp_path / "file").write_text("")
    refused = run(tmp_path, "snippets", "-o", "file/x.json")
    assert refused.code == 2
    assert "cannot be written" in refused.err


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a site of the owl and the fox."""
    folder = tmp_path_factory.mktemp("site")
    config(folder, collections={"fox": "fox", "owl": "owl"})
    (folder / NAME).write_text(sites.manifest(), encoding="utf-8")
    return folder


def offered(folder: Path, *words: str) -> list[str]:
    """Return what fish would offer for the last word."""
    *before, last = words
    env = environment(
        _MKDOCS_MASKO_COMPLETE="fish_complete",
        COMP_WORDS=" ".join(["mkdocs-masko", *before, ""]),
        COMP_CWORD=last,
    )
    done = subprocess.run(
        [COMMAND], cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stderr == ""
    return [line.split(",")[1].split("\t")[0] for line in done.stdout.splitlines() if line]


def test_poses_and_collections_complete_themselves(site: Path, tmp_path: Path) -> None:
    """From the manifest and mkdocs.yml; where there is none, nothing is offered."""
    assert offered(site, "show", "c") == ["card-sit", "cheer"]
    assert "owl/wave" in offered(site, "show", "owl/")
    assert offered(site, "status", "") == ["fox", "owl"]
    assert offered(site, "rename", "x", "--collection", "o") == ["owl"]
    assert offered(site, "completion", "z") == ["zsh"]
    assert "snippets" in offered(site, "s")
    assert offered(tmp_path, "show", "") == []


@pytest.mark.parametrize(
    ("line", "word", "values"),
    [
        ("mkdocs-masko show c", "c", ["card-sit", "cheer"]),
        ("mkdocs-masko show", "", ["card-sit", "owl/wave"]),
        ("mkdocs-masko status", "", ["fox", "owl"]),
        ("mkdocs-masko completion p", "p", ["powershell"]),
        ("mkdocs-masko show 'c", "c", ["card-sit", "cheer"]),
    ],
)
def test_powershell_gets_each_suggestion_with_a_text(
    site: Path, line: str, word: str, values: list[str]
) -> None:
    """It refuses a suggestion whose text is empty."""
    env = environment(
        _MKDOCS_MASKO_COMPLETE="powershell_complete", COMP_WORDS=line, COMP_CWORD=word
    )
    done = subprocess.run(
        [COMMAND], cwd=site, env=env, capture_output=True, encoding="utf-8", check=True
    )
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert {*values} <= {value for value, _ in rows}
    assert all(value.startswith(word) and text for value, text in rows)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_is_one_that_the_shell_takes(tmp_path: Path, shell: str) -> None:
    """Standard output has the script alone, standard error says where it goes."""
    done = run(tmp_path, "completion", shell)
    assert done.code == 0
    assert done.err.startswith(f"Save this where {shell} finds it:\n")
    assert "_MKDOCS_MASKO_COMPLETE" in done.out
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.out.encode(), check=False)
        assert checked.returncode == 0


_ON_WINDOWS = """
import sys
from mkdocs_masko.cli import main
sys.stdout.reconfigure(newline="\\r\\n")
main(["completion", sys.argv[1]])
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_has_the_line_ends_that_the_shell_reads(shell: str) -> None:
    """Python writes CRLF on Windows, where Git Bash takes the CR for a part of the command."""
    command = [sys.executable, "-c", _ON_WINDOWS, shell]
    done = subprocess.run(command, env=environment(), capture_output=True, check=True)
    assert done.stdout.endswith(b"\n")
    assert b"\r" not in done.stdout


def test_powershell_completes_the_word_before_the_cursor(tmp_path: Path) -> None:
    """What follows it on the line is no part of the question."""
    script = run(tmp_path, "completion", "powershell").out
    assert "if ($line.Length -gt $cursorPosition)" in script
    assert "$line = $line.Substring(0, $cursorPosition)" in script
    assert "$Env:COMP_WORDS = $line" in script


def test_bash_completes_for_real(site: Path) -> None:
    """The script, run by the shell that it is for."""
    script = (
        f'eval "$({COMMAND} completion bash 2>/dev/null)"\n'
        f"COMP_WORDS=({COMMAND} show wa) COMP_CWORD=2\n"
        f"_mkdocs_masko_completion {COMMAND} wa show\necho ${{COMPREPLY[@]}}"
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=site, env=environment(), capture_output=True, check=False
    )
    assert done.stdout == b"wave\n", done.stderr


# What the shells' own completion has at hand when it calls the script; `compadd` and `_describe`
# take the suggestions.
_ZSH = """
compdef() { :; }
compadd() { print -l $completions; }
_describe() { print -l $completions_with_descriptions; }
words=(mkdocs-masko show wa) CURRENT=3
eval "$(mkdocs-masko completion zsh 2>/dev/null)"
_mkdocs_masko_completion
"""
_FISH = """
mkdocs-masko completion fish 2>/dev/null | source
complete -C "mkdocs-masko show wa"
"""


@pytest.mark.parametrize(("shell", "script"), [("zsh -f", _ZSH), ("fish -N", _FISH)])
def test_other_shells_complete_for_real(site: Path, shell: str, script: str) -> None:
    name, flag = shell.split()
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    path = os.pathsep.join([str(Path(COMMAND).parent), os.environ["PATH"]])
    done = subprocess.run(
        [name, flag, "-c", script],
        cwd=site,
        env=environment(PATH=path),
        capture_output=True,
        check=False,
    )
    assert done.stdout.split() == [b"wave"], done.stderr
