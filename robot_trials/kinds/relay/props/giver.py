"""The person who hands over the torch: holds it out, lets go when the load is taken, withdraws the arm."""

from __future__ import annotations

import enum

import numpy as np

from robot_trials.kinds.relay.props.behaviour import Behaviour
from robot_trials.robots.props import Arm
from robot_trials.robots.props.compliant_grip import STIFFNESS, PropMotion
from robot_trials.robots.props.person_hand import GRAVITY, PersonHand

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

    def __init__(self, arm: Arm, grip_point: np.ndarray, rotation: np.ndarray, behaviour: Behaviour) -> None:
        super().__init__(arm, grip_point, rotation, 1.0, behaviour.strength)
        self._behaviour = behaviour
        self.grip.target[2] += behaviour.expected_mass * GRAVITY / STIFFNESS[2]
        self._rotation = rotation
        self.phase = GiverPhase.HOLDING
        self._felt = self._weight = behaviour.expected_mass * GRAVITY
        self._light_for = 0.0

    def update(self, motion: PropMotion, dt: float) -> None:
        """Feel, decide and pull for one period of `dt` [s]."""
        if self.phase is GiverPhase.WITHDRAWING:
            return
        self.grip.update(motion)
        behaviour, feel_time = self._behaviour, self._behaviour.feel_time
        self._felt += (float(self.grip.force[2]) - self._felt) * dt / feel_time
        if self.phase is GiverPhase.HOLDING:
            self._weight += max(self._felt - self._weight, 0.0) * dt / feel_time
            self._light_for = self._light_for + dt if self._felt < behaviour.release_share * self._weight else 0.0
            if self._light_for >= behaviour.release_after or self._is_pulled(motion):
                self.phase = GiverPhase.RELEASING
        else:
            self.grip.firmness = max(self.grip.firmness - dt / behaviour.release_time, 0.0)
            if self.grip.firmness == 0.0:
                self.phase = GiverPhase.WITHDRAWING
                self.grip.update(motion)

    def withdraw_arm(self, dt: float) -> None:
        """Bring the empty hand to the body for `dt` [s]."""
        way = self._arm.rest_position - self._arm.fist_position
        distance = float(np.sqrt(way @ way))
        if distance > 1e-3:
            step = min(WITHDRAW_SPEED * dt, distance)
            self._arm.move_to(self._arm.fist_position + way * (step / distance), self._rotation)
