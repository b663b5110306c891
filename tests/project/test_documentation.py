"""The README and the manual: their examples run, and their statements are true."""

from __future__ import annotations

import html
import json
import os
import re
import sys
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING

import html5lib
import msgspec
import pytest
import yaml
from PIL import Image

import cli_process
import sites
from manual_snippets import FENCE, FILES, MANUAL, README, SNIPPETS, Snippet, run_as_reader
from mkdocs_masko._version import VERSION
from mkdocs_masko.options import Options, read_options
from mkdocs_masko.rendering import Arguments
from mkdocs_masko.sandbox import Sandbox
from terminals import at_terminal, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

_COMMAND = re.compile(r"mkdocs-masko(?P<rest>(?:[ ]+[\w.:/*<>=@-]+)*)")
_LINK = re.compile(r"\]\((?!https?:|mailto:|masko:|#|\{)([^)\s#]+)[^)]*\)")


def _of(*languages: str, titled: str = "") -> pytest.MarkDecorator:
    snippets = [s for s in SNIPPETS if s.language in languages and titled in s.title]
    return pytest.mark.parametrize("snippet", snippets, ids=str)


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
    """A copy of the example site, for readers who build it with MkDocs."""
    folder = sites.example(tmp_path)
    (folder / "zensical.toml").unlink()
    return folder


def test_every_language_of_a_snippet_has_a_test_here() -> None:
    languages = "bash console html jinja json markdown python text toml yaml"
    assert {snippet.language for snippet in SNIPPETS} <= {*languages.split()}
    assert len(SNIPPETS) > 40


@_of("python")
def test_python_runs(snippet: Snippet, folder: Path, variables: dict[str, str]) -> None:
    script = folder / "test_snippet.py"
    script.write_text(snippet.text, encoding="utf-8")
    tool = ["-m", "pytest", "-q", "-c", os.devnull] if "def test_" in snippet.text else []
    run_as_reader(sys.executable, "-W", "error", *tool, str(script), folder=folder, **variables)


_IN_AN_EMPTY_FOLDER = {README, MANUAL / "zensical.md"}
_SHELL_FILES = sorted({s.file for s in SNIPPETS if s.language == "bash"} - _IN_AN_EMPTY_FOLDER)


@pytest.mark.parametrize("file", _SHELL_FILES, ids=lambda file: file.name)
def test_shell_commands_run_one_after_the_other(file: Path, folder: Path) -> None:
    for snippet in SNIPPETS:
        if snippet.file == file and snippet.language == "bash":
            run_as_reader("bash", "-euo", "pipefail", "-c", snippet.text, folder=folder)


_SHELL = """\
pip() { :; }  # everything is installed
mkdocs() { _host mkdocs "$@"; }
properdocs() { _host properdocs "$@"; }
zensical() { if [ "$1" = serve ]; then set -- build --strict; fi; command zensical "$@"; }
_host() {
  if [ "$2" = serve ]; then set -- "$1" build --strict --theme mkdocs; fi
  command "$@"
}
"""
"""`serve` runs until it is stopped; a build does the same work and ends."""


@pytest.mark.parametrize(
    "host", ["mkdocs", "properdocs", *(["zensical"] if find_spec("zensical") else [])]
)
def test_the_quick_start_works_in_an_empty_folder(host: str, tmp_path: Path) -> None:
    """As pasted; after it, the line of Markdown shows the fox."""
    texts = [re.sub(r"^\$ ", "", s.text, flags=re.MULTILINE) for s in _quick_start()]
    (commands,) = (text for text in texts if f"\n{host} new . && mkdocs-masko init" in text)
    (markdown,) = (text for text in texts if "(masko:wave)" in text)
    run_as_reader("bash", "-euo", "pipefail", "-c", _SHELL + commands, folder=tmp_path)
    assert sites.embeds((tmp_path / "site/index.html").read_text(encoding="utf-8")) == []
    (tmp_path / "docs/index.md").write_text(markdown, encoding="utf-8")
    run_as_reader("bash", "-euc", f"{_SHELL}{host} serve", folder=tmp_path)
    (embed,) = sites.embeds((tmp_path / "site/index.html").read_text(encoding="utf-8"))
    assert 'alt="A fox waving hello"' in embed
    assert 'width="240"' in embed


def _quick_start() -> list[Snippet]:
    heads = README.read_text(encoding="utf-8").splitlines()
    start = heads.index("## Quick start")
    end = next(line for line, text in enumerate(heads[start + 1 :], start + 1) if text[:3] == "## ")
    return [s for s in SNIPPETS if s.file == README and start < s.line <= end]


def test_the_readme_is_short_and_its_picture_is_light_and_moves() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 130
    pictures = [README.parent / path for path in re.findall(r"!\[[^\]]+\]\(([^):]+)\)", text)]
    assert pictures[0].stat().st_size < 300_000
    with Image.open(pictures[0]) as picture:
        assert getattr(picture, "n_frames", 1) > 10
        assert picture.info["loop"] == 0, "it plays forever"


@_of("yaml")
def test_yaml_is_valid_and_has_options_that_fit(snippet: Snippet) -> None:
    content = yaml.safe_load(snippet.text)
    if snippet.title:
        assert {"jobs", "repos", "pages", "build"} & content.keys()
        return
    entries = content.get("plugins") or content["markdown_extensions"]
    options = [entry["masko"] for entry in entries if "masko" in entry]
    assert [read_options(each, {}).ids for each in options]


@_of("json")
def test_json_is_valid(snippet: Snippet) -> None:
    assert isinstance(json.loads(snippet.text), dict)


def _name(snippet: Snippet) -> str:
    return f"{snippet.file.stem}-{snippet.line}"


def _check_html(page: str) -> None:
    """Check that a page is valid, and that no macro and no placeholder is left on it."""
    html5lib.HTMLParser(strict=True).parse(page)
    assert not re.search(r"masko(_\w+)?\(|\{%|maskoembed|maskourl", page)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    """A strict build of all Markdown snippets, each a page, beside pages that they link to."""
    texts = {file.name: "x" for file in FILES if file != README}
    texts |= {f"{_name(s)}.md": s.text for s in SNIPPETS if s.language == "markdown"}
    site_url = "https://example.org/"
    folder = sites.make(tmp_path_factory.mktemp("snippets"), texts, site_url=site_url)
    return sites.build(folder, "--strict").good()


_GALLERY = "masko_gallery("
_URL_ONLY = re.compile(r"\{\{ *masko_url\(")
_REFERENCE = re.compile(
    r"\]\(masko:|^\[\w+\]: masko:|src=\"masko:|\{\{ *masko(_image|_animation)?\(", re.MULTILINE
)


@_of("markdown")
def test_a_markdown_snippet_shows_its_poses(snippet: Snippet, pages: sites.Built) -> None:
    """Each pose once, in the content of the page and nowhere else."""
    page = pages.page(f"{_name(snippet)}/index.html")
    _check_html(page)
    if _GALLERY in snippet.text:
        assert len(sites.embeds(page)) > 10
        return
    count = len(_REFERENCE.findall(snippet.text))
    assert _poses(page) == ({"body": count} if count else {})
    links = len(_URL_ONLY.findall(snippet.text))
    assert page.count('href="https://') + page.count('href="../assets/masko/') >= links


def _poses(page: str) -> dict[str, int]:
    """Count the outermost poses in head and body; a pair of palettes is one."""
    counts: dict[str, int] = {}

    def visit(element: ET.Element, part: str) -> None:
        for child in element:
            if sites.is_ours(child) or child.get("class") == "masko-pair":
                counts[part] = counts.get(part, 0) + 1
            else:
                visit(child, child.tag if child.tag in {"head", "body"} else part)

    visit(sites.parse(page), "")
    return counts


RECIPES = {
    "Use with mkdocs-macros": {"body": 4},
    "Macros": {"body": 1},
    "Theme templates": {"body": 2},
    "Preload a pose": {"body": 1},
    "A mascot from the front matter": {"body": 1},
    "A preview image for social media": {},
    "A switch in the header of Material": {},
}
"""How many poses each Jinja recipe of the manual shows, and where."""


def _heading(snippet: Snippet) -> str:
    lines = snippet.file.read_text(encoding="utf-8").splitlines()[: snippet.line]
    return next(line.lstrip("# ") for line in reversed(lines) if re.match("##+ ", line))


def test_every_jinja_recipe_is_rendered_here() -> None:
    headings = [_heading(s) for s in SNIPPETS if s.language == "jinja"]
    assert sorted(headings) == sorted(RECIPES)


@_of("jinja")
def test_a_recipe_alone_makes_the_page_that_the_manual_promises(
    snippet: Snippet, tmp_path: Path
) -> None:
    """In Material: the poses are in the article, once each, and none is in the head."""
    texts, files, plugins = {"index.md": "---\nmascot: wave\n---\n\nWords.\n"}, {}, ["masko"]
    if snippet.title.startswith("docs/"):
        texts, plugins = {"index.md": snippet.text}, ["macros", "masko"]
    else:
        files = {snippet.title: snippet.text}
    # With fonts of Google's, Material writes a URL with a bare `&`, which is not valid HTML.
    theme = {"name": "material", "custom_dir": "overrides", "font": False}
    (tmp_path / "overrides").mkdir()
    sites.make(
        tmp_path, texts, files=files, plugins=plugins, theme=theme, site_url="https://example.org/"
    )
    page = sites.build(tmp_path, "--strict").good().page()
    assert _poses(page) == RECIPES[_heading(snippet)]
    _check_html(page)
    (article,) = sites.parse(page).iter("article")
    assert len([e for e in article.iter() if sites.is_ours(e)]) == len(sites.embeds(page))
    if "og:image" in snippet.text:
        (image,) = (e for e in sites.parse(page).iter("meta") if e.get("property") == "og:image")
        assert image.get("content", "").startswith("https://example.org/assets/masko/wave")
    if "data-masko-toggle" in snippet.text:
        (nav,) = (e for e in sites.parse(page).iter("nav") if "md-header" in e.get("class", ""))
        assert nav[-1].attrib.keys() == {"type", "class", "data-masko-toggle", "hidden"}
    if "preload" in snippet.text:
        (link,) = (e for e in sites.parse(page).iter("link") if e.get("rel") == "preload")
        assert (tmp_path / "site" / link.get("href", "")).is_file()


@_of("text", titled="--help")
def test_the_help_is_what_the_command_prints(snippet: Snippet) -> None:
    program, *arguments = snippet.title.split()
    assert program == "mkdocs-masko"
    _check_output(snippet, _output(*arguments))


def _check_output(snippet: Snippet, output: str) -> None:
    """Compare with what the manual shows; with `MASKO_UPDATE_GOLDEN=1`, write it there."""
    if os.environ.get("MASKO_UPDATE_GOLDEN") == "1":
        content = snippet.file.read_text(encoding="utf-8")
        snippet.file.write_text(content.replace(snippet.text, output), encoding="utf-8")
    else:
        assert output == snippet.text


_TABLES = [
    (command, table)
    for command, table in pairwise(SNIPPETS)
    if command.language == "bash" and "--api-url sandbox" in command.text
    if table.language == "text" and not table.title
]


@pytest.mark.parametrize(("command", "table"), _TABLES, ids=str)
def test_a_table_is_what_the_command_prints_in_a_terminal(
    command: Snippet, table: Snippet, tmp_path: Path
) -> None:
    output = plain(at_terminal(tmp_path, *command.text.split()[1:]).out)
    _check_output(table, re.sub(r" +$", "", output, flags=re.MULTILINE))


def test_the_manual_shows_tables() -> None:
    assert len(_TABLES) >= 2


@_of("console")
def test_what_the_sandbox_answers_is_shown_as_it_is(snippet: Snippet, tmp_path: Path) -> None:
    """Of the commands that a reader can only look at, these are the ones that can run here."""
    first, _, answer = snippet.text.partition("\n")
    if "--api-url sandbox" in first:
        assert run_as_reader(*first.removeprefix("$ ").split(), folder=tmp_path) == answer


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
        for match in _COMMAND.finditer(text):
            name, *rest = match["rest"].split() or [""]
            if name in {"", "mkdocs-masko", "reads"} or name.startswith("-"):
                continue
            assert name in _commands(), match[0]
            flags = {word.partition("=")[0] for word in rest if re.match("-.", word)}
            assert flags <= _options(name), match[0]


OTHERS = [sites.ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md")]


@pytest.mark.parametrize("file", [*FILES, *OTHERS], ids=lambda file: file.name)
def test_links_lead_to_files_that_exist(file: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", FENCE.sub("", file.read_text(encoding="utf-8")))
    assert not {link for link in _LINK.findall(text) if not (file.parent / link).exists()}


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
        text = str(default).lower() if isinstance(default, bool) else str(default)
        assert rows[field.name] == ("" if default in (None, ()) else text), field.name


def test_every_argument_is_explained() -> None:
    rows = _rows(MANUAL / "syntax.md", 3)
    arguments = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert {field.encode_name for field in msgspec.structs.fields(Arguments)} <= arguments


def test_the_readme_names_every_argument() -> None:
    names = set(re.findall(r"`(\w+)`", README.read_text(encoding="utf-8")))
    assert {field.encode_name for field in msgspec.structs.fields(Arguments)} <= names


def test_mistakes_get_the_messages_in_the_manual(tmp_path: Path) -> None:
    content = (MANUAL / "syntax.md").read_text(encoding="utf-8")
    text = content.partition("| you write | message |")[2]
    rows = re.findall(r"^\| `(.+?)` \| `(.+)` \|$", text, re.MULTILINE)
    assert len(rows) >= 5
    pages = {f"{number}.md": source for number, (source, _) in enumerate(rows)}
    built = sites.build(sites.make(tmp_path, pages)).good()
    for number, (_, message) in enumerate(rows):
        line = rf"docs/{number}\.md:1:\d+: {re.escape(html.unescape(message))}$"
        assert re.search(line, built.output, re.MULTILINE), message


def test_the_changelog_has_a_section_for_what_is_here() -> None:
    heads = re.findall(r"^## \[?([^\]\s]+)", OTHERS[0].read_text(encoding="utf-8"), re.MULTILINE)
    assert {"Unreleased", VERSION} & {*heads}
