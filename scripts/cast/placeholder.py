"""The picture that stands at an address until its file is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cast.pen import Tone
from cast.props import draw_twinkle
from cast.shapes import curve, oval, panel

if TYPE_CHECKING:
    from cast.pen import Pen

EASEL = Tone("#c98f5a", "#a76f40")
SHEET = Tone("#fffdf8", "#e6dfee")


def draw_placeholder(pen: Pen, t: float) -> None:
    """An egg-shaped sketch with two sleepy eyes on a sheet: a mascot still being drawn."""
    pen.fill(oval(256, 262, 214, 214), "#ded4f7")
    with pen.moved(256, 250, turn=-4):
        pen.part(panel(-134, -150, 268, 300, 26), SHEET, depth=10)
        _sketch(pen)
    with pen.moved(352, 356, turn=38):
        _brush(pen)
    for x, y, size in ((112, 118, 26), (412, 126, 34), (92, 386, 18)):
        draw_twinkle(pen, x, y, size + 4 * t)


def _sketch(pen: Pen) -> None:
    body = curve(
        "M 0 -96 C 62 -96 90 -36 90 12 C 90 66 52 98 0 98 "
        "C -52 98 -90 66 -90 12 C -90 -36 -62 -96 0 -96 Z"
    )
    pen.fill(body, "#f3eefe")
    for x in (-36, 36):
        pen.stroke(curve(f"M {x - 17} 4 C {x - 10} 16 {x + 10} 16 {x + 17} 4"), pen.ink, 8)
        pen.fill(oval(x * 1.7, 32, 15, 9), "#f2607c", 0.4, blur=3)
    pen.stroke(curve("M -12 34 C -6 44 6 44 12 34"), pen.ink, 7)
    pen.dashes(body, "#9a8bd0", 8)


def _brush(pen: Pen) -> None:
    pen.part(curve("M -11 -6 L 11 -6 L 8 120 C 6 128 -6 128 -8 120 Z"), EASEL, depth=5)
    pen.part(panel(-14, -32, 28, 30, 5), Tone("#ffd166", "#eda93c"), depth=5)
    pen.part(
        curve("M -15 -32 C -26 -62 -6 -74 0 -96 C 8 -74 26 -62 15 -32 Z"),
        Tone("#16b3a6", "#0b8b87"),
        depth=6,
    )
