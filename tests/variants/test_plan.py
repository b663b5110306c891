"""Which variants of a still image or an animation a box asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.variants import Variant, full_video_size, plan_variants, plan_video_size

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


@pytest.mark.parametrize(
    ("original", "box", "expected"),
    [
        pytest.param((1024, 1024), (80, 80), (160, 160), id="the least step"),
        pytest.param((1024, 1024), (1, 1), (160, 160), id="a tiny box"),
        pytest.param((1024, 1024), (81, 81), (240, 240), id="a px more than a step"),
        pytest.param((1024, 1024), (128, 128), (320, 320), id="between two steps"),
        pytest.param((1024, 1024), (240, 240), (480, 480), id="just a step"),
        pytest.param((1024, 1024), (480, 480), (960, 960), id="the last step"),
        pytest.param((1024, 1024), (481, 481), None, id="above the last step"),
        pytest.param((512, 512), (240, 240), (480, 480), id="a step below the original"),
        pytest.param((480, 480), (240, 240), None, id="the original is a step"),
        pytest.param((256, 256), (240, 240), None, id="an original that is too small"),
        pytest.param((1024, 512), (240, 120), (480, 240), id="landscape"),
        pytest.param((512, 1024), (120, 240), (240, 480), id="portrait"),
        pytest.param((1080, 1920), (135, 240), (270, 480), id="portrait of a phone"),
        pytest.param((1000, 667), (240, 160), (480, 320), id="an odd side"),
        pytest.param((1024, 512), (200, 200), (960, 480), id="a box of another shape"),
        pytest.param((1024, 4), (100, 1), (320, 2), id="a thin one"),
        pytest.param((1024, 1), (100, 1), None, id="too thin to be halved"),
    ],
)
def test_an_animation_has_the_least_step_that_covers_twice_its_box(
    original: tuple[int, int], box: tuple[int, int], expected: tuple[int, int] | None
) -> None:
    assert plan_video_size(*original, *box) == expected


@given(width=SIDES, height=SIDES, box_width=SIDES, box_height=SIDES)
def test_the_size_of_an_animation_covers_twice_its_box_and_is_below_the_original(
    width: int, height: int, box_width: int, box_height: int
) -> None:
    size = plan_video_size(width, height, box_width, box_height)
    if size is None:
        return
    assert size[0] >= 2 * box_width
    assert size[1] >= 2 * box_height
    assert size[0] <= width
    assert size[1] <= height
    assert max(size) < max(width, height)
    assert size[0] % 2 == size[1] % 2 == 0
    scale = max(size) / max(width, height)
    assert abs(width * scale - size[0]) <= 1
    assert abs(height * scale - size[1]) <= 1


@given(width=st.integers(2, 8192), height=st.integers(2, 8192))
def test_boxes_of_all_sizes_ask_for_few_sizes_of_an_animation(width: int, height: int) -> None:
    sides = range(1, width + 1, 1 + width // 40)
    boxes = [(side, max(1, round(side * height / width))) for side in sides]
    assert len({plan_video_size(width, height, *box) for box in boxes}) <= 7


@given(width=SIDES, height=SIDES)
def test_the_full_size_of_an_animation_is_even_and_not_above_the_original(
    width: int, height: int
) -> None:
    full = full_video_size(width, height)
    assert full[0] % 2 == full[1] % 2 == 0
    assert 0 <= width - full[0] <= 1
    assert 0 <= height - full[1] <= 1
