"""The readings that the controller goes by: clean ones as they come, and a guess where sensors are silent for a moment.

A group of sensors is silent when its time stands still or when any of its numbers is not finite. For up to
`BRIDGE_MAX` its last good reading is carried on: joints by their velocities and the accelerations that were asked of
them, the others as they were.
"""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Record, make_robot_state

BRIDGE_MAX = 0.05
"""Time for which missing readings are carried on [s]."""
JOINTS, IMU, FEET, BATTERY = 0, 1, 2, 3
"""Index of a group of sensors among the ages."""
GROUPS = 4
"""Of sensors whose readings come together."""
SLACK = 1e-9
"""Of a comparison of ages [s]."""


class Readings:
    """The newest readings, with what is missing carried on from the last good ones.

    Attributes:
        state: sensor record to go by.
        age: of each group's readings, shape (GROUPS,) [s]; 0 when they are new.
    """

    def __init__(self, nu: int, period: float) -> None:
        self.state, self.age = make_robot_state(nu), np.zeros(GROUPS)
        self._times, self._period = np.zeros(GROUPS, np.int64), period
        self.reset()
        self._update = bind(carry_on, self.state.data, np.zeros(6 + nu), period, self._times, self.age, self.state.data)

    def reset(self) -> None:
        """Forget every reading; the next ones must be complete."""
        self.age[:], self._times[:] = math.inf, 0

    def update(self, state: Record, acceleration: np.ndarray) -> bool:
        """Take over a tick's readings.

        Args:
            state: sensor readings as they came.
            acceleration: generalised, that was asked of the robot at the last tick, shape (nv,).

        Returns:
            Whether there is something to go by: every group's reading is new or not older than `BRIDGE_MAX`.
        """
        return self._update(state.data, acceleration, self._period, self._times, self.age, self.state.data)


@compiled
def carry_on(
    state: np.ndarray, acceleration: np.ndarray, dt: float, times: np.ndarray, age: np.ndarray, out: np.ndarray
) -> bool:
    """Copy what is new, carry on what is not.

    Args:
        state: sensor record as it came.
        acceleration: as for `Readings.update`.
        dt: control period [s].
        times: of the last good readings, shape (GROUPS,) [ns].
        age: of the readings, shape (GROUPS,) [s].
        out: sensor record to go by.

    Returns:
        As for `Readings.update`.
    """
    new, old = state[0], out[0]
    old.time_ns, old.joint_time_ns = new.time_ns, new.joint_time_ns
    old.imu_time_ns, old.foot_time_ns = new.imu_time_ns, new.foot_time_ns
    good = math.isfinite(new.battery)
    count(good, dt, age, BATTERY)
    if good:
        old.battery = new.battery
    good = are_joints_finite(state) and is_new(new.joint_time_ns, times, JOINTS)
    count(good, dt, age, JOINTS)
    for i in range(new.joint_position.size):
        if math.isfinite(new.joint_temperature[i]):  # nothing here depends on it
            old.joint_temperature[i] = new.joint_temperature[i]
        if good:
            old.joint_position[i], old.joint_velocity[i] = new.joint_position[i], new.joint_velocity[i]
            old.joint_torque[i] = new.joint_torque[i]
        else:
            old.joint_position[i] += dt * (old.joint_velocity[i] + 0.5 * dt * acceleration[6 + i])
            old.joint_velocity[i] += dt * acceleration[6 + i]
    rate, force = new.imu_angular_velocity, new.imu_linear_acceleration
    finite = math.isfinite(rate[0] + rate[1] + rate[2] + force[0] + force[1] + force[2])
    good = finite and is_new(new.imu_time_ns, times, IMU)
    count(good, dt, age, IMU)
    if good:
        old.imu_angular_velocity[:] = rate
        old.imu_linear_acceleration[:] = force
    total = 0.0
    for side in range(2):
        for i in range(6):
            total += new.foot_wrench[side, i]
    good = math.isfinite(total) and is_new(new.foot_time_ns, times, FEET)
    count(good, dt, age, FEET)
    if good:
        old.foot_wrench[:] = new.foot_wrench
    return age.max() <= BRIDGE_MAX + SLACK


@compiled
def are_joints_finite(state: np.ndarray) -> bool:
    """Whether all that control needs of the drives is a number."""
    s, total = state[0], 0.0
    for i in range(s.joint_position.size):
        total += s.joint_position[i] + s.joint_velocity[i] + s.joint_torque[i]
    return math.isfinite(total)


@compiled
def is_new(time_ns: int, times: np.ndarray, group: int) -> bool:
    """Whether a group's time has moved on since its last good reading; one without a clock (0) is always new."""
    moved = time_ns == 0 or time_ns != times[group]
    if moved:
        times[group] = time_ns
    return moved


@compiled
def count(good: bool, dt: float, age: np.ndarray, group: int) -> None:
    """Age a group's reading by a period, or renew it."""
    age[group] = 0.0 if good else age[group] + dt
