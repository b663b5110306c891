"""Variants of still images: the encoder settings, and the way from a file to encoded bytes.

Pillow decodes and encodes. It is imported only where it is used, because most builds find all
variants in the cache.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import warnings
from contextlib import contextmanager
from functools import cache
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Any

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.media_types import MEDIA_TYPES
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

    from mkdocs_masko.probe import MediaInfo
    from mkdocs_masko.variants.plan import Variant

_ALPHA_PLANE = {"alpha:tune": "ssim", "alpha:cpu-used": "6", "alpha:cq-level": "32"}
_AVIF: dict[str, Any] = {
    "codec": "aom",
    "quality": 52,
    "subsampling": "4:4:4",  # outlines are where the colour changes, and blur with less
    "speed": 6,
    "max_threads": 1,  # images are encoded side by side
    "advanced": {"color:tune": "iq", **_ALPHA_PLANE},
}
_AVIF_SMALL: dict[str, Any] = {
    **_AVIF,
    "quality": 47,
    "speed": 4,  # the faster speeds cost most where few pixels have much in them
    "advanced": {
        "color:tune": "ssim",
        "color:enable-ab-partitions": "0",  # a fifth of the time, for no loss
        "color:enable-filter-intra": "0",
        "color:enable-intrabc": "0",  # nor are these of use to soft shades
        "color:enable-palette": "0",
        **_ALPHA_PLANE,
    },
}
_SMALL = 256 * 256  # px; up to here the second settings cost little, and gain most
_WEBP: dict[str, Any] = {"quality": 80, "method": 4, "alpha_quality": 100}
_PNG: dict[str, Any] = {"compress_level": 6}  # `optimize` takes five times as long for 1.5 %
# What `Image.save` gets, by format. Chosen by SSIMULACRA2 on white, grey and black, on 24 of the
# illustrations of `benchmarks/media_stills.py`, and reported on the other 24. "advanced" goes to
# libaom; `alpha:` is for the alpha plane, which AVIF stores as an image of its own.

_EXACT_ALPHA = {"alpha:lossless": "1"}
# For an AVIF of the original's own size, whose alpha no resize has touched yet.

_WEBP_LOSSLESS: dict[str, Any] = {"lossless": True, "quality": 60}
_FEW_COLOURS = 256  # up to here a PNG has a palette, and a lossless WebP is smaller as well

_REVISION = 4  # raised with any change of what is done to the pixels before they are encoded
_COMPILED = re.compile(r"^[^,]+\.(?:so|pyd|dylib|dll)[^,]*,sha256=[^,]+", re.MULTILINE)


@cache
def settings() -> str:
    """Hash what shapes the bytes of variants: settings and libraries. It is part of a cache's key.

    Found out when a variant is named, because a site without any needs not know.
    """
    pillow = distribution("pillow")
    # The list of installed files has the hash of each bundled codec, without importing any.
    codecs = sorted(_COMPILED.findall(pillow.read_text("RECORD") or ""))
    values = [_AVIF, _AVIF_SMALL, _SMALL, _EXACT_ALPHA, _WEBP, _WEBP_LOSSLESS, _PNG, _FEW_COLOURS]
    text = json.dumps([_REVISION, values, pillow.version, codecs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode(source: Path, variant: Variant) -> bytes:
    """Make one variant of an image.

    No metadata is kept, and equal pixels give equal bytes. The result may be larger than
    another format's: whether it is worth publishing is for the caller to say.

    Raises:
        MediaError: The file is no still image, is damaged or too large, or the variant is larger
            than it.
    """
    return Still(source).encode(variant)


class Still:
    """An image that is decoded once, and resized once to each size.

    Args:
        source: Its file.

    Raises:
        MediaError: The file is no still image, is damaged or too large.
    """

    def __init__(self, source: Path) -> None:
        self._source, self._original = source, decode(source)
        self._resized: dict[tuple[int, int], Image] = {}

    def resized(self, variant: Variant) -> Image:
        """Return the pixels of a variant before they are encoded."""
        size = variant.width, variant.height
        if size not in self._resized:
            self._resized[size] = resize(self._original, *size)
        return self._resized[size]

    def encode(self, variant: Variant) -> bytes:
        """Make a variant.

        Raises:
            MediaError: It is larger than the image, or cannot be encoded.
        """
        with as_media_error(self._source):
            return _save(self.resized(variant), variant, self._original)


def resize(image: Image, width: int, height: int) -> Image:
    """Return an image at a size, which is not larger than its own."""
    if (width, height) == image.size:
        return image
    if not (0 < width <= image.width and 0 < height <= image.height):
        raise MediaError(
            f"has {image.width} x {image.height} px, not enough for {width} x {height}"
        )
    from PIL.Image import Resampling  # noqa: PLC0415 - only who encodes pays for Pillow

    # Pillow resizes RGBA with premultiplied alpha by itself, so that no dark fringe appears.
    return image.resize((width, height), Resampling.LANCZOS)


def _save(image: Image, variant: Variant, original: Image) -> bytes:
    if variant.format == "avif":
        # libwebp bleeds colours into transparent pixels by itself; libaom does not.
        image_settings = _avif_settings(image, full_size=image is original)
        return _write(bleed_edge_colour(image), "avif", image_settings)
    has_few_colours = bool(image.getcolors(_FEW_COLOURS))
    if variant.format == "webp":
        return _write(image, "webp", _WEBP_LOSSLESS if has_few_colours else _WEBP)
    plain = _write(image, "png", _PNG)
    return min(plain, _write_palette(image), key=len) if has_few_colours else plain


def _avif_settings(image: Image, *, full_size: bool) -> dict[str, Any]:
    is_small = image.width * image.height <= _SMALL
    chosen = _AVIF_SMALL if is_small or not has_tune("iq") else _AVIF
    return {**chosen, "advanced": {**chosen["advanced"], **_EXACT_ALPHA}} if full_size else chosen


@cache
def has_tune(name: str) -> bool:
    """Tell whether libaom knows what to tune for: "iq" since 3.12, which all wheels of Pillow have.

    A Pillow that was built on its own may have an older one.
    """
    from PIL import Image as images  # noqa: N813, PLC0415 - the module, beside its class

    try:
        _write(images.new("RGB", (1, 1)), "avif", {**_AVIF, "advanced": {"color:tune": name}})
    except ValueError:
        return False
    return True


def _write(image: Image, format_: str, save_settings: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **save_settings)
    return file.getvalue()


def _write_palette(image: Image) -> bytes:
    """Write a PNG with a palette: each pixel as it is, in a quarter of the bytes or less."""
    from PIL import Image as images  # noqa: N813, PLC0415 - the module, beside its class

    data = image.convert("RGBA").tobytes()
    pixels = [data[at : at + 4] for at in range(0, len(data), 4)]
    # Those with alpha come first, because only up to the last of them alpha is written.
    colours = sorted(set(pixels), key=lambda colour: (colour[3] == _OPAQUE, colour))
    numbers = {colour: number for number, colour in enumerate(colours)}
    indexed = images.frombytes("P", image.size, bytes(map(numbers.__getitem__, pixels)))
    indexed.putpalette(b"".join(colour[:3] for colour in colours))
    alpha = bytes(colour[3] for colour in colours if colour[3] < _OPAQUE)
    return _write(indexed, "png", {**_PNG, **({"transparency": alpha} if alpha else {})})


def decode(source: Path) -> Image:
    """Read a still image; of an animation, its first frame.

    Returns:
        The pixels in sRGB, `RGB` or, where any may be transparent, `RGBA` with straight alpha.

    Raises:
        MediaError: The file is no still image, is damaged, or is larger than 8,192 px a side or
            40 megapixels, which is checked before anything is decompressed.
    """
    from mkdocs_masko.probe import check_pixel_count, probe_bytes  # noqa: PLC0415 - only who encodes

    with as_media_error(source):
        data = source.read_bytes()
        facts = probe_bytes(data)
        if not facts.type.startswith("image/"):
            raise MediaError(f"is {facts.type}, where a still belongs")
        check_pixel_count(facts.width, facts.height)
        format_ = MEDIA_TYPES[facts.type].name.upper()  # Pillow's names are the usual ones
        from PIL import Image  # noqa: PLC0415 - only who encodes pays for Pillow

        with Image.open(io.BytesIO(data), formats=[format_]) as image:
            check_pixel_count(*image.size)  # of the frame, which may be larger than its header says
            return _orient(to_srgb(image), facts)


class EncoderFailure(MediaError):
    """Nothing is wrong with the file: memory or a disk failed, and may not the next time."""


@contextmanager
def as_media_error(source: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a file into a `MediaError` that names it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's doubts about metadata, which is dropped
            yield
    except MaskoError as error:
        raise MediaError(f"{sanitize(source.name)}: {error}") from error
    except (OSError, MemoryError) as error:
        kind = MediaError if getattr(error, "errno", 0) is None else EncoderFailure
        raise kind(
            f"{sanitize(source.name)}: cannot be used as a still: {_reason(error)}"
        ) from error
    except Exception as error:  # Pillow raises from five families, SyntaxError among them
        raise MediaError(
            f"{sanitize(source.name)}: cannot be used as a still: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """Say what Pillow found; it names the object that it read from, which tells nobody anything."""
    text = sanitize(str(error))
    if text.startswith("cannot identify image file"):
        return "it is damaged"
    return text or type(error).__name__


_OPAQUE = 255
_FAINT = 32  # below, eight bits of colour weighed by alpha are too coarse to go by
_16_BIT_SHADES = range(1 << 16)


def to_srgb(image: Image) -> Image:
    """Return an image as `RGB` or, where any pixel is transparent, as `RGBA`.

    Its colours are those of sRGB, whatever its profile.
    """
    profile = image.info.get("icc_profile")
    image.load()
    pixels = _to_8_bit(image)
    pixels = _apply_profile(pixels, profile) if profile else pixels
    pixels = pixels.convert("RGBA" if pixels.has_transparency_data else "RGB")
    pixels.info = {}  # `save` would write the profile that is in there
    return _drop_opaque_alpha(pixels)


# By Exif's orientation. Not by Pillow's `exif_transpose`, which also turns what browsers do not: a
# WebP, or whatever has an orientation in XMP alone.
_TRANSPOSE = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def _orient(image: Image, facts: MediaInfo) -> Image:
    """Turn an image as browsers do, and enlarge one that they show larger than its pixels are."""
    from PIL.Image import Resampling, Transpose  # noqa: PLC0415 - only who encodes pays for Pillow

    if facts.orientation in _TRANSPOSE:
        image = image.transpose(Transpose[_TRANSPOSE[facts.orientation]])
    size = max(image.width, facts.width), max(image.height, facts.height)
    return image if size == image.size else image.resize(size, Resampling.LANCZOS)


def _to_8_bit(image: Image) -> Image:
    """Scale 16-bit grey, and convert palettes and grey with alpha to colour."""
    if image.mode.startswith("I;16"):
        return _scale_16_bit_grey(image)
    if image.mode in {"LA", "La", "P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _scale_16_bit_grey(image: Image) -> Image:
    """Return 8-bit grey; Pillow's own conversion clips at 255 instead of scaling."""
    transparent_shade = image.info.get("transparency")
    image = image.convert("I")  # the mode that takes a look-up table of so many shades
    image.info = {}
    grey = image.point([round(shade / 257) for shade in _16_BIT_SHADES], "L")
    if transparent_shade is None:
        return grey
    grey = grey.convert("RGBA")
    alpha = [_OPAQUE * (shade != transparent_shade) for shade in _16_BIT_SHADES]
    grey.putalpha(image.point(alpha, "L"))
    return grey


def _apply_profile(image: Image, profile: bytes) -> Image:
    from PIL import ImageCms  # noqa: PLC0415 - only who encodes pays for Pillow

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, own, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one of another colour space
        return image


def _drop_opaque_alpha(image: Image) -> Image:
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (_OPAQUE, _OPAQUE):
        return image.convert("RGB")
    return image


def bleed_edge_colour(image: Image) -> Image:
    """Give transparent pixels the colour of the edge around them, which a lossy codec mixes in.

    Left black, they would darken the edge of anything bright, and cost bytes besides.
    """
    if image.mode != "RGBA":
        return image
    from PIL import Image as images  # noqa: N813, PLC0415 - the module, beside its class
    from PIL import ImageStat  # noqa: PLC0415 - only who encodes pays for Pillow

    alpha, colours = image.getchannel("A"), image.convert("RGB")
    visible = alpha.point(lambda value: _OPAQUE * (value > 0))
    edge = alpha.point(lambda value: _OPAQUE * (_FAINT < value < _OPAQUE))
    # An image with hard edges has no half-transparent pixels: there the whole drawing counts.
    mean = ImageStat.Stat(colours, edge if edge.getbbox() else visible).mean
    filled = images.new("RGB", image.size, tuple(round(value) for value in mean))
    filled.paste(colours, mask=visible)
    filled.putalpha(alpha)
    return filled
