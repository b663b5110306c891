"""The drawing hand: filled shapes with a soft shade, a light edge and an ink outline."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import skia

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = 6.0
"""Width in px of the ink outside a shape, on the 512 px board."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A surface: its colour, and the colours of its shaded and its lit edge."""

    fill: str
    shade: str
    light: str | None = None


def colour(text: str, alpha: float = 1.0) -> int:
    """`#rrggbb` and an opacity from 0 to 1 as Skia's number."""
    return (round(255 * min(max(alpha, 0), 1)) << 24) | int(text[1:], 16)


@dataclass(frozen=True, slots=True)
class Pen:
    """A canvas and the ink one mascot is outlined with."""

    canvas: skia.Canvas
    ink: str

    @contextmanager
    def moved(
        self, x: float = 0, y: float = 0, *, turn: float = 0, wide: float = 1, high: float = 1
    ) -> Iterator[None]:
        """Draw around (x, y), turned by degrees and then scaled."""
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.rotate(turn)
        self.canvas.scale(wide, high)
        yield
        self.canvas.restore()

    @contextmanager
    def inside(self, path: skia.Path) -> Iterator[None]:
        """Draw only within a path."""
        self.canvas.save()
        self.canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        yield
        self.canvas.restore()

    def fill(self, path: skia.Path, tint: str, alpha: float = 1, *, blur: float = 0) -> None:
        """Fill a path with one colour, its edge blurred by `blur` px."""
        paint = skia.Paint(AntiAlias=True, Color=colour(tint, alpha))
        if blur:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        self.canvas.drawPath(path, paint)

    def stroke(self, path: skia.Path, tint: str, width: float, alpha: float = 1) -> None:
        """Draw a line with round ends along a path."""
        paint = skia.Paint(
            AntiAlias=True,
            Color=colour(tint, alpha),
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=width,
            StrokeCap=skia.Paint.kRound_Cap,
            StrokeJoin=skia.Paint.kRound_Join,
        )
        self.canvas.drawPath(path, paint)

    def dashes(self, path: skia.Path, tint: str, width: float) -> None:
        """Draw a dashed line along a path."""
        paint = skia.Paint(AntiAlias=True, Color=colour(tint), Style=skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        paint.setPathEffect(skia.DashPathEffect.Make([2.2 * width, 2.4 * width], 0))
        self.canvas.drawPath(path, paint)

    def outline(self, *paths: skia.Path, width: float = LINE) -> None:
        """Put ink around paths; what is then filled leaves `width` px of it outside."""
        for path in paths:
            self.stroke(path, self.ink, 2 * width)

    def surface(self, path: skia.Path, tone: Tone, *, depth: float = 12, blur: float = 4) -> None:
        """Fill a path, shade its right and lower edge, light its left and upper one."""
        self.fill(path, tone.fill)
        with self.inside(path):
            self.edge(path, tone.shade, (-depth, -depth), blur)
            if tone.light:
                self.edge(path, tone.light, (depth * 0.55, depth * 0.55), blur)

    def part(
        self, path: skia.Path, tone: Tone, *, depth: float = 12, blur: float = 4, line: float = LINE
    ) -> None:
        """An outlined surface."""
        self.outline(path, width=line)
        self.surface(path, tone, depth=depth, blur=blur)

    def glow(self, x: float, y: float, radius: float, tint: str, alpha: float = 1) -> None:
        """Light that fades from a place to nothing at `radius` px."""
        shader = skia.GradientShader.MakeRadial(
            center=(x, y),
            radius=radius,
            colors=[colour(tint, alpha), colour(tint, alpha * 0.35), colour(tint, 0)],
            positions=[0, 0.5, 1],
        )
        self.canvas.drawCircle(x, y, radius, skia.Paint(AntiAlias=True, Shader=shader))

    def edge(self, path: skia.Path, tint: str, shift: tuple[float, float], blur: float) -> None:
        """Colour what a path bares of itself when it is shifted; the caller clips."""
        kept = skia.Path(path)
        kept.offset(*shift)
        eraser = skia.Paint(AntiAlias=True, BlendMode=skia.BlendMode.kDstOut)
        eraser.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        self.canvas.saveLayer(path.getBounds().makeOutset(8, 8))
        self.canvas.drawColor(colour(tint))
        self.canvas.drawPath(kept, eraser)
        self.canvas.restore()
