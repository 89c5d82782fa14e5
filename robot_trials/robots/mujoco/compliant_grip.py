"""A human hand on the torch's shaft: a spring and damper with limited force that feels force and motion only."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.robots.mujoco.person_figure import HOLD_BELOW_GRIP
from robot_trials.robots.mujoco.torch import COM_ABOVE_GRIP
from robot_trials_control.compiled import bind, compiled
from robot_trials_control.records import Record

STIFFNESS = np.array([400.0, 400.0, 600.0])
"""Of a relaxed arm holding something, along world axes [N/m]."""
DAMPING = np.array([35.0, 35.0, 45.0])
"""[N·s/m]"""
ROTATION_STIFFNESS = 20.0
"""Of the wrist [N·m/rad]."""
ROTATION_DAMPING = 2.0
"""About axes across the shaft [N·m·s/rad]."""
SPIN_DAMPING = 0.2
"""About the shaft, whose inertia is so small that a hand damping it more would shake it at the control rate."""
SIDE_FORCE_MAX = 12.0
"""Sideways the arm yields at more [N]."""
UP_FORCE_RANGE = (-10.0, 29.0)
"""Up and down it yields beyond these: the weight of a heavy torch and 12 N, or 10 N of push [N]."""
REACH_MAX = UP_FORCE_RANGE[1] / STIFFNESS[2]
"""How far a yielding hand's target stays ahead of it [m]."""
TORQUE_MAX = 6.0
"""The wrist gives way at more [N·m]."""

_TORCH_MOTION = np.dtype(
    [
        ("grip", "f8", (3,)),
        ("rotation", "f8", (3, 3)),
        ("hold", "f8", (3,)),
        ("hold_velocity", "f8", (3,)),
        ("angular_velocity", "f8", (3,)),
    ]
)
_GRIP = np.dtype(
    [("target", "f8", (3,)), ("target_rotation", "f8", (3, 3)), ("force", "f8", (3,)), ("torque", "f8", (3,))]
)


class TorchMotion(Record):
    """How the torch moves now, in world.

    Attributes:
        grip: grip point [m], shape (3,).
        rotation: axes, shape (3, 3).
        hold: the point a human hand holds [m].
        hold_velocity: its velocity [m/s].
        angular_velocity: [rad/s].
    """

    grip: np.ndarray
    rotation: np.ndarray
    hold: np.ndarray
    hold_velocity: np.ndarray
    angular_velocity: np.ndarray

    def __init__(self) -> None:
        super().__init__(np.zeros(1, _TORCH_MOTION))
        self.rotation[:] = np.eye(3)
        self._follow = bind(_follow, np.zeros(7), np.zeros(6), self.data)

    def update(self, coordinates: np.ndarray, velocity: np.ndarray) -> None:
        """Set from the free joint.

        Args:
            coordinates: grip point in world [m] and quaternion (w, x, y, z), shape (7,).
            velocity: linear in world, angular in body, shape (6,) [m/s, rad/s].
        """
        self._follow(coordinates, velocity, self.data)


class CompliantGrip(Record):
    """Force and torque of a human hand on the torch at its hold point.

    Attributes:
        target: where the hand wants its hold point, world [m], shape (3,).
        target_rotation: how it wants the torch, shape (3, 3).
        firmness: 0 lets go … 1 holds.
        force, torque: on the torch, world, of the last `update` [N], [N·m].
    """

    target: np.ndarray
    target_rotation: np.ndarray
    force: np.ndarray
    torque: np.ndarray

    def __init__(self, target: np.ndarray, target_rotation: np.ndarray, firmness: float) -> None:
        super().__init__(np.zeros(1, _GRIP))
        self.target[:] = target
        self.target_rotation[:] = target_rotation
        self.firmness = firmness
        motion = np.zeros(1, _TORCH_MOTION)
        self._hold = bind(_hold, motion, self.data, 1.0)
        self._pull = bind(_pull, motion, self.data, np.zeros(6))

    def update(self, motion: TorchMotion) -> None:
        """Compute force and torque for the torch's motion."""
        self._hold(motion.data, self.data, self.firmness)

    def pull(self, motion: TorchMotion, applied: np.ndarray) -> None:
        """Add the hand's force and torque to the wrench on the torch about its centre of mass, world, shape (6,)."""
        self._pull(motion.data, self.data, applied)


@compiled
def _follow(coordinates: np.ndarray, velocity: np.ndarray, motion: np.ndarray) -> None:
    """Fill in a `TorchMotion` from the torch's free joint."""
    torch = motion[0]
    rotation, hold, hold_velocity = torch.rotation, torch.hold, torch.hold_velocity
    angular_velocity = torch.angular_velocity
    torch.grip[:] = coordinates[:3]
    w, x, y, z = coordinates[3], coordinates[4], coordinates[5], coordinates[6]
    rotation[0, 0], rotation[0, 1], rotation[0, 2] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
    rotation[1, 0], rotation[1, 1], rotation[1, 2] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
    rotation[2, 0], rotation[2, 1], rotation[2, 2] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)
    for axis in range(3):
        row = rotation[axis]
        angular_velocity[axis] = row[0] * velocity[3] + row[1] * velocity[4] + row[2] * velocity[5]
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        turning = angular_velocity[second] * rotation[third, 2] - angular_velocity[third] * rotation[second, 2]
        hold[axis] = coordinates[axis] - HOLD_BELOW_GRIP * rotation[axis, 2]
        hold_velocity[axis] = velocity[axis] - HOLD_BELOW_GRIP * turning


@compiled
def _hold(motion: np.ndarray, grip: np.ndarray, firmness: float) -> None:
    """Force and torque of a `CompliantGrip` on the torch of a `TorchMotion`."""
    torch, hand = motion[0], grip[0]
    if firmness <= 0.0:
        hand.force[:] = 0.0
        hand.torque[:] = 0.0
        return
    _press(torch.hold, torch.hold_velocity, hand.target, hand.force)
    _twist(torch.rotation, torch.angular_velocity, hand.target_rotation, hand.torque)
    hand.force[:] *= firmness
    hand.torque[:] *= firmness


@compiled
def _press(hold: np.ndarray, hold_velocity: np.ndarray, target: np.ndarray, force: np.ndarray) -> None:
    """Force of a firm hand; where its limit binds, the target follows the torch instead of winding up."""
    for axis in range(3):
        force[axis] = STIFFNESS[axis] * (target[axis] - hold[axis]) - DAMPING[axis] * hold_velocity[axis]
    beside = math.sqrt(force[0] ** 2 + force[1] ** 2)
    up = min(max(force[2], UP_FORCE_RANGE[0]), UP_FORCE_RANGE[1])
    if beside <= SIDE_FORCE_MAX and up == force[2]:
        return
    if beside > SIDE_FORCE_MAX:
        force[:2] *= SIDE_FORCE_MAX / beside
    force[2] = up
    for axis in range(3):
        reach = (force[axis] + DAMPING[axis] * hold_velocity[axis]) / STIFFNESS[axis]
        target[axis] = hold[axis] + min(max(reach, -REACH_MAX), REACH_MAX)


@compiled
def _twist(rotation: np.ndarray, angular_velocity: np.ndarray, target: np.ndarray, torque: np.ndarray) -> None:
    """Torque of a firm wrist towards its target's axes, within what it bears."""
    spin = 0.0
    for axis in range(3):
        spin += angular_velocity[axis] * rotation[axis, 2]
    for axis in range(3):  # half the sum of the axes' cross products: sine of the angle between them
        second, third = (axis + 1) % 3, (axis + 2) % 3
        turn = 0.0
        for column in range(3):
            turn += rotation[second, column] * target[third, column] - rotation[third, column] * target[second, column]
        along = spin * rotation[axis, 2]
        damping = ROTATION_DAMPING * (angular_velocity[axis] - along) + SPIN_DAMPING * along
        torque[axis] = 0.5 * ROTATION_STIFFNESS * turn - damping
    length = math.sqrt(torque[0] ** 2 + torque[1] ** 2 + torque[2] ** 2)
    if length > TORQUE_MAX:
        torque *= TORQUE_MAX / length


@compiled
def _pull(motion: np.ndarray, grip: np.ndarray, applied: np.ndarray) -> None:
    """Add a hand's force and torque to the wrench on the torch about its centre of mass, world, shape (6,)."""
    torch, hand = motion[0], grip[0]
    arm = torch.hold - torch.grip - COM_ABOVE_GRIP * torch.rotation[:, 2]
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        applied[axis] += hand.force[axis]
        applied[axis + 3] += hand.torque[axis] + arm[second] * hand.force[third] - arm[third] * hand.force[second]
