"""Placeholders: macros that were run before the page came to the parser."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from manifest_samples import PLAIN, PYMDOWNX, Page, convert, label
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.rendering import MARK, Call, Placeholders, make_call

if TYPE_CHECKING:
    from collections.abc import Callable

WRITTEN = '{{ masko("wave", alt="A & <fox>") }}'
SHOWN = '[[pose wave {"alt": "A & <fox>"}]]'
AS_TEXT = "{{ masko(&quot;wave&quot;, alt=&quot;A &amp; &lt;fox&gt;&quot;) }}"
ADDRESS = "https://assets.masko.ai/wave.png"

wave = partial(make_call, "masko", ["wave"], {"alt": "A & <fox>"}, WRITTEN)
address = partial(make_call, "masko_url", ["wave"], {}, '{{ masko_url("wave") }}')


def nothing() -> Call:
    raise ReferenceProblem("no such pose")


def embed(call: Call) -> str:
    return ADDRESS if call.function == "masko_url" else label(call)


def page(text: str, extensions: list[str], read: Callable[[], Call] = wave) -> Page:
    placeholders = Placeholders()
    placeholders.put("an earlier one", nothing)
    filled = text.replace("TOKEN", placeholders.put(WRITTEN, read))
    return convert(filled, extensions, render=embed, placeholders=placeholders)


TEXT = {
    "paragraph": "a TOKEN b",
    "alone": "TOKEN",
    "heading": "# TOKEN\n\n## b",
    "list": "- TOKEN",
    "table": "| a |\n|---|\n| TOKEN |",
    "link": "[TOKEN](x.md)",
    "emphasis": "**TOKEN**",
    "admonition": "!!! note\n    TOKEN",
    "raw block": "<div>TOKEN</div>",
    "raw inline": "a <b>TOKEN</b>",
    "markdown in HTML": "<div markdown>\nTOKEN\n</div>",
    "footnote": "a[^1]\n\n[^1]: TOKEN",
    "twice": "TOKEN",
}
CODE = {
    "span": "`TOKEN`",
    "span of two": "`` ` TOKEN ``",
    "indented": "    TOKEN",
    "fenced": "```\nTOKEN\n```",
    "raw block": "<pre><code>TOKEN</code></pre>",
    "raw inline": "a <code>TOKEN</code> b",
    "script": "<script>\nTOKEN\n</script>",
    "comment": "<!-- TOKEN -->",
}
ATTRIBUTES = {
    "attribute": '<b title="TOKEN">x</b>',
    "attribute of a block": '<div title="TOKEN">x</div>',
    "alt text": "![TOKEN](x.png)",
    "title": '[x](y.md "TOKEN")',
    "reference": "[x][y]\n\n[y]: TOKEN",
    "address of a link": "[x](TOKEN)",
}
both = pytest.mark.parametrize("extensions", [PLAIN, PYMDOWNX], ids=["plain", "pymdownx"])


@both
@pytest.mark.parametrize("text", TEXT.values(), ids=TEXT)
def test_a_token_in_text_becomes_the_embed(text: str, extensions: list[str]) -> None:
    shown = page(text, extensions)
    assert shown.html.count(SHOWN) == 1
    assert MARK not in shown.html
    assert shown.problems == []


@both
@pytest.mark.parametrize(
    ("text", "problems"),
    [*((text, 0) for text in CODE.values()), *((text, 1) for text in ATTRIBUTES.values())],
    ids=[*CODE, *ATTRIBUTES],
)
def test_a_token_in_code_or_an_attribute_becomes_what_was_written(
    text: str, problems: int, extensions: list[str]
) -> None:
    """In an attribute, where no pose can stand, it is reported too."""
    shown = page(text, extensions)
    plain = re.sub("<span[^>]*>|</span>", "", shown.html)
    assert plain.count(AS_TEXT) == 1
    assert SHOWN not in shown.html
    assert MARK not in shown.html
    assert [source for _, source in shown.problems] == [WRITTEN] * problems


@both
@pytest.mark.parametrize("text", TEXT.values(), ids=TEXT)
def test_a_bad_call_behind_a_token_is_told_once(text: str, extensions: list[str]) -> None:
    shown = page(text, extensions, nothing)
    assert shown.problems == [("no such pose", WRITTEN)]
    assert MARK not in shown.html


URLS = {
    "link": ("[x](URL)", f'<a href="{ADDRESS}">x</a>'),
    "image": ("![x](URL)", f'<img alt="x" src="{ADDRESS}" />'),
    "reference": ("[x][y]\n\n[y]: URL", f'<a href="{ADDRESS}">x</a>'),
    "text": ("a URL b", f"a {ADDRESS} b"),
    "attribute": ('<img src="URL">', f'<img src="{ADDRESS}">'),
    "attribute in a block": ('<div><img src="URL"></div>', f'<img src="{ADDRESS}">'),
    "attribute in text": ('a <img src="URL"> b', f'<img src="{ADDRESS}">'),
    "text in a block": ("<p>URL</p>", f"<p>{ADDRESS}</p>"),
    "heading": ("# [x](URL)", f'<a href="{ADDRESS}">x</a>'),
    "code": ("`URL`", f"<code>{ADDRESS}</code>"),
}


@both
@pytest.mark.parametrize(("text", "expected"), URLS.values(), ids=URLS)
def test_the_placeholder_of_a_url_becomes_the_url_wherever_it_stands(
    text: str, expected: str, extensions: list[str]
) -> None:
    placeholders = Placeholders()
    filled = text.replace("URL", placeholders.put_url('{{ masko_url("wave") }}', address))
    shown = convert(filled, extensions, render=embed, placeholders=placeholders)
    assert expected in shown.html
    assert MARK not in shown.html
    assert shown.problems == []


@pytest.mark.parametrize("text", ["[x](URL)", "# [x](URL)\n\n## b", '<a href="URL">x</a>', "URL"])
def test_a_bad_address_is_told_once(text: str) -> None:
    placeholders = Placeholders()
    filled = text.replace("URL", placeholders.put_url("written", nothing))
    shown = convert(filled, PLAIN, render=embed, placeholders=placeholders)
    assert shown.problems == [("no such pose", "written")]


def test_a_token_has_letters_and_digits_only() -> None:
    assert Placeholders().put(WRITTEN, wave).isalnum()


def test_a_token_of_another_build_is_a_word() -> None:
    placeholder = Placeholders().put(WRITTEN, wave)
    assert (
        convert(f"a {placeholder} b", PLAIN, placeholders=Placeholders()).html
        == f"<p>a {placeholder} b</p>"
    )


def test_many_tokens_are_told_apart() -> None:
    placeholders = Placeholders()
    calls = [partial(make_call, "masko", [f"p{number}"], {}, "") for number in range(120)]
    text = "".join(placeholders.put("", call) for call in calls)
    shown = convert(text, placeholders=placeholders, render=lambda call: f"[{call.reference}]")
    assert shown.html == "<p>" + "".join(f"[p{number}]" for number in range(120)) + "</p>"
