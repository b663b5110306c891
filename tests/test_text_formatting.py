"""Sizes, durations and long lists, as people write and read them."""

from __future__ import annotations

import pytest

from mkdocs_masko.text import (
    format_downloads,
    format_duration,
    format_excess,
    format_size,
    list_some,
    parse_size,
)


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


@pytest.mark.parametrize(
    ("size", "limit", "texts"),
    [
        (60_000, 50_000, ("60 kB", "50 kB")),
        (50_200, 50_000, ("50.2 kB", "50 kB")),
        (50_004, 50_000, ("50.004 kB", "50 kB")),
        (50_400, 49_600, ("50.4 kB", "49.6 kB")),
        (6_010, 6_000, ("6.01 kB", "6.0 kB")),
        (6_049, 6_048, ("6.049 kB", "6.048 kB")),
        (2_540_000, 2_500_000, ("2.54 MB", "2.5 MB")),
        (2_500_001, 2_500_000, ("2.500001 MB", "2.5 MB")),
        (999_499, 999_001, ("999.5 kB", "999 kB")),
        (1_000_000, 999_999, ("1.000000 MB", "0.999999 MB")),
        (1_000, 999, ("1.0 kB", "999 bytes")),
        (501, 500, ("501 bytes", "500 bytes")),
    ],
)
def test_a_size_differs_from_the_limit_that_it_exceeds(
    size: int, limit: int, texts: tuple[str, str]
) -> None:
    assert format_excess(size, limit) == texts


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (0.2, "1 s"),
        (59, "59 s"),
        (90, "2 min"),
        (3600, "1 h"),
        (86_399, "24 h"),
        (86_400, "1 d"),
        (1e9, "more than a year"),
        (1e99, "more than a year"),
    ],
)
def test_a_duration_is_rounded_up_in_its_largest_fitting_unit(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, ""), (1, "a"), (2, "a, b"), (3, "a, b, and 1 more"), (5, "a, b, and 3 more")],
)
def test_of_a_long_list_the_first_are_named_and_the_rest_is_counted(count: int, text: str) -> None:
    assert list_some("abcde"[:count], 2) == text


def test_a_list_may_be_cut_off_or_be_of_longer_parts() -> None:
    assert list_some("abc", 2, counted=False) == "a, b, and more"
    assert list_some(["a, b", "c", "d"], 2, separator="; ") == "a, b; c; and 1 more"


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([0, 0, 0], "3 of 3 media are ready: 3 from the cache, 0 downloaded"),
        ([0, 2_000_000, 500_000], "3 of 3 media are ready: 1 from the cache, 2 downloaded (2.5 MB"),
        ([700], "1 of 3 media are ready: 0 from the cache, 1 downloaded (700 bytes in 0.2 s)"),
        ([], "0 of 3 media are ready: 0 from the cache, 0 downloaded"),
    ],
)
def test_what_is_downloaded_is_not_told_to_be_from_the_cache(sizes: list[int], text: str) -> None:
    assert format_downloads(3, sizes, 0.2).startswith(text)
