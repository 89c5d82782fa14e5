"""The path of the foot in the air."""

from __future__ import annotations

from robot_trials_control.config import WalkingGains
from robot_trials_control.footsteps import Pose2
from robot_trials_control.rotations import rotation_about_z, wrap_angle
from robot_trials_control.whole_body import PoseReference

HORIZONTAL_END_PHASE = 0.95
"""Share of the swing after which the foot only moves down."""


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


class SwingFoot:
    """Moves one foot from where it lifts off to a foothold that may still move."""

    def __init__(self, gains: WalkingGains) -> None:
        self.gains = gains
        self.start = Pose2(0.0, 0.0, 0.0)
        self.start_z = 0.0

    def lift_off(self, pose: Pose2, z: float) -> None:
        """Begin a swing at the foot's pose and height [m]."""
        self.start, self.start_z = pose, z

    def update(self, phase: float, duration: float, target: Pose2, target_z: float, out: PoseReference) -> None:
        """Write the foot's reference.

        Args:
            phase: elapsed share of the swing; beyond 1 the foot goes on down.
            duration: length of the whole swing as foreseen now [s].
            target: foothold aimed at.
            target_z: expected height of the ground there [m].
            out: receives the reference.
        """
        rate = 1.0 / (duration * HORIZONTAL_END_PHASE)
        s, ds, dds = min_jerk(phase / HORIZONTAL_END_PHASE)
        dx, dy = target.x - self.start.x, target.y - self.start.y
        out.position[0], out.position[1] = self.start.x + dx * s, self.start.y + dy * s
        out.velocity[0], out.velocity[1] = dx * ds * rate, dy * ds * rate
        out.acceleration[0], out.acceleration[1] = dx * dds * rate * rate, dy * dds * rate * rate
        rotation_about_z(self.start.yaw + wrap_angle(target.yaw - self.start.yaw) * s, out.rotation)
        out.position[2], out.velocity[2], out.acceleration[2] = self._height(phase, duration, target_z)

    def _height(self, phase: float, duration: float, target_z: float) -> tuple[float, float, float]:
        gains = self.gains
        apex_phase, apex = gains.swing_apex_phase, max(self.start_z, target_z) + gains.swing_height
        if phase < apex_phase:
            span = apex_phase * duration
            s, ds, dds = min_jerk(phase / apex_phase)
            rise = apex - self.start_z
            return self.start_z + rise * s, rise * ds / span, rise * dds / (span * span)
        if phase >= 1.0:
            overtime = (phase - 1.0) * duration
            return target_z + gains.touchdown_velocity * overtime, gains.touchdown_velocity, 0.0
        span = (1.0 - apex_phase) * duration
        s, ds, dds = descend(
            (phase - apex_phase) / (1.0 - apex_phase), apex - target_z, gains.touchdown_velocity * span
        )
        return target_z + s, ds / span, dds / (span * span)
