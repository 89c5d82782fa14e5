"""Error-state filter of the base, right-invariant [Hartley2020]: its record, its prediction, and how rows correct it.

The state is the inertial sensor's pose and velocity in odom, the biases of gyro and accelerometer in base axes, and of
each foot the point and the heading that it stands at. An error is what the estimate has too much, in odom's axes and
about odom's origin: R̂ = exp(ξ_R) R and x̂ = exp(ξ_R) x + ξ_x for velocity, position and contact points. With errors of
that kind the rows of the contacts do not depend on the estimate, and what cannot be observed (heading, position) stays
unobserved in the covariance.
"""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import turn_in_body
from robot_trials_control.records import Field
from robot_trials_control.robot.model_state import GRAVITY

ROTATION, VELOCITY, POSITION, GYRO_BIAS, ACCELEROMETER_BIAS, CONTACT, HEADING = 0, 3, 6, 9, 12, 15, 21
"""First row of each part of the error; a contact takes three rows a foot, a heading one."""
ERRORS = 23
ROWS = 3
"""Rows that are folded in at once, at most."""


def base_estimate_fields(nq: int, nv: int) -> list[Field]:
    """What a `BaseEstimator` believes; axes and units as there."""
    return [
        ("q", "f8", (nq,)),
        ("v", "f8", (nv,)),
        ("rotation", "f8", (3, 3)),
        ("position", "f8", (3,)),
        ("velocity", "f8", (3,)),
        ("sensor_position", "f8", (3,)),  # of the inertial sensor in odom [m]
        ("sensor_velocity", "f8", (3,)),  # [m/s]
        ("gyro_bias", "f8", (3,)),
        ("accelerometer_bias", "f8", (3,)),  # in base axes [m/s²]
        ("contact", "f8", (2, 3)),  # where each foot stands or stood last, odom [m]
        ("heading", "f8", (2,)),  # of that foot [rad]
        ("covariance", "f8", (ERRORS, ERRORS)),
        ("measured_rate", "f8", (3,)),  # gyro in base axes [rad/s]
        ("measured_force", "f8", (3,)),  # accelerometer in base axes [m/s²]
        ("stood", "f8", (2,)),  # since each foot came to stand; 0 in the air [s]
        ("trust", "f8", (2,)),  # of each foot, 0…1
        ("slipping", "u1", (2,)),
        ("slips", "i8", (2,)),  # times that a standing foot began to move, or was found elsewhere
        ("correction", "f8", (ERRORS,)),  # error found so far in this tick
        ("rows", "f8", (ROWS, ERRORS)),  # of the measurement at hand
        ("innovation", "f8", (ROWS,)),
        ("projection", "f8", (ROWS, ERRORS)),  # rows times covariance, independent of each other and of variance 1
        ("whitened", "f8", (ROWS,)),  # the innovation, likewise
    ]


@compiled
def predict_sensor(rate: np.ndarray, force: np.ndarray, dt: float, estimate: np.ndarray) -> None:
    """Turn and move the inertial sensor.

    Args:
        rate: without bias, base axes, shape (3,) [rad/s].
        force: specific force without bias, base axes, shape (3,) [m/s²].
        dt: [s].
        estimate: record of `base_estimate_fields`.
    """
    e = estimate[0]
    turn_in_body(e.rotation, rate[0] * dt, rate[1] * dt, rate[2] * dt)
    for i in range(3):
        acceleration = -GRAVITY if i == 2 else 0.0
        for k in range(3):
            acceleration += e.rotation[i, k] * force[k]
        e.sensor_position[i] += dt * (e.sensor_velocity[i] + 0.5 * dt * acceleration)
        e.sensor_velocity[i] += dt * acceleration


@compiled
def add_cross(a: np.ndarray, x: float, y: float, z: float, out: np.ndarray) -> None:
    """Add a × (x, y, z) to `out`, shape (3,)."""
    out[0] += a[1] * z - a[2] * y
    out[1] += a[2] * x - a[0] * z
    out[2] += a[0] * y - a[1] * x


@compiled
def propagate_error(dt: float, estimate: np.ndarray, error: np.ndarray) -> None:
    """What becomes of an error in `dt`: error ← F error.

    Args:
        dt: [s].
        estimate: record of `base_estimate_fields` at the prediction.
        error: changed in place, shape (ERRORS,).
    """
    e, turn, push = estimate[0], np.zeros(3), np.zeros(3)
    for i in range(3):
        for k in range(3):
            turn[i] -= dt * e.rotation[i, k] * error[GYRO_BIAS + k]
            push[i] -= dt * e.rotation[i, k] * error[ACCELEROMETER_BIAS + k]
    push[0] += dt * GRAVITY * error[ROTATION + 1]
    push[1] -= dt * GRAVITY * error[ROTATION]
    x, y, z = turn
    for i in range(3):
        error[POSITION + i] += dt * error[VELOCITY + i]
        error[VELOCITY + i] += push[i]
        error[ROTATION + i] += turn[i]
    add_cross(e.sensor_velocity, x, y, z, error[VELOCITY : VELOCITY + 3])
    add_cross(e.sensor_position, x, y, z, error[POSITION : POSITION + 3])
    for side in range(2):
        first = CONTACT + 3 * side
        add_cross(e.contact[side], x, y, z, error[first : first + 3])


@compiled
def propagate_covariance(
    dt: float, rate_variance: float, force_variance: float, bias_variance: np.ndarray, estimate: np.ndarray
) -> None:
    """P ← F P Fᵀ + Q for the inertial sensor's noise; what contacts add is theirs.

    Args:
        dt: [s].
        rate_variance, force_variance: of one reading, each axis [rad²/s²], [m²/s⁴].
        bias_variance: that the biases of gyro and accelerometer gain in `dt`, shape (2,).
        estimate: record of `base_estimate_fields` at the prediction.
    """
    e = estimate[0]
    covariance = e.covariance
    for j in range(ERRORS):
        propagate_error(dt, estimate, covariance[j])
    for i in range(ERRORS):  # F P done by rows of the symmetric P is (P Fᵀ); now the other side
        for j in range(i):
            swapped = covariance[i, j]
            covariance[i, j] = covariance[j, i]
            covariance[j, i] = swapped
    for j in range(ERRORS):
        propagate_error(dt, estimate, covariance[j])
    spread, unit = np.zeros((ERRORS, 3)), np.zeros(3)
    for k in range(3):
        unit[:] = 0.0
        unit[k] = dt * math.sqrt(rate_variance)
        x, y, z = unit
        spread[ROTATION + k, k] = unit[k]
        add_cross(e.sensor_velocity, x, y, z, spread[VELOCITY : VELOCITY + 3, k])
        add_cross(e.sensor_position, x, y, z, spread[POSITION : POSITION + 3, k])
        for side in range(2):
            first = CONTACT + 3 * side
            add_cross(e.contact[side], x, y, z, spread[first : first + 3, k])
    for i in range(ERRORS):
        for j in range(i + 1):
            value = 0.5 * (covariance[i, j] + covariance[j, i])
            for k in range(3):
                value += spread[i, k] * spread[j, k]
            covariance[i, j] = covariance[j, i] = value
    for i in range(3):
        covariance[VELOCITY + i, VELOCITY + i] += dt * dt * force_variance
        covariance[GYRO_BIAS + i, GYRO_BIAS + i] += bias_variance[0]
        covariance[ACCELEROMETER_BIAS + i, ACCELEROMETER_BIAS + i] += bias_variance[1]


@compiled
def weigh(count: int, variance: float, estimate: np.ndarray) -> float:
    """Make some rows ready to be folded in, and say how likely their innovation is.

    Args:
        count: rows of the record that count, 1…ROWS.
        variance: of each row's noise.
        estimate: record of `base_estimate_fields`; `rows` and `innovation` (measured less predicted error, without
            what this tick has corrected already) are there, `projection` is written.

    Returns:
        Squared Mahalanobis distance of the innovation: chi-square distributed with `count` degrees of freedom.
    """
    e = estimate[0]
    spread, left, distance = np.zeros((ROWS, ROWS)), np.zeros(ROWS), 0.0
    for i in range(count):
        left[i] = e.innovation[i]
        for j in range(ERRORS):
            e.projection[i, j] = 0.0
        for k in range(ERRORS):
            row = e.rows[i, k]
            if row != 0.0:
                left[i] -= row * e.correction[k]
                for j in range(ERRORS):
                    e.projection[i, j] += row * e.covariance[k, j]
    for i in range(count):
        for j in range(count):
            for k in range(ERRORS):
                spread[i, j] += e.projection[i, k] * e.rows[j, k]
        spread[i, i] += variance
    for i in range(count):  # Cholesky, forward substitution of the projection along with it
        for j in range(i):
            share = spread[i, j] / spread[j, j]
            for k in range(count):
                spread[i, k] -= share * spread[j, k]
            for k in range(ERRORS):
                e.projection[i, k] -= share * e.projection[j, k]
            left[i] -= share * left[j]
        distance += left[i] * left[i] / spread[i, i]
    for i in range(count):
        scale = 1.0 / math.sqrt(spread[i, i])
        left[i] *= scale
        for k in range(ERRORS):
            e.projection[i, k] *= scale
        e.whitened[i] = left[i]
    return distance


@compiled
def fold(count: int, estimate: np.ndarray) -> None:
    """Fold in the rows that were weighed last."""
    e = estimate[0]
    for i in range(count):
        for j in range(ERRORS):
            e.correction[j] += e.projection[i, j] * e.whitened[i]
            for k in range(ERRORS):
                e.covariance[j, k] -= e.projection[i, j] * e.projection[i, k]


@compiled
def hold_feet(count: int, estimate: np.ndarray) -> None:
    """Take back of the rows that were just folded in what moves the standing feet in odom.

    What is learned of tilt or heading late would move the way walked so far, and all that stands at its end, at once:
    right, but whoever walks by odom stumbles. The shift that base and feet have in common is given up instead, and the
    covariance keeps what is known less for it. A foot that slips does not count.

    Args:
        count: rows that were folded in.
        estimate: record of `base_estimate_fields`.
    """
    e, shift, weight = estimate[0], np.zeros(3), np.zeros(2)
    for side in range(2):
        weight[side] = 0.0 if e.slipping[side] else e.trust[side]
    if weight.sum() == 0.0:
        return
    for i in range(count):
        gain = e.projection[i]
        shift[:] = 0.0
        for side in range(2):
            if weight[side] > 0.0:
                share, first, place = weight[side] / weight.sum(), CONTACT + 3 * side, e.contact[side]
                for k in range(3):
                    a, b = (k + 1) % 3, (k + 2) % 3
                    stay = place[a] * gain[ROTATION + b] - place[b] * gain[ROTATION + a]
                    shift[k] += share * (stay - gain[first + k])
        for part in (POSITION, CONTACT, CONTACT + 3):
            for k in range(3):
                e.correction[part + k] += shift[k] * e.whitened[i]
                for other in (POSITION, CONTACT, CONTACT + 3):
                    for j in range(3):
                        e.covariance[part + k, other + j] += shift[k] * shift[j]


@compiled
def apply_correction(estimate: np.ndarray, turn: np.ndarray) -> None:
    """Take the errors found out of the state.

    Args:
        estimate: record of `base_estimate_fields`; its correction is 0 afterwards.
        turn: receives the rotation in odom that this is, shape (3, 3).
    """
    e = estimate[0]
    error = e.correction
    turn[:] = 0.0
    for i in range(3):
        turn[i, i] = 1.0
    turn_in_body(turn, -error[ROTATION], -error[ROTATION + 1], -error[ROTATION + 2])
    rotate_matrix(turn, e.rotation)
    correct_vector(turn, error[VELOCITY : VELOCITY + 3], e.sensor_velocity)
    correct_vector(turn, error[POSITION : POSITION + 3], e.sensor_position)
    for side in range(2):
        first = CONTACT + 3 * side
        correct_vector(turn, error[first : first + 3], e.contact[side])
        e.heading[side] -= error[HEADING + side]
    for i in range(3):
        e.gyro_bias[i] -= error[GYRO_BIAS + i]
        e.accelerometer_bias[i] -= error[ACCELEROMETER_BIAS + i]
    error[:] = 0.0


@compiled
def correct_vector(turn: np.ndarray, error: np.ndarray, vector: np.ndarray) -> None:
    """Take an error out of a vector, x ← exp(−ξ_R) x − ξ_x; shapes (3, 3), (3,), (3,)."""
    x, y, z = vector
    for i in range(3):
        vector[i] = turn[i, 0] * x + turn[i, 1] * y + turn[i, 2] * z - error[i]


@compiled
def rotate_matrix(turn: np.ndarray, rotation: np.ndarray) -> None:
    """R ← turn R, both of shape (3, 3)."""
    for j in range(3):
        x, y, z = rotation[0, j], rotation[1, j], rotation[2, j]
        for i in range(3):
            rotation[i, j] = turn[i, 0] * x + turn[i, 1] * y + turn[i, 2] * z
