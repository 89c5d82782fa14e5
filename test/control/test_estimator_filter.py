"""The base filter's linear algebra against finite differences and the textbook, at random states."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import PERIOD, random_state

from robot_trials_control.estimation.feet import (
    anchor,
    write_heading_row,
    write_position_rows,
    write_velocity_rows,
)
from robot_trials_control.estimation.filter import (
    ACCELEROMETER_BIAS,
    CONTACT,
    ERRORS,
    GYRO_BIAS,
    HEADING,
    POSITION,
    ROTATION,
    VELOCITY,
    apply_correction,
    base_estimate_fields,
    fold,
    hold_feet,
    predict_sensor,
    propagate_covariance,
    propagate_error,
    weigh,
)
from robot_trials_control.numeric.rotations import rotation_about_z
from robot_trials_control.records import LEFT, RIGHT, Record, make_record
from robot_trials_control.robot.model import RobotModel

SMALL = 1e-6
IMU = np.array((0.03, -0.02, 0.06))
"""Inertial sensor in the base [m]."""


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(3)


def random_estimate(generator: np.random.Generator) -> Record:
    """Anywhere within some metres, moving, with biases and a covariance."""
    e = make_record(base_estimate_fields(35, 34))
    e.rotation[:] = pin.exp3(generator.uniform(-1.0, 1.0, 3))
    for name in ("sensor_position", "sensor_velocity", "contact", "heading"):
        getattr(e, name)[:] = generator.uniform(-2.0, 2.0, getattr(e, name).shape)
    e.gyro_bias[:], e.accelerometer_bias[:] = generator.uniform(-0.1, 0.1, (2, 3))
    root = generator.standard_normal((ERRORS, ERRORS))
    e.covariance[:] = 1e-3 * root @ root.T
    return e


def copy(e: Record) -> Record:
    return Record(e.data.copy())


def disturbed(e: Record, error: np.ndarray) -> Record:
    """The estimate that is off by a right-invariant error."""
    out, turn = copy(e), pin.exp3(error[ROTATION:VELOCITY])
    out.rotation[:] = turn @ e.rotation
    out.sensor_velocity[:] = turn @ e.sensor_velocity + error[VELOCITY:POSITION]
    out.sensor_position[:] = turn @ e.sensor_position + error[POSITION:GYRO_BIAS]
    out.gyro_bias[:] += error[GYRO_BIAS:ACCELEROMETER_BIAS]
    out.accelerometer_bias[:] += error[ACCELEROMETER_BIAS:CONTACT]
    out.contact[:] = e.contact @ turn.T + error[CONTACT:HEADING].reshape(2, 3)
    out.heading[:] += error[HEADING:]
    return out


def error_between(estimate: Record, truth: Record) -> np.ndarray:
    """The right-invariant error of an estimate."""
    turn = estimate.rotation @ truth.rotation.T
    parts = (
        pin.log3(turn),
        estimate.sensor_velocity - turn @ truth.sensor_velocity,
        estimate.sensor_position - turn @ truth.sensor_position,
        estimate.gyro_bias - truth.gyro_bias,
        estimate.accelerometer_bias - truth.accelerometer_bias,
        (estimate.contact - truth.contact @ turn.T).ravel(),
        estimate.heading - truth.heading,
    )
    return np.concatenate(parts)


def transition(e: Record, dt: float) -> np.ndarray:
    columns = np.eye(ERRORS)
    for column in columns:
        propagate_error(dt, e.data, column)
    return columns.T


def test_the_transition_is_how_errors_grow(generator: np.random.Generator) -> None:
    """Truth and estimate both feel the same readings, less what each believes the biases to be."""
    truth = random_estimate(generator)
    rate, force = generator.uniform(-1, 1, 3), generator.uniform(-5, 5, 3) + (0, 0, 9.81)

    def moved(e: Record) -> Record:
        out = copy(e)
        predict_sensor(rate - e.gyro_bias, force - e.accelerometer_bias, PERIOD, out.data)
        return out

    expected = np.zeros((ERRORS, ERRORS))
    after = moved(truth)
    for i in range(ERRORS):
        plus, minus = (moved(disturbed(truth, s * SMALL * np.eye(ERRORS)[i])) for s in (1, -1))
        expected[:, i] = (error_between(plus, after) - error_between(minus, after)) / (2 * SMALL)
    np.testing.assert_allclose(transition(after, PERIOD), expected, atol=4 * PERIOD**2 * 10)
    assert np.abs(expected - np.eye(ERRORS)).max() > 100 * PERIOD**2


def test_the_covariance_follows_the_transition(generator: np.random.Generator) -> None:
    e = random_estimate(generator)
    f, before = transition(e, PERIOD), e.covariance.copy()
    rate_variance, force_variance, walks = 0.04, 0.09, np.array((1e-4, 2e-4))
    spread = np.zeros((ERRORS, 6))
    gyro = transition(e, PERIOD)[:, GYRO_BIAS:ACCELEROMETER_BIAS] @ e.rotation.T  # noise enters as a bias does
    gyro[GYRO_BIAS:ACCELEROMETER_BIAS] = 0.0
    spread[:, :3] = np.sqrt(rate_variance) * gyro
    spread[VELOCITY:POSITION, 3:] = PERIOD * np.sqrt(force_variance) * np.eye(3)
    propagate_covariance(PERIOD, rate_variance, force_variance, walks, e.data)
    expected = f @ before @ f.T + spread @ spread.T
    expected[range(9, 15), range(9, 15)] += np.repeat(walks, 3)
    np.testing.assert_allclose(e.covariance, expected, atol=1e-12)


@pytest.mark.parametrize("count", [1, 3])
def test_folding_in_rows_is_a_kalman_update(generator: np.random.Generator, count: int) -> None:
    e = random_estimate(generator)
    e.rows[:], e.innovation[:] = generator.standard_normal((3, ERRORS)), generator.standard_normal(3)
    e.correction[:] = 0.1 * generator.standard_normal(ERRORS)
    h, p, before = e.rows[:count].copy(), e.covariance.copy(), e.correction.copy()
    left = e.innovation[:count] - h @ before
    s = h @ p @ h.T + 0.01 * np.eye(count)
    distance = weigh(count, 0.01, e.data)
    fold(count, e.data)
    assert distance == pytest.approx(left @ np.linalg.solve(s, left))
    gain = p @ h.T @ np.linalg.inv(s)
    np.testing.assert_allclose(e.correction, before + gain @ left, atol=1e-9)
    np.testing.assert_allclose(e.covariance, p - gain @ h @ p, atol=1e-9)


def test_an_error_that_is_known_is_taken_out(generator: np.random.Generator) -> None:
    truth = random_estimate(generator)
    error = 0.1 * generator.standard_normal(ERRORS)
    wrong = disturbed(truth, error)
    # exp(−ξ_R) x̂ − ξ_x: exact where the error of a vector is 0 or there is no turn, to second order otherwise
    wrong.correction[:] = error
    apply_correction(wrong.data, np.zeros((3, 3)))
    assert np.abs(error_between(wrong, truth)).max() < 0.1 * np.abs(error).max()
    np.testing.assert_array_equal(wrong.correction, 0.0)
    small = disturbed(truth, 1e-3 * error)
    small.correction[:] = 1e-3 * error
    apply_correction(small.data, np.zeros((3, 3)))
    assert np.abs(error_between(small, truth)).max() < 1e-6


def place(model: RobotModel, e: Record, joints: np.ndarray, speeds: np.ndarray, rate: np.ndarray) -> None:
    """Bring the model to an estimate, given the gyro's reading."""
    e.v[3:6] = rate - e.gyro_bias
    e.position[:] = e.sensor_position - e.rotation @ IMU
    e.velocity[:] = e.sensor_velocity - e.rotation @ np.cross(e.v[3:6], IMU)
    e.v[:3], e.v[6:] = e.rotation.T @ e.velocity, speeds
    e.q[:3], e.q[3:7], e.q[7:] = e.position, pin.Quaternion(e.rotation).coeffs(), joints
    model.update(e.q, e.v)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("rows", [write_velocity_rows, write_position_rows, write_heading_row])
def test_rows_are_what_errors_do_to_a_foot_that_stands(model: RobotModel, generator, rows, side: int) -> None:
    """Where truth has the foot at rest at its place, an error of the estimate shows as the rows say."""
    q, v = random_state(model, generator)
    truth = random_estimate(generator)
    if rows is write_heading_row:  # exact for a level sole only
        rotation_about_z(0.7, truth.rotation)
        q[7:] = 0.0
    rate = generator.uniform(-1, 1, 3)
    if rows is write_velocity_rows:  # the base moves so that the foot is at rest
        place(model, truth, q[7:], v[6:], rate)
        foot = model.feet[side]
        truth.sensor_velocity -= foot.rotation @ foot.jacobian[:3] @ truth.v
    place(model, truth, q[7:], v[6:], rate)
    truth.contact[side] = model.feet[side].position
    truth.heading[side] = np.arctan2(model.feet[side].rotation[1, 0], model.feet[side].rotation[0, 0])
    count = 1 if rows is write_heading_row else 3
    found = np.zeros((count, ERRORS))

    def innovation(error: np.ndarray) -> np.ndarray:
        e = disturbed(truth, error)
        place(model, e, q[7:], v[6:], rate)
        rows(side, model.state.data, e.data)
        return e.innovation[:count].copy()

    np.testing.assert_allclose(innovation(np.zeros(ERRORS)), 0.0, atol=1e-9)
    for i, unit in enumerate(np.eye(ERRORS)):
        found[:, i] = (innovation(SMALL * unit) - innovation(-SMALL * unit)) / (2 * SMALL)
    place(model, truth, q[7:], v[6:], rate)
    rows(side, model.state.data, truth.data)
    np.testing.assert_allclose(truth.rows[:count], found, atol=1e-6)
    assert np.abs(found).max() > 0.5


def test_a_foot_that_lands_shares_the_base_s_error(model: RobotModel, generator: np.random.Generator) -> None:
    e = random_estimate(generator)
    before = e.covariance.copy()
    place(model, e, np.zeros(model.nu), np.zeros(model.nu), np.zeros(3))
    e.correction[:] = generator.standard_normal(ERRORS)
    corrected = e.correction.copy()
    anchor(RIGHT, 0.25, model.state.data, e.data)
    own = [CONTACT + 3, CONTACT + 4, CONTACT + 5, HEADING + 1]
    share = np.eye(ERRORS)
    share[own] = np.eye(ERRORS)[[POSITION, POSITION + 1, POSITION + 2, ROTATION + 2]]
    expected = share @ before @ share.T
    expected[own, own] += 0.25
    np.testing.assert_allclose(e.covariance, expected, atol=1e-12)
    np.testing.assert_allclose(e.correction, share @ corrected)
    np.testing.assert_array_equal(e.contact[RIGHT], model.feet[RIGHT].position)


@pytest.mark.parametrize("trust", [(1.0, 0.0), (0.5, 0.5)])
def test_what_is_learned_late_does_not_move_standing_feet(generator: np.random.Generator, trust: tuple) -> None:
    """The feet's common motion is taken back, the base's to them is not; the covariance is that of this gain."""
    e = random_estimate(generator)
    e.contact += 50.0
    e.sensor_position += 50.0
    e.trust[:] = trust
    e.rows[:], e.innovation[:] = generator.standard_normal((3, ERRORS)), 1e-4 * generator.standard_normal(3)
    h, p, before = e.rows.copy(), e.covariance.copy(), copy(e)
    distance = weigh(3, 0.01, e.data)
    assert distance > 0.0
    gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + 0.01 * np.eye(3))
    fold(3, e.data)
    hold_feet(3, e.data)
    place = np.average(before.contact, axis=0, weights=trust)
    held = gain.copy()
    shift = pin.skew(place) @ gain[ROTATION:VELOCITY] - np.average(
        gain[CONTACT:HEADING].reshape(2, 3, 3), axis=0, weights=trust
    )
    for first in (POSITION, CONTACT, CONTACT + 3):
        held[first : first + 3] += shift
    np.testing.assert_allclose(e.correction, held @ e.innovation, atol=1e-9)
    keep = np.eye(ERRORS) - held @ h
    np.testing.assert_allclose(e.covariance, keep @ p @ keep.T + 0.01 * held @ held.T, atol=1e-9)
    apply_correction(e.data, np.zeros((3, 3)))
    still = np.average(e.contact - before.contact, axis=0, weights=trust)
    np.testing.assert_allclose(still, 0.0, atol=1e-5)
    assert np.abs(e.rotation - before.rotation).max() > 1e-5
