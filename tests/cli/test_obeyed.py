"""Nothing that a command prints is obeyed, by a terminal or by a CI system, whoever wrote it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import sites
from cli_process import NAME, config, environment, run, variables
from mkdocs_masko.errors import MaskoError
from mkdocs_masko.manifest import Collection, Pose, dumps, load, make
from mkdocs_masko.sandbox import Fault, Sandbox
from mkdocs_masko.sandbox.faults import Refuse
from mkdocs_masko.text import escape_json, printable, sanitize
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECES = [
    "\n::error title=x::y\n",
    "::add-mask::x",
    "\r::stop-commands::x\r\n",
    "##[error]boom",
    "##[group]",
    "###[warning]",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[message text='x']",
    "\x1b[2J\x1b]0;title\x07",
    "section_start:1:x\r\x1b[0K",
    "\x9b31m",
    "\x85--- x",
    "\n--- group",
    "\n+++ open",
    "\n~~~ x",
    "\n^^^ +++",
    "\u202eevil\u2066x",
    "\u2028::error::x",
    "\u200b",
    "\udc9b",
    "##",
    "#",
    "[",
    "::",
    ":",
    "vso",
    " ",
    "\t",
    "wave",
    "%0A",
]
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
EVERYTHING = "".join(PIECES)
FEW = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# GitLab's sections need the carriage return and the escape character, which are never left.
_COMMANDS = re.compile(r"^\s*::\w|^::|##\w*\[|^(?:---|\+\+\+|~~~|\^\^\^)\s", re.MULTILINE)


_ANNOTATION = re.compile(r"^::(?:error|warning|notice)(?: [^:\n]*)?::", re.MULTILINE)
"""What `check` prints for GitHub, up to the message."""


def obeyed(text: str) -> list[str]:
    """Return what of an output is not only shown."""
    acting = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    return [*map(ascii, acting - {"\n", "\t"}), *_COMMANDS.findall(text)]


def file_name(word: str) -> str:
    """Return the word as the name of a file, which has no slash, and at most 255 bytes."""
    return word.replace("/", "-")[:60]


@given(st.one_of(WORDS, st.text(max_size=300)))
@example("#" * 9 + "[x]")
@example("--- --- x")
def test_a_printable_line_is_one_line_that_is_only_shown(text: str) -> None:
    line = printable(text)
    assert obeyed(line) == []
    assert len(line.splitlines()) <= 1
    assert printable(line) == line
    assert obeyed(str(MaskoError(text))) == obeyed(printable(sanitize(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "docs/index.md:1:1: no pose 'wavee' in 'fox'",
        "no response from http://[::1]:8765/v1",
        "https://[2001:db8::7]/v1",
        "a:: b",
        "## Heading [link]",
        "#[x] # [y]",
        "a --- b",
        "Füchsin 🦊 狐狸",
    ],
)
def test_a_line_that_nobody_obeys_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@given(WORDS)
def test_json_is_escaped_and_the_data_stay_the_same(word: str) -> None:
    document = {word: [word, {"x": word}]}
    text = escape_json(json.dumps(document))
    assert json.loads(text) == document
    assert obeyed(text) == []


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Start the API and its CDN."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a site, to which each test writes anew."""
    return tmp_path_factory.mktemp("site")


def write_site(folder: Path, word: str) -> None:
    """Write a site of the fox with a foreign word in its pages and in its manifest."""
    shutil.rmtree(folder / "docs", ignore_errors=True)
    (folder / "docs").mkdir()
    text = f"![x](masko:{word})\n\n{{{{ masko({json.dumps(word)}) }}}}\n\n![](masko:wavee)\n"
    for name in (f"{file_name(word)}.md", "index.md"):
        (folder / "docs" / name).write_text(text, encoding="utf-8", errors="replace")
    config(folder, collections={"fox": "fox"})
    (folder / NAME).write_text(sites.manifest())
    fox = load(folder / NAME, [SANDBOX_ORIGIN]).collections["fox"]
    name = word.encode("utf-8", "replace").decode()
    poses = {**fox.poses, "other": Pose(name=name, image=fox.poses["wave"].image)}
    manifest = make({"fox": Collection(id="fox", name=name, poses=poses)})
    (folder / NAME).write_text(dumps(manifest), encoding="utf-8")


def argument(word: str) -> str:
    """Return the word as an argument that is no option and that a process can be given."""
    return f"x{word}".replace("\0", "")


def reading(word: str) -> list[tuple[str, ...]]:
    """Return commands that read the site only."""
    typed = argument(word)
    return [
        ("check", "--offline"),
        ("check", "--offline", "--json"),
        ("list",),
        ("list", "--json"),
        ("show", "other"),
        ("show", "other", "--json"),
        ("show", typed),
        ("doctor",),
        ("doctor", "--json"),
        ("sync", "--frozen"),
        ("sync", "--collection", typed),
        ("sync", "--api-url", typed),
        ("sync", "--wait", typed),
        ("sync", "-f", typed),
        ("list", "--manifest", f"{typed}.json"),
        ("sync", "--frozen", "--into", f"into/{file_name(typed)}"),
        ("snippets", "-o", "-"),
        ("snippets", "-o", file_name(f"{typed}.json")),
        ("prune", "--dry-run"),
        ("gallery", "--no-open", "-o", file_name(typed)),
        ("init", "--sandbox", "-f", "mkdocs.yml"),
        ("sandbox", "--fault", typed),
        ("completion", typed),
        (typed,),
    ]


@FEW
@given(word=WORDS)
@example(word="a\n::error title=x::y\n")
@example(word="##[error]x")
def test_nothing_of_a_site_is_obeyed(word: str, folder: Path) -> None:
    """Names of files, texts of pages, names in the manifest, and what was typed."""
    write_site(folder, word)
    for arguments in reading(word):
        done = run(folder, *arguments, MASKO_MODE=argument(word))
        assert obeyed(done.said) == [], arguments
    annotated = run(folder, "check", "--offline", "--format", "github")
    assert annotated.out.startswith("::error file=docs/")
    assert obeyed(_ANNOTATION.sub("", annotated.said)) == []


@FEW
@given(word=WORDS)
@example(word=EVERYTHING)
def test_nothing_of_an_option_or_a_variable_is_obeyed(word: str, folder: Path) -> None:
    names = ("mode", "manifest", "include", "cache", "budget", argument(word))
    for name in (*names, "collections"):
        value = {argument(word): word} if name == "collections" else word
        (folder / "mkdocs.yml").write_text(
            json.dumps({"plugins": [{"masko": {"collection": "fox", name: value}}]})
        )
        for command in (("sync",), ("doctor",), ("list",)):
            assert obeyed(run(folder, *command).said) == [], (name, command)
    config(folder)
    for variable in ("MASKO_API_URL", "MASKO_API_KEY_ENV", "MASKO_CACHE", "MASKO_CACHE_DIR"):
        done = run(folder, "prune", "--dry-run", "--all", **{variable: file_name(argument(word))})
        assert obeyed(done.said) == [], variable


ASKING = [
    ("projects",),
    ("collections",),
    ("collections", "--json"),
    ("collection", "fox"),
    ("items", "fox"),
    ("items", "fox", "--json"),
    ("assets", "draft"),
    ("export", "fox"),
    ("export", "fox", "--json"),
    ("status", "fox"),
    ("diff",),
    ("diff", "--json"),
    ("check",),
    ("sync",),
    ("doctor",),
    ("rename", "x", "--name", "y", "--collection", "fox"),
    ("delete", "item", "x", "--collection", "fox"),
]


@settings(FEW, max_examples=2)
@given(word=WORDS)
@example(word=EVERYTHING)
def test_nothing_that_the_api_says_is_obeyed(word: str, sandbox: Sandbox, folder: Path) -> None:
    """Names, prompts and the messages of refusals."""
    word = word.encode("utf-8", "replace").decode()  # no server can send half a letter
    write_site(folder, "wave")
    world = sandbox.world
    wave = world.item_by_id("fox", "f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0001")
    world.put_item("fox", replace(wave, name=f"x{word}", prompt=word))
    for collection in world.collections():
        world.put_collection(replace(collection, name=word, prompt=word))
    world.projects = tuple(replace(project, name=word) for project in world.projects)
    for arguments in ASKING:
        done = run(folder, *arguments, **variables(sandbox))
        assert obeyed(done.said) == [], arguments


@FEW
@given(word=WORDS, status=st.sampled_from([401, 404, 409, 418]))
def test_nothing_that_a_refusal_says_is_obeyed(word: str, status: int, folder: Path) -> None:
    write_site(folder, "wave")
    with Sandbox(faults=[Fault(effect=Refuse(status=status, message=word))]) as refusing:
        for arguments in (("sync",), ("projects",), ("doctor",)):
            done = run(folder, *arguments, **variables(refusing))
            assert obeyed(done.said) == [], arguments


@FEW
@given(word=WORDS)
@example(word="a\n::error title=x::y\n")
@example(word="##vso[x]y")
def test_nothing_in_the_log_of_a_build_is_obeyed(word: str, folder: Path) -> None:
    """By MkDocs, in a usual build and in a strict one."""
    name = word.replace("\x85", "").encode("utf-8", "replace").decode()
    page = f"![x](masko:{name})\n\n{{{{ masko_image({json.dumps(word)}) }}}}\n\n![](masko:wavee)\n"
    shutil.rmtree(folder / "docs", ignore_errors=True)
    options = sites.FROZEN | {"include": [word], "budget": {"page": 1, "pose": 1}}
    sites.make(folder, {f"{file_name(name)}.md": page, "index.md": page}, options=options)
    for flags in ((), ("--strict",)):
        built = sites.build(folder, *flags)
        assert "masko: " in built.output
        ours = [line for line in built.output.splitlines() if "INFO" not in line[:4]]
        assert obeyed("\n".join(ours)) == []


def test_not_even_a_traceback_is_obeyed(tmp_path: Path) -> None:
    """Of a fault that nobody foresaw, such as a file of the package that is gone."""
    code = (
        "import sys\nfrom mkdocs_masko.cli import main\n"
        "import mkdocs_masko.cli.editors as editors\n"
        "sys.argv = ['mkdocs-masko', 'schema', 'options']\n"
        "editors.__file__ = 'x\\n::error::\\x1b[31m##[error]/a/b'\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert obeyed(done.stderr) == []
