"""From pixels to the bytes of a form."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.media_types import MEDIA_TYPES
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants.plan import EXACT_ALPHA, FEW_COLOURS, LOSSLESS, SAVING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from PIL.Image import Image

    from mkdocs_masko.variants.plan import Variant

_OPAQUE = 255
_FAINT = 32  # below, eight bits of colour weighed by alpha are too coarse to go by
_SHADES = range(1 << 16)


def to_srgb(image: Image) -> Image:
    """Return a picture as `RGB` or, where any pixel is transparent, as `RGBA`.

    It is turned as its Exif says, and its colours are those of sRGB, whatever its profile.
    """
    from PIL import ImageOps  # noqa: PLC0415 - only who encodes pays for Pillow

    profile = image.info.get("icc_profile")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    pixels = _eight_bits(image)
    pixels = _in_srgb(pixels, profile) if profile else pixels
    pixels = pixels.convert("RGBA" if pixels.has_transparency_data else "RGB")
    pixels.info = {}  # of which `save` would write the profile
    return _without_idle_alpha(pixels)


def _eight_bits(image: Image) -> Image:
    """Scale grey of 16 bits, and bring what has a palette or grey with alpha to colour."""
    if image.mode.startswith("I;16"):
        return _scaled(image)
    if image.mode in {"LA", "La", "P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _scaled(image: Image) -> Image:
    """Return grey of eight bits, of which Pillow itself would keep the wrong ones."""
    clear = image.info.get("transparency")
    image = image.convert("I")  # the mode that takes a table of so many shades
    image.info = {}
    grey = image.point([round(shade / 257) for shade in _SHADES], "L")
    if clear is None:
        return grey
    grey = grey.convert("RGBA")
    grey.putalpha(image.point([_OPAQUE * (shade != clear) for shade in _SHADES], "L"))
    return grey


def _in_srgb(image: Image, profile: bytes) -> Image:
    from PIL import ImageCms  # noqa: PLC0415

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, own, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one of another colour space
        return image


def _without_idle_alpha(image: Image) -> Image:
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (_OPAQUE, _OPAQUE):
        return image.convert("RGB")
    return image


def edge_coloured(image: Image) -> Image:
    """Give what is clear the colour of the edge around it, which a lossy codec mixes it with.

    Left black, it would darken the edge of anything bright, and cost bytes besides.
    """
    if image.mode != "RGBA":
        return image
    from PIL import Image as images  # noqa: N813, PLC0415 - the module, beside its class
    from PIL import ImageStat  # noqa: PLC0415

    alpha, colours = image.getchannel("A"), image.convert("RGB")
    shown = alpha.point(lambda value: _OPAQUE * (value > 0))
    edge = alpha.point(lambda value: _OPAQUE * (_FAINT < value < _OPAQUE))
    mean = ImageStat.Stat(colours, edge if edge.getbbox() else shown).mean
    filled = images.new("RGB", image.size, tuple(round(value) for value in mean))
    filled.paste(colours, mask=shown)
    filled.putalpha(alpha)
    return filled


LONGEST_SIDE = 8192
"""Most px that a still may be wide or high."""
MOST_PIXELS = 40_000_000
"""Most px that a still may have in all."""


def decoded(source: Path) -> Image:
    """Read a still; of an animation, its first picture.

    Returns:
        The pixels, `RGB` or, where any may be transparent, `RGBA` with straight alpha.

    Raises:
        MediaError: The file is no still, is damaged, or is larger than 8,192 px a side or
            40 megapixels, which is told before anything is unpacked.
    """
    with as_media_error(source):
        data = source.read_bytes()
        format_ = _format(data)
        from PIL import Image  # noqa: PLC0415 - only who encodes pays for Pillow

        with Image.open(io.BytesIO(data), formats=[format_]) as image:
            _check_size(*image.size)  # of the frame, which may be larger than its header says
            return to_srgb(image)


@contextmanager
def as_media_error(source: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a file into a `MediaError` that names it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's doubts about metadata, which is dropped
            yield
    except MaskoError as error:
        raise MediaError(f"{sanitize(source.name)}: {error}") from error
    except Exception as error:  # Pillow raises from five families, SyntaxError among them
        reason = sanitize(str(error)) or type(error).__name__
        raise MediaError(f"{sanitize(source.name)}: cannot be used as a still: {reason}") from error


def _format(data: bytes) -> str:
    facts = probe_bytes(data)
    if not facts.type.startswith("image/"):
        raise MediaError(f"is {facts.type}, where a still belongs")
    _check_size(facts.width, facts.height)
    return MEDIA_TYPES[facts.type].name.upper()  # as Pillow names its formats


def _check_size(width: int, height: int) -> None:
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise MediaError(
            f"is {width} x {height} px; a still may have {LONGEST_SIDE} px a side "
            f"and {MOST_PIXELS // 1_000_000} megapixels: publish a smaller one"
        )


def encode(source: Path, form: Variant) -> bytes:
    """Make one form of a still.

    No metadata is kept, and equal pixels give equal bytes. The result may be larger than
    another format's: whether it is worth publishing is for the caller to say.

    Raises:
        MediaError: The file is no still, is damaged or too large, or the form is larger
            than it.
    """
    image = decoded(source)
    with as_media_error(source):
        return _written(_resized(image, form.width, form.height), form, image)


def encoded(source: Path, forms: Iterable[Variant]) -> list[tuple[Variant, bytes | MediaError]]:
    """Make several forms of a still, which is decoded once, and resized once to each size."""
    try:
        image = decoded(source)
    except MediaError as error:
        return [(form, error) for form in forms]
    resized = cache(partial(_resized, image))
    return [(form, _attempt(source, image, resized, form)) for form in forms]


def _attempt(
    source: Path, image: Image, resized: Callable[[int, int], Image], form: Variant
) -> bytes | MediaError:
    try:
        with as_media_error(source):
            return _written(resized(form.width, form.height), form, image)
    except MediaError as error:
        return error


def _resized(image: Image, width: int, height: int) -> Image:
    if (width, height) == image.size:
        return image
    if not (0 < width <= image.width and 0 < height <= image.height):
        raise MediaError(
            f"has {image.width} x {image.height} px, not enough for {width} x {height}"
        )
    from PIL.Image import Resampling  # noqa: PLC0415

    return image.resize((width, height), Resampling.LANCZOS)  # weighs colour by alpha by itself


def _written(image: Image, form: Variant, original: Image) -> bytes:
    how, file = _settings(image, form, full_size=image is original), io.BytesIO()
    shown = edge_coloured(image) if form.format == "avif" else image  # libwebp does that itself
    shown.save(file, form.format, **how)
    return file.getvalue()


def _settings(image: Image, form: Variant, *, full_size: bool) -> dict[str, Any]:
    if form.format == "avif" and full_size:
        return EXACT_ALPHA
    if form.format == "webp" and image.getcolors(FEW_COLOURS):
        return LOSSLESS
    return SAVING[form.format]
