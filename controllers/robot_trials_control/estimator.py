"""Contact-aided estimate of the base: gyro, accelerometer and the legs that stand on the ground.

A fixed-gain observer. The gyro turns the base, the accelerometer moves its velocity, and the stance legs correct
both: a velocity innovation that persists is a tilt error seen through gravity. Feet on the ground are anchors of the
position; their height is drawn to the ground plane.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.compiled import bind, compiled
from robot_trials_control.config import EstimatorGains
from robot_trials_control.model import RobotModel
from robot_trials_control.model_state import GRAVITY, move
from robot_trials_control.records import Field, Record, make_record, make_robot_state
from robot_trials_control.rotations import quaternion_xyzw, turn_in_body

FULL_TRUST_FORCE = 200.0
"""Normal force beyond the minimum at which a foot is fully trusted [N]."""


def base_estimate_fields(nq: int, nv: int) -> list[Field]:
    """What a `BaseEstimator` believes; axes and units as there."""
    return [
        ("q", "f8", (nq,)),
        ("v", "f8", (nv,)),
        ("rotation", "f8", (3, 3)),
        ("position", "f8", (3,)),
        ("velocity", "f8", (3,)),
        ("gyro_bias", "f8", (3,)),
        ("measured_rate", "f8", (3,)),  # gyro in base axes [rad/s]
        ("anchor", "f8", (2, 3)),  # where each foot touched down, odom [m]
        ("anchored", "u1", (2,)),
    ]


ESTIMATOR_CONSTANT_FIELDS: list[Field] = [
    ("period", "f8"),  # [s]
    ("imu_rotation", "f8", (3, 3)),  # sensor in the base
    ("imu_position", "f8", (3,)),  # [m]
    ("force_min", "f8"),  # normal force from which a foot is trusted [N]
    ("velocity_share", "f8"),  # of the feet's apparent velocity taken out a tick
    ("tilt_share", "f8"),  # turn for that [rad·s/m]
    ("bias_share", "f8"),  # of that turn that goes to the gyro's bias [1/s]
    ("anchor_share", "f8"),  # of a foot's distance from its anchor taken out a tick
    ("ground_share", "f8"),  # of an anchor's height taken out a tick
]


@compiled
def predict(state: np.ndarray, constants: np.ndarray, estimate: np.ndarray) -> None:
    """Turn and move the base by the inertial sensor, and put it and the joints together as Pinocchio's q and v.

    Args:
        state: sensor record.
        constants, estimate: records of `ESTIMATOR_CONSTANT_FIELDS` and `base_estimate_fields`.
    """
    c, e = constants[0], estimate[0]
    gyro, accelerometer, dt = state[0].imu_angular_velocity, state[0].imu_linear_acceleration, c.period
    rate, force = np.zeros(3), np.zeros(3)
    for i in range(3):
        e.measured_rate[i] = 0.0
        for k in range(3):
            e.measured_rate[i] += c.imu_rotation[i, k] * gyro[k]
            force[i] += c.imu_rotation[i, k] * accelerometer[k]
        rate[i] = e.measured_rate[i] - e.gyro_bias[i]
    x, y, z = rate
    px, py, pz = c.imu_position
    along, square = x * px + y * py + z * pz, x * x + y * y + z * z
    for i in range(3):
        force[i] -= rate[i] * along - c.imu_position[i] * square
    turn_in_body(e.rotation, x * dt, y * dt, z * dt)
    for i in range(3):
        acceleration = -GRAVITY if i == 2 else 0.0
        for k in range(3):
            acceleration += e.rotation[i, k] * force[k]
        e.velocity[i] += dt * acceleration
        e.position[i] += dt * e.velocity[i]
    write_configuration(state, estimate)


@compiled
def write_configuration(state: np.ndarray, estimate: np.ndarray) -> None:
    """Put base and measured joints together in the order of Pinocchio's q and v; arguments as for `predict`."""
    e, joints, speeds = estimate[0], state[0].joint_position, state[0].joint_velocity
    e.q[3], e.q[4], e.q[5], e.q[6] = quaternion_xyzw(e.rotation)
    for i in range(3):
        e.q[i] = e.position[i]
        e.v[3 + i] = e.measured_rate[i] - e.gyro_bias[i]
    write_base_velocity(e.rotation, e.velocity, e.v)
    for i in range(joints.size):
        e.q[7 + i], e.v[6 + i] = joints[i], speeds[i]


@compiled
def write_base_velocity(rotation: np.ndarray, velocity: np.ndarray, v: np.ndarray) -> None:
    """The base's linear velocity in its own axes: the first three of `v`."""
    for i in range(3):
        v[i] = rotation[0, i] * velocity[0] + rotation[1, i] * velocity[1] + rotation[2, i] * velocity[2]


@compiled
def correct(
    state: np.ndarray, stance: np.ndarray, constants: np.ndarray, model: np.ndarray, estimate: np.ndarray
) -> tuple[float, float]:
    """Correct base and model by the feet that stand.

    Args:
        state: sensor record.
        stance: feet that are planned to stand, shape (2,).
        constants, estimate: as for `predict`.
        model: record of `model_state_fields` at the prediction.

    Returns:
        Cosine of the base's tilt, and its height in odom [m].
    """
    c, e, m = constants[0], estimate[0], model[0]
    trust = np.zeros(2)
    for side in range(2):
        if stance[side]:
            force = state[0].foot_wrench[side, 2]
            trust[side] = min(max((force - c.force_min) / FULL_TRUST_FORCE, 0.0), 1.0)
    if trust[0] + trust[1] > 0.0:
        correct_velocity(trust, constants, model, estimate)
    shift = np.zeros(3)
    for side in range(2):
        if trust[side] > 0.0 and e.anchored[side]:
            pull_to_anchor(e.anchor[side], m.position[side], c.anchor_share * trust[side], c.ground_share, shift)
        elif trust[side] > 0.0:
            e.anchor[side] = m.position[side]
        e.anchored[side] = trust[side] > 0.0
    for i in range(3):
        e.position[i] += shift[i]
    move(shift, model)
    return e.rotation[2, 2], e.position[2]


@compiled
def correct_velocity(trust: np.ndarray, constants: np.ndarray, model: np.ndarray, estimate: np.ndarray) -> None:
    """Take the feet's apparent velocity out of the base's; what persists of it is tilt and gyro bias.

    Args:
        trust: how much each foot is trusted, 0…1 and not both 0, shape (2,).
        constants, model, estimate: as for `correct`.
    """
    c, e, m = constants[0], estimate[0], model[0]
    total, slip, turn = trust[0] + trust[1], np.zeros(3), np.zeros(3)
    for side in range(2):
        if trust[side] > 0.0:
            add_foot_velocity(trust[side] / total, m.rotation[side], m.jacobian[side], e.v, slip)
    pull = min(total, 1.0) * c.velocity_share
    for i in range(3):
        turn[i] = pull * c.tilt_share * (e.rotation[0, i] * slip[1] - e.rotation[1, i] * slip[0])
        e.gyro_bias[i] -= c.bias_share * turn[i]
        e.velocity[i] -= pull * slip[i]
        m.com_velocity[i] -= pull * slip[i]
    write_base_velocity(e.rotation, e.velocity, e.v)
    turn_in_body(e.rotation, turn[0], turn[1], turn[2])


@compiled
def add_foot_velocity(
    weight: float, rotation: np.ndarray, jacobian: np.ndarray, v: np.ndarray, out: np.ndarray
) -> None:
    """Add a sole's velocity in odom, as the prediction has it, times a weight to `out`, shape (3,) [m/s]."""
    for k in range(3):
        speed = 0.0
        for j in range(v.size):
            speed += jacobian[k, j] * v[j]
        for i in range(3):
            out[i] += weight * rotation[i, k] * speed


@compiled
def pull_to_anchor(anchor: np.ndarray, foot: np.ndarray, pull: float, settle: float, shift: np.ndarray) -> None:
    """Add a share of a foot's distance from its anchor to `shift`; the anchor settles to the ground plane.

    Args:
        anchor: where the foot touched down, odom, changed in height, shape (3,) [m].
        foot: where it is now, shape (3,) [m].
        pull, settle: shares taken of the distance and of the anchor's height.
        shift: shape (3,) [m].
    """
    anchor[2] -= settle * anchor[2]
    for i in range(3):
        shift[i] += pull * (anchor[i] - foot[i])


class BaseEstimator:
    """Pose and velocity of the base in the odom frame, which starts under the robot with its heading.

    One update predicts the base from the inertial sensor, brings the robot model to that state, reads from the model
    how fast the feet on the ground seem to move, and takes that motion out of the base and of the model.

    Attributes:
        estimate: all of it, record of `base_estimate_fields`.
        q: configuration, shape (nq,).
        v: generalised velocity, shape (nv,).
        rotation: base in odom, shape (3, 3).
        position, velocity: base in odom, shape (3,) [m], [m/s].
        gyro_bias: in base axes, shape (3,) [rad/s].
        tilt_cos, height: cosine of the base's tilt, and its height in odom [m].
    """

    def __init__(self, model: RobotModel, gains: EstimatorGains, period: float) -> None:
        self.model, self.gains, self.period = model, gains, period
        self._constants = self._make_constants()
        estimate = make_record(base_estimate_fields(model.nq, model.nv))
        self.estimate = estimate
        self.q, self.v, self.rotation = estimate.q, estimate.v, estimate.rotation
        self.position, self.velocity, self.gyro_bias = estimate.position, estimate.velocity, estimate.gyro_bias
        self.tilt_cos, self.height = 1.0, 0.0
        self._ticks = 0
        self._tare_first = round(gains.tare_start / period)
        self._tare_last = self._tare_first + round(gains.tare_time / period)
        self._rate_sum = np.zeros(3)
        self._foot_rotations: list[np.ndarray] = []
        readings, stance = make_robot_state(model.nu).data, np.ones(2, np.uint8)
        parts = self._constants.data, estimate.data
        self._predict = bind(predict, readings, *parts)
        self._correct = bind(correct, readings, stance, parts[0], model.state.data, parts[1])

    def _make_constants(self) -> Record:
        """Gains and the sensor's place, as a record of `ESTIMATOR_CONSTANT_FIELDS`."""
        gains, out = self.gains, make_record(ESTIMATOR_CONSTANT_FIELDS)
        imu = self.model.model.frames[self.model.imu_id].placement
        out.imu_rotation[:], out.imu_position[:] = imu.rotation, imu.translation
        out.period[...], out.force_min[...] = self.period, gains.contact_force_min
        out.velocity_share[...] = self.period / gains.velocity_time_constant
        out.tilt_share[...] = 1.0 / (gains.gravity_time_constant * GRAVITY)
        out.bias_share[...] = 1.0 / gains.bias_time_constant
        out.anchor_share[...] = 0.5 * self.period / gains.anchor_time_constant
        out.ground_share[...] = self.period / gains.ground_time_constant
        return out

    @property
    def is_settled(self) -> bool:
        """Whether the gyro's bias has been taken."""
        return self._ticks >= self._tare_last

    def reset(self, state: Record) -> None:
        """Start from one reading: level by the accelerometer, heading 0, lowest sole on the ground at z = 0."""
        up = self._constants.imu_rotation.dot(state.imu_linear_acceleration)
        level = pin.Quaternion.FromTwoVectors(up / np.linalg.norm(up), np.array((0.0, 0.0, 1.0)))
        self.estimate.data[:] = np.zeros(1, self.estimate.data.dtype)
        self.rotation[:] = level.matrix()
        self._ticks, self._rate_sum[:] = 0, 0.0
        write_configuration(state.data, self.estimate.data)
        self.model.update(self.q, self.v)
        left, right = (foot.position for foot in self.model.feet)
        self.position[:2] = -0.5 * (left[:2] + right[:2])
        self.position[2] = -min(left[2], right[2])

    def update(self, state: Record, stance: np.ndarray) -> None:
        """Fold in one reading and leave the model at the new estimate.

        Args:
            state: sensor readings.
            stance: feet that are planned to stand, left and right, shape (2,), 0 or 1.
        """
        readings, constants, estimate = state.data, self._constants.data, self.estimate.data
        self._predict(readings, constants, estimate)
        self.model.update(self.q, self.v)
        self._tare()
        self.tilt_cos, self.height = self._correct(readings, stance, constants, self.model.state.data, estimate)

    def _tare(self) -> None:
        """Gyro bias of the first seconds on both feet: mean rate less the turn that the legs have seen."""
        self._ticks += 1
        if self._ticks > self._tare_last:
            return
        if self._ticks <= self._tare_first:
            self._rate_sum[:] = 0.0
            self._foot_rotations = self._feet_in_base()
            return
        self._rate_sum += self.estimate.measured_rate
        if self._ticks == self._tare_last:
            turn = np.zeros(3)
            for before, after in zip(self._foot_rotations, self._feet_in_base(), strict=True):
                turn += 0.5 * pin.log3(before @ after.T)
            ticks = self._tare_last - self._tare_first
            self.gyro_bias[:] = (self._rate_sum - turn / self.period) / ticks

    def _feet_in_base(self) -> list[np.ndarray]:
        return [self.rotation.T.dot(foot.rotation) for foot in self.model.feet]
