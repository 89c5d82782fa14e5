"""The person who takes the torch: waits with an open hand, closes it, takes the load, tugs, withdraws the torch."""

from __future__ import annotations

import enum

import numpy as np

from robot_trials.kinds.contract import Hand
from robot_trials.kinds.relay.props.behaviour import Behaviour
from robot_trials.kinds.relay.props.torch import BOTTOM
from robot_trials.robots.props import Arm
from robot_trials.robots.props.compliant_grip import PropMotion
from robot_trials.robots.props.person_hand import GRAVITY, PersonHand

REACH = 0.05
"""Distance of the shaft's axis from the open hand within which it closes [m]."""
SIGHT = 1.0
"""Distance along the lane within which the person watches the torch [m]."""
SLOW = 0.15
"""Speed below which the shaft counts as offered [m/s]."""
TUG = 0.02
"""How far the hand then pulls towards itself, to feel whether the torch is free [m]."""
TUG_TIME = 0.5
FREE_FORCE = 1.5
"""Sideways force below which it is [N]."""
FREE_FOR = 0.5
"""[s]"""
WITHDRAW_SPEED = 0.12
"""[m/s]"""
WITHDRAW_WAY = np.array([0.10, -0.12, 0.0])
"""How far the torch is then brought to the body, in map axes of the lane, on its right side [m]."""


class ReceiverPhase(enum.Enum):
    """What the receiver does."""

    WAITING = 0
    CLOSING = 1
    TAKING = 2
    WITHDRAWING = 3


class Receiver(PersonHand):
    """Takes the torch from whoever offers it, by force and motion alone.

    Attributes:
        phase: what the receiver does now.
    """

    def __init__(
        self, arm: Arm, grip_point: np.ndarray, rotation: np.ndarray, behaviour: Behaviour, side: Hand = "right"
    ) -> None:
        super().__init__(arm, grip_point, rotation, 0.0, behaviour.strength)
        self._behaviour = behaviour
        self.phase = ReceiverPhase.WAITING
        self._timer = 0.0
        self._felt = np.zeros(3)
        self._tug = 0.0
        way = WITHDRAW_WAY * (1.0, 1.0 if side == "right" else -1.0, 1.0)
        self._pull = way / np.linalg.norm(way)

    def update(self, motion: PropMotion, dt: float) -> None:
        """Feel, decide and pull for one period of `dt` [s]."""
        if self.phase is ReceiverPhase.WAITING:
            self._wait(motion, dt)
            return
        self._felt += (self.grip.force - self._felt) * (dt / self._behaviour.feel_time)
        if self.phase is ReceiverPhase.CLOSING:
            self._close(dt)
        elif self.phase is ReceiverPhase.TAKING:
            self._take(dt)
            self._let_go_if_pulled(motion)
        else:
            self._withdraw(dt)
        self.grip.update(motion)

    def is_near(self, torch_position: np.ndarray) -> bool:
        """Whether the torch has come within sight of the waiting hand."""
        return bool(abs(torch_position[0] - self.start[0]) < SIGHT)

    def _wait(self, motion: PropMotion, dt: float) -> None:
        if not self.is_near(motion.grip):
            self._timer = 0.0
            return
        offset = self.start - motion.grip
        axis = motion.rotation[:, 2]
        along = float(offset @ axis)
        beside = offset - along * axis
        in_hand = float(beside @ beside) < REACH**2 and BOTTOM + 0.03 < along < -0.06
        offered = in_hand and float(motion.hold_velocity @ motion.hold_velocity) < SLOW**2
        self._timer = self._timer + dt if offered else 0.0
        if self._timer >= self._behaviour.take_after:
            self.phase, self._timer = ReceiverPhase.CLOSING, 0.0
            self.grip.target[:] = motion.hold
            self.grip.target_rotation[:] = motion.rotation

    def _close(self, dt: float) -> None:
        self.grip.firmness = min(self.grip.firmness + dt / self._behaviour.close_time, 1.0)
        if self.grip.firmness == 1.0:
            self.phase = ReceiverPhase.TAKING

    def _let_go_if_pulled(self, motion: PropMotion) -> None:
        """Wait again when somebody walks off with the torch."""
        if self._is_pulled(motion):
            self.phase, self._timer, self._tug = ReceiverPhase.WAITING, 0.0, 0.0
            self.grip.firmness = 0.0

    def _take(self, dt: float) -> None:
        behaviour = self._behaviour
        if self._felt[2] < behaviour.lift_share * behaviour.expected_mass * GRAVITY:
            self.grip.target[2] += behaviour.lift_rate * dt
            return
        if self._tug < TUG:
            step = TUG * dt / TUG_TIME
            self._tug += step
            self.grip.target += self._pull * step
            return
        free = abs(float(self._felt @ self._pull)) < FREE_FORCE
        self._timer = self._timer + dt if free else 0.0
        if self._timer >= FREE_FOR:
            self.phase, self._timer = ReceiverPhase.WITHDRAWING, 0.0

    def _withdraw(self, dt: float) -> None:
        moved = self._timer
        if moved < np.linalg.norm(WITHDRAW_WAY):
            step = WITHDRAW_SPEED * dt
            self._timer += step
            self.grip.target += self._pull * step
