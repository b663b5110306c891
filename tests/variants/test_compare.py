"""Whether a file is a variant of an original: our own are, whoever encoded them; others are not."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

from bmff_builder import box
from media_cache import sha
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.probe.bmff import FILE, Box, find_box, iter_boxes
from mkdocs_masko.probe.reader import BoundedReader
from mkdocs_masko.sandbox import MEDIA_DIR
from mkdocs_masko.variants import Variant, compare_all, encode
from mkdocs_masko.variants.compare import NotTheVariant, excess
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


def compare_variants(
    source: Path, files: list[tuple[Variant, Path]]
) -> list[tuple[Variant, str | MediaError]]:
    """Compare files with one original, in this process."""
    return [(each, result) for _, each, result in compare_all([(source, tuple(files))], workers=1)]


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


def _with_properties(avif: bytes, *properties: bytes) -> bytes:
    """Give an AVIF more properties; all but `free` are its image's, and have to be heeded."""
    source = BoundedReader(lambda offset, length: avif[offset : offset + length])
    meta = _find(source, b"meta")
    shared, links = (find_box(source, meta, b"iprp", kind, skip=4) for kind in (b"ipco", b"ipma"))
    assert shared
    assert links
    present = sum(1 for _ in iter_boxes(source, shared))
    table = bytearray(avif[links.start : links.end])
    linked = [
        0x80 | number
        for number, property_ in enumerate(properties, present + 1)
        if property_[4:8] != b"free"
    ]
    table[10] += len(linked)  # of the first item
    table[11:11] = bytes(linked)
    parts = (*_boxes(source, avif, shared), *properties)
    lists = box(b"iprp", box(b"ipco", *parts), box(b"ipma", bytes(table)))
    rest = [b for b in iter_boxes(source, meta, skip=4) if b.kind not in {b"iprp", b"iloc"}]
    places = find_box(source, meta, b"iloc", skip=4)
    assert places
    grown = len(lists) - (shared.end - shared.start) - (links.end - links.start) - 24
    moved = box(b"iloc", _moved(avif[places.start : places.end], grown))
    others = (box(each.kind, avif[each.start : each.end]) for each in rest)
    head = avif[: meta.start - 8]
    return head + box(b"meta", bytes(4), *others, moved, lists) + avif[meta.end :]


def _find(source: BoundedReader, kind: bytes) -> Box:
    return next(each for each in iter_boxes(source, FILE) if each.kind == kind)


def _boxes(source: BoundedReader, content: bytes, parent: Box) -> list[bytes]:
    return [box(b.kind, content[b.start : b.end]) for b in iter_boxes(source, parent)]


def _moved(places: bytes, by: int) -> bytes:
    """Move the pixels of all items, each of which has one extent of four-byte numbers."""
    moved = bytearray(places)
    for at in range(14, len(moved), 14):
        struct.pack_into(">L", moved, at, struct.unpack_from(">L", moved, at)[0] + by)
    return bytes(moved)


HALF_A_TURN = box(b"irot", b"\x02")
SRGB = box(b"colr", b"nclx\x00\x01\x00\x0d\x00\x06\x80")
PROPERTIES = {
    "a turn": [HALF_A_TURN],
    "a turn behind the name of the media box": [box(b"free", b"mdat"), HALF_A_TURN],
    "a mirror": [box(b"free", b"mdat"), box(b"imir", b"\x00")],
    "a crop": [box(b"free", b"mdat"), box(b"clap", bytes(32))],
    "other colours": [box(b"free", b"mdat"), SRGB.replace(b"\x0d", b"\x10")],
}


def _opaque(folder: Path) -> Path:
    return saved(folder / "original.png", DRAWN.convert("RGB"))


def _saved_avif() -> bytes:
    file = io.BytesIO()
    DRAWN.convert("RGB").save(file, "avif", quality=80)
    return file.getvalue()


@pytest.mark.parametrize("properties", PROPERTIES.values(), ids=PROPERTIES)
def test_an_avif_that_browsers_turn_does_not_pass(properties: list[bytes], tmp_path: Path) -> None:
    """However its properties hide: a decoder that leaves them out sees the right pixels."""
    source, path = _opaque(tmp_path), tmp_path / "variant"
    path.write_bytes(_with_properties(_saved_avif(), *properties))
    ((_, result),) = compare_variants(source, [(variant("avif"), path)])
    assert isinstance(result, NotTheVariant)
    assert "has more in it than pixels" in str(result)


def test_a_harmless_property_does_not_count(tmp_path: Path) -> None:
    """So it is the properties above that make the difference."""
    source, path = _opaque(tmp_path), tmp_path / "variant"
    path.write_bytes(_with_properties(_saved_avif(), box(b"free", b"mdat")))
    assert probe_bytes(path.read_bytes()).orientation == 1
    ((_, result),) = compare_variants(source, [(variant("avif"), path)])
    assert result == sha(path.read_bytes())


def _unlinked(avif: bytes) -> bytes:
    """Take its colours from an image: the last one of its links, and of all."""
    links = avif.index(b"ipma") - 4
    end = links + int.from_bytes(avif[links : links + 4], "big")
    return avif[: end - 1] + b"\x00" + avif[end:]


@pytest.mark.parametrize(
    "change",
    [
        lambda avif: _with_properties(avif.replace(b"colr", b"free"), box(b"free", SRGB)),
        _unlinked,
    ],
    ids=["in a box to skip", "not linked"],
)
def test_colours_that_an_avif_only_seems_to_have_do_not_pass(
    change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """A browser takes those that the pixels name where the image has no property with them."""
    source, path = _opaque(tmp_path), tmp_path / "variant"
    path.write_bytes(change(_saved_avif()))
    ((_, result),) = compare_variants(source, [(variant("avif"), path)])
    assert isinstance(result, NotTheVariant)
    assert "has more in it than pixels" in str(result)


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
    assert not any(isinstance(result, NotTheVariant) for _, result in results)


def test_many_originals_are_compared_side_by_side(tmp_path: Path) -> None:
    """In the order of the jobs, as variants are encoded."""
    sources = [drawn(tmp_path, f"{number}.png") for number in range(3)]
    other = saved(tmp_path / "other.png", FRAME)
    jobs = [(source, ((variant(), sources[0]), (variant(), other))) for source in sources]
    results = [(path, type(result)) for path, _, result in compare_all(jobs, workers=2)]
    assert results == [(source, kind) for source in sources for kind in (str, NotTheVariant)]
    wide = Variant(format="png", width=48, height=48)
    assert wide == variant()
