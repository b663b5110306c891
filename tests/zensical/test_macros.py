"""Macros beside Zensical's own macros plugin, which runs pages through Jinja first."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

import zensical_sites as zensical

if TYPE_CHECKING:
    from pathlib import Path

    from sites import Built

MACROS = "[project.plugins.macros]"
PAGES = {
    "index.md": (
        "---\ntitle: \"Poses {{ masko('idle') }}\"\n---\n\n# Home\n\n"
        '{{ masko("wave", width=40 + 8) }}\n\n'
        '{% for pose in ["wave", "idle"] %}{{ masko.image(pose, width=20) }}{% endfor %}\n\n'
        "![Image](masko:idle)\n\n<p style=\"background: url({{ masko_url('wave') }})\">x</p>\n\n"
        '`{{ "{{" }} masko("wave") }}`\n\n{% raw %}`{{ masko("wave") }}`{% endraw %}\n'
    ),
    "off.md": '---\nrender_macros: false\n---\n\n# Off\n\n{{ masko("wave") }}\n',
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = zensical.make(tmp_path_factory.mktemp("macros"), PAGES, settings=MACROS)
    return zensical.build(site).good()


def test_expressions_and_loops_show_poses(built: Built) -> None:
    page = built.page()
    assert re.findall(r'alt="(\w+)"\s+width="(\d+)"', page) == [
        ("wave", "48"),
        ("wave", "20"),
        ("idle", "20"),
        ("Image", "512"),
    ]


def test_no_placeholder_is_left(built: Built) -> None:
    assert "maskoembed" not in built.page()
    assert "Macro Rendering Error" not in built.page()
    assert "<title>Poses - Site</title>" in built.page()


def test_what_is_raw_stays_code(built: Built) -> None:
    assert built.page().count('<code>{{ masko("wave") }}</code>') == 2


def test_a_page_without_macros_has_the_extensions_own(built: Built) -> None:
    assert "<masko-pose" in built.page("off/index.html")


_UNREADABLE = '# Home\n\n```\n{{ masko("wave" %}\n```\n\n![Shown](masko:wave)\n'


@pytest.mark.parametrize(
    ("options", "front_matter"),
    [
        ("render_by_default = false", ""),
        ("", "---\nrender_macros: false\n---\n"),
        ("render_by_default = false\nforce_render_paths = 'guide/*'", ""),
        ("j2_variable_start_string = '[['\nj2_variable_end_string = ']]'", ""),
    ],
    ids=["by an option", "by the page", "by its path", "with brackets of its own"],
)
def test_code_is_no_mistake_where_the_plugin_does_not_read_it(
    options: str, front_matter: str, tmp_path: Path
) -> None:
    pages = {
        "index.md": front_matter + _UNREADABLE.replace("%}", "}}" if "j2" in options else "%}")
    }
    settings = f"[project.plugins.macros]\n{options}"
    built = zensical.build(zensical.make(tmp_path, pages, settings=settings), "--strict").good()
    assert "<masko-pose" in built.page()
    assert '{{ masko("wave"' in html.unescape(re.sub("<[^>]+>", "", built.page()))


def test_a_url_leads_from_the_page(built: Built) -> None:
    (url,) = re.findall(r"background: url\(([^)]*)\)", built.page())
    assert (built.site / url).is_file()


def test_a_bad_macro_is_told_with_its_place(tmp_path: Path) -> None:
    pages = {"index.md": '# Home\n\n{{ masko("wavee") }}\n'}
    output = zensical.build(zensical.make(tmp_path, pages, settings=MACROS)).output
    assert "docs/index.md:3:1: no pose 'wavee'" in output


def test_a_macro_that_jinja_cannot_read_is_told(tmp_path: Path) -> None:
    pages = {"index.md": '# Home\n\n{{ masko("wave" }}\n'}
    built = zensical.build(zensical.make(tmp_path, pages, settings=MACROS))
    assert built.code == 1
    assert "docs/index.md:3:1: " in built.output


def test_a_macro_in_code_is_told_where_it_stands(tmp_path: Path) -> None:
    """To Jinja, code is no code; what shows the same pose below it is well."""
    page = f'---\ntitle: Guide\n---\n\n{{{{ masko("wave") }}}}\n\n{_UNREADABLE}'
    settings = f"{MACROS}\nrender_by_default = false\nforce_render_paths = 'guide/*'"
    pages = {"index.md": _UNREADABLE, "guide/page.md": page}
    built = zensical.build(zensical.make(tmp_path, pages, settings=settings))
    assert built.code == 1
    assert "docs/guide/page.md:10:1: " in built.output
    assert "docs/index.md" not in built.output


@pytest.mark.parametrize(
    "table", ["plugins.macros", "markdown_extensions.zensical.extensions.macros"]
)
def test_what_a_macro_returns_is_told_in_its_module(table: str, tmp_path: Path) -> None:
    """The module has the name that the options give it, whichever way they come."""
    (tmp_path / "foxes.py").write_text(
        "def define_env(env):\n    @env.macro\n    def hello():\n"
        "        return '![x](masko:nope)'\n"
    )
    settings = f"[project.{table}]\nmodule_name = 'foxes'"
    site = zensical.make(tmp_path, {"index.md": "# Home\n\n{{ hello() }}\n"}, settings=settings)
    assert "foxes.py:4:22: no pose 'nope'" in zensical.build(site).output
