"""A palette of colours with alpha, chosen for one picture.

Pillow's own quantizers either ignore alpha or band it; the edges of a cut-out need both right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cast.board import Pixels

    Floats = NDArray[np.float32]

COLOURS = 160
_ROUNDS = 12


def indexed(pixels: Pixels) -> Image.Image:
    """The picture with a palette, each pixel mapped to its nearest entry, without dither."""
    flat, where, counts = np.unique(
        pixels.reshape(-1, 4), axis=0, return_inverse=True, return_counts=True
    )
    places = _premultiplied(flat)
    centres = _settled(places, np.sqrt(counts).astype(np.float32))
    entries = _straight(centres)
    order = np.argsort(entries[:, 3], kind="stable")
    labels = np.argsort(order)[_nearest(places, centres)]
    table = labels[where.reshape(-1)].reshape(pixels.shape[:2])
    picture = Image.fromarray(table.astype(np.uint8))
    picture.putpalette(entries[order, :3].tobytes())
    if entries[:, 3].min() < 255:  # noqa: PLR2004 - the alpha of an opaque pixel
        picture.info["transparency"] = entries[order, 3].tobytes()
    return picture


def _premultiplied(flat: Pixels) -> Floats:
    """Colours as the eye weighs them: less where they are faint, and alpha twice."""
    values = flat.astype(np.float32)
    share = values[:, 3:] / 255
    return np.concatenate([values[:, :3] * share, values[:, 3:] * 2], axis=1)


def _straight(centres: Floats) -> Pixels:
    alpha = np.round(centres[:, 3:] / 2)
    alpha[alpha > 252] = 255  # noqa: PLR2004 - an average of opaque pixels is opaque
    alpha[alpha < 3] = 0  # noqa: PLR2004 - and one of empty pixels empty
    rgb = centres[:, :3] * 255 / np.maximum(alpha, 1)
    return np.concatenate([np.clip(np.round(rgb), 0, 255), alpha], axis=1).astype(np.uint8)


def _settled(places: Floats, weights: Floats) -> Floats:
    """K-means, begun with the farthest colours, so that no small bright spot is lost."""
    centres = _spread(places, weights)
    for _ in range(_ROUNDS):
        labels = _nearest(places, centres)
        total = np.bincount(labels, weights, COLOURS)
        for axis in range(4):
            summed = np.bincount(labels, weights * places[:, axis], COLOURS)
            np.divide(summed, total, out=centres[:, axis], where=total > 0, casting="same_kind")
    return centres


def _spread(places: Floats, weights: Floats) -> Floats:
    chosen = [int(np.argmax(weights))]
    gap = np.full(len(places), np.inf, dtype=np.float32)
    for _ in range(COLOURS - 1):
        gap = np.minimum(gap, ((places - places[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(np.argmax(gap * weights)))
    start: Floats = places[chosen].copy()
    return start


def _nearest(places: Floats, centres: Floats) -> NDArray[np.intp]:
    return np.concatenate(
        [
            np.argmin(((part[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
            for part in np.array_split(places, max(1, len(places) // 2000))
        ]
    )
