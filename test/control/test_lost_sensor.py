"""What the inertial sensor would read in a gap, for motions whose accelerations are known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from control_bench import PERIOD

from robot_trials_control.estimation.feet import ESTIMATOR_CONSTANT_FIELDS
from robot_trials_control.estimation.filter import base_estimate_fields
from robot_trials_control.estimation.prediction import imagine_sensor
from robot_trials_control.records import make_record
from robot_trials_control.robot.model_state import GRAVITY

NQ, NV = 35, 34


@pytest.mark.parametrize(
    ("speed", "rate", "force"),
    [
        ((1.0, 0.0, 0.0), (0.0, 0.0, 0.5), (0.0, 0.5, GRAVITY)),  # a left turn: towards its middle
        ((1.0, 0.0, 0.0), (0.0, 0.0, -0.5), (0.0, -0.5, GRAVITY)),
        ((0.0, 1.0, 0.0), (0.0, 0.0, 0.5), (-0.5, 0.0, GRAVITY)),
        ((0.0, 0.0, 2.0), (0.5, 0.0, 0.0), (0.0, -1.0, GRAVITY)),
        ((1.0, 0.0, 0.0), (0.0, 0.5, 0.0), (0.0, 0.0, GRAVITY - 0.5)),
        ((0.0, 0.0, 0.0), (0.3, 0.4, 0.5), (0.0, 0.0, GRAVITY)),
    ],
)
def test_a_turn_at_constant_speed_is_felt_towards_its_middle(speed: tuple, rate: tuple, force: tuple) -> None:
    """Nothing is asked for in body axes, so that velocity and rate stay the same there."""
    constants, e = make_record(ESTIMATOR_CONSTANT_FIELDS), make_record(base_estimate_fields(NQ, NV))
    e.rotation[:] = np.eye(3)
    e.v[:3], e.v[3:6], e.measured_rate[:] = speed, rate, rate
    imagine_sensor(np.zeros(NV), constants.data, e.data)
    np.testing.assert_allclose(e.measured_force, force, atol=1e-12)
    np.testing.assert_array_equal(e.measured_rate, rate)


def test_what_is_asked_for_is_felt_with_the_biases_and_changes_the_rate() -> None:
    constants, e = make_record(ESTIMATOR_CONSTANT_FIELDS), make_record(base_estimate_fields(NQ, NV))
    constants.period[...] = PERIOD
    e.rotation[:] = ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    e.rotation[:] = e.rotation @ np.array(((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)))  # x points down
    e.accelerometer_bias[:] = 0.1, 0.2, 0.3
    asked = np.zeros(NV)
    asked[:6] = 1.0, 2.0, 3.0, 10.0, -20.0, 30.0
    imagine_sensor(asked, constants.data, e.data)
    np.testing.assert_allclose(e.measured_force, (1.1 - GRAVITY, 2.2, 3.3), atol=1e-12)
    np.testing.assert_allclose(e.measured_rate, (0.02, -0.04, 0.06))
