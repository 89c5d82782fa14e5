"""The model's state as one record: what Pinocchio computed, soles and grips in their own axes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from robot_trials_control.compiled import compiled
from robot_trials_control.records import Field

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
    world_rate: np.ndarray,
    v: np.ndarray,
    moves: np.ndarray,
    rotation: np.ndarray,
    position: np.ndarray,
    jacobian: np.ndarray,
    drift: np.ndarray,
) -> None:
    """Jacobian and drift of a frame in its own axes from the joints' Jacobian in world and its rate.

    Args:
        world, world_rate: J and dJ/dt, motion vectors about the world's origin, shape (6, nv).
        v: generalised velocity, shape (nv,).
        moves: whether each velocity moves the frame, shape (nv,).
        rotation, position: of the frame, shapes (3, 3) and (3,) [m].
        jacobian: receives the columns that are not zero, shape (6, nv).
        drift: receives the point's acceleration for zero joint acceleration, shape (6,).
    """
    twist, rate = np.zeros((6, 1)), np.zeros((6, 1))
    for j in range(v.size):
        if moves[j]:
            express_in_frame(world, rotation, position, j, jacobian)
            for i in range(6):
                twist[i, 0] += jacobian[i, j] * v[j]
                rate[i, 0] += world_rate[i, j] * v[j]
    express_in_frame(rate, rotation, position, 0, rate)
    u, w = twist[:3, 0], twist[3:, 0]
    for i in range(3):
        a, b = (i + 1) % 3, (i + 2) % 3
        drift[i] = rate[i, 0] + w[a] * u[b] - w[b] * u[a]
        drift[3 + i] = rate[3 + i, 0]


@compiled
def read_terms(
    v: np.ndarray,
    moves: np.ndarray,
    mass_matrix: np.ndarray,
    bias: np.ndarray,
    jacobian: np.ndarray,
    jacobian_rate: np.ndarray,
    com: np.ndarray,
    com_velocity: np.ndarray,
    angular_momentum: np.ndarray,
    base_rotation: np.ndarray,
    base_position: np.ndarray,
    poses: tuple[tuple[np.ndarray, np.ndarray], ...],
    state: np.ndarray,
) -> None:
    """Copy Pinocchio's results into the model's record, frames in their own axes.

    Args:
        v: generalised velocity, shape (nv,).
        moves: whether each velocity moves each frame, shape (frames, nv).
        mass_matrix, bias, jacobian, jacobian_rate, com, com_velocity, angular_momentum: Pinocchio's M, nle, J, dJ,
            com, vcom, and angular part of hg.
        base_rotation, base_position, poses: of base and frames.
        state: receives it, record of `model_state_fields`.
    """
    out = state[0]
    nv = v.size
    for j in range(nv):
        out.bias[j] = bias[j]
        for i in range(j + 1):
            out.mass_matrix[i, j] = out.mass_matrix[j, i] = mass_matrix[i, j]
    for i in range(3):
        out.com[i], out.com_velocity[i] = com[i], com_velocity[i]
        out.angular_momentum[i], out.base_position[i] = angular_momentum[i], base_position[i]
        for j in range(3):
            out.base_rotation[i, j] = base_rotation[i, j]
    for frame in range(len(poses)):
        rotation, position = poses[frame]
        for i in range(3):
            out.position[frame, i] = position[i]
            for j in range(3):
                out.rotation[frame, i, j] = rotation[i, j]
        describe_frame(
            jacobian,
            jacobian_rate,
            v,
            moves[frame],
            out.rotation[frame],
            out.position[frame],
            out.jacobian[frame],
            out.drift[frame],
        )


@compiled
def move(shift: np.ndarray, state: np.ndarray) -> None:
    """Add `shift`, shape (3,) [m], to every position in the model's record."""
    out = state[0]
    for i in range(3):
        out.base_position[i] += shift[i]
        out.com[i] += shift[i]
        for frame in range(out.position.shape[0]):
            out.position[frame, i] += shift[i]
