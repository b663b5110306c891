"""Whether a file from elsewhere is a variant of an original, or another picture in its place.

An encoder of another platform gives other bytes, so a hash cannot tell; the pixels can. They are
compared with those of the resized original, in blocks of 8 x 8 px, so that a small change counts
as much as a large one. Where the original is busy a codec errs more, and more is allowed; where it
is smooth, as around a mascot, hardly anything is.
"""

from __future__ import annotations

import hashlib
import io
import struct
from functools import reduce
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.media_types import MEDIA_TYPES
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.probe.avif import primary_properties
from mkdocs_masko.probe.bmff import FILE, iter_boxes
from mkdocs_masko.probe.reader import BoundedReader
from mkdocs_masko.variants.images import EncoderFailure, as_media_error, to_srgb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

    from mkdocs_masko.variants.images import Still
    from mkdocs_masko.variants.plan import Format, Variant

_BLOCK = 8  # px; both codecs work in blocks of that size or of a multiple
_BLUR = 2  # px; what a blur of that radius takes away is detail
_MEAN_ERROR = 8, 0.25  # most levels of 255 for the mean of a block, and more per level of detail
_ERROR = 10, 0.25  # the same for the mean error of its pixels
# Encodings of the sandbox's stills, of text, lines and noise at 1 to 512 px, by these and by five
# other settings, stay below nine tenths of it. A logo of a twelfth of the width does not, nor a
# line of text, a shift by a sixtieth, or a sixth less light.

_PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_WEBP_CHUNKS = {b"VP8X", b"ALPH", b"VP8 ", b"VP8L"}
_AVIF_BOXES = {b"ftyp", b"meta", b"mdat"}
_AVIF_COLOUR = b"colrnclx\x00\x01\x00\x0d\x00\x06\x80"  # sRGB, as libavif writes it for Pillow
_AVIF_TRANSFORMS = (b"irot", b"imir", b"clap", b"grid", b"iovl")
_PNG_SIGNATURE, _RIFF_HEADER = 8, 12  # bytes

_MAX_BYTES = 16 * 1024 * 1024  # no variant of 40 megapixels that is worth publishing is larger


class NotTheVariant(MediaError):
    """A file shows something else than its original, or more than our encoders write."""


def compare(still: Still, variant: Variant, path: Path) -> str:
    """Compare a file with the original that it should be a variant of.

    Args:
        still: The original.
        variant: What the file should be.
        path: The file.

    Returns:
        The sha256 of the bytes that were compared.

    Raises:
        NotTheVariant: They are not the variant.
        EncoderFailure: Memory or a disk failed, which says nothing of the file.
    """
    try:
        with as_media_error(path):
            with path.open("rb") as file:
                content = file.read(_MAX_BYTES + 1)
            pixels = _decode_variant(content, variant)
            if not is_alike(pixels, still.resized(variant)):
                raise MediaError("shows something else")  # noqa: TRY301 - one way to say why
    except EncoderFailure:
        raise
    except MediaError as error:
        raise NotTheVariant(str(error)) from error
    return hashlib.sha256(content).hexdigest()


def _decode_variant(content: bytes, variant: Variant) -> Image:
    """Decode a file that claims to be a variant; nothing in it is believed."""
    facts = probe_bytes(content)
    expected = (f"image/{variant.format}", variant.width, variant.height)
    if len(content) > _MAX_BYTES or (facts.type, facts.width, facts.height) != expected:
        raise MediaError("is of another type or size")
    if facts.orientation != 1 or not _has_pixels_alone(content, variant.format):
        raise MediaError("has more in it than pixels")
    from PIL import Image  # noqa: PLC0415 - only who compares pays for Pillow

    with Image.open(io.BytesIO(content), formats=[MEDIA_TYPES[facts.type].name.upper()]) as image:
        # The frame may be larger than the header says, and a second frame shows another picture.
        if image.size != expected[1:] or getattr(image, "n_frames", 1) != 1:
            raise MediaError("is of another size, or moves")
        return to_srgb(image)


def _has_pixels_alone(content: bytes, format_: Format) -> bool:
    """Tell whether nothing in a file makes a browser show its pixels otherwise.

    Metadata can turn an image or change its colours, and browsers do not follow it alike. None of
    our encoders writes any.
    """
    if format_ == "avif":
        return _is_plain_avif(content)
    try:
        kinds = set(_png_chunks(content) if format_ == "png" else _webp_chunks(content))
    except struct.error:  # there is a rest that is no chunk
        return False
    return kinds <= (_PNG_CHUNKS if format_ == "png" else _WEBP_CHUNKS)


def _is_plain_avif(content: bytes) -> bool:
    """Tell whether an AVIF has one image, in sRGB, that nothing turns or crops.

    Everything outside its media box counts, even where not every browser looks.
    """
    source = BoundedReader(lambda offset, length: content[offset : offset + length])
    boxes = list(iter_boxes(source, FILE))
    if not {box.kind for box in boxes} <= _AVIF_BOXES:
        return False
    parts = [content[box.start : box.end] for box in boxes if box.kind != b"mdat"]
    if any(name in part for part in parts for name in _AVIF_TRANSFORMS):
        return False
    metas = [box for box in boxes if box.kind == b"meta"]
    own = [property_.kind for meta in metas for property_ in primary_properties(source, meta)]
    counts = (sum(part.count(name) for part in parts) for name in (b"colr", _AVIF_COLOUR))
    # Without a linked `colr`, a browser takes the colours that the stream names.
    return (own.count(b"colr"), *counts) == (1, 1, 1)


def _png_chunks(content: bytes) -> Iterator[bytes]:
    at = _PNG_SIGNATURE
    while at < len(content):
        size, kind = struct.unpack_from(">L4s", content, at)
        yield kind
        at += 12 + size  # length, type and CRC are four bytes each


def _webp_chunks(content: bytes) -> Iterator[bytes]:
    at = _RIFF_HEADER
    while at < len(content):
        kind, size = struct.unpack_from("<4sL", content, at)
        yield kind
        at += 8 + size + size % 2


def is_alike(one: Image, other: Image) -> bool:
    """Tell whether two images of the same size look the same.

    Args:
        one: `RGB` or `RGBA`.
        other: The one that allows for errors where it is busy.
    """
    return excess(one, other) < 1


def excess(one: Image, other: Image) -> float:
    """Return the largest error of any block, as a share of what is allowed there."""
    from PIL import ImageChops  # noqa: PLC0415 - only who compares pays for Pillow

    bands, expected = _bands(one), _bands(other)
    detail = _detail(expected)
    means = (
        ImageChops.difference(_blocks(band), _blocks(band_expected))
        for band, band_expected in zip(bands, expected, strict=True)
    )
    # Colours are compared by the mean alone: WebP keeps them at half the resolution.
    errors = (
        _blocks(ImageChops.difference(plane, plane_expected))
        for plane, plane_expected in zip(_shades(bands), _shades(expected), strict=True)
    )
    return max(
        *(_largest_share(blocks, detail, *_MEAN_ERROR) for blocks in means),
        *(_largest_share(blocks, detail, *_ERROR) for blocks in errors),
    )


def _bands(image: Image) -> tuple[Image, ...]:
    """Return the colours weighed by alpha, as what is clear has none, and alpha."""
    return image.convert("RGBA").convert("RGBa").split()


def _shades(bands: tuple[Image, ...]) -> tuple[Image, Image]:
    """Return the grey image, and alpha."""
    from PIL import Image  # noqa: PLC0415 - only who compares pays for Pillow

    *colours, alpha = bands
    return Image.merge("RGB", colours).convert("L"), alpha


def _blocks(band: Image) -> Image:
    """Return the means of blocks of the same size, which is at most 8 x 8 px."""
    from PIL.Image import Resampling  # noqa: PLC0415 - only who compares pays for Pillow

    size = (-(-band.width // _BLOCK), -(-band.height // _BLOCK))
    return band.resize(size, Resampling.BOX)


def _detail(bands: tuple[Image, ...]) -> Image:
    """Return how busy each block is, or one beside it, which a codec may blur into it."""
    from PIL import ImageChops, ImageFilter  # noqa: PLC0415 - only who compares pays for Pillow

    blur = ImageFilter.GaussianBlur(_BLUR)
    blocks = (_blocks(ImageChops.difference(band, band.filter(blur))) for band in bands)
    return reduce(ImageChops.lighter, blocks).filter(ImageFilter.MaxFilter(3))


def _largest_share(errors: Image, detail: Image, most: float, per_level: float) -> float:
    pairs = zip(errors.tobytes(), detail.tobytes(), strict=True)
    return max(error / (most + per_level * level) for error, level in pairs)
