"""What the owl does: each act draws it at the time `t` of a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cast.motion import bump, keyed, lids, sway
from cast.owl import Owl, draw_owl, draw_owl_body, draw_owl_feet, draw_owl_head, draw_wing
from cast.pen import Tone
from cast.props import Card, draw_card, draw_cup, draw_orb, draw_steam, draw_twinkle, twinkling
from cast.shapes import curve

if TYPE_CHECKING:
    from cast.pen import Pen


def swagger(pen: Pen, t: float) -> None:
    """Struts on the spot, chest out, lids low, sure of itself."""
    t = (t + 0.2) % 1
    step = sway(t)
    owl = Owl(
        lids=(0.62, 0.56),
        gaze=(5 * sway(t, 1, 0.2), 2),
        brows=(-2, 9 + 3 * sway(t, 2)),
        smirk=6,
        squash=1 + 0.03 * sway(t, 2, 0.25),
        lean=7 * step,
        head=(7 * sway(t, 1, -0.06), -3 * abs(step)),
        tilt=-9 * sway(t, 1, -0.1),
        tufts=(7 * sway(t, 1, -0.2), 7 * sway(t, 1, -0.2)),
        wings=(34 + 12 * sway(t, 1, -0.08), 34 - 12 * sway(t, 1, -0.08)),
        bow=6 * sway(t, 1, -0.15),
        feet=((-44, -22 * max(0, step)), (44, -22 * max(0, -step))),
    )
    with pen.moved(256, 476, wide=0.94, high=0.94):
        draw_owl(pen, owl)
        draw_twinkle(pen, 102, -322, 30 * twinkling(t, 0.25), "#fff3c4")


def blink(pen: Pen, t: float) -> None:
    """Blinks twice, as one does at a surprising footnote."""
    shut = lids(t, 0.4, 0.62, width=0.16)
    breath = sway(t, 1, -0.25)
    owl = Owl(
        lids=(shut, shut),
        brows=(5 * bump(t, 0.8, 0.3), 5 * bump(t, 0.8, 0.3)),
        squash=1 + 0.012 * breath - 0.012 * (1 - shut),
        head=(0, 3 * (1 - shut) - breath),
        tufts=(-4 * (1 - shut), 4 * (1 - shut)),
        wings=(7 + 2 * breath, 7 + 2 * breath),
    )
    with pen.moved(256, 478):
        draw_owl(pen, owl)


def wink(pen: Pen, t: float) -> None:
    """Tilts its head as only owls can, and winks."""
    tilt = keyed(t, (0.0, 0), (0.1, 0), (0.3, -19), (0.72, -19), (0.92, 0))
    owl = Owl(
        lids=(1.0, lids(t, 0.52, width=0.24)),
        brows=(-tilt * 0.3, 0),
        gaze=(0, tilt * -0.12),
        smirk=-tilt * 0.2,
        head=(tilt * 0.25, 0),
        tilt=tilt,
        tufts=(4 * sway(t, 1, -0.1), 4 * sway(t, 1, -0.1)),
        wings=(7 - tilt * 0.25, 7 - tilt * 0.1),
        bow=tilt * 0.2,
        squash=1 + 0.012 * sway(t, 1, -0.25),
    )
    with pen.moved(268, 478, wide=0.96, high=0.96):
        draw_owl(pen, owl)


def orb(pen: Pen, t: float) -> None:
    """Polishes a glowing orb, unhurried."""
    rub, circle = sway(t, 2), sway(t, 2, 0.25)
    owl = Owl(
        lids=(lids(t, 0.9), lids(t, 0.9)),
        gaze=(3 * rub, 12),
        squash=1 + 0.01 * sway(t, 2, 0.25),
        head=(2 * rub, 4),
        tilt=3 * sway(t),
        tufts=(3 * rub, 3 * rub),
    )
    with pen.moved(256, 472, wide=0.97, high=0.97):
        draw_owl_body(pen, owl)
        with pen.moved(-4, -84, wide=1.3, high=1.3):
            draw_orb(pen, t)
        draw_owl_feet(pen, owl)
        _cloth(pen, 30 + 13 * rub, -122 + 6 * circle)
        draw_wing(pen, -1, -24, reach=(106, -166), length=0.78)
        draw_wing(pen, 1, -54 - 6 * rub, reach=(110, -170 + 6 * circle), length=0.66)
        draw_owl_head(pen, owl)
        draw_twinkle(pen, 66, -40, 22 * twinkling(t, 0.2), "#d9fbff")
        draw_twinkle(pen, -30, -128, 17 * twinkling(t, 0.7), "#d9fbff")


def _cloth(pen: Pen, x: float, y: float) -> None:
    with pen.moved(x, y, turn=x * 0.8):
        rag = curve(
            "M -28 -10 C -10 -18 14 -18 32 -8 C 28 6 34 16 26 26 C 14 18 4 28 -6 20 "
            "C -16 26 -24 18 -32 20 C -26 8 -34 0 -28 -10 Z"
        )
        pen.part(rag, Tone("#ffd9dc", "#f3aeb8"), depth=5, line=5)


def card_sit(pen: Pen, t: float) -> None:
    """Perches on the edge of a card and greets with one wing."""
    owl = Owl(glad=True, tilt=-5, shadow=False, feet=((-40, -6), (40, -6)))
    with pen.moved(256, 362 + 2 * sway(t)):
        draw_card(pen, Card(400, 122, "#6f61e8", (84, 56, 356)))
        with pen.moved(52, 10, wide=0.8, high=0.8):
            draw_owl_body(pen, owl)
            draw_wing(pen, -1, 6)
            draw_wing(pen, 1, 122, reach=(100, -150))
            draw_owl_head(pen, owl)


def cafe(pen: Pen, t: float) -> None:
    """Warms its wings on a cup of coffee and thinks of nothing at all."""
    lift = bump(t, 0.5, 0.8)
    calm = keyed(t, (0.0, 1), (0.3, 1), (0.37, 0.1), (0.63, 0.1), (0.7, 1))
    owl = Owl(
        lids=(calm, calm),
        gaze=(0, 10),
        glad=bump(t, 0.5, 0.3) > 0,
        squash=1 + 0.014 * sway(t, 1, -0.25),
        head=(0, 2 + 5 * lift),
        tilt=-2 - 4 * lift,
        tufts=(-6 * lift, 6 * lift),
    )
    with pen.moved(256, 478):
        draw_owl_body(pen, owl)
        with pen.moved(-3, -36 - 12 * lift, wide=1.36, high=1.36):
            draw_cup(pen)
        draw_wing(pen, -1, -25 - 5 * lift, reach=(104, -166 - 4 * lift), length=0.8)
        draw_wing(pen, 1, -25 - 5 * lift, reach=(104, -166 - 4 * lift), length=0.8)
        draw_owl_head(pen, owl)
        with pen.moved(-3, -122 - 12 * lift):
            draw_steam(pen, t)
