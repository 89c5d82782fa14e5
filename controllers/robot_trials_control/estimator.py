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

    Attributes:
        q: configuration, shape (nq,).
        v: generalised velocity, shape (nv,).
        rotation: base in odom, shape (3, 3).
        position, velocity: base in odom, shape (3,) [m], [m/s].
        gyro_bias: in base axes, shape (3,) [rad/s].
    """

    def __init__(self, model: RobotModel, gains: EstimatorGains, period: float) -> None:
        self.gains, self.period = gains, period
        self._model, self._data = model.model, model.model.createData()
        self._feet = model.foot_ids
        imu = model.model.frames[model.imu_id].placement
        self._imu_rotation, self._imu_position = imu.rotation.copy(), imu.translation.copy()
        self.q, self.v = pin.neutral(model.model), np.zeros(model.nv)
        self._q_relative, self._v_relative = self.q.copy(), self.v.copy()
        self.rotation = np.eye(3)
        self.position, self.velocity, self.gyro_bias = np.zeros(3), np.zeros(3), np.zeros(3)
        self._foot_placements = [self._data.oMf[frame] for frame in self._feet]
        self._foot_velocities = np.zeros((2, 3))
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
        up = self._imu_rotation @ state.imu_linear_acceleration
        self.rotation = np.asarray(
            pin.Quaternion.FromTwoVectors(up / np.linalg.norm(up), np.array((0.0, 0.0, 1.0))).matrix()
        )
        self.velocity[:], self.gyro_bias[:] = 0.0, 0.0
        self._anchored, self._ticks = [False, False], 0
        self._rate_sum[:] = 0.0
        self._update_feet(state, np.zeros(3))
        feet = [placement.translation for placement in self._foot_placements]
        self.position[:] = 0.0
        self.position[:2] = -0.5 * (feet[LEFT][:2] + feet[RIGHT][:2])
        self.position[2] = -min(feet[LEFT][2], feet[RIGHT][2])

    def update(self, state: Record, stance: list[bool]) -> None:
        """Fold in one reading.

        Args:
            state: sensor readings.
            stance: feet that are planned to stand, left and right.
        """
        dt = self.period
        measured_rate = self._imu_rotation.dot(state.imu_angular_velocity)
        rate = measured_rate - self.gyro_bias
        self.rotation = self.rotation.dot(pin.exp3(rate * dt))
        force = self._imu_rotation.dot(state.imu_linear_acceleration)
        force -= cross(rate, cross(rate, self._imu_position))
        acceleration = self.rotation.dot(force)
        acceleration[2] -= GRAVITY
        acceleration *= dt
        self.velocity += acceleration
        self._update_feet(state, rate)
        self._tare(measured_rate)
        left, right = self._trust(state, stance)
        total = left + right
        if total > 0.0:
            measured = (-left / total) * self._foot_velocities[LEFT] - (right / total) * self._foot_velocities[RIGHT]
            self._correct_velocity(measured, min(total, 1.0))
        self.position += dt * self.velocity
        self._correct_position((left, right))
        self._write(state, rate)

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
        return [self.rotation.T.dot(placement.rotation) for placement in self._foot_placements]

    def _update_feet(self, state: Record, rate: np.ndarray) -> None:
        """Soles relative to the base with odom axes: positions [m] and velocities for a base at rest [m/s]."""
        q, v, data = self._q_relative, self._v_relative, self._data
        q[3:7] = quaternion_xyzw(self.rotation)
        q[7:], v[3:6], v[6:] = state.joint_position, rate, state.joint_velocity
        pin.forwardKinematics(self._model, data, q, v)
        for side, frame in enumerate(self._feet):
            pin.updateFramePlacement(self._model, data, frame)
            motion = pin.getFrameVelocity(self._model, data, frame, pin.LOCAL_WORLD_ALIGNED)
            self._foot_velocities[side] = motion.linear

    def _trust(self, state: Record, stance: list[bool]) -> list[float]:
        """How much each planned stance foot carries, 0…1."""
        forces = state.foot_wrench[:, 2].tolist()
        force_min = self.gains.contact_force_min
        return [
            min(max((force - force_min) / FULL_TRUST_FORCE, 0.0), 1.0) if stands else 0.0
            for force, stands in zip(forces, stance, strict=True)
        ]

    def _correct_velocity(self, measured: np.ndarray, trust: float) -> None:
        gains, dt = self.gains, self.period
        innovation = measured - self.velocity
        self.velocity += (trust * dt / gains.velocity_time_constant) * innovation
        tilt = trust * dt / (gains.gravity_time_constant * gains.velocity_time_constant * GRAVITY)
        turn = np.array((-tilt * innovation[1], tilt * innovation[0], 0.0))
        self.rotation = pin.exp3(turn).dot(self.rotation)
        bias = turn.dot(self.rotation)
        bias *= 1.0 / gains.bias_time_constant
        self.gyro_bias -= bias

    def _correct_position(self, weights: tuple[float, float]) -> None:
        dt, gains = self.period, self.gains
        pull = dt / gains.anchor_time_constant
        for side in (LEFT, RIGHT):
            anchor, foot = self._anchors[side], self._foot_placements[side].translation
            if weights[side] <= 0.0:
                self._anchored[side] = False
            elif not self._anchored[side]:
                np.add(self.position, foot, out=anchor)
                self._anchored[side] = True
            else:
                anchor[2] -= (dt / gains.ground_time_constant) * anchor[2]
                error = anchor - foot
                error -= self.position
                error *= 0.5 * pull * weights[side]
                self.position += error

    def _write(self, state: Record, rate: np.ndarray) -> None:
        self.q[:3] = self.position
        self.q[3:7] = quaternion_xyzw(self.rotation)
        self.q[7:] = state.joint_position
        self.v[:3] = self.velocity.dot(self.rotation)
        self.v[3:6] = rate
        self.v[6:] = state.joint_velocity
