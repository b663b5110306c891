"""A bad reference has the same file, line and column in MkDocs, in Zensical and in `check`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
import zensical.config
from zensical.markdown.render import render

import sites
import zensical_sites
from cli_process import run
from mkdocs_masko.errors import BadReferences
from mkdocs_masko.sources.docs_files import split_front_matter

if TYPE_CHECKING:
    from pathlib import Path

HERE = "¦"
MORE_EXTENSIONS = [
    *("abbr", "def_list", "footnotes", "tables", "pymdownx.details", "pymdownx.superfences"),
]
EXTENSIONS = ["admonition", "attr_list", "md_in_html", *MORE_EXTENSIONS]
PAGES = {
    "twice": '¦{{ masko("nope") }}\n\n¦{{ masko("nope") }}\n',
    "code": '`{{ masko("nope") }}`\n\n¦{{ masko("nope") }}\n\n```\n{{ masko("nope") }}\n```\n',
    "images-and-code": "`![a](masko:nope)` ![a](¦masko:nope)\n\n    ![a](masko:nope)\n",
    "both-syntaxes": '![a](¦masko:nope) ¦{{ masko("nope") }}\n',
    "table": '| a | b |\n|---|---|\n| x | ¦{{ masko("nope") }} |\n| ![a](¦masko:nope) | y |\n',
    "front-matter": '---\ntitle: masko:nope\nmascot: wave\n---\n\n# T\n\n¦{{ masko("nope") }}\n',
    "crlf": '---\r\ntitle: x\r\n---\r\n\r\n# T\r\n\r\nx ¦{{ masko("nope") }}\r\n',
    "tab": '*\tx\n\n\t¦{{ masko("nope") }} ![a](¦masko:nope)\n',
    "byte-order-mark": '\ufeff¦{{ masko("nope") }}\n',
    "beyond-the-bmp": '🦊🦊 é ¦{{ masko("nope") }}\n',
    "long-line": f'{"words " * 5000}¦{{{{ masko("nope") }}}}\n',
    "lines": 'x\n¦{{ masko(\n  "nope",\n  width=3\n) }}\n',
    "comment": '<!-- {{ masko("nope") }} -->\n\n¦{{ masko("nope") }}\n',
    "quote": '> x\n> ¦{{ masko("nope") }}\n>\n> ![a](¦masko:nope)\n',
    "admonition": '!!! a\n\n    ??? b\n\n        ¦{{ masko("nope") }}\n\n    ![](¦masko:nope)\n',
    "list": '1.  a\n\n    -   ¦{{ masko("nope") }}\n\n        ![a](¦masko:nope)\n',
    "footnote": 'x[^1]\n\n[^1]: a ¦{{ masko("nope") }}\n\n    ![a](¦masko:nope)\n',
    "definition": 'a\n:   ¦{{ masko("nope") }}\n',
    "abbreviation": '*[pose]: a thing\n\npose ¦{{ masko("nope") }}\n',
    "attribute-list": "![a](¦masko:nope){ width=20 .right }\n\n![a](¦masko:wave){ widht=20 }\n",
    "raw-html": '<div>\n<p>¦{{ masko("nope") }}</p>\n¦<img src="masko:nope">\n</div>\n',
    "markdown-in-html": '<div markdown>\n\n¦{{ masko("nope") }}\n\n</div>\n',
    "reference": "¦![a][r]\n\n[r]: masko:nope\n",
    "heading": '# A ¦{{ masko("nope") }}\n',
    "slip": 'x <a href="¦masko:wave">y</a>\n\n`<a href="masko:wave">`\n',
}
TEMPLATED = {
    "literal": '¦{{ masko("nope") }}\n\n`{{ masko("nope") }}`\n\n¦{{ masko("nope") }}\n',
    "expression": '{{ ¦masko("nope", width=20 + 20) }}\n\n`{{ masko("nope", width=20 + 30) }}`\n',
    "variable": '---\nw: 20\n---\n\nx\n\n{{ ¦masko("nope", width=page.meta.w) }}\n',
    "variable-in-code": '---\nw: 20\n---\n\n`{{ masko("nope", width=page.meta.w) }}`\n',
    "variable-and-a-typo": '---\nw: 20\n---\n\n{{ ¦masko("wave", widht=page.meta.w) }}\n',
    "variables-that-belong-together": (
        '---\np: once\n---\n\n{{ masko("wave", play=page.meta.p, replay=true) }}\n'
    ),
    "filter": '{{ ¦masko("nope") | trim }}\n',
    "concatenation": '{{ "x" ~ ¦masko("nope") }}\n',
    "statement": '{% set x = ¦masko("nope") %}\n\n{{ x }}\n',
    "statement-and-macro": '¦{{ masko("nope") }}\n\n{% set x = ¦masko("nope") %}\n\n{{ x }}\n',
    "raw": '{% raw %}¦{{ masko("nope") }}{% endraw %}\n',
    "comment": '{#- {{ masko("nope") }} -#}\n\n¦{{ masko("nope") }}\n',
    "condition": '{%- if true -%}\n\n¦{{ masko("nope") }}\n\n{%- endif %}\n',
    "lines": 'x\n{{ ¦masko(\n  "nope",\n  width=3\n) }}\n',
    "no-parentheses": "¦{{ masko }}\n",
    "url": '[x](¦{{ masko_url("nope") }})\n',
    "crlf": '# T\r\n\r\nx ¦{{ masko("nope") }}\r\n',
    "front-matter": '---\ntitle: x\n---\n\nx ¦{{ masko("nope") }}\n',
}
DELIMITED = {
    "square": '[[ ¦masko("nope") ]] ¦{{ masko("nope") }}\n',
    "loop": '[[ ¦masko("nope", width=10 + 10) ]]{% for x in [1] %}{% break %}{% endfor %}\n',
}
MACROS = {"macros": {}}
DELIMITERS = {
    "macros": {
        "j2_variable_start_string": "[[",
        "j2_variable_end_string": "]]",
        "j2_extensions": ["jinja2.ext.loopcontrols"],
    }
}
SITES: dict[str, tuple[dict[str, str], list[object]]] = {
    "Markdown": (PAGES, []),
    "macros": (TEMPLATED, [MACROS]),
    "delimiters": (DELIMITED, [DELIMITERS]),
}


def places(text: str) -> list[str]:
    """Return the places that are marked in a text."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    found = []
    for number, line in enumerate(lines, 1):
        parts = line.split(HERE)[:-1]
        found += [f"{number}:{len(''.join(parts[: n + 1])) + 1}" for n in range(len(parts))]
    return found


def expected(pages: dict[str, str]) -> list[str]:
    return sorted(
        f"docs/{name}.md:{place}" for name, text in pages.items() for place in places(text)
    )


def write(folder: Path, pages: dict[str, str]) -> None:
    for name, text in pages.items():
        (folder / "docs").mkdir(exist_ok=True)
        path = folder / "docs" / f"{name}.md"
        path.write_bytes(text.replace(HERE, "").encode())


def told(output: list[str]) -> list[str]:
    return sorted({line.removeprefix("masko: ").split(": ")[0] for line in output})


@pytest.mark.parametrize("name", SITES)
def test_mkdocs_and_check_name_the_same_places(name: str, tmp_path: Path) -> None:
    pages, plugins = SITES[name]
    sites.make(tmp_path, {}, plugins=["masko", *plugins], markdown_extensions=EXTENSIONS)
    write(tmp_path, pages)
    built = sites.build(tmp_path)
    assert told([line for line in built.lines("WARNING") if "docs/" in line]) == expected(pages)
    checked = run(tmp_path, "check", "--offline").err.splitlines()
    assert told([line for line in checked if line.startswith("docs/")]) == expected(pages)


@pytest.fixture
def _zensical(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 100, raising=False)
    monkeypatch.setattr(zensical.config, "_CONFIG", None)


@pytest.mark.usefixtures("_zensical")
@pytest.mark.parametrize("name", ["Markdown", "macros"])
def test_zensical_names_the_same_places(name: str, tmp_path: Path) -> None:
    pages, plugins = SITES[name]
    extensions = [*MORE_EXTENSIONS, *(["zensical.extensions.macros"] if plugins else [])]
    settings = "\n".join(f"[project.markdown_extensions.{each}]" for each in extensions)
    zensical_sites.make(tmp_path, {}, settings=settings)
    write(tmp_path, pages)
    zensical.config._CONFIG = zensical.config.parse_config(str(tmp_path / "zensical.toml"))  # noqa: SLF001
    lines: list[str] = []
    for page, text in pages.items():
        source = text.replace(HERE, "").removeprefix("\ufeff").replace("\r\n", "\n")
        meta, markdown = split_front_matter(source)
        try:
            render(markdown, f"{page}.md", f"{page}/", json.dumps(meta))
        except BadReferences as error:
            lines += str(error).splitlines()[1:]
    assert told(lines) == expected(pages)
