"""The arguments of an embed: each good and bad value, from either syntax."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile_texts import TEXTS
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.markdown.syntax import read_attributes, read_call
from mkdocs_masko.rendering import Arguments, make_call
from mkdocs_masko.rendering.call import check_arguments

ALL = (
    "alt, width, height, kind, play, replay, class, id, align, caption, href, loading, background, "
    "dark, animation"
)

GOOD: list[tuple[str, str, dict[str, Any]]] = [
    # as an attribute list, as a call's arguments, what is understood
    ("alt='A fox'", "alt='A fox'", {"alt": "A fox"}),
    ('alt=""', 'alt=""', {"alt": ""}),
    ("width=240", "width=240", {"width": 240}),
    ("width=1", "width='1'", {"width": 1}),
    ("width=8192", "width=8192", {"width": 8192}),
    ("height=240", "height=240", {"height": 240}),
    ("width=240 height=120", "width=240, height=120", {"width": 240, "height": 120}),
    ("kind=auto", "kind='auto'", {"kind": "auto"}),
    ("kind=image", "kind='image'", {"kind": "image"}),
    ("kind=animation", "kind='animation'", {"kind": "animation"}),
    ("play=loop", "play='loop'", {"play": "loop"}),
    ("play=once", "play='once'", {"play": "once"}),
    ("play=hover", "play='hover'", {"play": "hover"}),
    ("play=click", "play='click'", {"play": "click"}),
    ("play=once replay", "play='once', replay=true", {"play": "once", "replay": True}),
    (".big", "class='big'", {"class_": "big"}),
    (".big .round", "class='big round'", {"class_": "big round"}),
    ("class='big round' .soft", "class='soft big round'", {"class_": "soft big round"}),
    ("#fox", "id='fox'", {"id": "fox"}),
    ("id=fox", "id='fox'", {"id": "fox"}),
    ("align=left", "align='left'", {"align": "left"}),
    ("align=right", "align='right'", {"align": "right"}),
    ("align=center", "align='center'", {"align": "center"}),
    ("caption='Our fox'", "caption='Our fox'", {"caption": "Our fox"}),
    ("href=page.md", "href='page.md'", {"href": "page.md"}),
    ("href='https://x.org/a?b#c'", "href='https://x.org/a?b#c'", {"href": "https://x.org/a?b#c"}),
    ("loading=auto", "loading='auto'", {"loading": "auto"}),
    ("loading=lazy", "loading='lazy'", {"loading": "lazy"}),
    ("loading=eager", "loading='eager'", {"loading": "eager"}),
    ("background", "background=true", {"background": True}),
    ("background=true", "background=True", {"background": True}),
    ("background=false", "background=false", {"background": False}),
    ("background=0", "background=0", {"background": False}),
    ("dark=night", "dark='night'", {"dark": "night"}),
    ("dark='Plush Swagger'", "dark='Plush Swagger'", {"dark": "Plush Swagger"}),
    ("animation=0", "animation=0", {"animation": 0}),
    ("animation=12", "animation=12", {"animation": 12}),
    ("", "alt=none, width=None, kind=none, background=none", {}),
    (": width=240 .big", "width=240, class='big'", {"width": 240, "class_": "big"}),
]


@pytest.mark.parametrize(("listed", "called", "understood"), GOOD, ids=[g[1] for g in GOOD])
def test_both_syntaxes_give_the_same_argument(
    listed: str, called: str, understood: dict[str, Any]
) -> None:
    from_call = read_call("masko", f'"wave", {called}', "").arguments
    assert (
        check_arguments(read_attributes(listed))
        == check_arguments(from_call)
        == Arguments(**understood)
    )


def test_every_argument_is_among_these() -> None:
    tried = {name for _, _, understood in GOOD for name in understood}
    assert {name.replace("class", "class_") for name in ALL.split(", ")} == tried


PIXELS = "whole pixels from 1 to 8192"
BAD: list[tuple[str, object, str, str]] = [
    *(
        (name, value, PIXELS, shown)
        for name in ("width", "height")
        for value, shown in [
            (0, "0"),
            ("0", "0"),
            (-1, "-1"),
            (8193, "8193"),
            (240.5, "240.5"),
            ("240px", "240px"),
            ("50%", "50%"),
            ("", ""),
            (" 240", "240"),
            ("0x10", "0x10"),
            ("1_0", "1_0"),
            ("٣", "٣"),
            (True, "True"),
            (float("inf"), "inf"),
            (float("nan"), "nan"),
            ("9" * 5_000, "9" * 199 + "…"),
            ([240], "[240]"),
        ]
    ),
    ("alt", 5, "text", "5"),
    ("alt", True, "text", "True"),
    ("kind", "video", "one of 'auto', 'image', 'animation'", "video"),
    ("kind", "Image", "one of 'auto', 'image', 'animation'", "Image"),
    ("kind", True, "one of 'auto', 'image', 'animation'", "True"),
    ("play", "never", "one of 'loop', 'once', 'hover', 'click'", "never"),
    ("play", "", "one of 'loop', 'once', 'hover', 'click'", ""),
    ("class", 1, "text", "1"),
    ("id", "a b", "one word without spaces", "a b"),
    ("id", "", "one word without spaces", ""),
    ("id", "a\u00a0b", "one word without spaces", "a b"),
    ("id", "a\n", "one word without spaces", "a"),
    ("id", "a\x00", "one word without spaces", "a\N{REPLACEMENT CHARACTER}"),
    ("id", "\ud800", "one word without spaces", "\N{REPLACEMENT CHARACTER}"),
    ("id", "x" * 201, "one word without spaces", "x" * 199 + "…"),
    ("align", "top", "one of 'left', 'right', 'center'", "top"),
    ("caption", 1.5, "text", "1.5"),
    ("href", 1, "a URL", "1"),
    ("href", "a\nb", "a URL", "a b"),
    ("href", "\ud800", "a URL", "\N{REPLACEMENT CHARACTER}"),
    ("href", "\x02wzxhzdk:0\x03", "a URL", "\N{REPLACEMENT CHARACTER}wzxhzdk:0�"),
    *(
        ("href", url, "the URL of a page or a file", " ".join(url.split()))
        for url in (
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "  javascript:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "blob:https://example.org/x",
            "masko:wave",
            "MASKO%3Awave",
        )
    ),
    ("href", "java\tscript:alert(1)", "a URL", "java script:alert(1)"),
    ("href", "\x01javascript:alert(1)", "a URL", "\N{REPLACEMENT CHARACTER}javascript:alert(1)"),
    ("loading", "soon", "one of 'auto', 'lazy', 'eager'", "soon"),
    ("background", "yes", "true or false", "yes"),
    ("background", "", "true or false", ""),
    ("background", 2, "true or false", "2"),
    ("dark", True, "text", "True"),
    ("animation", -1, "a whole number from 0", "-1"),
    ("animation", "first", "a whole number from 0", "first"),
    ("animation", True, "a whole number from 0", "True"),
    ("animation", 0.5, "a whole number from 0", "0.5"),
]


@pytest.mark.parametrize(("name", "value", "expected", "shown"), BAD)
def test_a_value_that_does_not_fit_is_reported_with_what_would(
    name: str, value: object, expected: str, shown: str
) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        check_arguments({name: value})
    assert str(caught.value) == f"argument {name!r} must be {expected}; got {shown!r}"


@pytest.mark.parametrize("name", ["play", "replay", "animation"])
def test_what_only_an_animation_has_is_no_argument_of_a_still_image(name: str) -> None:
    """It would be ignored in silence."""
    moving = {"play": "once", "replay": True, "animation": 1}
    needed = {"play": "once"} if name == "replay" else {}
    with pytest.raises(ReferenceProblem, match="needs an animation, and a still image has none"):
        check_arguments({"kind": "image", **needed, name: moving[name]})


@pytest.mark.parametrize("url", ["page.md", "mailto:a@b.c", "tel:1", "x?u=javascript:1", "#data:x"])
def test_other_links_are_fine(url: str) -> None:
    assert check_arguments({"href": url}).href == url


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("widht", " (did you mean 'width'?)"),
        ("Width", " (did you mean 'width'?)"),
        ("class_", " (did you mean 'class'?)"),
        ("backgroud", " (did you mean 'background'?)"),
        ("alihn", " (did you mean 'align'?)"),
        ("poster", f". There are: {ALL}"),
        ("onclick", f". There are: {ALL}"),
        ("", f". There are: {ALL}"),
        ("a\n::b", f". There are: {ALL}"),
    ],
)
@pytest.mark.parametrize("value", ["x", None, 1])
def test_an_unknown_argument_is_told_with_the_nearest(name: str, hint: str, value: object) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        check_arguments({name: value})
    shown = repr(" ".join(name.split()).replace("::", ": :"))
    assert str(caught.value) == f"unknown argument {shown}{hint}"


@given(
    st.dictionaries(
        st.sampled_from([*ALL.split(", "), "x"]) | st.text(),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())
        ),
    )
)
def test_nothing_else_than_an_error_of_ours_comes_of_any_value(raw: dict[str, Any]) -> None:
    try:
        check_arguments(raw)
    except ReferenceProblem as problem:
        assert str(problem).isprintable()  # noqa: PT017 - either outcome is fine


CALLS: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("masko", [], {}, 'masko() needs the name of a pose first: masko("wave")'),
    ("masko", [""], {}, 'masko() needs the name of a pose first: masko("wave")'),
    ("masko", ["  "], {}, 'masko() needs the name of a pose first: masko("wave")'),
    ("masko_image", [7], {}, 'masko_image() needs the name of a pose first: masko_image("wave")'),
    (
        "masko",
        ["wave", 240],
        {},
        "masko() takes pose, and all other arguments by name: width=240",
    ),
    (
        "masko_url",
        ["wave", "image", 1],
        {},
        "masko_url() takes pose, key, and all other arguments by name: width=240",
    ),
    ("masko", ["wave"], {"pose": "idle"}, "masko() got the same argument twice"),
    ("masko_url", ["wave", "image"], {"key": "video"}, "masko_url() got the same argument twice"),
]


@pytest.mark.parametrize(("function", "positional", "named", "message"), CALLS)
def test_a_call_that_does_not_fit_is_told_how_it_should_be(
    function: str, positional: list[Any], named: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        make_call(function, positional, named, "")
    assert str(caught.value) == message


def test_the_pose_may_be_named_too() -> None:
    call = make_call("masko_url", [], {"pose": "wave", "key": "image"}, "as written")
    assert (call.reference, call.arguments) == ("wave", {"key": "image"})
    assert (call.function, call.source) == ("masko_url", "as written")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:30]))
def test_a_hostile_name_of_an_argument_is_one_short_line(text: str) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        check_arguments({f"zebra{text}": 1})
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600
