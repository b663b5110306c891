"""Extensions that parse Markdown inside of a page with a parser of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import markdown
import sites
from mkdocs_masko.markdown import MaskoExtension

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''"""A module."""

def wave():
    """
    Waves: ![A fox waves](masko:wave){ kind=image }

    And {{ masko("idle", kind="image", alt="idle fox") }}.
    """
'''
EXEC = """# Hi

```python exec="on"
print("![A fox waves](masko:wave){ kind=image }")
print()
print('{{ masko("idle", kind="image", alt="idle fox") }}')
```
"""
FENCES = ["attr_list", "pymdownx.superfences"]


def _alts(built: sites.Built) -> list[str]:
    return [image.get("alt", "") for image in sites.parse(built.page()).iter("img")]


def test_a_parser_can_be_made_of_what_another_has_registered() -> None:
    outer = markdown.Markdown(extensions=[MaskoExtension()])
    inner = markdown.Markdown(extensions=outer.registeredExtensions)
    assert inner.convert("Hello *there*") == "<p>Hello <em>there</em></p>"


@pytest.mark.parametrize("extensions", [["mkautodoc"], ["mkautodoc", "pymdownx.superfences"]])
def test_docstrings_of_mkautodoc_show_poses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extensions: list[str]
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "fox_module.py").write_text(MODULE, encoding="utf-8")
    pages = {"index.md": "# API\n\n::: fox_module.wave\n    :docstring:\n"}
    sites.make(tmp_path, pages, markdown_extensions=["attr_list", *extensions])
    built = sites.build(tmp_path, "--strict").good()
    assert _alts(built) == ["A fox waves", "idle fox"]
    assert "masko:" not in built.page()


def test_a_site_with_mkautodoc_and_without_poses_builds(tmp_path: Path) -> None:
    pages = {"index.md": "# API\n\n::: json.dumps\n    :docstring:\n"}
    sites.make(tmp_path, pages, markdown_extensions=["mkautodoc"])
    assert "Serialize" in sites.build(tmp_path, "--strict").good().page()


@pytest.mark.parametrize("plugins", [("masko", "markdown-exec"), ("markdown-exec", "masko")])
def test_code_that_markdown_exec_runs_shows_poses(tmp_path: Path, plugins: list[str]) -> None:
    sites.make(tmp_path, {"index.md": EXEC}, plugins=plugins, markdown_extensions=FENCES)
    built = sites.build(tmp_path, "--strict").good()
    assert "print(" not in built.page()
    assert _alts(built) == ["A fox waves", "idle fox"]


def test_a_bad_pose_in_code_that_is_run_is_told(tmp_path: Path) -> None:
    text = EXEC.replace("masko:wave", "masko:wavee")
    sites.make(
        tmp_path, {"index.md": text}, plugins=("masko", "markdown-exec"), markdown_extensions=FENCES
    )
    (line,) = sites.build(tmp_path).good().lines("WARNING")
    assert line.startswith("masko: docs/index.md:4:23: no pose 'wavee' in 'fox' (did you mean")


def test_what_is_parsed_for_a_page_is_never_its_first_pose(tmp_path: Path) -> None:
    """It does not know where on the page it will stand, and there may be many such texts."""
    pages = {"index.md": f"{EXEC}\n\n![](masko:cheer)\n\n![](masko:cheer)", "next.md": EXEC}
    sites.make(tmp_path, pages, plugins=("masko", "markdown-exec"), markdown_extensions=FENCES)
    built = sites.build(tmp_path, "--strict").good()
    loadings = [image.get("loading") for image in sites.parse(built.page()).iter("img")]
    assert loadings == ["lazy", "lazy", "eager", "lazy"]
    images = sites.parse(built.page("next/index.html")).iter("img")
    assert {image.get("loading") for image in images} == {"lazy"}
