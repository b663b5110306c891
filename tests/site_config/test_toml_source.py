"""The statements and texts of a TOML document are found where they stand."""

from __future__ import annotations

import pytest

from mkdocs_masko.site_config.toml_source import find_texts, scan_statements

DOCUMENT = """\
# a = 1
title = 'T' # c
[project] # d
  "a b".c = [
  "]", # [
  { d = '}' },
]
[[ project . 'nav' ]]
e = \"\"\"
\\"\"\"[x]\"\"\"\"\"
f = 2026-11-26 10:00:00 # g
"""


def test_statements_have_their_whole_names() -> None:
    assert [(each.path, each.is_array) for each in scan_statements(DOCUMENT)] == [
        (("title",), False),
        (("project",), False),
        (("project", "a b", "c"), False),
        (("project", "nav"), True),
        (("project", "nav", "e"), False),
        (("project", "nav", "f"), False),
    ]


def test_values_are_found_without_their_comments() -> None:
    values = [
        DOCUMENT[each.value : each.end] for each in scan_statements(DOCUMENT) if each.value > 0
    ]
    assert values == [
        "'T'",
        "[\n  \"]\", # [\n  { d = '}' },\n]",
        '"""\n\\"""[x]"""""',
        "2026-11-26 10:00:00",
    ]


def test_texts_are_read_as_the_parser_reads_them() -> None:
    texts = list(find_texts(DOCUMENT, 0, len(DOCUMENT)))
    assert [text for text, _, _ in texts] == ["T", "a b", "]", "}", "nav", '"""[x]""']
    assert [DOCUMENT[start] + DOCUMENT[end - 1] for _, start, end in texts] == [
        "''",
        '""',
        '""',
        "''",
        "''",
        '""',
    ]
    assert list(find_texts(DOCUMENT, 0, 5)) == []


def test_a_form_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="a form that is not known"):
        list(scan_statements("a = 1\n? = 2\n"))
