"""Which variants of a still a box asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.variants import Variant, plan_variants

SIDES = st.integers(1, 8192)
BOXES = st.none() | SIDES


def sizes(variants: tuple[Variant, ...], format_: str = "avif") -> list[tuple[int, int]]:
    return [(variant.width, variant.height) for variant in variants if variant.format == format_]


@pytest.mark.parametrize(
    ("original", "box", "expected"),
    [
        ((1024, 1024), (240, None), [(240, 240), (480, 480)]),
        ((1024, 512), (None, 128), [(256, 128), (512, 256)]),
        ((1024, 512), (256, 128), [(256, 128), (512, 256)]),
        ((512, 512), (320, None), [(320, 320), (512, 512)]),  # twice would be more than there is
        ((512, 512), (512, None), [(512, 512)]),
        ((512, 512), (900, None), [(512, 512)]),
        ((512, 512), (None, None), [(512, 512)]),
        ((800, 400), (200, 200), [(400, 200), (800, 400)]),  # another shape is covered
        ((333, 500), (100, None), [(100, 150), (200, 300)]),
        ((4000, 3), (10, None), [(10, 1), (20, 1)]),  # no side vanishes
    ],
)
def test_a_box_asks_for_its_own_size_and_twice_that_up_to_the_original(
    original: tuple[int, int], box: tuple[int | None, int | None], expected: list[tuple[int, int]]
) -> None:
    assert sizes(plan_variants(*original, *box)) == expected


def test_the_best_format_comes_first_and_each_has_the_same_sizes() -> None:
    variants = plan_variants(1024, 1024, 240, None)
    assert [variant.format for variant in variants] == [
        "avif",
        "avif",
        "webp",
        "webp",
        "png",
        "png",
    ]
    assert sizes(variants, "avif") == sizes(variants, "webp") == sizes(variants, "png")


@given(width=SIDES, height=SIDES, box_width=BOXES, box_height=BOXES)
def test_no_form_is_larger_than_the_original_or_comes_twice(
    width: int, height: int, box_width: int | None, box_height: int | None
) -> None:
    variants = plan_variants(width, height, box_width, box_height)
    assert len(set(variants)) == len(variants) in {3, 6}
    assert all(
        1 <= variant.width <= width and 1 <= variant.height <= height for variant in variants
    )
    assert sizes(variants) == sorted(sizes(variants))
