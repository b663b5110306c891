"""What the small variants look like, and what is left out of them."""

from __future__ import annotations

import io
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from image_similarity import alpha_error, lanczos, likeness, over, pixels
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.sandbox import MEDIA_DIR
from mkdocs_masko.variants import encode
from mkdocs_masko.variants.images import has_tune
from still_samples import (
    DRAWN,
    PRIVATE,
    SIDE,
    drawn,
    opened,
    other_profile,
    saved,
    talkative,
    variant,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.variants import Format

FORMATS: tuple[Format, ...] = ("avif", "webp", "png")
LOSSY: tuple[Format, ...] = ("avif", "webp")
STILLS = sorted(MEDIA_DIR.rglob("*image.png"))
LEAST_SSIM = 0.98
LEAST_SMALL = {"avif": 0.98, "webp": 0.965, "png": 0.999}  # WebP halves the resolution of colour

RED_AND_CLEAR = Image.new("RGBA", (SIDE, SIDE), (200, 10, 10, 255))
RED_AND_CLEAR.paste((0, 0, 0, 0), (0, 0, SIDE // 2, SIDE))
GREYS = Image.linear_gradient("L").resize((SIDE, SIDE))


def name_of(still: Path) -> str:
    return "-".join(still.relative_to(MEDIA_DIR).with_suffix("").parts)


def full_size(still: Path) -> tuple[int, int]:
    with Image.open(still) as image:
        return image.size


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("still", STILLS, ids=name_of)
def test_at_full_size_alpha_is_exact_and_colour_alike(still: Path, format_: Format) -> None:
    """SSIM at least 0.98 on white and on grey, and no pixel more or less transparent."""
    output = opened(encode(still, variant(format_, *full_size(still))))
    with Image.open(still) as image:
        original = image.convert("RGBA")
    assert alpha_error(output, original) == 0
    if format_ == "png":
        assert np.array_equal(pixels(output), pixels(original))
    else:
        assert likeness(output, pixels(original)) >= LEAST_SSIM


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("still", STILLS[::3], ids=name_of)
def test_small_variants_are_alike_to_an_exact_resize(still: Path, format_: Format) -> None:
    output = opened(encode(still, variant(format_, 256)))
    with Image.open(still) as image:
        exact = lanczos(image, (256, 256))
    assert likeness(output, exact) >= LEAST_SMALL[format_]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_variant_is_of_its_format_and_size(tmp_path: Path, format_: Format) -> None:
    facts = probe_bytes(encode(drawn(tmp_path), variant(format_, 24, 20)))
    assert (facts.type, facts.width, facts.height) == (f"image/{format_}", 24, 20)
    assert facts.alpha is True


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("hidden", [(0, 0, 0), (255, 0, 255)])
def test_the_colour_of_what_is_clear_does_not_reach_the_edge(
    tmp_path: Path, hidden: tuple[int, int, int], format_: Format
) -> None:
    """A white disc on nothing, laid on white, stays white: no dark or coloured fringe."""
    white = Image.new("RGBA", (96, 96), (255, 255, 255, 255))
    white.putalpha(DRAWN.getchannel("A").resize((96, 96)))
    nothing = Image.new("RGBA", (96, 96), (*hidden, 0))
    clear = white.getchannel("A").point(lambda value: 0 if value else 255)
    white.paste(nothing, mask=clear)
    output = opened(encode(saved(tmp_path / "disc.png", white), variant(format_, 32)))
    assert over(pixels(output), 255).min() >= (254.99 if format_ == "png" else 247)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_still_that_is_clear_all_over_stays_so(tmp_path: Path, format_: Format) -> None:
    """There is no edge to take a colour from."""
    nothing = Image.new("RGBA", (SIDE, SIDE))
    for side in (24, SIDE):
        output = opened(encode(saved(tmp_path / "fox.png", nothing), variant(format_, side)))
        assert pixels(output)[..., 3].max() == 0


@pytest.mark.parametrize("format_", FORMATS)
def test_a_still_with_hard_edges_keeps_them(tmp_path: Path, format_: Format) -> None:
    output = pixels(opened(encode(saved(tmp_path / "fox.png", RED_AND_CLEAR), variant(format_))))
    assert output[:, : SIDE // 2, 3].max() == 0
    assert output[:, SIDE // 2 :, 3].min() == 255
    assert np.abs(output[:, SIDE // 2 :, :3] - (200, 10, 10)).max() <= 8


@pytest.mark.parametrize("format_", FORMATS)
def test_a_still_without_transparent_pixels_gets_no_alpha(tmp_path: Path, format_: Format) -> None:
    """Its alpha channel would be bytes for nothing."""
    opaque = DRAWN.copy()
    opaque.putalpha(255)
    facts = probe_bytes(encode(saved(tmp_path / "fox.png", opaque), variant(format_, 24)))
    assert facts.alpha is False


@pytest.mark.parametrize("format_", FORMATS)
def test_equal_pixels_give_equal_bytes(tmp_path: Path, format_: Format) -> None:
    """Whatever the file around them says, and however often."""
    plain, talking = drawn(tmp_path), drawn(tmp_path, "talking.png", **talkative())
    output = {encode(path, variant(format_, 24)) for path in (plain, plain, talking)}
    assert len(output) == 1


@pytest.mark.parametrize("suffix", ["png", "webp", "avif", "jpg"])
@pytest.mark.parametrize("format_", FORMATS)
def test_no_metadata_is_kept(tmp_path: Path, suffix: str, format_: Format) -> None:
    kept = talkative()["exif"].tobytes()
    profile = other_profile()
    how = talkative() if suffix == "png" else {"exif": kept, "xmp": PRIVATE.encode()}
    image = DRAWN if suffix != "jpg" else DRAWN.convert("RGB")
    source = saved(tmp_path / f"fox.{suffix}", image, icc_profile=profile, **how)
    assert PRIVATE[:12].encode() in source.read_bytes()
    for side in (24, SIDE):
        output = encode(source, variant(format_, side))
        info = opened(output).info
        assert not {"exif", "xmp", "icc_profile", "Comment", "Author", "dpi"} & {*info}
        assert PRIVATE[:12].encode() not in output
        assert profile[200:264] not in output


def test_a_palette_with_transparency_keeps_it(tmp_path: Path) -> None:
    palette = RED_AND_CLEAR.quantize(4)
    source = saved(tmp_path / "fox.png", palette)
    with Image.open(source) as image:
        assert image.mode == "P"
    output = opened(encode(source, variant()))
    assert output.getpixel((2, 2)) == (0, 0, 0, 0)
    assert output.getpixel((SIDE - 2, 2)) == palette.convert("RGBA").getpixel((SIDE - 2, 2))


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_the_first_picture_of_an_animation_is_the_still(tmp_path: Path, suffix: str) -> None:
    second = Image.new("RGBA", (SIDE, SIDE), (0, 200, 0, 255))
    how = {"save_all": True, "append_images": [second], "duration": 80}
    if suffix == "webp":
        how["lossless"] = True
    first = Image.new("RGBA", (SIDE, SIDE), (200, 10, 10, 255))
    source = saved(tmp_path / f"fox.{suffix}", first, **how)
    with Image.open(source) as image:
        assert getattr(image, "n_frames", 1) == 2
    assert opened(encode(source, variant())).getpixel((2, 2)) == (200, 10, 10)


def few_colours(count: int, mode: str = "RGBA") -> Image.Image:
    """Make an image of so many colours in no order, some of them half transparent."""
    colours = [(n % 256, 255 - n // 2, n // 3, 255 - n % 3 * 60) for n in range(count)]
    image = Image.new("RGBA", (SIDE, SIDE))
    image.putdata(Random(1).choices(colours, k=SIDE * SIDE))  # noqa: S311 - no secret
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "RGB"])
@pytest.mark.parametrize("count", [2, 16, 256, 300])
def test_a_png_has_a_palette_where_that_is_exact(tmp_path: Path, count: int, mode: str) -> None:
    """Each pixel is as it was, in fewer bytes."""
    image = few_colours(count, mode)
    content = encode(saved(tmp_path / "fox.png", image), variant())
    with Image.open(io.BytesIO(content)) as output:
        assert output.mode == ("P" if count <= 256 else mode)
    assert np.array_equal(pixels(opened(content)), pixels(image))
    full = io.BytesIO()
    image.save(full, "png", compress_level=6)
    assert len(content) <= len(full.getvalue())


def test_a_palette_that_costs_more_than_it_saves_is_left_out(tmp_path: Path) -> None:
    image = few_colours(256).crop((0, 0, 12, 12))
    content = encode(saved(tmp_path / "fox.png", image), variant("png", 12))
    with Image.open(io.BytesIO(content)) as output:
        assert output.mode == "RGBA"


def test_a_variant_of_a_palette_is_no_worse_than_one_of_full_colour(tmp_path: Path) -> None:
    """What a resize blends has more colours than a palette."""
    palette = DRAWN.quantize(64)
    plain = palette.convert("RGBA")
    outputs = [
        encode(saved(tmp_path / name, image), variant("png", 24))
        for name, image in (("palette.png", palette), ("plain.png", plain))
    ]
    assert outputs[0] == outputs[1]


def test_an_encoder_says_what_it_can_be_tuned_for() -> None:
    """Where one cannot be tuned for looks, as an old libaom, others settings are used."""
    assert has_tune("iq")
    assert has_tune("ssim")
    assert not has_tune("no such thing")


def test_grey_with_alpha_keeps_both(tmp_path: Path) -> None:
    grey = Image.merge("LA", (GREYS, GREYS.rotate(90)))
    output = opened(encode(saved(tmp_path / "fox.png", grey), variant()))
    assert np.array_equal(pixels(output), pixels(grey))


def test_grey_of_sixteen_bits_is_scaled_to_eight(tmp_path: Path) -> None:
    """A shade in the middle stays in the middle, instead of becoming white."""
    deep = Image.fromarray(np.asarray(GREYS).astype(np.uint16) * 257)
    source = saved(tmp_path / "fox.png", deep)
    with Image.open(source) as image:
        assert image.mode == "I;16"
    assert np.array_equal(pixels(opened(encode(source, variant()))), pixels(GREYS))


def test_a_clear_shade_of_sixteen_bits_stays_clear(tmp_path: Path) -> None:
    deep = Image.fromarray(np.asarray(GREYS).astype(np.uint16) * 257 + 3)
    source = saved(tmp_path / "fox.png", deep, transparency=200 * 257 + 3)
    alpha = pixels(opened(encode(source, variant())))[..., 3]
    assert np.array_equal(alpha == 0, np.asarray(GREYS) == 200)


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_plain_modes_look_as_they_did(tmp_path: Path, mode: str) -> None:
    image = DRAWN.convert("RGB").convert(mode)
    output = opened(encode(saved(tmp_path / "fox.png", image), variant()))
    assert np.array_equal(pixels(output), pixels(image))


def test_a_colour_that_stands_for_clear_is_clear(tmp_path: Path) -> None:
    image = RED_AND_CLEAR.convert("RGB")
    source = saved(tmp_path / "fox.png", image, transparency=(200, 10, 10))
    output = opened(encode(source, variant()))
    assert pixels(output)[2, 2, 3] == 255
    assert pixels(output)[2, SIDE - 2, 3] == 0


def test_a_jpeg_for_print_comes_out_in_colours_of_the_screen(tmp_path: Path) -> None:
    inks = Image.new("CMYK", (SIDE, SIDE), (0, 255, 255, 0))
    output = opened(encode(saved(tmp_path / "fox.jpg", inks), variant()))
    red, green, blue, _ = pixels(output)[SIDE // 2, SIDE // 2]
    assert red > 200
    assert max(green, blue) < 60


def test_a_picture_on_its_side_is_turned_up(tmp_path: Path) -> None:
    """The size that is asked for is that of the upright picture, as `probe` tells it."""
    lying = Image.new("RGB", (SIDE, 24), (0, 0, 200))
    lying.paste((200, 0, 0), (0, 0, SIDE // 2, 24))
    exif = Image.Exif()
    exif[0x0112] = 6
    source = saved(tmp_path / "fox.jpg", lying, exif=exif, quality=95)
    facts = probe_bytes(source.read_bytes())
    assert (facts.width, facts.height) == (24, SIDE)
    output = pixels(opened(encode(source, variant("png", 24, SIDE))))
    assert output[4, 12, 0] > 150 > output[4, 12, 2]
    assert output[SIDE - 4, 12, 2] > 150


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_of_another_profile_become_those_of_srgb(tmp_path: Path, mode: str) -> None:
    red = Image.new("RGBA", (SIDE, SIDE), (255, 0, 0, 77)).convert(mode)
    source = saved(tmp_path / "fox.png", red, icc_profile=other_profile())
    output = pixels(opened(encode(source, variant())))[4, 4]
    assert list(output) == [0, 255, 0, 77 if mode == "RGBA" else 255]


@pytest.mark.parametrize("profile", [b"no profile", other_profile()[:300]], ids=["none", "half"])
def test_a_damaged_profile_is_as_good_as_none(tmp_path: Path, profile: bytes) -> None:
    output = opened(encode(drawn(tmp_path, icc_profile=profile), variant()))
    assert np.array_equal(pixels(output), pixels(DRAWN))


def test_a_profile_of_colours_on_a_grey_picture_is_as_good_as_none(tmp_path: Path) -> None:
    source = saved(tmp_path / "fox.png", GREYS, icc_profile=other_profile())
    assert np.array_equal(pixels(opened(encode(source, variant()))), pixels(GREYS))
