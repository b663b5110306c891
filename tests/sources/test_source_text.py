"""Where in a page something stands: line and column of what cannot be shown."""

from __future__ import annotations

import pytest

from manifest_samples import PYMDOWNX, rendered
from mkdocs_masko.sources.source_text import SourceText

FOX = '{{ masko("nope") }}'

PAGES = {
    "the first line": "¦{{ masko('nope') }}",
    "in a sentence": "One\n\nTwo ¦{{ masko('nope', alt=\"x\") }} three",
    "as an image": "One\n\nTwo ![A fox](¦masko:nope){ width=240 } three",
    "after a good one": "![](masko:wave)\n\n![](¦masko:nope)",
    "after one whose name begins the same": "![](masko:wave) ![x](¦masko:wav)",
    "in a heading": "# One ¦{{ masko('nope') }}",
    "in a list": "- one\n- two\n\n    three ¦{{ masko('nope') }}",
    "in a quote": "> one\n> two ¦{{ masko('nope') }}\n",
    "in a quote in a list": "- > one\n  > two ¦{{ masko('nope') }}",
    "in a table": "| a | b |\n|---|---|\n| c | ¦{{ masko('nope') }} |",
    "in an admonition": "!!! note\n    One\n\n    ¦{{ masko('nope') }}",
    "over several lines": "One\n\n¦{{ masko(\n  'nope',\n  alt='x'\n) }}",
    "over several lines of a quote": "> ¦{{ masko('nope',\n>   alt='x') }}",
    "over several lines of a list": "- one\n\n    ¦{{ masko('nope',\n    alt='x') }}",
    "after a fence": "```\n{{ masko('nope') }}\n```\n\n¦{{ masko('nope') }}",
    "after an indent": "Write\n\n    {{ masko('nope') }}\n\nfor ¦{{ masko('nope') }}",
    "after an indent by a tab": "Write\n\n\t{{ masko('nope') }}\n\n¦{{ masko('nope') }}",
    "after an indent of several parts": (
        "One\n\n    two\n\n    {{ masko('nope') }}\n     x\n\n¦{{ masko('nope') }}"
    ),
    "in an indented line of a paragraph": "One\n    ¦{{ masko('nope') }}",
    "in a list with an indent before it": (
        "    {{ masko('nope') }}\n\nand\n\n1. one\n\n    ¦{{ masko('nope') }}"
    ),
    "in a list whose text is not indented": "- one\ntwo\n\n    ¦{{ masko('nope') }}",
    "in a definition": "Fox\n\n:   One\n\n    ¦{{ masko('nope') }}",
    "after an indent with an image": "x\n\n    ![](masko:nope)\n\n![](¦masko:nope)",
    "after a fence of tildes": "~~~ md\n{{ masko('nope') }}\n```\n~~~\n\n¦{{ masko('nope') }}",
    "after a long fence": "````\n```\n{{ masko('nope') }}\n```\n````\n\n¦{{ masko('nope') }}",
    "after a span": "Write `{{ masko('nope') }}` for ¦{{ masko('nope') }}",
    "after a long span": "Write `` ` {{ masko('nope') }} `` for ¦{{ masko('nope') }}",
    "after a span of images": "Write `![](masko:nope)` for ![](¦masko:nope)",
    "between lone backticks": "It's a ` here\n\n¦{{ masko('nope') }}\n\nand a ` there",
    "with an escaped colon": "![](masko:wave) ![](¦masko\\:nope)",
    "with spaces in its name": "![x](¦masko:No%20Such) and more",
    "in raw HTML": '<div>\n<p>One</p>\n¦<img src="masko:nope" alt="x">\n</div>',
    "an unknown argument": "One\n\n¦{{ masko('wave', widht=240) }}",
    "an argument that is no literal": "One ¦{{ masko('wave', width=size) }}",
    "a call without an end": "One\n\n¦{{ masko('wave' }} two",
}


def expected(page: str) -> tuple[int, int]:
    """Return line and column of the mark in a page."""
    before = page.partition("¦")[0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("matter", ["", "---\ntitle: Fox\n---\n\n"])
@pytest.mark.parametrize("case", PAGES)
def test_a_problem_is_found_where_the_parser_met_it(case: str, matter: str, newline: str) -> None:
    """However deep in a page, and whatever the line ends, it is the place in the file."""
    marked = (matter + PAGES[case]).replace("\n", newline)
    text = marked.replace("¦", "")
    content = text[len(matter.replace("\n", newline)) :]
    problems = rendered(content, PYMDOWNX).problems
    assert len(problems) == 1, problems
    assert SourceText(text).location(problems[0][1]) == expected(marked)


def test_equal_calls_are_told_apart_by_their_number() -> None:
    """The second of three is the second; what is beyond the last is the last."""
    source = SourceText(f"{FOX}\n`{FOX}`\n  {FOX} and {FOX}")
    assert [source.location(FOX, number) for number in range(5)] == [
        (1, 1),
        (3, 3),
        (3, 27),
        (3, 27),
        (3, 27),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("One\n{{ masko( 'nope' ) }}", (2, 4)),
        ("One {{masko.image('nope')}}", (1, 7)),
        ("One {% set x = 'nope' %}{{ masko(x) }}", (1, 17)),
        ("One ![](masko:nope)", (1, 9)),
        ("One ![](masko:nopes) ![](masko:nope)", (1, 26)),
    ],
)
def test_a_call_that_was_written_again_is_found_by_its_pose(
    text: str, place: tuple[int, int]
) -> None:
    """A macro's call has lost its own spelling; the name is what remains."""
    assert SourceText(text).location(FOX) == place


@pytest.mark.parametrize("source", ["", "](", "   ", "masko:elsewhere", '{{ masko("elsewhere") }}'])
def test_what_is_not_there_has_no_place(source: str) -> None:
    """A call from a template or a snippet is not in the page."""
    assert SourceText("One {{ masko('nope') }} ![](masko:nope)").location(source) is None


def test_code_alone_is_no_place() -> None:
    """What stands in code only was not what failed."""
    assert SourceText(f"```\n{FOX}\n```\n\n`{FOX}`").location(FOX) is None


def test_a_large_page_is_searched_in_time() -> None:
    """The time grows with the page, and not with its square: 2 MB of backticks are fine."""
    assert SourceText("`a ``b\n\n" * 100_000 + FOX).location(FOX) == (200_001, 1)


@pytest.mark.parametrize("before", ["masko:", "url(masko:", '@import "masko:'])
def test_a_page_full_of_schemes_is_searched_in_time(before: str) -> None:
    text = before * 2_000 + '\n\n<iframe src="masko:wave">'
    assert SourceText(text).location_in("iframe src", "masko:wave") == (3, 14)


MISPLACED = {
    "beside a definition": (
        '[ref][r]\n<div data-url="masko:wave">\n<iframe src="¦masko:wave">\n[r]: masko:wave',
        "iframe src",
    ),
    "a definition": ('[ref][r]\n<iframe src="masko:wave">\n[r]: ¦masko:wave', "a href"),
    "a link before its definition": ("[r]: masko:wave\n\n[x](¦masko:wave) [r]", "a href"),
    "a link with an escaped colon": ("![x](masko\\:wave) [x](¦masko\\:wave)", "a href"),
    "a link beside an image": ("![x](masko:wave) [x](¦masko:wave)", "a href"),
    "a style sheet": (
        '<img src="masko:wave"><style>/* url(masko:wave) */ a { b: url(¦masko:wave) }</style>',
        "css",
    ),
    "a style sheet beside prose": ("url(masko:wave)\n<b style='b: url(¦masko:wave)'>", "css"),
    "a picture": (
        '<img src="masko:wave">\n<picture><img src="¦masko:wave"></picture>',
        "picture",
    ),
    "a text area before it": (
        '<textarea><a href="masko:wave"></textarea> <a href="¦masko:wave">',
        "a href",
    ),
    "an attribute list": ("masko:wave [x](y){ data-url=¦masko:wave }", "a data-url"),
}


@pytest.mark.parametrize(("marked", "host"), MISPLACED.values(), ids=[*MISPLACED])
def test_a_url_is_told_apart_by_what_holds_it(marked: str, host: str) -> None:
    source = SourceText(marked.replace("¦", ""))
    assert source.location_in(host, "masko:wave") == expected(marked)


def test_a_url_in_another_host_is_no_place() -> None:
    """Another plugin wrote what is wrong: the page alone is named, and no innocent line."""
    source = SourceText('masko:wave ![x](masko:wave) <div data-url="masko:wave">')
    assert source.location_in("iframe src", "masko:wave") is None
