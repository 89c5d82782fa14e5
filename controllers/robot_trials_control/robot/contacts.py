"""What a flat rectangular sole can transmit to the ground."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from robot_trials_control.numeric.compiled import compiled

FORCE_MIN = 20.0
"""Below this normal force there is no zero-moment point to speak of [N]."""


class SoleReach(NamedTuple):
    """Where one foot alone can hold the centre of pressure, in its sole frame.

    Attributes:
        x_min, x_max, y_max: bounds by the sole's edge and by the ankle's torque under the whole weight [m].
        ankle: x of the ankle axis [m].
    """

    x_min: float
    x_max: float
    y_max: float
    ankle: float


def compute_sole_reach(
    half_length: float, half_width: float, ankle: float, ankle_torque: float, weight: float
) -> SoleReach:
    """Reach of the centre of pressure under one foot.

    Args:
        half_length, half_width: of the usable sole [m].
        ankle: x of the ankle axis in the sole frame [m].
        ankle_torque: torque limit of the ankle [N·m].
        weight: the robot's weight [N].
    """
    lever = ankle_torque / weight
    return SoleReach(max(-half_length, ankle - lever), min(half_length, ankle + lever), min(half_width, lever), ankle)


def compute_wrench_cone(half_length: float, half_width: float, friction: float) -> np.ndarray:
    """Linear form of the contact wrench cone of a rectangular sole, coupled in yaw moment [Caron2015].

    Args:
        half_length: half of the sole along x [m].
        half_width: half of the sole along y [m].
        friction: Coulomb coefficient; divided by √2 for the inner pyramid.

    Returns:
        C of shape (16, 6) with C·w ≤ 0 for every feasible wrench w = [force, torque] of the ground on the foot,
        in and about the middle of the sole.

    Raises:
        ValueError: an argument is not positive.
    """
    if min(half_length, half_width, friction) <= 0.0:
        raise ValueError(f"sole {half_length} × {half_width} m with friction {friction}: all must be > 0")
    x, y, mu = half_length, half_width, friction / np.sqrt(2.0)
    rows: list[tuple[float, ...]] = [(sx, 0, -mu, 0, 0, 0) for sx in (1, -1)]
    rows += [(0, sy, -mu, 0, 0, 0) for sy in (1, -1)]
    rows += [(0, 0, -y, s, 0, 0) for s in (1, -1)]
    rows += [(0, 0, -x, 0, s, 0) for s in (1, -1)]
    for sx in (1, -1):
        for sy in (1, -1):
            # yaw moment below its upper bound, then above its lower one
            rows.append((sx * y, sy * x, -mu * (x + y), sx * mu, sy * mu, 1))
            rows.append((sx * y, sy * x, -mu * (x + y), -sx * mu, -sy * mu, -1))
    return np.array(rows, dtype=float)


@compiled
def compute_zmp(
    wrenches: np.ndarray,
    left_rotation: np.ndarray,
    left_position: np.ndarray,
    right_rotation: np.ndarray,
    right_position: np.ndarray,
) -> tuple[float, float]:
    """Zero-moment point on the ground from the measured foot wrenches.

    Args:
        wrenches: ground on foot, in and about the sole frames, shape (2, 6) [N, N·m].
        left_rotation, left_position, right_rotation, right_position: sole frames in world, shapes (3, 3) and (3,) [m].

    Returns:
        x and y [m]; NaN where the feet carry less than 20 N together.
    """
    total = moment_x = moment_y = 0.0
    for foot in range(2):
        rotation, position = (left_rotation, left_position) if foot == 0 else (right_rotation, right_position)
        normal = torque_x = torque_y = 0.0
        for k in range(3):
            normal += rotation[2, k] * wrenches[foot, k]
            torque_x += rotation[0, k] * wrenches[foot, 3 + k]
            torque_y += rotation[1, k] * wrenches[foot, 3 + k]
        total += normal
        moment_x += normal * position[0] - torque_y
        moment_y += normal * position[1] + torque_x
    if total < FORCE_MIN:
        return math.nan, math.nan
    return moment_x / total, moment_y / total


@compiled
def compute_hull_margin(point: np.ndarray, corners: np.ndarray) -> float:
    """Distance of a point to the edge of the convex hull of some corners, negative outside.

    Args:
        point: shape (2,) [m].
        corners: shape (n, 2), n ≥ 3, not all on one line [m].

    Returns:
        Distance to the nearest edge's line [m].
    """
    margin = math.inf
    for a in range(len(corners)):
        for b in range(len(corners)):
            x, y = corners[b, 0] - corners[a, 0], corners[b, 1] - corners[a, 1]
            length = math.hypot(x, y)
            is_edge = length > 0.0
            for c in range(len(corners)):
                is_edge = is_edge and x * (corners[c, 1] - corners[a, 1]) >= y * (corners[c, 0] - corners[a, 0])
            if is_edge:
                margin = min(margin, (x * (point[1] - corners[a, 1]) - y * (point[0] - corners[a, 0])) / length)
    return margin
