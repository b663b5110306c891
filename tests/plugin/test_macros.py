"""Beside mkdocs-macros: the same embeds, wherever the call is evaluated."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = [("macros", "masko"), ("masko", "macros")]
PAGE = """\
# Poses

{{ masko("wave", alt="A fox <waving>", width=240, play="hover") }} and *{{ masko_image("idle") }}*

![A fox](masko:cheer){ width=100 .right }

| A | B |
|---|---|
| {{ masko_animation("owl/blink", id="owl") }} | [link]({{ masko_url("wave", "video") }}) |

- {{ masko("owl/plush-swagger", caption="With *stars* & {braces}", align="right") }}

<div>{{ masko_image("idle") }}</div>

![plain]({{ masko_url("cheer") }})
"""
IMPORTS = """\
{% import "masko/macros.html" as m %}

{{ m.image("wave", width=240) }} {{ m.animation("idle", alt="x") }} {{ masko.image("cheer") }}

[file]({{ m.url("wave") }}) [video]({{ m.url("wave", "video") }})
"""
SPELLED = """\
{{ masko_image("wave", width=240) }} {{ masko_animation("idle", alt="x") }}
{{ masko_image("cheer") }}

[file]({{ masko_url("wave") }}) [video]({{ masko_url("wave", "video") }})
"""


def _page(folder: Path, page: str, plugins: tuple[str, ...] = ("masko",), name: str = "a/b") -> str:
    sites.make(folder, {f"{name}.md": page}, plugins=plugins)
    return sites.build(folder, "--strict").good().page(f"{name}/index.html")


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_is_the_same_with_and_without_mkdocs_macros(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    alone = _page(tmp_path / "alone", PAGE)
    assert len(sites.embeds(alone)) > 5
    assert _page(tmp_path / "beside", PAGE, order) == alone


@pytest.mark.parametrize("order", ORDERS)
def test_the_imported_macros_are_the_same_functions(order: tuple[str, ...], tmp_path: Path) -> None:
    imported = _page(tmp_path / "imported", IMPORTS, order)
    assert len(sites.embeds(imported)) == 3
    assert imported.split() == _page(tmp_path / "spelled", SPELLED, order).split()


def test_templates_of_the_theme_import_them_too(tmp_path: Path) -> None:
    template = (
        '<body>{% import "masko/macros.html" as m %}'
        '{{ m.image("wave", width=240) }} {{ masko_image("wave", width=240) }}'
        ' {{ masko.image("wave", width=240) }} <i>{{ m.url("wave") }}</i>'
    )
    sites.make(tmp_path, {"index.md": "x"}, files={"theme/main.html": template})
    page = sites.build(tmp_path, "--strict").good().page()
    embeds = sites.embeds(page)
    assert len(embeds) == 3
    assert len(set(embeds)) == 1
    address = sites.parse(page).findtext(".//i")
    assert address
    assert f'src="{address}"' in embeds[0]


def test_variables_and_loops_of_mkdocs_macros_reach_a_pose(tmp_path: Path) -> None:
    page = "{% for name in names %}{{ masko_image(name, alt=name ~ '!') }}{% endfor %}"
    names = ["wave", "idle", "cheer"]
    sites.make(tmp_path, {"index.md": page}, plugins=("macros", "masko"), extra={"names": names})
    page = sites.build(tmp_path, "--strict").good().page()
    alts = [image.get("alt") for image in sites.parse(page).iter("img")]
    assert alts == ["wave!", "idle!", "cheer!"]


def test_a_title_made_from_a_heading_with_a_pose_is_text(tmp_path: Path) -> None:
    page = '# Hello *you* {{ masko("wave") }} & {{ 1 + 1 }}\n\n## Sub {{ masko("idle") }}\n'
    plugins = ("macros", "masko")
    sites.make(tmp_path, {"index.md": "x", "page.md": page}, plugins=plugins, theme="mkdocs")
    built = sites.build(tmp_path, "--strict").good()
    root = sites.parse(built.page("page/index.html"))
    assert " ".join(root.findtext(".//title", "").split()) == "Hello you & 2 - Test"
    links = {" ".join("".join(link.itertext()).split()) for link in root.iter("a")}
    assert {"Hello you & 2", "Sub"} <= links


def test_an_address_may_stand_in_an_attribute_of_html(tmp_path: Path) -> None:
    page = '<div title="{{ masko_url("idle") }}">x <b title="{{ masko_url("idle") }}">y</b></div>'
    built = _page(tmp_path, page, ("macros", "masko"))
    titles = [title for e in sites.parse(built).iter() if (title := e.get("title"))]
    assert len(titles) == 2
    assert all((tmp_path / "site/a/b" / title).is_file() for title in titles)


def test_no_token_is_left_on_any_page_or_in_the_search_index(tmp_path: Path) -> None:
    pages = {"index.md": f"{PAGE}\n\n`{{{{ masko('wave') }}}}`\n\n    {{{{ masko('wave') }}}}\n"}
    plugins = ("search", "macros", "masko")
    sites.make(tmp_path, pages, plugins=plugins, theme="mkdocs")
    built = sites.build(tmp_path, "--strict").good()
    for path in (p for p in built.site.rglob("*") if p.suffix in {".html", ".json", ".xml"}):
        text = path.read_text(encoding="utf-8")
        assert "maskoembed" not in text
        assert "maskourl" not in text
    assert '<code>{{ masko("wave") }}' in built.page().replace("&quot;", '"')


@pytest.mark.parametrize("plugins", [("masko",), *ORDERS])
def test_two_builds_in_one_process_are_the_same(plugins: tuple[str, ...], tmp_path: Path) -> None:
    """mkdocs-macros keeps what was registered; the second site must not see the first."""
    for name in ("first", "second"):
        sites.make(tmp_path / name, {"index.md": PAGE}, plugins=plugins, strict=True)
    script = (
        "from mkdocs.commands.build import build\n"
        "from mkdocs.config import load_config\n"
        "for name in ('first', 'second', 'first'):\n"
        "    build(load_config(f'{name}/mkdocs.yml'))\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=sites.environment(), check=True
    )
    pages = [(tmp_path / n / "site/index.html").read_text("utf-8") for n in ("first", "second")]
    assert pages[0] == pages[1]
    assert len(sites.embeds(pages[0])) > 5


@pytest.mark.parametrize("plugins", [("masko",), ("macros", "masko")])
def test_after_the_import_the_name_is_still_the_macro(
    plugins: tuple[str, ...], tmp_path: Path
) -> None:
    """In a template of the theme, and on a page where mkdocs-macros runs."""
    text = (
        '{% import "masko/macros.html" as masko %}'
        '{{ masko("wave", width=240, loading="lazy") }}'
        ' {{ masko.animation("wave", width=240, loading="lazy") }}'
    )
    files = {"theme/main.html": f"<body>{{{{ page.content }}}}{text}"}
    page = text if "macros" in plugins else "x"
    sites.make(tmp_path, {"index.md": page}, plugins=plugins, files=files)
    embeds = sites.embeds(sites.build(tmp_path, "--strict").good().page())
    assert len(embeds) == 2 * len(plugins)
    assert embeds[0::2] == embeds[1::2]


def test_a_macro_without_its_parentheses_is_reported_in_templates_too(tmp_path: Path) -> None:
    """Jinja would write the name of a Python object."""
    files = {"theme/main.html": "<body>{{ page.content }}{{ masko }} {{ masko_url }}"}
    sites.make(tmp_path, {"index.md": "x"}, files=files)
    built = sites.build(tmp_path).good()
    messages = [line.partition("needs")[0].split()[-1] for line in built.lines("WARNING")]
    assert messages == ["masko", "masko_url"]
    assert "object at" not in built.page()


@pytest.mark.parametrize("name", ["upper", "capitalize", "title"])
def test_a_filter_that_breaks_a_placeholder_is_reported(name: str, tmp_path: Path) -> None:
    page = f'# T\n\n{{{{ masko("wave") | {name} }}}} {{{{ masko("idle") | trim | safe }}}}\n'
    sites.make(tmp_path, {"index.md": page}, plugins=("macros", "masko"))
    built = sites.build(tmp_path).good()
    (line,) = built.lines("WARNING")
    assert line.startswith("masko: docs/index.md:3:4: no filter can change what masko() becomes.")
    assert "maskoembed" not in built.page().lower()
    assert len(sites.embeds(built.page())) == 1
