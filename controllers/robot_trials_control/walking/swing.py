"""The path of the foot in the air."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import rotation_on_slope, wrap_angle
from robot_trials_control.walking.footsteps import Pose2

Triple = tuple[float, float, float]

HORIZONTAL_END_PHASE = 0.95
"""Share of the swing after which the foot only moves down."""
TURN_END_PHASE = 0.7
"""Share of the swing after which it turns no more: a turn's rate is not fed forward, and lags by 80 ms."""
SEARCH_JERK, SEARCH_SPEED_MAX = 150.0, 0.8
"""A foot that does not find the ground where it is expected goes down ever faster [m/s³], up to a speed [m/s]."""


@compiled
def min_jerk(s: float) -> tuple[float, float, float]:
    """Minimum-jerk blend from 0 to 1 and its first two derivatives, for s in [0, 1]."""
    if s >= 1.0:
        return 1.0, 0.0, 0.0
    s2 = s * s
    return (
        s2 * s * (10.0 - 15.0 * s + 6.0 * s2),
        s2 * (30.0 - 60.0 * s + 30.0 * s2),
        s * (60.0 - 180.0 * s + 120.0 * s2),
    )


@compiled
def descend(s: float, height: float, end_slope: float) -> tuple[float, float, float]:
    """Quintic from `height` at rest to 0 with slope `end_slope` at s = 1, and its first two derivatives.

    Boundary accelerations are zero.
    """
    a3, a4, a5 = -10.0 * height - 4.0 * end_slope, 15.0 * height + 7.0 * end_slope, -6.0 * height - 3.0 * end_slope
    s2 = s * s
    return (
        height + s2 * s * (a3 + a4 * s + a5 * s2),
        s2 * (3.0 * a3 + 4.0 * a4 * s + 5.0 * a5 * s2),
        s * (6.0 * a3 + 12.0 * a4 * s + 20.0 * a5 * s2),
    )


@compiled
def search_ground(time: float, velocity: float) -> Triple:
    """Height below the expected ground, its velocity and acceleration, `time` after it was missed [m, m/s, m/s²].

    Args:
        time: [s].
        velocity: at the expected ground [m/s].
    """
    ramp = math.sqrt(2.0 * max(SEARCH_SPEED_MAX + velocity, 0.0) / SEARCH_JERK)
    t = min(time, ramp)
    height, speed = velocity * t - SEARCH_JERK * t * t * t / 6.0, velocity - 0.5 * SEARCH_JERK * t * t
    if time > ramp:
        return height + speed * (time - ramp), speed, 0.0
    return height, speed, -SEARCH_JERK * t


@compiled
def swing_height(phase: float, duration: float, start_z: float, target_z: float, shape: np.ndarray) -> Triple:
    """Height of the swing foot, its velocity and acceleration [m, m/s, m/s²]; arguments as for `write_swing`."""
    clearance, apex_phase, touchdown_velocity = shape
    apex = max(start_z, target_z) + clearance
    if phase < apex_phase:
        span = apex_phase * duration
        s, ds, dds = min_jerk(phase / apex_phase)
        rise = apex - start_z
        return start_z + rise * s, rise * ds / span, rise * dds / (span * span)
    if phase >= 1.0:
        below, speed, acceleration = search_ground((phase - 1.0) * duration, touchdown_velocity)
        return target_z + below, speed, acceleration
    span = (1.0 - apex_phase) * duration
    s, ds, dds = descend((phase - apex_phase) / (1.0 - apex_phase), apex - target_z, touchdown_velocity * span)
    return target_z + s, ds / span, dds / (span * span)


@compiled
def write_swing(
    phase: float,
    duration: float,
    start: Pose2,
    start_z: float,
    target: Pose2,
    target_z: float,
    slopes: np.ndarray,
    shape: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write the swing foot's reference.

    Args:
        phase: elapsed share of the swing; beyond 1 the foot goes on down.
        duration: length of the whole swing as foreseen now [s].
        start, start_z: where the foot lifted off [m].
        target, target_z: foothold aimed at, and expected height of the ground there [m].
        slopes: of the ground where the foot lifted off and where it is to land, rise along world x and y, shape (2, 2).
        shape: height of the apex above the higher end [m], its phase, and velocity at touchdown [m/s], shape (3,).
        out: rows of a `PoseReference`, shape (6, 3).
    """
    rate = 1.0 / (duration * HORIZONTAL_END_PHASE)
    s, ds, dds = min_jerk(phase / HORIZONTAL_END_PHASE)
    dx, dy = target.x - start.x, target.y - start.y
    out[0, 0], out[0, 1] = start.x + dx * s, start.y + dy * s
    out[1, 0], out[1, 1] = dx * ds * rate, dy * ds * rate
    out[2, 0], out[2, 1] = dx * dds * rate * rate, dy * dds * rate * rate
    out[0, 2], out[1, 2], out[2, 2] = swing_height(phase, duration, start_z, target_z, shape)
    turned, _, _ = min_jerk(phase / TURN_END_PHASE)
    yaw = start.yaw + wrap_angle(target.yaw - start.yaw) * turned
    x, y = slopes[0] + (slopes[1] - slopes[0]) * turned
    rotation_on_slope(yaw, x, y, out[3:])
