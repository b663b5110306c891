"""What authors copy shows the pose when it is put on a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import hostile_texts
import manifest_samples
import sites
from mkdocs_masko.manifest import Match, find_pose
from mkdocs_masko.snippets import escape_markdown, html_snippet, image_snippet, macro_snippet
from mkdocs_masko.text import replace_controls, slugify

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.snippets import Snippet

HELD = [t for t in hostile_texts.TEXTS if not re.search("[\ud800-\udfff]", t)]
"""What a manifest can hold: no half characters."""
_LONGEST = 80  # characters of a name that are written


def _match(name: str, alias: str = "fox", key: str | None = None) -> Match:
    return Match(
        alias, key or slugify(name)[:100].rstrip("-"), manifest_samples.pose("wave", name=name)
    )


def _shown(name: str) -> str:
    text = replace_controls(name).strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


@pytest.mark.parametrize(
    ("match", "written"),
    [
        (_match("wave"), "![wave](masko:wave)"),
        (_match("Plush Swagger"), "![Plush Swagger](masko:plush-swagger)"),
        (_match("Café crème", "owl"), "![Café crème](masko:owl/cafe-creme)"),
        (_match("キツネ"), "![キツネ](masko:キツネ)"),
        (_match("a [b] *c*"), r"![a \[b\] \*c\*](masko:a-b-c)"),
        (_match("x", key="a (b) c"), "![x](masko:a%20%28b%29%20c)"),
    ],
)
def test_a_pose_is_written_as_an_image(match: Match, written: str) -> None:
    assert str(image_snippet(match, "fox")) == written


def test_a_pose_is_written_as_a_macro_and_as_html() -> None:
    match = _match('The "big" `wave` & more', "owl", key="big-wave")
    assert [str(macro_snippet(match, "fox")), str(html_snippet(match, "fox"))] == [
        r'{{ masko("owl/big-wave", alt="The \"big\" `wave` & more") }}',
        '<img src="masko:owl/big-wave" alt="The &quot;big&quot; &#96;wave&#96; &amp; more">',
    ]


@pytest.mark.parametrize("write", [image_snippet, macro_snippet, html_snippet])
@pytest.mark.parametrize("name", HELD, ids=range(len(HELD)))
def test_whatever_it_is_called_its_snippet_shows_it_by_its_name(
    name: str, write: Callable[[Match, str], Snippet]
) -> None:
    """The text is the alt text, and the address leads to this pose, alone or in a sentence."""
    match = _match(name)
    for around in ("{}", "Before {} and after.", "- {}"):
        page = manifest_samples.convert(around.format(write(match, "fox")))
        assert page.problems == []
        (call,) = page.calls
        assert call.arguments == {"alt": _shown(name)}
        poses = manifest_samples.manifest(fox={match.slug: match.pose})
        assert find_pose(poses, call.reference, "fox").slug == match.slug


@pytest.mark.parametrize("text", hostile_texts.TEXTS, ids=range(len(hostile_texts.TEXTS)))
def test_an_escaped_title_stays_what_it_is(text: str) -> None:
    page = manifest_samples.convert(f"# {escape_markdown(text)}", render=lambda _: "POSE")
    assert page.calls == []
    (title,) = sites.parse(page.html).iter("h1")
    assert " ".join("".join(title.itertext()).split()) == " ".join(_shown(text).split())
