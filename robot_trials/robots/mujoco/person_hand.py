"""What giver and receiver have in common: a hand on the torch, and the arm behind it."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.mujoco.compliant_grip import CompliantGrip, TorchMotion
from robot_trials.robots.mujoco.person_arm import PersonArm
from robot_trials.robots.mujoco.person_figure import HOLD_BELOW_GRIP
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials_control.compiled import compiled

GRAVITY = 9.81
PULL_MAX = 0.25
"""Pulled further than this from where the hand was, the torch is let go [m]."""
FEEL_TIME = 0.1
"""Time constant of what a hand feels [s]."""


class PersonHand:
    """A right hand that is on the torch or not.

    Attributes:
        grip: the hand on the torch.
        start: where it holds the torch, or waits for it, at the start: the hold point, world [m], shape (3,).
    """

    def __init__(self, arm: PersonArm, grip_point: np.ndarray, rotation: np.ndarray, firmness: float) -> None:
        self._arm = arm
        self.start = grip_point - HOLD_BELOW_GRIP * rotation[:, 2]
        self.grip = CompliantGrip(self.start, rotation, firmness)
        arm.move_to(self.start, quaternion_wxyz_from_matrix(rotation))

    @property
    def holds(self) -> bool:
        """Whether the hand is on the torch."""
        return self.grip.firmness > 0.0

    def move_arm(self, motion: TorchMotion) -> None:
        """Pose the arm on the torch."""
        self._arm.move_to(motion.hold, quaternion_wxyz_from_matrix(motion.rotation))

    def _is_pulled(self, motion: TorchMotion) -> bool:
        """Whether somebody walks off with the torch: nobody is held back."""
        return _is_apart(motion.data, self.start)


@compiled
def _is_apart(motion: np.ndarray, hand: np.ndarray) -> bool:
    """Whether the hold point of a `TorchMotion` is farther than `PULL_MAX` from a hand's place, world [m]."""
    hold = motion[0].hold
    return (hold[0] - hand[0]) ** 2 + (hold[1] - hand[1]) ** 2 + (hold[2] - hand[2]) ** 2 > PULL_MAX**2
