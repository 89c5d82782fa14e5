"""A human hand on the torch's shaft: a spring and damper with limited force that feels force and motion only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from robot_trials.robots.mujoco.person_figure import HOLD_BELOW_GRIP

STIFFNESS = np.array([400.0, 400.0, 600.0])
"""Of a relaxed arm holding something, along world axes [N/m]."""
DAMPING = np.array([35.0, 35.0, 45.0])
"""[N·s/m]"""
ROTATION_STIFFNESS = 20.0
"""Of the wrist [N·m/rad]."""
ROTATION_DAMPING = 2.0
"""[N·m·s/rad]"""
SIDE_FORCE_MAX = 12.0
"""Sideways the arm yields at more [N]."""
UP_FORCE_RANGE = (-10.0, 29.0)
"""Up and down it yields beyond these: the weight of a heavy torch and 12 N, or 10 N of push [N]."""
REACH_MAX = UP_FORCE_RANGE[1] / STIFFNESS[2]
"""How far a yielding hand's target stays ahead of it [m]."""
TORQUE_MAX = 6.0
"""The wrist gives way at more [N·m]."""


@dataclass
class TorchMotion:
    """How the torch moves now, in world.

    Attributes:
        grip: grip point [m], shape (3,).
        rotation: axes, shape (3, 3).
        hold: the point a human hand holds [m].
        hold_velocity: its velocity [m/s].
        angular_velocity: [rad/s].
    """

    grip: np.ndarray = field(default_factory=lambda: np.zeros(3))
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))
    hold: np.ndarray = field(default_factory=lambda: np.zeros(3))
    hold_velocity: np.ndarray = field(default_factory=lambda: np.zeros(3))
    angular_velocity: np.ndarray = field(default_factory=lambda: np.zeros(3))

    def update(self, position: np.ndarray, rotation: np.ndarray, velocity: np.ndarray) -> None:
        """Set from the free joint.

        Args:
            position: grip point, world [m], shape (3,).
            rotation: axes in world, shape (3, 3).
            velocity: linear in world, angular in body, shape (6,) [m/s, rad/s].
        """
        self.grip[:] = position
        self.rotation[:] = rotation
        self.angular_velocity[:] = rotation @ velocity[3:]
        arm = rotation[:, 2] * -HOLD_BELOW_GRIP
        self.hold[:] = position + arm
        self.hold_velocity[:] = velocity[:3] + _cross(self.angular_velocity, arm)


class CompliantGrip:
    """Force and torque of a human hand on the torch at its hold point.

    Attributes:
        target: where the hand wants its hold point, world [m], shape (3,).
        target_rotation: how it wants the torch, shape (3, 3).
        firmness: 0 lets go … 1 holds.
        force, torque: on the torch, world, of the last `update` [N], [N·m].
    """

    def __init__(self, target: np.ndarray, target_rotation: np.ndarray, firmness: float) -> None:
        self.target = target.copy()
        self.target_rotation = target_rotation.copy()
        self.firmness = firmness
        self.force, self.torque = np.zeros(3), np.zeros(3)

    def update(self, motion: TorchMotion) -> None:
        """Compute force and torque for the torch's motion."""
        if self.firmness <= 0.0:
            self.force[:] = 0.0
            self.torque[:] = 0.0
            return
        self.force[:] = STIFFNESS * (self.target - motion.hold) - DAMPING * motion.hold_velocity
        turn = self.target_rotation @ motion.rotation.T
        self.torque[0] = turn[2, 1] - turn[1, 2]
        self.torque[1] = turn[0, 2] - turn[2, 0]
        self.torque[2] = turn[1, 0] - turn[0, 1]
        self.torque *= 0.5 * ROTATION_STIFFNESS
        self.torque -= ROTATION_DAMPING * motion.angular_velocity
        self._yield(motion)
        self.force *= self.firmness
        self.torque *= self.firmness * _limit(self.torque, TORQUE_MAX)

    def _yield(self, motion: TorchMotion) -> None:
        """Limit the force; where the limit binds, the hand follows the torch instead of winding up."""
        force = self.force
        beside = _limit(force[:2], SIDE_FORCE_MAX)
        up = min(max(force[2], UP_FORCE_RANGE[0]), UP_FORCE_RANGE[1])
        if beside == 1.0 and up == force[2]:
            return
        force[:2] *= beside
        force[2] = up
        reach = (force + DAMPING * motion.hold_velocity) / STIFFNESS
        self.target[:] = motion.hold + np.clip(reach, -REACH_MAX, REACH_MAX)


def _limit(vector: np.ndarray, bound: float) -> float:
    """Factor that keeps a vector's length within a bound."""
    length = float(np.sqrt(vector @ vector))
    return bound / length if length > bound else 1.0


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])
