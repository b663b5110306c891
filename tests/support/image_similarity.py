"""How alike two pictures are: structural similarity, and the largest error of transparency.

SSIM is that of Wang, Bovik, Sheikh and Simoncelli (2004): a Gaussian window of 11 px with a
standard deviation of 1.5 px, the constants 0.01 and 0.03, here the mean of red, green and blue.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WHITE, GREY = 255, 128
"""Grounds that a transparent picture is looked at on: any error of its edge shows on one."""

_AWAY = np.arange(-5, 6)
_WINDOW = np.exp(-((_AWAY / 1.5) ** 2) / 2) / np.exp(-((_AWAY / 1.5) ** 2) / 2).sum()
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def pixels(image: Image.Image) -> Floats:
    """Return rows of RGBA, 0 to 255."""
    return np.asarray(image.convert("RGBA"), np.float64)


def over(rgba: Floats, ground: int) -> Floats:
    """Lay a picture on a grey ground."""
    share = rgba[..., 3:] / 255
    return rgba[..., :3] * share + ground * (1 - share)


def ssim(one: Floats, other: Floats) -> float:
    """Return how alike two pictures without alpha are, 1.0 for equal ones."""
    mean_1, mean_2 = _blurred(one), _blurred(other)
    spread_1 = _blurred(one * one) - mean_1 * mean_1
    spread_2 = _blurred(other * other) - mean_2 * mean_2
    common = _blurred(one * other) - mean_1 * mean_2
    alike = (2 * mean_1 * mean_2 + _C1) * (2 * common + _C2)
    return float((alike / ((mean_1**2 + mean_2**2 + _C1) * (spread_1 + spread_2 + _C2))).mean())


def _blurred(values: Floats) -> Floats:
    return _blurred_down(_blurred_down(values).swapaxes(0, 1)).swapaxes(0, 1)


def _blurred_down(values: Floats) -> Floats:
    length = len(values) - 10
    blurred = np.zeros((length, *values.shape[1:]))
    for at, weight in enumerate(_WINDOW):
        blurred += weight * values[at : at + length]
    return blurred


def likeness(one: Image.Image, other: Floats) -> float:
    """Return the lower SSIM of two pictures, on white and on grey."""
    return min(ssim(over(pixels(one), ground), over(other, ground)) for ground in (WHITE, GREY))


def alpha_error(one: Image.Image, other: Image.Image) -> int:
    """Return the largest difference of transparency, of 255."""
    return int(np.abs(pixels(one)[..., 3] - pixels(other)[..., 3]).max())


def lanczos(image: Image.Image, size: tuple[int, int]) -> Floats:
    """Return the picture resized as exactly as can be: in floats, its colour weighed by alpha."""
    rgba = pixels(image)
    rgba[..., :3] *= rgba[..., 3:] / 255
    planes = (Image.fromarray(rgba[..., at].astype(np.float32)) for at in range(4))
    small = np.stack([_resized(plane, size) for plane in planes], axis=-1)
    alpha = np.clip(small[..., 3:], 0, 255)
    colour = np.clip(small[..., :3], 0, alpha) * 255 / np.maximum(alpha, 1e-6)
    return np.concatenate([colour, alpha], axis=-1)


def _resized(plane: Image.Image, size: tuple[int, int]) -> Floats:
    return np.asarray(plane.resize(size, Image.Resampling.LANCZOS), np.float64)


def gradient(width: int, height: int) -> Image.Image:
    """Draw a soft disc of changing colour, from opaque in the middle to clear outside."""
    picture = Image.new("RGBA", (width, height))
    for x, y in product(range(width), range(height)):
        away = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) ** 0.5
        alpha = round(255 * min(1, max(0, 4 - 10 * away)))
        picture.putpixel((x, y), (x * 255 // width, y * 255 // height, 120, alpha))
    return picture
