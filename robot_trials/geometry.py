"""Planar and spatial poses as plain arrays: the few operations that perception, behaviours and trials share.

A planar pose is (x, y, yaw) [m, m, rad]; a spatial one is a homogeneous transform, shape (4, 4), named
`transform_a_b` for the pose of b in a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

PlanarPose = tuple[float, float, float]


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
    transform = rotation_to_transform(rotation_z(yaw))
    transform[0, 3], transform[1, 3] = x, y
    return transform


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


def rotation_to_transform(rotation: np.ndarray, position: np.ndarray | None = None) -> np.ndarray:
    """Homogeneous transform from a rotation and, if given, a position."""
    transform = np.eye(4)
    transform[:3, :3] = rotation
    if position is not None:
        transform[:3, 3] = position
    return transform


def invert_transform(transform: np.ndarray) -> np.ndarray:
    """Inverse of a homogeneous transform."""
    inverse = np.eye(4)
    inverse[:3, :3] = transform[:3, :3].T
    inverse[:3, 3] = -transform[:3, :3].T @ transform[:3, 3]
    return inverse


def quaternion_to_rotation(quaternion_xyzw: np.ndarray) -> np.ndarray:
    """Rotation of a unit quaternion, shape (3, 3)."""
    x, y, z, w = (float(value) for value in quaternion_xyzw)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def rotation_to_quaternion(rotation: np.ndarray) -> np.ndarray:
    """Unit quaternion (x, y, z, w) of a rotation, w ≥ 0."""
    m = rotation
    diagonal = np.array([m[0, 0], m[1, 1], m[2, 2], m[0, 0] + m[1, 1] + m[2, 2]])
    largest = int(np.argmax(diagonal))
    q = np.empty(4)
    if largest == 3:
        q[:] = m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], 1.0 + diagonal[3]
    else:
        i, j, k = largest, (largest + 1) % 3, (largest + 2) % 3
        q[i] = 1.0 + m[i, i] - m[j, j] - m[k, k]
        q[j] = m[j, i] + m[i, j]
        q[k] = m[k, i] + m[i, k]
        q[3] = m[k, j] - m[j, k]
    q /= np.linalg.norm(q)
    return q if q[3] >= 0.0 else -q


def pose_to_transform(pose_xyzw: np.ndarray) -> np.ndarray:
    """Homogeneous transform of position and quaternion (x, y, z, w), shape (7,)."""
    return rotation_to_transform(quaternion_to_rotation(pose_xyzw[3:]), pose_xyzw[:3])


def rotation_between(from_unit: np.ndarray, to_unit: np.ndarray) -> np.ndarray:
    """Smallest rotation that turns one unit vector into another, shape (3, 3).

    Raises:
        ValueError: the vectors are opposite, so that the axis is not defined.
    """
    cosine = float(from_unit @ to_unit)
    if cosine < -1.0 + 1e-9:
        raise ValueError(f"opposite vectors {from_unit} and {to_unit}: the smallest rotation is not unique")
    x, y, z = np.cross(from_unit, to_unit)
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + skew + skew @ skew / (1.0 + cosine)


def mean_rotation(rotations: np.ndarray) -> np.ndarray:
    """Chordal mean of rotations, shape (n, 3, 3): the rotation nearest to their sum [Hartley2013]."""
    u, _, vt = np.linalg.svd(rotations.sum(axis=0))
    return u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
