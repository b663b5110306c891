"""What is meant by an id, a name, or the start of one."""

from __future__ import annotations

from typing import Any

import pytest

from mkdocs_masko.cli.session import is_whole_id, pick
from mkdocs_masko.errors import ReferenceProblem

THINGS: list[dict[str, Any]] = [
    {"id": "f950-1", "name": "Fox Mascot", "public_slug": "fox-mascot-a1"},
    {"id": "f950-2", "name": "Fox"},
    {"id": "04da", "name": "Plush Swagger"},
    {"id": "nameless", "name": None},
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("f950-1", "f950-1"),
        ("Fox Mascot", "f950-1"),
        ("fox mascot", "f950-1"),
        ("fox-mascot-a1", "f950-1"),
        ("fox-m", "f950-1"),
        ("Fox", "f950-2"),
        ("fox", "f950-2"),
        ("04", "04da"),
        ("04D", "04da"),
        ("plush", "04da"),
        ("name", "nameless"),
    ],
)
def test_the_surest_way_wins(wanted: str, found: str) -> None:
    """An id before a name, a name before a slug, all of it before the start of one."""
    assert pick(wanted, THINGS, "collection")["id"] == found


@pytest.mark.parametrize("wanted", ["f950", "fo"])
def test_two_things_are_both_named(wanted: str) -> None:
    """So that the next try is the last."""
    with pytest.raises(ReferenceProblem, match=r"matches 2 .*'Fox Mascot' \(f950-1\).*f950-2"):
        pick(wanted, THINGS, "collection")


def test_many_things_are_counted() -> None:
    """A message stays short."""
    many = [{"id": f"a{n}"} for n in range(9)]
    with pytest.raises(ReferenceProblem, match="matches 9 items: a0, a1, a2, a3, a4, and 4 more"):
        pick("a", many, "item")


@pytest.mark.parametrize("wanted", ["", "owl", "\n", "\x1b[31m"])
def test_nothing_is_not_guessed(wanted: str) -> None:
    """The empty text is the start of everything, and means nothing."""
    with pytest.raises(ReferenceProblem, match="no collection"):
        pick(wanted, THINGS, "collection")


def test_a_near_miss_is_told() -> None:
    """As for poses on pages."""
    with pytest.raises(ReferenceProblem, match="did you mean 'Fox'"):
        pick("Fux", THINGS, "collection")


def test_only_a_uuid_is_taken_at_its_word() -> None:
    """Everything else may be a name."""
    assert is_whole_id("f9503022-a991-46ea-bf8c-d628c921b6b0")
    assert not is_whole_id("col_xyz789")
    assert not is_whole_id("f9503022-a991-46ea-bf8c-d628c921b6b0\n")
