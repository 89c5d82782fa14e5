"""When a simulated robot has fallen, judged on what only the simulator knows."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.config.ground import GroundSpec
from robot_trials_control.records import Record

FALL_TILT = math.radians(45.0)
"""[rad]"""
FALL_HEIGHT_SHARE = 0.6
"""Share of the base's height at the start, above the ground where it is, below which it has fallen."""


class FallWatch:
    """Watches the truth of every tick.

    Attributes:
        fell: anything but the soles touched the ground, or the base tilted too far or sank too low.
        may_be_low: the robot lowers itself on purpose: the base's height does not count.
        tilt_max: largest tilt of the base [rad].
    """

    def __init__(self, ground: GroundSpec) -> None:
        self.fell = self.may_be_low = False
        self.tilt_max = 0.0
        self._ground, self._height = ground, math.nan

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        truth = sample.truth
        x, _, z = truth.base_position.tolist()
        height = z - self._ground.height(x)
        if math.isnan(self._height):
            self._height = height
        low = not self.may_be_low and height < FALL_HEIGHT_SHARE * self._height
        self.tilt_max = max(self.tilt_max, compute_tilt(truth.base_orientation_xyzw))
        self.fell = self.fell or low or self.tilt_max > FALL_TILT or int(truth.ground_contacts) > 0


def compute_tilt(orientation_xyzw: np.ndarray) -> float:
    """Angle between a body's vertical axis and the true one, from its quaternion, shape (4,) [rad]."""
    x, y, _, _ = orientation_xyzw.tolist()
    return math.acos(min(max(1.0 - 2.0 * (x * x + y * y), -1.0), 1.0))
