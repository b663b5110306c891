"""From any mode of pixels to one: sRGB, upright, eight bits, straight alpha."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_OPAQUE = 255
_FAINT = 32  # below, eight bits of colour weighed by alpha are too coarse to go by
_SHADES = range(1 << 16)


def plain(image: Image) -> Image:
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
