"""Rigid-body dynamics on the ground with the base and one foot's wrench eliminated.

The foot that carries most is the one the robot hangs on. Its Jacobian's columns for the base are a change of axes and
always invertible, so that J_b a_b + J_j a_j = b gives the base's acceleration, a_b = C a_j + c, and the base's six
equations of motion give the foot's wrench, w = W y + w0. What is left has no equality constraints: joint accelerations
a_j and, on two feet, the other foot's wrench w₂, together y. This is the projection of the equations of motion on the
joints' own space [Righetti2011], τ = Sᵀ (M (S a_j + s) + h) − (J₂ S)ᵀ w₂ with S = [C; 1] and s = [c; 0], in which the
inverse is written down instead of factorised.
"""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import compiled


@compiled
def invert_base_columns(jacobian: np.ndarray, out: np.ndarray) -> None:
    """Inverse of a frame Jacobian's columns for the base, [[A, B], [0, A]] with A a rotation.

    Args:
        jacobian: in the frame's own axes, linear then angular, shape (6, nv).
        out: receives [[Aᵀ, −Aᵀ B Aᵀ], [0, Aᵀ]], shape (6, 6).
    """
    out[:] = 0.0
    for i in range(3):
        for j in range(3):
            out[i, j] = out[3 + i, 3 + j] = jacobian[j, i]
            for k in range(3):
                for m in range(3):
                    out[i, 3 + j] -= jacobian[k, i] * jacobian[k, 3 + m] * jacobian[j, m]


@compiled
def compute_stance_target(
    jacobian: np.ndarray, drift: np.ndarray, v: np.ndarray, damping: float, out: np.ndarray
) -> None:
    """Value of J v̇ with which a standing foot comes to rest: −damping · J v − J̇v, shape (6,)."""
    for i in range(6):
        speed = 0.0
        for j in range(v.size):
            speed += jacobian[i, j] * v[j]
        out[i] = -damping * speed - drift[i]


@compiled
def eliminate_base(
    jacobian: np.ndarray, target: np.ndarray, inverse: np.ndarray, turn: np.ndarray, offset: np.ndarray
) -> None:
    """Base acceleration for which a foot accelerates by `target`: a_b = turn · a_j + offset.

    Args:
        jacobian: of the foot, in its own axes, shape (6, nv).
        target: wanted J v̇, shape (6,).
        inverse: of the Jacobian's base columns, shape (6, 6).
        turn: receives C, shape (6, nu).
        offset: receives c, shape (6,).
    """
    for i in range(6):
        offset[i] = 0.0
        turn[i] = 0.0
        for k in range(6):
            factor = inverse[i, k]
            offset[i] += factor * target[k]
            for j in range(turn.shape[1]):
                turn[i, j] -= factor * jacobian[k, 6 + j]


@compiled
def project_rows(
    jacobian: np.ndarray, turn: np.ndarray, offset: np.ndarray, rows: np.ndarray, constant: np.ndarray
) -> None:
    """Some rows times the generalised acceleration, as a function of the joints': rows · a_j + constant.

    Args:
        jacobian: shape (6, nv); any six rows of coefficients on [base, joints].
        turn, offset: from `eliminate_base`.
        rows: receives J_j + J_b C, shape (6, nu).
        constant: receives J_b c, shape (6,).
    """
    for i in range(6):
        constant[i] = 0.0
        for j in range(turn.shape[1]):
            rows[i, j] = jacobian[i, 6 + j]
        for k in range(6):
            factor = jacobian[i, k]
            constant[i] += factor * offset[k]
            for j in range(turn.shape[1]):
                rows[i, j] += factor * turn[k, j]


@compiled
def project_base(
    mass_matrix: np.ndarray,
    bias: np.ndarray,
    turn: np.ndarray,
    offset: np.ndarray,
    rows: np.ndarray,
    constant: np.ndarray,
) -> None:
    """Total wrench of the ground on the robot in and about the base: M_b (S a_j + s) + h_b = rows · a_j + constant.

    Args:
        mass_matrix, bias: of the free robot, shapes (nv, nv) and (nv,).
        turn, offset: from `eliminate_base`.
        rows, constant: receive it, shapes (6, nu) and (6,).
    """
    project_rows(mass_matrix, turn, offset, rows, constant)
    for i in range(6):
        constant[i] += bias[i]


@compiled
def project_inertia(
    mass_matrix: np.ndarray,
    bias: np.ndarray,
    turn: np.ndarray,
    offset: np.ndarray,
    base_rows: np.ndarray,
    base_constant: np.ndarray,
    joint_rows: np.ndarray,
    joint_constant: np.ndarray,
) -> None:
    """Torques that the joint accelerations need with no wrench on the other foot: τ = joint_rows · a_j + constant.

    Args:
        mass_matrix, bias: of the free robot, shapes (nv, nv) and (nv,).
        turn, offset: from `eliminate_base`.
        base_rows, base_constant: total wrench on the robot in and about the base, as a function of a_j, shapes
            (6, nu) and (6,).
        joint_rows: receives Sᵀ M S, shape (nu, nu).
        joint_constant: receives Sᵀ (M s + h), shape (nu,).
    """
    nu = turn.shape[1]
    for i in range(nu):
        joint_constant[i] = bias[6 + i]
        for k in range(6):
            joint_constant[i] += mass_matrix[6 + i, k] * offset[k] + turn[k, i] * base_constant[k]
        for j in range(nu):
            joint_rows[i, j] = mass_matrix[6 + i, 6 + j]
    leg = [i for i in range(nu) if np.any(turn[:, i])]  # the foot's own joints; only their rows and columns change
    for i in leg:
        for k in range(6):
            own, carried = mass_matrix[6 + i, k], turn[k, i]
            for j in range(nu):
                joint_rows[i, j] += own * turn[k, j] + carried * base_rows[k, j]
    for i in leg:
        for j in range(nu):
            joint_rows[j, i] = joint_rows[i, j]


@compiled
def project_wrench(
    inverse: np.ndarray, base_rows: np.ndarray, base_constant: np.ndarray, rows: np.ndarray, constant: np.ndarray
) -> None:
    """Wrench of the foot that carries alone: w = J_b⁻ᵀ (base_rows · a_j + base_constant).

    Args:
        inverse: of the foot Jacobian's base columns, shape (6, 6).
        base_rows, base_constant: total wrench on the robot in and about the base, shapes (6, nu) and (6,).
        rows, constant: receive the wrench in the sole frame, shapes (6, ≥ nu) and (6,).
    """
    nu = base_rows.shape[1]
    for i in range(6):
        constant[i] = 0.0
        rows[i, :nu] = 0.0
        for k in range(6):
            factor = inverse[k, i]
            constant[i] += factor * base_constant[k]
            for j in range(nu):
                rows[i, j] += factor * base_rows[k, j]


@compiled
def share_wrench(
    inverse: np.ndarray, jacobian: np.ndarray, second_rows: np.ndarray, rows: np.ndarray, matrix: np.ndarray
) -> None:
    """Let a second foot carry: columns of its wrench, in the first foot's wrench and in the torques.

    Args:
        inverse: of the first foot Jacobian's base columns, shape (6, 6).
        jacobian: of the second foot, shape (6, nv).
        second_rows: the same times S, shape (6, nu).
        rows: first foot's wrench, shape (6, nu + 6).
        matrix: torques in its first nu rows, shape (≥ nu, nu + 6).
    """
    nu = second_rows.shape[1]
    for j in range(6):
        for i in range(6):
            value = 0.0
            for k in range(6):
                value -= inverse[k, i] * jacobian[j, k]
            rows[i, nu + j] = value
        for i in range(nu):
            matrix[i, nu + j] = -second_rows[j, i]


@compiled
def reduce_dynamics(
    jacobian: np.ndarray,
    drift: np.ndarray,
    v: np.ndarray,
    damping: float,
    mass_matrix: np.ndarray,
    bias: np.ndarray,
    inverse: np.ndarray,
    turn: np.ndarray,
    offset: np.ndarray,
    base_rows: np.ndarray,
    base_constant: np.ndarray,
    matrix: np.ndarray,
    joint_constant: np.ndarray,
    wrench_rows: np.ndarray,
    wrench_constant: np.ndarray,
) -> None:
    """All of the functions above that concern the first foot, in their order; arguments as for them."""
    target = np.empty(6)
    compute_stance_target(jacobian, drift, v, damping, target)
    invert_base_columns(jacobian, inverse)
    eliminate_base(jacobian, target, inverse, turn, offset)
    project_base(mass_matrix, bias, turn, offset, base_rows, base_constant)
    project_inertia(mass_matrix, bias, turn, offset, base_rows, base_constant, matrix, joint_constant)
    project_wrench(inverse, base_rows, base_constant, wrench_rows, wrench_constant)


@compiled
def recover(
    y: np.ndarray,
    turn: np.ndarray,
    offset: np.ndarray,
    matrix: np.ndarray,
    joint_constant: np.ndarray,
    acceleration: np.ndarray,
    torque: np.ndarray,
) -> None:
    """Generalised accelerations and joint torques of a solution.

    Args:
        y: joint accelerations and, on two feet, the second foot's wrench, shape (n,).
        turn, offset: the base's acceleration, shapes (6, nu) and (6,).
        matrix, joint_constant: torques, first nu rows of shape (m, n), and shape (nu,).
        acceleration, torque: receive the result, shapes (nv,) and (nu,).
    """
    nu = torque.size
    for i in range(6):
        acceleration[i] = offset[i]
        for j in range(nu):
            acceleration[i] += turn[i, j] * y[j]
    for i in range(nu):
        acceleration[6 + i] = y[i]
        torque[i] = joint_constant[i]
        for j in range(y.size):
            torque[i] += matrix[i, j] * y[j]
