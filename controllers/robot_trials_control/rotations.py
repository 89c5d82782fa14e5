"""Small rotation helpers on plain arrays, where a library call would cost more than the arithmetic."""

from __future__ import annotations

import math

import numpy as np


def rotation_error(current: np.ndarray, desired: np.ndarray) -> np.ndarray:
    """Rotation from `current` to `desired` as a vector in the current frame's own axes, for errors below 90°.

    Args:
        current, desired: rotations to world, shape (3, 3).

    Returns:
        sin(angle) · axis, shape (3,) [rad].
    """
    (_, b, c), (d, _, f), (g, h, _) = current.T.dot(desired).tolist()
    return np.array((0.5 * (h - f), 0.5 * (c - g), 0.5 * (d - b)))


def rotation_about_z(yaw: float, out: np.ndarray) -> np.ndarray:
    """Write the rotation about z by `yaw` [rad] into `out`, shape (3, 3), and return it."""
    c, s = math.cos(yaw), math.sin(yaw)
    out[0, 0], out[0, 1], out[0, 2] = c, -s, 0.0
    out[1, 0], out[1, 1], out[1, 2] = s, c, 0.0
    out[2, 0], out[2, 1], out[2, 2] = 0.0, 0.0, 1.0
    return out


def yaw_of(rotation: np.ndarray) -> float:
    """Heading of the x axis of a rotation to world, shape (3, 3) [rad]."""
    return math.atan2(rotation[1, 0], rotation[0, 0])


def wrap_angle(angle: float) -> float:
    """The same angle in [−π, π] [rad]."""
    return math.remainder(angle, 2.0 * math.pi)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of two vectors of shape (3,)."""
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    return np.array((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx))


def quaternion_xyzw(rotation: np.ndarray) -> tuple[float, float, float, float]:
    """Unit quaternion of a rotation, shape (3, 3), by the largest of its four components [Shepperd1978]."""
    (a, b, c), (d, e, f), (g, h, i) = rotation.tolist()
    trace = a + e + i
    if trace > max(a, e, i):
        w = math.sqrt(1.0 + trace)
        s = 0.5 / w
        x, y, z, w = (h - f) * s, (c - g) * s, (d - b) * s, 0.5 * w
    elif a >= e and a >= i:
        x = math.sqrt(max(1.0 + a - e - i, 0.0))
        s = 0.5 / x
        x, y, z, w = 0.5 * x, (b + d) * s, (c + g) * s, (h - f) * s
    elif e >= i:
        y = math.sqrt(max(1.0 - a + e - i, 0.0))
        s = 0.5 / y
        x, y, z, w = (b + d) * s, 0.5 * y, (f + h) * s, (c - g) * s
    else:
        z = math.sqrt(max(1.0 - a - e + i, 0.0))
        s = 0.5 / z
        x, y, z, w = (c + g) * s, (f + h) * s, 0.5 * z, (d - b) * s
    norm = 1.0 / math.sqrt(x * x + y * y + z * z + w * w)
    return x * norm, y * norm, z * norm, w * norm
