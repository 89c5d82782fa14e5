"""A human hand on a prop: a spring and damper with limited force that feels force and motion only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robot_trials.robots.props.figure_shapes import HOLD_BELOW_GRIP
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Record

STIFFNESS = np.array([400.0, 400.0, 600.0])
"""Of a relaxed arm holding something, along map axes [N/m]."""
DAMPING = np.array([35.0, 35.0, 45.0])
"""[N·s/m]"""
ROTATION_STIFFNESS = 20.0
"""Of the wrist [N·m/rad]."""
ROTATION_DAMPING = 2.0
"""About axes across the shaft [N·m·s/rad]."""
SPIN_DAMPING = 0.2
"""About the prop's own z axis: a slim one has so little inertia there that more would shake it at the control rate."""
TORQUE_MAX = 6.0
"""The wrist gives way at more [N·m]."""

_MOTION = np.dtype(
    [
        ("com", "f8", (3,)),
        ("grip", "f8", (3,)),
        ("rotation", "f8", (3, 3)),
        ("hold", "f8", (3,)),
        ("hold_velocity", "f8", (3,)),
        ("angular_velocity", "f8", (3,)),
    ]
)
_GRIP = np.dtype(
    [
        ("target", "f8", (3,)),
        ("target_rotation", "f8", (3, 3)),
        ("force", "f8", (3,)),
        ("torque", "f8", (3,)),
        ("side_force_max", "f8"),
        ("push_max", "f8"),
        ("lift_max", "f8"),
    ]
)


@dataclass(frozen=True)
class Strength:
    """Forces beyond which an arm yields.

    Attributes:
        side: sideways [N].
        push: downwards [N].
        lift: upwards: what a hand holds and what pulls at it together [N].
    """

    side: float = 12.0
    push: float = 10.0
    lift: float = 29.0


class PropMotion(Record):
    """How a prop moves now, in map axes.

    Args:
        com: its centre of mass in its frame [m], shape (3,).

    Attributes:
        com: as given.
        grip: origin of its frame [m], shape (3,).
        rotation: axes, shape (3, 3).
        hold: the point a human hand holds [m].
        hold_velocity: its velocity [m/s].
        angular_velocity: [rad/s].
    """

    com: np.ndarray
    grip: np.ndarray
    rotation: np.ndarray
    hold: np.ndarray
    hold_velocity: np.ndarray
    angular_velocity: np.ndarray

    def __init__(self, com: Sequence[float]) -> None:
        super().__init__(np.zeros(1, _MOTION))
        self.com[:], self.rotation[:] = com, np.eye(3)
        self._follow = bind(_follow, np.zeros(7), np.zeros(6), self.data)

    def update(self, coordinates: np.ndarray, velocity: np.ndarray) -> None:
        """Set from a `PropState`.

        Args:
            coordinates: position [m] and quaternion (w, x, y, z), shape (7,).
            velocity: linear in the map, angular about the prop's axes, shape (6,) [m/s, rad/s].
        """
        self._follow(coordinates, velocity, self.data)


class CompliantGrip(Record):
    """Force and torque of a human hand on a prop at its hold point.

    Attributes:
        target: where the hand wants its hold point [m], shape (3,).
        target_rotation: how it wants the prop, shape (3, 3).
        firmness: 0 lets go … 1 holds.
        force, torque: on the prop, of the last `update` [N], [N·m].
    """

    target: np.ndarray
    target_rotation: np.ndarray
    force: np.ndarray
    torque: np.ndarray

    def __init__(
        self, target: np.ndarray, target_rotation: np.ndarray, firmness: float, strength: Strength | None = None
    ) -> None:
        super().__init__(np.zeros(1, _GRIP))
        strength = strength or Strength()
        self.side_force_max[...] = strength.side
        self.push_max[...], self.lift_max[...] = strength.push, strength.lift
        self.target[:] = target
        self.target_rotation[:] = target_rotation
        self.firmness = firmness
        motion = np.zeros(1, _MOTION)
        self._hold = bind(_hold, motion, self.data, 1.0)
        self._pull = bind(_pull, motion, self.data, np.zeros(6))

    def update(self, motion: PropMotion) -> None:
        """Compute force and torque for the prop's motion."""
        self._hold(motion.data, self.data, self.firmness)

    def pull(self, motion: PropMotion, applied: np.ndarray) -> None:
        """Add the hand's force and torque to the wrench on the prop about its centre of mass, shape (6,)."""
        self._pull(motion.data, self.data, applied)


@compiled
def _follow(coordinates: np.ndarray, velocity: np.ndarray, motion: np.ndarray) -> None:
    """Fill in a `PropMotion` from coordinates and velocity."""
    prop = motion[0]
    rotation, hold, hold_velocity = prop.rotation, prop.hold, prop.hold_velocity
    angular_velocity = prop.angular_velocity
    prop.grip[:] = coordinates[:3]
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
    """Force and torque of a `CompliantGrip` on the prop of a `PropMotion`."""
    prop, hand = motion[0], grip[0]
    if firmness <= 0.0:
        hand.force[:] = 0.0
        hand.torque[:] = 0.0
        return
    _press(prop.hold, prop.hold_velocity, hand.target, hand.force, hand.side_force_max, hand.push_max, hand.lift_max)
    _twist(prop.rotation, prop.angular_velocity, hand.target_rotation, hand.torque)
    hand.force[:] *= firmness
    hand.torque[:] *= firmness


@compiled
def _press(
    hold: np.ndarray,
    hold_velocity: np.ndarray,
    target: np.ndarray,
    force: np.ndarray,
    side_max: float,
    push_max: float,
    lift_max: float,
) -> None:
    """Force of a firm hand; where its limit binds, the target follows the prop instead of winding up."""
    for axis in range(3):
        force[axis] = STIFFNESS[axis] * (target[axis] - hold[axis]) - DAMPING[axis] * hold_velocity[axis]
    beside = math.sqrt(force[0] ** 2 + force[1] ** 2)
    up = min(max(force[2], -push_max), lift_max)
    if beside <= side_max and up == force[2]:
        return
    if beside > side_max:
        force[:2] *= side_max / beside
    force[2] = up
    reach_max = lift_max / STIFFNESS[2]  # how far a yielding hand's target stays ahead of it
    for axis in range(3):
        reach = (force[axis] + DAMPING[axis] * hold_velocity[axis]) / STIFFNESS[axis]
        target[axis] = hold[axis] + min(max(reach, -reach_max), reach_max)


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
    """Add a hand's force and torque to the wrench on the prop about its centre of mass, shape (6,)."""
    prop, hand = motion[0], grip[0]
    arm = prop.hold - prop.grip
    for axis in range(3):
        row = prop.rotation[axis]
        arm[axis] -= row[0] * prop.com[0] + row[1] * prop.com[1] + row[2] * prop.com[2]
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        applied[axis] += hand.force[axis]
        applied[axis + 3] += hand.torque[axis] + arm[second] * hand.force[third] - arm[third] * hand.force[second]
