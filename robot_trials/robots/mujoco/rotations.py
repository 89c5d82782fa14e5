"""Rotations between matrices, quaternions and rotation vectors, for single poses in inner loops."""

from __future__ import annotations

import math

import mujoco
import numpy as np


def quaternion_wxyz_from_matrix(rotation: np.ndarray) -> np.ndarray:
    """Unit quaternion (w, x, y, z) of a rotation matrix, shape (4,)."""
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, np.ascontiguousarray(rotation, dtype=float).ravel())
    return quaternion


def matrix_from_quaternion_wxyz(quaternion: np.ndarray) -> np.ndarray:
    """Rotation matrix of a unit quaternion (w, x, y, z), shape (3, 3)."""
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, quaternion)
    return matrix.reshape(3, 3)


def matrix_from_rotation_vector(vector: np.ndarray) -> np.ndarray:
    """Rotation matrix of axis times angle [rad], shape (3, 3)."""
    angle = float(np.linalg.norm(vector))
    quaternion = np.zeros(4)
    mujoco.mju_axisAngle2Quat(quaternion, vector / angle if angle > 0 else np.array([1.0, 0, 0]), angle)
    return matrix_from_quaternion_wxyz(quaternion)


def matrix_from_yaw(yaw: float) -> np.ndarray:
    """Rotation matrix about z by `yaw` [rad], shape (3, 3)."""
    return np.array([[math.cos(yaw), -math.sin(yaw), 0.0], [math.sin(yaw), math.cos(yaw), 0.0], [0.0, 0.0, 1.0]])


def rotation_vector_from_quaternion_wxyz(quaternion: np.ndarray) -> np.ndarray:
    """Axis times angle of a unit quaternion (w, x, y, z), at most π long, shape (3,) [rad]."""
    vector = np.zeros(3)
    mujoco.mju_quat2Vel(vector, quaternion, 1.0)
    return vector


def compute_quaternion_from_z(direction: np.ndarray) -> np.ndarray:
    """The least rotation (w, x, y, z) that turns z to a direction, shape (4,)."""
    quaternion = np.zeros(4)
    mujoco.mju_quatZ2Vec(quaternion, direction)
    return quaternion
