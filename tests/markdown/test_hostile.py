"""Whatever a name or a text says, it stays text, by every way it can come to a page."""

from __future__ import annotations

import ast
import re
from functools import partial
from html import escape, unescape
from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hostile_texts import TEXTS
from manifest_samples import FOX, PLAIN, PYMDOWNX, Page, convert, manifest, pose, renderer
from markdown import markdown
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.manifest import Pose
from mkdocs_masko.markdown.syntax import read_attributes, read_call
from mkdocs_masko.rendering import Placeholders, Renderer, StandalonePage, make_call
from mkdocs_masko.text import replace_controls

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Callable

pytestmark = pytest.mark.unmeasured  # so many pages take twice as long with it

MARKS = re.compile("[\x02\x03]")
ESCAPED = r"\`*_{}[]()>#+-.!"
IMAGE = ["class", "src", "alt", "width", "height", "loading", "decoding", "referrerpolicy"]
ANIMATION = ["masko-pose", "span", "img", "template", "video", "source", "source"]
STAGE = ["class"]


def literal(text: str) -> str:
    """Write a text as an author would: as it is, but for what a string cannot hold.

    And for a reference like `&#1` without its end, to which the parser puts the end.
    """
    special = r'[\\"\x00-\x1f\x7f\ud800-\udfff]'
    held = re.sub(special, lambda m: ascii(m[0])[1:-1].replace('"', '\\"'), text)
    return '"' + re.sub("&#(?!x?[0-9a-fA-F]+;)", r"&\\x23", held) + '"'


def in_markdown(text: str) -> str:
    """Escape a text as Markdown demands between square brackets."""
    special = rf"[{re.escape(ESCAPED)}]|[&<\"'|\t\n\r]"
    return re.sub(
        special, lambda m: f"\\{m[0]}" if m[0] in ESCAPED else f"&#{ord(m[0])};", written(text)
    )


def in_html(text: str) -> str:
    """Escape a text for an attribute of raw HTML."""
    return re.sub(r"[\t\n\r]", lambda m: f"&#{ord(m[0])};", escape(written(text)))


def written(text: str) -> str:
    """Take out what no page can have: the parser's own marks, and halves of characters."""
    return re.sub("[\x02\x03\ud800-\udfff]", "", text)


def show(
    text: str, page: str, extensions: list[str], placeholders: Placeholders | None = None
) -> Page:
    """Convert a page about a pose of a hostile name."""
    found = renderer_of(text.encode("utf-8", "replace").decode())
    return convert(
        page,
        extensions,
        render=lambda c: found.embed(c, StandalonePage()).html,
        placeholders=placeholders,
    )


_RENDERER = renderer()  # one for all names, whose templates are compiled once


def renderer_of(name: str) -> Renderer:
    hostile = Pose(name=name, image=FOX["wave"].image)
    lively = pose("wave", *FOX["wave"].animations, name=name)
    _RENDERER.manifest = manifest(fox={**FOX, "hostile": hostile, "lively": lively})
    return _RENDERER


def elements(page: Page) -> list[ET.Element]:
    root = html5lib.HTMLParser(namespaceHTMLElements=False).parseFragment(page.html)
    return [element for element in root.iter() if isinstance(element.tag, str)][1:]


def alt_of(page: Page) -> str | None:
    """Return the alt text, when there is exactly one image and nothing else."""
    found = elements(page)
    if [e.tag for e in found[1:]] != ["img"] or {*found[1].attrib} != {*IMAGE}:
        return None
    around = f"{found[0].text}{found[1].tail}"
    return found[1].get("alt") if around == "x  y" and page.problems == [] else None


def named(text: str) -> str:
    """Return the alt text for a text: blanks name nothing."""
    return replace_controls(text) if text.strip() else ""


def by_argument(text: str, extensions: list[str]) -> tuple[str | None, str]:
    page = f'x {{{{ masko_image("wave", alt={literal(text)}) }}}} y'
    return alt_of(show("x", page, extensions)), named(text)


def by_ascii_argument(text: str, extensions: list[str]) -> tuple[str | None, str]:
    page = f'x {{{{ masko_image("wave", alt={text!a}) }}}} y'
    return alt_of(show("x", page, extensions)), named(text)


def by_image(text: str, extensions: list[str]) -> tuple[str | None, str]:
    page = f"x ![{in_markdown(text)}](masko:still) y"
    return alt_of(show("x", page, extensions)), named(written(text))


def by_reference(text: str, extensions: list[str]) -> tuple[str | None, str]:
    page = f"x ![{in_markdown(text)}][fox] y\n\n[fox]: masko:still"
    return alt_of(show("x", page, extensions)), named(written(text))


def by_tag(text: str, extensions: list[str]) -> tuple[str | None, str]:
    page = f'<div>x <img src="masko:still" alt="{in_html(text)}"> y</div>'
    return alt_of(show("x", page, extensions)), named(unescape(escape(written(text))))


def by_token(text: str, extensions: list[str]) -> tuple[str | None, str]:
    placeholders = Placeholders()
    read = partial(make_call, "masko_image", ["wave"], {"alt": text}, "written")
    page = f"x {placeholders.put('written', read)} y"
    return alt_of(show("x", page, extensions, placeholders)), named(text)


def by_name(text: str, extensions: list[str]) -> tuple[str | None, str]:
    name = text.encode("utf-8", "replace").decode()
    return alt_of(show(name, 'x {{ masko("hostile") }} y', extensions)), named(name)


WAYS: list[Callable[[str, list[str]], tuple[str | None, str]]] = [
    by_argument,
    by_ascii_argument,
    by_image,
    by_reference,
    by_tag,
    by_token,
    by_name,
]
EXTENSIONS = {"none": [], "plain": PLAIN, "pymdownx": PYMDOWNX}


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_alt_text_is_the_text_and_nothing_else(
    way: Callable[[str, list[str]], tuple[str | None, str]], extensions: list[str]
) -> None:
    wrong = [(text[:99], *way(text, extensions)) for text in TEXTS]
    assert [(text, shown) for text, shown, expected in wrong if shown != expected] == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@given(text=st.text(min_size=1) | st.text("`\"'\\{}[]()!<>&*_ masko:|", min_size=1))
@settings(max_examples=80, suppress_health_check=[HealthCheck.differing_executors])
def test_any_alt_text_is_the_text_and_nothing_else(
    way: Callable[[str, list[str]], tuple[str | None, str]], text: str
) -> None:
    shown, expected = way(text, PLAIN)
    assert shown == expected


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_a_caption_is_the_text_and_nothing_else(extensions: list[str]) -> None:
    wrong = []
    for text in TEXTS:
        page = f'{{{{ masko("wave", caption={literal(text)}) }}}}'
        found = elements(show("x", page, extensions))
        tags = [element.tag for element in found]
        expected = replace_controls(text)
        shape = ["figure", *ANIMATION, "figcaption"]
        if (tags, found[-1].text or "") != (shape, expected):
            wrong.append((text[:99], tags, expected))
    assert wrong == []


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_the_name_of_an_animation_is_the_text_and_nothing_else(extensions: list[str]) -> None:
    wrong = []
    for text in TEXTS:
        name = text.encode("utf-8", "replace").decode()
        found = elements(show(name, 'x {{ masko("lively") }} y', extensions))
        tags, (stage, still) = [element.tag for element in found], found[2:4]
        shape = (tags, [*stage.attrib], still.get("alt"))
        if shape != (["p", *ANIMATION], STAGE, named(name)):
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_the_text_of_a_bad_call_is_text(extensions: list[str]) -> None:
    wrong = []
    for text in TEXTS:
        for page, expected in [
            (f'x {{{{ masko("zebra", alt={literal(text)}) }}}} y', text),
            (f"x ![{in_markdown(text)}](masko:zebra) y", written(text)),
            (f"x ![{in_markdown(text)}](masko:) y", written(text)),
            (f'<div>x <img src="masko:zebra" alt="{in_html(text)}"> y</div>', written(text)),
        ]:
            shown = show("x", page, extensions)
            found = elements(shown)
            told = len(shown.problems)
            text_of = "".join(found[0].itertext()) if found else ""
            if (len(found), told) != (1, 1) or text_of != f"x {replace_controls(expected)} y":
                wrong.append((text[:99], page[:99], text_of[:99], told))
    assert wrong == []


SNIPPETS = [
    '{{ masko("a") }}',
    "{{ masko('b', alt='x') }}",
    "{{ masko(",
    '{{ masko("',
    '{{ masko_url("c") }}',
    "{{",
    "}}",
    "![x](masko:d)",
    "![",
    "](masko:e)",
    "{ width=1 }",
    "{ .x",
    "[f]: masko:f\n",
    "[f]",
    "![f]",
    '<img src="masko:g">',
    "<img src=masko:",
    "<div>",
    "</div>",
    "<code>",
    "</code>",
    "<b title='",
    "'>",
    "<!--",
    "-->",
    "<![x",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "<!x",
    "</",
    "`",
    "``",
    "```\n",
    "\n\n",
    "\n",
    "    ",
    "# ",
    "- ",
    "| a | b |\n|---|---|\n| ",
    "!!! note\n    ",
    "[^1]: ",
    "[^1]",
    "*[masko]: x\n",
    "\\",
    "&lt;",
    "&#2;",
    "&",
    "masko",
    "maskoembed",
]
pages = st.lists(st.sampled_from(SNIPPETS) | st.text("{}()[]!\"'`\\|<>&*_#:=\n mask", max_size=8))


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
@given(page=pages.map("".join))
@settings(max_examples=300, suppress_health_check=[HealthCheck.differing_executors])
@example(page="<div>masko <![x ]></div>")
@example(page="a <![ masko")
@example(page='<b title="{{ masko(1) }}">masko</b>')
@example(page='[_:_[]("({{ masko("a") }}](masko:e)')
def test_no_page_raises_anything_or_leaves_the_parsers_marks(
    extensions: list[str], page: str
) -> None:
    shown = convert(page, extensions)
    # The parser by itself loses characters, its marks included, at some unbalanced emphasis
    # and links; it then does so with code or a tag in the calls' places too.
    others = (
        re.sub(r"\{\{ masko.*?\}\}|!\[[^]]*\]\(masko[^)]*\)", other, page)
        for other in ("`x`", "<b>")
    )
    assert not MARKS.search(shown.html) or any(
        MARKS.search(markdown(each, extensions=extensions)) for each in others
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "CALL",
                "CALL",
                "a",
                " ",
                "\n",
                "\n\n",
                "`x`",
                " *CALL* ",
                " **CALL** ",
                "# ",
                "- ",
                "> ",
                "(",
                "&",
            ]
        )
    ).map("".join)
)
@settings(max_examples=300)
def test_each_call_outside_of_code_appears_once(page: str) -> None:
    parts = page.split("CALL")
    joined = "".join(
        part + (f'{{{{ masko("p{number}") }}}}' if number < len(parts) - 1 else "")
        for number, part in enumerate(parts)
    )
    shown = convert(joined, render=lambda call: f"<i>{call.reference}</i>")
    assert shown.problems == []
    found = re.findall("<i>(p[0-9]+)</i>", shown.html)
    code = re.findall(r"masko\(&quot;(p[0-9]+)|masko\(\"(p[0-9]+)", shown.html)
    assert sorted(found + ["".join(pair) for pair in code]) == sorted(
        f"p{number}" for number in range(len(parts) - 1)
    )


@given(st.text() | st.text("()[]\"'\\,=*{}: masko0\n#"), st.text())
@settings(max_examples=400)
@example("-" * 39_000 + "1", "")
@example("1+" * 19_000 + "1", "")
@example("[" * 39_000, "")
@example("(" * 39_000, "")
@example("f(" * 19_000, "")
@example("a." * 19_000 + "a", "")
@example("not " * 9_000 + "1", "")
@example("lambda:" * 5_000 + "1", "")
@example("9" * 5_000, "")
@example("\x00", "")
@example('"\ud800"', "")
@example('"\\N{nothing}"', "")
@example('"\\xZZ"', "")
@example("x" * 50_000, "")
def test_reading_a_call_gives_a_call_or_a_problem(arguments: str, source: str) -> None:
    try:
        call = read_call("masko", arguments, source)
    except ReferenceProblem as problem:
        assert str(problem).isprintable()  # noqa: PT017 - either outcome is fine
    else:
        assert (call.function, call.source) == ("masko", source)


@given(st.text() | st.text(".#=\"' \t\nab{}:1"))
@settings(max_examples=400)
def test_reading_an_attribute_list_gives_arguments_or_a_problem(text: str) -> None:
    try:
        found = read_attributes(text)
    except ReferenceProblem as problem:
        assert str(problem).startswith("cannot read ")  # noqa: PT017 - either outcome is fine
    else:
        assert all(isinstance(value, str | bool) for value in found.values())


@given(st.text())
@example("\\|")
@pytest.mark.filterwarnings("ignore:.*invalid escape sequence")  # Python's own word for `\\|`
def test_a_literal_is_read_as_python_reads_it(text: str) -> None:
    call = read_call("masko", f"'wave', alt={text!r}", "")
    assert call.arguments["alt"] == ast.literal_eval(repr(text).replace("\\|", "|"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            '"wave"' + " " * 40_000 + ', alt="x"',
            "masko(): its arguments have over 40000 characters",
        ),
        ('"wave", alt="a", alt="b"', "masko() got the same argument twice"),
        ('"wave", pose="b"', "masko() got the same argument twice"),
        ('"wave") or f("b"', "masko(): its arguments cannot be read"),
        ('"wave")(1', "masko(): its arguments cannot be read"),
        ('"wave", for=1', "masko(): its arguments cannot be read"),
        *(
            (f'"wave", alt={value}', 'masko() takes literal values only: masko("wave", width=240)')
            for value in ("x", "-1", "1j", "b''", "f'x'", "[1]", "(1,)", "...", "1 + 1", "open()")
        ),
        ('*"wave"', 'masko() takes literal values only: masko("wave", width=240)'),
        ('"wave", **none', None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_list_of_literals_is_told(arguments: str, message: str | None) -> None:
    if message is None:
        assert "None" in read_call("masko", arguments, "").arguments  # which no argument is called
        return
    with pytest.raises(ReferenceProblem) as caught:
        read_call("masko", arguments, "")
    assert str(caught.value) == message


def test_a_backslash_before_any_letter_stays_without_a_warning() -> None:
    call = read_call("masko", r'"wave", alt="C:\dir \| \\| \"q\" \x41"', "")
    assert call.arguments["alt"] == r'C:\dir | \| "q" A'
