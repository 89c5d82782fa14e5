"""How the base hangs on an inertial sensor that lies anywhere in it, by textbook kinematics."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.estimation.feet import ESTIMATOR_CONSTANT_FIELDS
from robot_trials_control.estimation.filter import base_estimate_fields
from robot_trials_control.estimation.prediction import read_sensor, write_base
from robot_trials_control.records import make_record, make_robot_state

NQ, NV = 35, 34
ARM = np.array((0.1, -0.2, 0.3))
"""Sensor in the base [m]."""
TURN = pin.exp3(np.array((0.4, -0.7, 1.9)))


def test_position_velocity_and_rate_of_the_base_follow_from_the_sensor_s() -> None:
    constants, e = make_record(ESTIMATOR_CONSTANT_FIELDS), make_record(base_estimate_fields(NQ, NV))
    constants.imu_position[:] = ARM
    e.rotation[:] = TURN
    e.sensor_position[:], e.sensor_velocity[:] = (1.0, 2.0, 0.9), (0.3, -0.2, 0.1)
    e.measured_rate[:], e.gyro_bias[:] = (0.5, 0.6, -0.7), (0.01, -0.02, 0.03)
    rate = np.array((0.49, 0.62, -0.73))
    write_base(constants.data, e.data)
    velocity = e.sensor_velocity - TURN @ np.cross(rate, ARM)
    np.testing.assert_allclose(e.position, e.sensor_position - TURN @ ARM)
    np.testing.assert_allclose(e.velocity, velocity)
    np.testing.assert_allclose(e.v[:6], np.concatenate((TURN.T @ velocity, rate)))
    np.testing.assert_allclose(e.q[:3], e.position)
    np.testing.assert_allclose(pin.Quaternion(e.q[3:7]).toRotationMatrix(), TURN)


def test_readings_are_turned_into_the_base_and_their_change_is_told() -> None:
    constants, e = make_record(ESTIMATOR_CONSTANT_FIELDS), make_record(base_estimate_fields(NQ, NV))
    state = make_robot_state(NV - 6)
    constants.imu_rotation[:] = TURN
    state.imu_angular_velocity[:], state.imu_linear_acceleration[:] = (0.1, 0.2, 0.3), (1.0, -2.0, 9.0)
    e.measured_force[:] = TURN @ (1.0, -2.0, 9.0) + (3.0, 0.0, -4.0)
    assert np.isclose(read_sensor(state.data, constants.data, e.data), 5.0)
    np.testing.assert_allclose(e.measured_rate, TURN @ (0.1, 0.2, 0.3))
    np.testing.assert_allclose(e.measured_force, TURN @ (1.0, -2.0, 9.0))
