"""The README and the manual: what they show runs, and what they say is so."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml

import cli_process
import sites
from mkdocs_masko._version import VERSION
from mkdocs_masko.options import Options, read_options
from mkdocs_masko.rendering import Arguments
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

MANUAL = sites.ROOT / "example-site/docs"
FILES = [sites.ROOT / "README.md", *sorted(MANUAL.glob("*.md"))]
_FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"]*)")?\n'
    r"(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"mkdocs-masko(?P<rest>(?:[ ]+[\w.:/*<>=@-]+)*)")
_LINK = re.compile(r"\]\((?!https?:|mailto:|masko:|#|\{)([^)\s#]+)[^)]*\)")


@dataclass(frozen=True)
class Snippet:
    """A fenced block: in which file, from which line, and what it holds."""

    file: Path
    line: int
    language: str
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}"


def _snippets() -> Iterator[Snippet]:
    for file in FILES:
        content = file.read_text(encoding="utf-8")
        for found in _FENCE.finditer(content):
            line = content.count("\n", 0, found.start()) + 1
            text = textwrap.dedent(found["text"])
            yield Snippet(file, line, found["language"], found["title"] or "", text)


SNIPPETS = list(_snippets())


def _of(*languages: str, titled: str = "") -> pytest.MarkDecorator:
    found = [s for s in SNIPPETS if s.language in languages and titled in s.title]
    return pytest.mark.parametrize("snippet", found, ids=str)


def _run(*command: str, folder: Path, **env: str) -> str:
    """Run a command as a reader would, who has the package installed; return what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env=sites.environment(PATH=path, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _output(*arguments: str) -> str:
    """Return what `mkdocs-masko` prints, which succeeds."""
    done = cli_process.run(sites.ROOT, *arguments)
    assert done.code == 0, done.err
    return done.out


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    with Sandbox() as sandbox:
        yield {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": sites.KEY}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sites.example(tmp_path)


def test_every_language_of_a_snippet_is_dealt_with_here() -> None:
    known = "bash console html jinja json markdown python text toml yaml"
    assert {snippet.language for snippet in SNIPPETS} <= {*known.split()}
    assert len(SNIPPETS) > 40


@_of("python")
def test_python_runs(snippet: Snippet, folder: Path, variables: dict[str, str]) -> None:
    script = folder / "test_snippet.py"
    script.write_text(snippet.text, encoding="utf-8")
    tool = ["-m", "pytest", "-q", "-c", os.devnull] if "def test_" in snippet.text else []
    _run(sys.executable, "-W", "error", *tool, str(script), folder=folder, **variables)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_shell_commands_run_one_after_the_other(file: Path, folder: Path, tmp_path: Path) -> None:
    """In the example site; those of the README elsewhere."""
    texts = [s.text for s in SNIPPETS if s.file == file and s.language == "bash"]
    where = tmp_path if file.name == "README.md" else folder
    for text in texts:
        _run("bash", "-euo", "pipefail", "-c", text, folder=where)


@_of("yaml")
def test_yaml_is_valid_and_has_options_that_fit(snippet: Snippet) -> None:
    content = yaml.safe_load(snippet.text)
    if snippet.title:
        assert {"jobs", "repos", "pages", "build"} & content.keys()
        return
    options = [entry["masko"] for entry in content["plugins"] if "masko" in entry]
    assert [read_options(each, {}).ids for each in options]


@_of("json")
def test_json_is_valid(snippet: Snippet) -> None:
    assert isinstance(json.loads(snippet.text), dict)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    """A strict build of all Markdown snippets, each a page, beside pages that they link to."""
    texts = {file.name: "x" for file in FILES if file.name != "README.md"}
    texts |= {f"{_name(s)}.md": s.text for s in SNIPPETS if s.language == "markdown"}
    made = sites.make(tmp_path_factory.mktemp("snippets"), texts)
    return sites.build(made, "--strict").good()


def _name(snippet: Snippet) -> str:
    return f"{snippet.file.stem}-{snippet.line}"


@_of("markdown")
def test_markdown_shows_a_pose(snippet: Snippet, pages: sites.Built) -> None:
    page = pages.page(f"{_name(snippet)}/index.html")
    assert list(sites.our_addresses(page))
    assert "masko(" not in page


@_of("jinja")
def test_jinja_runs_in_a_template(snippet: Snippet, tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "x"}, files={"theme/main.html": snippet.text})
    page = sites.build(tmp_path, "--strict").good().page()
    assert len(sites.embeds(page)) >= 2


@_of("text", titled="--help")
def test_the_help_is_what_the_command_prints(snippet: Snippet) -> None:
    program, *arguments = snippet.title.split()
    assert program == "mkdocs-masko"
    assert _output(*arguments) == snippet.text


@_of("console")
def test_what_the_sandbox_answers_is_shown_as_it_is(snippet: Snippet, tmp_path: Path) -> None:
    """Of the commands that a reader can only look at, these are the ones that can run here."""
    first, _, answer = snippet.text.partition("\n")
    if "--api-url sandbox" in first:
        assert _run(*first.removeprefix("$ ").split(), folder=tmp_path) == answer


@cache
def _options(command: str) -> set[str]:
    text = _output(*command.split(), "--help")
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text.partition("Options:")[2]))


@cache
def _commands() -> set[str]:
    text = _output("--help").partition("Options:")[2]
    return set(re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_text_names_a_command_or_an_option_that_is_not_there(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    blocks = [s.text for s in SNIPPETS if s.file == file and s.language != "python"]
    for text in [*blocks, *re.findall(r"`([^`\n]+)`", content)]:
        for found in _COMMAND.finditer(text):
            name, *rest = found["rest"].split() or [""]
            if name in {"", "mkdocs-masko", "reads"} or name.startswith("-"):
                continue
            assert name in _commands(), found[0]
            flags = {word.partition("=")[0] for word in rest if re.match("-.", word)}
            assert flags <= _options(name), found[0]


MADE = {"mascots.md"}
"""Pages of the example site that a build makes."""
OTHERS = [sites.ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md")]


@pytest.mark.parametrize("file", [*FILES, *OTHERS], ids=lambda file: file.name)
def test_links_lead_to_files_that_exist(file: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", _FENCE.sub("", file.read_text(encoding="utf-8")))
    missing = {link for link in _LINK.findall(text) if not (file.parent / link).exists()}
    assert missing <= MADE


@pytest.mark.parametrize("file", [*FILES, *OTHERS], ids=lambda file: file.name)
def test_nothing_was_left_to_be_filled_in(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|TBD|FIXME|XXX+|[A-Z]+_(TABLE|HERE))\b", text)


def _rows(file: Path, columns: int) -> list[list[str]]:
    lines = re.findall(r"^\| (.+) \|$", file.read_text(encoding="utf-8"), re.MULTILINE)
    rows = [re.split(r"(?<!\\) *\| *", line) for line in lines]
    return [[cell.strip() for cell in row] for row in rows if len(row) == columns]


def test_every_option_is_explained_with_its_default() -> None:
    rows = {row[0].strip("`"): row[1].strip("`") for row in _rows(MANUAL / "options.md", 3)}
    for field in msgspec.structs.fields(Options):
        default = field.default if field.default_factory is msgspec.NODEFAULT else ""
        said = str(default).lower() if isinstance(default, bool) else str(default)
        assert rows[field.name] == ("" if default in (None, ()) else said), field.name


@pytest.mark.parametrize(
    "file", [sites.ROOT / "README.md", MANUAL / "syntax.md"], ids=lambda f: f.name
)
def test_every_argument_is_explained(file: Path) -> None:
    named = {name for row in _rows(file, 3) for name in re.findall(r"`(\w+)`", row[0])}
    assert {field.encode_name for field in msgspec.structs.fields(Arguments)} <= named


def test_slips_are_told_as_the_manual_says(tmp_path: Path) -> None:
    text = (MANUAL / "syntax.md").read_text(encoding="utf-8").partition("| written | told |")[2]
    rows = re.findall(r"^\| `(.+?)` \| `(.+)` \|$", text, re.MULTILINE)
    assert len(rows) >= 5
    pages = {f"{number}.md": written for number, (written, _) in enumerate(rows)}
    built = sites.build(sites.make(tmp_path, pages)).good()
    for number, (_, told) in enumerate(rows):
        line = rf"docs/{number}\.md:1:\d+: {re.escape(html.unescape(told))}$"
        assert re.search(line, built.output, re.MULTILINE), told


def test_the_changelog_has_a_section_for_what_is_here() -> None:
    heads = re.findall(r"^## \[?([^\]\s]+)", OTHERS[0].read_text(encoding="utf-8"), re.MULTILINE)
    assert {"Unreleased", VERSION} & {*heads}
