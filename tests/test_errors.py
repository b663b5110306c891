"""The tree of errors is as its module draws it, and its classes hold what they say."""

from __future__ import annotations

import re

import pytest

from mkdocs_masko import errors
from mkdocs_masko.errors import ApiError, MaskoError, NotFound, OptionError, RateLimited

CLASSES = [each for each in vars(errors).values() if isinstance(each, type)]


def parse_drawing() -> dict[str, str]:
    """Read the parents out of the drawing in the module's docstring."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for before, name in re.findall(r"^([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE):
        depth = len(before) // 4
        if name.isidentifier() and (name == "MaskoError" or depth):
            above[depth:] = [name]
            parents[name] = above[depth - 1] if depth else "Exception"
    return parents


def test_the_drawing_is_the_tree() -> None:
    assert parse_drawing() == {each.__name__: each.__bases__[0].__name__ for each in CLASSES}


def test_every_error_is_caught_by_the_root() -> None:
    assert all(issubclass(each, MaskoError) for each in CLASSES)


def test_an_api_error_holds_the_response() -> None:
    error = NotFound("not there", status=404, code="not_found", url="https://x.org/v1/a")
    assert (str(error), error.status, error.code, error.url) == (
        "not there",
        404,
        "not_found",
        "https://x.org/v1/a",
    )


def test_without_a_response_there_is_no_status() -> None:
    error = ApiError("no response")
    assert (error.status, error.code, error.url) == (None, "", "")


@pytest.mark.parametrize("after", [None, 1.5])
def test_a_rate_limit_says_when_to_try_again(after: float | None) -> None:
    error = RateLimited("too many", retry_after=after)
    assert (error.status, error.code, error.retry_after) == (429, "rate_limited", after)


@pytest.mark.parametrize(
    ("option", "message"), [("mode", "option 'mode' is none of these"), ("", "is none of these")]
)
def test_an_error_of_an_option_names_it(option: str, message: str) -> None:
    error = OptionError("is none of these", option=option)
    assert (str(error), error.option, error.problem) == (message, option, "is none of these")


API_ERRORS = [each for each in CLASSES if issubclass(each, ApiError)]


@pytest.mark.parametrize("kind", API_ERRORS)
def test_an_error_with_its_place_is_the_same_error(kind: type[ApiError]) -> None:
    """Only the message changes."""
    error = kind("too many calls", url="https://api.masko.ai")
    vars(error).update(dict.fromkeys(vars(error), 7))
    moved = error.at("collection 'fox'")
    assert str(moved) == "collection 'fox': too many calls"
    assert vars(moved) == vars(error)
    assert type(moved) is kind
