"""Contact-aided estimate of the base: gyro, accelerometer and the legs that stand on the ground.

An error-state filter (`filter`) at the inertial sensor: gyro and accelerometer turn and move it, the feet
that stand correct it (`feet`), and with it the robot model at the predicted state.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.config import EstimatorGains
from robot_trials_control.estimation.feet import (
    ESTIMATOR_CONSTANT_FIELDS,
    FULL_TRUST_FORCE,
    FULL_TRUST_SHARE,
    fold_in_foot,
    trust_feet,
)
from robot_trials_control.estimation.filter import (
    ACCELEROMETER_BIAS,
    GYRO_BIAS,
    ROTATION,
    apply_correction,
    base_estimate_fields,
    correct_vector,
    rotate_matrix,
)
from robot_trials_control.estimation.pose_corrections import PoseCorrections
from robot_trials_control.estimation.prediction import predict, write_base
from robot_trials_control.estimation.readings import GROUPS, JOINTS
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import LEFT, RIGHT, Record, make_record, make_robot_state
from robot_trials_control.robot.model import RobotModel

NO_AGE = np.zeros(GROUPS)
"""Ages of readings that are all new."""


@compiled
def correct(
    state: np.ndarray,
    stance: np.ndarray,
    age: np.ndarray,
    constants: np.ndarray,
    model: np.ndarray,
    estimate: np.ndarray,
) -> tuple[float, float]:
    """Correct base and model by the feet that stand.

    Args:
        state: sensor record.
        stance: feet that are planned to stand, shape (2,).
        age, constants, estimate: as for `predict`.
        model: record of `model_state_fields` at the prediction.

    Returns:
        Cosine of the base's tilt, and its height above the lower foot's place on the ground [m].
    """
    e, turn = estimate[0], np.zeros((3, 3))
    trust_feet(state, stance, constants, estimate)
    for side in range(2):
        if e.trust[side] > 0.0:
            fold_in_foot(side, age[JOINTS], constants, model, estimate)
    position, velocity = e.position.copy(), e.velocity.copy()
    apply_correction(estimate, turn)
    write_base(constants, estimate)
    move_model(turn, position, velocity, estimate, model)
    return e.rotation[2, 2], e.position[2] - min(e.contact[0, 2], e.contact[1, 2])


@compiled
def move_model(
    turn: np.ndarray, position: np.ndarray, velocity: np.ndarray, estimate: np.ndarray, model: np.ndarray
) -> None:
    """Bring the model from the prediction to the corrected base; its local Jacobians and inertias stay what they are.

    Args:
        turn: of the correction, in odom, shape (3, 3).
        position, velocity: of the base at the prediction, shape (3,) [m], [m/s]; overwritten.
        estimate, model: as for `correct`.
    """
    e, m = estimate[0], model[0]
    correct_vector(turn, e.position, position)
    correct_vector(turn, e.velocity, velocity)  # both are now turn · before − after
    correct_vector(turn, position, m.com)
    correct_vector(turn, velocity, m.com_velocity)
    rotate_matrix(turn, m.base_rotation)
    for i in range(3):
        m.base_position[i] = e.position[i]
    for frame in range(m.position.shape[0]):
        correct_vector(turn, position, m.position[frame])
        rotate_matrix(turn, m.rotation[frame])
    correct_vector(turn, np.zeros(3), m.angular_momentum)


class BaseEstimator:
    """Pose and velocity of the base in the odom frame, which starts under the robot with its heading.

    One update predicts the base from the inertial sensor, brings the robot model to that state, and corrects both by
    the feet that stand.

    Attributes:
        estimate: all of it, record of `base_estimate_fields`.
        q: configuration, shape (nq,).
        v: generalised velocity, shape (nv,).
        rotation: base in odom, shape (3, 3).
        position, velocity: base in odom, shape (3,) [m], [m/s].
        gyro_bias, accelerometer_bias: in base axes, shape (3,) [rad/s], [m/s²].
        covariance: of the filter's error, as described in `filter`.
        asked: generalised acceleration asked of the robot, shape (nv,); bridges a silent inertial sensor.
        tilt_cos, height: cosine of the base's tilt, and its height above the lower foot's place on the ground [m].
    """

    def __init__(self, model: RobotModel, gains: EstimatorGains, period: float) -> None:
        self.model, self.gains, self.period = model, gains, period
        self._constants = self._make_constants()
        estimate = make_record(base_estimate_fields(model.nq, model.nv))
        self.estimate = estimate
        self.q, self.v, self.rotation = estimate.q, estimate.v, estimate.rotation
        self.position, self.velocity = estimate.position, estimate.velocity
        self.gyro_bias, self.accelerometer_bias = estimate.gyro_bias, estimate.accelerometer_bias
        self.covariance = estimate.covariance
        self.tilt_cos, self.height = 1.0, 0.0
        self._ticks = 0
        self._settled = round((gains.tare_start + gains.tare_time) / period)
        self._poses = PoseCorrections(estimate, self._constants.imu_position, period)
        readings, stance = make_robot_state(model.nu).data, np.ones(2, np.uint8)
        parts = self._constants.data, model.state.data, estimate.data
        self.asked = np.zeros(model.nv)
        self._predict = bind(predict, readings, NO_AGE, self.asked, parts[0], parts[2])
        self._correct = bind(correct, readings, stance, NO_AGE, *parts)

    def _make_constants(self) -> Record:
        """Gains and the sensor's place, as a record of `ESTIMATOR_CONSTANT_FIELDS`."""
        gains, dt, out = self.gains, self.period, make_record(ESTIMATOR_CONSTANT_FIELDS)
        imu = self.model.model.frames[self.model.imu_id].placement
        out.imu_rotation[:], out.imu_position[:] = imu.rotation, imu.translation
        out.period[...], out.gate[...], out.force_min[...] = dt, gains.slip_gate, gains.contact_force_min
        out.force_full[...] = self.model.limit_force(FULL_TRUST_FORCE, FULL_TRUST_SHARE)
        out.rate_deviation[...], out.force_deviation[...] = gains.gyro_noise, gains.accelerometer_noise
        out.force_change_share[...] = gains.accelerometer_change_share
        out.bias_variance[:] = dt * gains.gyro_bias_walk**2, dt * gains.accelerometer_bias_walk**2
        out.angle_variance[...], out.speed_variance[...] = gains.encoder_noise**2, gains.joint_velocity_noise**2
        out.landing_time[...], out.landing_speed[...] = gains.landing_time, gains.landing_speed
        out.standing_time[...], out.sole_length[...] = gains.tare_start, self.model.parameters.sole_half_length
        out.rest_variance[...], out.give_variance[...] = gains.foot_velocity_noise**2, gains.foot_position_noise**2
        out.twist_variance[...] = gains.foot_heading_noise**2
        out.creep_variance[:] = dt * gains.foot_creep_stepping**2, dt * gains.foot_creep_standing**2
        out.turn_variance[:] = dt * gains.foot_turn_stepping**2, dt * gains.foot_turn_standing**2
        out.lost_rate[...], out.lost_force[...] = gains.lost_rate, gains.lost_force
        out.lost_speed[...] = gains.lost_speed
        return out

    @property
    def is_settled(self) -> bool:
        """Whether it has stood for long enough to know the gyro's bias."""
        return self._ticks >= self._settled

    def reset(self, state: Record) -> None:
        """Start from one reading: level by the accelerometer, heading 0, lowest sole on the ground at z = 0."""
        estimate = self.estimate
        up = self._constants.imu_rotation.dot(state.imu_linear_acceleration)
        level = pin.Quaternion.FromTwoVectors(up / np.linalg.norm(up), np.array((0.0, 0.0, 1.0)))
        estimate.data[:] = np.zeros(1, estimate.data.dtype)
        self.rotation[:], estimate.measured_force[:] = level.matrix(), up
        self._ticks = 0
        self._poses.reset()
        self._initialise_covariance()
        estimate.q[7:], estimate.q[3:7] = state.joint_position, level.coeffs()
        self.model.update(self.q, self.v)
        left, right = (foot.position for foot in self.model.feet)
        self.position[:2] = -0.5 * (left[:2] + right[:2])
        self.position[2] = -min(left[2], right[2])
        estimate.sensor_position[:] = self.position + self.rotation.dot(self._constants.imu_position)
        for side in (LEFT, RIGHT):
            estimate.contact[side] = self.model.feet[side].position + self.position

    def _initialise_covariance(self) -> None:
        """Level and at rest as well as one reading tells; heading and place are what odom is defined by."""
        gains, deviation = self.gains, np.zeros(len(self.covariance))
        deviation[ROTATION : ROTATION + 2] = gains.tilt_deviation
        deviation[3:6] = gains.velocity_deviation
        deviation[GYRO_BIAS : GYRO_BIAS + 3] = gains.gyro_bias_deviation
        deviation[ACCELEROMETER_BIAS : ACCELEROMETER_BIAS + 3] = gains.accelerometer_bias_deviation
        np.fill_diagonal(self.covariance, deviation**2)

    def update(self, state: Record, stance: np.ndarray, age: np.ndarray = NO_AGE) -> None:
        """Fold in one reading and leave the model at the new estimate.

        Args:
            state: sensor readings.
            stance: feet that are planned to stand, left and right, shape (2,), 0 or 1.
            age: of each group's readings, as in `Readings`, shape (GROUPS,) [s].
        """
        self._ticks += 1
        readings, parts = state.data, (self._constants.data, self.model.state.data, self.estimate.data)
        self._predict(readings, age, self.asked, parts[0], parts[2])
        self.model.update(self.q, self.v)
        self.tilt_cos, self.height = self._correct(readings, stance, age, *parts)
        self._poses.remember()

    def correct_pose(
        self, position: np.ndarray, rotation: np.ndarray, covariance: np.ndarray, delay: float = 0.0
    ) -> float:
        """Fold in a pose of the base measured from outside: motion capture, lidar, fiducials.

        Call it between two updates. It moves odom's contents at once: whoever walks by them sees the jump.

        Args:
            position: of the base in odom, shape (3,) [m].
            rotation: of the base to odom, shape (3, 3).
            covariance: of position and of the rotation's error in odom's axes, shape (6, 6) [m², rad²].
            delay: time since it was measured, up to `pose_corrections.DELAY_MAX` [s].

        Returns:
            Squared Mahalanobis distance of what it corrected, of 6 degrees of freedom.
        """
        distance = self._poses.fold_in(position, rotation, covariance, delay)
        write_base(self._constants.data, self.estimate.data)
        return distance
