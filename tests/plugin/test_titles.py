"""Titles of pages, and names in the table of contents, of headings that show a pose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {
    "index.md": "# Home\n",
    "image.md": "# ![Only alt](masko:wave)\n",
    "macro.md": '# {{ masko("wave", alt="Fox & <b>") }}\n',
    "text.md": "# ![Decor](masko:wave) Hello\n",
    "decoration.md": "# ![](masko:wave)\n",
    "second.md": "# Title\n\n## ![Only alt](masko:wave)\n",
    "meta.md": "---\ntitle: Mine\n---\n# ![Only alt](masko:wave)\n",
    "raw.md": "<h1 align=center>Raw</h1>\n\nText\n\n# Install\n",
    "raw_pose.md": '<h1><img src="masko:wave" alt="Raw"></h1>\n\n# Install\n',
    "nothing.md": "#\n\n# Install\n",
    "later.md": "Text\n\n# ![Only alt](masko:wave)\n",
    "named.md": "# ![Only alt](masko:wave)\n",
}
NAV = [name for name in PAGES if name != "named.md"] + [{"From nav": "named.md"}]
TITLES = {
    "image": "Only alt",
    "macro": "Fox &amp; &lt;b&gt;",
    "text": "Hello",
    "decoration": "Decoration",
    "second": "Title",
    "meta": "Mine",
    "raw": "Raw",
    "raw_pose": "Raw pose",
    "nothing": "Nothing",
    "later": "Later",
    "named": "From nav",
}


@pytest.fixture(scope="module", params=[["masko"], ["masko", "macros"]], ids=["alone", "macros"])
def built(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> sites.Built:
    folder = tmp_path_factory.mktemp("titles")
    sites.make(folder, PAGES, plugins=request.param, nav=NAV, markdown_extensions=["toc"])
    return sites.build(folder, "--strict").good()


@pytest.mark.parametrize("page", TITLES)
def test_a_heading_that_is_a_pose_alone_is_named_by_its_alt_text(
    built: sites.Built, page: str
) -> None:
    title = re.search(r"<title>(.*?)</title>", built.page(f"{page}/index.html"))
    assert title
    assert title[1] == TITLES[page]


def test_the_table_of_contents_names_such_a_heading(built: sites.Built) -> None:
    names = re.findall(r"<p>(.*?)</p>", built.page("second/index.html").partition("<nav>")[2])
    assert names == ["Title", "Only alt"]
    assert "data-toc-label" not in built.page("second/index.html")


HOOK = '''
from mkdocs.structure.toc import TableOfContents

HTML = """<h1>Notebook</h1><p><img src="masko:wave" alt="x"></p><p>{{ masko("idle") }}</p>
<pre>{{ masko("wave") }} ![a](masko:wave)</pre>"""


def on_pre_page(page, config, files):
    def render(config, files):
        page.content, page.toc = HTML, TableOfContents([])

    if page.file.src_uri == "notebook.md":
        page.render = render
    return page
'''


def test_poses_on_a_page_that_is_not_parsed_as_markdown_are_told(tmp_path: Path) -> None:
    """As mkdocs-jupyter does it: a page has HTML that never went through Python-Markdown."""
    pages = {"notebook.md": "masko:wave {{ masko('idle') }}\n"}
    sites.make(tmp_path, pages, files={"hook.py": HOOK}, hooks=["hook.py"])
    warnings = sites.build(tmp_path).good().lines("WARNING")
    assert [line.partition(". ")[0] for line in warnings] == [
        "masko: docs/notebook.md: only a Markdown page can show 'masko:wave'",
        "masko: docs/notebook.md:1:15: masko: no macro runs in a file of HTML",
    ]
