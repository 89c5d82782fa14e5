"""Tasks of the whole body as least-squares rows: each asks that rows · y = values, weighted by how large they are.

y = [joint accelerations (nu), second foot's wrench]; the base's acceleration is turn · a_j + offset
(`reduced_dynamics`). All functions write some rows of a stack, shape (rows, n), and of its values, shape (rows,).
"""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import rotation_error
from robot_trials_control.robot.model_state import GRAVITY


@compiled
def write_momentum_task(
    base_rows: np.ndarray,
    base_constant: np.ndarray,
    base_rotation: np.ndarray,
    base_position: np.ndarray,
    com: np.ndarray,
    com_acceleration: np.ndarray,
    angular_momentum: np.ndarray,
    mass: float,
    gains: np.ndarray,
    rows: np.ndarray,
    values: np.ndarray,
) -> None:
    """Rows 0 to 5: the total wrench accelerates the centre of mass as wanted and damps the angular momentum.

    Args:
        base_rows, base_constant: total wrench in and about the base as a function of the joints' accelerations,
            shapes (6, nu) and (6,).
        base_rotation, base_position: base in world, shapes (3, 3) and (3,) [m].
        com: centre of mass in world, shape (3,) [m].
        com_acceleration: wanted, world, shape (3,) [m/s²].
        angular_momentum: about the centre of mass, world, shape (3,) [kg·m²/s].
        mass: of the robot [kg].
        gains: square-rooted weights of the force per mass and of the torque, and damping of the momentum [1/s],
            shape (3,).
        rows, values: the stack.
    """
    scale, scale_angular, damping = gains
    scale_linear = scale / mass
    arm = np.zeros(3)
    for i in range(3):
        acceleration = momentum = 0.0
        for k in range(3):
            arm[i] += base_rotation[k, i] * (com[k] - base_position[k])
            acceleration += base_rotation[k, i] * com_acceleration[k]
            momentum += base_rotation[k, i] * angular_momentum[k]
        acceleration += base_rotation[2, i] * GRAVITY
        values[i] = scale * acceleration - scale_linear * base_constant[i]
        values[3 + i] = -scale_angular * (damping * momentum + base_constant[3 + i])
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        values[3 + i] += scale_angular * (arm[a] * base_constant[b] - arm[b] * base_constant[a])
        for j in range(base_rows.shape[1]):
            moment = base_rows[3 + i, j] - (arm[a] * base_rows[b, j] - arm[b] * base_rows[a, j])
            rows[i, j] = scale_linear * base_rows[i, j]
            rows[3 + i, j] = scale_angular * moment


@compiled
def write_torso_task(
    turn: np.ndarray,
    offset: np.ndarray,
    rotation: np.ndarray,
    desired: np.ndarray,
    v: np.ndarray,
    gains: np.ndarray,
    scale: np.ndarray,
    rows: np.ndarray,
    values: np.ndarray,
) -> None:
    """Rows 6 to 8: the base turns towards `desired`.

    Args:
        turn, offset: the base's acceleration, shapes (6, nu) and (6,).
        rotation, desired: base in world, now and wanted, shape (3, 3).
        v: generalised velocity, shape (nv,).
        gains: stiffness [1/s²] and damping [1/s], shape (2,).
        scale: square-rooted weights about x, y, z, shape (3,).
        rows, values: the stack.
    """
    kp, kd = gains
    error = rotation_error(rotation, desired)
    for i in range(3):
        values[6 + i] = scale[i] * (kp * error[i] - kd * v[3 + i] - offset[3 + i])
        for j in range(turn.shape[1]):
            rows[6 + i, j] = scale[i] * turn[3 + i, j]


@compiled
def write_wrench_task(
    wrench_rows: np.ndarray, constant: np.ndarray, scale: np.ndarray, rows: np.ndarray, values: np.ndarray
) -> None:
    """Rows 9 to 14: the first foot's wrench, wrench_rows · y + constant, stays small; `scale` has shape (6,)."""
    for i in range(6):
        values[9 + i] = -scale[i] * constant[i]
        for j in range(wrench_rows.shape[1]):
            rows[9 + i, j] = scale[i] * wrench_rows[i, j]


@compiled
def write_frame_task(
    frame_rows: np.ndarray,
    constant: np.ndarray,
    target: np.ndarray,
    scale: np.ndarray,
    first: int,
    rows: np.ndarray,
    values: np.ndarray,
) -> None:
    """Six rows from `first` on: a frame accelerates by `target`.

    Args:
        frame_rows, constant: J v̇ as a function of the joints' accelerations, shapes (6, nu) and (6,).
        target: wanted J v̇ in the frame's own axes, linear then angular, shape (6,).
        scale: square-rooted weights, shape (6,).
        first: first row.
        rows, values: the stack.
    """
    for i in range(6):
        values[first + i] = scale[i] * (target[i] - constant[i])
        for j in range(frame_rows.shape[1]):
            rows[first + i, j] = scale[i] * frame_rows[i, j]


@compiled
def compute_pose_target(
    jacobian: np.ndarray,
    drift: np.ndarray,
    rotation: np.ndarray,
    position: np.ndarray,
    reference: np.ndarray,
    v: np.ndarray,
    gains: np.ndarray,
    target: np.ndarray,
) -> None:
    """J v̇ with which a frame follows a pose: feed-forward and stiffness and damping on its errors.

    Args:
        jacobian, drift: of the frame in its own axes, shapes (6, nv) and (6,).
        rotation, position: of the frame in world, shapes (3, 3) and (3,) [m].
        reference: rows of a `PoseReference`, shape (6, 3).
        v: generalised velocity, shape (nv,).
        gains: stiffness and damping, linear then angular, shape (2, 6).
        target: receives it, in the frame's own axes, shape (6,).
    """
    twist = np.zeros(6)
    for i in range(6):
        for j in range(v.size):
            twist[i] += jacobian[i, j] * v[j]
    wanted = np.zeros(3)
    for i in range(3):
        speed = 0.0
        for k in range(3):
            speed += rotation[i, k] * twist[k]
        wanted[i] = (
            reference[2, i] + gains[0, i] * (reference[0, i] - position[i]) + gains[1, i] * (reference[1, i] - speed)
        )
    error = rotation_error(rotation, reference[3:])
    for i in range(3):
        target[i] = -drift[i]
        for k in range(3):
            target[i] += rotation[k, i] * wanted[k]
        target[3 + i] = gains[0, 3 + i] * error[i] - gains[1, 3 + i] * twist[3 + i] - drift[3 + i]


@compiled
def compute_posture_target(
    desired: np.ndarray, joints: np.ndarray, v: np.ndarray, gains: np.ndarray, target: np.ndarray
) -> None:
    """Joint accelerations towards a posture.

    Args:
        desired, joints: angles wanted and now, shape (nu,) [rad].
        v: generalised velocity, shape (nv,).
        gains: stiffness and damping, shape (2, nu) [1/s², 1/s].
        target: receives the accelerations, shape (≥ nu,) [rad/s²].
    """
    for i in range(joints.size):
        target[i] = gains[0, i] * (desired[i] - joints[i]) - gains[1, i] * v[6 + i]


@compiled
def write_cost(
    rows: np.ndarray,
    values: np.ndarray,
    diagonal: np.ndarray,
    target: np.ndarray,
    hessian: np.ndarray,
    gradient: np.ndarray,
) -> None:
    """Cost ½ |rows · y − values|² + ½ Σ diagonal (y − target)² as a Hessian and a gradient.

    Args:
        rows, values: the stack, shapes (k, m) with m ≥ n and k a multiple of three, and (k,).
        diagonal, target: shape (n,).
        hessian, gradient: receive the cost, shapes (n, n) and (n,).
    """
    n = hessian.shape[0]
    for i in range(n):
        gradient[i] = -diagonal[i] * target[i]
        hessian[i] = 0.0
        hessian[i, i] = diagonal[i]
    for k in range(0, rows.shape[0], 3):
        for i in range(n):
            a, b, c = rows[k, i], rows[k + 1, i], rows[k + 2, i]
            if a == 0.0 and b == 0.0 and c == 0.0:
                continue
            gradient[i] -= a * values[k] + b * values[k + 1] + c * values[k + 2]
            for j in range(n):
                hessian[i, j] += a * rows[k, j] + b * rows[k + 1, j] + c * rows[k + 2, j]
