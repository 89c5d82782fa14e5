"""What the base's filter does with the inertial sensor, and how the base hangs on it."""

from __future__ import annotations

import numpy as np

from robot_trials_control.estimation.filter import (
    ACCELEROMETER_BIAS,
    GYRO_BIAS,
    predict_sensor,
    propagate_covariance,
)
from robot_trials_control.estimation.readings import BRIDGE_MAX, IMU, SLACK
from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import quaternion_xyzw
from robot_trials_control.robot.model_state import GRAVITY

BRIDGED = BRIDGE_MAX + SLACK
"""Age up to which a silent sensor's readings are imagined [s]."""


@compiled
def predict(state: np.ndarray, age: np.ndarray, asked: np.ndarray, constants: np.ndarray, estimate: np.ndarray) -> None:
    """Turn and move the base by the inertial sensor, and put it and the joints together as Pinocchio's q and v.

    Args:
        state: sensor record.
        age: of each group's readings, as in `Readings`, shape (GROUPS,) [s].
        asked: generalised acceleration asked of the robot at the last tick, shape (nv,).
        constants, estimate: records of `ESTIMATOR_CONSTANT_FIELDS` and `base_estimate_fields`.
    """
    c, e = constants[0], estimate[0]
    rate_deviation, force_deviation = c.rate_deviation, c.force_deviation
    if age[IMU] > 0.0:
        rate_deviation, force_deviation = c.lost_rate, c.lost_force
        if age[IMU] > BRIDGED:
            go_by_feet(state, constants, estimate)
        else:
            imagine_sensor(asked, constants, estimate)
    else:
        force_deviation += c.force_change_share * read_sensor(state, constants, estimate)
    rate, force = np.zeros(3), np.zeros(3)
    for i in range(3):
        rate[i] = e.measured_rate[i] - e.gyro_bias[i]
        force[i] = e.measured_force[i] - e.accelerometer_bias[i]
    predict_sensor(rate, force, c.period, estimate)
    variances = rate_deviation * rate_deviation, force_deviation * force_deviation
    propagate_covariance(c.period, variances[0], variances[1], c.bias_variance, estimate)
    joints, speeds = state[0].joint_position, state[0].joint_velocity
    write_base(constants, estimate)
    for i in range(joints.size):
        e.q[7 + i], e.v[6 + i] = joints[i], speeds[i]


@compiled
def read_sensor(state: np.ndarray, constants: np.ndarray, estimate: np.ndarray) -> float:
    """Turn the inertial sensor's readings into base axes; arguments as for `predict`.

    Returns:
        How much the specific force has changed since the last reading [m/s²].
    """
    c, e = constants[0], estimate[0]
    gyro, accelerometer, change = state[0].imu_angular_velocity, state[0].imu_linear_acceleration, 0.0
    for i in range(3):
        before = e.measured_force[i]
        e.measured_rate[i] = e.measured_force[i] = 0.0
        for k in range(3):
            e.measured_rate[i] += c.imu_rotation[i, k] * gyro[k]
            e.measured_force[i] += c.imu_rotation[i, k] * accelerometer[k]
        change += (e.measured_force[i] - before) ** 2
    return np.sqrt(change)


@compiled
def imagine_sensor(asked: np.ndarray, constants: np.ndarray, estimate: np.ndarray) -> None:
    """Without an inertial sensor: what it would read if the base accelerated as it was asked to.

    Args:
        asked: generalised acceleration asked of the robot at the last tick, shape (nv,).
        constants, estimate: as for `predict`.
    """
    e = estimate[0]
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        turning = e.v[3 + a] * e.v[b] - e.v[3 + b] * e.v[a]
        e.measured_force[i] = e.accelerometer_bias[i] + asked[i] + turning + GRAVITY * e.rotation[2, i]
        e.measured_rate[i] += constants[0].period * asked[3 + i]


@compiled
def go_by_feet(state: np.ndarray, constants: np.ndarray, estimate: np.ndarray) -> None:
    """Without an inertial sensor for long: the readings that a standing foot stands in for, which teach no bias.

    Args:
        state: sensor record with those in place of the sensor's, as `SensorHold` writes them.
        constants, estimate: as for `predict`.
    """
    e = estimate[0]
    read_sensor(state, constants, estimate)
    for i in range(3):
        e.measured_force[i] += e.accelerometer_bias[i]
    e.covariance[GYRO_BIAS : ACCELEROMETER_BIAS + 3] = 0.0
    e.covariance[:, GYRO_BIAS : ACCELEROMETER_BIAS + 3] = 0.0


@compiled
def write_base(constants: np.ndarray, estimate: np.ndarray) -> None:
    """Base from the inertial sensor's pose and velocity, and its part of q and v; arguments as for `predict`."""
    c, e = constants[0], estimate[0]
    x, y, z = c.imu_position
    for i in range(3):
        e.v[3 + i] = e.measured_rate[i] - e.gyro_bias[i]
    a, b, g = e.v[3], e.v[4], e.v[5]
    lever_x, lever_y, lever_z = b * z - g * y, g * x - a * z, a * y - b * x
    for i in range(3):
        e.position[i] = e.sensor_position[i] - (e.rotation[i, 0] * x + e.rotation[i, 1] * y + e.rotation[i, 2] * z)
        turned = e.rotation[i, 0] * lever_x + e.rotation[i, 1] * lever_y + e.rotation[i, 2] * lever_z
        e.velocity[i] = e.sensor_velocity[i] - turned
        e.q[i] = e.position[i]
    r, v = e.rotation, e.velocity
    for i in range(3):
        e.v[i] = r[0, i] * v[0] + r[1, i] * v[1] + r[2, i] * v[2]
    e.q[3], e.q[4], e.q[5], e.q[6] = quaternion_xyzw(e.rotation)
