"""What the fox does: each act draws it at the time `t` of a loop."""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING

from cast.face import Look
from cast.fox import (
    FUR,
    Fox,
    draw_arm,
    draw_foot,
    draw_fox,
    draw_head,
    draw_scarf_end,
    draw_tail,
    draw_trunk,
)
from cast.motion import bump, keyed, lids, sway
from cast.props import Card, draw_card, draw_confetti
from cast.shapes import Point, tube

if TYPE_CHECKING:
    from cast.pen import Pen


def wave(pen: Pen, t: float) -> None:
    """Waves twice, leaning into it."""
    beat = sway(t, 2)
    angle = radians(30 + 18 * beat)
    elbow = (116.0, -146.0 - 3 * beat)
    hand = (elbow[0] + 84 * sin(angle), elbow[1] - 84 * cos(angle))
    fox = Fox(
        look=Look(lids=lids(t, 0.62), mouth="open", wide=1.06 + 0.05 * sway(t, 2, 0.1)),
        squash=1 + 0.018 * sway(t, 2, 0.2),
        lean=-1.2 + 1.0 * sway(t, 2, -0.05),
        head=(-4 + 2.5 * sway(t, 2, -0.12), 2 * sway(t, 2, 0.2)),
        tilt=-6 + 2.2 * sway(t, 2, -0.12),
        ears=(4 * sway(t, 2, -0.22), 4 * sway(t, 2, -0.2)),
        tail=15 * sway(t, 2, 0.3),
        scarf=7 * sway(t, 2, -0.3),
        right=((36, -154), (80, -134), elbow, hand),
        palms=(False, True),
    )
    with pen.moved(244, 482, wide=0.98, high=0.98):
        draw_fox(pen, fox)


def idle(pen: Pen, t: float) -> None:
    """Breathes, looks to one side and back, blinks, twitches an ear."""
    breath = sway(t, 1, -0.25)
    glance = keyed(t, (0.0, 0), (0.28, 0), (0.36, 5), (0.62, 5), (0.7, 0))
    fox = Fox(
        look=Look(lids=lids(t, 0.32, 0.86), gaze=(glance, 0), brow=0.6 * glance),
        squash=1 + 0.014 * breath,
        head=(0.9 * glance, -1.5 * sway(t, 1, -0.32)),
        tilt=0.7 * glance,
        ears=(2 * breath, -10 * bump(t, 0.52, 0.12) + 7 * bump(t, 0.6, 0.1)),
        tail=18 * sway(t, 1, 0.05),
        scarf=4 * sway(t, 1, -0.1),
        left=((-36, -154), (-72, -116), (-75 - breath, -71 - 2 * breath)),
        right=((36, -154), (72, -116), (75 + breath, -71 - 2 * breath)),
    )
    with pen.moved(268, 482, wide=0.98, high=0.98):
        draw_fox(pen, fox)


def cheer(pen: Pen, t: float) -> None:
    """Crouches, leaps with both arms up, lands softly; confetti falls the while."""
    u = (2 * t + 0.46) % 1
    lift = keyed(u, (0.0, 0), (0.16, 0), (0.46, 66), (0.78, 0))
    squash = keyed(
        u, (0.0, 0.98), (0.14, 0.87), (0.3, 1.08), (0.46, 1.0), (0.7, 1.06), (0.86, 0.91)
    )
    arms = keyed(u, (0.0, 0.5), (0.14, 0.28), (0.38, 1.0), (0.62, 0.95), (0.88, 0.4))
    lag = keyed(u, (0.0, 0), (0.22, -1), (0.5, 0.2), (0.72, 1), (0.9, -0.3))
    fox = Fox(
        look=Look(glad=True, mouth="laugh", brow=5),
        squash=squash,
        lift=lift,
        head=(0, 5 * lag),
        tilt=4 * sway(t),
        ears=(9 * lag, -9 * lag),
        tail=-12 + 16 * lag,
        scarf=10 * lag,
        left=_raised(-1, arms),
        right=_raised(1, arms),
        palms=(True, True),
        feet=((-38 - 3 * lift / 66, -4 * lift / 66), (38 + 3 * lift / 66, 2 * lift / 66)),
    )
    with pen.moved(262, 482):
        draw_confetti(pen, t)
        with pen.moved(wide=0.88, high=0.88):
            draw_fox(pen, fox)


def _raised(side: int, share: float) -> tuple[Point, ...]:
    elbow = (side * (100 + 22 * share), -122 - 46 * share)
    hand = (side * (116 + 46 * share), -148 - 112 * share)
    return ((side * 36.0, -154.0), (side * (70 + 8 * share), -132 - 6 * share), elbow, hand)


CARD = Card(392, 132, "#16b3a6", (84, 52, 96, 64))
SEATED_TAIL: tuple[Point, ...] = ((-20, -30), (-84, -18), (-140, -48), (-168, -108), (-150, -170))


def card_sit(pen: Pen, t: float) -> None:
    """Sits on a card, feet dangling, at ease."""
    breath = sway(t, 1, -0.25)
    fox = Fox(
        look=Look(lids=lids(t, 0.4), gaze=(-2, 2), mouth="smile"),
        squash=1 + 0.012 * breath,
        head=(-3 + 2 * sway(t), 1.5 * sway(t, 2)),
        tilt=-5 + 3 * sway(t),
        ears=(3 * sway(t, 1, -0.1), 3 * sway(t, 1, -0.1) + 9 * bump(t, 0.74, 0.12)),
        scarf=5 * sway(t, 1, -0.15),
        left=((-36, -154), (-74, -110), (-92, -52), (-88, -16)),
        right=((36, -154), (74, -110), (92, -52), (88, -16)),
    )
    with pen.moved(256, 352):
        with pen.moved(46, 8, wide=0.8, high=0.8):
            draw_tail(pen, SEATED_TAIL, 16 * sway(t, 1, 0.1))
        draw_card(pen, CARD)
        with pen.moved(46, 8, wide=0.8, high=0.8):
            _seated(pen, fox, t)


def _seated(pen: Pen, fox: Fox, t: float) -> None:
    with pen.moved(wide=1 / fox.squash, high=fox.squash):
        draw_trunk(pen)
        draw_scarf_end(pen, fox.scarf)
        draw_arm(pen, fox.left, palm=False)
        draw_arm(pen, fox.right, palm=False)
    for side in (-1, 1):
        _dangling(pen, side, 7 * side * sway(t, 2, 0.05))
    draw_head(pen, fox)


def _dangling(pen: Pen, side: int, swing: float) -> None:
    leg = tube([(side * 30, -22), (side * 40, 2), (side * 42 + swing * 0.5, 48)], (46, 44, 36))
    pen.part(leg, FUR, depth=7)
    with pen.moved(side * 44 + swing, 84, turn=-swing * 1.4):
        draw_foot(pen)
