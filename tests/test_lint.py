"""Pages checked against the manifest without MkDocs, and the command `check`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import sites
from cli_process import NAME, config, run
from mkdocs_masko.assets import SiteFiles
from mkdocs_masko.errors import OptionError

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = {"collections": {"fox": "fox", "owl": "owl"}, "api_url": "sandbox"}
PAGES = {
    "index.md": "---\ntitle: x\n---\n\n# Hi\n\n![a](masko:wavee)\n\n`{{ masko('code') }}`\n",
    "deep/er/page.md": '!!! note\n\n    Text {{ masko("nope") }} and ![b](masko:owl/nope)\n',
    "slips.markdown": '<img src="masko:wave" widht="3">\n\n{{ masko("wave", play="twice") }}\n',
    "good.md": '![a](masko:wave)\n\n{{ masko("owl/wave") }}\n\n```\n![a](masko:x)\n```\n',
    "tabs.md": '=== "One"\n\n    ![a](masko:tab)\n\n??? note\n\n    ![a](masko:folded)\n',
    ".hidden/x.md": "![a](masko:hidden)\n",
    "notes.txt": "![a](masko:text)\n",
}
CONFIG = {
    "markdown_extensions": [
        "attr_list",
        {"admonition": None},
        {"toc": {"permalink": True}},
        "pymdownx.details",
        {"pymdownx.tabbed": {"alternate_style": True}},
        {"pymdownx.emoji": {"emoji_index": None}},
        "no.such.extension",
    ]
}
FOX = "There are: card-sit, cheer, idle, wave."
OWL = "'mkdocs-masko list' lists all 11."
UNPUBLISHED = (
    "The manifest is up to date, so no pose of this name is published; "
    "'mkdocs-masko status' shows what is not published yet."
)
PROBLEMS = [
    "docs/deep/er/page.md:3:10: no pose 'nope' in 'fox'",
    "docs/deep/er/page.md:3:39: no pose 'nope' in 'owl'",
    "docs/index.md:7:6: no pose 'wavee' in 'fox' (did you mean 'wave'?)",
    "docs/slips.markdown:1:1: unknown argument 'widht' (did you mean 'width'?)",
    "docs/slips.markdown:3:1: argument 'play'",
    "docs/tabs.md:3:10: no pose 'tab' in 'fox'",
    "docs/tabs.md:7:10: no pose 'folded' in 'fox'",
]


def write_pages(folder: Path, pages: dict[str, str], docs: str = "docs") -> Path:
    """Write pages, and the manifest of the fox and the owl."""
    for name, text in pages.items():
        path = folder / docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / NAME).write_text(sites.manifest(), encoding="utf-8")
    return folder


def test_every_problem_is_found_with_its_place(tmp_path: Path) -> None:
    """On every page, in every syntax, and not in code, hidden folders or other files."""
    problems = sites.check(write_pages(tmp_path, PAGES), CONFIG)
    assert len(problems) == len(PROBLEMS)
    for problem, start in zip(problems, PROBLEMS, strict=True):
        assert problem.startswith(start), problem


def test_a_build_finds_the_same_problems(tmp_path: Path) -> None:
    """Line by line, so that a check and a build never disagree."""
    pages = {n: t for n, t in PAGES.items() if n.endswith(".md") and not n.startswith(".")}
    write_pages(tmp_path, pages)
    extensions = ["attr_list", "admonition", "pymdownx.details", {"pymdownx.tabbed": {}}]
    mkdocs_site = sites.make(tmp_path, pages, markdown_extensions=extensions)
    warnings = [line for line in sites.build(mkdocs_site).lines("WARNING") if "docs/" in line]
    problems = sites.check(tmp_path, {"markdown_extensions": extensions})
    assert sorted(line.partition("docs/")[2] for line in warnings) == sorted(
        problem.partition("docs/")[2] for problem in problems
    )


SITE = {
    "docs/index.md": (
        '---\nmascot: nobody\ntemplate: home.html\n---\n\n{{ masko("wave", href="gone.md") }}\n'
        '{{ masko("wave", href="guide/index.md#top") }} {{ masko("wave", href="http://[") }}\n\n'
        '{{ masko("wave", href="drafts/new.md") }} {{ masko_gallery("hawk") }}\n'
    ),
    "docs/guide/README.md": "![a](masko:readme)\n",
    "docs/guide/index.md": (
        'x {{ masko("wave", href="../index.md") }} {{ masko("wave", href="no.md") }}\n'
    ),
    "docs/meta.md": "Title: Hello\nMascot: noone\n\n# Hello\n",
    "docs/drafts/new.md": "![a](masko:draft)\n",
    "docs/private/x.md": "![a](masko:private)\n",
    "docs/templates/x.md": "![a](masko:template)\n",
    "docs/.hidden.md": "![a](masko:hidden)\n",
    "docs/.shown/x.md": "![a](masko:shown)\n",
    "docs/unlisted.md": "![a](masko:unlisted)\n",
    "docs/copied.html": '<a href="masko:wave">x</a>\n',
    "theme/main.html": (
        '{% import "masko/macros.html" as m %}\n<body>{{ page.content }}\n  {{ masko("main") }}\n'
        '{{ m.image("imported") }} {% include "part.html" %}{# {{ masko("comment") }} #}\n'
        '{{ masko(page.meta.mascot or "wave") }}{% raw %}{{ masko("raw") }}{% endraw %}\n'
    ),
    "theme/part.html": (
        '<p>\n{{ masko(\n  "wave",\n  widht=3\n) }}</p>\n<a href="masko:wave">x</a>\n'
    ),
    "theme/home.html": '{% extends "main.html" %}\n{% set x = masko_url("wave", "webm") %}\n',
    "theme/404.html": '{{ masko.animation("owl/card-sit") }}\n',
}
EXCLUSIONS = {
    "exclude_docs": "private/\n!.shown\n",
    "draft_docs": "drafts/\n",
    "not_in_nav": "unlisted.md\n",
    "nav": [{"Home": "index.md"}, {"Guide": "guide/index.md"}, {"Meta": "meta.md"}],
}


def mkdocs_site(folder: Path, **more: object) -> Path:
    """Write a site with a fault of each kind that a build finds."""
    site = sites.make(folder, {}, **{**EXCLUSIONS, **more})
    for name, text in SITE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return site


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_check_finds_what_a_build_finds(tmp_path: Path, host: str) -> None:
    """All of it: links, front matter, templates; and nothing that a build leaves out."""
    mkdocs_site(tmp_path)
    built = sites.build(tmp_path, host=host).good()
    warned = {line.removeprefix("masko: ") for line in built.lines("WARNING") if "masko: " in line}
    done = run(tmp_path, "check", "--offline")
    assert done.code == 1
    reported = {*done.err.splitlines()[:-1]}
    # What a template makes of the front matter has the place of the template in a build.
    in_front_matter = {line for line in warned if "theme/main.html:5" in line}
    assert sorted(reported) == sorted(warned - in_front_matter)
    assert len(in_front_matter) == 2
    places = {line.split(": ")[0] for line in reported}
    assert places == {
        *("docs/index.md:2:1", "docs/index.md:6:1", "docs/index.md:7:48", "docs/index.md:9:43"),
        *("docs/guide/index.md:1:43", "docs/meta.md", "docs/unlisted.md:1:6"),
        *("docs/.shown/x.md:1:6", "docs/copied.html:1:10"),
        *("theme/main.html:3:3", "theme/main.html:4:13", "theme/part.html:2:4"),
        *("theme/part.html:6:10", "theme/home.html:2:12", "theme/404.html:1:4"),
    }


SAME: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "macros that a page imports": (
        {
            "docs/index.md": (
                '{% import "masko/macros.html" as m %}\n\n'
                '{{ m.image("idel") }} {{ masko("wavee") }} {{ masko.image("nope") }}\n'
                '{{ masko.image("wave") }}\n\n{% set x = "y" %}\n'
                "![a](masko:nope)\n"
            )
        },
        {"plugins": ("masko", "macros")},
    ),
    "a page that mkdocs-macros leaves alone": (
        {
            "docs/index.md": (
                '---\nrender_macros: false\n---\n{% import "masko/macros.html" as m %}\n\n'
                '{{ m.image("idel") }} {{ masko("wavee") }}\n'
            )
        },
        {"plugins": ("masko", "macros")},
    ),
    "a link to the gallery": (
        {"docs/index.md": '{{ masko("wave", href="mascots.md") }} {{ masko("a", href="x.md") }}\n'},
        {"options": {**sites.FROZEN, "gallery": True}},
    ),
    "an absolute URL of a file of the site": (
        {"docs/index.md": '{{ masko_url("wave", absolute=true) }}\n'},
        {},
    ),
    "an absolute URL that is known": (
        {"docs/index.md": '{{ masko_url("wave", absolute=true) }}\n'},
        {"site_url": "https://fox.example/"},
    ),
    "an absolute URL in a template": (
        {
            "docs/index.md": "x\n",
            "theme/main.html": '{{ page.content }}{{ masko_url("wave", absolute=true) }}',
        },
        {"site_url": "https://fox.example/"},
    ),
    "an override that fails": (
        {
            "docs/index.md": "![a](masko:wave)\n",
            "theme/masko/video.html": "\n{{ pose.alt + 1 }}",
        },
        {},
    ),
    "poses that lack a file": (
        {"docs/index.md": "![a](masko:owl/blink) ![a](masko:owl/card-sit)\n"},
        {"options": {**sites.FROZEN, "incomplete": "warn"}},
    ),
    "a pattern of files that matches none": (
        {"docs/index.md": "![a](masko:wave)\n"},
        {"options": {**sites.FROZEN, "include": ["nope", "owl/*"]}},
    ),
    "a file that a page includes": (
        {
            "docs/index.md": '# Hi\n\n--8<-- "docs/part.txt"\n',
            "docs/part.txt": "![a](masko:nope)\n",
        },
        {"markdown_extensions": ["pymdownx.snippets"]},
    ),
    "a file that is added to all pages": (
        {"docs/index.md": "![a][p]\n", "parts/all.md": "[p]: masko:nope\n"},
        {
            "markdown_extensions": [
                {"pymdownx.snippets": {"base_path": ["parts"], "auto_append": ["all.md"]}}
            ]
        },
    ),
    "another folder": (
        {"docs/index.md": "x", "pages/a.md": "![a](masko:nope)\n"},
        {"docs_dir": "pages"},
    ),
}


def test_a_path_says_that_mkdocs_macros_runs_a_page(tmp_path: Path) -> None:
    """To a build as to a check; Jinja reads code as well, and the place is that of the code."""
    page = '---\ntitle: A\n---\n\n{{ masko("wave") }}\n\n```\n{{ masko("wave" }}\n```\n'
    options = {"render_by_default": False, "force_render_paths": "guide/*"}
    files = {"docs/index.md": page, "docs/guide/a.md": page}
    sites.make(tmp_path, {}, files=files, plugins=["masko", {"macros": options}])
    built = sites.build(tmp_path)
    told = re.findall(r"docs/\S+\.md:\d+:\d+", built.output)
    checked = re.findall(r"docs/\S+\.md:\d+:\d+", run(tmp_path, "check", "--offline").err)
    assert [*dict.fromkeys(told)] == checked == ["docs/guide/a.md:8:1"]


@pytest.mark.parametrize("case", SAME)
def test_a_check_says_what_a_build_says(tmp_path: Path, case: str) -> None:
    """Line by line: errors as problems, the rest as warnings."""
    files, more = SAME[case]
    sites.make(tmp_path, {}, files=files, **more)
    built = sites.build(tmp_path).good()
    warned = {line.removeprefix("masko: ") for line in built.lines("WARNING") if "masko" in line}
    done = run(tmp_path, "check", "--offline")
    lines = {line.removeprefix("warning: ") for line in done.err.splitlines()}
    reported = {line for line in lines if not line.startswith("error: bad references on pages")}
    assert reported == {*re.findall(r"^  (.*)$", built.output, re.MULTILINE)} | {
        line for line in warned if not line.endswith("not the same for all readers:")
    }
    assert done.code == (1 if lines > reported else 0)


def test_a_gallery_that_would_replace_a_page_is_an_error_of_the_options(tmp_path: Path) -> None:
    """As it ends a build."""
    options = {**sites.FROZEN, "gallery": True}
    sites.make(tmp_path, {"mascots.md": "# x\n"}, options=options)
    message = "option 'gallery' would replace mascots.md. Give another path, or write"
    assert message in sites.build(tmp_path).output
    done = run(tmp_path, "check", "--offline")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: mkdocs.yml:1: {message}")


def test_a_manifest_without_hashes_is_an_error_where_the_site_serves_its_media(
    tmp_path: Path,
) -> None:
    """As it ends a build."""
    sites.make(tmp_path, {"a.md": "x"}, options={**sites.FROZEN, "hosting": "self"})
    done = run(tmp_path, "check", "--offline")
    assert done.code == 1
    assert "has no hashes (sha256) of the media, which 'hosting: self' needs" in done.err


@pytest.mark.parametrize("more", [{"plugins": ["masko", "gen-files"]}, {"hooks": ["x.py"]}])
def test_a_link_to_a_page_that_a_plugin_may_make_is_for_a_build_to_judge(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    """A check that fails for nothing is worse than one that misses a link."""
    folder = write_pages(tmp_path, {"a.md": '{{ masko("wave", href="made/x.md") }}\n'})
    assert sites.check(folder, more) == []
    assert len(sites.check(folder, {})) == 1


def test_a_theme_beside_the_site_is_named_as_from_there(tmp_path: Path) -> None:
    """As pages in such a folder are: by a check, a build and an annotation."""
    site = sites.make(
        tmp_path / "site",
        {},
        files={
            "../pages/a.md": "![a](masko:nope)\n",
            "../theme/main.html": '\n{{ masko("none") }}',
        },
        docs_dir="../pages",
        theme={"name": None, "custom_dir": "../theme"},
    )
    (tmp_path / ".git").mkdir()
    places = {"../pages/a.md:1:6", "../theme/main.html:2:1"}
    built = sites.build(site).good()
    assert {line.split()[1].rstrip(":") for line in built.lines("WARNING")} == places
    done = run(site, "check", "--offline")
    assert {line.split(": ")[0] for line in done.err.splitlines()[:-1]} == places
    annotated = run(site, "check", "--offline", "--format", "github").out
    assert "::error file=pages/a.md,line=1,col=6::" in annotated
    assert "::error file=theme/main.html,line=2,col=1::" in annotated


def test_a_template_that_jinja_cannot_read_is_a_problem_with_its_line(tmp_path: Path) -> None:
    """A build ends with a traceback there."""
    folder = write_pages(tmp_path, {})
    (folder / "theme").mkdir()
    (folder / "theme/main.html").write_text('<p>\n{{ masko("wave" }}\n')
    (problem,) = sites.check(folder, {"theme": {"name": None, "custom_dir": "theme"}})
    assert problem.startswith("theme/main.html:2:1: Jinja cannot read this template: ")


def test_a_macro_with_variables_is_checked_for_what_it_has_of_literals(tmp_path: Path) -> None:
    """The name that stands in for a variable, and arguments by their names."""
    folder = write_pages(tmp_path, {})
    (folder / "theme").mkdir()
    template = (
        '{{ masko(page.meta.mascot or "nobody") }}\n{{ masko(page.meta.mascot, widht=3) }}\n'
        '{{ masko(pose=x or "noone", width=w) }}{{ masko.imge(x) }}{{ masko_gallery(x) }}\n'
        '{{ masko("wave", width=w) }}{{ masko_url(x, key="gone") }}\n'
    )
    (folder / "theme/x.html").write_text(template)
    problems = sites.check(folder, {"theme": {"custom_dir": "theme"}})
    assert [problem.partition(". ")[0] for problem in problems] == [
        "theme/x.html:1:31: no pose 'nobody' in 'fox'",
        "theme/x.html:2:1: unknown argument 'widht' (did you mean 'width'?)",
        (
            "theme/x.html:3:1: there is no function 'masko_imge' "
            "(did you mean 'masko_image' or 'masko_gallery' or 'masko'?)"
        ),
        "theme/x.html:3:21: no pose 'noone' in 'fox'",
    ]


def test_what_mkdocs_macros_evaluates_is_no_problem(tmp_path: Path) -> None:
    """Variables are no problem where mkdocs-macros runs; wrong names still are."""
    text = "{{ masko(page.meta.pose) }}\n\n![a](masko:nope)\n"
    folder = write_pages(tmp_path, {"index.md": text})
    assert len(sites.check(folder, {"plugins": ["masko"]})) == 2
    assert len(sites.check(folder, {"plugins": ["masko", "macros"]})) == 1


def test_a_page_with_statements_of_another_extension_of_jinja_is_checked(tmp_path: Path) -> None:
    """Of which nothing is imported; its macros only a build can run."""
    text = '{% chart %}\n\n![a](masko:nope) {{ masko("nope", width=page.w) }}\n\n{% endchart %}\n'
    folder = write_pages(tmp_path, {"a.md": text})
    macros = {"macros": {"j2_extensions": ["charts.ext.chart"]}}
    (problem,) = sites.check(folder, {"plugins": ["masko", macros]})
    assert problem.startswith("docs/a.md:3:6: no pose 'nope'")


def test_pages_are_read_from_the_docs_dir_of_the_site(tmp_path: Path) -> None:
    """And is named in messages from the folder of mkdocs.yml."""
    folder = write_pages(tmp_path, {"a.md": "![a](masko:nope)\n"}, docs="content")
    (problem,) = sites.check(folder, {"docs_dir": "content"})
    assert problem.startswith("content/a.md:1:6: ")


def test_a_site_without_pages_has_no_problems(tmp_path: Path) -> None:
    """Nor has one whose pages show no pose."""
    assert sites.check(write_pages(tmp_path, {}), {}) == []


def test_a_page_that_is_not_utf_8_is_an_error_that_names_it(tmp_path: Path) -> None:
    """MkDocs could not read it either."""
    folder = write_pages(tmp_path, {"a.md": ""})
    (folder / "docs" / "a.md").write_bytes(b"masko \xff")
    with pytest.raises(OptionError, match=r"docs/a\.md: cannot be read: it is not UTF-8"):
        sites.check(folder, {})


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.css"])
def test_a_file_that_is_not_there_is_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    """A symbolic link that leads nowhere."""
    folder = write_pages(tmp_path, {"index.md": ""})
    (folder / "docs" / name).symlink_to("nowhere")
    with pytest.raises(OptionError, match=rf"docs/{re.escape(name)}: cannot be read: No such file"):
        sites.check(folder, {})


@pytest.mark.parametrize("space", ["\x0c", "\u2028", "\x1c"])
def test_an_unreadable_macro_is_found_behind_any_white_space(space: str, tmp_path: Path) -> None:
    """Jinja counts line feeds alone."""
    text = f'a{space}b\nb\n{{{{ masko("wave) }}}}\n'
    (problem,) = sites.check(
        write_pages(tmp_path, {"a.md": text}), {"plugins": ["masko", "macros"]}
    )
    assert "unterminated masko(...)" in problem


def test_a_check_lists_every_bad_reference(tmp_path: Path) -> None:
    """Each has a line of its own, and the exit code is 1."""
    config(tmp_path, **OPTIONS)
    assert run(tmp_path, "sync").code == 0
    write_pages(tmp_path, {"index.md": "![a](masko:nope)\n\n![b](masko:owl/nope)\n"})
    process = run(tmp_path, "check")
    assert (process.code, process.out) == (1, "")
    assert process.err.splitlines()[:2] == [
        f"docs/index.md:1:6: no pose 'nope' in 'fox'. {FOX} {UNPUBLISHED}",
        f"docs/index.md:3:6: no pose 'nope' in 'owl'. {OWL} {UNPUBLISHED}",
    ]
    assert process.err.splitlines()[2:] == ["error: bad references on pages: 2, listed above"]


def test_an_offline_check_needs_no_key(tmp_path: Path) -> None:
    """As in a fork, and before a commit."""
    config(tmp_path, collections={"fox": "fox", "owl": "owl"})
    write_pages(tmp_path, {"index.md": "![a](masko:wave)\n"})
    process = run(tmp_path, "check", "--offline")
    assert (process.code, process.err) == (0, "")
    assert process.out.startswith(f"{NAME}: has all poses that pages use, revision ")
    assert run(tmp_path, "check").code == 2


def test_an_absolute_url_is_not_checked_against_the_address_of_the_site(tmp_path: Path) -> None:
    """What the site does not serve has an address of its own."""
    page = 'x {{ masko_url("wave", absolute=true) }}\n'
    folder = write_pages(tmp_path, {"index.md": page})
    assert sites.check(folder, {}, files=SiteFiles()) == []


def test_a_macro_inside_an_expression_is_a_problem_only_where_none_is_evaluated(
    tmp_path: Path,
) -> None:
    """mkdocs-macros evaluates it; on all other pages it stays text, and a build says so as well."""
    text = 'x\n\n{{ "x" ~ masko("wave") }}\n{% set fox = masko("wave") %}\n'
    folder = write_pages(tmp_path, {"a.md": text})
    assert sites.check(folder, {"plugins": ["masko", "macros"]}) == []
    remedy = 'Write {{ masko("wave", width=240) }}; only mkdocs-macros reads expressions.'
    expected = [
        f"docs/a.md:{line}:1: a macro must stand alone between {{{{ and }}}}. {remedy}"
        for line in (3, 4)
    ]
    assert sites.check(folder, {"plugins": ["masko"]}) == expected
    built = sites.build(sites.make(tmp_path / "site", {"a.md": text}, options=sites.FROZEN))
    assert built.good().lines("WARNING") == [f"masko: {problem}" for problem in expected]
