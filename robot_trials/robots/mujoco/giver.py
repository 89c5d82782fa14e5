"""The person who hands over the torch: holds it out, lets go when the load is taken, withdraws the arm."""

from __future__ import annotations

import enum

import numpy as np

from robot_trials.robots.mujoco.compliant_grip import STIFFNESS, CompliantGrip, TorchMotion
from robot_trials.robots.mujoco.conditions import TORCH_MASS
from robot_trials.robots.mujoco.person_arm import PersonArm
from robot_trials.robots.mujoco.person_figure import HOLD_BELOW_GRIP
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix

GRAVITY = 9.81
RELEASE_SHARE = 0.4
"""Part of the felt weight below which the load counts as taken."""
RELEASE_AFTER = 0.2
"""How long it must stay below [s]."""
RELEASE_TIME = 0.4
"""From the first loosening to a free torch [s]."""
WITHDRAW_SPEED = 0.5
"""Speed of the empty hand [m/s]."""
PULL_MAX = 0.25
"""Pulled further than this from where it was offered, the torch is let go [m]."""
FEEL_TIME = 0.1
"""Time constant of what a hand feels [s]."""


class GiverPhase(enum.Enum):
    """What the giver does."""

    HOLDING = 0
    RELEASING = 1
    WITHDRAWING = 2


class Giver:
    """Holds the torch at a drawn pose until someone else carries it.

    Attributes:
        grip: the hand on the torch.
        phase: what the giver does now.
    """

    def __init__(self, arm: PersonArm, grip_point: np.ndarray, rotation: np.ndarray) -> None:
        self._arm = arm
        self._quaternion = quaternion_wxyz_from_matrix(rotation)
        hold = grip_point - HOLD_BELOW_GRIP * rotation[:, 2]
        self._hold = hold
        sag = np.array([0.0, 0.0, TORCH_MASS * GRAVITY / STIFFNESS[2]])
        self.grip = CompliantGrip(hold + sag, rotation, firmness=1.0)
        self.phase = GiverPhase.HOLDING
        self._felt = self._weight = TORCH_MASS * GRAVITY
        self._light_for = 0.0
        arm.move_to(hold, self._quaternion)

    @property
    def holds(self) -> bool:
        """Whether the hand is on the torch."""
        return self.grip.firmness > 0.0

    def update(self, motion: TorchMotion, dt: float) -> None:
        """Feel, decide and pull for one period of `dt` [s]."""
        if self.phase is GiverPhase.WITHDRAWING:
            return
        self.grip.update(motion)
        self._felt += (self.grip.force[2] - self._felt) * dt / FEEL_TIME
        if self.phase is GiverPhase.HOLDING:
            self._weight += max(self._felt - self._weight, 0.0) * dt / FEEL_TIME
            self._light_for = self._light_for + dt if self._felt < RELEASE_SHARE * self._weight else 0.0
            moved = motion.hold - self._hold
            if self._light_for >= RELEASE_AFTER or float(moved @ moved) > PULL_MAX**2:
                self.phase = GiverPhase.RELEASING
        else:
            self.grip.firmness = max(self.grip.firmness - dt / RELEASE_TIME, 0.0)
            if self.grip.firmness == 0.0:
                self.phase = GiverPhase.WITHDRAWING
                self.grip.update(motion)

    def move_arm(self, motion: TorchMotion) -> None:
        """Pose the arm on the torch."""
        self._arm.move_to(motion.hold, quaternion_wxyz_from_matrix(motion.rotation))

    def withdraw_arm(self, dt: float) -> None:
        """Bring the empty hand to the body for `dt` [s]."""
        way = self._arm.rest_position - self._arm.fist_position
        distance = float(np.sqrt(way @ way))
        if distance > 1e-3:
            step = min(WITHDRAW_SPEED * dt, distance)
            self._arm.move_to(self._arm.fist_position + way * (step / distance), self._quaternion)
