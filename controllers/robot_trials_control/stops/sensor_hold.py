"""What still works when sensors are silent, or read no numbers, for longer than their readings are carried on.

Each group is replaced by what the others and the controller's own model know, so that a robot can stop and stand:

- Inertial sensor: a foot that stands at rest tells through the leg's joints how the base turns; the specific force is
  gravity and the acceleration that was planned.
- Foot sensors: the support as planned, touchdown when it is due.
- Joints: the accelerations that were solved, integrated. The drives still see their own encoders and are commanded
  stiffly to these positions.
"""

from __future__ import annotations

import numpy as np

from robot_trials_control.estimation.readings import BRIDGE_MAX, GROUPS, SLACK, Readings
from robot_trials_control.estimation.readings import FEET as FEET_AGE
from robot_trials_control.estimation.readings import IMU as IMU_AGE
from robot_trials_control.estimation.readings import JOINTS as JOINTS_AGE
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Field, Record, SensorGroup, make_record, make_robot_state
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.walking.gait import GAIT_FIELDS, Phase
from robot_trials_control.whole_body.references import WholeBodyReference

TOUCH_FORCE, TOUCH_SHARE = 200.0, 0.36
"""Normal force assumed under a foot that is due on the ground, and as a share of a light robot's weight [N]."""
STIFFNESS = 5.0
"""Of joints whose positions are not known here, per N·m of torque limit [1/rad]."""
STIFF_DAMPING_TIME = 0.03
"""Their damping, kd / kp [s]."""
CARRIED_MAX = BRIDGE_MAX + SLACK
"""Age up to which readings are carried on [s]."""
JOINTS, IMU, FEET = (int(group.value) for group in (SensorGroup.JOINTS, SensorGroup.IMU, SensorGroup.FEET))

JOINTS_CARRIED_MAX = 0.005
"""The same for joints, whose torques cannot be told from guessed positions for long: the drives have to follow [s]."""

HOLD_FIELDS: list[Field] = [
    ("imu_rotation", "f8", (3, 3)),  # sensor in the base
    ("gyro_bias", "f8", (3,)),  # base axes [rad/s]
    ("weight", "f8"),  # of the robot [N]
    ("touch", "f8"),  # under a foot that is due on the ground [N]
]
"""What is needed beside the records of every tick."""


@compiled
def find_failed(age: np.ndarray) -> int:
    """Groups that are silent for longer than readings are carried on, as a bit set; ages as in `Readings`."""
    failed = JOINTS if age[JOINTS_AGE] > JOINTS_CARRIED_MAX else 0
    failed |= IMU if age[IMU_AGE] > CARRIED_MAX else 0
    return failed | (FEET if age[FEET_AGE] > CARRIED_MAX else 0)


@compiled
def fill_held(
    state: np.ndarray, age: np.ndarray, model: np.ndarray, gait: np.ndarray, reference: np.ndarray, hold: np.ndarray
) -> int:
    """Make up readings of groups that are silent for too long; those groups, as a bit set.

    Args:
        state: readings with short gaps bridged, as in `Readings`; joints are carried on there for as long as it takes.
        age: of each group, shape (GROUPS,) [s].
        model, gait, reference: records of `model_state_fields`, `GAIT_FIELDS` and `whole_body_reference_fields` after
            the last tick.
        hold: record of `HOLD_FIELDS`.
    """
    w, h = hold[0], state[0]
    failed = find_failed(age)
    if failed & FEET:
        h.foot_wrench[:] = 0.0
        plan_support(gait, w.weight, w.touch, h.foot_wrench)
    if failed & IMU:
        foot = 0 if h.foot_wrench[0, 2] > h.foot_wrench[1, 2] else 1
        turn_with_foot(foot, model, reference, hold, state)
    return failed


@compiled
def plan_support(gait: np.ndarray, weight: float, touch: float, wrench: np.ndarray) -> None:
    """Write the weight on the feet that are planned to stand, shape (2, 6), and a touch when it is due."""
    g = gait[0]
    if g.phase == Phase.SINGLE:
        wrench[g.stance_side, 2] = weight
        if g.elapsed >= g.duration:
            wrench[1 - g.stance_side, 2] = touch
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
        age: of each group, as in `Readings`; 0 for joints that the drives hold where they are believed to be [s].
    """

    def __init__(self, model: RobotModel, gyro_bias: np.ndarray) -> None:
        self.failed = 0
        self.age, self._hold = np.zeros(GROUPS), make_record(HOLD_FIELDS)
        self._gyro_bias, self._model = gyro_bias, model
        self._hold.imu_rotation[:] = model.model.frames[model.imu_id].placement.rotation
        self._hold.touch[...] = model.limit_force(TOUCH_FORCE, TOUCH_SHARE)
        self._stiffness = STIFFNESS * model.parameters.torque_limits
        reference, gait = WholeBodyReference(model.nominal_joints), make_record(GAIT_FIELDS)
        readings, parts = make_robot_state(model.nu).data, (model.state.data, gait.data, reference.record.data)
        self._fill = bind(fill_held, readings, np.zeros(GROUPS), *parts, self._hold.data)

    def update(self, readings: Readings, gait: Record, reference: WholeBodyReference) -> Record:
        """Readings to go by.

        Args:
            readings: of this tick, filled in where groups have been silent for too long.
            gait: record of `GAIT_FIELDS`.
            reference: of the last tick.
        """
        hold, state = self._hold, readings.state
        if self.failed:
            hold.gyro_bias[:], hold.weight[...] = self._gyro_bias, self._model.mass * GRAVITY
        parts = self._model.state.data, gait.data, reference.record.data
        self.age[:] = readings.age
        self.failed = self._fill(state.data, self.age, *parts, hold.data)
        if self.failed & JOINTS:
            self.age[JOINTS_AGE] = 0.0
        return state

    def stiffen(self, command: Record) -> None:
        """Have the drives follow the positions commanded to them by their own encoders, if those are silent here."""
        if self.failed & JOINTS:
            command.kp[:] = self._stiffness
            command.kd[:] = STIFF_DAMPING_TIME * self._stiffness
