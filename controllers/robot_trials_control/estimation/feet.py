"""What standing feet tell the base's filter: they rest, they stay where they landed, they keep their heading."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.estimation.filter import (
    CONTACT,
    ERRORS,
    GYRO_BIAS,
    HEADING,
    POSITION,
    ROTATION,
    VELOCITY,
    fold,
    hold_feet,
    weigh,
)
from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import wrap_angle, yaw_of
from robot_trials_control.records import Field

FULL_TRUST_FORCE, FULL_TRUST_SHARE = 200.0, 0.36
"""Normal force beyond the minimum at which a foot is fully trusted, and as a share of a light robot's weight [N]."""

MOVING_TIME = 0.02
"""For which a sole that rocks on an edge or slips goes on in one direction [s]."""
COLOUR = 9.0
"""How much larger than its own a foot's variance of velocity is set, since its errors last for several periods."""

ESTIMATOR_CONSTANT_FIELDS: list[Field] = [
    ("period", "f8"),  # [s]
    ("imu_rotation", "f8", (3, 3)),  # sensor in the base
    ("imu_position", "f8", (3,)),  # [m]
    ("rate_deviation", "f8"),  # of one reading [rad/s]
    ("force_deviation", "f8"),  # [m/s²]
    ("force_change_share", "f8"),
    ("bias_variance", "f8", (2,)),  # that the biases of gyro and accelerometer gain in a period
    ("angle_variance", "f8"),  # of an encoder's reading [rad²]
    ("speed_variance", "f8"),  # of a joint's velocity [rad²/s²]
    ("sole_length", "f8"),  # half of it [m]
    ("force_min", "f8"),  # normal force from which a foot is trusted [N]
    ("force_full", "f8"),  # beyond that, the force at which it is fully trusted [N]
    ("landing_time", "f8"),  # until a foot that landed stays where it is [s]
    ("landing_speed", "f8"),  # deviation of its velocity when it lands [m/s]
    ("rest_variance", "f8"),  # of a standing foot's velocity [m²/s²]
    ("give_variance", "f8"),  # of its place [m²]
    ("twist_variance", "f8"),  # of its heading [rad²]
    ("creep_variance", "f8", (2,)),  # that its place gains in a period while stepping, and while standing [m²]
    ("turn_variance", "f8", (2,)),  # that its heading gains, likewise [rad²]
    ("standing_time", "f8"),  # on both feet, from which on the robot stands [s]
    ("gate", "f8"),  # squared Mahalanobis distance of three rows beyond which a foot slips
    ("lost_rate", "f8"),  # deviation of a rate taken from the legs [rad/s]
    ("lost_force", "f8"),  # of a specific force that nobody measured [m/s²]
    ("lost_speed", "f8"),  # rate at which extrapolated joints lose the foot's velocity [m/s²]
]


@compiled
def trust_feet(state: np.ndarray, stance: np.ndarray, constants: np.ndarray, estimate: np.ndarray) -> None:
    """How far each foot is trusted: by its load, less when it has just landed, not at all when planned in the air.

    Args:
        state: sensor record.
        stance: feet that are planned to stand, shape (2,).
        constants, estimate: records of `ESTIMATOR_CONSTANT_FIELDS` and `base_estimate_fields`.
    """
    c, e = constants[0], estimate[0]
    for side in range(2):
        load = (state[0].foot_wrench[side, 2] - c.force_min) / c.force_full
        if not stance[side] or load <= 0.0:
            e.trust[side] = e.stood[side] = 0.0
            continue
        e.trust[side] = min(load, 1.0)


@compiled
def fold_in_foot(side: int, joint_age: float, constants: np.ndarray, model: np.ndarray, estimate: np.ndarray) -> None:
    """Correct by one foot that stands; where it is found elsewhere than it stood, it stands there from now on.

    Args:
        side: which foot; its trust is > 0.
        joint_age: of the joints' readings [s].
        constants, model, estimate: records of `ESTIMATOR_CONSTANT_FIELDS`, of `model_state_fields` at the prediction
            and of `base_estimate_fields`.
    """
    c, e = constants[0], estimate[0]
    moving = fold_in_rest(side, joint_age, constants, model, estimate)
    grow(side, moving, constants, estimate)
    linear, angular = sum_squares(model[0].jacobian[side], 0), sum_squares(model[0].jacobian[side], 3)
    lost = 0.5 * joint_age * joint_age * c.lost_speed
    variance = c.give_variance + c.angle_variance * linear + lost * lost
    write_position_rows(side, model, estimate)
    if e.stood[side] < c.landing_time:
        anchor(side, variance, model, estimate)
    elif weigh(3, variance, estimate) > c.gate:
        note_slip(side, True, estimate)
        anchor(side, variance, model, estimate)
    else:
        fold(3, estimate)
        hold_feet(3, estimate)
        write_heading_row(side, model, estimate)
        fold_gently(1, c.twist_variance + c.angle_variance * angular + lost * lost, c.gate, estimate)
        hold_feet(1, estimate)
    e.stood[side] += c.period


@compiled
def fold_in_rest(side: int, joint_age: float, constants: np.ndarray, model: np.ndarray, estimate: np.ndarray) -> float:
    """Correct by the velocity that a standing foot has not; arguments as for `fold_in_foot`.

    Returns:
        Speed at which it moves all the same: at its ends as it rocks, or as a whole as it slips [m/s].
    """
    c, e = constants[0], estimate[0]
    moving = c.sole_length * measure_turning(model[0].jacobian[side], e.v)
    lost = joint_age * c.lost_speed + c.landing_speed * max(1.0 - e.stood[side] / c.landing_time, 0.0)
    variance = c.rest_variance + c.speed_variance * sum_squares(model[0].jacobian[side], 0)
    variance += lost * lost + moving * moving
    for i in range(3):
        offset = model[0].position[side, i] - e.sensor_position[i]
        variance += c.rate_deviation * c.rate_deviation * offset * offset
    write_velocity_rows(side, model, estimate)
    gate = c.gate / COLOUR
    distance = fold_gently(3, variance / (e.trust[side] * e.trust[side]), gate, estimate)
    note_slip(side, distance > gate, estimate)
    hold_feet(3, estimate)
    if distance > gate:
        for i in range(3):
            moving = max(moving, abs(e.innovation[i]))
    return moving


@compiled
def note_slip(side: int, slips: bool, estimate: np.ndarray) -> None:
    """Count the beginning of every slip."""
    e = estimate[0]
    if slips and not e.slipping[side]:
        e.slips[side] += 1
    e.slipping[side] = slips


@compiled
def grow(side: int, moving: float, constants: np.ndarray, estimate: np.ndarray) -> None:
    """Let a foot's place and heading become less certain by a period, the more the less it is trusted.

    Args:
        side: which foot.
        moving: speed at which it rocks or slips [m/s].
        constants, estimate: as for `fold_in_foot`.
    """
    c, e = constants[0], estimate[0]
    moved = moving * moving * c.period * MOVING_TIME
    gait = 1 if min(e.stood[0], e.stood[1]) >= c.standing_time else 0
    scale = 1.0 / (e.trust[side] * e.trust[side])
    for i in range(3):
        e.covariance[CONTACT + 3 * side + i, CONTACT + 3 * side + i] += c.creep_variance[gait] * scale + moved
    e.covariance[HEADING + side, HEADING + side] += c.turn_variance[gait] * scale


@compiled
def measure_turning(jacobian: np.ndarray, v: np.ndarray) -> float:
    """Speed at which a foot turns [rad/s], from its Jacobian, shape (6, nv), and the generalised velocity."""
    square = 0.0
    for i in range(3, 6):
        rate = 0.0
        for j in range(v.size):
            rate += jacobian[i, j] * v[j]
        square += rate * rate
    return math.sqrt(square)


@compiled
def fold_gently(count: int, variance: float, gate: float, estimate: np.ndarray) -> float:
    """Fold in rows with a variance that is raised where the innovation is unlikely: a foot that slips pulls little.

    Returns:
        Squared Mahalanobis distance of the innovation.
    """
    distance = weigh(count, variance, estimate)
    if distance > gate:
        weigh(count, variance * distance / gate, estimate)
    fold(count, estimate)
    return distance


@compiled
def sum_squares(jacobian: np.ndarray, first: int) -> float:
    """Mean over three of its rows of the squares in a frame's Jacobian, joints only, shape (6, nv)."""
    total = 0.0
    for i in range(first, first + 3):
        for j in range(6, jacobian.shape[1]):
            total += jacobian[i, j] * jacobian[i, j]
    return total / 3.0


@compiled
def write_velocity_rows(side: int, model: np.ndarray, estimate: np.ndarray) -> None:
    """A foot rests: what it seems to move is an error of the velocity and, by its lever, of the gyro's bias.

    Args:
        side: which foot.
        model, estimate: as for `fold_in_foot`.
    """
    e, rotation, jacobian = estimate[0], model[0].rotation[side], model[0].jacobian[side]
    e.rows[:] = 0.0
    e.innovation[:] = 0.0
    for k in range(3):
        speed = 0.0
        for j in range(e.v.size):
            speed += jacobian[k, j] * e.v[j]
        for i in range(3):
            e.innovation[i] += rotation[i, k] * speed
    x = model[0].position[side, 0] - e.sensor_position[0]
    y = model[0].position[side, 1] - e.sensor_position[1]
    z = model[0].position[side, 2] - e.sensor_position[2]
    for k in range(3):
        a, b, c = e.rotation[0, k], e.rotation[1, k], e.rotation[2, k]
        e.rows[0, GYRO_BIAS + k] = y * c - z * b
        e.rows[1, GYRO_BIAS + k] = z * a - x * c
        e.rows[2, GYRO_BIAS + k] = x * b - y * a
        e.rows[k, VELOCITY + k] = 1.0


@compiled
def write_position_rows(side: int, model: np.ndarray, estimate: np.ndarray) -> None:
    """A foot is where it stood: the difference is an error of its place or of the base's. Arguments as before."""
    e = estimate[0]
    e.rows[:] = 0.0
    for i in range(3):
        e.innovation[i] = e.contact[side, i] - model[0].position[side, i]
        e.rows[i, CONTACT + 3 * side + i] = 1.0
        e.rows[i, POSITION + i] = -1.0


@compiled
def write_heading_row(side: int, model: np.ndarray, estimate: np.ndarray) -> None:
    """A foot keeps its heading: the difference is an error of it or of the base's. Arguments as before.

    That a tilted foot's heading also depends on roll and pitch is left out: a sole that rocks would seem to tell them.
    """
    e = estimate[0]
    e.rows[:] = 0.0
    e.innovation[0] = wrap_angle(e.heading[side] - yaw_of(model[0].rotation[side]))
    e.rows[0, HEADING + side] = 1.0
    e.rows[0, ROTATION + 2] = -1.0


@compiled
def anchor(side: int, variance: float, model: np.ndarray, estimate: np.ndarray) -> None:
    """Let a foot stand where it is now: its errors are the base's, but for the encoders'.

    Args:
        side: which foot.
        variance: of its place [m²]; the heading gets as much [rad²].
        model, estimate: as for `fold_in_foot`.
    """
    e, covariance = estimate[0], estimate[0].covariance
    e.heading[side] = yaw_of(model[0].rotation[side])
    for i in range(3):
        e.contact[side, i] = model[0].position[side, i]
    for i in range(4):
        own, base = CONTACT + 3 * side + i, POSITION + i
        if i == 3:
            own, base = HEADING + side, ROTATION + 2
        e.correction[own] = e.correction[base]
        for j in range(ERRORS):
            covariance[own, j] = covariance[base, j]
        for j in range(ERRORS):
            covariance[j, own] = covariance[j, base]
        covariance[own, own] += variance
