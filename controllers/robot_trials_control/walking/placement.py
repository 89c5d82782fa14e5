"""Step adjustment: when the ankle cannot bring the DCM back, the foothold and the step's timing move [Khadiv2020]."""

from __future__ import annotations

import math
from typing import NamedTuple

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.walking.dcm import steady_zmp
from robot_trials_control.walking.footsteps import Pose2, clamp_to_sole

TIMING_SCALE = 0.1
"""Change of the swing's duration that costs as much as `SHIFT_SCALE` [s]."""
SHIFT_SCALE = 0.12
"""Shift of the foothold that costs as much as `TIMING_SCALE` [m]."""
MISS_SCALE = 0.03
"""Miss of the DCM at touchdown, where no foothold within reach meets it, that costs as much [m]."""
DURATION_STEP, DURATIONS = 0.02, 16
"""Durations of the swing that are tried: so far apart, so many down from `SWING_TIME_GROWTH` longer [s]."""
SWING_TIME_GROWTH = 0.02
"""Longest that a swing may last beyond its planned duration [s]."""
SWING_TIME_MIN = 0.22
"""Shortest swing that timing adjustment may ask for [s]."""
REMAINING_MIN = 0.03
"""Below this remaining time nothing is adjusted any more [s]."""


Point = tuple[float, float]


class StepLimits(NamedTuple):
    """Where a foot may land beside the one that stands, in its axes.

    Attributes:
        back, ahead: x [m].
        inner, outer: distance to the stance foot's line, on the swing foot's own side [m].
        stride: distance of the feet [m].
    """

    back: float
    ahead: float
    inner: float
    outer: float
    stride: float


@compiled
def keep_within(x: float, y: float, stance: Pose2, side: float, limits: StepLimits) -> Point:
    """The foothold nearest to (x, y), world [m], that a step can reach; `side` is 1 for a left foot, else −1."""
    c, s = math.cos(stance.yaw), math.sin(stance.yaw)
    dx, dy = x - stance.x, y - stance.y
    ahead, aside = c * dx + s * dy, side * (-s * dx + c * dy)
    aside = min(max(aside, limits.inner), limits.outer)
    ahead = min(max(ahead, limits.back), limits.ahead)
    farthest = math.sqrt(max(limits.stride * limits.stride - aside * aside, 0.0))
    ahead = min(max(ahead, -farthest), farthest)
    return stance.x + c * ahead - s * side * aside, stance.y + s * ahead + c * side * aside


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
    foothold: Point,
    duration: float,
    elapsed: float,
    stance: Pose2,
    side: float,
    limits: StepLimits,
    reach: SoleReach,
    share: float,
    omega: float,
    gain: float,
) -> tuple[float, float, float]:
    """Foothold and duration of a swing that cost least: change of both, and miss of the DCM out of the step's reach.

    Args:
        dcm: measured now, world [m].
        wanted: DCM at touchdown for the foothold as planned, world [m].
        foothold, duration: as planned when the swing began, world [m], [s].
        elapsed: time of the swing so far [s].
        stance: the foot on the ground.
        side, limits: of the foot in the air, as for `keep_within`.
        reach, share, omega: as for `remaining_shift`.
        gain: shift of the foothold per error of the DCM at touchdown.

    Returns:
        x and y of the foothold, world [m], and duration of the swing [s].
    """
    best, best_cost = (foothold[0], foothold[1], duration), math.inf
    for i in range(DURATIONS):
        longer = SWING_TIME_GROWTH - i * DURATION_STEP
        left = duration + longer - elapsed
        if left < REMAINING_MIN or (longer < 0.0 and duration + longer < SWING_TIME_MIN):
            break
        miss_x, miss_y = remaining_shift(dcm, wanted, stance, left, reach, share, omega)
        x, y = keep_within(foothold[0] + gain * miss_x, foothold[1] + gain * miss_y, stance, side, limits)
        shift_x, shift_y = x - foothold[0], y - foothold[1]
        miss_x -= shift_x / gain
        miss_y -= shift_y / gain
        cost = (
            (longer / TIMING_SCALE) ** 2
            + (shift_x * shift_x + shift_y * shift_y) / (SHIFT_SCALE * SHIFT_SCALE)
            + (miss_x * miss_x + miss_y * miss_y) / (MISS_SCALE * MISS_SCALE)
        )
        if cost < best_cost:
            best, best_cost = (x, y, duration + longer), cost
    return best
