"""Pages: whatever stands around a call, it alone is replaced."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from manifest_samples import PLAIN, PYMDOWNX, check_golden, convert, label
from markdown import Markdown, markdown
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.markdown import MaskoExtension
from mkdocs_masko.rendering import Embedder

if TYPE_CHECKING:
    from typing import Any

    from mkdocs_masko.rendering import Call

DATA = Path(__file__).parents[1] / "data" / "markdown"
PAGES = sorted(path.relative_to(DATA) for path in DATA.glob("*/*.md"))
EXTENSIONS = {"plain": PLAIN, "pymdownx": PYMDOWNX}
OPTIONS: dict[str, Any] = {
    "pymdownx.tabbed": {"alternate_style": True},
}


def embed(call: Call) -> str:
    if call.reference == "wavee":
        raise ReferenceProblem("no pose 'wavee'")
    if call.function == "masko_url":
        return f"https://assets.masko.ai/{call.reference}.png"
    return label(call)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_is_that_of_its_golden_file(page: Path) -> None:
    text = (DATA / page).read_text(encoding="utf-8")
    options = {name: OPTIONS[name] for name in OPTIONS if page.parts[0] == "pymdownx"}
    shown = convert(text, EXTENSIONS[page.parts[0]], render=embed, extension_configs=options)
    told = [f"<!-- {problem} | {source!r} -->" for problem, source in shown.problems]
    check_golden((DATA / page).with_suffix(".html"), "\n".join([shown.html, *told]))


UNTOUCHED = [
    (name, page.read_text(encoding="utf-8"))
    for name in ("code", "not-calls")
    for page in [DATA / "plain" / f"{name}.md"]
]


@pytest.mark.parametrize(("name", "text"), UNTOUCHED, ids=[name for name, _ in UNTOUCHED])
@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_code_and_other_peoples_braces_are_as_without_the_extension(
    name: str, text: str, extensions: list[str]
) -> None:
    text = text.replace('\\\\{{ masko("wave") }}', "").replace("\\{{ masko", "{ { masko")
    shown = convert(text, extensions)
    assert shown.html == markdown(text, extensions=extensions)
    assert (name, shown.problems, shown.calls) == (name, [], [])


PLACES = {
    "paragraph": "CALL",
    "within words": "aCALLb",
    "heading": "# CALL",
    "heading of a line below": "CALL\n---",
    "list": "- CALL",
    "numbered list": "1. CALL",
    "list in a list": "- a\n    - CALL",
    "paragraph of a list": "- a\n\n    CALL",
    "quote": "> CALL",
    "quote in a list": "- > CALL",
    "emphasis": "*CALL*",
    "strong": "**a CALL b**",
    "link": "[CALL](x.md)",
    "link with a reference": "[a CALL][r]\n\n[r]: x.md",
    "admonition": "!!! note\n    CALL",
    "table": "| a | b |\n|---|---|\n| x | CALL |",
    "table head": "| a | CALL |\n|---|---|\n| x | y |",
    "definition": "a\n:   CALL",
    "term": "CALL\n:   b",
    "footnote": "a[^1]\n\n[^1]: CALL",
    "raw block": "<div>CALL</div>",
    "raw block of lines": "<div>\n<p>\nCALL\n</p>\n</div>",
    "raw cell": "<table><tr><td>a</td><td>CALL</td></tr></table>",
    "raw inline": "a <b>CALL</b>",
    "markdown in a raw block": "<div markdown>\n\nCALL\n\n</div>",
    "between other braces": "{{ x }} CALL {% y %}",
    "between backticks": "`a` CALL `b`",
    "after one backtick": "a ` b CALL",
    "after code that ends a line": "`a\nb`\nCALL",
    "after other images": "![a](b.png) CALL ![c](d.png)",
    "after an attribute list": "a\n{: .x }\n\nCALL",
    "beside an abbreviation": "CALL ABC\n\n*[ABC]: alphabet",
    "line break before": "a  \nCALL",
    "after a comment": "<!-- x --> CALL",
    "after an entity": "&amp; CALL &lt;",
    "in brackets": "(CALL)",
}

CALLS = {
    "call": '{{ masko("wave", alt="A (fox)") }}',
    "call of lines": '{{ masko("wave",\n      alt="A (fox)") }}',
    "image": "![A (fox)](masko:wave)",
    "tag": '<img src="masko:wave" alt="A (fox)">',
}

NO_LINE_BREAK = {"heading", "heading of a line below", "table", "table head", "term"}
RAW = {"raw block", "raw block of lines", "raw cell"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_a_call_is_shown_once_wherever_it_stands(
    place: str, call: str, extensions: list[str]
) -> None:
    if call == "call of lines" and place in NO_LINE_BREAK:
        pytest.skip("Markdown has no such thing")
    if call == "image" and place in RAW:
        pytest.skip("this is no Markdown")
    shown = convert(PLACES[place].replace("CALL", CALLS[call]), extensions)
    assert shown.html.count('[[pose wave {"alt": "A (fox)"}]]') == 1
    assert shown.html.count("masko") == 0
    assert shown.problems == []
    assert "\x02" not in shown.html


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_the_rest_of_the_page_is_as_with_any_word_in_the_calls_place(
    place: str, extensions: list[str]
) -> None:
    found = convert(PLACES[place].replace("CALL", CALLS["call"]), extensions, render=lambda _: "W0")
    assert found.html == markdown(PLACES[place].replace("CALL", "W0"), extensions=extensions)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("call", "text"),
    [
        ('{{ masko("wave", alt="A & fox", widht=1) }}', "A &amp; fox"),
        ('{{ masko("wavee") }}', "wavee"),
        ("{{ masko(x) }}", "{{ masko(x) }}"),
    ],
)
def test_a_bad_call_is_told_once_and_leaves_its_text(place: str, call: str, text: str) -> None:
    def refuse(call: Call) -> str:
        raise ReferenceProblem(call.reference)

    page = "# One\n\n" + PLACES[place].replace("CALL", call) + "\n\n# Two\n"
    shown = convert(page, PLAIN, render=refuse)
    assert len(shown.problems) == 1
    assert re.sub(r"<[^>]*>", "", shown.html).count(text) == 1


def test_a_parser_may_be_used_for_many_pages() -> None:
    md = Markdown(extensions=[*PLAIN, MaskoExtension(Embedder(label, lambda *_: None))])
    pages = ['{{ masko("a") }}', '<div>{{ masko("b") }}</div>', "x", "![](masko:c)", "`masko`"]
    for page in pages * 2:
        assert md.reset().convert(page) == convert(page, PLAIN).html


SLIPS = {
    '{{ masko }} {{ masko("wave") }} x {{ masko("wave") }}': 1,
    '{{ masko }} {{ masko_image }} {{ masko("wave") }} {{ masko }} {{ masko("wave") }}': 3,
    '{{ masko }} `x` ![](masko:wave) {{ masko_url("wave") }}': 1,
    "![a] (masko:x) ![](masko:wave) *x* ![](masko:wave)": 1,
    '{{ "x" ~ masko("wave") }} {{ masko("wave") }} {{ masko("wave") }}': 1,
}


@pytest.mark.parametrize("text", SLIPS)
@pytest.mark.parametrize("copies", [1, 3])
def test_a_slip_is_told_once_for_each_place(text: str, copies: int) -> None:
    """However much is replaced behind it, and as often as the same text stands on the page."""
    problems = convert("\n\n".join([text] * copies), render=embed).problems
    assert len(problems) == SLIPS[text] * copies


INSIDE = [
    '{{ "x" ~ masko("wave") }}',
    '{% set fox = masko("wave") %}',
    '{%- if masko_url("wave") -%} x {%- endif -%}',
    '{{ show(masko_image("wave")) }}',
    '{{ not masko.image("wave") }}',
    '{{ "}}" ~ masko("wave") }}',
]


@pytest.mark.parametrize("macro", INSIDE)
@pytest.mark.parametrize("place", ["{}", "a {} b", "# {}", "<div>{}</div>", "- {}"])
def test_a_macro_inside_an_expression_or_statement_is_told(macro: str, place: str) -> None:
    """Nobody evaluates it here, and it stays on the page as text."""
    shown = convert(place.format(macro), render=embed)
    (problem,) = (str(problem) for problem, _ in shown.problems)
    assert problem == (
        "a macro must stand alone between {{ and }}. "
        'Write {{ masko("wave", width=240) }}; only mkdocs-macros reads expressions.'
    )
    assert "[[pose" not in shown.html


@pytest.mark.parametrize(
    "text",
    [
        '{{ page.masko("x") }}',
        "{{ x | masko }}",
        "{% for masko in masks %}",
        '{{ "masko(1)" }}',
        '{{ mymasko("x") }} {{ x_masko(1) }}',
        '{{ config.x }} and masko("wave")',
        '`{{ "x" ~ masko("wave") }}`',
        '\\{{ "x" ~ masko("wave") }}',
    ],
)
def test_what_others_say_with_the_name_stays_as_it_is(text: str) -> None:
    assert convert(text, render=embed).problems == []
