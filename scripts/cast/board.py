"""From an act to pixels: stills and frames, with alpha or on a flat colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import skia

from cast.pen import Pen, colour

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Act = Callable[[Pen, float], None]
    Pixels = NDArray[np.uint8]

BOARD = 512
"""Width and height in px of the board the acts are drawn on."""


@dataclass(frozen=True, slots=True)
class Scene:
    """An act, the ink of its outlines and the flat colour behind it when it is opaque."""

    act: Act
    ink: str
    backdrop: str


def opaque(scene: Scene, size: int, t: float = 0) -> Pixels:
    """One moment of a scene on its backdrop, as RGBA."""
    return _drawn(scene, size, t, colour(scene.backdrop), skia.kUnpremul_AlphaType)


def cut_out(scene: Scene, size: int, t: float = 0) -> Pixels:
    """One moment of a scene as RGBA with straight alpha.

    Where nothing is drawn the colour is the ink, not black, so that a codec which blends
    neighbouring pixels blends the outline with itself.
    """
    pixels = _drawn(scene, size, t, 0, skia.kUnpremul_AlphaType)
    rgb = colour(scene.ink)
    pixels[pixels[..., 3] == 0, :3] = (rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255)
    return pixels


def over_black(scene: Scene, size: int, t: float = 0) -> Pixels:
    """One moment of a scene as RGBA, its colour multiplied by its alpha."""
    return _drawn(scene, size, t, 0, skia.kPremul_AlphaType)


def _drawn(scene: Scene, size: int, t: float, ground: int, alpha: object) -> Pixels:
    surface = skia.Surface(size, size)
    canvas = surface.getCanvas()
    canvas.clear(ground)
    canvas.scale(size / BOARD, size / BOARD)
    scene.act(Pen(canvas, scene.ink), t)
    image: Any = surface.makeImageSnapshot()
    pixels: Pixels = image.toarray(colorType=skia.kRGBA_8888_ColorType, alphaType=alpha)
    return pixels
