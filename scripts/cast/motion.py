"""Motion that loops: each function of the time `t` is the same at 0 and at 1."""

from __future__ import annotations

from bisect import bisect_right
from math import cos, pi, sin


def sway(t: float, turns: int = 1, phase: float = 0.0) -> float:
    """A sine between -1 and 1 that turns `turns` times in a loop."""
    return sin(2 * pi * (turns * t + phase))


def bump(t: float, at: float, width: float) -> float:
    """A soft rise to 1 around `at` and back to 0, `width` of the loop wide."""
    distance = abs((t - at + 0.5) % 1 - 0.5)
    return 0.0 if distance >= width / 2 else 0.5 + 0.5 * cos(2 * pi * distance / width)


def lids(t: float, *blinks: float, width: float = 0.13) -> float:
    """How open the eyes are, 1 to 0, with a blink around each moment named."""
    return 1 - min(1.0, sum(1.6 * bump(t, at, width) for at in blinks))


def keyed(t: float, *keys: tuple[float, float]) -> float:
    """The value at `t` between (moment, value) keys, eased, the last leading into the first."""
    moments = [moment for moment, _ in keys]
    after = bisect_right(moments, t) % len(keys)
    (start, low), (end, high) = keys[after - 1], keys[after]
    span = (end - start) % 1 or 1
    share = ((t - start) % 1) / span
    return low + (high - low) * (0.5 - 0.5 * cos(pi * share))
