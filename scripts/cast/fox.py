"""The fox: warm orange, a teal scarf, and a tail with a will of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import skia

from cast.face import Look, blush, eye, mouth
from cast.pen import Tone
from cast.shapes import Point, curve, oval, spline, tube, whole, zigzag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cast.pen import Pen

INK = "#4a1d16"
DARK = "#2b1412"
FUR = Tone("#f5822e", "#dd6220", "#ff9f4d")
CREAM = Tone("#fff1de", "#f2d3b3")
SOCK = Tone("#85402c", "#6b2d20", "#a05440")
EAR = Tone("#ffd9bd", "#f0a98a")
PAD = Tone("#f29a8e", "#e27f77")
SCARF = Tone("#16b3a6", "#0b8b87", "#45d3c3")

HEAD = whole(
    curve(
        "M 1 -92 L -1 -92 L -1 100 L 1 100 C 26 100 46 92 62 80 C 80 84 98 80 116 70 "
        "C 110 64 107 58 106 52 C 116 50 126 44 134 32 C 120 24 112 8 108 -8 "
        "C 100 -58 58 -92 1 -92 Z"
    )
)
MASK = whole(
    curve(
        "M 1 20 L -1 20 L -1 110 L 150 110 L 150 24 C 126 34 112 18 92 24 C 76 29 68 44 48 42 "
        "C 28 40 18 20 1 20 Z"
    )
)
EAR_OUTER = curve(
    "M 22 -76 C 34 -112 60 -142 84 -164 C 96 -174 108 -168 110 -152 C 116 -112 116 -66 104 -16 Z"
)
EAR_INNER = curve("M 48 -76 C 58 -100 74 -124 90 -140 C 96 -112 98 -80 94 -46 Z")
TUFT = curve(
    "M -26 -84 C -18 -98 -16 -108 -20 -118 C -6 -114 0 -108 4 -100 "
    "C 8 -110 14 -116 24 -120 C 22 -108 24 -96 30 -82 Z"
)
BODY = whole(
    curve(
        "M -1 -178 L 1 -178 C 34 -178 46 -158 54 -126 "
        "C 62 -94 72 -64 66 -36 C 60 -12 36 -4 1 -4 L -1 -4 Z"
    )
)
BIB = spline(
    [
        (-36, -176),
        (-38, -130),
        *[(-40, -96), (-40, -56), (-26, -20), (0, -10), (26, -20), (40, -56), (40, -96)],
        (38, -130),
        (36, -176),
    ],
    closed=True,
)
NOSE = curve("M -17 34 C -17 26 17 26 17 34 C 17 44 6 52 0 52 C -6 52 -17 44 -17 34 Z")
FOOT = curve("M -30 0 C -36 -20 -20 -34 0 -34 C 20 -34 36 -20 30 0 C 28 5 -28 5 -30 0 Z")
TAIL: tuple[Point, ...] = ((-20, -34), (-84, -30), (-136, -66), (-150, -128), (-132, -188))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fox:
    """How the fox stands at one moment; lengths in px, angles in degrees."""

    look: Look = field(default_factory=Look)
    squash: float = 1.0
    lift: float = 0.0
    lean: float = 0.0
    head: Point = (0.0, 0.0)
    tilt: float = 0.0
    ears: tuple[float, float] = (0.0, 0.0)
    tail: float = 0.0
    scarf: float = 0.0
    left: tuple[Point, ...] = ((-36, -154), (-72, -116), (-76, -72))
    right: tuple[Point, ...] = ((36, -154), (72, -116), (76, -72))
    palms: tuple[bool, bool] = (False, False)
    feet: tuple[Point, Point] = ((-38.0, 0.0), (38.0, 0.0))


def draw_fox(pen: Pen, fox: Fox) -> None:
    """The fox standing at the origin, from the shadow on the ground up."""
    shade = 1 - min(0.6, fox.lift / 160)
    pen.fill(oval(-4, 2, 112 * shade, 13 * shade), "#2a1030", 0.2 * shade, blur=3)
    with pen.moved(0, -fox.lift, turn=fox.lean, wide=1 / fox.squash, high=fox.squash):
        draw_tail(pen, TAIL, fox.tail)
        draw_standing_body(pen, fox)
        draw_scarf_end(pen, fox.scarf)
        draw_arm(pen, fox.left, palm=fox.palms[0])
        draw_arm(pen, fox.right, palm=fox.palms[1])
        draw_head(pen, fox)


def draw_tail(pen: Pen, points: tuple[Point, ...], bend: float) -> None:
    """A bushy tail, bent more the further from its root."""
    last = len(points) - 1
    bent = [
        (x + bend * (n / last) ** 2, y - abs(bend) * 0.12 * n / last)
        for n, (x, y) in enumerate(points)
    ]
    brush = tube(bent, (26, 50, 84, 74, 4))
    pen.part(brush, FUR, depth=14)
    with pen.inside(brush):
        pen.surface(_tail_tip(bent), CREAM, depth=10)


def _tail_tip(points: Sequence[Point]) -> skia.Path:
    """All that lies beyond a saw across the tail's last bend."""
    (x, y), (tip_x, tip_y) = points[-2:]
    dx, dy = tip_x - x, tip_y - y
    near = [(x + dy - 0.1 * dx, y - dx - 0.1 * dy), (x - dy + 0.1 * dx, y + dx + 0.1 * dy)]
    far = [(side_x + 2 * dx, side_y + 2 * dy) for side_x, side_y in reversed(near)]
    path = skia.Path()
    saw = zigzag(near[0], near[1], 5, 16)
    path.addPoly([skia.Point(*point) for point in [*saw, *far]], True)
    return path


def draw_standing_body(pen: Pen, fox: Fox) -> None:
    """Feet, legs, trunk and bib."""
    draw_trunk(pen)
    for x, y in fox.feet:
        with pen.moved(x, y):
            draw_foot(pen)


def draw_trunk(pen: Pen) -> None:
    """The trunk and its bib."""
    pen.part(BODY, FUR)
    with pen.inside(BODY):
        pen.surface(BIB, CREAM, depth=8)


def draw_foot(pen: Pen) -> None:
    """A foot in a dark sock, seen from the front, with two toe lines."""
    pen.part(FOOT, SOCK, depth=6)
    for x in (-9, 9):
        pen.stroke(curve(f"M {x} -10 L {x} 0"), INK, 4)


def draw_arm(pen: Pen, points: tuple[Point, ...], *, palm: bool) -> None:
    """An arm in a dark sock that ends in a paw, its pads seen when the palm shows."""
    arm, (x, y) = tube(points, (40, 35, 33)), points[-1]
    paw = oval(x, y, 23, 23)
    pen.part(arm, FUR, depth=7)
    with pen.inside(arm):
        pen.fill(oval(x, y, 31, 31), SOCK.fill)
    pen.part(paw, SOCK, depth=6)
    if palm:
        _pads(pen, x, y)


def _pads(pen: Pen, x: float, y: float) -> None:
    pen.fill(oval(x, y + 6, 9.5, 8), PAD.fill)
    for n in (-1, 0, 1):
        pen.fill(oval(x + 10.5 * n, y - 7 - (4 if n == 0 else 0), 4.3, 5), PAD.fill)


def draw_scarf_end(pen: Pen, swing: float) -> None:
    """The loose end of the scarf, hanging on the chest's right side."""
    with pen.moved(26, -158, turn=-14 - swing):
        end = curve(
            "M -15 0 C -16 24 -20 44 -24 66 L -12 60 L 0 68 L 10 60 L 22 64 C 18 42 14 22 15 0 Z"
        )
        pen.part(end, SCARF, depth=6)
        with pen.inside(end):
            pen.stroke(curve("M -30 46 L 30 44"), "#ffd166", 7)


def draw_scarf(pen: Pen) -> None:
    """The scarf's wrap around the neck, drawn under the chin."""
    wrap = curve(
        "M -56 76 C -62 92 -56 108 -40 114 C -16 122 20 122 42 113 "
        "C 58 106 62 90 56 76 C 30 96 -30 96 -56 76 Z"
    )
    pen.part(wrap, SCARF, depth=7)
    pen.part(oval(28, 108, 17, 15), SCARF, depth=5)


def draw_head(pen: Pen, fox: Fox) -> None:
    """Scarf, ears and face, tilted around the neck."""
    with (
        pen.moved(fox.head[0], -168 + fox.head[1], turn=fox.tilt),
        pen.moved(0, -90),
    ):
        draw_scarf(pen)
        _ear(pen, fox.ears[1])
        with pen.moved(wide=-1):
            _ear(pen, fox.ears[0])
        _skull(pen)
        _face(pen, fox.look)


def _skull(pen: Pen) -> None:
    pen.outline(TUFT)
    pen.part(HEAD, FUR, depth=14)
    pen.surface(TUFT, FUR, depth=4)
    with pen.inside(MASK), pen.inside(HEAD):
        pen.fill(MASK, CREAM.fill)
        pen.edge(HEAD, CREAM.shade, (-12, -14), 4)


def _ear(pen: Pen, turn: float) -> None:
    with pen.moved(64, -60, turn=turn), pen.moved(-64, 60):
        pen.part(EAR_OUTER, FUR, depth=8)
        with pen.inside(EAR_OUTER):
            pen.fill(
                curve("M 40 -120 L 76 -128 L 92 -116 L 124 -128 L 124 -190 L 40 -190 Z"), SOCK.fill
            )
        pen.surface(EAR_INNER, EAR, depth=8)


def _face(pen: Pen, look: Look) -> None:
    for side in (-1, 1):
        blush(pen, side * 78, 44)
        eye(pen, side * 50, 4, look, DARK)
        with pen.moved(side * 50, -34 - look.brow, wide=side):
            pen.stroke(curve("M -14 2 C -6 -6 8 -6 15 1"), "#a8441b", 7)
    mouth(pen, 62, look, INK)
    pen.fill(NOSE, DARK)
    pen.fill(oval(-5, 34, 6, 3.2), "#ffffff", 0.75)
