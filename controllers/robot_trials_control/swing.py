"""The path of the foot in the air."""

from __future__ import annotations

import numpy as np

from robot_trials_control.compiled import compiled
from robot_trials_control.footsteps import Pose2
from robot_trials_control.rotations import rotation_about_z, wrap_angle

Triple = tuple[float, float, float]

HORIZONTAL_END_PHASE = 0.95
"""Share of the swing after which the foot only moves down."""


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
        overtime = (phase - 1.0) * duration
        return target_z + touchdown_velocity * overtime, touchdown_velocity, 0.0
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
    shape: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write the swing foot's reference.

    Args:
        phase: elapsed share of the swing; beyond 1 the foot goes on down.
        duration: length of the whole swing as foreseen now [s].
        start, start_z: where the foot lifted off [m].
        target, target_z: foothold aimed at, and expected height of the ground there [m].
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
    rotation_about_z(start.yaw + wrap_angle(target.yaw - start.yaw) * s, out[3:])
