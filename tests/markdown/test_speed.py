"""No page makes the parser much slower than it is by itself."""

from __future__ import annotations

import sys
import time

import pytest

from manifest_samples import QUICK, convert
from markdown import markdown

pytestmark = pytest.mark.unmeasured  # which slows our code down, and not the parser


# Python 3.10 needs cubic time for the parser's regular expression, which refers back to a group.
_BACKTICKS = 10_000 if sys.version_info >= (3, 11) else 500

# By what is repeated: how often. Fewer where the parser by itself takes seconds.
REPEATED = {
    "{{ masko(": 10_000,
    '{{ masko("': 10_000,
    "{{ masko('": 10_000,
    '{{ masko(\\"': 10_000,
    "{{ masko(\"'": 10_000,
    '{{ masko("a" ': 10_000,
    '{{ masko("a") ': 10_000,
    "{{ masko(\n": 10_000,
    "{{ maskoembed ": 10_000,
    "masko {{": 10_000,
    "{{ x ~ masko(": 5_000,
    '{{ "x" ': 10_000,
    "{% set x = masko(": 5_000,
    "masko {{ ": 10_000,
    "\\{{ masko(": 10_000,
    "masko `": _BACKTICKS,
    "masko ``` ` ": 1_000,
    "`": _BACKTICKS,
    "\\`": _BACKTICKS,
    "masko:": 10_000,
    "![": 1_000,
    "![a](masko:": 500,
    "![a](masko:b){": 1_500,
    "![a](masko:b){ x=1 ": 1_500,
    "![a](masko:p){": 5_000,
    "![a](masko:b){'\"": 1_500,
    "![a](masko:b) { width=1 } ": 1_500,
    "{% masko(": 5_000,
    "[masko:b](masko:b)": 1_500,
    "<masko:b>": 1_500,
    "[masko:]: ": 5_000,
    "<code>{{ masko(": 2_000,
    "<!-- masko ": 5_000,
    "<img src=masko:": 1_500,
    "<img src='masko:a' ": 1_500,
    "</masko": 5_000,
    "<![masko": 700,
    "&masko": 10_000,
}
SECONDS = 5  # on top, so that a busy machine does not matter


def seconds(text: str, *, ours: bool) -> float:
    start = time.process_time()
    if ours:
        convert(text, QUICK)
    else:
        markdown(text, extensions=QUICK)
    return time.process_time() - start


@pytest.mark.parametrize("before", ["masko ", "<div>masko "], ids=["text", "raw HTML"])
@pytest.mark.parametrize(("part", "count"), REPEATED.items(), ids=map(ascii, REPEATED))
def test_what_is_repeated_is_read_about_as_fast_as_by_the_parser(
    before: str, part: str, count: int
) -> None:
    text = before + part * count
    assert seconds(text, ours=True) < 10 * seconds(text, ours=False) + SECONDS


@pytest.mark.parametrize(
    "text",
    [
        '`x` {{ masko("wave") }} ' * 3_000,
        "![x](masko:wave){ width=1 } " * 3_000,
        '<b>{{ masko("wave") }}</b> ' * 3_000,
        '<p>{{ masko("wave") }}</p>\n\n' * 1_500,
        '# {{ masko("wave") }}\n\n<div>masko</div>\n\n' * 500,
        "# x\n\n```\n{{ masko(1) }}\n```\n\n" * 500,
        f'{{{{ masko("wave", alt="{"x" * 39_000}") }}}}' * 20,
    ],
    ids=["calls", "images", "raw inline", "raw blocks", "headings", "code", "long"],
)
def test_many_calls_are_read_in_a_time_that_fits_their_number(text: str) -> None:
    assert seconds(text, ours=True) < 10 * seconds(text, ours=False) + SECONDS
