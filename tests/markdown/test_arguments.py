"""Arguments are what the author typed, whatever other extensions would make of it."""

from __future__ import annotations

import re

import pytest

from manifest_samples import convert
from markdown import markdown

EXTENSIONS = [
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "meta", "nl2br"),
    *("smarty", "tables", "toc", "wikilinks"),
    *(
        f"pymdownx.{name}"
        for name in (
            *(
                "arithmatex",
                "b64",
                "betterem",
                "blocks.admonition",
                "blocks.details",
                "blocks.html",
            ),
            *("blocks.tab", "caret", "critic", "details", "emoji", "escapeall", "highlight"),
            *("inlinehilite", "keys", "magiclink", "mark", "pathconverter", "progressbar"),
            *(
                "saneheaders",
                "smartsymbols",
                "snippets",
                "superfences",
                "tabbed",
                "tasklist",
                "tilde",
            ),
        )
    ),
]
"""What sites turn on; all of it at once."""

CRITIC = "{++in++} {--out--} {==mark==} {>>note<<} {~~a~>b~~}"
TEXTS = [
    "Run `mkdocs build`",
    "Run ``a ` b``",
    "`#!py x`",
    r"a \* b \_ c",
    r"a\\b \`x\` \{ \}",
    "[x](y.md)",
    "[x][r]",
    "![x](y.png)",
    "$x$ and $$y$$",
    r"\(x\)",
    "it's (c) (tm) -- ... +/- 1/2",
    ":smile: :fox:",
    CRITIC,
    "*a* **b** _c_ __d__",
    "==m== ^^i^^ ~~d~~ H~2~O x^2^",
    "++ctrl+alt++",
    "https://example.org a@b.org",
    "[[Wiki]] [^1] HTML",
    "<b>x</b> <!-- c -->",
    "A & B < C",
    "{{ x }} {% y %} { .z }",
    "- [ ] # a=b",
]
PLACES = {
    "paragraph": "x\n\n{}\n\ny",
    "sentence": "Text {} text.",
    "heading": "# Heading {}",
    "cell": "| a | b |\n|---|---|\n| {} | z |",
    "item": "- a\n- {}",
    "admonition": "!!! note\n    {}",
    "quote": "> {}",
    "definition": "a\n:   {}",
    "footnote": "a[^2]\n\n[^2]: {}",
    "tab": '=== "Tab"\n\n    {}',
    "link": "[{}](x.md)",
    "emphasis": "*{}*",
}
END = "\n\n[r]: r.md\n[fox]: masko:wave\n\n[^1]: foot\n\n*[HTML]: Hyper\n"
INTERNAL = re.compile("klzzwxh|wzxhzdk|czjqqkd|[\x02\x03]")


def literal(text: str) -> str:
    """Write a text as a string in a macro."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


SYNTAXES = {
    "image": lambda text: f'![A fox](masko:wave){{ caption="{text}" width=1 }}',
    "single quotes": lambda text: f"![A fox](masko:wave){{caption='{text}'}}",
    "reference": lambda text: f'![A fox][fox]{{ caption="{text}" }}',
    "macro": lambda text: f'{{{{ masko("wave", caption="{literal(text)}") }}}}',
}
# A single quote would end the other kind of string.
ROWS = [(s, t) for s in SYNTAXES for t in TEXTS if s != "single quotes" or "'" not in t]


def captions(page: str) -> list[object]:
    shown = convert(page + END, EXTENSIONS)
    assert shown.problems == []
    assert not INTERNAL.search(shown.html)
    return [call.arguments.get("caption") for call in shown.calls]


@pytest.mark.parametrize(("syntax", "text"), ROWS)
def test_a_caption_is_what_the_author_typed(syntax: str, text: str) -> None:
    assert captions(PLACES["paragraph"].format(SYNTAXES[syntax](text))) == [text]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", TEXTS[:12])
def test_it_is_wherever_it_stands(place: str, text: str) -> None:
    assert captions(PLACES[place].replace("{}", SYNTAXES["image"](text))) == [text]


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        (r'caption="say \"hi\""', {"caption": 'say "hi"'}),
        (r"caption='it\'s'", {"caption": "it's"}),
        ('caption="a } b"', {"caption": "a } b"}),
        ('caption="A &amp; B"', {"caption": "A & B"}),
        (r'href="a\_b.html"', {"href": r"a\_b.html"}),
        ('href="a_b_c.html"', {"href": "a_b_c.html"}),
        ("href=https://example.org/a*b*", {"href": "https://example.org/a*b*"}),
        ("#a_b_c .d_e_f", {"id": "a_b_c", "class": "d_e_f"}),
        ('class="a*b* :x:"', {"class": "a*b* :x:"}),
        ("dark='Plush *Swagger*'", {"dark": "Plush *Swagger*"}),
        (": width=1 background", {"width": "1", "background": True}),
    ],
)
def test_so_is_every_other_argument(written: str, arguments: dict[str, object]) -> None:
    shown = convert(f"x ![](masko:wave){{ {written} }} y{END}", EXTENSIONS)
    assert shown.problems == []
    assert [dict(call.arguments) for call in shown.calls] == [{"alt": "", **arguments}]


@pytest.mark.parametrize(
    ("written", "alt"),
    [
        ("Run `mkdocs build`", "Run mkdocs build"),
        ("`#!py x`", "x"),
        (r"a \* b", "a * b"),
        ("$x$", "x"),
        ("[x](y.md)", "x"),
        ("it's -- :fox: (c)", "it's -- :fox: (c)"),
        ("*a* ==b== ++c++", "*a* ==b== ++c++"),
        ("{++in++} {>>note<<}", "{++in++} {>>note<<}"),
    ],
)
@pytest.mark.parametrize("image", ["![{}](masko:wave)", "![{}][fox]"])
def test_an_alt_text_is_its_text(image: str, written: str, alt: str) -> None:
    shown = convert(f"x {image.replace('{}', written)} y{END}", EXTENSIONS)
    assert not INTERNAL.search(shown.html)
    assert [call.arguments["alt"] for call in shown.calls] == [alt]


def test_attribute_lists_of_others_stay_theirs() -> None:
    page = convert(r'[x](y.md){ title="a \* b" .z } ![x](y.png){ .w } masko', EXTENSIONS)
    link = '<a class="z" href="y.md" title="a * b">x</a>'
    assert page.html == f'<p>{link} <img alt="x" class="w" src="y.png" /> masko</p>'


@pytest.mark.parametrize("critic", CRITIC.split())
@pytest.mark.parametrize(
    "page",
    [
        "![a](y.png){}",
        "![a {}](y.png)",
        "![a {}]( <y.png> )",
        "![a][r]{}",
        "![a {}][r]",
        "![r]{}",
        "![r][]{}",
        "![a {}",
        "[a](masko.md){}",
        "POSE {}",
    ],
)
def test_critic_markup_that_is_no_argument_stays_what_it_is(page: str, critic: str) -> None:
    extensions = ["attr_list", "pymdownx.critic"]
    page = f"masko {page.replace('{}', critic)}{END}"
    plain = markdown(page, extensions=extensions)
    for pose in ("![](masko:wave)", "![][fox]"):
        written = page.replace("POSE", pose)
        assert convert(written, extensions, render=lambda _: "POSE").html == plain
