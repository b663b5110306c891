"""Each slip is reported wherever it stands: once, in its line, by a build and by `check` alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import sites
from cli_process import run

if TYPE_CHECKING:
    from pathlib import Path

SLIPS = {
    "link": "[video](masko:wave)",
    "link in capitals": "[video](MASKO:wave)",
    "link, escaped": "[video](masko%3Awave)",
    "link, by a reference": "[video](&#109;asko:wave)",
    "link with a colon's name": "[video](masko&colon;wave)",
    "link with an escaped colon": "[video](masko\\:wave)",
    "unknown pose with an escaped colon": "![A](masko\\:wavee)",
    "link in angle brackets": "[video](<masko:wave>)",
    "autolink": "<masko:wave>",
    "a": '<a href="masko:wave">x</a>',
    "a, escaped": "<a href='&#77;ASKO&#58;wave'>x</a>",
    "srcset": '<img srcset="x.png 1x, masko:wave 2x" src="x.png" alt="x">',
    "picture": '<picture><source srcset="masko:wave"><img src="x.png" alt="x"></picture>',
    "pose in a picture": '<picture><img src="masko:wave" alt="x"></picture>',
    "video": '<video src="masko:wave"></video>',
    "poster": '<video poster="masko:wave"></video>',
    "source": '<video><source src="masko:wave"></video>',
    "object": '<object data="masko:wave"></object>',
    "use": '<svg><use href="masko:wave"></use></svg>',
    "style": '<b style="background: url(masko:wave)">x</b>',
    "style sheet": "<style>a { background: url(masko:wave) }</style>",
    "paint": '<svg><rect fill="url(masko:wave)"></rect></svg>',
    "data": '<b data-url="masko:wave">x</b>',
    "line break": '<a href="ma&#10;sko:wave">x</a>',
    "list with a space": "![A](masko:wave) { width=20 }",
    "list without an end": "![A](masko:wave){ width=20",
    "list without a quote": '![A](masko:wave){ caption="x }',
    "list behind a macro": '{{ masko("wave") }}{ width=20 }',
    "flag without a value": "![A](masko:wave){ width }",
    "argument twice": "![A](masko:wave){ width=1 width=2 }",
    "argument of a still image": "![A](masko:wave){ kind=image play=once }",
    "unknown argument": "![A](masko:wave){ widht=1 }",
    "script": '![A](masko:wave){ href="javascript:alert(1)" }',
    "palette": "![A](masko:wave#only-dark)",
    "image with a space": "![A] (masko:wave)",
    "unknown pose": "![A](masko:wavee)",
    "pose behind a slash": "![A](masko:/wave)",
    "pose behind two slashes": "![A](masko://wave)",
    "unknown pose in capitals": "![A](MASKO:wavee)",
    "image without an end": "![A](masko:wave",
    "no parentheses": '{{ masko "wave" }}',
    "name alone": "{{ masko }}",
    "name of a function alone": "{{ masko_image }}",
    "unknown function": '{{ masko.imge("wave") }}',
    "capitals": '{{ Masko("wave") }}',
    "statement": '{% masko("wave") %}',
    "import": '{% import "masko/macros.html" as masko %}',
    "filter": '{{ masko("wave") | upper }}',
    "operator": '{{ masko("wave") ~ "x" }}',
    "variable": "{{ masko(wave) }}",
    "unterminated": '{{ masko("wave" }}',
    "quote": "{{ masko('it's') }}",
    "positional": '{{ masko("wave", 240) }}',
    "macro argument twice": '{{ masko("wave", width=1, width=2) }}',
    "macro in an attribute": "<b title=\"{{ masko('wave') }}\">x</b>",
    "macro as a URL": "[x]({{ masko('wave') }})",
    "macro as an alt text": "![{{ masko('wave') }}](x.png)",
}
PLACES = {
    "paragraph": "Words SLIP words.",
    "heading": "# Heading SLIP",
    "cell": "| a | b |\n|---|---|\n| x | SLIP |",
    "item": "- a\n- b SLIP",
    "quote": "> a\n> SLIP b",
    "admonition": "!!! note\n\n    SLIP",
    "folded": "??? note\n\n    SLIP",
    "tab": '=== "Tab"\n\n    SLIP',
    "definition": "Term\n:   SLIP",
    "footnote": "a[^1]\n\n[^1]: b SLIP",
    "Markdown in HTML": "<div markdown>\n\nSLIP\n\n</div>",
    "HTML": "<div>\n<p>SLIP</p>\n</div>",
    "summary": "<details markdown><summary>a SLIP</summary>\nx\n</details>",
    "emphasis": "*a SLIP b*",
    "after the same in code": "`SLIP`\n\n```\nSLIP\n```\n\n<!-- SLIP -->\n\nSLIP",
    "after a good one": '![A](masko:wave) {{ masko("wave") }}\n\nSLIP',
}
EXTENSIONS = [
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc"),
    *("pymdownx.details", "pymdownx.superfences", {"pymdownx.tabbed": {"alternate_style": True}}),
]
MATTER = "---\ntitle: Slips\n---\n\n"


def _name(number: int) -> str:
    return f"p{number:04}.md"


# In HTML whose Markdown is not parsed, a link is text, and a macro in its URL shows the pose.
TEXTS = {
    *((place, "macro as a URL") for place in ("HTML", "summary")),
    *((place, "macro as an alt text") for place in ("HTML", "summary")),
    ("summary", "link, by a reference"),
    ("summary", "link with a colon's name"),
}
ROWS = [(place, slip) for place in PLACES for slip in SLIPS if (place, slip) not in TEXTS]
PAGES = {
    _name(n): f"{MATTER}{PLACES[place].replace('SLIP', SLIPS[slip])}\n"
    for n, (place, slip) in enumerate(ROWS)
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slips")
    return sites.make(folder, {"index.md": "x", **PAGES}, markdown_extensions=EXTENSIONS)


@pytest.fixture(scope="module")
def built(folder: Path) -> list[str]:
    """What a build reports."""
    lines = sites.build(folder).good().lines("WARNING")
    return [line.removeprefix("masko: ") for line in lines if line.startswith("masko: ")]


@pytest.mark.parametrize("place", PLACES)
def test_each_slip_is_reported_once_and_in_its_line(place: str, built: list[str]) -> None:
    reported: dict[str, list[str]] = {}
    for line in built:
        match = re.match(r"docs/(\S+?\.md)(?::(\d+):\d+)?: .", line)
        assert match, line
        reported.setdefault(match[1], []).append(match[2])
    wrong = []
    for number, (own, slip) in enumerate(ROWS):
        text = PAGES[_name(number)]
        line = text[: text.rindex(SLIPS[slip])].count("\n") + 1
        if own == place and reported.get(_name(number)) != [str(line)]:
            wrong.append((slip, reported.get(_name(number)), line))
    assert wrong == []


def test_check_reports_the_same(folder: Path, built: list[str]) -> None:
    assert sorted(sites.check(folder, {"markdown_extensions": EXTENSIONS})) == sorted(built)


# What mkdocs-macros evaluates, and names that it reports itself, as undefined.
EVALUATED = {
    *("import", "operator", "variable", "macro argument twice"),
    *("unknown function", "capitals"),
}


def test_beside_mkdocs_macros_check_reports_what_a_build_does(tmp_path: Path) -> None:
    """On pages that it runs, and on one that it leaves alone.

    The column may differ: a macro that has run is found by the name of its pose.
    """
    slips = {name: slip for name, slip in SLIPS.items() if name not in EVALUATED}
    pages = {_name(n): f"{MATTER}Words.\n\n{slip}\n" for n, slip in enumerate(slips.values())}
    pages["off.md"] = "---\nrender_macros: false\n---\n\n" + "\n\n".join(SLIPS.values())
    plugins = ["macros", "masko"]
    sites.make(tmp_path, pages, plugins=plugins, markdown_extensions=EXTENSIONS)
    lines = sites.build(tmp_path).good().lines("WARNING")
    built = [line[len("masko: ") :] for line in lines if line.startswith("masko: ")]
    config = {"markdown_extensions": EXTENSIONS, "plugins": plugins}
    places = [re.sub(r"(:\d+):\d+: ", r"\1: ", line) for line in built]
    checked = [re.sub(r"(:\d+):\d+: ", r"\1: ", line) for line in sites.check(tmp_path, config)]
    assert sorted(checked) == sorted(places)
    names = sorted(line.split(":")[0] for line in places if "off.md" not in line)
    assert names == [f"docs/{name}" for name in pages][:-1]


@pytest.mark.parametrize("plugins", [["masko"], ["macros", "masko"]])
def test_neither_reports_what_is_nobodys_business(plugins: list[str], tmp_path: Path) -> None:
    page = """\
mkdocs-masko, masko.ai and the scheme masko: are names. So is masko:wave in prose.

[site](https://masko.ai/) [query](https://example.org/?u=masko:wave) <https://masko.ai/>

[fragment](https://example.org/#masko:wave)

`[x](masko:wave)` <code>![x](masko:wave) { width=2 }</code> <kbd>masko:wave</kbd>

    ![x](masko:wave) { width=20 }

```html
<a href="masko:wave">x</a>
```

<pre><a href="masko:wave">x</a></pre>

<!-- [x](masko:wave) -->

<div class="mermaid"><b>masko:wave</b></div>

![A](masko:wave) {see below} ![A](masko:wave){ kind=image }

{: .lead }

# Heading ![A](masko:wave) { #id .title }
"""
    config = {"markdown_extensions": EXTENSIONS, "plugins": plugins}
    sites.make(tmp_path, {"index.md": page}, plugins=plugins, markdown_extensions=EXTENSIONS)
    built = sites.build(tmp_path, "--strict").good()
    assert [line for line in built.lines("WARNING") if "masko: " in line] == []
    assert sites.check(tmp_path, config) == []


FORMULAS = {
    "dollars": "$![x](masko:nope)$ [x](masko:wave)",
    "parentheses": r"\(![x](masko:nope)\)",
    "block": "$$\n![x](masko:nope)\n$$",
}


@pytest.mark.parametrize("options", [{}, {"generic": True}, {"inline_syntax": ["round"]}], ids=str)
def test_check_reads_formulas_as_a_build_does(options: dict[str, object], tmp_path: Path) -> None:
    extensions = [{"pymdownx.arithmatex": options}]
    pages = {_name(n): page for n, page in enumerate(FORMULAS.values())}
    sites.make(tmp_path, {"index.md": "x", **pages}, markdown_extensions=extensions)
    built = [line[len("masko: ") :] for line in sites.build(tmp_path).good().lines("WARNING")]
    reported = [line.split(": ")[0] for line in built]
    links = ["docs/p0000.md:1:24"]
    assert reported == (["docs/p0000.md:1:7", *links] if "inline_syntax" in options else links)
    assert sorted(sites.check(tmp_path, {"markdown_extensions": extensions})) == sorted(built)


FILES = {
    "docs/page.html": '<p>x</p>\n<a href="masko:wave">x</a> <code>masko:wave</code>\n',
    "docs/deep/other.htm": '\n\n<img src="masko:wave"> {{ masko("wave") }}\n',
    "docs/LOUD.HTML": '<p data-url="masko:wave">',
    "docs/loud.CSS": "/* url(masko:wave) */\na { background: url(masko:wave) }",
    "docs/page.xhtml": '<p>\n<a href="masko:wave">x</a></p>',
    "docs/shape.svg": '<svg><use href="masko:wave"/></svg>',
    "docs/extra.css": "b { color: red }\na { background: url(masko:wave) }\n",
    "theme/main.html": (
        '<body>{{ page.content }}\n<a href="masko:wave">x</a>\n{{ masko }} {{ masko_image }}\n'
        '<b style="background: url(masko:idle)">{{ masko("wave", widht=1) }}</b>'
    ),
    "theme/404.html": '<body><video src="masko:wave"></video>',
}


def test_files_that_are_copied_and_templates_are_searched_too(tmp_path: Path) -> None:
    """Each is reported once for all pages, in its line, by a build and by `check`."""
    sites.make(tmp_path, {"index.md": "[x](masko:wave)", "b.md": "y"}, files=FILES)
    lines = sites.build(tmp_path).good().lines("WARNING")
    built = [line[len("masko: ") :] for line in lines]
    assert sorted(line.split(": ")[0] for line in built) == [
        "docs/LOUD.HTML:1:14",
        "docs/deep/other.htm:3:11",
        "docs/deep/other.htm:3:24",
        "docs/extra.css:2:21",
        "docs/index.md:1:5",
        "docs/loud.CSS:2:21",
        "docs/page.html:2:10",
        "docs/page.xhtml:2:10",
        "docs/shape.svg:1:17",
        "theme/404.html:1:19",
        "theme/main.html:2:10",
        "theme/main.html:3:1",
        "theme/main.html:3:13",
        "theme/main.html:4:27",
        "theme/main.html:4:40",
    ]
    assert sorted(sites.check(tmp_path, {"theme": sites.BARE})) == sorted(built)


SLIP = '\n<a href="masko:wave">x</a>'
SHARED = {
    "theme/main.html": '<body>{{ page.content }}{% include "parts/nav.HTM" %}',
    "theme/404.html": "<body>" + SLIP,
    "theme/parts/nav.HTM": '{% include "parts/deep.Html" %}\n' + SLIP,
    "theme/parts/deep.Html": "\n\n\n" + SLIP,
    "theme/parts/a-part-of-no-page.html": SLIP,
}


def test_templates_with_the_same_slip_are_told_each_in_its_own_name(tmp_path: Path) -> None:
    """Those that a template is built on come before others with the same text.

    What no page includes only `check` reports: it renders nothing.
    """
    sites.make(tmp_path, {"index.md": "x", "b.md": "y"}, files=SHARED)
    built = [line[len("masko: ") :] for line in sites.build(tmp_path).good().lines("WARNING")]
    places = ["theme/404.html:2:10", "theme/parts/deep.Html:5:10", "theme/parts/nav.HTM:3:10"]
    assert sorted(line.split(": ")[0] for line in built) == places
    checked = [line.split(": ")[0] for line in sites.check(tmp_path, {"theme": sites.BARE})]
    assert sorted(checked) == sorted([*places, "theme/parts/a-part-of-no-page.html:2:10"])


def test_equal_poses_are_told_apart_by_what_holds_them(tmp_path: Path) -> None:
    """One that is not reported, as an image that is shown, moves none of the others."""
    page = """\
[ref][r] is a link, ![this](masko:wave) is not.

<div data-text="masko:wave">x</div>

<iframe src="masko:wave"></iframe>

[r]: masko:wave
"""
    partial = (
        '<img src="masko:wave">\n<img srcset="masko:wave 1x">\n'
        "<style>/* url(masko:wave) */\na { background: url(masko:wave) }</style>"
    )
    files = {
        "theme/main.html": '<body>{{ page.content }}{% include "part.html" %}',
        "theme/part.html": partial,
    }
    sites.make(tmp_path, {"index.md": page}, files=files)
    built = [line[len("masko: ") :] for line in sites.build(tmp_path).good().lines("WARNING")]
    assert [line.split(": ")[0] for line in built] == [
        "docs/index.md:5:14",
        "docs/index.md:7:6",
        "theme/part.html:1:11",
        "theme/part.html:2:14",
        "theme/part.html:4:21",
    ]
    assert sorted(sites.check(tmp_path, {"theme": sites.BARE})) == sorted(built)


def test_links_that_another_plugin_has_rewritten_are_found_where_they_stand(tmp_path: Path) -> None:
    """Some plugins escape the colon: it would lead to a file. The pose itself is shown."""
    hook = "def on_page_markdown(markdown, **_): return markdown.replace('(masko:', '(masko%3A')"
    page = '[video](masko:wave) ![A](masko:wave){ kind=image }\n\n<a href="masko:wave">x</a>\n'
    sites.make(tmp_path, {"index.md": page}, files={"hook.py": hook}, hooks=["hook.py"])
    built = sites.build(tmp_path).good()
    places = [line.split(": ")[1] for line in built.lines("WARNING")]
    assert places == ["docs/index.md:1:9", "docs/index.md:3:10"]
    assert len(sites.embeds(built.page())) == 1


SETTINGS = """\
site_name: Test  # masko:wave, {{ masko("wave") }}
copyright: >
  Drawn by a fox.
  {{ masko("wave") }} <a href="masko:idle">x</a>
nav:
  - index.md
  - "masko:blink": b.md
  - Fox: masko:wave
extra_css: ["masko:cheer"]
extra: {mascot: masko:wave}
theme: {name: null, custom_dir: theme, logo: "masko:wave", static_templates: [404.html]}
markdown_extensions:
- attr_list
plugins:
  - masko:
      collections: {fox: fox, owl: owl}
      api_url: sandbox
      incomplete: ignore
      mode: frozen
"""
SHELL = (
    "<body>{{ page.content }}{{ config.copyright }}"
    "{% for item in nav %}<a href='{{ item.url }}'>{{ item.title }}</a>{% endfor %}"
    "{% for path in config.extra_css %}<link href='{{ path }}'>{% endfor %}"
    "<img src='{{ config.theme.logo }}'> {{ masko_image(config.extra.mascot) }}"
)
OF_SETTINGS = [
    "mkdocs.yml:4:3: masko: no macro runs in the settings. Show the pose on a Markdown page.",
    "mkdocs.yml:4:32: a link cannot lead to 'masko:idle'.",
    "mkdocs.yml:8:10: a link cannot lead to 'masko:wave'.",
    "mkdocs.yml:9:14: <link href> cannot show 'masko:cheer'.",
    "mkdocs.yml:11:47: only a Markdown page can show 'masko:wave'.",
]


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_poses_in_settings_are_told_where_they_stand(host: str, tmp_path: Path) -> None:
    """Once, by a build of many pages as by `check`; names and variables may hold them."""
    files = {"theme/main.html": SHELL, "theme/404.html": SHELL.replace("page.content", "''")}
    sites.make(tmp_path, {"index.md": "x", "b.md": "y"}, files=files)
    (tmp_path / "mkdocs.yml").write_text(SETTINGS, encoding="utf-8")
    built = [line[len("masko: ") :] for line in sites.build(tmp_path, host=host).lines("WARNING")]
    shortened = [line[: len(start)] for line, start in zip(built, OF_SETTINGS, strict=True)]
    assert shortened == OF_SETTINGS
    done = run(tmp_path, "check", "--offline")
    assert done.err.splitlines()[:-1] == built


def test_a_pose_in_settings_hides_none_of_a_template(tmp_path: Path) -> None:
    files = {"theme/main.html": SHELL + '\n<a href="masko:wave">x</a>'}
    sites.make(tmp_path, {"index.md": "x", "b.md": "y"}, files=files)
    (tmp_path / "mkdocs.yml").write_text(SETTINGS.replace("404.html", ""), encoding="utf-8")
    built = [line[len("masko: ") :] for line in sites.build(tmp_path).lines("WARNING")]
    places = [line.split(": ")[0] for line in built]
    assert "theme/main.html:2:10" in places
    assert len(places) == len(OF_SETTINGS) + 1
