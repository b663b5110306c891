"""The hedgehog: cream face, chestnut spines, a pencil kept among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, pi, sin
from typing import TYPE_CHECKING

import skia

from cast.face import Look, blush, eye, mouth
from cast.pen import Tone
from cast.shapes import Point, curve, oval, tube, whole

if TYPE_CHECKING:
    from cast.pen import Pen

INK = "#3a211b"
DARK = "#2a1714"
SPINES = Tone("#a8664a", "#874a35", "#c58462")
BACK = Tone("#8a4e39", "#6e3a2b", "#a3634a")
SKIN = Tone("#ffe6c7", "#f3c9a0")
BELLY = Tone("#fff4e2", "#f6ddc0")
PAW = Tone("#f7c79c", "#e6a97c", "#ffdcb8")
LEAF = Tone("#6cc24a", "#4a9c39", "#97de6d")
WOOD = Tone("#ffc93d", "#eda01f", "#ffe08a")

FACE = whole(
    curve(
        "M -1 -64 L 1 -64 C 20 -84 66 -82 94 -52 C 124 -16 114 50 74 74 "
        "C 52 88 26 92 1 92 L -1 92 Z"
    )
)
BODY = whole(curve("M -1 -190 L 1 -190 C 60 -190 98 -150 104 -96 C 108 -44 78 -8 1 -8 L -1 -8 Z"))
TUMMY = oval(0, -74, 68, 72)
EAR = curve("M 62 -56 C 62 -96 98 -112 116 -92 C 130 -72 116 -42 92 -36 Z")
EAR_INSIDE = curve("M 78 -60 C 80 -82 98 -90 107 -80 C 114 -68 106 -54 94 -50 Z")
NOSE = oval(0, 26, 19, 15)
FOOT = curve("M -28 0 C -34 -18 -20 -30 0 -30 C 20 -30 34 -18 28 0 C 26 5 -26 5 -28 0 Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedgehog:
    """How the hedgehog stands at one moment; lengths in px, angles in degrees."""

    look: Look = field(default_factory=Look)
    squash: float = 1.0
    head: Point = (0.0, 0.0)
    tilt: float = 0.0
    bristle: float = 0.0
    ripple: float = 0.0
    ear: float = 0.0
    sniff: float = 0.0
    leaf: float = 0.0


def draw_hedgehog(pen: Pen, hog: Hedgehog) -> None:
    """The hedgehog standing at the origin with a leaf in its paws."""
    pen.fill(oval(0, 2, 124, 13), "#2a1510", 0.2, blur=3)
    with pen.moved(wide=1 / hog.squash, high=hog.squash):
        pen.part(spines((0, -112), (140, 118), 19, 24, hog), BACK, depth=14)
        with pen.moved(hog.head[0], -150 + hog.head[1], turn=hog.tilt), pen.moved(0, 150):
            _mane(pen, hog)
        pen.part(BODY, SKIN, depth=13)
        with pen.inside(BODY):
            pen.surface(TUMMY, BELLY, depth=8)
        for x in (-44, 44):
            with pen.moved(x, 0):
                _foot(pen)
        with pen.moved(hog.head[0], -150 + hog.head[1], turn=hog.tilt), pen.moved(0, -62):
            _head(pen, hog)
        _leaf(pen, hog.leaf)
        for side in (-1, 1):
            _arm(pen, side, hog.leaf)


def spines(middle: Point, size: Point, count: int, reach: float, hog: Hedgehog) -> skia.Path:
    """A coat of `count` spines on an ellipse, fanned upwards from its foot."""
    path = skia.Path()
    path.moveTo(*_on(middle, size, -0.72, 0))
    step = 1.44 / count
    for n in range(count):
        start = -0.72 + n * step
        wave = hog.bristle + hog.ripple * sin(2 * pi * n / count * 2)
        tip = _on(middle, size, start + step * (0.5 + 0.22 * (start + step / 2)), reach + wave)
        end = _on(middle, size, start + step, 0)
        bulge = _on(middle, size, start + step * 0.16, reach * 0.55)
        path.quadTo(*bulge, *tip)
        path.quadTo(*_on(middle, size, start + step * 0.84, reach * 0.55), *end)
    path.close()
    return path


def _on(middle: Point, size: Point, turn: float, out: float) -> Point:
    """The place at `turn` half turns clockwise from the top, `out` px beyond the ellipse."""
    angle = pi * turn
    return (
        middle[0] + sin(angle) * (size[0] + out),
        middle[1] - cos(angle) * (size[1] + out),
    )


def _mane(pen: Pen, hog: Hedgehog) -> None:
    _pencil(pen)
    pen.part(spines((0, -226), (134, 118), 17, 30, hog), SPINES, depth=14)
    coat = spines((0, -214), (112, 92), 13, 20, hog)
    pen.stroke(coat, BACK.fill, 6)
    pen.fill(coat, SPINES.fill)


def _pencil(pen: Pen) -> None:
    with pen.moved(92, -318, turn=32):
        pen.part(curve("M -13 40 L -13 -48 L 13 -48 L 13 40 Z"), WOOD, depth=6)
        pen.part(
            curve("M -13 -48 L 0 -80 L 13 -48 C 8 -54 4 -54 0 -48 C -4 -54 -8 -54 -13 -48 Z"),
            BELLY,
            depth=4,
        )
        pen.fill(curve("M -5 -68 L 0 -80 L 5 -68 Z"), INK)
        pen.stroke(curve("M 0 -40 L 0 40"), WOOD.shade, 4)


def _foot(pen: Pen) -> None:
    pen.part(FOOT, PAW, depth=6)
    for x in (-9, 9):
        pen.stroke(curve(f"M {x} -9 L {x} 0"), INK, 4)


def _head(pen: Pen, hog: Hedgehog) -> None:
    for side in (-1, 1):
        with (
            pen.moved(wide=side),
            pen.moved(84, -52, turn=hog.ear, wide=0.8, high=0.8),
            pen.moved(-84, 58),
        ):
            pen.part(EAR, PAW, depth=7)
            pen.fill(EAR_INSIDE, "#ef9a86")
    pen.part(FACE, SKIN, depth=13)
    for side in (-1, 1):
        blush(pen, side * 74, 38)
        eye(pen, side * 48, -2, hog.look, DARK)
        with pen.moved(side * 48, -38 - hog.look.brow, wide=side):
            pen.stroke(curve("M -13 2 C -6 -5 8 -5 14 1"), "#9a5a3f", 7)
    mouth(pen, 54, hog.look, INK)
    with pen.moved(0, -hog.sniff, wide=1 + 0.02 * hog.sniff):
        pen.fill(NOSE, DARK)
        pen.fill(oval(-6, 20, 6.5, 4), "#ffffff", 0.75)


def _arm(pen: Pen, side: int, lift: float) -> None:
    arm = tube([(side * 72, -108), (side * 64, -72), (side * 22, -52 - lift)], (34, 34, 36))
    pen.part(arm, PAW, depth=7)


def _leaf(pen: Pen, lift: float) -> None:
    with pen.moved(2, -54 - lift, turn=18 + lift, wide=0.9, high=0.84):
        pen.stroke(curve("M 0 30 C -2 14 0 4 0 -6"), INK, 13)
        pen.stroke(curve("M 0 30 C -2 14 0 4 0 -6"), LEAF.shade, 5)
        pen.part(curve("M 0 -2 C -44 -14 -46 -60 0 -92 C 46 -60 44 -14 0 -2 Z"), LEAF, depth=8)
        for vein in (
            "M 0 -4 L 0 -74",
            "M 0 -22 L 18 -38",
            "M 0 -22 L -18 -38",
            "M 0 -42 L 15 -57",
            "M 0 -42 L -15 -57",
        ):
            pen.stroke(curve(vein), LEAF.shade, 4)
