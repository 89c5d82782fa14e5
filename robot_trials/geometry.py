"""Planar and spatial poses as plain arrays: the few operations that perception, behaviours and trials share.

A planar pose is (x, y, yaw) [m, m, rad]; a spatial one is a homogeneous transform, shape (4, 4), named
`transform_a_b` for the pose of b in a.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PlanarPose = tuple[float, float, float]
Vector = tuple[float, float, float]
_IDENTITY = np.eye(4)


@dataclass(frozen=True)
class StampedPose:
    """A pose and how much it can be trusted.

    Attributes:
        transform: pose in the frame that the holder names, shape (4, 4).
        time_ns: time of the newest observation in it.
        count: number of observations in it.
        spread: root mean square distance of those observations from the pose [m].
    """

    transform: np.ndarray
    time_ns: int
    count: int
    spread: float

    def age(self, time_ns: int) -> float:
        """Time since the newest observation [s]."""
        return (time_ns - self.time_ns) * 1e-9


def wrap_angle(angle: float) -> float:
    """The same angle between −π and π [rad]."""
    return math.remainder(angle, 2.0 * math.pi)


def compose_planar(pose_a_b: PlanarPose, pose_b_c: PlanarPose) -> PlanarPose:
    """Pose of c in a."""
    x, y, yaw = pose_a_b
    c, s = math.cos(yaw), math.sin(yaw)
    return (
        x + c * pose_b_c[0] - s * pose_b_c[1],
        y + s * pose_b_c[0] + c * pose_b_c[1],
        wrap_angle(yaw + pose_b_c[2]),
    )


def invert_planar(pose_a_b: PlanarPose) -> PlanarPose:
    """Pose of a in b."""
    x, y, yaw = pose_a_b
    c, s = math.cos(yaw), math.sin(yaw)
    return (-c * x - s * y, s * x - c * y, -yaw)


def planar_to_transform(pose: PlanarPose) -> np.ndarray:
    """The planar pose as a homogeneous transform, shape (4, 4)."""
    x, y, yaw = pose
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, -s, 0.0, x], [s, c, 0.0, y], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])


def transform_to_planar(transform: np.ndarray) -> PlanarPose:
    """Position on the ground and heading of the x axis."""
    return float(transform[0, 3]), float(transform[1, 3]), yaw_of_rotation(transform[:3, :3])


def rotation_z(yaw: float) -> np.ndarray:
    """Rotation about the vertical, shape (3, 3)."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def yaw_of_rotation(rotation: np.ndarray) -> float:
    """Heading of the x axis projected on the ground [rad]."""
    return math.atan2(float(rotation[1, 0]), float(rotation[0, 0]))


def yaw_of_quaternion(quaternion_xyzw: Sequence[float]) -> float:
    """Heading of the x axis projected on the ground [rad]."""
    x, y, z, w = quaternion_xyzw
    return math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))


def rotation_to_transform(rotation: np.ndarray, position: np.ndarray | None = None) -> np.ndarray:
    """Homogeneous transform from a rotation and, if given, a position."""
    transform = _IDENTITY.copy()
    transform[:3, :3] = rotation
    if position is not None:
        transform[:3, 3] = position
    return transform


def invert_transform(transform: np.ndarray) -> np.ndarray:
    """Inverse of a homogeneous transform."""
    back = transform[:3, :3].T
    return rotation_to_transform(back, -back @ transform[:3, 3])


def quaternion_to_rotation(quaternion_xyzw: np.ndarray) -> np.ndarray:
    """Rotation of a unit quaternion, shape (3, 3)."""
    x, y, z, w = quaternion_xyzw.tolist()
    return np.array(_list_rotation_rows(x, y, z, w))


def rotation_to_quaternion(rotation: np.ndarray) -> np.ndarray:
    """Unit quaternion (x, y, z, w) of a rotation, w ≥ 0."""
    m = rotation.tolist()
    trace = m[0][0] + m[1][1] + m[2][2]
    diagonal = (m[0][0], m[1][1], m[2][2], trace)
    i = diagonal.index(max(diagonal))
    if i == 3:
        q = [m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1], 1.0 + trace]
    else:
        j, k = (i + 1) % 3, (i + 2) % 3
        q = [0.0] * 4
        q[i] = 1.0 + m[i][i] - m[j][j] - m[k][k]
        q[j] = m[j][i] + m[i][j]
        q[k] = m[k][i] + m[i][k]
        q[3] = m[k][j] - m[j][k]
    return np.array(q) * (math.copysign(1.0, q[3]) / math.hypot(*q))


def pose_to_transform(pose_xyzw: np.ndarray) -> np.ndarray:
    """Homogeneous transform of position and quaternion (x, y, z, w), shape (7,)."""
    return list_to_transform(pose_xyzw.tolist())


def list_to_transform(pose_xyzw: Sequence[float]) -> np.ndarray:
    """Homogeneous transform of the seven numbers of position and quaternion (x, y, z, w)."""
    px, py, pz, x, y, z, w = pose_xyzw
    first, second, third = _list_rotation_rows(x, y, z, w)
    return np.array([[*first, px], [*second, py], [*third, pz], [0.0, 0.0, 0.0, 1.0]])


def rotate(quaternion_xyzw: Sequence[float], vector: Sequence[float]) -> Vector:
    """A vector turned by a unit quaternion."""
    (x, y, z, w), (a, b, c) = quaternion_xyzw, vector
    u, v, t = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return a + w * u + y * t - z * v, b + w * v + z * u - x * t, c + w * t + x * v - y * u


def quaternion_between(from_unit: Sequence[float], to_unit: Sequence[float]) -> tuple[float, float, float, float]:
    """Smallest rotation that turns one unit vector into another, as a quaternion (x, y, z, w).

    Raises:
        ValueError: the vectors are opposite, so that the axis is not defined.
    """
    (ax, ay, az), (bx, by, bz) = from_unit, to_unit
    w = 1.0 + ax * bx + ay * by + az * bz
    if w < 1e-9:
        raise ValueError(f"opposite vectors {from_unit} and {to_unit}: the smallest rotation is not unique")
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    length = math.hypot(x, y, z, w)
    return x / length, y / length, z / length, w / length


def nearest_rotation(matrix: np.ndarray) -> np.ndarray:
    """Rotation nearest to a matrix, shape (3, 3); to a sum of rotations, it is their chordal mean [Hartley2013]."""
    u, _, vt = np.linalg.svd(matrix)
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    if a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g) < 0.0:  # much faster than NumPy's determinant
        u[:, 2] = -u[:, 2]
    return u @ vt


def _list_rotation_rows(x: float, y: float, z: float, w: float) -> list[list[float]]:
    """Rows of the rotation of a unit quaternion."""
    return [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
