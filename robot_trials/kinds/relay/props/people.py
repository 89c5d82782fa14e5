"""Giver, receiver and torch as one: feels the torch's motion, lets both people act, applies their pull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robot_trials.kinds.contract import Hand
from robot_trials.kinds.relay.props.behaviour import Behaviour
from robot_trials.kinds.relay.props.giver import Giver
from robot_trials.kinds.relay.props.receiver import Receiver
from robot_trials.kinds.relay.props.torch import NAME
from robot_trials.robots.props import Holder, Prop, Stage
from robot_trials.robots.props.compliant_grip import PropMotion

ARM_EVERY = 10
"""Control periods between two postures of an arm: what is seen of it changes slowly."""
PEOPLE = ("giver", "receiver")
"""In the order in which the truth tells of them."""


@dataclass(frozen=True)
class Offer:
    """How a person offers the torch or waits for it, map frame.

    Attributes:
        grip: the torch's grip point, shape (3,) [m].
        rotation: the torch's axes, shape (3, 3).
        side: the robot's hand that it is for.
    """

    grip: np.ndarray
    rotation: np.ndarray
    side: Hand = "right"


class People:
    """The two people of a relay and the torch between them.

    Attributes:
        giver, receiver: the people; `people` has both in this order.
        motion: the torch's motion now.
    """

    def __init__(self, stage: Stage, torch: Prop, offers: tuple[Offer, Offer], behaviour: Behaviour) -> None:
        self._torch = stage.prop(NAME)
        self.motion = PropMotion(torch.com)
        self._ticks = 0
        given, taken = offers
        self.giver = Giver(stage.arm("giver"), given.grip, given.rotation, behaviour)
        self.receiver = Receiver(stage.arm("receiver"), taken.grip, taken.rotation, behaviour, taken.side)
        self.people: tuple[Holder, ...] = (self.giver, self.receiver)

    def act(self, dt: float) -> None:
        """Let both act for one control period of `dt` [s] and set their pull on the torch."""
        self._ticks += 1
        arms_move = self._ticks % ARM_EVERY == 0
        torch = self._torch
        if arms_move and not self.giver.holds:
            self.giver.withdraw_arm(ARM_EVERY * dt)
        if not (self.giver.holds or self.receiver.holds or self.receiver.is_near(torch.coordinates)):
            return
        self.motion.update(torch.coordinates, torch.velocity)
        torch.wrench[:] = 0.0
        for person in (self.giver, self.receiver):
            person.update(self.motion, dt)
            if person.holds:
                person.grip.pull(self.motion, torch.wrench)
                if arms_move:
                    person.move_arm(self.motion)
