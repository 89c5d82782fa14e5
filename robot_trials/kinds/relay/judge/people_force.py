"""The force on giver and receiver beyond what the torch's weight explains."""

from __future__ import annotations

import numpy as np

from robot_trials.kinds.contract import Rule

GRAVITY = 9.81
GIVER, RECEIVER = 0, 1
"""Index of a person in what the truth says of people."""
WEIGHING_TICKS = 50
"""The torch's weight is the mean of this many ticks while the giver alone holds it still."""


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
        self._payload_weight = payload_mass * GRAVITY
        self._weighed: list[float] = []

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        truth = block["truth"]
        if len(self._weighed) < WEIGHING_TICKS:
            hold = truth["people_hold"] > 0
            alone = hold[:, GIVER] & (truth["robot_holds"] == 0) & ~hold[:, RECEIVER]
            self._weighed += (-truth["people_force"][alone, GIVER, 2]).tolist()[: WEIGHING_TICKS - len(self._weighed)]
            if len(self._weighed) == WEIGHING_TICKS:
                self._payload_weight = float(np.mean(self._weighed))
        excess = compute_excess_force(truth["people_force"][:, GIVER], self._payload_weight)
        self.giver_force_max = max(self.giver_force_max, float(excess.max(initial=0.0)))
        excess = compute_excess_force(truth["people_force"][:, RECEIVER], self._payload_weight)
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


def compute_excess_force(force: np.ndarray, weight: float) -> np.ndarray:
    """Force that no share of a hanging weight explains, world frame with z up, shape (n, 3) → (n,) [N].

    A hand that holds feels between nothing and the whole weight downwards; the distance from that range counts.
    """
    share = np.clip(-force[:, 2], 0.0, weight)
    return np.sqrt(force[:, 0] ** 2 + force[:, 1] ** 2 + (force[:, 2] + share) ** 2)
