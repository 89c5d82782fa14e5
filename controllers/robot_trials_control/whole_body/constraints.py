"""Bounds of the whole-body program: torques, contact wrenches, and joints at the end of their range."""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import compiled

LIMIT_HORIZON = 0.06
"""Time ahead over which joints stay within their range [s]."""
LIMIT_ACCELERATION = 30.0
"""Largest acceleration that a joint limit may demand [rad/s²]."""


@compiled
def bound_torques(limit: np.ndarray, constant: np.ndarray, first: int, lower: np.ndarray, upper: np.ndarray) -> None:
    """Torques matrix · y + constant stay within ± limit.

    Args:
        limit, constant: shape (nu,) [N·m].
        first: index of the first torque in the bounds.
        lower, upper: bounds, shape (n + m,).
    """
    for i in range(limit.size):
        lower[first + i] = -limit[i] - constant[i]
        upper[first + i] = limit[i] - constant[i]


@compiled
def bound_wrench(
    cone: np.ndarray,
    normal_force_max: float,
    wrench_rows: np.ndarray,
    constant: np.ndarray,
    row: int,
    matrix: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> None:
    """Normal force between 0 and its bound, and the whole wrench within its cone, for w = wrench_rows · y + constant.

    Args:
        cone: C of C·w ≤ 0, shape (16, 6).
        normal_force_max: [N].
        wrench_rows, constant: shapes (6, ≥ n) and (6,).
        row: of the normal force in `matrix`; the cone's follow.
        matrix: constraint matrix, shape (m, n).
        lower, upper: bounds, shape (n + m,).
    """
    n = matrix.shape[1]
    lower[n + row] = -constant[2]
    upper[n + row] = normal_force_max - constant[2]
    for j in range(n):
        matrix[row, j] = wrench_rows[2, j]
    for i in range(cone.shape[0]):
        below = row + 1 + i
        upper[n + below] = 0.0
        matrix[below] = 0.0
        for k in range(6):
            factor = cone[i, k]
            if factor != 0.0:
                upper[n + below] -= factor * constant[k]
                for j in range(n):
                    matrix[below, j] += factor * wrench_rows[k, j]


@compiled
def bound_joints(
    joint_min: np.ndarray,
    joint_max: np.ndarray,
    joints: np.ndarray,
    v: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> None:
    """Accelerations that keep joints within their range over `LIMIT_HORIZON`.

    The bounds never ask for more than `LIMIT_ACCELERATION`, so that they cannot contradict the torque limits.

    Args:
        joint_min, joint_max: their ranges, shape (nu,) [rad].
        joints: angles, shape (nu,) [rad].
        v: generalised velocity, shape (nv,).
        lower, upper: bounds that begin with the joints' accelerations.
    """
    scale = 2.0 / LIMIT_HORIZON**2
    for i in range(joints.size):
        reached = joints[i] + LIMIT_HORIZON * v[6 + i]
        upper[i] = max(scale * (joint_max[i] - reached), -LIMIT_ACCELERATION)
        lower[i] = min(scale * (joint_min[i] - reached), LIMIT_ACCELERATION)
