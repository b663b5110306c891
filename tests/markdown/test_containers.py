"""What extensions put around text: poses in content are shown, those in code are not."""

from __future__ import annotations

import pytest

from manifest_samples import convert

BLOCKS = ("admonition", "caption", "definition", "details", "html", "tab")
EXTENSIONS = [
    *("attr_list", "def_list", "footnotes", "md_in_html"),
    *(f"pymdownx.{name}" for name in ("arithmatex", "inlinehilite", "superfences", "tabbed")),
    *(f"pymdownx.blocks.{name}" for name in BLOCKS),
]
POSES = '![A](masko:wave) {{ masko("idle") }}'
CONTENT = {
    "an admonition": "/// note | Title\n@\n///\n",
    "details": "/// details | Title\n    open: true\n\n@\n///\n",
    "a tab": "/// tab | One\n@\n///\n",
    "a tab by indent": '=== "One"\n\n    @\n',
    "an element": "/// html | div.card\n@\n///\n",
    "a caption": "Text\n/// caption\n@\n///\n",
    "what a caption is for": "@\n/// caption\nText\n///\n",
    "a caption with a number": "Text\n/// figure-caption\n@\n///\n",
    "a definition": "/// define\nTerm\n\n-   @\n///\n",
    "a block in a block": "//// note\n/// details | Title\n@\n///\n////\n",
    "text between prices": "It costs $5, @ and $6.\n",
}
CODE = {
    "mathematics": "$$\n@\n$$\n",
    "mathematics in brackets": "\\[\n@\n\\]\n",
    "an environment": "\\begin{align}\n@\n\\end{align}\n",
    "a diagram": "```mermaid\ngraph TD\n  A --> @\n```\n",
    "a fence with attributes": '``` { .python title="Title" }\n@\n```\n',
    "a fence in a block": "/// note\n```\n@\n```\n///\n",
    "a span with a language": "`#!python @`\n",
    "an element with code": "/// html | pre\n    markdown: raw\n\n@\n///\n",
    "a diagram in a block": "/// html | div.mermaid\n    markdown: raw\n\n@\n///\n",
}


def _convert(text: str) -> tuple[int, list[tuple[str, str]]]:
    """Return how many poses are shown, and what is wrong."""
    shown = convert(text.replace("@", POSES), EXTENSIONS)
    return len(shown.calls), shown.problems


@pytest.mark.parametrize("name", CONTENT)
def test_poses_in_content_are_shown(name: str) -> None:
    assert _convert(CONTENT[name]) == (2, [])


@pytest.mark.parametrize("name", CODE)
def test_poses_in_code_are_neither_shown_nor_reported(name: str) -> None:
    assert _convert(CODE[name]) == (0, [])
