"""Whether a person may hold what the robot's hand holds, or has a hand where it reaches: by phase, hand and load."""

from __future__ import annotations

import numpy as np

from robot_trials.kinds.common.hand import hand_in_odom
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.course import Person
from robot_trials.safety.shared_load import LoadLimits, LoadWatch
from robot_trials_control.records import Sharing

NEAR = 0.35
"""Nearer than this to where a person has a hand, the robot's hand is within that person's reach [m]."""
AWAY = 0.30
"""An open hand farther from there than this has been withdrawn [m]."""
LEFT_BEHIND = 1.5
"""A base farther from there than this has walked away from whoever stood there [m]."""
TAKING = ("reach", "take_over")
GIVING = ("carry", "reach_receiver", "hand_over")
CONTACT = ("take_over", "hand_over")
"""Phases in which a person's hand is on the load whatever the eye says."""


class SharedLoad:
    """Follows the exchange from tick to tick.

    Args:
        context: the trial's blackboard.
    """

    def __init__(self, context: RelayContext) -> None:
        self._context = context
        self._place: np.ndarray | None = None
        self._kind = Sharing.NONE
        self._load = LoadWatch(LoadLimits(mass=context.trial.payload.mass))

    def update(self) -> Sharing:
        """How the load counts as shared now."""
        place = self._find_hand()
        if place is not None:
            self._place = place
            self._kind = Sharing.HELD if self._context.phase in TAKING else Sharing.REACHED
            self._load.reset()
        elif self._place is not None and self._is_free(self._place):
            self._place, self._kind = None, Sharing.NONE
        return self._kind

    def _find_hand(self) -> np.ndarray | None:
        """Where in odom the hand of a person is that the robot's hand is near to, shape (3,) [m]; None elsewhere."""
        context, course = self._context, self._context.course
        if context.phase in TAKING:
            place = self._locate("torch", course.giver)
        elif context.phase in GIVING:
            place = self._locate("receiver_hand", course.receiver)
        else:
            return None
        near = context.phase in CONTACT or self._distance_to(place) < NEAR
        return place if near else None

    def _locate(self, target: str, person: Person) -> np.ndarray:
        """Where a person's hand is as seen, or as planned."""
        seen = self._context.target(target, self._context.parameters.remembered_age)
        if seen is not None:
            position: np.ndarray = seen.transform[:3, 3].copy()
            return position
        x, y, _ = self._context.map_pose_to_odom((float(person.grip[0]), float(person.grip[1]), 0.0))
        return np.array((x, y, float(person.grip[2])))

    def _is_free(self, place: np.ndarray) -> bool:
        """Whether the person there holds nothing of the robot's any more."""
        context = self._context
        x, y, _ = context.robot_in_odom
        if float(np.hypot(x - place[0], y - place[1])) > LEFT_BEHIND:
            return True
        if float(context.command.hand_closed[context.hand]) == 0.0:
            return self._distance_to(place) > AWAY
        if context.held_with_giver:  # a load that rests may well be a giver's who does not let go
            self._kind = Sharing.REACHED
        alone = self._load.update(float(context.status.payload_mass), context.time_ns * 1e-9)
        return alone and self._kind == Sharing.HELD

    def _distance_to(self, place: np.ndarray) -> float:
        return float(np.linalg.norm(hand_in_odom(self._context)[:3, 3] - place))
