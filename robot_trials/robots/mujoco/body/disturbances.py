"""What a bench or a test does to a simulated robot: pushes, and sensors that fall silent."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.interface import Failure, SensorGroup
from robot_trials_control.records import Record, make_robot_state

GROUP_FIELDS: dict[SensorGroup, tuple[str, ...]] = {
    "joints": ("joint_position", "joint_velocity", "joint_torque", "joint_temperature"),
    "imu": ("imu_angular_velocity", "imu_linear_acceleration"),
    "feet": ("foot_wrench",),
}
GROUP_TIMES: dict[SensorGroup, str] = {"joints": "joint_time_ns", "imu": "imu_time_ns", "feet": "foot_time_ns"}


class Push:
    """A constant force on one body for some control periods."""

    def __init__(self, data: mujoco.MjData, body: int) -> None:
        self._wrench = data.xfrc_applied[body]
        self._left = 0

    def start(self, force: np.ndarray, periods: int) -> None:
        """Push from the next control period on.

        Args:
            force: on the body's centre of mass, world, shape (3,) [N].
            periods: control periods.
        """
        self._wrench[:3], self._left = force, periods

    def update(self) -> None:
        """Let a control period begin."""
        if self._left == 0:
            self._wrench[:3] = 0.0
        self._left = max(self._left - 1, -1)


class SensorFailures:
    """Sensors that fall silent or read no number, for a while or for good."""

    def __init__(self, nu: int) -> None:
        self._last = make_robot_state(nu)
        self._failing: dict[SensorGroup, tuple[Failure, float]] = {}

    def start(self, group: SensorGroup, failure: Failure, duration: float) -> None:
        """Let a group of sensors fail from the next reading on.

        Args:
            group: which.
            failure: `silent` repeats the last reading with its time, `nan` reads no number.
            duration: [s]; infinity for good.
        """
        self._failing[group] = failure, duration

    def apply(self, state: Record, dt: float) -> None:
        """Spoil the readings of a control period of `dt` [s]."""
        for group, (failure, left) in list(self._failing.items()):
            for name in GROUP_FIELDS[group]:
                values = getattr(state, name)
                values[...] = np.nan if failure == "nan" else getattr(self._last, name)
            if failure == "silent":
                getattr(state, GROUP_TIMES[group])[...] = getattr(self._last, GROUP_TIMES[group])
            self._failing[group] = failure, left - dt
            if left - dt < 0.5 * dt:
                del self._failing[group]
        self._last.data[...] = state.data
