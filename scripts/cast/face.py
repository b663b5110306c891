"""What every face of the cast has: glossy eyes, brows, a blush, a mouth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import skia

from cast.shapes import curve, oval

if TYPE_CHECKING:
    from cast.pen import Pen

Mouth = Literal["smile", "open", "laugh", "small", "smirk"]
MOUTH, TONGUE = "#7a2436", "#f4848c"
SHUT = 0.22
"""Lids below this are drawn as a lash line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An expression: lids from 0 (shut) to 1, gaze in px, `glad` eyes are happy arcs."""

    lids: float = 1.0
    gaze: tuple[float, float] = (0.0, 0.0)
    glad: bool = False
    brow: float = 0.0
    mouth: Mouth = "smile"
    wide: float = 1.0


def eye(pen: Pen, x: float, y: float, look: Look, dark: str) -> None:
    """One glossy dark eye; shut, it is a lash line, and glad, an arch."""
    with pen.moved(x, y):
        if look.glad or look.lids < SHUT:
            _lash(pen, dark, arch=look.glad)
            return
        ball = oval(0, (1 - look.lids) * 5, 17.6, 23.5 * look.lids)
        pen.fill(ball, dark)
        gx, gy = look.gaze
        with pen.inside(ball):
            pen.fill(oval(gx * 0.5, 20 + gy * 0.5, 16.8, 12.6), "#8a5a3c", blur=4)
            pen.fill(oval(gx - 5, gy - 8.4, 7.6, 8.4), "#ffffff")
            pen.fill(oval(gx + 6.7, gy + 8.8, 3.4, 3.6), "#ffffff", 0.9)


def _lash(pen: Pen, dark: str, *, arch: bool) -> None:
    line = "M -19 7 C -12 -17 12 -17 19 7" if arch else "M -19 1 C -12 17 12 17 19 1"
    pen.stroke(curve(line), dark, 7)


def blush(pen: Pen, x: float, y: float, tint: str = "#f2607c", alpha: float = 0.42) -> None:
    """A soft pink cheek."""
    pen.fill(oval(x, y, 19, 11), tint, alpha, blur=4)


def mouth(pen: Pen, y: float, look: Look, ink: str) -> None:
    """A mouth below the nose at height `y`."""
    with pen.moved(0, y, wide=look.wide, high=look.wide):
        if look.mouth in {"open", "laugh"}:
            _open_mouth(pen, ink, 1.3 if look.mouth == "laugh" else 1.0)
        if look.mouth == "smirk":
            pen.stroke(curve("M 0 -4 C 2 8 24 10 34 -6"), ink, 5)
        elif look.mouth == "small":
            pen.stroke(curve("M -11 0 C -8 8 8 8 11 0"), ink, 5)
        else:
            pen.stroke(curve("M 0 -8 C 0 8 -24 12 -31 -3"), ink, 5)
            pen.stroke(curve("M 0 -8 C 0 8 24 12 31 -3"), ink, 5)


def _open_mouth(pen: Pen, ink: str, size: float) -> None:
    path = curve(
        "M -20 3 C -12 8 -5 5 0 -1 C 5 5 12 8 20 3 C 20 22 11 32 0 32 C -11 32 -20 22 -20 3 Z"
    )
    path.transform(skia.Matrix.Scale(size, size))
    pen.stroke(path, ink, 8)
    pen.fill(path, MOUTH)
    with pen.inside(path):
        pen.fill(oval(0, 31 * size, 14 * size, 13 * size), TONGUE)
