"""How steep the ground is, as the soles that stood on it feel it."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

SLOPE_MAX = 0.2
"""Steepest ground that is believed, tangent."""
NEAR = 0.3
"""Soles that stood within this of the newest one must feel the same slope, besides the one before it [m]."""
STEP_MIN = 0.12
"""Shorter steps up or down a slope do not confirm it [m]."""
MEMORY = 8
"""Soles remembered."""
Slope = tuple[float, float]
Point = tuple[float, float, float]


class SlopeSense:
    """The slope that all soles agree on, or that the newest one and the step it made agree on.

    One sole alone may stand on an edge.

    Attributes:
        slope: rise of the ground along world x and y.
    """

    def __init__(self) -> None:
        self.slope: Slope = (0.0, 0.0)
        self._felt: deque[tuple[Point, Slope]] = deque(maxlen=MEMORY)

    def reset(self) -> None:
        """Forget everything: level ground."""
        self.slope = (0.0, 0.0)
        self._felt.clear()

    def feel(self, position: np.ndarray, rotation: np.ndarray) -> None:
        """Take in a sole that has come to rest under load; position and rotation in world, shapes (3,) and (3, 3)."""
        x, y, z = position.tolist()
        newest = slope_under(rotation)
        near = [
            slope
            for index, ((before_x, before_y, _), slope) in enumerate(reversed(self._felt))
            if index == 0 or math.hypot(x - before_x, y - before_y) < NEAR
        ]
        risen = _confirm(newest, (x, y, z), self._felt[-1][0]) if self._felt else 0.0
        self._felt.append(((x, y, z), newest))
        self.slope = _choose(newest[0], [s[0] for s in near], risen), _choose(newest[1], [s[1] for s in near], risen)


def _confirm(slope: Slope, place: Point, before: Point) -> float:
    """Share, 0…1, of a sole's slope that explains how much higher it stands than the one before."""
    dx, dy, dz = (a - b for a, b in zip(place, before, strict=True))
    rise, steepness = slope[0] * dx + slope[1] * dy, math.hypot(*slope)
    if abs(rise) < STEP_MIN * steepness or steepness == 0.0:
        return 0.0
    return min(max(dz / rise, 0.0), 1.0)


def _choose(newest: float, near: list[float], risen: float) -> float:
    """The steeper of what all soles and of what newest sole and step agree on, no steeper than `SLOPE_MAX`."""
    agreed = _agree([newest, *near]) if near else 0.0
    steeper = max(abs(agreed), abs(risen * newest))
    return math.copysign(min(steeper, SLOPE_MAX), newest)


def slope_under(rotation: np.ndarray) -> Slope:
    """Rise along world x and y of the ground under a sole that lies on it; its rotation to world, shape (3, 3)."""
    x, y, z = rotation[:, 2].tolist()
    return -x / z, -y / z


def _agree(values: list[float]) -> float:
    """The smallest, where all have the same sign; otherwise 0."""
    low, high = min(values), max(values)
    return low if low > 0.0 else high if high < 0.0 else 0.0
