"""Captions: a figure where one may stand, and spans in running text."""

from __future__ import annotations

import html5lib
import pytest

from manifest_samples import PLAIN, rendered

CALL = '{{ masko_image("wave", caption="Our fox", id="fox") }}'
ALONE = {
    "paragraph": f"a\n\n{CALL}\n\nb",
    "image": "![A fox](masko:wave){ caption='Our fox' #fox }",
    "item": f"- {CALL} and words\n- b",
    "cell": f"| a |\n|---|\n| {CALL} b |",
    "admonition": f"!!! note\n    {CALL}",
    "definition": f"Term\n:   {CALL}",
}
RUNNING = {
    "sentence": f"Look: {CALL} there.",
    "image": "Look: ![A fox](masko:wave){ caption='Our fox' #fox } there.",
    "heading": f"# Our {CALL}",
    "heading alone": f"# {CALL}",
    "emphasis": f"*{CALL}*",
    "link": f"[{CALL}](page.md)",
    "two": f"{CALL}\n![B](masko:still)",
    "attributes": f"{CALL}\n{{: .big }}",
    "after a code span": f"`x` {CALL}",
}


def _outer(text: str) -> tuple[str | None, list[str]]:
    page = rendered(text, PLAIN)
    assert page.problems == []
    strict = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = strict.parseFragment(page.html)
    tags = [e.tag for e in root.iter() if "masko-caption" in str(e.get("class"))]
    found = [e for e in root.iter() if e.get("id") == "fox"]
    assert [e.text for e in root.iter() if "masko-caption" in str(e.get("class"))] == ["Our fox"]
    return (found[0].tag if len(found) == 1 else None), tags


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
def test_a_caption_makes_a_figure(text: str) -> None:
    assert _outer(text) == ("figure", ["figcaption"])


@pytest.mark.parametrize("text", RUNNING.values(), ids=RUNNING)
def test_in_running_text_it_is_made_of_spans_that_say_the_same(text: str) -> None:
    """A figure there would end the paragraph, and the words after it would lose theirs."""
    assert _outer(text) == ("span", ["span"])
    assert 'role="figure" aria-label="Our fox"' in rendered(text, PLAIN).html


def test_a_figure_and_one_in_running_text_may_share_a_page() -> None:
    html = rendered(f"{CALL}\n\nLook: {CALL}\n\nand {CALL}", PLAIN).html
    assert html.count("<figure") == 1
    assert html.count('role="figure"') == 2
