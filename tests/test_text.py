"""Text from outside, made fit for a name, a message or a page."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hostile_texts import TEXTS
from mkdocs_masko.text import (
    Suggester,
    blank,
    is_portable_name,
    printable,
    replace_controls,
    sanitize,
    slugify,
    suggest,
)

ANY = st.text(st.characters(codec=None, exclude_categories=()))
SOME = st.one_of(ANY, st.sampled_from(TEXTS))
SPELLING = "\u061c\u200c\u200d\u200e\u200f"
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(SOME)
def test_visible_text_has_nothing_that_acts_and_fits_on_one_line(text: str) -> None:
    shown = replace_controls(text)
    assert not {unicodedata.category(char) for char in shown if char not in SPELLING} & UNSEEN
    shown.encode()


@given(SOME)
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert replace_controls(replace_controls(text)) == replace_controls(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A fox", "A fox"),
        ("Füchsin 🦊", "Füchsin 🦊"),
        ("a\tb\r\nc\n\nd", "a b c d"),
        ("\x02klzzwxh:0001\x03", "\N{REPLACEMENT CHARACTER}klzzwxh:0001\N{REPLACEMENT CHARACTER}"),
        ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
        ("\u202eevil", "\N{REPLACEMENT CHARACTER}evil"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
        ("a\u2028b", "a\N{REPLACEMENT CHARACTER}b"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - Persian
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_what_acts_becomes_a_replacement_character(text: str, shown: str) -> None:
    assert replace_controls(text) == shown


@given(SOME)
@example(":::error:::")
def test_a_line_is_short_and_no_command_for_a_ci_system(text: str) -> None:
    line = sanitize(text)
    assert len(line) <= 200
    assert "::" not in line
    assert line == line.strip()
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\n  two\tthree ", "one two three"),
        ("::error::boom", ": :error: :boom"),
        ("a\u200db", "a\N{REPLACEMENT CHARACTER}b"),
        (":::", ": : :"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        ("x" * 100_000, "x" * 199 + "…"),
    ],
)
def test_a_line_keeps_the_words(text: str, line: str) -> None:
    assert sanitize(text) == line


def test_what_is_blanked_out_leaves_all_offsets() -> None:
    assert blank("a b\n\tcd e", [(0, 3), (5, 7)], "-") == "- -\n\t-- e"
    assert blank("a b", [], "-") == "a b"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("wave", "wave"),
        ("Plush Swagger", "plush-swagger"),
        ("  Card: Sit! (2)  ", "card-sit-2"),
        ("under_score", "under-score"),
        ("Füchsin", "fuchsin"),
        ("e\u0301toile", "etoile"),
        ("straße", "strasse"),
        ("ﬁne", "fine"),
        ("İstanbul", "istanbul"),
        ("キツネ", "キツネ"),
        ("Ёж", "еж"),
        ("a/b", "a-b"),
        ("!!!", "pose-e84c538e"),
        ("🦊", "pose-0a9f72e8"),
        ("", "pose-e3b0c442"),
    ],
)
def test_a_slug_is_what_one_would_type(name: str, typed: str) -> None:
    assert slugify(name) == typed


@given(SOME)
def test_a_slug_is_its_own_slug(name: str) -> None:
    assert slugify(slugify(name)) == slugify(name)


@given(SOME)
def test_a_slug_has_letters_digits_and_dashes_only(name: str) -> None:
    assert re.fullmatch(r"[^\W_]+(-[^\W_]+)*", slugify(name))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("idel", " (did you mean 'idle'?)"),
        ("wav", " (did you mean 'wave' or 'waves'?)"),
        ("zebra", ""),
        ("", ""),
    ],
)
def test_the_nearest_names_are_told(name: str, hint: str) -> None:
    assert suggest(name, iter(["idle", "wave", "waves"])) == hint


def test_at_most_three_names_are_told() -> None:
    assert suggest("wave", ["wave1", "wave2", "wave3", "wave4"]).count("wave") == 3


WORDS = ("wave", "idle", "card-sit", "think", "jump", "read-book", "sleep", "point-left", "cheer")
MANY = [f"{word}-{number}" for word in WORDS for number in range(400)]
LETTERS = {name: Counter(name) for name in MANY}
SUGGESTER = Suggester(MANY)


@given(st.sampled_from(MANY), st.data())
def test_among_thousands_of_names_a_slip_of_one_letter_is_found(
    name: str, data: st.DataObject
) -> None:
    """A letter that is missing, doubled, or in the place of its neighbour."""
    at = data.draw(st.integers(0, len(name) - 2))
    slips = [name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]]
    slips.append(name[:at] + name[at + 1] + name[at] + name[at + 2 :])
    slip = data.draw(st.sampled_from(slips))
    hint = SUGGESTER.suggest(slip)
    # No two names are more alike than their letters are in any order, which is quick to see.
    letters, least = Counter(slip), _likeness(slip, name)
    near = [
        each
        for each, others in LETTERS.items()
        if 2 * (letters & others).total() / (len(slip) + len(each)) >= least
    ]
    meant = re.findall("'([^']+)'", hint)
    assert max(_likeness(slip, each) for each in meant) == max(
        _likeness(slip, each) for each in near
    )


def _likeness(slip: str, name: str) -> float:
    return difflib.SequenceMatcher(None, slip, name).ratio()


@pytest.mark.parametrize("name", ["zzzz", "", "ab", "\n", "1"])
def test_among_thousands_of_names_nothing_comes_close_to_something_else(name: str) -> None:
    assert SUGGESTER.suggest(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        *(
            "con",
            "CON",
            "con.png",
            "nul.a.b",
            "aux ",
            "Prn.txt",
            "com1",
            "lpt9",
            "com¹.x",
            "CONIN$",
        ),
        *("wave.", "wave ", "wave. .", "..", ""),
    ],
)
def test_what_windows_cannot_store_is_no_portable_name(name: str) -> None:
    assert not is_portable_name(name)


@pytest.mark.parametrize("name", ["wave", "console", "com10", "com", "lpt", "a.con", ".hidden"])
def test_all_else_is_a_portable_name(name: str) -> None:
    assert is_portable_name(name)


def test_a_key_in_the_place_of_a_name_is_not_repeated() -> None:
    assert printable(f"no pose 'masko_{'a1B2' * 8}'.") == "no pose 'masko_...'."
