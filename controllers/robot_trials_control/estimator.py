"""Contact-aided estimate of the base: gyro, accelerometer and the legs that stand on the ground.

A fixed-gain observer. The gyro turns the base, the accelerometer moves its velocity, and the stance legs correct
both: a velocity innovation that persists is a tilt error seen through gravity. Feet on the ground are anchors of the
position; their height is drawn to the ground plane.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.compiled import compiled
from robot_trials_control.config import EstimatorGains
from robot_trials_control.model import GRAVITY, RobotModel
from robot_trials_control.records import LEFT, RIGHT, Record
from robot_trials_control.rotations import quaternion_xyzw, turn_in_body

FULL_TRUST_FORCE = 200.0
"""Normal force beyond the minimum at which a foot is fully trusted [N]."""


@compiled
def predict(
    state: np.ndarray,
    imu_rotation: np.ndarray,
    imu_position: np.ndarray,
    bias: np.ndarray,
    dt: float,
    measured_rate: np.ndarray,
    rotation: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
) -> None:
    """Turn and move the base by the inertial sensor.

    Args:
        state: sensor record.
        imu_rotation, imu_position: sensor in the base, shapes (3, 3) and (3,) [m].
        bias: of the gyro, base axes, shape (3,) [rad/s].
        dt: control period [s].
        measured_rate: receives the gyro's reading in base axes, shape (3,) [rad/s].
        rotation, position, velocity: base in odom, changed in place, shapes (3, 3), (3,) [m] and (3,) [m/s].
    """
    gyro, accelerometer = state[0].imu_angular_velocity, state[0].imu_linear_acceleration
    rate, force = np.zeros(3), np.zeros(3)
    for i in range(3):
        measured_rate[i] = 0.0
        for k in range(3):
            measured_rate[i] += imu_rotation[i, k] * gyro[k]
            force[i] += imu_rotation[i, k] * accelerometer[k]
        rate[i] = measured_rate[i] - bias[i]
    x, y, z = rate
    px, py, pz = imu_position
    along, square = x * px + y * py + z * pz, x * x + y * y + z * z
    for i in range(3):
        force[i] -= rate[i] * along - imu_position[i] * square
    turn_in_body(rotation, x * dt, y * dt, z * dt)
    for i in range(3):
        acceleration = -GRAVITY if i == 2 else 0.0
        for k in range(3):
            acceleration += rotation[i, k] * force[k]
        velocity[i] += dt * acceleration
        position[i] += dt * velocity[i]


@compiled
def write_configuration(
    state: np.ndarray,
    measured_rate: np.ndarray,
    bias: np.ndarray,
    rotation: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    q: np.ndarray,
    v: np.ndarray,
) -> None:
    """Put base and measured joints together in the order of Pinocchio's q, shape (nq,), and v, shape (nv,)."""
    joints, speeds = state[0].joint_position, state[0].joint_velocity
    q[3], q[4], q[5], q[6] = quaternion_xyzw(rotation)
    for i in range(3):
        q[i] = position[i]
        v[3 + i] = measured_rate[i] - bias[i]
    write_base_velocity(rotation, velocity, v)
    for i in range(joints.size):
        q[7 + i], v[6 + i] = joints[i], speeds[i]


@compiled
def write_base_velocity(rotation: np.ndarray, velocity: np.ndarray, v: np.ndarray) -> None:
    """The base's linear velocity in its own axes: the first three of `v`."""
    for i in range(3):
        v[i] = rotation[0, i] * velocity[0] + rotation[1, i] * velocity[1] + rotation[2, i] * velocity[2]


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
def correct_velocity(
    slip: np.ndarray,
    pull: float,
    tilt: float,
    bias_share: float,
    rotation: np.ndarray,
    velocity: np.ndarray,
    com_velocity: np.ndarray,
    bias: np.ndarray,
    v: np.ndarray,
) -> None:
    """Take the feet's apparent velocity out of the base's; what persists of it is tilt and gyro bias.

    Args:
        slip: the feet's velocity in odom, shape (3,) [m/s].
        pull: share of it taken now.
        tilt: turn of the base for it [rad·s/m].
        bias_share: share of that turn that goes to the gyro's bias [1/s].
        rotation, velocity: base in odom.
        com_velocity: of the model, odom, shape (3,) [m/s].
        bias: of the gyro, base axes, shape (3,) [rad/s].
        v: generalised velocity, shape (nv,).
    """
    turn = np.zeros(3)
    for i in range(3):
        turn[i] = tilt * (rotation[0, i] * slip[1] - rotation[1, i] * slip[0])
        bias[i] -= bias_share * turn[i]
    for i in range(3):
        velocity[i] -= pull * slip[i]
        com_velocity[i] -= pull * slip[i]
    write_base_velocity(rotation, velocity, v)
    turn_in_body(rotation, turn[0], turn[1], turn[2])


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
        q: configuration, shape (nq,).
        v: generalised velocity, shape (nv,).
        rotation: base in odom, shape (3, 3).
        position, velocity: base in odom, shape (3,) [m], [m/s].
        gyro_bias: in base axes, shape (3,) [rad/s].
    """

    def __init__(self, model: RobotModel, gains: EstimatorGains, period: float) -> None:
        self.model, self.gains, self.period = model, gains, period
        imu = model.model.frames[model.imu_id].placement
        self._imu_rotation, self._imu_position = imu.rotation.copy(), imu.translation.copy()
        self.q, self.v = pin.neutral(model.model), np.zeros(model.nv)
        self.rotation = np.eye(3)
        self.position, self.velocity, self.gyro_bias = np.zeros(3), np.zeros(3), np.zeros(3)
        self._anchors = np.zeros((2, 3))
        self._anchored = [False, False]
        self._ticks = 0
        self._tare_first = round(gains.tare_start / period)
        self._tare_last = self._tare_first + round(gains.tare_time / period)
        self._rate_sum, self._measured_rate, self._slip = np.zeros(3), np.zeros(3), np.zeros(3)
        self._shift = np.zeros(3)
        self._foot_rotations: list[np.ndarray] = []

    @property
    def is_settled(self) -> bool:
        """Whether the gyro's bias has been taken."""
        return self._ticks >= self._tare_last

    def reset(self, state: Record) -> None:
        """Start from one reading: level by the accelerometer, heading 0, lowest sole on the ground at z = 0."""
        up = self._imu_rotation.dot(state.imu_linear_acceleration)
        level = pin.Quaternion.FromTwoVectors(up / np.linalg.norm(up), np.array((0.0, 0.0, 1.0)))
        self.rotation[:] = level.matrix()
        self.position[:], self.velocity[:], self.gyro_bias[:] = 0.0, 0.0, 0.0
        self._anchored, self._ticks = [False, False], 0
        self._rate_sum[:] = 0.0
        self._measured_rate[:] = 0.0
        self._write(state)
        self.model.update(self.q, self.v)
        left, right = (foot.position for foot in self.model.feet)
        self.position[:2] = -0.5 * (left[:2] + right[:2])
        self.position[2] = -min(left[2], right[2])

    def update(self, state: Record, stance: list[bool]) -> None:
        """Fold in one reading and leave the model at the new estimate.

        Args:
            state: sensor readings.
            stance: feet that are planned to stand, left and right.
        """
        predict(
            state.data,
            self._imu_rotation,
            self._imu_position,
            self.gyro_bias,
            self.period,
            self._measured_rate,
            self.rotation,
            self.position,
            self.velocity,
        )
        self._write(state)
        self.model.update(self.q, self.v)
        self._tare(self._measured_rate)
        left, right = self._trust(state, stance)
        if left + right > 0.0:
            self._correct_velocity(left, right)
        self._correct_position((left, right))

    def _tare(self, rate: np.ndarray) -> None:
        """Gyro bias of the first seconds on both feet: mean rate less the turn that the legs have seen."""
        self._ticks += 1
        if self._ticks > self._tare_last:
            return
        if self._ticks <= self._tare_first:
            self._rate_sum[:] = 0.0
            self._foot_rotations = self._feet_in_base()
            return
        self._rate_sum += rate
        if self._ticks == self._tare_last:
            turn = np.zeros(3)
            for before, after in zip(self._foot_rotations, self._feet_in_base(), strict=True):
                turn += 0.5 * pin.log3(before @ after.T)
            ticks = self._tare_last - self._tare_first
            self.gyro_bias[:] = (self._rate_sum - turn / self.period) / ticks

    def _feet_in_base(self) -> list[np.ndarray]:
        return [self.rotation.T.dot(foot.rotation) for foot in self.model.feet]

    def _trust(self, state: Record, stance: list[bool]) -> list[float]:
        """How much each planned stance foot carries, 0…1."""
        forces = state.foot_wrench[:, 2].tolist()
        force_min = self.gains.contact_force_min
        return [
            min(max((force - force_min) / FULL_TRUST_FORCE, 0.0), 1.0) if stands else 0.0
            for force, stands in zip(forces, stance, strict=True)
        ]

    def _correct_velocity(self, left: float, right: float) -> None:
        """By the feet's velocities, each weighted by its trust 0…1."""
        gains, slip, total = self.gains, self._slip, left + right
        slip[:] = 0.0
        for weight, foot in zip((left, right), self.model.feet, strict=True):
            if weight > 0.0:
                add_foot_velocity(weight / total, foot.rotation, foot.jacobian, self.v, slip)
        pull = min(total, 1.0) * self.period / gains.velocity_time_constant
        correct_velocity(
            slip,
            pull,
            pull / (gains.gravity_time_constant * GRAVITY),
            1.0 / gains.bias_time_constant,
            self.rotation,
            self.velocity,
            self.model.com_velocity,
            self.gyro_bias,
            self.v,
        )

    def _correct_position(self, weights: tuple[float, float]) -> None:
        """Hold the feet on the ground at their anchors."""
        dt, gains, shift = self.period, self.gains, self._shift
        shift[:] = 0.0
        for side in (LEFT, RIGHT):
            anchor, foot = self._anchors[side], self.model.feet[side].position
            if weights[side] <= 0.0:
                self._anchored[side] = False
            elif not self._anchored[side]:
                anchor[:] = foot
                self._anchored[side] = True
            else:
                pull = 0.5 * dt / gains.anchor_time_constant * weights[side]
                pull_to_anchor(anchor, foot, pull, dt / gains.ground_time_constant, shift)
        self.position += shift
        self.model.translate(shift)

    def _write(self, state: Record) -> None:
        write_configuration(
            state.data,
            self._measured_rate,
            self.gyro_bias,
            self.rotation,
            self.position,
            self.velocity,
            self.q,
            self.v,
        )
