"""Where a problem is told that the text of its page does not have: in the file that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import run

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''"""A module: ![x](masko:nope)"""


class Fox:
    """A fox."""

    def wave(self):
        """Wave.

        Args:
            how: See ![x](masko:nope) and {{ masko("idle", widht=3) }}.
        """


def greet():
    """Greet: ![x](masko:nope)."""
'''
MAIN = """def define_env(env):
    @env.macro
    def hello(name):
        return "![x](masko:nope)"

    @env.macro
    def composed():
        return "![x](masko" + ":nope)"
"""
SECTIONS = (
    "![x](masko:nope)\n\n--8<-- [start:one]\nOne\n\n![x](masko:nope)\n--8<-- [end:one]\n"
    "<!--start-->\n\n![x](masko:nope)\n\n<!--end-->\n"
)
BAD = "Text\n\n![x](masko:nope)\n"
SNIPPETS = {"markdown_extensions": ["pymdownx.snippets"]}
SNIPPETS_IN = {"markdown_extensions": [{"pymdownx.snippets": {"base_path": ["parts"]}}]}
INCLUDE = {"plugins": ["masko", "include-markdown"]}
INCLUDED_FIRST = {"plugins": ["include-markdown", "masko"]}
MACROS = {"plugins": ["masko", {"macros": {"include_dir": "parts"}}]}
DOCSTRINGS = {"plugins": ["masko", {"mkdocstrings": {"handlers": {"python": {"paths": ["."]}}}}]}
MKAUTODOC = {"markdown_extensions": ["mkautodoc"]}
EXEC = {"plugins": ["masko", "markdown-exec"], "markdown_extensions": ["pymdownx.superfences"]}

# A page, what it includes, what the site has for that, and where its problems are told.
CASES: dict[str, tuple[str, dict[str, str], dict[str, Any], list[str]]] = {
    "a snippet": ('--8<-- "a.md"\n', {"a.md": BAD}, SNIPPETS, ["a.md:3:6"]),
    "a snippet in a folder": (
        '--8<-- "a.md"\n',
        {"parts/a.md": BAD, "a.md": BAD},
        SNIPPETS_IN,
        ["parts/a.md:3:6"],
    ),
    "a block of snippets": (
        "--8<--\na.md\nb.md\n--8<--\n",
        {"a.md": "A\n", "b.md": BAD},
        SNIPPETS,
        ["b.md:3:6"],
    ),
    "a snippet in a snippet": (
        '!!! note\n    --8<-- "a.md"\n',
        {"a.md": 'A\n\n--8<-- "b.md"\n', "b.md": BAD},
        {"markdown_extensions": ["admonition", "pymdownx.snippets"]},
        ["b.md:3:6"],
    ),
    "a section of a snippet": (
        '--8<-- "a.md:one"\n',
        {"a.md": SECTIONS},
        SNIPPETS,
        ["a.md:6:6"],
    ),
    "lines of a snippet": ('--8<-- "a.md:10:11"\n', {"a.md": SECTIONS}, SNIPPETS, ["a.md:10:6"]),
    "the last lines of a snippet": (
        '--8<-- "a.md:-4:"\n',
        {"a.md": SECTIONS},
        SNIPPETS,
        ["a.md:10:6"],
    ),
    "a snippet beside the same on the page": (
        '![x](masko:nope)\n\n--8<-- "a.md"\n',
        {"a.md": BAD},
        SNIPPETS,
        ["docs/index.md:1:6", "a.md:3:6"],
    ),
    "a snippet that is code": (
        '```\n--8<-- "a.md"\n```\n\n![x](masko:nope)\n',
        {"a.md": BAD},
        SNIPPETS,
        ["docs/index.md:5:6"],
    ),
    "a link in a snippet": (
        '--8<-- "a.md"\n',
        {"a.md": "[x](masko:wave)\n"},
        SNIPPETS,
        ["a.md:1:5"],
    ),
    "a reference that is added to all pages": (
        "![x][r]\n",
        {"a.md": "[r]: masko:nope\n"},
        {"markdown_extensions": [{"pymdownx.snippets": {"auto_append": ["a.md"]}}]},
        ["docs/index.md:1:1"],
    ),
    "an included page": (
        '{% include-markdown "../a.md" %}\n',
        {"a.md": BAD},
        INCLUDE,
        ["a.md:3:6"],
    ),
    "a part of an included page": (
        '{%\n  include-markdown "./_a.txt"\n  start="<!--start-->"\n  end="<!--end-->"\n%}\n',
        {"docs/_a.txt": SECTIONS},
        INCLUDED_FIRST,
        ["docs/_a.txt:10:6"],
    ),
    "included pages by a pattern": (
        '{% include "../parts/*.txt" %}\n',
        {"parts/a.txt": "A\n", "parts/b.txt": "{{ masko('nope') }}\n"},
        INCLUDED_FIRST,
        ["parts/b.txt:1:1"],
    ),
    "what a macro returns": ('{{ hello("nope") }}\n', {"main.py": MAIN}, MACROS, ["main.py:4:22"]),
    "what a macro returns, called beside the function that defines it": (
        '`define_env(env)`\n\n{{ hello("nope") }}\n\n{{ hello("nope") }}\n',
        {"main.py": MAIN},
        MACROS,
        ["main.py:4:22"],
    ),
    "what a macro composes": ("{{ composed() }} nope\n", {"main.py": MAIN}, MACROS, [""]),
    "a macro of the page": (
        "{% macro f() %}![x](masko:nope){% endmacro %}\n\n{{ f() }}\n",
        {},
        MACROS,
        ["docs/index.md:1:21"],
    ),
    "what a macro is given": (
        '{{ hello("nope") }}\n',
        {"main.py": MAIN.replace("masko:nope", "masko:{name}").replace('"![', 'f"![')},
        MACROS,
        ["docs/index.md:1:11"],
    ),
    "a variable": (
        "{% set pose = 'nope' %}\n\n{{ masko(pose) }}\n",
        {},
        MACROS,
        ["docs/index.md:1:16"],
    ),
    "a setting of the page": (
        "---\npose: nope\n---\nnope\n\n{{ masko(page.meta.pose) }}\n",
        {},
        MACROS,
        ["docs/index.md:2:7"],
    ),
    "a variable of the site": (
        "nope\n\n{{ masko(pose) }}\n",
        {},
        {**MACROS, "extra": {"pose": "nope"}},
        [""],
    ),
    "a template that a page includes": (
        '{% include "nope.md" %}\n',
        {"parts/nope.md": "A\n\n{{ masko('nope') }}\n"},
        MACROS,
        ["parts/nope.md:3:4"],
    ),
    "a docstring": (
        "::: fox_module.Fox.wave\n",
        {"fox_module.py": MODULE},
        DOCSTRINGS,
        ["fox_module.py:11:27", "fox_module.py:11:43"],
    ),
    "a docstring that is imported": (
        "::: foxes.Fox.wave\n",
        {"foxes/__init__.py": "from ._fox import Fox\n", "foxes/_fox.py": MODULE},
        DOCSTRINGS,
        ["foxes/_fox.py:11:27", "foxes/_fox.py:11:43"],
    ),
    "a docstring of mkautodoc": (
        "::: fox_module.greet\n    :docstring:\n",
        {"fox_module.py": MODULE},
        MKAUTODOC,
        ["fox_module.py:16:20"],
    ),
    "code that prints": (
        '```python exec="on"\nprint("![x](masko:nope)")\n```\n',
        {},
        EXEC,
        ["docs/index.md:2:13"],
    ),
    "code that composes": (
        '```python exec="on"\nprint("![x](masko" + ":nope)")\n```\n\nnope\n',
        {},
        EXEC,
        [""],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_problem_is_told_where_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """Where nobody can know that, the page is told, and what to look for: never a wrong line."""
    page, files, settings, places = CASES[case]
    monkeypatch.syspath_prepend(tmp_path)
    theme = {"name": "mkdocs"} if settings is DOCSTRINGS else sites.BARE
    files = {"parts/other.md": "", **files}
    sites.make(tmp_path, {"index.md": page}, files=files, theme=theme, **settings)
    warnings = sites.build(tmp_path).good().lines("WARNING")
    told = [line.split(" ")[1].rstrip(":") for line in warnings if line.startswith("masko: ")]
    assert told == [place or "docs/index.md" for place in places]
    if "" in places:
        words = "Where it stands is not known: look for 'nope'."
        assert all(line.endswith(words) for line in warnings)


def test_check_tells_the_same_places(tmp_path: Path) -> None:
    page, files, settings, places = CASES["a section of a snippet"]
    sites.make(tmp_path, {"index.md": page}, files=files, **settings)
    assert f"{places[0]}: no pose 'nope'" in run(tmp_path, "check", "--offline").err


def test_words_to_look_for_are_those_that_are_wrong(tmp_path: Path) -> None:
    page = '```python exec="on"\nprint("![x](masko" + ":wave){ widht=3 }")\n```\n'
    sites.make(tmp_path, {"index.md": page}, **EXEC)
    (line,) = sites.build(tmp_path).good().lines("WARNING")
    assert line == (
        "masko: docs/index.md: unknown argument 'widht' (did you mean 'width'?). "
        "Where it stands is not known: look for '](masko:wave){ widht=3 }'."
    )


SUB = {
    "sub/mkdocs.yml": "site_name: sub\nnav:\n  - Home: index.md\n  - Two: two.md\n",
    "sub/docs/index.md": "# Sub\n\n![x](masko:nope)\n",
    "sub/docs/two.md": '# Two\n\n--8<-- "sub/part.md"\n',
    "sub/part.md": "\n![x](masko:nope)\n",
    "sub/docs/extra.css": "a { background: url(masko:wave) }\n",
}


@pytest.mark.parametrize("plugins", [["masko", "monorepo"], ["monorepo", "masko"]])
def test_a_page_that_is_copied_is_told_where_it_was_written(
    tmp_path: Path, plugins: list[str]
) -> None:
    """mkdocs-monorepo-plugin builds from a temporary folder; files beside pages have no other."""
    sites.make(
        tmp_path,
        {"index.md": "# Home\n\n![x](masko:nope)\n"},
        files=SUB,
        options={**sites.FROZEN, "budget": {"page": "1 kB"}},
        plugins=plugins,
        nav=[{"Home": "index.md"}, {"Sub": "!include ./sub/mkdocs.yml"}],
        **SNIPPETS,
    )
    built = sites.build(tmp_path, process=True).good()  # that plugin leaves its folder to the end
    places = [line.split(" ")[1].rstrip(":") for line in built.lines("WARNING")]
    assert places == [
        *("docs/index.md:3:6", "sub/docs/index.md:3:6", "sub/part.md:2:6", "sub/extra.css:1:21"),
    ]
    assert "docs_" not in built.output.replace(str(tmp_path), "")


POST = (
    "---\ndate: 2026-01-31\ncategories: [Fox]\n---\n# First\n\n![x](masko:nope) [l](masko:wave)\n\n"
    "![ok](masko:wave){ href=../../deep/er/page.md width=100 }\n\n<!-- more -->\n\n![y](masko:no)\n"
)
BLOG = {"index.md": "# H\n", "deep/er/page.md": "# P\n", "blog/index.md": "# Blog\n"}


@pytest.mark.parametrize("plugins", [["masko", "blog"], ["blog", "masko"]])
def test_a_problem_in_an_excerpt_is_told_once(tmp_path: Path, plugins: list[str]) -> None:
    """Material's blog parses a post again for its index, its archive and each category."""
    pages = {**BLOG, "blog/posts/a.md": POST}
    sites.make(tmp_path, pages, plugins=plugins, theme={"name": "material", "font": False})
    warnings = sites.build(tmp_path).good().lines("WARNING")
    places = [line.split(" ")[1].rstrip(":") for line in warnings]
    assert places == [f"docs/blog/posts/a.md:{place}" for place in ("7:6", "7:22", "13:6")]


@pytest.mark.parametrize("plugins", [["masko", "blog"], ["blog", "masko"]])
@pytest.mark.parametrize("hosting", ["cdn", "self"])
def test_a_pose_in_an_excerpt_leads_where_that_of_the_post_does(
    tmp_path: Path, plugins: list[str], hosting: str
) -> None:
    text = POST.replace("![x](masko:nope) [l](masko:wave)", "").replace("masko:no)", "masko:idle)")
    sites.make(
        tmp_path,
        {**BLOG, "blog/posts/a.md": text},
        options={**sites.SANDBOX, "hosting": hosting},
        plugins=plugins,
        theme={"name": "material", "font": False},
        site_url="https://fox.example/docs/",
    )
    built = sites.build(tmp_path, "--strict").good()
    pages = ["blog/index.html", "blog/category/fox/index.html", "blog/archive/2026/index.html"]
    for page, up in zip(pages, ("../", "../../../", "../../../"), strict=True):
        links = [a.get("href") for a in sites.parse(built.page(page)).iter("a")]
        assert f"{up}deep/er/page/" in links
    if hosting == "self":
        assert sites.dead_links(built, "https://fox.example/docs/") == []
