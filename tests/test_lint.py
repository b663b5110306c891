"""Pages held against the manifest without MkDocs, and `check`, which does that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sites
from cli_process import NAME, config, run
from mkdocs_masko.errors import OptionError
from mkdocs_masko.lint import bad_references
from mkdocs_masko.manifest import load
from mkdocs_masko.urls import SANDBOX_ORIGIN

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
SAID = {
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
FOUND = [
    "docs/deep/er/page.md:3:10: no pose 'nope' in 'fox'",
    "docs/deep/er/page.md:3:39: no pose 'nope' in 'owl'",
    "docs/index.md:7:6: no pose 'wavee' in 'fox' (did you mean 'wave'?)",
    "docs/slips.markdown:1:1: unknown argument 'widht' (did you mean 'width'?)",
    "docs/slips.markdown:3:1: argument 'play'",
    "docs/tabs.md:3:10: no pose 'tab' in 'fox'",
    "docs/tabs.md:7:10: no pose 'folded' in 'fox'",
]


def written(folder: Path, pages: dict[str, str], docs: str = "docs") -> Path:
    """Write pages, and the manifest of the fox and the owl."""
    for name, text in pages.items():
        path = folder / docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / NAME).write_text(sites.manifest(), encoding="utf-8")
    return folder


def found(folder: Path, said: dict[str, object]) -> list[str]:
    """Return what is wrong on the pages of a folder."""
    manifest = load(folder / NAME, [SANDBOX_ORIGIN])
    return [str(problem) for problem in bad_references(folder, said, manifest, "fox")]


def test_all_that_is_wrong_is_found_with_its_place(tmp_path: Path) -> None:
    """On every page, in every form, and not in code, hidden folders or other files."""
    problems = found(written(tmp_path, PAGES), SAID)
    assert len(problems) == len(FOUND)
    for problem, start in zip(problems, FOUND, strict=True):
        assert problem.startswith(start), problem


def test_the_build_finds_the_same(tmp_path: Path) -> None:
    """Line by line: a check is no second opinion on what is wrong."""
    pages = {n: t for n, t in PAGES.items() if n.endswith(".md") and not n.startswith(".")}
    written(tmp_path, pages)
    said = ["attr_list", "admonition", "pymdownx.details", {"pymdownx.tabbed": {}}]
    made = sites.make(tmp_path, pages, markdown_extensions=said)
    warned = [line for line in sites.build(made).lines("WARNING") if "docs/" in line]
    problems = found(tmp_path, {"markdown_extensions": said})
    assert sorted(line.partition("docs/")[2] for line in warned) == sorted(
        problem.partition("docs/")[2] for problem in problems
    )


def test_what_a_template_engine_computes_is_left_to_it(tmp_path: Path) -> None:
    """Names in variables are no slip where mkdocs-macros runs; wrong names still are."""
    text = "{{ masko(page.meta.pose) }}\n\n![a](masko:nope)\n"
    folder = written(tmp_path, {"index.md": text})
    assert len(found(folder, {"plugins": ["masko"]})) == 2
    assert len(found(folder, {"plugins": ["masko", "macros"]})) == 1


def test_the_folder_of_the_pages_is_the_sites_own(tmp_path: Path) -> None:
    """And is named in messages from the folder of mkdocs.yml."""
    folder = written(tmp_path, {"a.md": "![a](masko:nope)\n"}, docs="content")
    (problem,) = found(folder, {"docs_dir": "content"})
    assert problem.startswith("content/a.md:1:6: ")


def test_a_site_without_pages_has_nothing_wrong(tmp_path: Path) -> None:
    """Nor has one whose pages show no pose."""
    assert found(written(tmp_path, {}), {}) == []


def test_a_page_that_is_no_text_is_named(tmp_path: Path) -> None:
    """MkDocs could not read it either."""
    folder = written(tmp_path, {"a.md": ""})
    (folder / "docs" / "a.md").write_bytes(b"masko \xff")
    with pytest.raises(OptionError, match=r"docs/a\.md: cannot be read: it is not UTF-8"):
        found(folder, {})


def test_a_check_tells_pages_and_drift_at_once(tmp_path: Path) -> None:
    """Every bad reference has a line, then comes what the API has otherwise."""
    config(tmp_path, **OPTIONS)
    assert run(tmp_path, "sync").code == 0
    written(tmp_path, {"index.md": "![a](masko:nope)\n\n![b](masko:owl/nope)\n"})
    done = run(tmp_path, "check")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[:2] == [
        "docs/index.md:1:6: no pose 'nope' in 'fox'. Run 'mkdocs-masko sync' if it is new.",
        "docs/index.md:3:6: no pose 'nope' in 'owl'. Run 'mkdocs-masko sync' if it is new.",
    ]
    assert done.err.splitlines()[2:] == ["error: bad references on pages: 2, listed above"]


def test_offline_a_check_needs_no_key(tmp_path: Path) -> None:
    """As in a fork, and before a commit."""
    config(tmp_path, collections={"fox": "fox", "owl": "owl"})
    written(tmp_path, {"index.md": "![a](masko:wave)\n"})
    done = run(tmp_path, "check", "--offline")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{NAME}: has all poses that pages use, revision ")
    assert run(tmp_path, "check").code == 2
