"""Step adjustment: when the ankle cannot bring the DCM back, the foothold and the step's timing move [Khadiv2020]."""

from __future__ import annotations

import math

from robot_trials_control.compiled import compiled
from robot_trials_control.contacts import SoleReach
from robot_trials_control.dcm import steady_zmp
from robot_trials_control.footsteps import Pose2, clamp_to_sole

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


Point = tuple[float, float]


@compiled
def remaining_shift(
    dcm: Point, wanted: Point, stance: Pose2, remaining: float, reach: SoleReach, share: float, omega: float
) -> Point:
    """Error of the DCM at touchdown that the best constant ZMP within the sole leaves, world [m].

    Args:
        dcm, wanted: measured now and wanted at touchdown, world [m].
        stance: the foot on the ground.
        remaining: time to touchdown [s].
        reach, share: of the sole that the ZMP may use.
        omega: natural frequency of the pendulum [1/s].
    """
    growth = math.exp(omega * remaining)
    x, y = steady_zmp(dcm[0], wanted[0], remaining, omega), steady_zmp(dcm[1], wanted[1], remaining, omega)
    x, y = clamp_to_sole(x, y, stance, reach, share)
    return x + (dcm[0] - x) * growth - wanted[0], y + (dcm[1] - y) * growth - wanted[1]


@compiled
def find_adjustment(
    dcm: Point,
    wanted: Point,
    stance: Pose2,
    elapsed: float,
    remaining: float,
    reach: SoleReach,
    share: float,
    omega: float,
    gain: float,
    deadband: float,
) -> tuple[float, float, float]:
    """Cheapest change of foothold and timing after which the DCM lands where it is wanted.

    Args:
        dcm, wanted, stance, remaining, reach, share, omega: as for `remaining_shift`.
        elapsed: time of the single support so far [s].
        gain: shift of the foothold per error of the DCM at touchdown.
        deadband: shift of the foothold below which nothing changes [m].

    Returns:
        Shift of the foothold in x and y, world [m], and change of the remaining time [s]; zeros for no change.
    """
    if remaining < REMAINING_MIN:
        return 0.0, 0.0, 0.0
    x, y = remaining_shift(dcm, wanted, stance, remaining, reach, share, omega)
    if gain * math.hypot(x, y) <= deadband:
        return 0.0, 0.0, 0.0
    best, best_cost = (gain * x, gain * y, 0.0), math.inf
    for offset in TIMING_OFFSETS:
        left = remaining + offset
        if left < REMAINING_MIN or (offset < 0.0 and elapsed + left < SWING_TIME_MIN):
            continue
        x, y = remaining_shift(dcm, wanted, stance, left, reach, share, omega)
        cost = (offset / TIMING_SCALE) ** 2 + gain * gain * (x * x + y * y) / (SHIFT_SCALE * SHIFT_SCALE)
        if cost < best_cost:
            best, best_cost = (gain * x, gain * y, offset), cost
    return best
