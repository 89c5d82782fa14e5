"""How steep the ground is, as the soles that stood on it feel it."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

SLOPE_MAX = 0.2
"""Steepest ground that is believed, tangent."""
NEAR = 0.3
"""Soles that stood within this of the newest one must feel the same slope, besides the one before it [m]."""
MEMORY = 8
"""Soles remembered."""
Slope = tuple[float, float]


class SlopeSense:
    """The slope that all soles agree on: one alone may stand on an edge.

    Attributes:
        slope: rise of the ground along world x and y.
    """

    def __init__(self) -> None:
        self.slope: Slope = (0.0, 0.0)
        self._felt: deque[tuple[float, float, Slope]] = deque(maxlen=MEMORY)

    def reset(self) -> None:
        """Forget everything: level ground."""
        self.slope = (0.0, 0.0)
        self._felt.clear()

    def feel(self, position: np.ndarray, rotation: np.ndarray) -> None:
        """Take in a sole that has come to rest under load; position and rotation in world, shapes (3,) and (3, 3)."""
        x, y = float(position[0]), float(position[1])
        slopes = [slope_under(rotation)]
        for index, (before_x, before_y, slope) in enumerate(reversed(self._felt)):
            if index == 0 or math.hypot(x - before_x, y - before_y) < NEAR:
                slopes.append(slope)
        self._felt.append((x, y, slopes[0]))
        along_x, along_y = zip(*slopes, strict=True)
        self.slope = (_agree(along_x), _agree(along_y)) if len(slopes) > 1 else (0.0, 0.0)


def slope_under(rotation: np.ndarray) -> Slope:
    """Rise along world x and y of the ground under a sole that lies on it; its rotation to world, shape (3, 3)."""
    x, y, z = rotation[:, 2].tolist()
    return -x / z, -y / z


def _agree(values: tuple[float, ...]) -> float:
    """The smallest, where all have the same sign, no larger than `SLOPE_MAX`; otherwise 0."""
    low, high = min(values), max(values)
    return min(low, SLOPE_MAX) if low > 0.0 else max(high, -SLOPE_MAX) if high < 0.0 else 0.0
