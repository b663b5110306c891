"""What the hedgehog does: each act draws it at the time `t` of a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cast.face import Look
from cast.hedgehog import Hedgehog, draw_hedgehog
from cast.motion import bump, keyed, lids, sway

if TYPE_CHECKING:
    from cast.pen import Pen


def idle(pen: Pen, t: float) -> None:
    """Breathes, sniffs at its leaf, looks up again; the spines follow."""
    breath = sway(t, 1, -0.25)
    bow = keyed(t, (0.0, 0), (0.14, 0), (0.32, 1), (0.6, 1), (0.78, 0))
    sniff = max(0.0, sway(t, 5)) * bump(t, 0.46, 0.4)
    hog = Hedgehog(
        look=Look(lids=lids(t, 0.24, 0.84), gaze=(0, 6 * bow), mouth="smile", brow=3 * bow),
        squash=1 + 0.016 * breath,
        head=(0, 5 * bow - breath),
        tilt=-3 + 5 * bow,
        bristle=2.5 * breath,
        ripple=2.5 * sway(t, 1, 0.1),
        ear=5 * sway(t, 1, -0.1) - 8 * bump(t, 0.68, 0.14),
        sniff=3.5 * sniff,
        leaf=7 * bow,
    )
    with pen.moved(252, 482, wide=1.1, high=1.1):
        draw_hedgehog(pen, hog)
