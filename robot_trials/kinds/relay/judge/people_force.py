"""The force on giver and receiver beyond what the torch's weight explains."""

from __future__ import annotations

import numpy as np

from robot_trials.kinds.contract import Rule
from robot_trials.kinds.relay.judge.holding import GIVER, RECEIVER, Scale, compute_excess_force


class PeopleForce:
    """Peak force on each person.

    Args:
        payload_mass: announced mass, used when the giver was never seen holding the torch alone [kg].
        force_max: bound on either person's [N].
    """

    def __init__(self, payload_mass: float, force_max: float) -> None:
        self.giver_force_max = 0.0
        self.receiver_force_max = 0.0
        self._force_max = force_max
        self._payload_mass = payload_mass
        self._scale = Scale()

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        truth = block["truth"]
        self._scale.add(truth)
        weight = self._scale.weight_or(self._payload_mass)
        excess = compute_excess_force(truth["people_force"][:, GIVER], weight)
        self.giver_force_max = max(self.giver_force_max, float(excess.max(initial=0.0)))
        excess = compute_excess_force(truth["people_force"][:, RECEIVER], weight)
        self.receiver_force_max = max(self.receiver_force_max, float(excess.max(initial=0.0)))

    def compute_figures(self) -> dict[str, float]:
        """Every figure by name [N]."""
        return {"giver_force_max": self.giver_force_max, "receiver_force_max": self.receiver_force_max}

    def list_rules(self) -> list[Rule]:
        """The bound holds for both."""
        return [
            Rule("giver_force_max", "Force on the giver beyond weight", "N", "<=", self._force_max),
            Rule("receiver_force_max", "Force on the receiver beyond weight", "N", "<=", self._force_max),
        ]
