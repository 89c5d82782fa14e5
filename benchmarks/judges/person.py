"""What a stop does to the people of a relay, on what only the simulator knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from robot_trials.kinds.relay.judge.holding import GRAVITY, compute_excess_force
from robot_trials.robots.fall import find_unwanted_contacts
from robot_trials_control.records import Record


class PersonWatch:
    """Force on giver and receiver beyond the torch's weight, how far the robot moves their hands, and who is touched.

    A receiver lifts what they hold and pulls at it, of their own will: along each axis, what lies between where their
    hand was and where they want it to be was not the robot.

    Attributes:
        excess: largest force beyond the weight so far [N].
        moved: farthest that a hand which holds was moved so far [m].
        contacts: control ticks with contacts that nobody wants.

    Args:
        robot: the simulated robot with its people; watched from now on.
    """

    def __init__(self, robot: Any) -> None:
        self.excess = self.moved = 0.0
        self.contacts = 0
        self._people = robot.actors
        self._weight = float(robot.props.held.mass) * GRAVITY
        self._start: dict[str, np.ndarray] = {}
        self._own, self._reach = np.zeros(3), np.zeros((2, 3))
        receiver = self._people.receiver
        for name in ("_take", "_withdraw"):
            setattr(receiver, name, self._follow(receiver, getattr(receiver, name)))

    def update(self, sample: Record) -> None:
        """Take in a control tick."""
        truth = sample.truth
        self.contacts += int(find_unwanted_contacts(truth.data)[0])
        for index, name in enumerate(("giver", "receiver")):
            force = truth.people_force[index]
            if np.isfinite(force).all():
                self.excess = max(self.excess, float(compute_excess_force(force[None], self._weight)[0]))
            person = getattr(self._people, name)
            if not person.holds or person.phase.name == "RELEASING":
                self._start.pop(name, None)
                continue
            hold = self._people.motion.hold
            moved = hold - self._start.setdefault(name, hold.copy())
            if name == "receiver":
                moved = moved - np.clip(moved, *self._reach)
            self.moved = max(self.moved, float(np.linalg.norm(moved)))

    def _follow(self, receiver: Any, act: Any) -> Any:
        """The receiver's own act, and what it does to where the hand wants to be."""

        def act_and_follow(dt: float) -> None:
            before = receiver.grip.target.copy()
            act(dt)
            self._own += receiver.grip.target - before
            np.minimum(self._reach[0], self._own, out=self._reach[0])
            np.maximum(self._reach[1], self._own, out=self._reach[1])

        return act_and_follow
