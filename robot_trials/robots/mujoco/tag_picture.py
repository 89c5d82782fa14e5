"""How large square tags appear in a camera's picture, and how much they face it."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.mujoco.boards import BOARD_SCALE
from robot_trials_control.compiled import compiled

NEAREST = 0.02
"""A corner closer to the camera's plane than this is behind it [m]."""
CORNERS = np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-0.5, -0.5, 0.0]])
"""Corners of a square of edge 1 in its own frame."""


@compiled
def measure_tags(
    offsets: np.ndarray,
    axes: np.ndarray,
    edges: np.ndarray,
    camera_axes: np.ndarray,
    matrix: np.ndarray,
    picture: np.ndarray,
    sizes: np.ndarray,
    facing: np.ndarray,
) -> None:
    """Size of each tag in the picture, and the cosine of the angle between its normal and the line of sight.

    Args:
        offsets: tags' centres from the camera, world axes, shape (n, 3) [m].
        axes: tags' axes in world, by rows, shape (n, 9).
        edges: of the black squares, shape (n,) [m].
        camera_axes: of its optical frame in world, by rows, shape (9,).
        matrix: intrinsics, shape (3, 3) [px].
        picture: last column and row, shape (2,) [px].
        sizes: receives the shortest edge of each black square, 0 when the white margin is cut by the picture's edge,
            shape (n,) [px].
        facing: receives the cosines, shape (n,).
    """
    corners = np.zeros((4, 2))
    for tag in range(len(edges)):
        offset, tag_axes = offsets[tag], axes[tag]
        distance = max(np.sqrt(offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2), 1e-9)
        facing[tag] = -(tag_axes[2] * offset[0] + tag_axes[5] * offset[1] + tag_axes[8] * offset[2]) / distance
        sizes[tag] = 0.0
        _project(offset, tag_axes, edges[tag] * BOARD_SCALE, camera_axes, matrix, corners)
        if corners.min() > 0.0 and corners[:, 0].max() < picture[0] and corners[:, 1].max() < picture[1]:
            _project(offset, tag_axes, edges[tag], camera_axes, matrix, corners)
            sizes[tag] = _shortest_edge(corners)


@compiled
def _project(
    offset: np.ndarray,
    axes: np.ndarray,
    edge: float,
    camera_axes: np.ndarray,
    matrix: np.ndarray,
    corners: np.ndarray,
) -> None:
    """Fill in the corners of a square in the picture, shape (4, 2) [px]; −1 where one is behind the camera."""
    ray, point = np.zeros(3), np.zeros(3)
    for corner in range(4):
        across, up = edge * CORNERS[corner, 0], edge * CORNERS[corner, 1]
        for axis in range(3):
            ray[axis] = offset[axis] + axes[3 * axis] * across + axes[3 * axis + 1] * up
        for axis in range(3):
            point[axis] = camera_axes[axis] * ray[0] + camera_axes[axis + 3] * ray[1] + camera_axes[axis + 6] * ray[2]
        if point[2] <= NEAREST:
            corners[:] = -1.0
            return
        for axis in range(2):
            along = matrix[axis, 0] * point[0] + matrix[axis, 1] * point[1] + matrix[axis, 2] * point[2]
            corners[corner, axis] = along / point[2]


@compiled
def _shortest_edge(corners: np.ndarray) -> float:
    """Of a closed polygon, shape (n, 2)."""
    shortest = np.inf
    for corner in range(len(corners)):
        dx, dy = corners[corner, 0] - corners[corner - 1, 0], corners[corner, 1] - corners[corner - 1, 1]
        shortest = min(shortest, np.sqrt(dx * dx + dy * dy))
    return shortest
