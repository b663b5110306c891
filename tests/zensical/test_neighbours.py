"""Poses in what other extensions parse for a page, and a theme's own templates for poses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import sites
import zensical_sites as zensical

if TYPE_CHECKING:
    from pathlib import Path

    from sites import Built

SETTINGS = """
[project.theme]
custom_dir = "theme"
[project.markdown_extensions.pymdownx.snippets]
base_path = ["."]
[project.markdown_extensions.pymdownx.tabbed]
alternate_style = true
[[project.markdown_extensions.pymdownx.superfences.custom_fences]]
name = "python"
class = "python"
validator = "markdown_exec.validator"
format = "markdown_exec.formatter"
[project.plugins.mkdocstrings.handlers.python]
paths = ["."]
"""
PAGES = {
    "doc.md": "# Doc\n\n::: code\n",
    "run.md": '# Run\n\n```python exec="true"\nprint("![Printed](masko:wave)")\n```\n',
    "snippet.md": '# Snippet\n\n--8<-- "part.txt"\n',
    "tabs.md": '# Tabs\n\n=== "A"\n\n    ![Tab](masko:wave)\n',
    "details.md": "# Open\n\n<details markdown>\n\n![Inside](masko:wave)\n</details>\n",
}
OTHERS = {
    "code.py": '"""A module.\n\n![Doc](masko:wave)\n"""\n',
    "part.txt": "![Part](masko:wave)\n",
    "theme/masko/still.html": (
        '<img data-own class="{{ classes }} off-glb" src="{{ picture.src }}" alt="{{ pose.alt }}">'
    ),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("neighbours")
    for name, text in OTHERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return zensical.build(zensical.make(folder, PAGES, settings=SETTINGS)).good()


@pytest.mark.parametrize(
    ("page", "alt"),
    [
        ("doc", "Doc"),
        ("run", "Printed"),
        ("snippet", "Part"),
        ("tabs", "Tab"),
        ("details", "Inside"),
    ],
)
def test_a_pose_is_shown_by_the_themes_template(page: str, alt: str, built: Built) -> None:
    content = zensical.article(built.page(f"{page}/index.html"))
    assert re.findall(r"<img data-own [^>]*alt=\"(\w+)\"", content) == [alt]
    assert content.count('rel="stylesheet" href="../assets/masko/') == 1
    assert content.count('<script defer src="../assets/masko/') == 1


def test_every_address_of_ours_leads_to_a_file(built: Built) -> None:
    assert sites.missing(built) == []


@pytest.mark.parametrize("separator", ["<!-- more -->", "<!-- cut -->"])
def test_an_excerpt_brings_what_its_poses_need(separator: str, tmp_path: Path) -> None:
    """Zensical cuts it out of the post, and shows it on pages of the blog."""
    blog = "[project.plugins.blog]\n"
    if separator != "<!-- more -->":
        blog += f'post_excerpt_separator = "{separator}"\n'
    post = "---\ndate: 2026-01-0{}\ncategories: [x]\n---\n# Post\n\n{}\n\n{}\n\n{}\n"
    pose, still = "![](masko:wave)", "{{ masko_image('idle') }}"
    pages = {
        "index.md": "# Home\n",
        "blog/index.md": "# Blog\n",
        "blog/posts/moves.md": post.format(1, pose, separator, pose),
    }
    site = zensical.make(tmp_path, pages, settings=blog)
    html = zensical.build(site, "--strict").good()
    for page in ("blog/", "blog/category/x/", "blog/2026/01/01/post/"):
        content = html.page(f"{page}index.html")
        assert content.count("<masko-pose") == (2 if "post" in page else 1)
        assert len(re.findall(r'<script defer src="[./]*assets/masko/masko\.', content)) == 1
        assert len(re.findall(r'<link rel="stylesheet" href="[./]*assets/masko/', content)) == 1
    (site / "docs/blog/posts/moves.md").write_text(post.format(1, still, separator, pose))
    html = zensical.build(site, "--strict").good()
    assert "<script defer" not in html.page("blog/index.html").partition("<article")[2]
    assert "<script defer src" in zensical.article(html.page("blog/2026/01/01/post/index.html"))
    assert sites.missing(html) == []
