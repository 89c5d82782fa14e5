"""Contact-aided estimate of the base: gyro, accelerometer and the legs that stand on the ground.

A fixed-gain observer. The gyro turns the base, the accelerometer moves its velocity, and the stance legs correct
both: a velocity innovation that persists is a tilt error seen through gravity. Feet on the ground are anchors of the
position; their height is drawn to the ground plane.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.config import EstimatorGains
from robot_trials_control.model import GRAVITY, RobotModel
from robot_trials_control.records import LEFT, RIGHT, Record
from robot_trials_control.rotations import cross, quaternion_xyzw

FULL_TRUST_FORCE = 200.0
"""Normal force beyond the minimum at which a foot is fully trusted [N]."""


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
        self._rate_sum = np.zeros(3)
        self._foot_rotations: list[np.ndarray] = []

    @property
    def is_settled(self) -> bool:
        """Whether the gyro's bias has been taken."""
        return self._ticks >= self._tare_last

    def reset(self, state: Record) -> None:
        """Start from one reading: level by the accelerometer, heading 0, lowest sole on the ground at z = 0."""
        up = self._imu_rotation.dot(state.imu_linear_acceleration)
        level = pin.Quaternion.FromTwoVectors(up / np.linalg.norm(up), np.array((0.0, 0.0, 1.0)))
        self.rotation = np.asarray(level.matrix())
        self.position[:], self.velocity[:], self.gyro_bias[:] = 0.0, 0.0, 0.0
        self._anchored, self._ticks = [False, False], 0
        self._rate_sum[:] = 0.0
        self._write(state, np.zeros(3))
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
        measured_rate = self._imu_rotation.dot(state.imu_angular_velocity)
        rate = measured_rate - self.gyro_bias
        self._predict(rate, self._imu_rotation.dot(state.imu_linear_acceleration))
        self._write(state, rate)
        self.model.update(self.q, self.v)
        self._tare(measured_rate)
        left, right = self._trust(state, stance)
        total = left + right
        if total > 0.0:
            slip = (left / total) * self._foot_velocity(LEFT) + (right / total) * self._foot_velocity(RIGHT)
            self._correct_velocity(slip, min(total, 1.0))
        self._correct_position((left, right))

    def _predict(self, rate: np.ndarray, force: np.ndarray) -> None:
        """Turn and move the base by gyro rate [rad/s] and specific force [m/s²], both in base axes."""
        dt = self.period
        self.rotation = self.rotation.dot(pin.exp3(rate * dt))
        force -= cross(rate, cross(rate, self._imu_position))
        acceleration = self.rotation.dot(force)
        acceleration[2] -= GRAVITY
        acceleration *= dt
        self.velocity += acceleration
        self.position += dt * self.velocity

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

    def _foot_velocity(self, side: int) -> np.ndarray:
        """Velocity of a sole in odom as the prediction has it [m/s]."""
        foot = self.model.feet[side]
        return np.asarray(foot.rotation.dot(foot.jacobian[:3].dot(self.v)))

    def _trust(self, state: Record, stance: list[bool]) -> list[float]:
        """How much each planned stance foot carries, 0…1."""
        forces = state.foot_wrench[:, 2].tolist()
        force_min = self.gains.contact_force_min
        return [
            min(max((force - force_min) / FULL_TRUST_FORCE, 0.0), 1.0) if stands else 0.0
            for force, stands in zip(forces, stance, strict=True)
        ]

    def _correct_velocity(self, slip: np.ndarray, trust: float) -> None:
        """Take the feet's apparent velocity [m/s] out of the base's; what persists of it is tilt and gyro bias."""
        gains, dt = self.gains, self.period
        tilt = trust * dt / (gains.gravity_time_constant * gains.velocity_time_constant * GRAVITY)
        turn = np.array((tilt * slip[1], -tilt * slip[0], 0.0))
        bias = turn.dot(self.rotation)
        bias *= 1.0 / gains.bias_time_constant
        self.gyro_bias -= bias
        slip *= -trust * dt / gains.velocity_time_constant
        self.velocity += slip
        self.model.com_velocity += slip
        self.v[:3] = self.velocity.dot(self.rotation)
        self.rotation = pin.exp3(turn).dot(self.rotation)

    def _correct_position(self, weights: tuple[float, float]) -> None:
        """Hold the feet on the ground at their anchors."""
        dt, gains = self.period, self.gains
        shift = np.zeros(3)
        for side in (LEFT, RIGHT):
            anchor, foot = self._anchors[side], self.model.feet[side].position
            if weights[side] <= 0.0:
                self._anchored[side] = False
            elif not self._anchored[side]:
                anchor[:] = foot
                self._anchored[side] = True
            else:
                anchor[2] -= (dt / gains.ground_time_constant) * anchor[2]
                shift += (0.5 * dt / gains.anchor_time_constant * weights[side]) * (anchor - foot)
        self.position += shift
        self.model.translate(shift)

    def _write(self, state: Record, rate: np.ndarray) -> None:
        self.q[:3] = self.position
        self.q[3:7] = quaternion_xyzw(self.rotation)
        self.q[7:] = state.joint_position
        self.v[:3] = self.velocity.dot(self.rotation)
        self.v[3:6] = rate
        self.v[6:] = state.joint_velocity
