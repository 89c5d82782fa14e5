"""What still works when sensors fall silent or read no numbers.

Each group is replaced by what the others and the controller's own model know, so that a robot can stop and stand:

- Inertial sensor: a foot that stands at rest tells through the leg's joints how the base turns; the specific force is
  gravity and the acceleration that was planned.
- Foot sensors: the support as planned, touchdown when it is due.
- Joints: the accelerations that were solved, integrated. The drives still see their own encoders and are commanded
  stiffly to these positions.
"""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.compiled import bind, compiled
from robot_trials_control.gait import GAIT_FIELDS, Phase
from robot_trials_control.model import RobotModel
from robot_trials_control.model_state import GRAVITY
from robot_trials_control.records import Field, Record, SensorGroup, make_record, make_robot_state
from robot_trials_control.references import WholeBodyReference

TOUCH_FORCE = 200.0
"""Normal force assumed under a foot that is due on the ground [N]."""
STIFFNESS = 10.0
"""Of joints whose positions are not known here, per N·m of torque limit [1/rad]."""
STIFF_DAMPING_TIME = 0.03
"""Their damping, kd / kp [s]."""
AGE_MAX_NS = 5_000_000
"""Age from which a reading no longer counts: two and a half control periods [ns]."""
JOINTS, IMU, FEET = (int(group.value) for group in (SensorGroup.JOINTS, SensorGroup.IMU, SensorGroup.FEET))

HOLD_FIELDS: list[Field] = [
    ("imu_rotation", "f8", (3, 3)),  # sensor in the base
    ("gyro_bias", "f8", (3,)),  # base axes [rad/s]
    ("weight", "f8"),  # of the robot [N]
    ("period", "f8"),  # [s]
]
"""What is needed beside the records of every tick."""


@compiled
def find_failed(state: np.ndarray) -> int:
    """Groups whose readings are no numbers or too old, as a bit set; a device that gives no time is fresh."""
    s, failed, total = state[0], 0, 0.0
    for i in range(s.joint_position.size):
        total += s.joint_position[i] + s.joint_velocity[i] + s.joint_torque[i]
    if not math.isfinite(total) or (s.joint_time_ns > 0 and s.time_ns - s.joint_time_ns > AGE_MAX_NS):
        failed |= JOINTS
    total = 0.0
    for i in range(3):
        total += s.imu_angular_velocity[i] + s.imu_linear_acceleration[i]
    if not math.isfinite(total) or (s.imu_time_ns > 0 and s.time_ns - s.imu_time_ns > AGE_MAX_NS):
        failed |= IMU
    total = 0.0
    for side in range(2):
        for i in range(6):
            total += s.foot_wrench[side, i]
    if not math.isfinite(total) or (s.foot_time_ns > 0 and s.time_ns - s.foot_time_ns > AGE_MAX_NS):
        failed |= FEET
    return failed


@compiled
def fill_held(
    state: np.ndarray,
    model: np.ndarray,
    gait: np.ndarray,
    reference: np.ndarray,
    acceleration: np.ndarray,
    hold: np.ndarray,
    held: np.ndarray,
) -> int:
    """Copy readings that are good and make up those that are not; groups that failed, as a bit set.

    Args:
        state: readings.
        model, gait, reference: records of `model_state_fields`, `GAIT_FIELDS` and `whole_body_reference_fields` after
            the last tick.
        acceleration: solved then, generalised, shape (nv,).
        hold: record of `HOLD_FIELDS`.
        held: state record that is filled in, with what it held at the last tick.
    """
    s, w, h = state[0], hold[0], held[0]
    failed = find_failed(state)
    h.time_ns = h.joint_time_ns = h.imu_time_ns = h.foot_time_ns = s.time_ns
    for i in range(s.joint_position.size):
        if failed & JOINTS:
            h.joint_velocity[i] += w.period * acceleration[6 + i]
            h.joint_position[i] += w.period * h.joint_velocity[i]
        else:
            h.joint_velocity[i], h.joint_position[i] = s.joint_velocity[i], s.joint_position[i]
            h.joint_torque[i] = s.joint_torque[i]
    for side in range(2):
        for i in range(6):
            h.foot_wrench[side, i] = 0.0 if failed & FEET else s.foot_wrench[side, i]
    if failed & FEET:
        plan_support(gait, w.weight, h.foot_wrench)
    if failed & IMU:
        foot = 0 if h.foot_wrench[0, 2] > h.foot_wrench[1, 2] else 1
        turn_with_foot(foot, model, reference, hold, held)
    else:
        for i in range(3):
            h.imu_angular_velocity[i] = s.imu_angular_velocity[i]
            h.imu_linear_acceleration[i] = s.imu_linear_acceleration[i]
    return failed


@compiled
def plan_support(gait: np.ndarray, weight: float, wrench: np.ndarray) -> None:
    """Write the weight on the feet that are planned to stand, shape (2, 6), and a touch when it is due."""
    g = gait[0]
    if g.phase == Phase.SINGLE:
        wrench[g.stance_side, 2] = weight
        if g.elapsed >= g.duration:
            wrench[1 - g.stance_side, 2] = TOUCH_FORCE
    else:
        wrench[0, 2] = wrench[1, 2] = 0.5 * weight


@compiled
def turn_with_foot(foot: int, model: np.ndarray, reference: np.ndarray, hold: np.ndarray, held: np.ndarray) -> None:
    """Write the readings of an inertial sensor on a body whose foot stands at rest; arguments as for `fill_held`.

    The sole's angular velocity, zero, is J_base ω + J_joints q̇ with J_base a rotation.
    """
    m, r, w, h = model[0], reference[0], hold[0], held[0]
    jacobian = m.jacobian[foot]
    sole, rate, force = np.zeros(3), np.zeros(3), np.zeros(3)
    for i in range(3):
        for j in range(h.joint_velocity.size):
            sole[i] += jacobian[3 + i, 6 + j] * h.joint_velocity[j]
    for i in range(3):
        rate[i] = w.gyro_bias[i]
        for k in range(3):
            rate[i] -= jacobian[3 + k, 3 + i] * sole[k]
            force[i] += m.base_rotation[k, i] * (r.com_acceleration[k] + (GRAVITY if k == 2 else 0.0))
    for i in range(3):
        h.imu_angular_velocity[i] = h.imu_linear_acceleration[i] = 0.0
        for k in range(3):
            h.imu_angular_velocity[i] += w.imu_rotation[k, i] * rate[k]
            h.imu_linear_acceleration[i] += w.imu_rotation[k, i] * force[k]


class SensorHold:
    """Gives a controller readings that are always numbers.

    Attributes:
        failed: groups replaced at this tick, a bit set of `SensorGroup`.
    """

    def __init__(self, model: RobotModel, gyro_bias: np.ndarray, period: float) -> None:
        self.failed = 0
        self._held, self._hold = make_robot_state(model.nu), make_record(HOLD_FIELDS)
        self._gyro_bias, self._model = gyro_bias, model
        self._hold.imu_rotation[:] = model.model.frames[model.imu_id].placement.rotation
        self._hold.period[...] = period
        self._stiffness = STIFFNESS * model.parameters.torque_limits
        reference, gait = WholeBodyReference(model.nominal_joints), make_record(GAIT_FIELDS)
        parts = self._held.data, model.state.data, gait.data, reference.record.data
        self._fill = bind(fill_held, *parts, np.zeros(model.nv), self._hold.data, self._held.data)

    def update(self, state: Record, gait: Record, reference: WholeBodyReference, acceleration: np.ndarray) -> Record:
        """Readings to go by: the given record itself while nothing fails.

        Args:
            state: readings of this tick.
            gait: record of `GAIT_FIELDS`.
            reference: of the last tick.
            acceleration: solved at the last tick, generalised, shape (nv,).
        """
        hold, records = self._hold, (state.data, self._model.state.data, gait.data, reference.record.data)
        if self.failed:
            hold.gyro_bias[:], hold.weight[...] = self._gyro_bias, self._model.mass * GRAVITY
        self.failed = self._fill(*records, acceleration, hold.data, self._held.data)
        return self._held if self.failed else state

    def stiffen(self, command: Record) -> None:
        """Have the drives follow the positions commanded to them by their own encoders, if those are silent here."""
        if self.failed & JOINTS:
            command.kp[:] = self._stiffness
            command.kd[:] = STIFF_DAMPING_TIME * self._stiffness
