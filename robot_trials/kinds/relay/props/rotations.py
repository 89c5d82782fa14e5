"""Rotation matrices of how a torch is offered."""

from __future__ import annotations

import math

import numpy as np


def matrix_from_rotation_vector(vector: np.ndarray) -> np.ndarray:
    """Rotation matrix of axis times angle [rad], shape (3, 3)."""
    angle = float(np.linalg.norm(vector))
    axis = vector / angle if angle > 0.0 else np.array([1.0, 0.0, 0.0])
    w, s = math.cos(0.5 * angle), math.sin(0.5 * angle)
    x, y, z = (float(part) * s for part in axis)
    return np.array(
        [
            [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z],
        ]
    )


def matrix_from_yaw(yaw: float) -> np.ndarray:
    """Rotation matrix about z by `yaw` [rad], shape (3, 3)."""
    return np.array([[math.cos(yaw), -math.sin(yaw), 0.0], [math.sin(yaw), math.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
