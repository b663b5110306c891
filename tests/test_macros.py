"""The functions that templates call: what they write, and how it is read again."""

from __future__ import annotations

import copy
import re
import string
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.macros import call_source, functions
from mkdocs_masko.markdown.syntax import CALL, read_call
from mkdocs_masko.rendering import FUNCTIONS, make_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.rendering import Call

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = (
    TEXT
    | st.none()
    | st.booleans()
    | st.integers(0, 10**9)
    | st.floats(0, allow_nan=False, allow_infinity=False)
)
ARGUMENTS = st.text(string.ascii_lowercase, min_size=1).filter(
    lambda name: name == "class" or (name not in {"pose", "key"} and not iskeyword(name))
)


def offered() -> tuple[dict[str, Any], list[Call]]:
    """Return the functions, and a list that fills with the calls they read."""
    calls: list[Call] = []

    def write(kind: str) -> Callable[[str, Callable[[], Call]], str]:
        def show(source: str, read: Callable[[], Call]) -> str:
            calls.append(read())
            return f"<{kind} {source}>"

        return show

    return {**functions(write("embed"), write("address"))}, calls


@pytest.mark.parametrize("kind", [Environment, ImmutableSandboxedEnvironment])
@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('masko("wave")', '<embed {{ masko("wave") }}>'),
        ('masko_image("wave", width=240)', '<embed {{ masko_image("wave", width=240) }}>'),
        ('masko.image("wave")', '<embed {{ masko_image("wave") }}>'),
        ('masko.animation("wave")', '<embed {{ masko_animation("wave") }}>'),
        ('masko_url("wave", "video")', '<address {{ masko_url("wave", "video") }}>'),
        ('masko.url("wave", key="video")', '<address {{ masko_url("wave", key="video") }}>'),
        ("masko(pose='wave', alt=none)", '<embed {{ masko(pose="wave", alt=none) }}>'),
        ("masko('wave', background=true)", '<embed {{ masko("wave", background=true) }}>'),
        ("masko('wave', alt=nothing)", '<embed {{ masko("wave", alt="") }}>'),
    ],
)
def test_templates_call_the_functions(
    kind: type[Environment], template: str, expected: str
) -> None:
    """By name or as an attribute, in sandboxes too; an address is written in its own way."""
    names, calls = offered()
    shown = kind(autoescape=False).from_string(f"{{{{ {template} }}}}").render(names)
    assert shown == expected
    assert calls[0].reference == "wave"
    assert calls[0].function in FUNCTIONS


@pytest.mark.parametrize("name", ["vidoe", "masko", "image_url", "_name_", "__html__"])
def test_there_are_no_other_attributes(name: str) -> None:
    """Jinja, and whoever looks for `__html__`, learns that there is no such thing."""
    names, _ = offered()
    assert not hasattr(names["masko"], name)
    assert not hasattr(names["masko_image"], "image")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_function_can_be_copied(duplicate: Callable[[Any], Any]) -> None:
    """Plugins copy what they offer to templates."""
    names, calls = offered()
    duplicate(names["masko"]).image("wave")
    assert calls[0].function == "masko_image"


def test_wrong_arguments_are_found_when_the_call_is_read() -> None:
    """Too many, or the same twice, are a problem of the page."""
    names, _ = offered()
    with pytest.raises(ReferenceProblem, match="all other arguments by name"):
        names["masko"]("wave", 240)
    with pytest.raises(ReferenceProblem, match="the same argument twice"):
        names["masko"]("wave", pose="idle")
    with pytest.raises(ReferenceProblem, match="needs the name of a pose"):
        names["masko"]()


@given(
    st.sampled_from(sorted(FUNCTIONS)), TEXT.filter(str.strip), st.dictionaries(ARGUMENTS, VALUES)
)
def test_what_is_written_is_read_as_the_same_call(
    name: str, reference: str, named: dict[str, Any]
) -> None:
    """The text that stands for a call is a call, whatever the values are."""
    source = call_source(name, [reference], named)
    found = re.fullmatch(CALL, source)
    assert found is not None
    again = read_call(found["function"], found["arguments"], source)
    assert again == make_call(name, [reference], named, source)
    assert {key: type(value) for key, value in again.arguments.items()} == {
        key: type(value) for key, value in named.items()
    }


@given(st.lists(st.booleans() | st.binary() | st.dates(), max_size=3))
def test_a_value_of_any_type_can_be_written(values: list[object]) -> None:
    """A template may hand over anything; the text is for messages then."""
    assert call_source("masko", values, {"x": values}).startswith("{{ masko(")
