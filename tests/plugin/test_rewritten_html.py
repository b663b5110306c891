"""Embeds are found in HTML that a parser has read and written again."""

from __future__ import annotations

import pytest

from mkdocs_masko.plugin.rewritten_html import replace_embeds

STILL = '<img class="masko" src="a.png" alt="A &amp; B">'
PAIR = "<span class=\"masko-pair\"><b hidden>One</b>\n<br><i title='x'>two &lt; three</i></span>"
REWRITTEN = {
    "to the letter": f"<p>{STILL}</p>",
    "the order of attributes": '<p><img alt="A &amp; B" src="a.png" class="masko"></p>',
    "quotes": "<p><img class=masko src='a.png' alt='A &#38; B'></p>",
    "a slash": f"<p>{STILL[:-1]}/></p>",
    "lines": "<p><img\n  class='masko'\n\n  src='a.png' alt='A & B'\n></p>",
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_an_image_is_replaced(name: str) -> None:
    assert replace_embeds(REWRITTEN[name], {STILL: "<hr>"}) == "<p><hr></p>"


PAIRS = {
    "values of boolean attributes": PAIR.replace("hidden", 'hidden=""'),
    "white space": PAIR.replace("\n", "").replace("two &lt;", "two\n  &lt;"),
    "end tags": PAIR.replace("</b>", "</b >").replace("<br>", "<br/>"),
    "end tags of elements without content": PAIR.replace("<br>", "<br></br>"),
    "entities": PAIR.replace("&lt;", "&#60;"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_elements_in_an_embed_are_replaced_with_it(name: str) -> None:
    html = f"one {PAIRS[name]} two {PAIRS[name]}&nbsp;<p>three"
    replaced = replace_embeds(html, {PAIR: "<hr>", "<br>": "never"})
    assert replaced == "one <hr> two <hr>&nbsp;<p>three"


OTHERS = {
    "another attribute": '<img class="masko" src="a.png" alt="A &amp; B" width="3">',
    "another value": '<img class="masko" src="b.png" alt="A &amp; B">',
    "text": "&lt;img class='masko' src='a.png' alt='A &amp; B'>",
    "a comment": "<!-- <img class='masko' src='a.png' alt='A & B'> -->",
    "a script": "<script>\"<img class='masko' src='a.png' alt='A & B'>\"</script>",
}


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_stays(name: str) -> None:
    assert replace_embeds(OTHERS[name], {STILL: "<hr>"}) == OTHERS[name]
