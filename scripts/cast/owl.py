"""The owl: blue-violet, round spectacles, a bow tie, and an opinion on everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import skia

from cast.face import blush
from cast.pen import Tone
from cast.shapes import Point, curve, join, mirror, oval, whole

if TYPE_CHECKING:
    from cast.pen import Pen

INK = "#251b52"
PLUME = Tone("#6f61e8", "#5344c8", "#9083fa")
WING = Tone("#5b4bd2", "#4537ae", "#7c6df0")
FACE = Tone("#ece5ff", "#cabdf6")
BELLY = Tone("#d5cbfd", "#b8abf2")
HORN = Tone("#ffb534", "#ec8f1c", "#ffd06e")
BOW = Tone("#ff6f6b", "#e04f59", "#ff9a8f")
GOLD = "#ffd166"
EYELID = "#9083fa"

HEAD = whole(curve("M -1 -116 L 1 -116 C 70 -116 122 -82 132 -22 C 142 36 104 94 1 98 L -1 98 Z"))
HORN_TUFT = curve(
    "M 56 -88 C 70 -116 96 -138 138 -152 C 130 -142 129 -136 131 -128 C 139 -132 144 -132 150 -130 "
    "C 136 -112 142 -70 126 -26 Z"
)
CREST = curve(
    "M -34 -104 C -26 -120 -26 -128 -32 -140 C -16 -138 -8 -132 -4 -124 C 0 -138 8 -146 20 -152 "
    "C 18 -140 18 -132 20 -126 C 26 -130 32 -132 38 -132 C 34 -124 34 -114 38 -104 Z"
)
DISC = whole(curve("M -1 -34 L 1 -34 C 14 -84 116 -88 118 -4 C 120 50 62 88 1 88 L -1 88 Z"))
BODY = whole(
    curve("M -1 -232 L 1 -232 C 70 -232 112 -196 120 -136 C 128 -70 96 -12 1 -12 L -1 -12 Z")
)
FRONT = whole(
    curve("M -1 -210 L 1 -210 C 52 -210 82 -150 82 -104 C 82 -54 50 -24 1 -24 L -1 -24 Z")
)
BEAK = curve("M -19 24 C -15 14 15 14 19 24 C 20 42 7 58 0 62 C -7 58 -20 42 -19 24 Z")
FOOT = join(
    oval(-17, -8, 12, 11, 20), oval(17, -8, 12, 11, -20), oval(0, -7, 12, 13), oval(0, -14, 22, 9)
)
WING_SHAPE = curve(
    "M -24 -14 C -50 18 -54 84 -36 126 C -30 138 -20 138 -15 126 C -12 146 6 150 11 132 "
    "C 18 142 29 136 31 120 C 42 84 40 24 24 -12 C 12 -34 -12 -34 -24 -14 Z"
)
FEATHERS = (
    *((x, -132) for x in (-34, 0, 34)),
    *((x, -102) for x in (-51, -17, 17, 51)),
    *((x, -72) for x in (-34, 0, 34)),
)
BOW_SIDE = curve("M 0 -4 C 16 -22 36 -26 44 -20 C 50 -8 50 10 44 22 C 34 26 14 20 0 6 Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owl:
    """How the owl stands at one moment; lengths in px, angles in degrees, lids from 0 to 1."""

    lids: tuple[float, float] = (1.0, 1.0)
    gaze: Point = (0.0, 0.0)
    glad: bool = False
    smirk: float = 0.0
    squash: float = 1.0
    lean: float = 0.0
    head: Point = (0.0, 0.0)
    tilt: float = 0.0
    tufts: tuple[float, float] = (0.0, 0.0)
    wings: tuple[float, float] = (8.0, 8.0)
    bow: float = 0.0
    feet: tuple[Point, Point] = ((-42.0, 0.0), (42.0, 0.0))
    shadow: bool = True
    brows: tuple[float, float] = (0.0, 0.0)


def draw_owl(pen: Pen, owl: Owl) -> None:
    """The owl standing at the origin, wings in front of the body."""
    draw_owl_body(pen, owl)
    with pen.moved(turn=owl.lean, wide=1 / owl.squash, high=owl.squash):
        draw_wing(pen, -1, owl.wings[0])
        draw_wing(pen, 1, owl.wings[1])
        draw_owl_head(pen, owl)


def draw_owl_body(pen: Pen, owl: Owl) -> None:
    """Shadow, feet, trunk and the feathers of the front."""
    if owl.shadow:
        pen.fill(oval(0, 2, 108, 13), "#1a1040", 0.2, blur=3)
    with pen.moved(turn=owl.lean, wide=1 / owl.squash, high=owl.squash):
        pen.part(BODY, PLUME, depth=16)
        with pen.inside(BODY):
            pen.surface(FRONT, BELLY, depth=10)
        for x, y in FEATHERS:
            mark = curve("M -9 0 C -6 12 6 12 9 0")
            mark.offset(x, y)
            pen.stroke(mark, "#9385e6", 5)
    draw_owl_feet(pen, owl)


def draw_owl_feet(pen: Pen, owl: Owl) -> None:
    """Two feet of three toes."""
    for x, y in owl.feet:
        with pen.moved(x, y):
            pen.part(FOOT, HORN, depth=5)


def draw_wing(
    pen: Pen, side: int, spread: float, *, reach: Point = (100, -176), length: float = 0.94
) -> None:
    """A wing hung at a shoulder, `spread` degrees away from the body."""
    with (
        pen.moved(side * reach[0], reach[1], wide=side),
        pen.moved(turn=-spread, wide=0.9, high=length),
    ):
        pen.part(WING_SHAPE, WING, depth=9)
        for line in ("M -15 126 C -17 112 -16 104 -13 96", "M 11 132 C 8 118 8 108 9 100"):
            pen.stroke(curve(line), INK, 4.5)


def draw_owl_head(pen: Pen, owl: Owl) -> None:
    """Bow tie and head, tilted around the neck."""
    with pen.moved(owl.head[0], -196 + owl.head[1]):
        with pen.moved(0, 27, turn=owl.bow):
            _bow(pen)
        with pen.moved(turn=owl.tilt), pen.moved(0, -84):
            skull = join(HEAD, CREST, _tuft(owl.tufts[1]), mirror(_tuft(owl.tufts[0])))
            pen.part(skull, PLUME, depth=15)
            pen.surface(DISC, FACE, depth=10)
            _face(pen, owl)


def _tuft(turn: float) -> skia.Path:
    path = skia.Path(HORN_TUFT)
    path.transform(skia.Matrix().setRotate(turn, 84, -60))
    return path


def _bow(pen: Pen) -> None:
    for side in (-1, 1):
        with pen.moved(wide=side):
            pen.part(BOW_SIDE, BOW, depth=5)
    pen.part(oval(0, 1, 12, 13), BOW, depth=4)


def _face(pen: Pen, owl: Owl) -> None:
    for side, lid, brow in zip((-1, 1), owl.lids, owl.brows, strict=True):
        blush(pen, side * 84, 52, alpha=0.4)
        with pen.moved(side * 56, -8):
            _eye(pen, owl, lid)
            with pen.moved(0, -brow, wide=side, turn=-brow * 0.5 * side):
                pen.stroke(curve("M -26 -66 C -10 -76 14 -76 30 -64"), WING.shade, 8)
    pen.part(BEAK, HORN, depth=6, line=5)
    pen.stroke(
        curve(f"M -10 41 C -5 {44 - owl.smirk} 5 {46 - owl.smirk} 11 {41 - owl.smirk}"), INK, 3.5
    )
    _spectacles(pen)


def _eye(pen: Pen, owl: Owl, lid: float) -> None:
    if owl.glad:
        pen.stroke(curve("M -26 6 C -16 -22 16 -22 26 6"), INK, 7)
        return
    ball = oval(0, 0, 38, 38)
    pen.part(ball, Tone("#ffffff", "#ddd3f5"), depth=6, line=4)
    with pen.inside(ball):
        _iris(pen, *owl.gaze)
        if lid < 0.98:  # noqa: PLR2004 - a lid above that is hidden by the rim
            _lid(pen, max(0.0, 1.12 * lid - 0.12))


def _iris(pen: Pen, x: float, y: float) -> None:
    pen.fill(oval(x, y, 31, 31), "#f59f1b")
    pen.fill(oval(x, y + 8, 26, 22), "#ffca4a", blur=4)
    pen.fill(oval(x, y, 20, 21), "#1d1440")
    pen.fill(oval(x - 9, y - 10, 9, 10), "#ffffff")
    pen.fill(oval(x + 9, y + 10, 4, 4), "#ffffff", 0.9)


def _lid(pen: Pen, lid: float) -> None:
    """The upper lid, its lower edge bent down as it shuts."""
    edge = -40 + 46 * (1 - lid)
    sag = edge + 6 + 16 * (1 - lid)
    cover = curve(f"M -60 -60 L 60 -60 L 60 {edge} C 20 {sag} -20 {sag} -60 {edge} Z")
    if lid == 0:
        pen.fill(oval(0, 0, 50, 50), EYELID)
    pen.stroke(cover, INK, 9)
    pen.fill(cover, EYELID)


def _spectacles(pen: Pen) -> None:
    bridge = curve("M -12 -16 C -6 -24 6 -24 12 -16")
    rings = [oval(side * 56, -8, 48, 48) for side in (-1, 1)]
    for path in (bridge, *rings):
        pen.stroke(path, INK, 13)
    for path in (bridge, *rings):
        pen.stroke(path, GOLD, 6.5)
    for side in (-1, 1):
        sheen = curve("M -34 -14 C -30 -24 -22 -30 -14 -34")
        sheen.offset(side * 56, -8)
        pen.stroke(sheen, "#ffffff", 5, 0.75)
