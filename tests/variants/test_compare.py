"""Whether a file is a variant of an original: our own are, whoever encoded them; others are not."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

from media_cache import sha
from mkdocs_masko.errors import MediaError
from mkdocs_masko.sandbox import MEDIA_DIR
from mkdocs_masko.variants import Variant, compare_all, encode
from mkdocs_masko.variants.compare import compare_variants, excess
from mkdocs_masko.variants.images import bleed_edge_colour, decode, resize, to_srgb
from still_samples import DRAWN, drawn, other_profile, saved, talkative, variant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mkdocs_masko.variants import Format

STILLS = sorted(MEDIA_DIR.rglob("*image.png"))
FORMATS: tuple[Format, ...] = ("avif", "webp", "png")
SIDES = (1, 9, 33, 48, 120, 240)  # px
OTHER_ENCODERS: dict[str, tuple[Format, dict[str, Any]]] = {
    "a fast AVIF": ("avif", {"quality": 50, "speed": 8}),
    "an AVIF with half the colours": ("avif", {"quality": 50, "speed": 6, "subsampling": "4:2:0"}),
    "a fast WebP": ("webp", {"quality": 75, "method": 0}),
    "a lossless WebP": ("webp", {"lossless": True}),
    "a PNG with 256 colours": ("png", {}),
}


def lines() -> Image.Image:
    """Draw what is hardest to encode: thin lines in colours that change."""
    image = Image.new("RGBA", (512, 512))
    draw = ImageDraw.Draw(image)
    for x in range(0, 512, 4):
        draw.line((x, 0, 511 - x, 511), fill=(255, x * 7 % 256, 0, 255))
    return image


def _saved(image: Image.Image, format_: str, **how: Any) -> Image.Image:  # noqa: ANN401 - as `save` takes
    file = io.BytesIO()
    pixels = bleed_edge_colour(image) if format_ == "avif" else image
    pixels.save(file, format_, **how)
    with Image.open(io.BytesIO(file.getvalue())) as again:
        return to_srgb(again)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("still", STILLS[::4], ids=lambda still: "-".join(still.parts[-3:]))
def test_our_own_variants_pass(still: Path, format_: Format, tmp_path: Path) -> None:
    """In every format and size."""
    for side in (*SIDES, 512):
        content = encode(still, variant(format_, side))
        path = tmp_path / f"{side}.{format_}"
        path.write_bytes(content)
        assert compare_variants(still, [(variant(format_, side), path)]) == [
            (variant(format_, side), sha(content))
        ]


@pytest.mark.parametrize(("format_", "how"), OTHER_ENCODERS.values(), ids=OTHER_ENCODERS)
def test_variants_of_other_encoders_pass(format_: Format, how: dict[str, Any]) -> None:
    """As another version would make them, with room to spare."""
    for original in (decode(STILLS[1]), decode(STILLS[12]), lines()):
        for side in SIDES:
            small = resize(original, side, side)
            pixels = small.quantize(256) if format_ == "png" else small
            assert excess(_saved(pixels, format_, **how), small) < 0.97


def _logo(image: Image.Image) -> None:
    side = max(4, image.width // 12)
    at = image.width // 2
    ImageDraw.Draw(image).ellipse((at, at, at + side, at + side), fill=(20, 220, 60, 255))


def _logo_in_the_corner(image: Image.Image) -> None:
    side = image.width // 10
    ImageDraw.Draw(image).rectangle((1, 1, side, side), fill=(20, 60, 220, 255))


def _text(image: Image.Image) -> None:
    ImageDraw.Draw(image).text((image.width // 10, 2), "example.org", fill=(0, 0, 0, 255))


def _hole(image: Image.Image) -> None:
    at, side = image.width // 2, image.width // 12
    image.paste((0, 0, 0, 0), (at, at, at + side, at + side))


def _fill(image: Image.Image) -> None:
    below = Image.new("RGBA", image.size, (255, 255, 255, 255))
    below.alpha_composite(image)
    image.paste(below)


CHANGES: dict[str, Callable[[Image.Image], Image.Image | None]] = {
    "a logo": _logo,
    "a logo in the corner": _logo_in_the_corner,
    "a line of text": _text,
    "a hole": _hole,
    "another background": _fill,
    "a shift": lambda image: ImageChops.offset(image, max(2, image.width // 60), 0),
    "turned around": lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "other colours": lambda i: Image.merge("RGBA", [i.split()[n] for n in (1, 0, 2, 3)]),
    "more transparent": lambda image: _with_alpha(image, 0.8),
}


def _with_alpha(image: Image.Image, share: float) -> Image.Image:
    image.putalpha(image.getchannel("A").point([round(share * value) for value in range(256)]))
    return image


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_image_does_not_pass(
    change: Callable[[Image.Image], Image.Image | None],
) -> None:
    """However small the change, as long as a reader can see it."""
    for still in [still for still in STILLS if still.stem == "transparent_image"][::3]:
        for side in (96, 240, 480):
            small = resize(decode(still), side, side)
            changed = small.convert("RGBA")
            changed = change(changed) or changed
            assert excess(changed, small) > 1, still


def test_no_pose_passes_for_another() -> None:
    """All of them are of the same few mascots."""
    for side in (48, 240):
        images = [resize(decode(still), side, side) for still in STILLS if still.stem == "image"]
        pairs = [(a, b) for a in images for b in images if a is not b]
        assert all(excess(one, other) > 2 for one, other in pairs)


def test_colours_of_what_is_clear_count_for_nothing() -> None:
    red = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    assert excess(red, Image.new("RGBA", (16, 16))) == 0


def _with_gamma(path: Path) -> bytes:
    """Darken an image without touching its pixels."""
    content = drawn(path.parent).read_bytes()
    chunk = b"gAMA" + (10_000).to_bytes(4, "big")
    packed = (4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    return content[:33] + packed + content[33:]


@pytest.mark.parametrize("format_", ["avif", "webp"])
def test_what_metadata_turns_does_not_pass(format_: Format, tmp_path: Path) -> None:
    """Its pixels, turned as Exif says, are those of the original; not every browser turns them."""
    source = drawn(tmp_path, "original.png")
    path = tmp_path / f"turned.{format_}"
    exif = Image.Exif()
    exif[0x0112] = 3  # half a turn
    DRAWN.rotate(180).save(path, format_, exif=exif)
    ((_, result),) = compare_variants(source, [(variant(format_), path)])
    assert isinstance(result, MediaError)
    assert "has more in it than pixels" in str(result)


@pytest.mark.parametrize("format_", ["avif", "webp"])
def test_a_profile_of_other_colours_does_not_pass(format_: Format, tmp_path: Path) -> None:
    source, path = drawn(tmp_path, "original.png"), tmp_path / "variant"
    DRAWN.save(path, format_, icc_profile=other_profile())
    ((_, result),) = compare_variants(source, [(variant(format_), path)])
    assert isinstance(result, MediaError)


FRAME = Image.new("RGBA", DRAWN.size, (200, 0, 0, 255))
FILES: dict[str, Callable[[Path], object]] = {
    "HTML": lambda path: path.write_bytes(b"<!DOCTYPE html>"),
    "empty": lambda path: path.write_bytes(b""),
    "another type": lambda path: DRAWN.save(path, "webp"),
    "another size": lambda path: DRAWN.resize((47, 48)).save(path, "png"),
    "a moving one": lambda path: DRAWN.save(path, "png", save_all=True, append_images=[FRAME]),
    "half of it": lambda path: path.write_bytes(drawn(path.parent).read_bytes()[:500]),
    "one with a profile": lambda path: DRAWN.save(path, "png", icc_profile=other_profile()),
    "one with Exif": lambda path: DRAWN.save(path, "png", exif=talkative()["exif"]),
    "one with a chunk for its gamma": lambda path: path.write_bytes(_with_gamma(path)),
    "one with something behind it": lambda path: path.write_bytes(
        drawn(path.parent).read_bytes() + b"<script>"
    ),
    "a folder": lambda path: path.mkdir(),
    "nothing": lambda path: path.unlink(missing_ok=True),
    "too large a file": lambda path: path.write_bytes(
        drawn(path.parent).read_bytes() + bytes(16 * 2**20)
    ),
}


@pytest.mark.parametrize("write", FILES.values(), ids=FILES)
def test_a_file_that_is_no_such_variant_does_not_pass(
    write: Callable[[Path], object], tmp_path: Path
) -> None:
    source, path = drawn(tmp_path, "original.png"), tmp_path / "variant"
    write(path)
    ((_, result),) = compare_variants(source, [(variant(), path)])
    assert isinstance(result, MediaError)


def test_an_original_that_cannot_be_decoded_has_no_variants(tmp_path: Path) -> None:
    (tmp_path / "fox.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    files = [(variant("png", side), drawn(tmp_path, f"{side}.png")) for side in (24, 48)]
    results = compare_variants(tmp_path / "fox.png", files)
    assert [each for each, _ in results] == [variant("png", 24), variant("png", 48)]
    assert all(isinstance(result, MediaError) for _, result in results)


def test_many_originals_are_compared_side_by_side(tmp_path: Path) -> None:
    """In the order of the jobs, as variants are encoded."""
    sources = [drawn(tmp_path, f"{number}.png") for number in range(3)]
    other = saved(tmp_path / "other.png", FRAME)
    jobs = [(source, ((variant(), sources[0]), (variant(), other))) for source in sources]
    results = [(path, type(result)) for path, _, result in compare_all(jobs, workers=2)]
    assert results == [(source, kind) for source in sources for kind in (str, MediaError)]
    wide = Variant(format="png", width=48, height=48)
    assert wide == variant()
