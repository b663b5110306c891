"""Outlines: curves written as text, splines through points, tubes along a line."""

from __future__ import annotations

import re
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

import skia

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]


def curve(text: str) -> skia.Path:
    """The path written with the absolute commands M, L, Q, C and Z of SVG."""
    path = skia.Path()
    verbs = {
        "M": path.moveTo,
        "L": path.lineTo,
        "Q": path.quadTo,
        "C": path.cubicTo,
        "Z": path.close,
    }
    for letter, numbers in re.findall(r"([MLQCZ])([^MLQCZ]*)", text):
        verbs[letter](*(float(number) for number in numbers.split()))
    return path


def mirror(path: skia.Path) -> skia.Path:
    """The path seen in a mirror on the vertical axis."""
    other = skia.Path(path)
    other.transform(skia.Matrix.Scale(-1, 1))
    return other


def whole(half: skia.Path) -> skia.Path:
    """A closed half and its mirror image as one outline; the half must overlap the axis."""
    return join(half, mirror(half))


def join(*paths: skia.Path) -> skia.Path:
    """One outline around several."""
    joined = paths[0]
    for path in paths[1:]:
        joined = skia.Op(joined, path, skia.PathOp.kUnion_PathOp)
    return joined


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0) -> skia.Path:
    """An ellipse around a point, turned by degrees."""
    path = skia.Path()
    path.addOval(skia.Rect.MakeLTRB(-rx, -ry, rx, ry))
    path.transform(skia.Matrix().setRotate(turn).postTranslate(x, y))
    return path


def panel(x: float, y: float, width: float, height: float, radius: float) -> skia.Path:
    """A rectangle with round corners, placed by its left top corner."""
    path = skia.Path()
    path.addRoundRect(skia.Rect.MakeXYWH(x, y, width, height), radius, radius)
    return path


def spline(points: Sequence[Point], *, closed: bool = False) -> skia.Path:
    """A smooth path through every point."""
    path = skia.Path()
    path.moveTo(*points[0])
    last = len(points) - 1
    for index in range(last + closed):
        before, here, there, after = (
            points[n % (last + 1)] if closed else points[min(max(n, 0), last)]
            for n in range(index - 1, index + 3)
        )
        path.cubicTo(
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
            *there,
        )
    if closed:
        path.close()
    return path


def along(points: Sequence[Point], count: int) -> list[tuple[Point, Point]]:
    """`count` places with their directions, evenly along the spline through the points."""
    measure = skia.PathMeasure(spline(points), False)
    length = measure.getLength()
    places = []
    for index in range(count):
        place, tangent = measure.getPosTan(length * index / (count - 1))
        places.append(((place.x(), place.y()), (tangent.x(), tangent.y())))
    return places


def tube(points: Sequence[Point], widths: Sequence[float]) -> skia.Path:
    """A limb along a spline, its width eased through `widths`, with round ends.

    Discs strung on the line, however sharp it bends, leave no kink inside the bend.
    """
    count = 40
    discs = [
        (place, _between(widths, index / (count - 1)) / 2)
        for index, (place, _) in enumerate(along(points, count))
    ]
    path = skia.Path()
    for (x, y), radius in discs:
        path.addOval(skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius))
    for here, there in pairwise(discs):
        path.addPoly(_link(*here, *there), True)
    return path


def _link(here: Point, near: float, there: Point, far: float) -> list[skia.Point]:
    """The quadrilateral between two discs, clockwise as Skia draws its ovals."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = hypot(dx, dy) or 1
    nx, ny = -dy / length, dx / length
    return [
        skia.Point(here[0] - nx * near, here[1] - ny * near),
        skia.Point(there[0] - nx * far, there[1] - ny * far),
        skia.Point(there[0] + nx * far, there[1] + ny * far),
        skia.Point(here[0] + nx * near, here[1] + ny * near),
    ]


def _between(values: Sequence[float], share: float) -> float:
    place = share * (len(values) - 1)
    index = min(int(place), len(values) - 2)
    part = place - index
    part = part * part * (3 - 2 * part)
    return values[index] + (values[index + 1] - values[index]) * part


def star(x: float, y: float, radius: float, *, waist: float = 0.18, points: int = 4) -> skia.Path:
    """A twinkle with soft concave sides."""
    path = skia.Path()
    corners = [
        (
            x + cos(pi * n / points - pi / 2) * radius * (waist if n % 2 else 1),
            y + sin(pi * n / points - pi / 2) * radius * (waist if n % 2 else 1),
        )
        for n in range(points * 2)
    ]
    path.moveTo(*corners[0])
    for index in range(0, points * 2, 2):
        path.quadTo(*corners[index + 1], *corners[(index + 2) % (points * 2)])
    path.close()
    return path


def zigzag(start: Point, end: Point, teeth: int, depth: float) -> list[Point]:
    """Points of a saw between two places; positive depth lies to the right of the way."""
    (x0, y0), (x1, y1) = start, end
    length = hypot(x1 - x0, y1 - y0) or 1
    nx, ny = -(y1 - y0) / length * depth, (x1 - x0) / length * depth
    points = [start]
    for here, there in pairwise(n / teeth for n in range(teeth + 1)):
        middle = (here + there) / 2
        points.append((x0 + (x1 - x0) * middle + nx, y0 + (y1 - y0) * middle + ny))
        points.append((x0 + (x1 - x0) * there, y0 + (y1 - y0) * there))
    return points
