"""The person who hands over the torch: holds it out, lets go when the load is taken, withdraws the arm."""

from __future__ import annotations

import enum

import numpy as np

from robot_trials.robots.mujoco.compliant_grip import STIFFNESS, TorchMotion
from robot_trials.robots.mujoco.conditions import TORCH_MASS
from robot_trials.robots.mujoco.person_arm import PersonArm
from robot_trials.robots.mujoco.person_hand import FEEL_TIME, GRAVITY, PersonHand
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix

RELEASE_SHARE = 0.4
"""Part of the felt weight below which the load counts as taken."""
RELEASE_AFTER = 0.2
"""How long it must stay below [s]."""
RELEASE_TIME = 0.4
"""From the first loosening to a free torch [s]."""
WITHDRAW_SPEED = 0.5
"""Speed of the empty hand [m/s]."""


class GiverPhase(enum.Enum):
    """What the giver does."""

    HOLDING = 0
    RELEASING = 1
    WITHDRAWING = 2


class Giver(PersonHand):
    """Holds the torch at a drawn pose until someone else carries it.

    Attributes:
        phase: what the giver does now.
    """

    def __init__(self, arm: PersonArm, grip_point: np.ndarray, rotation: np.ndarray) -> None:
        super().__init__(arm, grip_point, rotation, firmness=1.0)
        self.grip.target[2] += TORCH_MASS * GRAVITY / STIFFNESS[2]
        self._quaternion = quaternion_wxyz_from_matrix(rotation)
        self.phase = GiverPhase.HOLDING
        self._felt = self._weight = TORCH_MASS * GRAVITY
        self._light_for = 0.0

    def update(self, motion: TorchMotion, dt: float) -> None:
        """Feel, decide and pull for one period of `dt` [s]."""
        if self.phase is GiverPhase.WITHDRAWING:
            return
        self.grip.update(motion)
        self._felt += (float(self.grip.force[2]) - self._felt) * dt / FEEL_TIME
        if self.phase is GiverPhase.HOLDING:
            self._weight += max(self._felt - self._weight, 0.0) * dt / FEEL_TIME
            self._light_for = self._light_for + dt if self._felt < RELEASE_SHARE * self._weight else 0.0
            if self._light_for >= RELEASE_AFTER or self._is_pulled(motion):
                self.phase = GiverPhase.RELEASING
        else:
            self.grip.firmness = max(self.grip.firmness - dt / RELEASE_TIME, 0.0)
            if self.grip.firmness == 0.0:
                self.phase = GiverPhase.WITHDRAWING
                self.grip.update(motion)

    def withdraw_arm(self, dt: float) -> None:
        """Bring the empty hand to the body for `dt` [s]."""
        way = self._arm.rest_position - self._arm.fist_position
        distance = float(np.sqrt(way @ way))
        if distance > 1e-3:
            step = min(WITHDRAW_SPEED * dt, distance)
            self._arm.move_to(self._arm.fist_position + way * (step / distance), self._quaternion)
