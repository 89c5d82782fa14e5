"""The model's state as one record: what Pinocchio computed, soles and grips in their own axes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.records import Field

GRAVITY = 9.81
"""Acceleration of free fall [m/s²]."""
JointTerms = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""A joint's rotation and position in world, and its linear and angular acceleration less gravity in its own axes."""
FRAMES = ("left foot", "right foot", "left grip", "right grip")
"""Frames of the model's record, in order."""
FIRST_GRIP = 2
"""Index of the left grip among them; a foot's index is its side."""


def model_state_fields(nv: int) -> list[Field]:
    """What the dynamics and kinematics of a robot with `nv` velocities are at one state; frames as in `FRAMES`."""
    frames = len(FRAMES)
    return [
        ("mass_matrix", "f8", (nv, nv)),
        ("bias", "f8", (nv,)),
        ("base_rotation", "f8", (3, 3)),
        ("base_position", "f8", (3,)),
        ("com", "f8", (3,)),
        ("com_velocity", "f8", (3,)),
        ("angular_momentum", "f8", (3,)),
        ("rotation", "f8", (frames, 3, 3)),
        ("position", "f8", (frames, 3)),
        ("jacobian", "f8", (frames, 6, nv)),
        ("drift", "f8", (frames, 6)),
        ("mounting_rotation", "f8", (frames, 3, 3)),  # of each frame on its joint
        ("mounting_position", "f8", (frames, 3)),
        ("mass", "f8"),
    ]


class FrameState(NamedTuple):
    """One frame of the robot at the model's state; views that follow the model's update.

    Attributes:
        rotation, position: pose in world, shapes (3, 3) and (3,) [m].
        jacobian: in the frame's own axes, linear then angular, shape (6, nv).
        drift: J̇v in the frame's own axes, shape (6,) [m/s², rad/s²].
    """

    rotation: np.ndarray
    position: np.ndarray
    jacobian: np.ndarray
    drift: np.ndarray


@compiled
def express_in_frame(
    world: np.ndarray, rotation: np.ndarray, position: np.ndarray, column: int, out: np.ndarray
) -> None:
    """Write one column of motion vectors about the world's origin in a frame's own axes and about its origin.

    Args:
        world, out: linear then angular, shape (6, nv); the same column of both.
        rotation, position: of the frame, shapes (3, 3) and (3,) [m].
        column: which.
    """
    x, y, z = world[3, column], world[4, column], world[5, column]
    px, py, pz = position
    linear = (
        world[0, column] + y * pz - z * py,
        world[1, column] + z * px - x * pz,
        world[2, column] + x * py - y * px,
    )
    for i in range(3):
        a, b, c = rotation[0, i], rotation[1, i], rotation[2, i]
        out[i, column] = a * linear[0] + b * linear[1] + c * linear[2]
        out[3 + i, column] = a * x + b * y + c * z


@compiled
def describe_frame(
    world: np.ndarray,
    v: np.ndarray,
    moves: np.ndarray,
    joint: JointTerms,
    mounting_rotation: np.ndarray,
    mounting_position: np.ndarray,
    rotation: np.ndarray,
    position: np.ndarray,
    jacobian: np.ndarray,
    drift: np.ndarray,
) -> None:
    """Pose, Jacobian and drift of a frame in its own axes.

    The joint's acceleration comes with gravity as an acceleration of the ground; it is taken out.

    Args:
        world: the joints' Jacobian, motion vectors about the world's origin, shape (6, nv).
        v: generalised velocity, shape (nv,).
        moves: whether each velocity moves the frame, shape (nv,).
        joint: what the frame is mounted on.
        mounting_rotation, mounting_position: of the frame on the joint, shapes (3, 3) and (3,) [m].
        rotation, position: receive the frame's pose in world, same shapes.
        jacobian: receives the columns that are not zero, shape (6, nv).
        drift: receives the point's acceleration for zero joint acceleration, shape (6,).
    """
    joint_rotation, joint_position, linear, angular = joint
    for i in range(3):
        position[i] = joint_position[i]
        for k in range(3):
            position[i] += joint_rotation[i, k] * mounting_position[k]
        for j in range(3):
            rotation[i, j] = 0.0
            for k in range(3):
                rotation[i, j] += joint_rotation[i, k] * mounting_rotation[k, j]
    twist, point = np.zeros(6), np.zeros(3)
    for j in range(v.size):
        if moves[j]:
            express_in_frame(world, rotation, position, j, jacobian)
            for i in range(6):
                twist[i] += jacobian[i, j] * v[j]
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        turning = angular[a] * mounting_position[b] - angular[b] * mounting_position[a]
        point[i] = linear[i] - GRAVITY * joint_rotation[2, i] + turning
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        drift[i] = twist[3 + a] * twist[b] - twist[3 + b] * twist[a]
        drift[3 + i] = 0.0
        for k in range(3):
            drift[i] += mounting_rotation[k, i] * point[k]
            drift[3 + i] += mounting_rotation[k, i] * angular[k]


@compiled
def read_terms(
    v: np.ndarray,
    moves: np.ndarray,
    mass_matrix: np.ndarray,
    bias: np.ndarray,
    jacobian: np.ndarray,
    momentum_matrix: np.ndarray,
    com: np.ndarray,
    base_rotation: np.ndarray,
    base_position: np.ndarray,
    joints: tuple[JointTerms, ...],
    state: np.ndarray,
) -> None:
    """Copy Pinocchio's results into the model's record, frames in their own axes.

    Args:
        v: generalised velocity, shape (nv,).
        moves: whether each velocity moves each frame, shape (frames, nv).
        mass_matrix, bias, jacobian, momentum_matrix, com: Pinocchio's M, nle, J, Ag and com; of M the upper triangle.
        base_rotation, base_position: pose of the base.
        joints: that the frames are mounted on.
        state: receives it, record of `model_state_fields`.
    """
    out = state[0]
    nv = v.size
    for j in range(nv):
        out.bias[j] = bias[j]
        for i in range(j + 1):
            out.mass_matrix[i, j] = out.mass_matrix[j, i] = mass_matrix[i, j]
    for i in range(3):
        out.com[i], out.base_position[i] = com[i], base_position[i]
        out.com_velocity[i] = out.angular_momentum[i] = 0.0
        for j in range(nv):
            out.com_velocity[i] += momentum_matrix[i, j] * v[j] / out.mass
            out.angular_momentum[i] += momentum_matrix[3 + i, j] * v[j]
        for j in range(3):
            out.base_rotation[i, j] = base_rotation[i, j]
    for frame in range(len(joints)):
        describe_frame(
            jacobian,
            v,
            moves[frame],
            joints[frame],
            out.mounting_rotation[frame],
            out.mounting_position[frame],
            out.rotation[frame],
            out.position[frame],
            out.jacobian[frame],
            out.drift[frame],
        )
