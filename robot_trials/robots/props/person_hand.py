"""A person's hand that can hold a prop, and the arm behind it: what everyone who hands over or takes has in common."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.props.acting import Arm
from robot_trials.robots.props.compliant_grip import CompliantGrip, PropMotion, Strength
from robot_trials.robots.props.figure_shapes import HOLD_BELOW_GRIP
from robot_trials_control.numeric.compiled import compiled

GRAVITY = 9.81
"""[m/s²]"""
PULL_MAX = 0.25
"""Pulled further than this from where the hand was, the prop is let go [m]."""


class PersonHand:
    """A hand that is on a prop or not.

    Args:
        arm: what carries it.
        grip_point: origin of the prop's frame when the hand is in place, map frame, shape (3,) [m].
        rotation: axes of the prop then, shape (3, 3).
        firmness: 1 for a hand that holds at the start, 0 for one that waits.
        strength: forces beyond which it yields.

    Attributes:
        grip: the hand on the prop.
        start: where it holds the prop, or waits for it, at the start: the hold point, map frame, shape (3,) [m].
        force: of the hand on the prop, shape (3,) [N].
    """

    def __init__(
        self, arm: Arm, grip_point: np.ndarray, rotation: np.ndarray, firmness: float, strength: Strength | None = None
    ) -> None:
        self._arm = arm
        self.start = grip_point - HOLD_BELOW_GRIP * rotation[:, 2]
        self.grip = CompliantGrip(self.start, rotation, firmness, strength)
        self.force = self.grip.force
        arm.move_to(self.start, rotation)

    @property
    def holds(self) -> bool:
        """Whether the hand is on the prop."""
        return self.grip.firmness > 0.0

    def move_arm(self, motion: PropMotion) -> None:
        """Pose the arm on the prop."""
        self._arm.move_to(motion.hold, motion.rotation)

    def _is_pulled(self, motion: PropMotion) -> bool:
        """Whether somebody walks off with the prop: nobody is held back."""
        return _is_apart(motion.data, self.start)


@compiled
def _is_apart(motion: np.ndarray, hand: np.ndarray) -> bool:
    """Whether the hold point of a `PropMotion` is farther than `PULL_MAX` from a hand's place, map frame [m]."""
    hold = motion[0].hold
    return (hold[0] - hand[0]) ** 2 + (hold[1] - hand[1]) ** 2 + (hold[2] - hand[2]) ** 2 > PULL_MAX**2
