"""Small rotation helpers on plain arrays and numbers, compiled."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.numeric.compiled import compiled

Triple = tuple[float, float, float]

SMALL_ANGLE = 1e-8
"""Angle below which a rotation is its own vector [rad]."""


@compiled
def rotation_error(current: np.ndarray, desired: np.ndarray) -> Triple:
    """Rotation from `current` to `desired` as a vector in the current frame's own axes, for errors below 90°.

    Args:
        current, desired: rotations to world, shape (3, 3).

    Returns:
        sin(angle) · axis [rad].
    """
    x = y = z = 0.0
    for k in range(3):
        x += current[k, 2] * desired[k, 1] - current[k, 1] * desired[k, 2]
        y += current[k, 0] * desired[k, 2] - current[k, 2] * desired[k, 0]
        z += current[k, 1] * desired[k, 0] - current[k, 0] * desired[k, 1]
    return 0.5 * x, 0.5 * y, 0.5 * z


@compiled
def rotation_vector(current: np.ndarray, desired: np.ndarray) -> Triple:
    """The same for any error below 180°: angle · axis [rad]."""
    x, y, z = rotation_error(current, desired)
    cosine = -0.5
    for i in range(3):
        for k in range(3):
            cosine += 0.5 * current[k, i] * desired[k, i]
    sine = math.sqrt(x * x + y * y + z * z)
    scale = math.atan2(sine, cosine) / sine if sine > SMALL_ANGLE else 1.0
    return scale * x, scale * y, scale * z


@compiled
def turn_in_body(rotation: np.ndarray, x: float, y: float, z: float) -> None:
    """Turn a frame in place about a vector in its own axes [rad]: R ← R exp([x, y, z]×), by Rodrigues' formula.

    Args:
        rotation: to world, shape (3, 3).
        x, y, z: angle · axis [rad].
    """
    square = x * x + y * y + z * z
    angle = math.sqrt(square)
    sine, versine = 1.0, 0.5
    if angle > SMALL_ANGLE:
        sine, versine = math.sin(angle) / angle, (1.0 - math.cos(angle)) / square
    for i in range(3):
        a, b, c = rotation[i, 0], rotation[i, 1], rotation[i, 2]
        along = versine * (a * x + b * y + c * z)
        keep = 1.0 - versine * square
        rotation[i, 0] = keep * a + along * x + sine * (b * z - c * y)
        rotation[i, 1] = keep * b + along * y + sine * (c * x - a * z)
        rotation[i, 2] = keep * c + along * z + sine * (a * y - b * x)


@compiled
def rotation_about_z(yaw: float, out: np.ndarray) -> None:
    """Write the rotation about z by `yaw` [rad] into `out`, shape (3, 3)."""
    c, s = math.cos(yaw), math.sin(yaw)
    out[0, 0], out[0, 1], out[0, 2] = c, -s, 0.0
    out[1, 0], out[1, 1], out[1, 2] = s, c, 0.0
    out[2, 0], out[2, 1], out[2, 2] = 0.0, 0.0, 1.0


@compiled
def rotation_on_slope(yaw: float, slope_x: float, slope_y: float, out: np.ndarray) -> None:
    """Write the rotation of a sole that lies on a slope with heading `yaw` [rad] into `out`, shape (3, 3).

    Args:
        yaw: of the x axis seen from above.
        slope_x, slope_y: rise of the ground along world x and y, tangents.
    """
    c, s = math.cos(yaw), math.sin(yaw)
    rise = slope_x * c + slope_y * s
    length, normal = math.sqrt(1.0 + rise * rise), math.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)
    out[0, 0], out[1, 0], out[2, 0] = c / length, s / length, rise / length
    out[0, 2], out[1, 2], out[2, 2] = -slope_x / normal, -slope_y / normal, 1.0 / normal
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        out[i, 1] = out[a, 2] * out[b, 0] - out[b, 2] * out[a, 0]


@compiled
def yaw_of(rotation: np.ndarray) -> float:
    """Heading of the x axis of a rotation to world, shape (3, 3) [rad]."""
    return math.atan2(rotation[1, 0], rotation[0, 0])


@compiled
def wrap_angle(angle: float) -> float:
    """The same angle in [−π, π] [rad]."""
    return float(angle - 2.0 * math.pi * np.rint(angle / (2.0 * math.pi)))


@compiled
def rotation_from_quaternion(xyzw: np.ndarray, out: np.ndarray) -> None:
    """Write the rotation of a quaternion of any length but zero, shape (4,), into `out`, shape (3, 3)."""
    x, y, z, w = xyzw
    s = 2.0 / (x * x + y * y + z * z + w * w)
    out[0, 0], out[0, 1], out[0, 2] = 1.0 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w)
    out[1, 0], out[1, 1], out[1, 2] = s * (x * y + z * w), 1.0 - s * (x * x + z * z), s * (y * z - x * w)
    out[2, 0], out[2, 1], out[2, 2] = s * (x * z - y * w), s * (y * z + x * w), 1.0 - s * (x * x + y * y)


@compiled
def quaternion_xyzw(rotation: np.ndarray) -> tuple[float, float, float, float]:
    """Unit quaternion of a rotation, shape (3, 3), by the largest of its four components [Shepperd1978]."""
    a, b, c = rotation[0, 0], rotation[0, 1], rotation[0, 2]
    d, e, f = rotation[1, 0], rotation[1, 1], rotation[1, 2]
    g, h, i = rotation[2, 0], rotation[2, 1], rotation[2, 2]
    trace = a + e + i
    if trace > max(a, e, i):
        x, y, z, w = h - f, c - g, d - b, 1.0 + trace
    elif a >= e and a >= i:
        x, y, z, w = 1.0 + a - e - i, b + d, c + g, h - f
    elif e >= i:
        x, y, z, w = b + d, 1.0 - a + e - i, f + h, c - g
    else:
        x, y, z, w = c + g, f + h, 1.0 - a - e + i, d - b
    norm = 1.0 / math.sqrt(x * x + y * y + z * z + w * w)
    return x * norm, y * norm, z * norm, w * norm
