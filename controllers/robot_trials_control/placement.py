"""Step adjustment: when the ankle cannot bring the DCM back, the foothold and the step's timing move [Khadiv2020]."""

from __future__ import annotations

import math
from typing import NamedTuple

from robot_trials_control.config import WalkingGains
from robot_trials_control.contacts import SoleReach
from robot_trials_control.dcm import foothold_gain, steady_zmp
from robot_trials_control.footsteps import Pose2

TIMING_SCALE = 0.1
"""Change of the remaining time that costs as much as `SHIFT_SCALE` [s]."""
SHIFT_SCALE = 0.12
"""Shift of the foothold that costs as much as `TIMING_SCALE` [m]."""
TIMING_OFFSETS = (-0.10, -0.07, -0.04, -0.02, 0.0, 0.02, 0.04)
"""Changes of the remaining time that are tried [s]."""
SWING_TIME_MIN = 0.22
"""Shortest swing that timing adjustment may ask for [s]."""
REMAINING_MIN = 0.03
"""Below this remaining time nothing is adjusted any more [s]."""


class Adjustment(NamedTuple):
    """Change of the step in progress."""

    shift_x: float  # of the foothold, world [m]
    shift_y: float
    timing: float  # of the remaining time [s]


NO_ADJUSTMENT = Adjustment(0.0, 0.0, 0.0)


class StepPlacement:
    """Finds how the step in progress must change so that the DCM lands where the plan wants it."""

    def __init__(self, gains: WalkingGains, reach: SoleReach, omega: float) -> None:
        self.gains, self.reach = gains, reach
        self.omega = omega
        self._inverse_gain = 1.0 / foothold_gain(gains.double_support, omega)

    def compute(
        self, dcm: tuple[float, float], wanted: tuple[float, float], stance: Pose2, elapsed: float, remaining: float
    ) -> Adjustment:
        """Adjustment of foothold and timing.

        Args:
            dcm: measured DCM, world [m].
            wanted: DCM wanted at touchdown for the foothold as planned now, world [m].
            stance: the foot on the ground.
            elapsed, remaining: time of the single support so far and to come [s].
        """
        if remaining < REMAINING_MIN:
            return NO_ADJUSTMENT
        shift = self._shift(dcm, wanted, stance, remaining)
        if math.hypot(*shift) <= self.gains.placement_deadband:
            return NO_ADJUSTMENT
        best, best_cost = Adjustment(*shift, 0.0), math.inf
        for offset in TIMING_OFFSETS:
            left = remaining + offset
            if left < REMAINING_MIN or (offset < 0.0 and elapsed + left < SWING_TIME_MIN):
                continue
            x, y = self._shift(dcm, wanted, stance, left)
            cost = (offset / TIMING_SCALE) ** 2 + (x * x + y * y) / (SHIFT_SCALE * SHIFT_SCALE)
            if cost < best_cost:
                best, best_cost = Adjustment(x, y, offset), cost
        return best

    def _shift(
        self, dcm: tuple[float, float], wanted: tuple[float, float], stance: Pose2, remaining: float
    ) -> tuple[float, float]:
        """Foothold shift left over after the best constant ZMP within the sole [m]."""
        omega = self.omega
        zmp = Pose2(
            steady_zmp(dcm[0], wanted[0], remaining, omega), steady_zmp(dcm[1], wanted[1], remaining, omega), 0.0
        ).seen_from(stance)
        held = stance.offset(*self.reach.clamp(zmp.x, zmp.y, self.gains.sole_share))
        growth = math.exp(omega * remaining)
        gain = self._inverse_gain
        return (
            (held.x + (dcm[0] - held.x) * growth - wanted[0]) * gain,
            (held.y + (dcm[1] - held.y) * growth - wanted[1]) * gain,
        )
