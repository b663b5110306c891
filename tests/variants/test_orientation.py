"""A variant looks the way browsers show its original: turned and scaled by the same rules.

The four letters are the colours of the quarters as Chromium 156 and Firefox 153 show them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import sites
from bmff_builder import INCH, tiff
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.variants import Variant, encode

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, HEIGHT = 60, 36
QUARTERS = {"R": (230, 20, 20), "G": (20, 180, 20), "B": (20, 20, 230), "Y": (230, 230, 20)}
TURNED = ["RGBY", "GRYB", "YBGR", "BYRG", "RBGY", "BRYG", "YGBR", "GYRB"]
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


def drawing() -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT))
    boxes = [(x, y) for y in (0, HEIGHT // 2) for x in (0, WIDTH // 2)]
    for (x, y), colour in zip(boxes, QUARTERS.values(), strict=True):
        image.paste(colour, (x, y, x + WIDTH // 2, y + HEIGHT // 2))
    return image


def saved(path: Path, exif: bytes = b"", **options: Any) -> Path:  # noqa: ANN401 - as `save` takes
    how = {"avif": {"quality": 90}, "webp": {"lossless": True}, "jpeg": {"quality": 95}}
    prefix = b"Exif\0\0" if path.suffix == ".jpeg" and exif else b""
    options |= how.get(path.suffix[1:], {})
    drawing().save(path, exif=prefix + exif, **options)
    return path


def quarters(source: Path) -> tuple[str, tuple[int, int]]:
    """Encode an image at the size that our facts tell, and look at it."""
    facts = probe_bytes(source.read_bytes())
    full = Variant(format="png", width=facts.width, height=facts.height)
    with Image.open(io.BytesIO(encode(source, full))) as encoded:
        image = encoded.convert("RGB")
        places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
        pixels = [image.getpixel((int(x * image.width), int(y * image.height))) for x, y in places]
        return "".join(map(_letter, pixels)), image.size


def _letter(pixel: object) -> str:
    assert isinstance(pixel, tuple)
    distance = {
        letter: sum(abs(a - b) for a, b in zip(pixel, colour, strict=True))
        for letter, colour in QUARTERS.items()
    }
    return min(distance, key=lambda letter: distance[letter])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpeg", "avif"])
def test_a_variant_is_turned_as_browsers_turn_the_original(
    tmp_path: Path, suffix: str, orientation: int
) -> None:
    source = saved(tmp_path / f"fox.{suffix}", exif=tiff(orientation))
    size = (HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT)
    assert quarters(source) == (TURNED[orientation - 1], size)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_variant_of_a_webp_is_not_turned(tmp_path: Path, orientation: int) -> None:
    source = saved(tmp_path / "fox.webp", exif=tiff(orientation))
    assert quarters(source) == (TURNED[0], (WIDTH, HEIGHT))


@pytest.mark.parametrize("suffix", ["png", "jpeg", "avif", "webp"])
def test_no_variant_is_turned_by_xmp(tmp_path: Path, suffix: str) -> None:
    text: dict[str, Any] = {"xmp": XMP}
    if suffix == "png":
        chunks = PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", XMP.decode())
        text = {"pnginfo": chunks}
    source = saved(tmp_path / f"fox.{suffix}", **text)
    assert quarters(source) == (TURNED[0], (WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("dpi", "size"),
    [((144, 144), (30, 18)), ((36, 36), (120, 72)), ((144, 72), (30, 36)), ((36, 144), (120, 18))],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_variant_of_a_jpeg_has_the_size_that_its_density_gives_it(
    tmp_path: Path, dpi: tuple[int, int], size: tuple[int, int], orientation: int
) -> None:
    source = saved(tmp_path / "fox.jpeg", exif=tiff(orientation, density=(dpi, INCH, size)))
    expected = size[::-1] if orientation > 4 else size
    assert quarters(source) == (TURNED[orientation - 1], expected)


@pytest.mark.parametrize(
    ("name", "size"), [("orientation-6.png", (180, 300)), ("orientation-6.webp", (300, 180))]
)
def test_a_photo_is_turned_where_browsers_turn_it(name: str, size: tuple[int, int]) -> None:
    assert quarters(sites.ROOT / "tests/data/stills" / name)[1] == size


def test_damaged_exif_turns_nothing_and_stops_no_variant(tmp_path: Path) -> None:
    chunks = PngInfo()
    chunks.add_text("Raw profile type exif", "\nexif\n    8\nnot hex\n")
    source = saved(tmp_path / "fox.png", pnginfo=chunks)
    assert quarters(source) == (TURNED[0], (WIDTH, HEIGHT))
