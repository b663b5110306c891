"""Macros in templates: which there are without running one, and where one runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError

from mkdocs_masko.rendering import templates_dir
from mkdocs_masko.theme_templates import (
    TemplatePlace,
    calling_template,
    find_calls,
    run_expressions,
    text_of_template,
)

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = '{% import "masko/macros.html" as m %}'
FROM = '{% from "masko/macros.html" import image as picture, url with context %}'
CALLS: dict[str, list[tuple[str, tuple[Any, ...], dict[str, Any], bool]]] = {
    '{{ masko("wave") }}': [("masko", ("wave",), {}, True)],
    '{{ masko("wave", width=240, alt="") | safe }}': [
        ("masko", ("wave",), {"width": 240, "alt": ""}, True)
    ],
    '{{ masko_url("wave", "video", absolute=true) }}': [
        ("masko_url", ("wave", "video"), {"absolute": True}, True)
    ],
    '{{ masko.image("wave") }}': [("masko_image", ("wave",), {}, True)],
    f'{IMPORT}{{{{ m.image("wave") }}}}': [("masko_image", ("wave",), {}, True)],
    f'{FROM}{{{{ picture("wave") }}}}{{{{ url("x") }}}}': [
        ("masko_image", ("wave",), {}, True),
        ("masko_url", ("x",), {}, True),
    ],
    '{% set x = masko("wave") %}': [("masko", ("wave",), {}, True)],
    '{% if masko_url("wave") %}x{% endif %}': [("masko_url", ("wave",), {}, True)],
    '{% block a %}{% for x in [1] %}{{ masko("a" ~ "b") }}{% endfor %}{% endblock %}': [
        ("masko", ("ab",), {}, True)
    ],
    '{% trans %}x{% endtrans %}{% do masko("wave") %}': [("masko", ("wave",), {}, True)],
    "{{ masko(page.meta.mascot) }}": [("masko", (), {}, False)],
    '{{ masko(page.meta.mascot or "wave", width=3) }}': [("masko", ("wave",), {"width": 3}, False)],
    '{{ masko("a" if x else "b") }}': [("masko", ("a", "b"), {}, False)],
    '{{ masko("wave", width=w, height=3) }}': [("masko", ("wave",), {"height": 3}, False)],
    '{{ masko("wave", **more) }}': [("masko", ("wave",), {}, False)],
    '{{ masko("wave", *more) }}': [("masko", ("wave",), {}, False)],
    '{{ masko_imge("wave") }}': [("masko_imge", ("wave",), {}, True)],
    '{{ masko.imge("wave") }}': [("masko_imge", ("wave",), {}, True)],
    # No calls of ours.
    '{# {{ masko("wave") }} #}{% raw %}{{ masko("wave") }}{% endraw %}': [],
    '{% set masko = x %}{{ masko("wave") }}{{ masko.image("wave") }}': [],
    '{% macro masko(x) %}{% endmacro %}{{ masko("wave") }}': [],
    '{% macro f(masko) %}{{ masko("wave") }}{% endmacro %}': [],
    '{% import "other.html" as masko %}{{ masko.image("wave") }}': [],
    '{% from "other.html" import masko, x as masko_url %}{{ masko("a") }}{{ masko_url("b") }}': [],
    '{% import name as m %}{{ m.image("wave") }}{{ config.masko("wave") }}{{ f()("wave") }}': [],
    "{{ masko }}{{ page.content }}{{ maskot('x') }}": [],
}


@pytest.mark.parametrize("source", CALLS)
def test_calls_are_found_as_jinja_reads_them(source: str) -> None:
    """With the arguments that are literals, and the names that were imported."""
    calls = [(c.function, c.positional, c.named, c.is_literal) for c in find_calls(source)]
    assert calls == CALLS[source]


def test_a_call_knows_its_line() -> None:
    calls = find_calls(
        f'{IMPORT}\n\n{{{{ m.url("a") }}}}\n{{{{ masko("b") }}}}\n{{{{ masko.url("c") }}}}'
    )
    assert [call.line for call in calls] == [3, 4, 5]


PAGES = {
    '{% import "masko/macros.html" as m %}\n{{ m.url("a") }} {{ masko("b") }}{# x #}{{ y }}': (
        '\n<{{ m.url("a") }}> <{{ masko("b") }}>'
    ),
    "{{ masko('a', width=page.w) }}": "<{{ masko('a', width=page.w) }}>",
    "a{{- masko('a') -}} b": "a<{{- masko('a') -}}>b",
    "{% raw %}{{ masko('a') }}{% endraw %}": "{{ masko('a') }}",
    "{{ '{{ x }}' ~ masko('a') }}": "<{{ '{{ x }}' ~ masko('a') }}>",
    "{% set x = masko('a') %}{% if y %}b{% endif %}": "<{% set x = masko('a') %}>b",
    "{{ masko }} {{ masko_x(1) }} {{ x }}": "<{{ masko }}> <{{ masko_x(1) }}> ",
    "{% set masko = y %}{{ masko('a') }}": "",
    "{#- masko('a') -#}": "",
}


@pytest.mark.parametrize("page", PAGES)
def test_of_a_page_that_jinja_runs_its_text_stays_and_our_macros_are_evaluated(page: str) -> None:
    reader = Environment()  # noqa: S701 - nothing is rendered
    text = run_expressions(page, reader, lambda expression: f"<{expression.source}>")
    assert text == PAGES[page]


@pytest.mark.parametrize("start", ["{{ x ", "{% if ", "{# "])
def test_what_has_no_end_is_searched_in_time(start: str) -> None:
    text = "a" + start * 100_000
    assert text_of_template(text).split() == ["a"]


def test_a_template_that_jinja_cannot_read_is_an_error_with_its_line() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        find_calls('\n\n{{ masko("wave" }}')
    assert caught.value.lineno == 3


def test_what_jinja_runs_is_blanked_out() -> None:
    text = 'a {{ x }}\n{# "y\n"  #}<a href="{% z %}">'
    blank = text_of_template(text)
    assert blank == 'a        \n     \n     <a href="       ">'
    assert len(blank) == len(text)


def test_the_innermost_template_that_is_running_is_found(tmp_path: Path) -> None:
    """Not one of ours, which only passes the call on."""
    places = []

    def masko_image(*_: object) -> str:
        places.append(calling_template())
        return ""

    (tmp_path / "main.html").write_text("\n{% include 'part.html' %}{{ masko_image() }}\n")
    (tmp_path / "part.html").write_text(f"{IMPORT}\n\n\n{{{{ m.image('x') }}}}")
    environment = Environment(loader=FileSystemLoader([tmp_path, templates_dir()]))  # noqa: S701 - no HTML
    environment.globals["masko_image"] = masko_image
    environment.get_template("main.html").render()
    assert places == [
        TemplatePlace(path=tmp_path / "part.html", line=4),
        TemplatePlace(path=tmp_path / "main.html", line=2),
    ]
    environment.from_string("{{ masko_image() }}").render()
    assert places[-1] is None
    assert calling_template() is None
