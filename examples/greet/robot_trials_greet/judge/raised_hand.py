"""The criterion "Hand raised to the person"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robot_trials.kinds.contract import Rule

RAISED = 0.20
"""A hand counts as raised so far above the base [m]."""
FACING = np.radians(20.0)
"""The robot faces a person within this of its heading [rad]."""


class RaisedHand:
    """For how long a hand is raised while the robot faces the person.

    Args:
        facts: what the kind says about judging, with the person's place, the hand's index and the bounds.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._hand: int = facts["hand"]
        self._person = np.array(facts["person"])
        self._bound: float = facts["bounds"]["raised_time_min"]
        self._last_ns: int | None = None
        self._time = 0.0

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        if not len(block):
            return
        truth, status = block["truth"], block["status"]
        time_ns = block["state"]["time_ns"].astype(np.int64)
        before = np.concatenate(([self._last_ns if self._last_ns is not None else time_ns[0]], time_ns[:-1]))
        x, y, z, w = truth["base_orientation_xyzw"].T
        yaw = np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
        to_person = self._person - truth["base_position"][:, :2]
        turn = np.arctan2(to_person[:, 1], to_person[:, 0]) - yaw
        faces = np.abs(np.arctan2(np.sin(turn), np.cos(turn))) < FACING
        height = status["hand_pose"][:, self._hand, 2] - status["base_position"][:, 2]
        self._time += float((time_ns - before)[faces & (height > RAISED)].sum()) * 1e-9
        self._last_ns = int(time_ns[-1])

    def compute_figures(self) -> dict[str, float]:
        """Time with the hand raised [s]."""
        return {"raised_time": self._time}

    def list_rules(self) -> Sequence[Rule]:
        """Long enough to be seen."""
        return [Rule("raised_time", "Hand raised to the person", "s", ">=", self._bound)]
