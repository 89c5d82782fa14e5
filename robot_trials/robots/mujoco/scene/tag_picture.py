"""How large square tags appear in a camera's picture, and how much they face it."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.mujoco.scene.boards import BOARD_SCALE
from robot_trials_control.numeric.compiled import compiled

NEAREST = 0.02
"""A corner closer to the camera's plane than this is behind it [m]."""
CORNERS = np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-0.5, -0.5, 0.0]])
"""Corners of a square of edge 1 in its own frame."""


@compiled
def measure_tags(
    positions: np.ndarray,
    axes: np.ndarray,
    camera: int,
    tags: np.ndarray,
    edges: np.ndarray,
    matrix: np.ndarray,
    picture: np.ndarray,
    poses: np.ndarray,
    sizes: np.ndarray,
    facing: np.ndarray,
) -> None:
    """Pose of each tag, its size in the picture, and the cosine of the angle between its normal and the line of sight.

    Args:
        positions: of all sites in world, shape (nsite, 3) [m].
        axes: of all sites in world, by rows, shape (nsite, 9).
        camera: site of its optical frame.
        tags: sites of the tags, shape (n,).
        edges: of the black squares, shape (n,) [m].
        matrix: intrinsics, shape (3, 3) [px].
        picture: last column and row, shape (2,) [px].
        poses: receives the tags' poses in the camera's optical frame, shape (n, 4, 4).
        sizes: receives the shortest edge of each black square, 0 when the white margin is cut by the picture's edge,
            shape (n,) [px].
        facing: receives the cosines, shape (n,).
    """
    corners = np.zeros((4, 2))
    for index in range(len(tags)):
        pose = poses[index]
        _relate(positions, axes, camera, tags[index], pose)
        x, y, z = pose[0, 3], pose[1, 3], pose[2, 3]
        distance = max(np.sqrt(x * x + y * y + z * z), 1e-9)
        facing[index] = -(pose[0, 2] * x + pose[1, 2] * y + pose[2, 2] * z) / distance
        sizes[index] = 0.0
        _project(pose, edges[index] * BOARD_SCALE, matrix, corners)
        if corners.min() > 0.0 and corners[:, 0].max() < picture[0] and corners[:, 1].max() < picture[1]:
            _project(pose, edges[index], matrix, corners)
            sizes[index] = _shortest_edge(corners)


@compiled
def _relate(positions: np.ndarray, axes: np.ndarray, camera: int, tag: int, pose: np.ndarray) -> None:
    """Fill in the pose of one site in another, shape (4, 4)."""
    for row in range(3):
        for column in range(3):
            pose[row, column] = 0.0
            for axis in range(3):
                pose[row, column] += axes[camera, 3 * axis + row] * axes[tag, 3 * axis + column]
        pose[row, 3], pose[3, row] = 0.0, 0.0
        for axis in range(3):
            pose[row, 3] += axes[camera, 3 * axis + row] * (positions[tag, axis] - positions[camera, axis])
    pose[3, 3] = 1.0


@compiled
def _project(pose: np.ndarray, edge: float, matrix: np.ndarray, corners: np.ndarray) -> None:
    """Fill in the corners of a square in the picture, shape (4, 2) [px]; −1 where one is behind the camera."""
    point = np.zeros(3)
    for corner in range(4):
        across, up = edge * CORNERS[corner, 0], edge * CORNERS[corner, 1]
        for axis in range(3):
            point[axis] = pose[axis, 3] + pose[axis, 0] * across + pose[axis, 1] * up
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
