"""Things the cast sits on, holds and celebrates with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cast.motion import bump, sway
from cast.pen import Tone
from cast.shapes import curve, oval, panel, star

if TYPE_CHECKING:
    from cast.pen import Pen

PAPER = Tone("#fffdf8", "#e6dfee")
PARTY = ("#16b3a6", "#ffd166", "#f2607c", "#6f7bf7")
CONFETTI = (
    # from the middle, px; how far it has fallen at the start, 0 to 1
    (-196, 0.12),
    (-148, 0.34),
    (-212, 0.52),
    (-190, 0.88),
    (196, 0.2),
    (148, 0.92),
    (214, 0.44),
    (176, 0.68),
)
STEAM = curve("M 0 0 C -18 -22 16 -36 0 -58 C -10 -72 -4 -82 4 -92")
MUG = Tone("#fff4e4", "#eed3b8")
HEART = curve(
    "M 0 -12 C -20 -24 -14 -40 -4 -38 C -1 -37 0 -34 0 -33 "
    "C 0 -34 1 -37 4 -38 C 14 -40 20 -24 0 -12 Z"
)
FACETS = tuple(
    curve(line)
    for line in (
        "M 0 -26 L 24 14 L -24 14 Z",
        "M 0 -46 L 0 -26 M -38 -22 L 0 -26 L 38 -22",
        "M 38 -22 L 24 14 L 40 22 M 24 14 L 0 46",
        "M -38 -22 L -24 14 L -40 22 M -24 14 L 0 46",
    )
)


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a page: its size in px, its accent and the lengths of its lines of text."""

    width: float
    height: float
    accent: str
    lines: tuple[float, ...]


def draw_card(pen: Pen, card: Card) -> None:
    """A card of a web page, hung by the middle of its upper edge."""
    left = -card.width / 2
    pen.fill(panel(left + 6, 12, card.width - 12, card.height - 2, 24), "#2a1030", 0.22, blur=5)
    pen.part(panel(left, 0, card.width, card.height, 22), PAPER, depth=9)
    pen.fill(oval(left + 42, 42, 20, 20), card.accent)
    pen.fill(star(left + 42, 42, 13, waist=0.3), "#ffffff")
    for row, length in enumerate(card.lines):
        x, y = ((74, 28), (74, 50), (22, 82), (22, 104))[row]
        tint = "#d5cde0" if row else card.accent
        pen.fill(panel(left + x, y, length, 10, 5), tint, 0.9)


def draw_confetti(pen: Pen, t: float) -> None:
    """Pieces of paper that tumble down around the origin's column, 400 px high."""
    for index, (x, phase) in enumerate(CONFETTI):
        fall = (t + phase) % 1
        size = min(1.0, 20 * fall, 8 * (1 - fall))
        drift = 10 * sway(t, 1, phase)
        with pen.moved(x + drift, -450 + 400 * fall, turn=360 * (t + phase) + 40 * index):
            flat = 0.5 + 0.5 * abs(sway(t, 1, phase + 0.1 * index))
            with pen.moved(wide=size, high=size * flat):
                tint = PARTY[index % len(PARTY)]
                pen.part(panel(-11, -8, 22, 16, 5), Tone(tint, tint), line=4)


def draw_twinkle(pen: Pen, x: float, y: float, size: float, tint: str = "#ffe08a") -> None:
    """A four-pointed sparkle in the mascot's ink."""
    if size > 1:
        shape = star(x, y, size, waist=0.3)
        pen.stroke(shape, pen.ink, 7)
        pen.fill(shape, tint)


def twinkling(t: float, at: float) -> float:
    """The size from 0 to 1 of a sparkle that comes once a loop."""
    return bump(t, at, 0.34)


def draw_orb(pen: Pen, t: float) -> None:
    """A faceted orb of light around the origin, breathing once a loop."""
    pulse = 0.5 + 0.5 * sway(t, 1, 0.25)
    pen.glow(0, 0, 90 + 9 * pulse, "#7ff3ff", 0.85)
    ball = oval(0, 0, 44, 44)
    pen.part(ball, Tone("#3fd6f2", "#1f9fe0", "#a8f7ff"), depth=10)
    with pen.inside(ball):
        pen.glow(-4, 6, 44, "#f4ffff", 0.55 + 0.4 * pulse)
        for line in FACETS:
            pen.stroke(line, "#e9fdff", 3, 0.85)
    pen.fill(oval(-17, -19, 9, 6.5, -40), "#ffffff", 0.95)


def draw_steam(pen: Pen, t: float) -> None:
    """Two wisps that rise from the origin and thin out."""
    for x, phase in ((-17, 0.0), (15, 0.5)):
        rise = (t + phase) % 1
        with pen.moved(x + 3 * sway(t, 1, phase), -26 * rise, wide=0.9, high=0.62 + 0.3 * rise):
            pen.stroke(STEAM, "#ffffff", 9, 0.9 * min(1, 5 * rise, 2 * (1 - rise)))


def draw_cup(pen: Pen) -> None:
    """A mug of coffee that stands on the origin, its handle to the right."""
    handle = curve("M 30 -46 C 62 -52 62 -8 28 -14")
    pen.stroke(handle, pen.ink, 21)
    pen.stroke(handle, "#ffe9d2", 9)
    pen.part(
        curve("M -36 -58 L 36 -58 C 36 -28 32 -8 24 0 L -24 0 C -32 -8 -36 -28 -36 -58 Z"),
        MUG,
        depth=7,
    )
    pen.part(oval(0, -58, 36, 10), Tone("#6b3a24", "#54291a"), depth=3, line=5)
    pen.fill(HEART, "#ff6f6b")
