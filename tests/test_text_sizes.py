"""Sizes as people write and read them."""

from __future__ import annotations

import pytest

from mkdocs_masko.text import format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (500000, 500000),
        ("1", 1),
        ("500 kB", 500_000),
        ("500KB", 500_000),
        (" 1.5 MB ", 1_500_000),
        ("2 MiB", 2 * 1024**2),
        ("1 KiB", 1024),
        ("20 b", 20),
        (0, None),
        ("0 kB", None),
        (-1, None),
        (True, None),
        ("", None),
        ("1 GB", None),
        ("kB", None),
        ("1e9", None),
        ("1 2 kB", None),
        ("9" * 20, None),
    ],
)
def test_a_size_is_bytes_or_none(text: object, size: int | None) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (48_200, "48 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (2_540_000, "2.5 MB"),
    ],
)
def test_a_size_is_named_in_its_largest_fitting_unit(size: int, text: str) -> None:
    assert format_size(size) == text
